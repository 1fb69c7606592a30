/* Codec chains of Zarr arrays: from their JSON, in both versions, to steps whose sizes are known or
 * bounded, so that decoding never allocates by what a file claims alone. */
#include "core/memory.h"
#include "io/zarr.h"

#include <string.h>

static cask_status refuse(const char *what, const char *name, cki_error *error)
{
    return cki_fail(error, CASK_UNSUPPORTED, NULL, "%s '%s'", what, name);
}

static const char *text_of(const cask_value *dict, const char *key, const char *usual)
{
    const cask_value *value =
        dict && dict->kind == CKI_DICT ? cki_value_dict_find(dict, key) : NULL;
    return value && value->kind == CKI_STR ? value->as.text.bytes : usual;
}

static int number_of(const cask_value *dict, const char *key, int usual)
{
    const cask_value *value =
        dict && dict->kind == CKI_DICT ? cki_value_dict_find(dict, key) : NULL;
    if (!value || value->kind != CKI_INT || value->as.integer < INT32_MIN ||
        value->as.integer > INT32_MAX)
        return usual;
    return (int)value->as.integer;
}

static double real_of(const cask_value *dict, const char *key, double usual)
{
    double number;
    cki_error own = {0};
    const cask_value *value =
        dict && dict->kind == CKI_DICT ? cki_value_dict_find(dict, key) : NULL;
    return value && cki_value_real(value, &number, &own) == CASK_OK ? number : usual;
}

static bool flag_of(const cask_value *dict, const char *key)
{
    const cask_value *value =
        dict && dict->kind == CKI_DICT ? cki_value_dict_find(dict, key) : NULL;
    return value && value->kind == CKI_BOOL && value->as.boolean;
}

cask_status cki_zarr_chain_finish(cki_zarr_chain *chain, cki_dtype dtype, bool swapped,
                                  cki_error *error)
{
    size_t size = cki_dtype_size(dtype), count = 1;
    int64_t stride = (int64_t)size;
    chain->layout = (cki_region_layout){
        .itemsize = size, .word = cki_region_word(dtype, swapped), .ndim = chain->ndim};
    for (int k = chain->ndim - 1; k >= 0; k--) {
        int axis = chain->order[k];
        chain->layout.strides[axis] = stride;
        if (__builtin_mul_overflow(count, (size_t)chain->shape[axis], &count) ||
            __builtin_mul_overflow(stride, chain->shape[axis], &stride))
            return cki_fail(error, CASK_FORMAT, "ValueError", "its chunks are larger than memory");
    }
    chain->count = count;
    chain->bytes = (size_t)stride;
    size_t now = chain->bytes;
    bool exact = chain->text == CKI_ZARR_PLAIN && !chain->shard;
    chain->ratio = 1;
    if (chain->shard &&
        (__builtin_mul_overflow(chain->shard->inner.most + 16, (size_t)chain->shard->cells, &now) ||
         __builtin_add_overflow(now, 4, &now)))
        return cki_fail(error, CASK_FORMAT, "ValueError", "its shards are larger than memory");
    for (int i = 0; i < chain->nsteps; i++) {
        cki_zarr_step *step = &chain->steps[i];
        size_t after = 0;
        step->before = now;
        step->exact = exact;
        if (step->of_elements) {
            after = cki_filter_bytes(&step->filter, count);
            chain->ratio *= after ? (double)now / (double)after + 1 : 1;
        } else {
            chain->ratio *= cki_codec_ratio(&step->codec);
            if (!cki_codec_fixed(&step->codec, now, &after)) {
                after = cki_codec_bound(&step->codec, now);
                exact = false;
            }
        }
        now = after;
    }
    chain->most = now;
    return CASK_OK;
}

cask_status cki_zarr_chain_need(const cki_zarr_chain *chain, cki_error *error)
{
    for (int i = 0; i < chain->nsteps; i++)
        if (!chain->steps[i].of_elements &&
            cki_codec_need(&chain->steps[i].codec, error) != CASK_OK)
            return CASK_UNSUPPORTED;
    return chain->shard ? cki_zarr_chain_need(&chain->shard->inner, error) : CASK_OK;
}

static cki_zarr_step *new_step(cki_zarr_chain *chain, cki_error *error)
{
    if (chain->nsteps == CKI_ZARR_STEPS) {
        cki_fail(error, CASK_FORMAT, "ValueError", "more than %d codecs", CKI_ZARR_STEPS);
        return NULL;
    }
    cki_zarr_step *step = &chain->steps[chain->nsteps++];
    *step = (cki_zarr_step){.codec = {.level = CKI_CODEC_USUAL}};
    return step;
}

/* ---- codecs of bytes ---- */

static cask_status blosc_shuffle(const cask_value *how, int width, cki_codec *codec,
                                 cki_error *error)
{
    static const char *const names[] = {"noshuffle", "shuffle", "bitshuffle"};
    const char *name = text_of(how, "shuffle", NULL);
    codec->shuffle = number_of(how, "shuffle", 1);
    for (int i = 0; name && i < 3; i++)
        if (strcmp(names[i], name) == 0)
            codec->shuffle = i;
    if (codec->shuffle < 0) /* automatic: bits where an element is a byte */
        codec->shuffle = width == 1 ? 2 : 1;
    const char *cname = text_of(how, "cname", "lz4");
    if (strlen(cname) >= sizeof codec->cname || codec->shuffle > 2)
        return refuse("an unknown form of Blosc:", cname, error);
    memcpy(codec->cname, cname, strlen(cname) + 1);
    codec->width = number_of(how, "typesize", width);
    codec->blocksize = number_of(how, "blocksize", 0);
    codec->level = number_of(how, "clevel", 5);
    return CASK_OK;
}

/* A raw LZMA stream's one filter, as Python's lzma has it. */
static void lzma_form(const cask_value *how, cki_codec *codec)
{
    codec->format = number_of(how, "format", 1);
    codec->level = number_of(how, "preset", 6);
    const cask_value *filters =
        how && how->kind == CKI_DICT ? cki_value_dict_find(how, "filters") : NULL;
    if (filters && filters->kind == CKI_LIST && filters->as.list.count == 1)
        codec->level = number_of(filters->as.list.items[0], "preset", 6);
}

static cask_status add_codec(cki_zarr_chain *chain, const char *name, const cask_value *how,
                             int width, int version, cki_error *error)
{
    cki_codec_id id;
    if (!cki_codec_find(name, &id))
        return refuse("an unknown codec", name, error);
    cki_zarr_step *step = new_step(chain, error);
    if (!step)
        return error->status;
    cki_codec *codec = &step->codec;
    codec->id = id;
    codec->level = number_of(how, "level", CKI_CODEC_USUAL);
    codec->checksum = flag_of(how, "checksum");
    codec->width = width;
    if (id == CKI_CODEC_SHUFFLE)
        codec->width = number_of(how, "elementsize", 4);
    /* numcodecs has crc32 and adler32 in front, the other two behind */
    codec->at_start =
        strcmp(text_of(how, "location",
                       id == CKI_CODEC_CRC32 || id == CKI_CODEC_ADLER32 ? "start" : "end"),
               "start") == 0;
    if (id == CKI_CODEC_LZMA)
        lzma_form(how, codec);
    if (codec->width < 0 || codec->width > 1 << 16)
        return refuse("impossible elements of codec", name, error);
    (void)version;
    return id == CKI_CODEC_BLOSC ? blosc_shuffle(how, width, codec, error) : CASK_OK;
}

/* ---- filters of elements ---- */

static bool filter_id(const char *name, cki_filter_id *id)
{
    static const struct {
        const char *name;
        cki_filter_id id;
    } all[] = {{"delta", CKI_FILTER_DELTA},       {"fixedscaleoffset", CKI_FILTER_SCALE},
               {"quantize", CKI_FILTER_QUANTIZE}, {"astype", CKI_FILTER_ASTYPE},
               {"bitround", CKI_FILTER_BITROUND}, {"packbits", CKI_FILTER_PACKBITS}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].name, name) == 0) {
            *id = all[i].id;
            return true;
        }
    return false;
}

/* One more filter, on elements of *dtype, which becomes what it makes of them. */
static cask_status add_filter(cki_zarr_chain *chain, const char *name, cki_filter_id id,
                              const cask_value *how, cki_dtype *dtype, bool *swapped,
                              cki_error *error)
{
    bool astype = id == CKI_FILTER_ASTYPE;
    const char *inner = text_of(how, astype ? "decode_dtype" : "dtype", NULL);
    const char *outer = text_of(how, astype ? "encode_dtype" : "astype", inner);
    cki_zarr_step *step = new_step(chain, error);
    if (!step)
        return error->status;
    cki_filter *filter = &step->filter;
    step->of_elements = true;
    *filter = (cki_filter){
        .id = id,
        .inner = *dtype,
        .outer = *dtype,
        .inner_swapped = *swapped,
        .outer_swapped = *swapped,
        .scale = real_of(how, "scale", 1),
        .offset = real_of(how, "offset", 0),
        .digits = number_of(how, id == CKI_FILTER_BITROUND ? "keepbits" : "digits", -1)};
    if (id == CKI_FILTER_PACKBITS) {
        filter->inner = cki_dtype_of(CASK_BOOL);
        filter->outer = cki_dtype_of(CASK_U8);
    } else if ((inner && cki_dtype_parse(inner, &filter->inner, &filter->inner_swapped, error)) ||
               (outer && cki_dtype_parse(outer, &filter->outer, &filter->outer_swapped, error))) {
        return error->status;
    }
    bool plain = cki_dtype_is_number(filter->inner) && cki_dtype_is_number(filter->outer) &&
                 !cki_dtype_is_complex(filter->inner) && !cki_dtype_is_complex(filter->outer);
    if (id == CKI_FILTER_DELTA)
        plain = plain && filter->inner.id != CASK_F16;
    if (id == CKI_FILTER_BITROUND)
        plain = plain && cki_dtype_is_float(filter->inner);
    if (!plain || cki_dtype_size(filter->inner) != cki_dtype_size(*dtype))
        return refuse("elements of another type than the array's in filter", name, error);
    *dtype = filter->outer;
    *swapped = filter->outer_swapped;
    return CASK_OK;
}

static bool text_kind(const char *name, cki_zarr_text *kind)
{
    *kind = strcmp(name, "vlen-utf8") == 0    ? CKI_ZARR_UTF8
            : strcmp(name, "vlen-bytes") == 0 ? CKI_ZARR_BYTES
            : strcmp(name, "json2") == 0      ? CKI_ZARR_JSON
                                              : CKI_ZARR_PLAIN;
    return *kind != CKI_ZARR_PLAIN;
}

/* ---- version 2 ---- */

static cask_status add_v2(cki_zarr_chain *chain, const cask_value *how, cki_dtype *dtype,
                          bool *swapped, cki_error *error)
{
    cki_filter_id id;
    cki_zarr_text kind;
    const char *name = text_of(how, "id", NULL);
    if (!name)
        return cki_fail(error, CASK_FORMAT, "ValueError", "a codec without an id");
    if (text_kind(name, &kind)) {
        chain->text = kind;
        return CASK_OK;
    }
    if (filter_id(name, &id))
        return add_filter(chain, name, id, how, dtype, swapped, error);
    return add_codec(chain, name, how, (int)cki_dtype_size(*dtype), 2, error);
}

cask_status cki_zarr_chain_v2(cki_zarr_chain *chain, const cask_value *filters,
                              const cask_value *compressor, cki_dtype dtype, bool swapped,
                              cki_error *error)
{
    cki_dtype now = dtype;
    bool now_swapped = swapped;
    size_t count = filters && filters->kind == CKI_LIST ? filters->as.list.count : 0;
    for (size_t i = 0; i < count; i++)
        if (add_v2(chain, filters->as.list.items[i], &now, &now_swapped, error) != CASK_OK)
            return error->status;
    if (compressor && compressor->kind == CKI_DICT &&
        add_v2(chain, compressor, &now, &now_swapped, error) != CASK_OK)
        return error->status;
    return cki_zarr_chain_finish(chain, dtype, swapped, error);
}

/* ---- version 3 ---- */

/* {"name": "transpose", "configuration": {"order": [2, 0, 1]}} after those before it. */
static cask_status add_transpose(cki_zarr_chain *chain, const cask_value *how, cki_error *error)
{
    const cask_value *order =
        how && how->kind == CKI_DICT ? cki_value_dict_find(how, "order") : NULL;
    int before[CKI_MAX_NDIM];
    bool seen[CKI_MAX_NDIM] = {false};
    memcpy(before, chain->order, sizeof before);
    bool good = order != NULL;
    if (good && order->kind == CKI_STR) { /* as early drafts wrote it */
        for (int k = 0; k < chain->ndim; k++)
            chain->order[k] = before[order->as.text.bytes[0] == 'F' ? chain->ndim - 1 - k : k];
        return CASK_OK;
    }
    good = good && order->kind == CKI_LIST && order->as.list.count == (size_t)chain->ndim;
    for (int k = 0; good && k < chain->ndim; k++) {
        const cask_value *axis = order->as.list.items[k];
        good = axis->kind == CKI_INT && axis->as.integer >= 0 && axis->as.integer < chain->ndim &&
               !seen[axis->as.integer];
        if (good) {
            seen[axis->as.integer] = true;
            chain->order[k] = before[axis->as.integer];
        }
    }
    return good ? CASK_OK
                : cki_fail(error, CASK_FORMAT, "ValueError", "a transposition that is none");
}

static bool is_big(const cask_value *how)
{
    return strcmp(text_of(how, "endian", "little"), "big") == 0;
}

/* The index of shards: bytes, and perhaps a checksum. */
static cask_status index_codecs(cki_zarr_shard *shard, const cask_value *codecs, cki_error *error)
{
    size_t count = codecs && codecs->kind == CKI_LIST ? codecs->as.list.count : 0;
    for (size_t i = 0; i < count; i++) {
        const cask_value *one = codecs->as.list.items[i];
        const char *name = text_of(one, "name", "?");
        if (i == 0 && strcmp(name, "bytes") == 0)
            shard->swapped =
                one->kind == CKI_DICT && is_big(cki_value_dict_find(one, "configuration"));
        else if (i == 1 && strcmp(name, "crc32c") == 0)
            shard->checked = true;
        else
            return refuse("a codec of a shard's index:", name, error);
    }
    return count ? CASK_OK
                 : cki_fail(error, CASK_FORMAT, "ValueError", "a shard without index codecs");
}

static cask_status add_shard(cki_store *store, cki_zarr_chain *chain, const cask_value *how,
                             cki_dtype dtype, int nesting, cki_error *error)
{
    const cask_value *shape =
        how && how->kind == CKI_DICT ? cki_value_dict_find(how, "chunk_shape") : NULL;
    if (nesting == CKI_ZARR_NESTING)
        return cki_fail(error, CASK_UNSUPPORTED, NULL, "shards nested too deep");
    cki_zarr_shard *shard = cki_formats_alloc(store, 1, sizeof *shard, error);
    if (!shard)
        return CASK_MEMORY;
    bool good = shape && shape->kind == CKI_LIST && shape->as.list.count == (size_t)chain->ndim;
    shard->cells = 1;
    shard->inner.ndim = chain->ndim;
    for (int k = 0; good && k < chain->ndim; k++) {
        const cask_value *length = shape->as.list.items[k];
        int64_t whole = chain->shape[chain->order[k]];
        good = length->kind == CKI_INT && length->as.integer > 0 && whole % length->as.integer == 0;
        if (!good)
            break;
        shard->inner.shape[k] = length->as.integer;
        shard->inner.order[k] = k;
        shard->grid[k] = whole / length->as.integer;
        good = !__builtin_mul_overflow(shard->cells, (uint64_t)shard->grid[k], &shard->cells) &&
               shard->cells < (uint64_t)1 << 40;
    }
    if (!good)
        return cki_fail(error, CASK_FORMAT, "ValueError",
                        "a shard whose chunk_shape does not divide it");
    shard->at_start = strcmp(text_of(how, "index_location", "end"), "start") == 0;
    chain->shard = shard;
    if (index_codecs(shard, cki_value_dict_find(how, "index_codecs"), error) != CASK_OK)
        return error->status;
    return cki_zarr_chain_v3(store, &shard->inner, cki_value_dict_find(how, "codecs"), dtype,
                             nesting + 1, error);
}

/* What a chain is made of so far. */
typedef struct making {
    cki_dtype dtype;    /* after the filters */
    bool swapped, laid; /* the order of bytes; whether elements have become bytes */
} making;

static cask_status add_v3(cki_store *store, cki_zarr_chain *chain, const cask_value *one,
                          cki_dtype dtype, making *m, int nesting, cki_error *error)
{
    const char *name = one->kind == CKI_STR ? one->as.text.bytes : text_of(one, "name", NULL);
    const cask_value *how =
        one->kind == CKI_DICT ? cki_value_dict_find(one, "configuration") : NULL;
    if (!name)
        return cki_fail(error, CASK_FORMAT, "ValueError", "a codec without a name");
    name = strncmp(name, "numcodecs.", 10) == 0 ? name + 10 : name;
    cki_filter_id id;
    cki_zarr_text kind;
    if (!m->laid && strcmp(name, "transpose") == 0)
        return add_transpose(chain, how, error);
    if (!m->laid && filter_id(name, &id)) {
        bool native = false;
        return add_filter(chain, name, id, how, &m->dtype, &native, error);
    }
    bool first = !m->laid;
    m->laid = true;
    if (first && (strcmp(name, "bytes") == 0 || strcmp(name, "endian") == 0)) {
        m->swapped = is_big(how);
        return CASK_OK;
    }
    if (first && text_kind(name, &kind)) {
        chain->text = kind;
        return CASK_OK;
    }
    if (first && strcmp(name, "sharding_indexed") == 0)
        return add_shard(store, chain, how, dtype, nesting, error);
    if (first)
        return refuse("elements cannot be made bytes by codec", name, error);
    return add_codec(chain, name, how, (int)cki_dtype_size(m->dtype), 3, error);
}

cask_status cki_zarr_chain_v3(cki_store *store, cki_zarr_chain *chain, const cask_value *codecs,
                              cki_dtype dtype, int nesting, cki_error *error)
{
    making m = {.dtype = dtype};
    size_t count = codecs && codecs->kind == CKI_LIST ? codecs->as.list.count : 0;
    for (size_t i = 0; i < count; i++)
        if (add_v3(store, chain, codecs->as.list.items[i], dtype, &m, nesting, error) != CASK_OK)
            return error->status;
    if (!m.laid)
        return cki_fail(error, CASK_FORMAT, "ValueError", "no codec makes bytes of its elements");
    bool swapped = m.swapped;
    /* filters between take native elements, and give what the bytes are made of */
    for (int i = 0; i < chain->nsteps; i++)
        if (chain->steps[i].of_elements) {
            chain->steps[i].filter.inner_swapped = chain->steps[i].filter.outer_swapped = false;
            if (i + 1 == chain->nsteps || !chain->steps[i + 1].of_elements)
                chain->steps[i].filter.outer_swapped = m.swapped;
            swapped = false;
        }
    return cki_zarr_chain_finish(chain, dtype, swapped, error);
}
