/* Writing chunked HDF5 datasets: each thread shuffles and compresses its own chunks, and only
 * handing the bytes to the library is done one at a time. A chunk that a region covers in part is
 * read, changed and written again. */
#include "io/hdf5_chunks.h"
#include "core/memory.h"
#include "io/cells.h"
#include "sys/thread.h"

#include <string.h>

enum { DEFLATE = 1, SHUFFLE = 2, FLETCHER32 = 3 };

struct cki_hdf5_chunks {
    hid_t file, dataset;
    int ndim; /* axes of the dataset, with that of a string's characters */
    cki_hdf5_chunking how;
    size_t bytes; /* of a chunk */
    cki_mutex partial;
};

/* What a region is written with. */
typedef struct desk {
    cki_codec_work *work;
    unsigned char *buffers[2];
    size_t room;
} desk;

cki_hdf5_chunks *cki_hdf5_chunks_new(hid_t file, hid_t dataset, int ndim,
                                     const cki_hdf5_chunking *how, size_t itemsize,
                                     cki_error *error)
{
    cki_hdf5_chunks *chunks = cki_memory_calloc(1, sizeof *chunks);
    if (!chunks) {
        cki_fail_memory(error, sizeof *chunks);
        return NULL;
    }
    chunks->file = file;
    chunks->dataset = dataset;
    chunks->ndim = ndim;
    chunks->how = *how;
    chunks->bytes = itemsize;
    for (int k = 0; k < how->rank; k++)
        chunks->bytes *= (size_t)how->chunk[k];
    cki_thread_mutex_init(&chunks->partial);
    return chunks;
}

cask_status cki_hdf5_chunks_close(cki_hdf5_chunks *chunks, cki_error *error)
{
    if (!chunks)
        return CASK_OK;
    cki_hdf5_lock_enter();
    H5Dclose(chunks->dataset);
    cask_status status = CASK_OK;
    if (H5Fclose(chunks->file) < 0)
        status = cki_hdf5_lock_fail(chunks->how.path, "cannot be written", error);
    cki_hdf5_lock_leave();
    cki_thread_mutex_free(&chunks->partial);
    cki_memory_free(chunks);
    return status;
}

/* ---- filters ---- */

static cki_codec codec_of(const cki_hdf5_chunking *how, int i)
{
    cki_codec codec = {.level = how->filters[i].level, .width = (int)how->filters[i].width};
    codec.id = how->filters[i].id == DEFLATE   ? CKI_CODEC_ZLIB
               : how->filters[i].id == SHUFFLE ? CKI_CODEC_SHUFFLE
                                               : CKI_CODEC_FLETCHER32;
    return codec;
}

bool cki_hdf5_chunks_knows(int filter)
{
    return filter == DEFLATE || filter == SHUFFLE || filter == FLETCHER32;
}

/* Apply the filters to buffer 0; the result is in one of the two. */
static bool encode(const cki_hdf5_chunks *c, desk *d, unsigned char **bytes, size_t *length,
                   const char **why)
{
    int at = 0;
    *length = c->bytes;
    for (int i = 0; i < c->how.nfilters; i++) {
        cki_codec codec = codec_of(&c->how, i);
        if (!cki_codec_encode(d->work, &codec, d->buffers[at], *length, d->buffers[1 - at], d->room,
                              length, why))
            return false;
        at = 1 - at;
    }
    *bytes = d->buffers[at];
    return true;
}

static cask_status decode(const cki_hdf5_chunks *c, desk *d, size_t length, uint32_t skipped,
                          cki_error *error)
{
    int at = 0;
    const char *why = "it has a wrong size";
    bool good = true;
    for (int i = c->how.nfilters - 1; good && i >= 0; i--) {
        if (skipped >> i & 1)
            continue;
        cki_codec codec = codec_of(&c->how, i);
        good = cki_codec_decode(d->work, &codec, d->buffers[at], length, d->buffers[1 - at],
                                d->room, &length, &why);
        at = 1 - at;
    }
    if (!good || length != c->bytes)
        return cki_fail(error, CASK_FORMAT, "OSError", "a chunk cannot be read: %s", why);
    if (at == 1)
        memcpy(d->buffers[0], d->buffers[1], c->bytes);
    return CASK_OK;
}

/* ---- chunks ---- */

static void offset_of(const cki_hdf5_chunks *c, const int64_t *cell, hsize_t *offset)
{
    for (int k = 0; k < c->ndim; k++)
        offset[k] = k < c->how.rank ? (hsize_t)cell[k] * (hsize_t)c->how.chunk[k] : 0;
}

/* The chunk at `cell` into buffer 0, as it is now; zeros if it was never written. */
static cask_status load(const cki_hdf5_chunks *c, desk *d, const int64_t *cell, cki_error *error)
{
    hsize_t offset[H5S_MAX_RANK], size = 0;
    uint32_t skipped = 0;
    offset_of(c, cell, offset);
    cki_hdf5_lock_enter();
    cask_status status = CASK_OK;
    if (H5Dget_chunk_storage_size(c->dataset, offset, &size) < 0)
        size = 0;
    if (size > d->room)
        status = cki_fail(error, CASK_FORMAT, "OSError", "a chunk is larger than it can be");
    else if (size > 0 &&
             H5Dread_chunk(c->dataset, H5P_DEFAULT, offset, &skipped, d->buffers[0]) < 0)
        status = cki_hdf5_lock_fail(c->how.path, "a chunk cannot be read", error);
    cki_hdf5_lock_leave();
    if (status == CASK_OK && size > 0)
        return decode(c, d, (size_t)size, skipped, error);
    memset(d->buffers[0], 0, c->bytes);
    return status;
}

static cask_status put_chunk(const cki_hdf5_chunks *c, desk *d, const cki_cells *cells,
                             cki_dtype stored, bool covered, cki_error *error)
{
    cki_array block = cells->part;
    int64_t stride = (int64_t)cki_dtype_size(stored);
    cask_status status = CASK_OK;
    if (covered)
        memset(d->buffers[0], 0, c->bytes);
    else
        status = load(c, d, cells->cell, error);
    block.dtype = stored;
    block.data = d->buffers[0];
    for (int k = block.ndim - 1; k >= 0; k--) {
        block.strides[k] = stride;
        block.data += cells->at[k] * stride;
        stride *= c->how.chunk[k];
    }
    if (status == CASK_OK && c->how.word > 1) /* to native, for a chunk that was there */
        cki_region_swap(d->buffers[0], c->bytes / c->how.word, c->how.word);
    if (status == CASK_OK)
        status = cki_array_cast(&block, &cells->part, error);
    if (status == CASK_OK && c->how.word > 1)
        cki_region_swap(d->buffers[0], c->bytes / c->how.word, c->how.word);
    unsigned char *bytes = NULL;
    size_t length = 0;
    const char *why = "";
    if (status == CASK_OK && !encode(c, d, &bytes, &length, &why))
        status = cki_fail(error, CASK_INVALID, NULL, "a chunk cannot be compressed: %s", why);
    if (status != CASK_OK)
        return status;
    hsize_t offset[H5S_MAX_RANK];
    offset_of(c, cells->cell, offset);
    cki_hdf5_lock_enter();
    if (H5Dwrite_chunk(c->dataset, H5P_DEFAULT, 0, offset, length, bytes) < 0)
        status = cki_hdf5_lock_fail(c->how.path, "a chunk cannot be written", error);
    cki_hdf5_lock_leave();
    return status;
}

static cask_status open_desk(const cki_hdf5_chunks *c, desk *d, cki_error *error)
{
    static const cki_codec deflate = {.id = CKI_CODEC_ZLIB};
    *d = (desk){.work = cki_codec_work_new(error)};
    d->room = cki_codec_bound(&deflate, c->bytes) + 64;
    for (int i = 0; d->work && i < 2; i++)
        if (!(d->buffers[i] = cki_ledger_take(cki_ledger_current(), d->room, false)))
            return cki_fail_memory(error, d->room);
    return d->work ? CASK_OK : CASK_MEMORY;
}

static void close_desk(desk *d)
{
    for (int i = 0; i < 2; i++)
        if (d->buffers[i])
            cki_ledger_give(cki_ledger_current(), d->buffers[i], d->room);
    cki_codec_work_free(d->work);
}

cask_status cki_hdf5_chunks_region(cki_writer *writer, const int64_t *start, const cki_array *array,
                                   cki_error *error)
{
    cki_hdf5_chunks *c = writer->state;
    int64_t one[CKI_MAX_NDIM];
    for (int k = 0; k < CKI_MAX_NDIM; k++)
        one[k] = 1;
    desk d;
    cask_status status = open_desk(c, &d, error);
    cki_cells cells;
    cki_cells_begin(&cells, c->how.rank, c->how.chunk, start, one, array);
    while (status == CASK_OK && cki_cells_next(&cells)) {
        bool covered = cki_cells_covered(&cells, writer->shape);
        if (!covered)
            cki_thread_lock(&c->partial);
        status = put_chunk(c, &d, &cells, writer->stored, covered, error);
        if (!covered)
            cki_thread_unlock(&c->partial);
    }
    close_desk(&d);
    return status;
}
