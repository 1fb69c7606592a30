/* Regions of Zarr arrays: the chunks that they touch, each found by its key, read and decoded by
 * whoever wants it, in any number of threads. */
#include "core/memory.h"
#include "io/zarr.h"

#include <string.h>

void cki_zarr_read_key(const cki_zarr_array *array, const int64_t *cell, cki_text *key)
{
    int ndim = array->chain.ndim;
    cki_text_put(key, array->prefix);
    if (array->named)
        cki_text_char(key, 'c');
    else if (ndim == 0)
        cki_text_char(key, '0');
    for (int k = 0; k < ndim; k++) {
        if (k > 0 || array->named)
            cki_text_char(key, array->separator);
        cki_text_format(key, "%lld", (long long)cell[k]);
    }
}

cask_status cki_zarr_read_chunk(cki_zarr_desk *desk, const cki_blobs *blobs,
                                const cki_zarr_array *array, const int64_t *cell, const int64_t *at,
                                const int64_t *step, const cki_array *out, cki_error *error)
{
    cki_text key = {0};
    cki_blob blob = {0};
    bool found = false;
    cki_zarr_read_key(array, cell, &key);
    cask_status status = key.failed ? cki_fail_memory(error, key.length)
                                    : cki_blobs_find(blobs, key.bytes, &blob, &found, error);
    if (status == CASK_OK && found)
        status = cki_zarr_chunk_read(desk, &array->chain, &blob, at, step, out, error);
    else if (status == CASK_OK)
        cki_region_fill(out, array->fill);
    cki_blobs_drop(&blob);
    cki_text_free(&key);
    return status;
}

cask_status cki_zarr_read_region(const cki_store *store, size_t i, const int64_t *start,
                                 const int64_t *count, const int64_t *step, const cki_array *out,
                                 cki_error *error)
{
    (void)count; /* which is the shape of `out` */
    const cki_zarr *zarr = store->state;
    const cki_zarr_array *array = &zarr->arrays[i];
    cki_zarr_desk desk = {
        .path = cki_store_path(store), .name = store->variables[i].name, .fill = array->fill};
    cask_status status = cki_zarr_chain_need(&array->chain, error);
    if (status == CASK_OK)
        status = cki_zarr_desk_open(&desk, error);
    cki_cells cells;
    cki_cells_begin(&cells, array->chain.ndim, array->chain.shape, start, step, out);
    while (status == CASK_OK && cki_cells_next(&cells))
        status = cki_zarr_read_chunk(&desk, zarr->blobs, array, cells.cell, cells.at, step,
                                     &cells.part, error);
    cki_zarr_desk_close(&desk);
    return status;
}
