/* Where the chunks of a dataset lie: asked of the library once, then kept, sorted by number. */
#include "core/memory.h"
#include "io/hdf5.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 2048 }; /* listed; takes some 20 ms */

static int by_number(const void *a, const void *b)
{
    const cki_hdf5_chunk *left = a, *right = b;
    return (left->number > right->number) - (left->number < right->number);
}

/* The number of the chunk that starts at `offset`; false if it lies outside the array. */
static bool number_of(const cki_hdf5_set *set, const hsize_t *offset, uint64_t *number)
{
    *number = 0;
    for (int k = 0; k < set->rank; k++) {
        uint64_t cell = offset[k] / (uint64_t)set->chunk[k];
        if (cell >= (uint64_t)set->grid[k])
            return false;
        *number = *number * (uint64_t)set->grid[k] + cell;
    }
    return !set->joined || offset[set->rank] == 0;
}

static cki_hdf5_index *ask_library(const cki_store *store, const cki_hdf5_set *set, hid_t dataset,
                                   cki_error *error)
{
    hid_t space = H5Dget_space(dataset);
    hsize_t count = 0;
    cki_hdf5_index *index = NULL;
    if (H5Dget_num_chunks(dataset, space, &count) < 0 || count > cki_file_size(store->file)) {
        cki_hdf5_lock_fail(cki_file_path(store->file), "cannot read its index of chunks", error);
    } else {
        bool many = count > MOST;
        count = many ? 0 : count;
        index = cki_memory_calloc(1, sizeof *index + (size_t)count * sizeof *index->chunks);
        if (index)
            index->many = many;
        else
            cki_fail_memory(error, (size_t)count * sizeof *index->chunks);
    }
    for (hsize_t i = 0; index && i < count; i++) {
        cki_hdf5_chunk *chunk = &index->chunks[index->count];
        hsize_t offset[H5S_MAX_RANK] = {0}, size = 0;
        haddr_t address = HADDR_UNDEF;
        unsigned skipped = 0;
        if (H5Dget_chunk_info(dataset, space, i, offset, &skipped, &address, &size) < 0) {
            cki_hdf5_lock_fail(cki_file_path(store->file), "cannot read its index of chunks",
                               error);
            cki_memory_free(index);
            index = NULL;
        } else if (address != HADDR_UNDEF && size <= UINT32_MAX &&
                   number_of(set, offset, &chunk->number)) {
            chunk->address = address;
            chunk->size = (uint32_t)size;
            chunk->skipped = skipped;
            index->count++;
        }
    }
    H5Sclose(space);
    return index;
}

/* An index in the making; `set` gets it. */
typedef struct making {
    const cki_store *store;
    cki_hdf5_set *set;
    cki_error *error;
} making;

/* Unless somebody made it while we waited. */
static void make_index(void *argument)
{
    const making *m = argument;
    const cki_store *store = m->store;
    cki_hdf5_set *set = m->set;
    cki_error *error = m->error;
    cki_hdf5_index *index = NULL;
    if (atomic_load_explicit(&set->index, memory_order_acquire))
        return;
    hid_t file = cki_hdf5_lock_open(cki_file_path(store->file), error);
    if (file < 0)
        return;
    hid_t dataset = H5Dopen2(file, set->path, H5P_DEFAULT);
    if (dataset >= 0)
        index = ask_library(store, set, dataset, error);
    else
        cki_hdf5_lock_fail(cki_file_path(store->file), "cannot open this dataset", error);
    H5Dclose(dataset);
    H5Fclose(file);
    if (index)
        qsort(index->chunks, index->count, sizeof *index->chunks, by_number);
    atomic_store_explicit(&set->index, index, memory_order_release);
}

const cki_hdf5_index *cki_hdf5_index_get(const cki_store *store, cki_hdf5_set *set,
                                         cki_error *error)
{
    cki_hdf5_index *index = atomic_load_explicit(&set->index, memory_order_acquire);
    making m = {store, set, error};
    if (!index && cki_hdf5_lock_call(cki_file_path(store->file), make_index, &m, error) == CASK_OK)
        index = atomic_load_explicit(&set->index, memory_order_acquire);
    return index;
}

const cki_hdf5_chunk *cki_hdf5_index_find(const cki_hdf5_index *index, uint64_t number)
{
    /* most often every chunk was written, and is in its own place */
    if (number < index->count && index->chunks[number].number == number)
        return &index->chunks[number];
    cki_hdf5_chunk key = {.number = number};
    return bsearch(&key, index->chunks, index->count, sizeof key, by_number);
}
