/* The metadata of a new Zarr array as JSON, in both versions, with the keys in the order in which
 * zarr-python writes them. */
#include "core/memory.h"
#include "io/zarr_write.h"

#include <string.h>

/* What a target asks for, with the defaults put in. */
typedef struct wish {
    const cki_target *target;
    const cki_storage *storage;
    int version;
    int64_t chunks[CKI_MAX_NDIM];
    bool has_codec;
    cki_codec codec;
    char separator;
} wish;

static void put_lengths(cki_text *text, const int64_t *lengths, int ndim)
{
    cki_text_char(text, '[');
    for (int k = 0; k < ndim; k++)
        cki_text_format(text, k ? ", %lld" : "%lld", (long long)lengths[k]);
    cki_text_char(text, ']');
}

static cask_status put_value(cki_text *text, const cask_value *value, cki_error *error)
{
    cask_status status = cki_value_json(value, text, error);
    return status;
}

static int level_of(const cki_codec *codec, int usual)
{
    return codec->level == CKI_CODEC_USUAL ? usual : codec->level;
}

static const char *shuffle_name(const cki_codec *codec)
{
    static const char *const names[] = {"noshuffle", "shuffle", "bitshuffle"};
    return names[codec->shuffle];
}

/* {"id": "zstd", "level": 3} */
static void put_compressor(cki_text *text, const wish *w)
{
    const cki_codec *codec = &w->codec;
    const char *name = cki_codec_name(codec->id);
    if (!w->has_codec) {
        cki_text_put(text, "null");
        return;
    }
    cki_text_format(text, "{\"id\": \"%s\"", name);
    if (codec->id == CKI_CODEC_BLOSC)
        cki_text_format(text,
                        ", \"blocksize\": 0, \"clevel\": %d, \"cname\": \"%s\", \"shuffle\": %d",
                        level_of(codec, 5), codec->cname, codec->shuffle);
    else if (codec->id == CKI_CODEC_LZ4)
        cki_text_put(text, ", \"acceleration\": 1");
    else if (codec->id == CKI_CODEC_LZMA)
        cki_text_format(text, ", \"check\": -1, \"filters\": null, \"format\": 1, \"preset\": %d",
                        level_of(codec, 6));
    else if (codec->id == CKI_CODEC_SHUFFLE)
        cki_text_format(text, ", \"elementsize\": %d", codec->width);
    else if (cki_codec_ratio(codec) > 1)
        cki_text_format(text, ", \"level\": %d",
                        level_of(codec, codec->id == CKI_CODEC_ZSTD ? 0 : 6));
    cki_text_char(text, '}');
}

static cask_status put_fill(cki_text *text, const wish *w, cki_error *error)
{
    const cki_target *target = w->target;
    size_t size = cki_dtype_size(target->dtype);
    void *element = cki_memory_calloc(1, size + 16);
    if (!element)
        return cki_fail_memory(error, size);
    cask_status status = CASK_OK;
    const cask_value *fill = w->storage->fill;
    if (fill && fill->kind == CKI_ARRAY)
        status = cki_array_cast_element(target->dtype, element, fill->as.array->dtype,
                                        fill->as.array->data, error);
    else if (fill && fill->kind == CKI_COMPLEX && cki_dtype_is_complex(target->dtype))
        status = cki_array_cast_element(target->dtype, element, cki_dtype_of(CASK_C128),
                                        &fill->as.complex, error);
    else if (fill)
        status = cki_zarr_fill_parse(fill, target->dtype, element, error);
    if (status == CASK_OK)
        cki_zarr_fill_print(target->dtype, element, w->version, text);
    cki_memory_free(element);
    return status;
}

/* ---- version 2 ---- */

static cask_status print_v2(const wish *w, cki_text *text, cki_error *error)
{
    const cki_target *target = w->target;
    char code[48];
    cki_text_put(text, "{\n    \"chunks\": ");
    put_lengths(text, w->chunks, target->ndim);
    cki_text_put(text, ",\n    \"compressor\": ");
    if (w->storage->compressor && w->storage->compressor->kind == CKI_DICT) {
        if (put_value(text, w->storage->compressor, error) != CASK_OK)
            return error->status;
    } else {
        put_compressor(text, w);
    }
    cki_text_format(text,
                    ",\n    \"dimension_separator\": \"%c\",\n    \"dtype\": \"%s\",\n"
                    "    \"fill_value\": ",
                    w->separator, cki_dtype_code(target->dtype, code));
    if (put_fill(text, w, error) != CASK_OK)
        return error->status;
    cki_text_put(text, ",\n    \"filters\": ");
    if (w->storage->filters && w->storage->filters->kind == CKI_LIST &&
        w->storage->filters->as.list.count) {
        if (put_value(text, w->storage->filters, error) != CASK_OK)
            return error->status;
    } else {
        cki_text_put(text, "null");
    }
    cki_text_format(text,
                    ",\n    \"order\": \"%c\",\n    \"shape\": ", w->storage->fortran ? 'F' : 'C');
    put_lengths(text, target->shape, target->ndim);
    cki_text_put(text, ",\n    \"zarr_format\": 2\n}");
    return CASK_OK;
}

/* Attributes, and the dimensions' names as xarray has them there; nothing if there are none. */
static cask_status print_attributes(const wish *w, bool named, cki_text *text, cki_error *error)
{
    const cki_target *target = w->target;
    const cask_value *all = target->attributes;
    size_t shown = 0;
    cki_text_char(text, '{');
    if (named && target->dims && target->ndim) {
        cki_text_put(text, "\n    \"_ARRAY_DIMENSIONS\": [");
        for (int k = 0; k < target->ndim; k++) {
            char buffer[32];
            cask_value *name =
                cki_value_string(cki_formats_dimension(target, target->dtype, k, buffer), error);
            cki_text_put(text, k ? ", " : "");
            cask_status status = name ? put_value(text, name, error) : CASK_MEMORY;
            cask_value_unref(name);
            if (status != CASK_OK)
                return status;
        }
        cki_text_char(text, ']');
        shown++;
    }
    for (size_t i = 0; all && i < all->as.dict.count; i++) {
        cki_text one = {0};
        cki_error own = {0};
        const cask_value *value = all->as.dict.values[i];
        cask_value *list =
            cki_array_of(value) ? cki_array_tolist(cki_array_of(value), error) : NULL;
        bool good = all->as.dict.keys[i]->kind == CKI_STR &&
                    cki_value_json(all->as.dict.keys[i], &one, &own) == CASK_OK;
        cki_text_put(&one, ": ");
        good = good && cki_value_json(list ? list : value, &one, &own) == CASK_OK && !one.failed;
        if (good) {
            cki_text_put(text, shown++ ? ",\n    " : "\n    ");
            cki_text_add(text, one.bytes, one.length);
        }
        cask_value_unref(list);
        cki_text_free(&one);
    }
    cki_text_put(text, shown ? "\n}" : "}");
    if (!shown)
        text->length -= text->failed ? 0 : 2;
    return CASK_OK;
}

/* ---- version 3 ---- */

static cask_status put_dtype(cki_text *text, cki_dtype dtype, cki_error *error)
{
    char name[48];
    if (cki_dtype_is_time(dtype))
        cki_text_format(text,
                        "{\"name\": \"numpy.%s\", \"configuration\": {\"unit\": \"%s\", "
                        "\"scale_factor\": %d}}",
                        dtype.id == CASK_DATETIME ? "datetime64" : "timedelta64",
                        cki_dtype_unit_name((cki_unit)dtype.unit), dtype.count ? dtype.count : 1);
    else if (cki_dtype_is_text(dtype))
        cki_text_format(text, "{\"name\": \"%s\", \"configuration\": {\"length_bytes\": %zu}}",
                        dtype.id == CASK_STR ? "fixed_length_utf32" : "null_terminated_bytes",
                        cki_dtype_size(dtype));
    else
        cki_text_format(text, "\"%s\"", cki_dtype_name(dtype, name));
    return text->failed ? cki_fail_memory(error, 0) : CASK_OK;
}

/* The codec of bytes in the words of version 3. */
static void put_codec(cki_text *text, const wish *w)
{
    const cki_codec *codec = &w->codec;
    if (!w->has_codec)
        return;
    switch (codec->id) {
    case CKI_CODEC_BLOSC:
        cki_text_format(text,
                        ", {\"name\": \"blosc\", \"configuration\": {\"typesize\": %zu, \"cname\": "
                        "\"%s\", \"clevel\": %d, \"shuffle\": \"%s\", \"blocksize\": 0}}",
                        cki_dtype_size(w->target->dtype) ? cki_dtype_size(w->target->dtype) : 1,
                        codec->cname, level_of(codec, 5), shuffle_name(codec));
        return;
    case CKI_CODEC_ZSTD:
        cki_text_format(text,
                        ", {\"name\": \"zstd\", \"configuration\": {\"level\": %d, \"checksum\": "
                        "false}}",
                        level_of(codec, 0));
        return;
    case CKI_CODEC_GZIP:
        cki_text_format(text, ", {\"name\": \"gzip\", \"configuration\": {\"level\": %d}}",
                        level_of(codec, 6));
        return;
    case CKI_CODEC_CRC32C:
        cki_text_put(text, ", {\"name\": \"crc32c\"}");
        return;
    case CKI_CODEC_ZLIB:
    case CKI_CODEC_LZ4:
    case CKI_CODEC_BZ2:
    case CKI_CODEC_LZMA:
    case CKI_CODEC_SHUFFLE:
    case CKI_CODEC_CRC32:
    case CKI_CODEC_ADLER32:
    case CKI_CODEC_FLETCHER32:
        break;
    }
    cki_text_format(text, ", {\"name\": \"numcodecs.%s\", \"configuration\": {",
                    cki_codec_name(codec->id));
    if (codec->id == CKI_CODEC_LZMA)
        cki_text_format(text, "\"preset\": %d", level_of(codec, 6));
    else if (codec->id == CKI_CODEC_SHUFFLE)
        cki_text_format(text, "\"elementsize\": %d", codec->width);
    else if (cki_codec_ratio(codec) > 1 && codec->id != CKI_CODEC_LZ4)
        cki_text_format(text, "\"level\": %d", level_of(codec, 6));
    cki_text_put(text, "}}");
}

/* [transpose, bytes, compression] */
static void put_chain(cki_text *text, const wish *w)
{
    cki_text_char(text, '[');
    if (w->storage->fortran && w->target->ndim > 1) {
        cki_text_put(text, "{\"name\": \"transpose\", \"configuration\": {\"order\": [");
        for (int k = w->target->ndim - 1; k >= 0; k--)
            cki_text_format(text, k ? "%d, " : "%d", k);
        cki_text_put(text, "]}}, ");
    }
    if (cki_dtype_size(w->target->dtype) > 1 && w->target->dtype.id != CASK_BYTES)
        cki_text_put(text, "{\"name\": \"bytes\", \"configuration\": {\"endian\": \"little\"}}");
    else
        cki_text_put(text, "{\"name\": \"bytes\"}");
    put_codec(text, w);
    cki_text_char(text, ']');
}

static cask_status print_v3(const wish *w, cki_text *text, cki_error *error)
{
    const cki_target *target = w->target;
    const int64_t *outer = w->storage->shards ? w->storage->shards : w->chunks;
    cki_text_put(text, "{\n    \"shape\": ");
    put_lengths(text, target->shape, target->ndim);
    cki_text_put(text, ",\n    \"data_type\": ");
    if (put_dtype(text, target->dtype, error) != CASK_OK)
        return error->status;
    cki_text_put(text, ",\n    \"chunk_grid\": {\"name\": \"regular\", \"configuration\": "
                       "{\"chunk_shape\": ");
    put_lengths(text, outer, target->ndim);
    cki_text_format(text,
                    "}},\n    \"chunk_key_encoding\": {\"name\": \"default\", \"configuration\": "
                    "{\"separator\": \"%c\"}},\n    \"fill_value\": ",
                    w->separator);
    if (put_fill(text, w, error) != CASK_OK)
        return error->status;
    cki_text_put(text, ",\n    \"codecs\": ");
    if (w->storage->shards) {
        cki_text_put(text,
                     "[{\"name\": \"sharding_indexed\", \"configuration\": {\"chunk_shape\": ");
        put_lengths(text, w->chunks, target->ndim);
        cki_text_put(text, ", \"codecs\": ");
        put_chain(text, w);
        cki_text_put(text, ", \"index_codecs\": [{\"name\": \"bytes\", \"configuration\": "
                           "{\"endian\": \"little\"}}, {\"name\": \"crc32c\"}], "
                           "\"index_location\": \"end\"}}]");
    } else {
        put_chain(text, w);
    }
    if (target->dims && target->ndim) {
        cki_text_put(text, ",\n    \"dimension_names\": [");
        for (int k = 0; k < target->ndim; k++) {
            char buffer[32];
            cki_text_put(text, k ? ", " : "");
            cask_value *name =
                cki_value_string(cki_formats_dimension(target, target->dtype, k, buffer), error);
            cask_status status = name ? put_value(text, name, error) : CASK_MEMORY;
            cask_value_unref(name);
            if (status != CASK_OK)
                return status;
        }
        cki_text_char(text, ']');
    }
    cki_text_put(text, ",\n    \"attributes\": ");
    size_t before = text->length;
    if (print_attributes(w, false, text, error) != CASK_OK)
        return error->status;
    if (text->length == before)
        cki_text_put(text, "{}");
    cki_text_put(text, ",\n    \"zarr_format\": 3,\n    \"node_type\": \"array\",\n"
                       "    \"storage_transformers\": []\n}");
    return CASK_OK;
}

/* ---- both ---- */

/* Chunks that hold about so much if nobody says. */
enum { USUAL_CHUNK = 4 << 20 };

static void usual_chunks(wish *w)
{
    const cki_target *target = w->target;
    int64_t size = (int64_t)cki_dtype_size(target->dtype), bytes = size ? size : 1;
    for (int k = target->ndim - 1; k >= 0; k--) {
        int64_t most = USUAL_CHUNK / bytes;
        most = most < 1 ? 1 : most;
        w->chunks[k] = target->shape[k] < most ? target->shape[k] : most;
        w->chunks[k] = w->chunks[k] < 1 ? 1 : w->chunks[k];
        bytes *= w->chunks[k];
    }
}

static cask_status make_wish(wish *w, const cki_target *target, int version, cki_error *error)
{
    static const cki_storage none = {0};
    *w = (wish){.target = target, .version = version};
    w->storage = target->storage ? target->storage : &none;
    w->separator = w->storage->separator ? w->storage->separator : version == 2 ? '.' : '/';
    usual_chunks(w);
    for (int k = 0; target->chunks && k < target->ndim; k++)
        w->chunks[k] = target->chunks[k] < 1 ? 1 : target->chunks[k];
    int width = (int)cki_dtype_size(target->dtype);
    bool off = false;
    const char *codec = w->storage->codec ? w->storage->codec
                        : version == 2    ? "blosc:lz4:5:shuffle"
                                          : "zstd:0";
    if (cki_codec_parse(codec, width, &w->codec, &off, error) != CASK_OK)
        return error->status;
    w->has_codec = !off;
    if (version != 2 && version != 3)
        return cki_fail(error, CASK_INVALID, "ValueError", "zarr_format is 2 or 3, not %d",
                        version);
    if (version == 2 && w->storage->shards)
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "version 2 of Zarr has no shards; write with zarr_format=3");
    if (version == 3 && (w->storage->filters ||
                         (w->storage->compressor && w->storage->compressor->kind == CKI_DICT)))
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "filters and compressor records are version 2's; for version 3 name a "
                        "codec, as compressor='zstd:5'");
    for (int k = 0; w->storage->shards && k < target->ndim; k++)
        if (w->storage->shards[k] < 1 || w->storage->shards[k] % w->chunks[k] != 0)
            return cki_fail(error, CASK_INVALID, "ValueError",
                            "shards must hold whole chunks: %lld is no multiple of %lld on axis %d",
                            (long long)w->storage->shards[k], (long long)w->chunks[k], k);
    return CASK_OK;
}

cask_status cki_zarr_write_metadata(const cki_target *target, int version, cki_text *metadata,
                                    cki_text *attributes, cki_error *error)
{
    wish w;
    if (make_wish(&w, target, version, error) != CASK_OK)
        return error->status;
    cask_status status =
        version == 2 ? print_v2(&w, metadata, error) : print_v3(&w, metadata, error);
    if (status == CASK_OK && version == 2)
        status = print_attributes(&w, true, attributes, error);
    if (status == CASK_OK && (metadata->failed || attributes->failed))
        status = cki_fail_memory(error, metadata->length);
    return status;
}
