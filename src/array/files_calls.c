/* Reading files as operations: from_netcdf, from_hdf5, from_npy. */
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

static cask_value *run_from_netcdf(cki_call *call)
{
    cki_files_spec spec = {
        .paths = cki_operation_argument(call, "path"),
        .variable = text_or_null(call, "variable"),
        .unpack = cki_operation_flag(call, "mask_and_scale"),
    };
    return open_files(call, &spec);
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
    cki_files_spec spec = {.paths = cki_operation_argument(call, "path")};
    return open_files(call, &spec);
}

static const cki_operation op_from_netcdf = {
    "from_netcdf",
    CKI_IN_DA,
    "path, variable=None, chunks=None, axis=0, mask_and_scale=True",
    "A variable of a NetCDF file, or of several end to end along an axis. "
    "path may be a pattern or a list. Packed integers become floats by scale_factor and "
    "add_offset, "
    "_FillValue and missing_value NaN, unless mask_and_scale=False. Slices are read, not the rest.",
    run_from_netcdf,
    NULL};
static const cki_operation op_from_hdf5 = {
    "from_hdf5",
    CKI_IN_DA,
    "path, dataset=None, chunks=None, axis=0",
    "A data set of an HDF5 file, or of several files end to end. 'file.h5::/x' names both at once.",
    run_from_hdf5,
    NULL};
static const cki_operation op_from_npy = {
    "from_npy",
    CKI_IN_DA,
    "path, chunks=None, axis=0",
    "The array in an npy file, or in several end to end along an axis.",
    run_from_npy,
    NULL};

const cki_operation *const cki_files_operations[] = {
    &op_from_netcdf,
    &op_from_hdf5,
    &op_from_npy,
    NULL,
};
