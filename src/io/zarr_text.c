/* Text of any length: chunks are counts and lengths before the letters (numcodecs' vlen codecs) or
 * a JSON list (json2); arrays have it in the width of the longest. */
#include "core/memory.h"
#include "io/checksum.h"
#include "io/zarr.h"

#include <string.h>

enum { MOST_BYTES = 256 << 20 }; /* read for the widths; labels are short, and few */

/* Items of a chunk, from left to right. */
typedef struct items {
    cki_zarr_text kind;
    const unsigned char *at, *end;
    cask_value *list; /* of JSON; its last two items are a type and a shape */
    size_t count, next;
} items;

static cask_status broken(cki_error *error)
{
    return cki_fail(error, CASK_FORMAT, "OSError", "a chunk of text is damaged");
}

static cask_status open_items(items *all, cki_zarr_text kind, const unsigned char *bytes,
                              size_t length, cki_error *error)
{
    *all = (items){.kind = kind, .at = bytes, .end = bytes + length};
    if (kind == CKI_ZARR_JSON) {
        all->list = cki_value_from_json((const char *)bytes, length, error);
        if (!all->list)
            return error->status;
        if (all->list->kind != CKI_LIST || all->list->as.list.count < 2)
            return broken(error);
        all->count = all->list->as.list.count - 2;
        return CASK_OK;
    }
    if (length < 4)
        return broken(error);
    all->count = cki_checksum_get(bytes);
    all->at += 4;
    return all->count <= length / 4 ? CASK_OK : broken(error);
}

/* The next item's bytes; what is no text in JSON is empty. */
static cask_status next_item(items *all, const char **bytes, size_t *length, cki_error *error)
{
    if (all->kind == CKI_ZARR_JSON) {
        const cask_value *item = all->list->as.list.items[all->next++];
        *bytes = item->kind == CKI_STR ? item->as.text.bytes : "";
        *length = item->kind == CKI_STR ? item->as.text.length : 0;
        return CASK_OK;
    }
    if (all->end - all->at < 4)
        return broken(error);
    *length = cki_checksum_get(all->at);
    *bytes = (const char *)all->at + 4;
    if (*length > (size_t)(all->end - all->at) - 4)
        return broken(error);
    all->at += 4 + *length;
    all->next++;
    return CASK_OK;
}

cask_status cki_zarr_text_widest(cki_zarr_text kind, const unsigned char *bytes, size_t length,
                                 int32_t *width, cki_error *error)
{
    items all;
    cask_status status = open_items(&all, kind, bytes, length, error);
    while (status == CASK_OK && all.next < all.count) {
        const char *item = "";
        size_t size = 0;
        status = next_item(&all, &item, &size, error);
        if (status != CASK_OK)
            break;
        size_t letters = kind == CKI_ZARR_BYTES ? size : cki_text_codes(item, size);
        if (letters > (size_t)*width && letters < MOST_BYTES)
            *width = (int32_t)letters;
    }
    cask_value_unref(all.list);
    return status;
}

cask_status cki_zarr_text_decode(cki_zarr_text kind, const unsigned char *bytes, size_t length,
                                 const cki_array *out, cki_error *error)
{
    items all;
    size_t size = cki_dtype_size(out->dtype), want = (size_t)cki_array_size(out);
    memset(out->data, 0, want * size);
    cask_status status = open_items(&all, kind, bytes, length, error);
    if (status == CASK_OK && all.count != want)
        status = broken(error);
    for (size_t i = 0; status == CASK_OK && i < want; i++) {
        const char *item = "";
        size_t count = 0;
        status = next_item(&all, &item, &count, error);
        if (status != CASK_OK)
            break;
        unsigned char *to = out->data + i * size;
        if (kind == CKI_ZARR_BYTES) {
            memcpy(to, item, count < size ? count : size);
            continue;
        }
        size_t at = 0;
        for (int32_t k = 0; k < out->dtype.count && at < count; k++) {
            uint32_t code = cki_text_decode(item, count, &at);
            memcpy(to + 4 * k, &code, 4);
        }
    }
    cask_value_unref(all.list);
    return status;
}

/* Bytes that a chunk's text may have: the codec's own word is not taken for it. */
static void allow(cki_zarr_chain *chain)
{
    chain->most = MOST_BYTES;
    for (int i = 0; i < chain->nsteps; i++)
        chain->steps[i].before = MOST_BYTES / 16;
}

cask_status cki_zarr_text_measure(const cki_store *store, cki_zarr_array *array,
                                  cki_variable *variable, cki_error *error)
{
    const cki_zarr *zarr = store->state;
    cki_zarr_desk desk = {.path = cki_store_path(store), .name = variable->name};
    int64_t cell[CKI_MAX_NDIM] = {0};
    int32_t width = 1;
    size_t seen = 0;
    allow(&array->chain);
    cask_status status = cki_zarr_chain_need(&array->chain, error);
    bool more = status == CASK_OK;
    for (int k = 0; k < variable->ndim; k++)
        more = more && variable->shape[k] > 0;
    if (more)
        status = cki_zarr_desk_open(&desk, error);
    while (more && status == CASK_OK) {
        cki_text key = {0};
        cki_blob blob = {0};
        bool found = false;
        cki_zarr_read_key(array, cell, &key);
        status = key.failed ? cki_fail_memory(error, key.length)
                            : cki_blobs_find(zarr->blobs, key.bytes, &blob, &found, error);
        seen += (size_t)blob.size;
        if (status == CASK_OK && seen > MOST_BYTES)
            status = cki_fail(error, CASK_UNSUPPORTED, NULL,
                              "its text of any length takes more than 256 MiB, too much to be "
                              "measured; save it as fixed-width text");
        unsigned char *bytes;
        size_t length;
        if (status == CASK_OK && found)
            status =
                cki_zarr_chunk_decode(&desk, &array->chain, &blob, NULL, &bytes, &length, error);
        if (status == CASK_OK && found)
            status = cki_zarr_text_widest(array->chain.text, bytes, length, &width, error);
        cki_blobs_drop(&blob);
        cki_text_free(&key);
        int k = variable->ndim - 1;
        for (; k >= 0; k--) {
            if (++cell[k] < array->grid[k])
                break;
            cell[k] = 0;
        }
        more = k >= 0;
    }
    cki_zarr_desk_close(&desk);
    variable->dtype.count = width;
    if (status != CASK_OK)
        return status;
    array->fill =
        cki_formats_alloc((cki_store *)(uintptr_t)store, 1, cki_dtype_size(variable->dtype), error);
    if (!array->fill)
        return CASK_MEMORY;
    status = cki_zarr_chain_finish(&array->chain, variable->dtype, false, error);
    allow(&array->chain);
    return status;
}
