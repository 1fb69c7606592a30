/* to_zarr: a lazy array as a new Zarr array, or into a region of one that is there. */
#include "array/put_zarr.h"
#include "array/files.h"
#include "array/masked.h"
#include "array/rechunk.h"

#include <string.h>

/* What a call asks for. */
typedef struct asking {
    cki_call *call;
    cki_build build;
    cask_array x, masked;   /* masked: what x is to be made of; NULL */
    cask_value *attributes; /* of a masked array: what stands for masked elements */
    const char *root, *component;
    cki_text path; /* of the array */
    int64_t shape[CKI_MAX_NDIM], chunks[CKI_MAX_NDIM], shards[CKI_MAX_NDIM];
    cki_storage storage;
    cask_value *chosen; /* a fill value that is not the usual one, or NULL */
    bool compute, stored;
} asking;

static cask_value *argument(const asking *a, const char *name)
{
    return cki_operation_argument(a->call, name);
}

static const char *text_of(asking *a, const char *name)
{
    const cask_value *value = argument(a, name);
    if (value->kind == CKI_STR)
        return value->as.text.bytes;
    if (value->kind != CKI_NONE)
        cki_fail(a->call->error, CASK_TYPE, NULL, "to_zarr(): %s is a str, not %s", name,
                 cki_value_type(value));
    return NULL;
}

/* Lengths for each axis: one int for all, or a tuple. */
static cask_status take_lengths(asking *a, const char *name, int64_t *lengths, bool *given)
{
    cask_value *value = argument(a, name);
    cki_error *error = a->call->error;
    *given = value->kind != CKI_NONE;
    if (!*given)
        return CASK_OK;
    int ndim = a->x->ndim;
    bool sequence = value->kind == CKI_TUPLE || value->kind == CKI_LIST;
    if (sequence && value->as.list.count != (size_t)ndim)
        return cki_fail(error, CASK_INVALID, NULL, "to_zarr(): %s has %zu lengths for %d axes",
                        name, value->as.list.count, ndim);
    for (int k = 0; k < ndim; k++) {
        if (cki_value_index(sequence ? value->as.list.items[k] : value, &lengths[k], error))
            return error->status;
        if (lengths[k] == -1)
            lengths[k] = a->shape[k] > 0 ? a->shape[k] : 1;
        if (lengths[k] < 1)
            return cki_fail(error, CASK_INVALID, NULL, "to_zarr(): %s must be positive", name);
    }
    return CASK_OK;
}

/* The codec: "default", None, its text, or the record of version 2. */
static cask_status take_codec(asking *a)
{
    cask_value *value = argument(a, "compressor"), *filters = argument(a, "filters");
    if (value->kind == CKI_NONE)
        a->storage.codec = "none";
    else if (value->kind == CKI_DICT)
        a->storage.compressor = value;
    else if (value->kind != CKI_STR)
        return cki_fail(a->call->error, CASK_TYPE, NULL,
                        "to_zarr(): compressor is a codec's name, None or a dict, not %s",
                        cki_value_type(value));
    else if (strcmp(value->as.text.bytes, "default") != 0)
        a->storage.codec = value->as.text.bytes;
    a->storage.filters = filters->kind == CKI_LIST ? filters : NULL;
    a->storage.fill = argument(a, "fill_value");
    bool zero = a->storage.fill->kind == CKI_INT && a->storage.fill->as.integer == 0;
    if (a->storage.fill->kind == CKI_NONE)
        a->storage.fill = NULL;
    a->chosen = zero ? NULL : a->storage.fill;
    return CASK_OK;
}

static cask_status take_form(asking *a)
{
    int64_t version;
    const char *order = text_of(a, "order"), *separator = text_of(a, "dimension_separator");
    if (cki_value_index(argument(a, "zarr_format"), &version, a->call->error) != CASK_OK)
        return a->call->error->status;
    a->storage.version = version == (int)version ? (int)version : -1;
    a->storage.fortran = order && strcmp(order, "F") == 0;
    if (order && strcmp(order, "F") != 0 && strcmp(order, "C") != 0)
        cki_fail(a->call->error, CASK_INVALID, NULL, "order must be either 'C' or 'F', found: '%s'",
                 order);
    if (separator && strcmp(separator, ".") != 0 && strcmp(separator, "/") != 0)
        cki_fail(a->call->error, CASK_INVALID, NULL,
                 "dimension_separator must be either '.' or '/', found: '%s'", separator);
    else if (separator)
        a->storage.separator = separator[0];
    return a->call->error->status;
}

static cask_status read_call(asking *a)
{
    cki_error *error = a->call->error;
    a->root = text_of(a, "url");
    a->component = text_of(a, "component");
    if (!a->root)
        return error->status ? error->status
                             : cki_fail(error, CASK_TYPE, NULL, "to_zarr(): url is a path");
    if (!cki_node_shape(a->x, a->shape))
        return cki_fail(error, CASK_INVALID, NULL,
                        "Saving a dask array with unknown chunk sizes is not currently supported "
                        "with Zarr. Call the `compute_chunk_sizes` method on the array first.");
    bool named = a->component && a->component[0];
    cki_text_put(&a->path, a->root);
    while (a->path.length > 1 && !a->path.failed && a->path.bytes[a->path.length - 1] == '/')
        a->path.bytes[--a->path.length] = '\0';
    if (named)
        cki_text_format(&a->path, "/%s", a->component + (a->component[0] == '/'));
    if (a->path.failed)
        return cki_fail_memory(error, a->path.length);
    a->compute = cki_operation_flag(a->call, "compute");
    a->stored = cki_operation_flag(a->call, "return_stored");
    return take_codec(a) == CASK_OK ? take_form(a) : error->status;
}

/* The array as it is in the file now. */
static cask_value *result_of(asking *a)
{
    return a->stored ? cki_node_value(&a->build, cki_put_zarr_reopen(&a->build, a->path.bytes))
                     : cki_value_none();
}

static cask_value *put_later(asking *a, const int64_t *offset)
{
    return cki_put_delayed(&a->build, cki_put_later(&a->build, a->x, a->path.bytes, offset));
}

static cask_status put_region(void *self, const int64_t *start, const cki_array *array,
                              cki_error *error)
{
    return cki_writer_region(self, start, array, error);
}

static cask_status put_now(asking *a, cki_writer *writer, const int64_t *offset)
{
    cki_place place = {.region = put_region, .self = writer};
    memcpy(place.offset, offset, sizeof place.offset);
    cask_status status = cki_put_arrays(a->call->ck, &a->x, &place, 1, a->call->error);
    if (status == CASK_OK)
        return cki_writer_commit(writer, a->call->error);
    cki_writer_abort(writer);
    return status;
}

/* ---- a region of an array that is there ---- */

static cask_array cast_to(cki_build *build, cask_array x, cki_dtype dtype)
{
    const cki_operation *astype = cki_operation_find(build->ck, "astype", CKI_ARRAY_METHOD);
    cask_value *given[2] = {cki_node_value(build, x), cki_value_dtype(dtype, build->error)};
    cki_arguments arguments = {.positional = given, .count = 2};
    cask_value *made = NULL;
    if (astype && given[0] && given[1])
        made = cki_operation_call(build->ck, astype, &arguments, build->error);
    cask_array result = made ? cki_node_lazy(made) : NULL;
    cask_value_unref(made);
    cask_value_unref(given[0]);
    cask_value_unref(given[1]);
    return result;
}

cask_array cki_put_zarr_fit(cki_build *build, cask_array x, const cki_writer *writer,
                            const cask_value *region, int64_t *stored, int64_t *offset)
{
    const int64_t *shape;
    int ndim;
    cki_dtype dtype = cki_writer_dtype(writer, &ndim, &shape);
    cki_writer_chunks(writer, stored);
    if (cki_put_region(x, region, ndim, shape, offset, build->error) != CASK_OK)
        return NULL;
    if (!cki_dtype_same(dtype, x->dtype))
        x = cast_to(build, x, dtype);
    return x ? cki_put_align(build, x, stored, offset) : NULL;
}

cask_array cki_put_zarr_reopen(cki_build *build, const char *path)
{
    const char *colons = strstr(path, "::");
    cask_value *file =
        cki_value_str(path, colons ? (size_t)(colons - path) : strlen(path), build->error);
    cki_files_spec spec = {
        .paths = file, .variable = colons ? colons + 2 : NULL, .as_stored = true};
    cask_array made = file ? cki_files_open(build, &spec) : NULL;
    cask_value_unref(file);
    return made;
}

cask_array cki_put_zarr_marked(cki_build *build, cask_value *masked, cask_value *wanted,
                               cask_value **marker, cask_value **attributes)
{
    cask_array lazy = cki_masked_lazy(masked), x;
    cask_value *usual = NULL;
    *marker = wanted;
    x = wanted ? cki_masked_value_filled(build, lazy, lazy->dtype, wanted)
               : cki_masked_value_marked(build, masked, ".zarr", &usual);
    *attributes = x ? cki_value_dict(build->error) : NULL;
    cask_value *name = *attributes ? cki_value_string("_FillValue", build->error) : NULL;
    if (name &&
        cki_value_dict_set(*attributes, name, cask_value_ref(wanted ? wanted : usual),
                           build->error) == CASK_OK &&
        usual)
        *marker = cki_value_dict_find(*attributes, "_FillValue");
    cask_value_unref(usual);
    return build->error->status == CASK_OK ? x : NULL;
}

cask_array cki_put_zarr_masked(cki_build *build, cask_array masked, const cki_writer *writer,
                               const char *target)
{
    int ndim;
    const int64_t *shape;
    cki_dtype dtype = cki_writer_dtype(writer, &ndim, &shape);
    cask_value *marker = cki_writer_marker(writer);
    if (marker)
        return cki_masked_value_filled(build, masked, dtype, marker);
    cki_fail(build->error, CASK_TYPE, NULL,
             "%s would not say what is masked, for it has no attribute _FillValue: fill the array "
             "first, as in da.ma.filled(x, 0)",
             target);
    return NULL;
}

static cask_value *run_region(asking *a)
{
    int64_t offset[CKI_MAX_NDIM], stored[CKI_MAX_NDIM];
    cki_writer *writer = cki_writer_into(a->path.bytes, a->call->error);
    if (!writer)
        return NULL;
    if (a->masked)
        a->x = cki_put_zarr_masked(&a->build, a->masked, writer, a->path.bytes);
    a->x = a->x ? cki_put_zarr_fit(&a->build, a->x, writer, argument(a, "region"), stored, offset)
                : NULL;
    if (a->x && a->compute)
        return put_now(a, writer, offset) == CASK_OK ? result_of(a) : NULL;
    cki_writer_abort(writer);
    return a->x ? put_later(a, offset) : NULL;
}

/* ---- a new array ---- */

/* Blocks as they are to be stored: x's own, or as the caller says; regular in any case. */
static cask_status choose_chunks(asking *a, cki_target *target)
{
    bool given, sharded;
    if (take_lengths(a, "chunks", a->chunks, &given) ||
        take_lengths(a, "shards", a->shards, &sharded))
        return a->call->error->status;
    for (int k = 0; !given && k < a->x->ndim; k++) {
        a->chunks[k] = cki_chunks_largest(&a->x->axes[k]);
        a->chunks[k] = a->chunks[k] < 1 ? 1 : a->chunks[k];
    }
    target->chunks = a->chunks;
    a->storage.shards = sharded ? a->shards : NULL;
    static const int64_t zero[CKI_MAX_NDIM];
    a->x = cki_put_align(&a->build, a->x, sharded ? a->shards : a->chunks, zero);
    return a->x ? CASK_OK : a->call->error->status;
}

static cask_value *run_new(asking *a)
{
    static const int64_t zero[CKI_MAX_NDIM];
    cki_error *error = a->call->error;
    if (!cki_operation_flag(a->call, "overwrite") && cki_store_is_there(a->path.bytes)) {
        cki_fail(error, CASK_INVALID, "ContainsArrayError",
                 "path '%s' contains an array; say overwrite=True to replace it", a->path.bytes);
        return NULL;
    }
    if (!a->compute && cki_writer_once(a->path.bytes)) {
        cki_fail(error, CASK_INVALID, NULL,
                 "%s: an archive is written at once, not with compute=False", a->path.bytes);
        return NULL;
    }
    cki_target target = {.dtype = a->x->dtype,
                         .ndim = a->x->ndim,
                         .shape = a->shape,
                         .attributes = a->attributes,
                         .storage = &a->storage,
                         .root = a->component && a->component[0] ? a->root : NULL};
    if (choose_chunks(a, &target) != CASK_OK)
        return NULL;
    cki_writer *writer = cki_writer_zarr(a->path.bytes, &target, error);
    if (!writer)
        return NULL;
    if (a->compute)
        return put_now(a, writer, zero) == CASK_OK ? result_of(a) : NULL;
    return cki_writer_commit(writer, error) == CASK_OK ? put_later(a, zero) : NULL;
}

static cask_value *run_to_zarr(cki_call *call)
{
    asking a = {.call = call, .build = cki_node_build(call->ck, call->error)};
    cask_value *array = cki_operation_argument(call, "arr"), *result = NULL;
    a.masked = cki_masked_lazy(array);
    a.x = a.masked ? cki_masked_parts(a.masked).data : cki_node_from_value(&a.build, array);
    bool region = cki_operation_argument(call, "region")->kind != CKI_NONE;
    if (a.x && read_call(&a) == CASK_OK && a.masked && !region)
        a.x = cki_put_zarr_marked(&a.build, array, a.chosen, &a.storage.fill, &a.attributes);
    if (a.x && call->error->status == CASK_OK)
        result = region ? run_region(&a) : run_new(&a);
    cki_text_free(&a.path);
    cask_value_unref(a.attributes);
    return result;
}

static const cki_operation op_to_zarr = {
    "to_zarr",
    CKI_IN_DA | CKI_ARRAY_METHOD,
    "arr, url, component=None, storage_options=None, overwrite=False, region=None, compute=True, "
    "return_stored=False, chunks=None, compressor='default', filters=None, fill_value=0, "
    "order='C', "
    "dimension_separator=None, zarr_format=2, shards=None",
    "Write an array to Zarr, block by block, in chunks of its blocks unless chunks says otherwise. "
    "The array appears when it is complete. compressor is a codec such as 'zstd:5' or "
    "'blosc:lz4:5:shuffle', None, or version 2's record; zarr_format=3 may have shards. region "
    "(slices) writes into an array that is there. compute=False gives a Delayed that writes. "
    "'x.zarr.zip' is an archive of it.",
    run_to_zarr,
    NULL};

const cki_operation *const cki_put_operations[] = {&op_to_zarr, NULL};
