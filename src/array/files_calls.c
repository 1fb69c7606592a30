/* Reading files as operations: from_netcdf, from_hdf5, from_npy, from_zarr. */
#include "array/files.h"

#include <string.h>

static const char *text_or_null(cki_call *call, const char *parameter)
{
    cask_value *value = cki_operation_argument(call, parameter);
    if (value->kind == CKI_STR)
        return value->as.text.bytes;
    if (value->kind != CKI_NONE)
        cki_fail(call->error, CASK_TYPE, NULL, "%s(): %s is a str, not %s", call->operation->name,
                 parameter, cki_value_type(value));
    return NULL;
}

static cask_value *open_files(cki_call *call, cki_files_spec *spec)
{
    cki_build build = cki_node_build(call->ck, call->error);
    int64_t axis;
    spec->chunks = cki_operation_argument(call, "chunks");
    spec->stacked = cki_operation_flag(call, "stack");
    if (call->error->status != CASK_OK ||
        cki_value_index(cki_operation_argument(call, "axis"), &axis, call->error) != CASK_OK)
        return NULL;
    if (axis < -CKI_MAX_NDIM || axis > CKI_MAX_NDIM) {
        cki_fail(call->error, CASK_INDEX, "AxisError", "axis %lld is out of bounds",
                 (long long)axis);
        return NULL;
    }
    spec->axis = (int)axis;
    return cki_node_value(&build, cki_files_open(&build, spec));
}

/* decode_times: what times become. */
static cask_status take_times(cki_call *call, cki_dtype *times)
{
    const cask_value *value = cki_operation_argument(call, "decode_times");
    static const cki_unit units[] = {CKI_UNIT_DAY,    CKI_UNIT_HOUR,  CKI_UNIT_MINUTE,
                                     CKI_UNIT_SECOND, CKI_UNIT_MILLI, CKI_UNIT_MICRO,
                                     CKI_UNIT_NANO};
    *times = (cki_dtype){0};
    if (value->kind != CKI_STR) {
        if (cki_operation_flag(call, "decode_times"))
            *times = (cki_dtype){.id = CASK_DATETIME, .unit = CKI_UNIT_GENERIC};
        return call->error->status;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(cki_dtype_unit_name(units[i]), value->as.text.bytes) == 0) {
            *times = (cki_dtype){CASK_DATETIME, (uint8_t)units[i], 1};
            return CASK_OK;
        }
    return cki_fail(call->error, CASK_INVALID, NULL,
                    "from_netcdf(): decode_times is True, False, or one of 'D' 'h' 'm' 's' 'ms' "
                    "'us' 'ns', not '%s'",
                    value->as.text.bytes);
}

static cask_value *run_from_netcdf(cki_call *call)
{
    cki_files_spec spec = {
        .paths = cki_operation_argument(call, "path"),
        .variable = text_or_null(call, "variable"),
        .unpack = cki_operation_flag(call, "mask_and_scale"),
        .valid = cki_operation_flag(call, "valid_range"),
    };
    return take_times(call, &spec.times) == CASK_OK ? open_files(call, &spec) : NULL;
}

/* "file.h5::/data" names both the file and the data set. */
static cask_value *run_from_hdf5(cki_call *call)
{
    cask_value *path = cki_operation_argument(call, "path"), *front = NULL;
    cki_files_spec spec = {.paths = path, .variable = text_or_null(call, "dataset")};
    const char *colons = path->kind == CKI_STR ? strstr(path->as.text.bytes, "::") : NULL;
    if (colons && !spec.variable) {
        front =
            cki_value_str(path->as.text.bytes, (size_t)(colons - path->as.text.bytes), call->error);
        if (!front)
            return NULL;
        spec.paths = front;
        spec.variable = colons + 2;
    }
    cask_value *result = open_files(call, &spec);
    cask_value_unref(front);
    return result;
}

static cask_value *run_from_npy(cki_call *call)
{
    cki_files_spec spec = {.paths = cki_operation_argument(call, "path"),
                           .variable = text_or_null(call, "field")};
    return open_files(call, &spec);
}

static cask_value *run_from_npz(cki_call *call)
{
    cki_files_spec spec = {.paths = cki_operation_argument(call, "path"),
                           .variable = text_or_null(call, "name")};
    return open_files(call, &spec);
}

/* What from_raw() is told of the file. */
static cask_status take_raw(cki_call *call, cki_raw *raw)
{
    const cask_value *dtype = cki_operation_argument(call, "dtype");
    cask_value *shape = cki_operation_argument(call, "shape");
    const char *order = text_or_null(call, "order");
    int64_t offset;
    cki_error *error = call->error;
    cask_status status =
        dtype->kind == CKI_STR
            ? cki_dtype_parse(dtype->as.text.bytes, &raw->dtype, &raw->swapped, error)
            : cki_node_dtype(cki_operation_argument(call, "dtype"), &raw->dtype, error);
    if (status != CASK_OK ||
        cki_value_index(cki_operation_argument(call, "offset"), &offset, error) != CASK_OK)
        return error->status;
    if (offset < 0 || raw->dtype.id == 0)
        return cki_fail(error, CASK_INVALID, NULL, "from_raw(): %s",
                        offset < 0 ? "offset is negative" : "dtype must be given");
    raw->offset = (uint64_t)offset;
    raw->fortran = order && order[0] == 'F';
    bool sequence = shape->kind == CKI_TUPLE || shape->kind == CKI_LIST;
    size_t count = shape->kind == CKI_NONE ? 0 : sequence ? shape->as.list.count : 1;
    if (count > CKI_MAX_NDIM)
        return cki_fail(error, CASK_INVALID, NULL, "from_raw(): more than 32 axes");
    raw->ndim = shape->kind == CKI_NONE ? 1 : (int)count;
    raw->shape[0] = -1;
    for (size_t k = 0; k < count; k++)
        if (cki_value_index(sequence ? shape->as.list.items[k] : shape, &raw->shape[k], error))
            return error->status;
    return CASK_OK;
}

static cask_value *run_from_raw(cki_call *call)
{
    cki_raw raw = {0};
    cki_files_spec spec = {.paths = cki_operation_argument(call, "path"), .raw = &raw};
    return take_raw(call, &raw) == CASK_OK ? open_files(call, &spec) : NULL;
}

/* The folder of an array in a group; the value is new. */
static cask_value *join_component(const cask_value *path, const char *component, cki_error *error)
{
    cki_text joined = {0};
    cki_text_format(&joined, "%s/%s", path->as.text.bytes, component);
    cask_value *value = NULL;
    if (joined.failed)
        cki_fail_memory(error, path->as.text.length);
    else
        value = cki_value_str(joined.bytes, joined.length, error);
    cki_text_free(&joined);
    return value;
}

/* Each path with the component behind it, but for archives, whose variable it names. */
static cask_value *zarr_paths(cask_value *paths, const char *component, bool *archive,
                              cki_error *error)
{
    *archive = false;
    if (!component)
        return cask_value_ref(paths);
    if (paths->kind == CKI_STR && !strpbrk(paths->as.text.bytes, "*?[") &&
        !cki_store_is_file(paths->as.text.bytes))
        return join_component(paths, component, error);
    cask_value *all = paths->kind == CKI_STR ? cki_store_glob(paths->as.text.bytes, error)
                                             : cki_value_items(paths, error);
    for (size_t i = 0; all && i < all->as.list.count; i++) {
        cask_value *path = all->as.list.items[i];
        if (path->kind != CKI_STR || cki_store_is_file(path->as.text.bytes)) {
            *archive = true;
            break;
        }
        cask_value *joined = join_component(path, component, error);
        if (!joined) {
            cask_value_unref(all);
            return NULL;
        }
        cask_value_unref(path);
        all->as.list.items[i] = joined;
    }
    return all;
}

static cask_value *run_from_zarr(cki_call *call)
{
    bool archive;
    const char *component = text_or_null(call, "component");
    if (call->error->status != CASK_OK)
        return NULL;
    if (component && component[0] == '\0')
        component = NULL;
    cask_value *paths =
        zarr_paths(cki_operation_argument(call, "url"), component, &archive, call->error);
    if (!paths)
        return NULL;
    cki_files_spec spec = {
        .paths = paths, .as_stored = true, .variable = archive ? component : NULL};
    cask_value *result = open_files(call, &spec);
    if (!result && strcmp(call->error->python, "FileNotFoundError") == 0 &&
        paths->kind == CKI_STR) {
        *call->error = (cki_error){0};
        cki_fail(call->error, CASK_NOT_FOUND, "ArrayNotFoundError", "array not found at path '%s'",
                 paths->as.text.bytes);
    }
    cask_value_unref(paths);
    return result;
}

static const cki_operation op_from_zarr = {
    "from_zarr",
    CKI_IN_DA,
    "url, component=None, storage_options=None, chunks=None, name=None, inline_array=False, "
    "axis=0, "
    "stack=False",
    "A Zarr array, version 2 or 3, in blocks of its own chunks (or shards) unless chunks says "
    "otherwise. component is its path within a group. url is a folder, a .zarr.zip archive, a "
    "pattern, or a list of them, end to end along an axis, or stacked on a new one.",
    run_from_zarr,
    NULL};
static const cki_operation op_from_netcdf = {
    "from_netcdf",
    CKI_IN_DA,
    "path, variable=None, chunks=None, axis=0, mask_and_scale=True, decode_times=True, "
    "stack=False, valid_range=False",
    "A variable of a NetCDF file, or of several end to end along an axis, or with stack=True each "
    "at one place of a new axis. path may be a pattern or a list. Packed integers become floats by "
    "scale_factor and "
    "add_offset, "
    "_FillValue and missing_value NaN, unless mask_and_scale=False; with valid_range=True so does "
    "what valid_range, valid_min and valid_max leave out. Times ('hours since "
    "1900-01-01', in any calendar) become datetime64, of nanoseconds or of the unit that "
    "decode_times names, unless it is False. Slices are read, not the rest.",
    run_from_netcdf,
    NULL};
static const cki_operation op_from_hdf5 = {
    "from_hdf5",
    CKI_IN_DA,
    "path, dataset=None, chunks=None, axis=0, stack=False",
    "A data set of an HDF5 file, or of several files end to end, or stacked on a new axis. "
    "'file.h5::/x' names both at once.",
    run_from_hdf5,
    NULL};
static const cki_operation op_from_npy = {"from_npy",
                                          CKI_IN_DA,
                                          "path, chunks=None, axis=0, stack=False, field=None",
                                          "The array in an npy file, or in several end to end "
                                          "along an axis, or stacked on a new one. Of a "
                                          "structured array one field, by its name.",
                                          run_from_npy,
                                          NULL};

static const cki_operation op_from_npz = {
    "from_npz",
    CKI_IN_DA,
    "path, name=None, chunks=None, axis=0, stack=False",
    "An array of an npz archive, by its name there. Stored members are read in place; a compressed "
    "one is decoded whole, in one block.",
    run_from_npz,
    NULL};
static const cki_operation op_from_raw = {
    "from_raw",
    CKI_IN_DA,
    "path, dtype, shape=None, offset=0, order='C', chunks=None, axis=0, stack=False",
    "A file of nothing but elements, or several end to end: of that type ('>f4' is big-endian) and "
    "shape, one length of which may be -1, from byte `offset` on.",
    run_from_raw,
    NULL};

const cki_operation *const cki_files_operations[] = {
    &op_from_netcdf, &op_from_hdf5, &op_from_npy, &op_from_zarr, &op_from_npz, &op_from_raw, NULL,
};
