/* Reading regions of HDF5 datasets: plain bytes and chunks by our own preads and decoding, in any
 * number of threads; the rest through the library. */
#include "core/memory.h"
#include "io/hdf5.h"

#include <string.h>

enum {
    BEST_RATIO = 1100
}; /* no filter of ours makes a byte into more; bounds what a file claims */

/* A region being read, chunk by chunk. */
typedef struct job {
    const cki_store *store;
    cki_hdf5_set *set;
    const int64_t *start, *count, *step;
    const cki_array *out;
    const char *name;
    hid_t file, dataset; /* open while the library is asked for each chunk */
    cki_hdf5_decoder *decoder;
    unsigned char *a, *b; /* two buffers of `room` bytes, made when first needed */
    size_t room;
    cki_error *error;
} job;

/* One chunk's part of the region. */
typedef struct part {
    int64_t start[CKI_MAX_NDIM]; /* within the chunk */
    cki_array out;
} part;

static int64_t divide_up(int64_t a, int64_t b)
{
    return a <= 0 ? 0 : (a - 1) / b + 1;
}

/* What of the region lies in the chunk at `cell`; false if steps skip it altogether. */
static bool find_part(const job *j, const int64_t *cell, part *p)
{
    p->out = *j->out;
    for (int k = 0; k < j->out->ndim; k++) {
        int64_t begin = k < j->set->rank ? cell[k] * j->set->chunk[k] : 0;
        int64_t end = k < j->set->rank ? begin + j->set->chunk[k] : INT64_MAX;
        int64_t first = divide_up(begin - j->start[k], j->step[k]);
        int64_t stop = end == INT64_MAX ? j->count[k] : divide_up(end - j->start[k], j->step[k]);
        if (stop > j->count[k])
            stop = j->count[k];
        if (first >= stop)
            return false;
        p->start[k] = j->start[k] + first * j->step[k] - begin;
        p->out.shape[k] = stop - first;
        p->out.data += first * j->out->strides[k];
    }
    return true;
}

static cask_status damaged(const job *j, const char *why)
{
    return cki_fail(j->error, CASK_FORMAT, "OSError", "%s: a chunk of '%s' cannot be read: %s",
                    cki_store_path(j->store), j->name, why);
}

/* Buffers for a chunk of that many bytes in the file. */
static cask_status make_room(job *j, size_t stored)
{
    size_t room = j->set->chunk_bytes + 64;
    if (stored > room)
        room = stored;
    if (room <= j->room)
        return CASK_OK;
    cki_ledger *ledger = cki_ledger_current();
    if (j->a)
        cki_ledger_give(ledger, j->a, j->room);
    if (j->b)
        cki_ledger_give(ledger, j->b, j->room);
    j->room = 0;
    j->a = cki_ledger_take(ledger, room, false);
    j->b = j->a ? cki_ledger_take(ledger, room, false) : NULL;
    if (!j->b) {
        if (j->a)
            cki_ledger_give(ledger, j->a, room);
        j->a = NULL;
        return cki_fail_memory(j->error, room);
    }
    j->room = room;
    return CASK_OK;
}

/* Chunk bytes, in a[0 .. length), to elements in their place. */
static cask_status decode(job *j, size_t length, uint32_t skipped, const part *p)
{
    unsigned char *decoded;
    const char *why;
    if (!cki_hdf5_filter_decode(j->decoder, j->set, skipped, j->a, j->b, length, j->room, &decoded,
                                &why))
        return damaged(j, why);
    cki_region_copy(decoded + j->set->member, &j->set->layout, p->start, p->out.shape, j->step,
                    &p->out);
    return CASK_OK;
}

/* Whether a chunk of that many bytes in the file can be what it says; then room for it is made. */
static cask_status prepare(job *j, uint64_t size)
{
    if (size == 0 || j->set->chunk_bytes / BEST_RATIO > size)
        return damaged(j, "it is too small for what it should hold");
    if (size > cki_file_size(j->store->file))
        return damaged(j, "it is larger than the file");
    return make_room(j, (size_t)size);
}

static cask_status read_filtered(job *j, const cki_hdf5_chunk *chunk, const part *p)
{
    cask_status status = prepare(j, chunk->size);
    if (status == CASK_OK)
        status =
            cki_file_read(j->store->file, chunk->address, j->a, chunk->size, j->name, j->error);
    return status == CASK_OK ? decode(j, chunk->size, chunk->skipped, p) : status;
}

/* A chunk that the library is asked for. */
typedef struct asking {
    job *j;
    hsize_t offset[H5S_MAX_RANK], size;
    uint32_t skipped;
} asking;

static void fetch_chunk(void *argument)
{
    asking *a = argument;
    job *j = a->j;
    if (H5Dget_chunk_storage_size(j->dataset, a->offset, &a->size) < 0)
        a->size = 0;
    if (a->size > 0 && prepare(j, a->size) == CASK_OK &&
        H5Dread_chunk(j->dataset, H5P_DEFAULT, a->offset, &a->skipped, j->a) < 0)
        cki_hdf5_lock_fail(cki_store_path(j->store), "cannot read a chunk", j->error);
}

/* The bytes of the chunk at `cell` as they are in the file, into `a`, through the library, which
 * finds one chunk fast; *size is 0 if it was never written. */
static cask_status fetch(job *j, const int64_t *cell, hsize_t *size, uint32_t *skipped)
{
    asking a = {.j = j};
    for (int k = 0; k < j->set->rank; k++)
        a.offset[k] = (hsize_t)cell[k] * (hsize_t)j->set->chunk[k];
    cask_status status = cki_hdf5_lock_call(cki_store_path(j->store), fetch_chunk, &a, j->error);
    *size = a.size;
    *skipped = a.skipped;
    cki_file_count_read((size_t)*size);
    return status;
}

static cask_status read_fetched(job *j, const int64_t *cell, const part *p)
{
    hsize_t size = 0;
    uint32_t skipped = 0;
    cask_status status = fetch(j, cell, &size, &skipped);
    if (status != CASK_OK)
        return status;
    if (size > 0)
        return decode(j, (size_t)size, skipped, p);
    cki_region_fill(&p->out, j->set->fill);
    return CASK_OK;
}

static cask_status read_chunk(job *j, const cki_hdf5_index *index, const int64_t *cell)
{
    part p;
    if (!find_part(j, cell, &p))
        return CASK_OK;
    if (index->many)
        return read_fetched(j, cell, &p);
    uint64_t number = 0;
    for (int k = 0; k < j->set->rank; k++)
        number = number * (uint64_t)j->set->grid[k] + (uint64_t)cell[k];
    const cki_hdf5_chunk *chunk = cki_hdf5_index_find(index, number);
    if (!chunk) {
        cki_region_fill(&p.out, j->set->fill);
        return CASK_OK;
    }
    uint32_t all = (uint32_t)((1U << j->set->nfilters) - 1);
    if ((chunk->skipped & all) != all)
        return read_filtered(j, chunk, &p);
    cki_region_layout layout = j->set->layout;
    layout.offset = chunk->address + j->set->member;
    if (chunk->size != j->set->chunk_bytes || chunk->address > INT64_MAX)
        return damaged(j, "it has a wrong size");
    return cki_region_read(j->store->file, &layout, p.start, p.out.shape, j->step, &p.out, j->name,
                           j->error);
}

static void open_both(void *argument)
{
    job *j = argument;
    j->file = cki_hdf5_lock_open(cki_store_path(j->store), j->error);
    if (j->file >= 0 && (j->dataset = H5Dopen2(j->file, j->set->path, H5P_DEFAULT)) < 0)
        cki_hdf5_lock_fail(cki_store_path(j->store), "cannot open a dataset", j->error);
}

static void close_both(void *argument)
{
    job *j = argument;
    H5Dclose(j->dataset);
    H5Fclose(j->file);
}

static cask_status open_dataset(job *j)
{
    j->file = j->dataset = H5I_INVALID_HID;
    return cki_hdf5_lock_call(cki_store_path(j->store), open_both, j, j->error);
}

static void close_dataset(job *j)
{
    cki_error none = {0}; /* nothing was to be written */
    (void)cki_hdf5_lock_call(cki_store_path(j->store), close_both, j, &none);
}

static cask_status read_chunks(job *j)
{
    const cki_hdf5_index *index = cki_hdf5_index_get(j->store, j->set, j->error);
    if (!index)
        return CASK_FORMAT;
    int64_t first[CKI_MAX_NDIM], last[CKI_MAX_NDIM], cell[CKI_MAX_NDIM];
    for (int k = 0; k < j->set->rank; k++) {
        cell[k] = first[k] = j->start[k] / j->set->chunk[k];
        last[k] = (j->start[k] + (j->count[k] - 1) * j->step[k]) / j->set->chunk[k];
    }
    cask_status status = index->many ? open_dataset(j) : CASK_OK;
    if (status == CASK_OK && !(j->decoder = cki_hdf5_filter_start(j->error)))
        status = CASK_MEMORY;
    while (status == CASK_OK) {
        status = read_chunk(j, index, cell);
        int k = j->set->rank - 1;
        for (; k >= 0; k--) {
            if (++cell[k] <= last[k])
                break;
            cell[k] = first[k];
        }
        if (k < 0)
            break;
    }
    if (j->room) {
        cki_ledger_give(cki_ledger_current(), j->a, j->room);
        cki_ledger_give(cki_ledger_current(), j->b, j->room);
    }
    cki_hdf5_filter_end(j->decoder);
    if (index->many)
        close_dataset(j);
    return status;
}

/* A region that the library reads. */
typedef struct reading {
    const job *j;
    void *bytes;
} reading;

/* H5Dread of the region, dense, in the file's own order of bytes unless the library
 * converts. Under the lock. */
static void ask_library(void *argument)
{
    const reading *r = argument;
    const job *j = r->j;
    hid_t dataset = j->dataset;
    hsize_t start[H5S_MAX_RANK], count[H5S_MAX_RANK], step[H5S_MAX_RANK];
    for (int k = 0; k < j->set->rank; k++) {
        start[k] = (hsize_t)j->start[k];
        count[k] = (hsize_t)j->count[k];
        step[k] = (hsize_t)j->step[k];
    }
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    hid_t memory =
        j->set->rank ? H5Screate_simple(j->set->rank, count, NULL) : H5Screate(H5S_SCALAR);
    bool done = H5Sget_simple_extent_ndims(space) == j->set->rank &&
                (j->set->rank == 0 ||
                 H5Sselect_hyperslab(space, H5S_SELECT_SET, start, step, count, NULL) >= 0) &&
                H5Dread(dataset, j->set->convert ? cki_hdf5_type_native(j->out->dtype) : type,
                        memory, space, H5P_DEFAULT, r->bytes) >= 0;
    if (!done) {
        cki_text what = {0};
        cki_text_format(&what, "cannot read '%.100s'", j->name);
        cki_hdf5_lock_fail(cki_store_path(j->store), what.bytes ? what.bytes : "cannot read",
                           j->error);
        cki_text_free(&what);
    }
    H5Sclose(memory);
    H5Tclose(type);
    H5Sclose(space);
}

static cask_status read_by_library(job *j)
{
    /* the axes of an array type are read whole, and cut from there */
    int64_t shape[CKI_MAX_NDIM], start[CKI_MAX_NDIM] = {0}, step[CKI_MAX_NDIM];
    const cki_variable *variable = j->store->variables + (j->set - (cki_hdf5_set *)j->store->state);
    for (int k = 0; k < j->out->ndim; k++) {
        bool inner = k >= j->set->rank;
        shape[k] = inner ? variable->shape[k] : j->count[k];
        start[k] = inner ? j->start[k] : 0;
        step[k] = inner ? j->step[k] : 1;
    }
    cki_region_layout layout = {.itemsize = j->set->layout.itemsize,
                                .word = j->set->convert ? 1 : j->set->layout.word,
                                .ndim = j->out->ndim};
    uint64_t bytes;
    if (!cki_region_order(&layout, shape, false, &bytes))
        return cki_fail_memory(j->error, SIZE_MAX);
    cki_ledger *ledger = cki_ledger_current();
    unsigned char *stage = cki_ledger_take(ledger, (size_t)bytes, true);
    if (!stage)
        return cki_fail_memory(j->error, (size_t)bytes);
    cask_status status = open_dataset(j);
    if (status == CASK_OK) {
        reading r = {j, stage};
        status = cki_hdf5_lock_call(cki_store_path(j->store), ask_library, &r, j->error);
        cki_file_count_read((size_t)bytes);
    }
    close_dataset(j);
    if (status == CASK_OK)
        cki_region_copy(stage, &layout, start, j->count, step, j->out);
    cki_ledger_give(ledger, stage, (size_t)bytes);
    return status;
}

cask_status cki_hdf5_read_region(const cki_store *store, size_t i, const int64_t *start,
                                 const int64_t *count, const int64_t *step, const cki_array *out,
                                 cki_error *error)
{
    const cki_hdf5_set *sets = store->state;
    return sets[i].text ? cki_hdf5_text_read(store, i, start, count, step, out, error)
                        : cki_hdf5_read_stored(store, i, start, count, step, out, error);
}

cask_status cki_hdf5_read_stored(const cki_store *store, size_t i, const int64_t *start,
                                 const int64_t *count, const int64_t *step, const cki_array *out,
                                 cki_error *error)
{
    cki_hdf5_set *sets = store->state;
    job j = {.store = store,
             .set = &sets[i],
             .start = start,
             .count = count,
             .step = step,
             .out = out,
             .name = store->variables[i].name,
             .error = error};
    switch (sets[i].way) {
    case CKI_HDF5_FILL:
        cki_region_fill(out, sets[i].fill);
        return CASK_OK;
    case CKI_HDF5_PLAIN:
        return cki_region_read(store->file, &sets[i].layout, start, count, step, out, j.name,
                               error);
    case CKI_HDF5_CHUNKS:
        return read_chunks(&j);
    case CKI_HDF5_LIBRARY:
        break;
    }
    return read_by_library(&j);
}

size_t cki_hdf5_read_bytes(const cki_store *store, size_t i, const int64_t *start,
                           const int64_t *count, const int64_t *step)
{
    const cki_hdf5_set *sets = store->state, *set = &sets[i];
    if (set->way == CKI_HDF5_FILL)
        return 0;
    if (set->way == CKI_HDF5_PLAIN)
        return cki_region_bytes(&set->layout, count, step);
    /* whole chunks, at their size before compression: an upper bound that needs no index */
    double bytes = 1;
    for (int k = 0; k < store->variables[i].ndim; k++) {
        int64_t chunk = k < set->rank && set->way == CKI_HDF5_CHUNKS ? set->chunk[k] : 1;
        if (count[k] == 0)
            return 0;
        int64_t cells = (start[k] + (count[k] - 1) * step[k]) / chunk - start[k] / chunk + 1;
        if (cells > count[k])
            cells = count[k];
        bytes *= (double)cells * (double)chunk;
    }
    bytes *= (double)(set->record ? set->record : set->layout.itemsize);
    return bytes < 1e18 ? (size_t)bytes : (size_t)1e18;
}

size_t cki_hdf5_working(const cki_store *store, size_t i)
{
    const cki_hdf5_set *set = &((const cki_hdf5_set *)store->state)[i];
    if (set->text)
        return cki_hdf5_text_working(store, i);
    return set->way == CKI_HDF5_CHUNKS && set->nfilters ? 2 * set->chunk_bytes : 0;
}
