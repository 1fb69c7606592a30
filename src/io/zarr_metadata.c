/* Metadata of Zarr arrays: .zarray and zarr.json to variables. What cannot be read is kept as a
 * reason, so that the other arrays of a group can be. */
#include "core/memory.h"
#include "io/zarr.h"

#include <ctype.h>
#include <string.h>

cask_value *cki_zarr_metadata_parse(const char *text, size_t length, cki_error *error)
{
    cki_text quoted = {0};
    bool in_string = false;
    for (size_t i = 0; i < length;) {
        size_t digits = 0;
        while (!in_string && i + digits < length && isdigit((unsigned char)text[i + digits]))
            digits++;
        char after = i + digits < length ? text[i + digits] : ' ';
        bool whole = after != '.' && after != 'e' && after != 'E';
        bool begins = i == 0 || (text[i - 1] != '.' && text[i - 1] != '-' && text[i - 1] != '+');
        bool wide =
            digits == 20 || (digits == 19 && memcmp(text + i, "9223372036854775807", 19) > 0);
        if (wide && whole && begins) {
            cki_text_char(&quoted, '"');
            cki_text_add(&quoted, text + i, digits);
            cki_text_char(&quoted, '"');
        } else if (digits) {
            cki_text_add(&quoted, text + i, digits);
        } else {
            digits = 1;
            if (text[i] == '"')
                in_string = !in_string;
            else if (in_string && text[i] == '\\' && i + 1 < length)
                digits = 2;
            cki_text_add(&quoted, text + i, digits);
        }
        i += digits;
    }
    cask_value *value = NULL;
    if (quoted.failed)
        cki_fail_memory(error, length);
    else
        value = cki_value_from_json(quoted.bytes ? quoted.bytes : "", quoted.length, error);
    cki_text_free(&quoted);
    return value;
}

static cask_status broken(const char *what, cki_error *error)
{
    return cki_fail(error, CASK_FORMAT, "ValueError", "its metadata have no valid %s", what);
}

static const cask_value *get(const cask_value *dict, const char *key)
{
    return dict && dict->kind == CKI_DICT ? cki_value_dict_find(dict, key) : NULL;
}

static const char *get_text(const cask_value *dict, const char *key)
{
    const cask_value *value = get(dict, key);
    return value && value->kind == CKI_STR ? value->as.text.bytes : NULL;
}

/* ---- shapes ---- */

static cask_status take_lengths(const cask_value *list, int64_t least, int ndim, int64_t *lengths,
                                const char *what, cki_error *error)
{
    if (!list || list->kind != CKI_LIST || list->as.list.count != (size_t)ndim)
        return broken(what, error);
    for (int k = 0; k < ndim; k++) {
        const cask_value *length = list->as.list.items[k];
        if (length->kind != CKI_INT || length->as.integer < least)
            return broken(what, error);
        lengths[k] = length->as.integer;
    }
    return CASK_OK;
}

/* Shape and chunks, into the variable and the chain. */
static cask_status take_shapes(cki_store *store, const cask_value *shape, const cask_value *chunks,
                               cki_zarr_array *made, cki_variable *variable, cki_error *error)
{
    if (!shape || shape->kind != CKI_LIST || shape->as.list.count > CKI_MAX_NDIM)
        return broken("shape", error);
    int ndim = (int)shape->as.list.count;
    int64_t *lengths = cki_formats_alloc(store, 2 * CKI_MAX_NDIM, sizeof *lengths, error);
    if (!lengths)
        return CASK_MEMORY;
    cki_zarr_chain *chain = &made->chain;
    if (take_lengths(shape, 0, ndim, lengths, "shape", error) != CASK_OK ||
        take_lengths(chunks, 1, ndim, chain->shape, "chunks", error) != CASK_OK)
        return error->status;
    chain->ndim = variable->ndim = ndim;
    variable->shape = lengths;
    variable->chunks = lengths + CKI_MAX_NDIM;
    memcpy(lengths + CKI_MAX_NDIM, chain->shape, sizeof chain->shape);
    double cells = 1;
    for (int k = 0; k < ndim; k++) {
        chain->order[k] = k;
        made->grid[k] = lengths[k] ? (lengths[k] - 1) / chain->shape[k] + 1 : 0;
        cells *= (double)made->grid[k];
    }
    if (cells > 1e18)
        return cki_fail(error, CASK_FORMAT, "ValueError", "it has more chunks than can be counted");
    return CASK_OK;
}

static cask_status take_names(cki_store *store, const cask_value *names, cki_variable *variable,
                              cki_error *error)
{
    if (!names || names->kind != CKI_LIST || names->as.list.count != (size_t)variable->ndim)
        return CASK_OK;
    const char **dims = cki_formats_alloc(store, (size_t)variable->ndim, sizeof *dims, error);
    if (!dims)
        return CASK_MEMORY;
    for (int k = 0; k < variable->ndim; k++) {
        const cask_value *name = names->as.list.items[k];
        if (name->kind == CKI_STR &&
            !(dims[k] = cki_formats_text(store, name->as.text.bytes, name->as.text.length, error)))
            return CASK_MEMORY;
    }
    variable->dims = dims;
    return CASK_OK;
}

static cask_status take_fill(cki_store *store, const cask_value *fill, cki_zarr_array *made,
                             const cki_variable *variable, cki_error *error)
{
    made->fill = cki_formats_alloc(store, 1, cki_dtype_size(variable->dtype) + 16, error);
    if (!made->fill)
        return CASK_MEMORY;
    if (made->chain.text != CKI_ZARR_PLAIN)
        return CASK_OK;
    return cki_zarr_fill_parse(fill, variable->dtype, made->fill, error);
}

/* "blosc zstd 5 + bitshuffle", "zlib 6", in the order of encoding. */
static cask_status name_codecs(cki_store *store, const cki_zarr_chain *chain,
                               cki_variable *variable, cki_error *error)
{
    cki_text text = {0};
    const cki_zarr_chain *inner = chain;
    while (inner->shard) {
        inner = &inner->shard->inner;
        cki_text_put(&text, "shards of (");
        for (int k = 0; k < inner->ndim; k++)
            cki_text_format(&text, "%s%lld", k ? ", " : "", (long long)inner->shape[k]);
        cki_text_put(&text, ") ");
    }
    static const char *const filters[] = {"delta",  "fixedscaleoffset", "quantize",
                                          "astype", "bitround",         "packbits"};
    static const char *const shuffles[] = {"", " + shuffle", " + bitshuffle"};
    for (int i = 0; i < inner->nsteps; i++) {
        const cki_codec *codec = &inner->steps[i].codec;
        cki_text_put(&text, i ? " + " : "");
        if (inner->steps[i].of_elements) {
            cki_text_put(&text, filters[inner->steps[i].filter.id]);
            continue;
        }
        cki_text_put(&text, cki_codec_name(codec->id));
        if (codec->id == CKI_CODEC_BLOSC)
            cki_text_format(&text, " %s", codec->cname);
        if (codec->level != CKI_CODEC_USUAL)
            cki_text_format(&text, " %d", codec->level);
        if (codec->id == CKI_CODEC_BLOSC)
            cki_text_put(&text, shuffles[codec->shuffle]);
    }
    if (text.length && !text.failed)
        variable->codec = cki_formats_text(store, text.bytes, text.length, error);
    bool failed = text.failed || (text.length && !variable->codec);
    cki_text_free(&text);
    return failed ? cki_fail_memory(error, 0) : CASK_OK;
}

/* A failure to understand becomes the variable's; a lack of memory stays one. */
static cask_status conclude(cki_store *store, cki_variable *variable, const cki_error *own,
                            cki_error *error)
{
    if (own->status == CASK_OK)
        return CASK_OK;
    if (own->status == CASK_MEMORY)
        return cki_fail(error, CASK_MEMORY, own->python, "%s", own->message);
    variable->unreadable = cki_formats_text(store, own->message, strlen(own->message), error);
    variable->damaged = own->status != CASK_UNSUPPORTED && own->status != CASK_TYPE;
    return variable->unreadable ? CASK_OK : CASK_MEMORY;
}

/* ---- version 2 ---- */

static cask_status dtype_v2(const cask_value *value, cki_dtype *dtype, bool *swapped, bool *object,
                            cki_error *error)
{
    if (value && value->kind == CKI_LIST)
        return cki_fail(error, CASK_UNSUPPORTED, NULL,
                        "its type is structured; save each field as an array of its own");
    if (!value || value->kind != CKI_STR)
        return broken("dtype", error);
    *object = strcmp(value->as.text.bytes, "|O") == 0;
    *dtype = (cki_dtype){.id = CASK_STR, .count = 1};
    return *object ? CASK_OK : cki_dtype_parse(value->as.text.bytes, dtype, swapped, error);
}

static cask_status read_v2(cki_store *store, const cask_value *array, cki_zarr_array *made,
                           cki_variable *variable, cki_error *error)
{
    bool swapped = false, object = false;
    const char *separator = get_text(array, "dimension_separator");
    const char *order = get_text(array, "order");
    made->separator = separator && separator[0] == '/' ? '/' : '.';
    if (take_shapes(store, get(array, "shape"), get(array, "chunks"), made, variable, error) ||
        dtype_v2(get(array, "dtype"), &variable->dtype, &swapped, &object, error))
        return error->status;
    for (int k = 0; order && order[0] == 'F' && k < variable->ndim; k++)
        made->chain.order[k] = variable->ndim - 1 - k;
    if (cki_zarr_chain_v2(&made->chain, get(array, "filters"), get(array, "compressor"),
                          variable->dtype, swapped, error))
        return error->status;
    if (object && made->chain.text == CKI_ZARR_PLAIN)
        return cki_fail(error, CASK_UNSUPPORTED, NULL,
                        "its elements are Python objects; vlen-utf8, vlen-bytes and json2 text can "
                        "be read");
    if (made->chain.text == CKI_ZARR_BYTES)
        variable->dtype.id = CASK_BYTES;
    return take_fill(store, get(array, "fill_value"), made, variable, error);
}

cask_status cki_zarr_metadata_v2(cki_store *store, cask_value *array, cask_value *attributes,
                                 cki_zarr_array *made, cki_variable *variable, cki_error *error)
{
    cki_error own = {0};
    if (read_v2(store, array, made, variable, &own) == CASK_OK &&
        take_names(store, get(attributes, "_ARRAY_DIMENSIONS"), variable, &own) == CASK_OK)
        name_codecs(store, &made->chain, variable, &own);
    if (attributes && attributes->kind == CKI_DICT)
        variable->attributes = cask_value_ref(attributes);
    return conclude(store, variable, &own, error);
}

/* ---- version 3 ---- */

/* Types that are records: {"name": "numpy.datetime64", "configuration": {...}}. */
static cask_status dtype_record(const cask_value *value, cki_dtype *dtype, cki_error *error)
{
    const char *name = get_text(value, "name");
    const cask_value *how = get(value, "configuration");
    const cask_value *bytes = get(how, "length_bytes"), *factor = get(how, "scale_factor");
    const char *unit = get_text(how, "unit");
    cki_text text = {0};
    int64_t length = bytes && bytes->kind == CKI_INT ? bytes->as.integer : 0;
    int64_t scale = factor && factor->kind == CKI_INT ? factor->as.integer : 1;
    bool date = name && strcmp(name, "numpy.datetime64") == 0;
    if (length < 0 || length > INT32_MAX || scale < 1 || scale > INT32_MAX)
        return broken("data_type", error);
    if (date || (name && strcmp(name, "numpy.timedelta64") == 0)) {
        cki_text_format(&text, scale > 1 ? "%s8[%lld%.8s]" : "%s8[%.0lld%.8s]", date ? "M" : "m",
                        scale > 1 ? (long long)scale : 0LL, unit ? unit : "?");
        if (unit && strcmp(unit, "generic") == 0 && !text.failed)
            text.bytes[2] = '\0';
        cask_status status = text.failed ? cki_fail_memory(error, 0)
                                         : cki_dtype_parse(text.bytes, dtype, NULL, error);
        cki_text_free(&text);
        return status;
    }
    if (name && strcmp(name, "fixed_length_utf32") == 0)
        *dtype = (cki_dtype){.id = CASK_STR, .count = (int32_t)(length / 4)};
    else if (name && strcmp(name, "null_terminated_bytes") == 0)
        *dtype = (cki_dtype){.id = CASK_BYTES, .count = (int32_t)length};
    else
        return cki_fail(error, CASK_UNSUPPORTED, NULL, "its type is '%s'", name ? name : "?");
    return CASK_OK;
}

static cask_status dtype_v3(const cask_value *value, cki_dtype *dtype, bool *object,
                            cki_error *error)
{
    static const char *const plain[] = {"bool",    "int8",    "int16",     "int32",     "int64",
                                        "uint8",   "uint16",  "uint32",    "uint64",    "float16",
                                        "float32", "float64", "complex64", "complex128"};
    if (value && value->kind == CKI_DICT)
        return dtype_record(value, dtype, error);
    if (!value || value->kind != CKI_STR)
        return broken("data_type", error);
    const char *name = value->as.text.bytes;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(name, plain[i]) == 0)
            return cki_dtype_parse(name, dtype, NULL, error);
    *object = strcmp(name, "string") == 0 || strcmp(name, "bytes") == 0 ||
              strcmp(name, "variable_length_bytes") == 0;
    *dtype = (cki_dtype){.id = name[0] == 's' ? CASK_STR : CASK_BYTES, .count = 1};
    return *object ? CASK_OK : cki_fail(error, CASK_UNSUPPORTED, NULL, "its type is '%s'", name);
}

/* How keys are made: "c/0/1", "0.1". */
static cask_status take_keys(const cask_value *encoding, cki_zarr_array *made, cki_error *error)
{
    const char *name = get_text(encoding, "name");
    const char *separator = get_text(get(encoding, "configuration"), "separator");
    if (encoding && encoding->kind == CKI_STR)
        name = encoding->as.text.bytes;
    if (!name || (strcmp(name, "default") != 0 && strcmp(name, "v2") != 0))
        return cki_fail(error, CASK_UNSUPPORTED, NULL, "its chunk_key_encoding is '%s'",
                        name ? name : "?");
    made->named = name[0] == 'd';
    made->separator = made->named ? '/' : '.';
    if (separator && (separator[0] == '/' || separator[0] == '.'))
        made->separator = separator[0];
    return CASK_OK;
}

/* Storage transformers and extensions that must be understood, which we do not. */
static cask_status check_extensions(const cask_value *array, cki_error *error)
{
    static const char *const known[] = {"zarr_format",
                                        "node_type",
                                        "shape",
                                        "data_type",
                                        "chunk_grid",
                                        "fill_value",
                                        "attributes",
                                        "dimension_names",
                                        "chunk_key_encoding",
                                        "codecs",
                                        "consolidated_metadata",
                                        "storage_transformers"};
    const cask_value *transformers = get(array, "storage_transformers");
    if (transformers && transformers->kind == CKI_LIST && transformers->as.list.count)
        return cki_fail(error, CASK_UNSUPPORTED, NULL, "it has storage transformers");
    for (size_t i = 0; i < array->as.dict.count; i++) {
        const char *key = array->as.dict.keys[i]->as.text.bytes;
        const cask_value *must = get(array->as.dict.values[i], "must_understand");
        bool fine = array->as.dict.values[i]->kind != CKI_DICT ||
                    (must && must->kind == CKI_BOOL && !must->as.boolean);
        for (size_t k = 0; !fine && k < sizeof known / sizeof *known; k++)
            fine = strcmp(known[k], key) == 0;
        if (!fine)
            return cki_fail(error, CASK_UNSUPPORTED, NULL, "it has the extension '%s'", key);
    }
    return CASK_OK;
}

static cask_status read_v3(cki_store *store, const cask_value *array, cki_zarr_array *made,
                           cki_variable *variable, cki_error *error)
{
    const cask_value *grid = get(array, "chunk_grid");
    const char *kind = get_text(grid, "name");
    bool object = false;
    if (!kind || strcmp(kind, "regular") != 0)
        return cki_fail(error, CASK_UNSUPPORTED, NULL, "its chunk grid is '%s'", kind ? kind : "?");
    if (check_extensions(array, error) != CASK_OK ||
        take_shapes(store, get(array, "shape"), get(get(grid, "configuration"), "chunk_shape"),
                    made, variable, error) != CASK_OK ||
        dtype_v3(get(array, "data_type"), &variable->dtype, &object, error) != CASK_OK ||
        take_keys(get(array, "chunk_key_encoding"), made, error) != CASK_OK ||
        cki_zarr_chain_v3(store, &made->chain, get(array, "codecs"), variable->dtype, 0, error))
        return error->status;
    if (object && made->chain.text == CKI_ZARR_PLAIN)
        return cki_fail(error, CASK_UNSUPPORTED, NULL, "text of any length inside shards");
    return take_fill(store, get(array, "fill_value"), made, variable, error);
}

cask_status cki_zarr_metadata_v3(cki_store *store, cask_value *array, cki_zarr_array *made,
                                 cki_variable *variable, cki_error *error)
{
    cki_error own = {0};
    const cask_value *attributes = get(array, "attributes");
    if (read_v3(store, array, made, variable, &own) == CASK_OK &&
        take_names(store, get(array, "dimension_names"), variable, &own) == CASK_OK)
        name_codecs(store, &made->chain, variable, &own);
    if (attributes && attributes->kind == CKI_DICT)
        variable->attributes = cask_value_ref((cask_value *)(uintptr_t)attributes);
    return conclude(store, variable, &own, error);
}
