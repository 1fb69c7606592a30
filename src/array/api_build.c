/* The C interface: making arrays, and operations on them, each by the record of that name. */
#include "array/api.h"
#include "array/source.h"

#include <string.h>

#define FUNCTION (CKI_IN_DA | CKI_ARRAY_METHOD)

/* ---- making ---- */

static cask_array filled(cask *ck, const char *name, cask_dtype dtype, const cask_shape *shape,
                         const cask_shape *chunks, const double *fill)
{
    cki_api api = {.ck = ck};
    cki_api_shape(&api, NULL, shape);
    if (fill)
        cki_api_float(&api, NULL, *fill);
    cki_api_dtype(&api, "dtype", dtype);
    cki_api_chunks(&api, "chunks", chunks);
    return cki_api_run(&api, name, CKI_IN_DA);
}

cask_array cask_array_ones(cask *ck, cask_dtype dtype, cask_shape shape, cask_shape chunks)
{
    return filled(ck, "ones", dtype, &shape, &chunks, NULL);
}

cask_array cask_array_zeros(cask *ck, cask_dtype dtype, cask_shape shape, cask_shape chunks)
{
    return filled(ck, "zeros", dtype, &shape, &chunks, NULL);
}

cask_array cask_array_full(cask *ck, cask_dtype dtype, cask_shape shape, cask_shape chunks,
                           double fill)
{
    return filled(ck, "full", dtype, &shape, &chunks, &fill);
}

static void put_chunk(cki_api *api, int64_t chunk)
{
    if (chunk > 0)
        cki_api_int(api, "chunks", chunk);
    else
        cki_api_text(api, "chunks", "auto");
}

/* A whole number as an int where the type counts in integers. */
static void put_number(cki_api *api, double number, bool integer)
{
    bool whole =
        integer && number > -0x1p63 && number < 0x1p63 && number == (double)(int64_t)number;
    if (whole)
        cki_api_int(api, NULL, (int64_t)number);
    else
        cki_api_float(api, NULL, number);
}

cask_array cask_array_arange(cask *ck, cask_dtype dtype, double start, double stop, double step,
                             int64_t chunk)
{
    cki_api api = {.ck = ck};
    bool integer = dtype != CASK_DTYPE_DEFAULT && cki_dtype_is_integer(cki_dtype_of(dtype));
    put_number(&api, start, integer);
    put_number(&api, stop, integer);
    put_number(&api, step, integer);
    put_chunk(&api, chunk);
    cki_api_dtype(&api, "dtype", dtype);
    return cki_api_run(&api, "arange", CKI_IN_DA);
}

cask_array cask_array_linspace(cask *ck, double start, double stop, int64_t count, int64_t chunk)
{
    cki_api api = {.ck = ck};
    cki_api_float(&api, NULL, start);
    cki_api_float(&api, NULL, stop);
    cki_api_int(&api, NULL, count);
    put_chunk(&api, chunk);
    return cki_api_run(&api, "linspace", CKI_IN_DA);
}

cask_array cask_array_eye(cask *ck, cask_dtype dtype, int64_t n, int64_t chunk)
{
    cki_api api = {.ck = ck};
    cki_api_int(&api, NULL, n);
    put_chunk(&api, chunk);
    cki_api_dtype(&api, "dtype", dtype);
    return cki_api_run(&api, "eye", CKI_IN_DA);
}

cask_array cask_array_from_value(cask *ck, cask_value *value, cask_shape chunks)
{
    cki_api api = {.ck = ck};
    if (value)
        cki_api_value(&api, NULL, cask_value_ref(value));
    else
        cki_fail(&api.error, CASK_INVALID, NULL, "from_value: no value was given");
    cki_api_chunks(&api, "chunks", &chunks);
    return cki_api_run(&api, "from_array", CKI_IN_DA);
}

static cask_array read_file(cki_api *api, const char *operation, const cask_reading *reading)
{
    if (reading && reading->chunks.ndim)
        cki_api_shape(api, "chunks", &reading->chunks);
    if (reading && reading->axis)
        cki_api_int(api, "axis", reading->axis);
    if (reading && reading->stack)
        cki_api_flag(api, "stack", true);
    return cki_api_run(api, operation, CKI_IN_DA);
}

cask_array cask_array_from_netcdf(cask *ck, const char *path, const char *variable,
                                  const cask_reading *reading)
{
    cki_api api = {.ck = ck};
    cki_api_text(&api, NULL, path);
    cki_api_text(&api, NULL, variable);
    if (reading && reading->raw)
        cki_api_flag(&api, "mask_and_scale", false);
    if (reading && reading->valid_range)
        cki_api_flag(&api, "valid_range", true);
    if (reading && (reading->raw || reading->undated))
        cki_api_flag(&api, "decode_times", false);
    return read_file(&api, "from_netcdf", reading);
}

cask_array cask_array_from_hdf5(cask *ck, const char *path, const char *dataset,
                                const cask_reading *reading)
{
    cki_api api = {.ck = ck};
    cki_api_text(&api, NULL, path);
    cki_api_text(&api, NULL, dataset);
    return read_file(&api, "from_hdf5", reading);
}

cask_array cask_array_from_npy(cask *ck, const char *path, const cask_reading *reading)
{
    cki_api api = {.ck = ck};
    cki_api_text(&api, NULL, path);
    return read_file(&api, "from_npy", reading);
}

/* ---- element by element ---- */

static cask_array binary(const char *name, cask_array a, cask_array b)
{
    cki_api api = {0};
    cki_api_array(&api, a);
    cki_api_array(&api, b);
    return cki_api_run(&api, name, FUNCTION);
}

static cask_array binary_number(const char *name, cask_array a, double b)
{
    cki_api api = {0};
    cki_api_array(&api, a);
    cki_api_float(&api, NULL, b);
    return cki_api_run(&api, name, FUNCTION);
}

static cask_array unary(const char *name, cask_array x)
{
    cki_api api = {0};
    cki_api_array(&api, x);
    return cki_api_run(&api, name, FUNCTION);
}

#define BINARY(name)                                                                               \
    cask_array cask_array_##name(cask_array a, cask_array b)                                       \
    {                                                                                              \
        return binary(#name, a, b);                                                                \
    }                                                                                              \
    cask_array cask_array_##name##_f64(cask_array a, double b)                                     \
    {                                                                                              \
        return binary_number(#name, a, b);                                                         \
    }
CASK_ARRAY_BINARY(BINARY)

#define UNARY(name)                                                                                \
    cask_array cask_array_##name(cask_array x)                                                     \
    {                                                                                              \
        return unary(#name, x);                                                                    \
    }
CASK_ARRAY_UNARY(UNARY)

cask_array cask_array_where(cask_array condition, cask_array a, cask_array b)
{
    cki_api api = {0};
    cki_api_array(&api, condition);
    cki_api_array(&api, a);
    cki_api_array(&api, b);
    return cki_api_run(&api, "where", FUNCTION);
}

cask_array cask_array_clip(cask_array x, double low, double high)
{
    cki_api api = {0};
    cki_api_array(&api, x);
    cki_api_float(&api, NULL, low);
    cki_api_float(&api, NULL, high);
    return cki_api_run(&api, "clip", FUNCTION);
}

cask_array cask_array_round(cask_array x, int decimals)
{
    cki_api api = {0};
    cki_api_array(&api, x);
    cki_api_int(&api, NULL, decimals);
    return cki_api_run(&api, "round", FUNCTION);
}

cask_array cask_array_astype(cask_array x, cask_dtype dtype)
{
    cki_api api = {0};
    cki_api_array(&api, x);
    cki_api_dtype(&api, NULL, dtype == CASK_DTYPE_DEFAULT ? CASK_F64 : dtype);
    return cki_api_run(&api, "astype", FUNCTION);
}

/* ---- reductions ---- */

static cask_array reduce(const char *name, const char *nan_name, cask_array x,
                         const cask_reduce *how)
{
    static const cask_reduce usual;
    cki_api api = {0};
    how = how ? how : &usual;
    cki_api_array(&api, x);
    cki_api_axes(&api, "axis", &how->axes);
    if (how->keepdims)
        cki_api_flag(&api, "keepdims", true);
    cki_api_dtype(&api, "dtype", how->dtype);
    if (how->ddof != 0)
        cki_api_float(&api, "ddof", how->ddof);
    if (how->split_every)
        cki_api_int(&api, "split_every", how->split_every);
    return cki_api_run(&api, how->skip_nan ? nan_name : name, FUNCTION);
}

#define REDUCTION(name)                                                                            \
    cask_array cask_array_##name(cask_array x, const cask_reduce *how)                             \
    {                                                                                              \
        return reduce(#name, "nan" #name, x, how);                                                 \
    }
CASK_ARRAY_REDUCTIONS(REDUCTION)

/* ---- shapes ---- */

cask_array cask_array_slice(cask_array x, const char *index)
{
    cki_api api = {0};
    cki_api_array(&api, x);
    cask_value *value = cki_api_index(index ? index : "", &api.error);
    if (value)
        cki_api_value(&api, NULL, value);
    return cki_api_run(&api, "__getitem__", CKI_ARRAY_PROTOCOL);
}

static cask_array join(const char *name, const cask_array *arrays, size_t count, int axis)
{
    cki_api api = {0};
    cki_api_arrays(&api, arrays, count);
    cki_api_int(&api, "axis", axis);
    if (count == 0) /* no array tells the context, so nobody can be told either */
        return cki_api_poison(NULL, &api.error);
    return cki_api_run(&api, name, CKI_IN_DA);
}

cask_array cask_array_concatenate(const cask_array *arrays, size_t count, int axis)
{
    return join("concatenate", arrays, count, axis);
}

cask_array cask_array_stack(const cask_array *arrays, size_t count, int axis)
{
    return join("stack", arrays, count, axis);
}

cask_array cask_array_transpose(cask_array x, cask_axes axes)
{
    cki_api api = {0};
    int64_t order[CASK_MAX_NDIM];
    cki_api_array(&api, x);
    if (axes.count > 0 && axes.count <= CASK_MAX_NDIM) {
        for (int k = 0; k < axes.count; k++)
            order[k] = axes.axes[k];
        cki_api_value(&api, NULL, cki_value_ints(CKI_TUPLE, order, (size_t)axes.count, &api.error));
    }
    return cki_api_run(&api, "transpose", CKI_IN_DA);
}

cask_array cask_array_reshape(cask_array x, cask_shape shape)
{
    cki_api api = {0};
    cki_api_array(&api, x);
    cki_api_shape(&api, NULL, &shape);
    return cki_api_run(&api, "reshape", CKI_IN_DA);
}

cask_array cask_array_rechunk(cask_array x, cask_shape chunks)
{
    cki_api api = {0};
    cki_api_array(&api, x);
    cki_api_chunks(&api, NULL, &chunks);
    return cki_api_run(&api, "rechunk", FUNCTION);
}

cask_array cask_array_dot(cask_array a, cask_array b)
{
    return binary("dot", a, b);
}
