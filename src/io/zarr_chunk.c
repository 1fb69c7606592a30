/* Chunks of Zarr arrays: bytes to elements and back through the steps of a chain; of shards only
 * the index and the chunks that are wanted are read. */
#include "core/memory.h"
#include "io/checksum.h"
#include "io/zarr.h"

#include <string.h>

cask_status cki_zarr_desk_open(cki_zarr_desk *desk, cki_error *error)
{
    desk->work = cki_codec_work_new(error);
    return desk->work ? CASK_OK : CASK_MEMORY;
}

void cki_zarr_desk_close(cki_zarr_desk *desk)
{
    for (int i = 0; i < 3; i++)
        if (desk->buffers[i])
            cki_ledger_give(cki_ledger_current(), desk->buffers[i], desk->rooms[i]);
    cki_codec_work_free(desk->work);
}

unsigned char *cki_zarr_desk_buffer(cki_zarr_desk *desk, int i, size_t room, cki_error *error)
{
    room = room ? room : 1;
    if (desk->buffers[i] && desk->rooms[i] >= room)
        return desk->buffers[i];
    if (desk->buffers[i])
        cki_ledger_give(cki_ledger_current(), desk->buffers[i], desk->rooms[i]);
    desk->buffers[i] = cki_ledger_take(cki_ledger_current(), room, false);
    desk->rooms[i] = room;
    if (!desk->buffers[i])
        cki_fail_memory(error, room);
    return desk->buffers[i];
}

static cask_status damaged(const cki_zarr_desk *desk, const cki_blob *blob, const char *why,
                           cki_error *error)
{
    return cki_fail(error, CASK_FORMAT, "OSError", "%s: chunk '%s' of '%s' cannot be read: %s",
                    desk->path, blob->name, desk->name, why);
}

/* ---- decoding ---- */

/* One step back. What it makes has `before` bytes exactly, or at most. */
static cask_status undo(cki_zarr_desk *desk, const cki_zarr_chain *chain, const cki_blob *blob,
                        const cki_zarr_step *step, unsigned char *from, size_t *length,
                        unsigned char *to, cki_error *error)
{
    const char *why = "it has a wrong size";
    size_t made = 0;
    if (step->of_elements) {
        if (*length != cki_filter_bytes(&step->filter, chain->count))
            return damaged(desk, blob, why, error);
        cki_error own = {0};
        if (cki_filter_decode(&step->filter, from, to, chain->count, &own) != CASK_OK)
            return damaged(desk, blob, own.message, error);
        made = step->before;
    } else if (!cki_codec_decode(desk->work, &step->codec, from, *length, to, step->before, &made,
                                 &why)) {
        return damaged(desk, blob, why, error);
    }
    if (step->exact && made != step->before)
        return damaged(desk, blob, "it has a wrong size", error);
    *length = made;
    return CASK_OK;
}

cask_status cki_zarr_chunk_decode(cki_zarr_desk *desk, const cki_zarr_chain *chain,
                                  const cki_blob *blob, unsigned char *straight,
                                  unsigned char **bytes, size_t *length, cki_error *error)
{
    if (blob->size > chain->most)
        return damaged(desk, blob, "it is larger than it can be", error);
    if ((double)blob->size * chain->ratio < (double)chain->bytes * 0.5 &&
        chain->text == CKI_ZARR_PLAIN && !chain->shard)
        return damaged(desk, blob, "it is too small for what it should hold", error);
    int at = 0;
    *length = (size_t)blob->size;
    *bytes = cki_zarr_desk_buffer(desk, at, *length, error);
    if (!*bytes)
        return CASK_MEMORY;
    cask_status status = cki_blobs_read(blob, 0, *bytes, *length, error);
    for (int i = chain->nsteps - 1; status == CASK_OK && i >= 0; i--) {
        at = 1 - at;
        unsigned char *to = i == 0 && straight
                                ? straight
                                : cki_zarr_desk_buffer(desk, at, chain->steps[i].before, error);
        status =
            to ? undo(desk, chain, blob, &chain->steps[i], *bytes, length, to, error) : CASK_MEMORY;
        *bytes = to;
    }
    return status;
}

/* Whether the stored elements are the wanted ones, in their order. */
static bool is_straight(const cki_zarr_chain *chain, const int64_t *step, const cki_array *out)
{
    if (chain->layout.word != 1 || chain->text != CKI_ZARR_PLAIN)
        return false;
    for (int k = 0; k < chain->ndim; k++)
        if (out->shape[k] != chain->shape[k] || step[k] != 1 ||
            (out->shape[k] > 1 && out->strides[k] != chain->layout.strides[k]))
            return false;
    return true;
}

static cask_status read_elements(cki_zarr_desk *desk, const cki_zarr_chain *chain,
                                 const cki_blob *blob, const int64_t *at, const int64_t *step,
                                 const cki_array *out, cki_error *error)
{
    unsigned char *bytes;
    size_t length;
    if (chain->nsteps == 0 && chain->text == CKI_ZARR_PLAIN) {
        cki_region_layout layout = chain->layout;
        layout.offset = blob->offset;
        if (blob->size != chain->bytes)
            return damaged(desk, blob, "it has a wrong size", error);
        if (!blob->bytes)
            return cki_region_read(blob->file, &layout, at, out->shape, step, out, desk->name,
                                   error);
        cki_region_copy(blob->bytes, &chain->layout, at, out->shape, step, out);
        return CASK_OK;
    }
    bool straight = is_straight(chain, step, out);
    cask_status status = cki_zarr_chunk_decode(desk, chain, blob, straight ? out->data : NULL,
                                               &bytes, &length, error);
    if (status != CASK_OK || straight)
        return status;
    if (chain->text == CKI_ZARR_PLAIN) {
        cki_region_copy(bytes, &chain->layout, at, out->shape, step, out);
        return CASK_OK;
    }
    cask_value *all = cki_array_new(out->dtype, chain->ndim, chain->shape, error);
    if (!all)
        return CASK_MEMORY;
    cki_error own = {0};
    status = cki_zarr_text_decode(chain->text, bytes, length, cki_array_of(all), &own);
    if (status == CASK_MEMORY)
        cki_fail_memory(error, length);
    else if (status != CASK_OK)
        status = damaged(desk, blob, own.message, error);
    else
        cki_region_copy(cki_array_of(all)->data, &chain->layout, at, out->shape, step, out);
    cask_value_unref(all);
    return status;
}

/* ---- shards ---- */

static uint64_t index_number(const cki_zarr_shard *shard, const unsigned char *at)
{
    uint64_t number;
    memcpy(&number, at, sizeof number);
    return shard->swapped ? __builtin_bswap64(number) : number;
}

/* Where the chunks of a shard lie, in buffer 2. */
static cask_status read_index(cki_zarr_desk *desk, const cki_zarr_shard *shard,
                              const cki_blob *blob, unsigned char **index, cki_error *error)
{
    size_t length = (size_t)shard->cells * 16, whole = length + (shard->checked ? 4 : 0);
    if (blob->size < whole)
        return damaged(desk, blob, "it is too short for its index", error);
    *index = cki_zarr_desk_buffer(desk, 2, whole, error);
    if (!*index)
        return CASK_MEMORY;
    cask_status status =
        cki_blobs_read(blob, shard->at_start ? 0 : blob->size - whole, *index, whole, error);
    if (status == CASK_OK && shard->checked &&
        cki_checksum_crc32c(*index, length) != cki_checksum_get(*index + length))
        status = damaged(desk, blob, "the checksum of its index is wrong", error);
    return status;
}

static cask_status read_shard(cki_zarr_desk *desk, const cki_zarr_chain *chain,
                              const cki_blob *blob, const int64_t *at, const int64_t *step,
                              const cki_array *out, cki_error *error)
{
    const cki_zarr_shard *shard = chain->shard;
    int64_t start[CKI_MAX_NDIM], steps[CKI_MAX_NDIM];
    cki_array turned = *out;
    for (int k = 0; k < chain->ndim; k++) {
        start[k] = at[chain->order[k]];
        steps[k] = step[chain->order[k]];
        turned.shape[k] = out->shape[chain->order[k]];
        turned.strides[k] = out->strides[chain->order[k]];
    }
    unsigned char *index;
    cask_status status = read_index(desk, shard, blob, &index, error);
    cki_cells cells;
    cki_cells_begin(&cells, chain->ndim, shard->inner.shape, start, steps, &turned);
    while (status == CASK_OK && cki_cells_next(&cells)) {
        size_t number = 0;
        for (int k = 0; k < chain->ndim; k++)
            number = number * (size_t)shard->grid[k] + (size_t)cells.cell[k];
        uint64_t offset = index_number(shard, index + 16 * number);
        uint64_t size = index_number(shard, index + 16 * number + 8);
        if (offset == UINT64_MAX && size == UINT64_MAX) {
            cki_region_fill(&cells.part, desk->fill);
            continue;
        }
        if (offset > blob->size || size > blob->size - offset)
            return damaged(desk, blob, "a chunk of the shard lies outside it", error);
        cki_blob inner = *blob;
        inner.offset = blob->bytes ? 0 : blob->offset + offset;
        inner.bytes = blob->bytes ? blob->bytes + offset : NULL;
        inner.size = size;
        status =
            cki_zarr_chunk_read(desk, &shard->inner, &inner, cells.at, steps, &cells.part, error);
        if (shard->inner.shard && status == CASK_OK) /* whose index took our place */
            status = read_index(desk, shard, blob, &index, error);
    }
    return status;
}

/* A shard that is compressed as a whole is decoded as a whole. */
static cask_status read_packed(cki_zarr_desk *desk, const cki_zarr_chain *chain,
                               const cki_blob *blob, const int64_t *at, const int64_t *step,
                               const cki_array *out, cki_error *error)
{
    unsigned char *bytes;
    size_t length = 0;
    cask_status status = cki_zarr_chunk_decode(desk, chain, blob, NULL, &bytes, &length, error);
    if (status != CASK_OK)
        return status;
    /* the buffer is wanted for its chunks: it leaves the desk */
    size_t room = 0;
    for (int i = 0; i < 2; i++)
        if (desk->buffers[i] == bytes) {
            room = desk->rooms[i];
            desk->buffers[i] = NULL;
        }
    cki_blob whole = {.bytes = bytes, .size = length, .name = blob->name};
    status = read_shard(desk, chain, &whole, at, step, out, error);
    cki_ledger_give(cki_ledger_current(), bytes, room);
    return status;
}

cask_status cki_zarr_chunk_read(cki_zarr_desk *desk, const cki_zarr_chain *chain,
                                const cki_blob *blob, const int64_t *at, const int64_t *step,
                                const cki_array *out, cki_error *error)
{
    if (chain->shard && chain->nsteps)
        return read_packed(desk, chain, blob, at, step, out, error);
    return chain->shard ? read_shard(desk, chain, blob, at, step, out, error)
                        : read_elements(desk, chain, blob, at, step, out, error);
}

/* ---- encoding ---- */

/* The chunk's elements as they are stored, in buffer 0. */
static unsigned char *lay_out(cki_zarr_desk *desk, const cki_zarr_chain *chain,
                              const cki_array *chunk, cki_error *error)
{
    unsigned char *bytes = cki_zarr_desk_buffer(desk, 0, chain->bytes, error);
    if (!bytes)
        return NULL;
    cki_array stored = *chunk;
    stored.data = bytes;
    memcpy(stored.strides, chain->layout.strides, sizeof stored.strides);
    cki_array_copy(&stored, chunk);
    if (chain->layout.word > 1)
        cki_region_swap(bytes, chain->bytes / chain->layout.word, chain->layout.word);
    return bytes;
}

/* Whether the chunk's elements lie as they are stored, and nothing changes them in place. */
static bool is_laid_out(const cki_zarr_chain *chain, const cki_array *chunk)
{
    if (chain->layout.word != 1 || (chain->nsteps && chain->steps[0].of_elements))
        return false;
    for (int k = 0; k < chain->ndim; k++)
        if (chunk->shape[k] > 1 && chunk->strides[k] != chain->layout.strides[k])
            return false;
    return true;
}

/* Bytes, perhaps in buffer 0, through all steps, appended to `text`. */
static cask_status encode_steps(cki_zarr_desk *desk, const cki_zarr_chain *chain,
                                unsigned char *bytes, size_t length, cki_text *text,
                                cki_error *error)
{
    int at = 0;
    for (int i = 0; bytes && i < chain->nsteps; i++) {
        const cki_zarr_step *step = &chain->steps[i];
        at = 1 - at;
        size_t room = step->of_elements ? cki_filter_bytes(&step->filter, chain->count)
                                        : cki_codec_bound(&step->codec, length);
        unsigned char *to = cki_zarr_desk_buffer(desk, at, room, error);
        const char *why;
        if (!to)
            return CASK_MEMORY;
        if (step->of_elements) {
            if (cki_filter_encode(&step->filter, bytes, to, chain->count, error) != CASK_OK)
                return CASK_INVALID;
            length = room;
        } else if (!cki_codec_encode(desk->work, &step->codec, bytes, length, to, room, &length,
                                     &why)) {
            return cki_fail(error, CASK_INVALID, "ValueError",
                            "%s: a chunk of '%s' (%zu bytes): %s", desk->path, desk->name,
                            chain->bytes, why);
        }
        bytes = to;
    }
    if (!bytes)
        return CASK_MEMORY;
    cki_text_add(text, (const char *)bytes, length);
    return text->failed ? cki_fail_memory(error, length) : CASK_OK;
}

static cask_status encode_elements(cki_zarr_desk *desk, const cki_zarr_chain *chain,
                                   const cki_array *chunk, cki_text *text, cki_error *error)
{
    unsigned char *bytes =
        is_laid_out(chain, chunk) ? chunk->data : lay_out(desk, chain, chunk, error);
    return encode_steps(desk, chain, bytes, chain->bytes, text, error);
}

/* Whether every element of a dense or strided block is the fill value. */
static bool is_fill(const cki_array *part, const void *fill)
{
    size_t size = cki_dtype_size(part->dtype);
    int64_t index[CKI_MAX_NDIM] = {0};
    for (;;) {
        if (memcmp(cki_array_at(part, index), fill, size) != 0)
            return false;
        int k = part->ndim - 1;
        for (; k >= 0; k--) {
            if (++index[k] < part->shape[k])
                break;
            index[k] = 0;
        }
        if (k < 0)
            return true;
    }
}

static void put_number(const cki_zarr_shard *shard, unsigned char *at, uint64_t number)
{
    number = shard->swapped ? __builtin_bswap64(number) : number;
    memcpy(at, &number, sizeof number);
}

/* The inner chunks one behind the other, noted in the index. */
static cask_status encode_inner(cki_zarr_desk *desk, const cki_zarr_chain *chain,
                                const cki_array *turned, size_t base, unsigned char *index,
                                cki_text *text, cki_error *error)
{
    const cki_zarr_shard *shard = chain->shard;
    int64_t zero[CKI_MAX_NDIM] = {0}, one[CKI_MAX_NDIM];
    for (int k = 0; k < chain->ndim; k++)
        one[k] = 1;
    cki_cells cells;
    cask_status status = CASK_OK;
    size_t number = 0;
    cki_cells_begin(&cells, chain->ndim, shard->inner.shape, zero, one, turned);
    for (; status == CASK_OK && cki_cells_next(&cells); number++) {
        if (is_fill(&cells.part, desk->fill))
            continue;
        size_t begin = text->length;
        status = cki_zarr_chunk_encode(desk, &shard->inner, &cells.part, text, error);
        put_number(shard, index + 16 * number, begin - base);
        put_number(shard, index + 16 * number + 8, text->length - begin);
    }
    return status;
}

static cask_status encode_shard(cki_zarr_desk *desk, const cki_zarr_chain *chain,
                                const cki_array *chunk, cki_text *text, cki_error *error)
{
    const cki_zarr_shard *shard = chain->shard;
    size_t length = (size_t)shard->cells * 16, whole = length + (shard->checked ? 4 : 0);
    cki_array turned = *chunk;
    for (int k = 0; k < chain->ndim; k++) {
        turned.shape[k] = chunk->shape[chain->order[k]];
        turned.strides[k] = chunk->strides[chain->order[k]];
    }
    unsigned char *index = cki_memory_alloc(whole);
    if (!index)
        return cki_fail_memory(error, whole);
    memset(index, 0xff, length);
    size_t base = text->length;
    if (shard->at_start)
        cki_text_repeat(text, '\0', whole);
    cask_status status = encode_inner(desk, chain, &turned, base, index, text, error);
    if (shard->checked)
        cki_checksum_put(index + length, cki_checksum_crc32c(index, length));
    if (status == CASK_OK && shard->at_start && !text->failed)
        memcpy(text->bytes + base, index, whole);
    else if (status == CASK_OK)
        cki_text_add(text, (const char *)index, whole);
    cki_memory_free(index);
    if (status == CASK_OK && text->failed)
        status = cki_fail_memory(error, whole);
    return status;
}

cask_status cki_zarr_chunk_encode(cki_zarr_desk *desk, const cki_zarr_chain *chain,
                                  const cki_array *chunk, cki_text *text, cki_error *error)
{
    if (chain->shard && chain->nsteps) {
        cki_text whole = {0};
        cask_status status = encode_shard(desk, chain, chunk, &whole, error);
        if (status == CASK_OK)
            status =
                encode_steps(desk, chain, (unsigned char *)whole.bytes, whole.length, text, error);
        cki_text_free(&whole);
        return status;
    }
    return chain->shard ? encode_shard(desk, chain, chunk, text, error)
                        : encode_elements(desk, chain, chunk, text, error);
}
