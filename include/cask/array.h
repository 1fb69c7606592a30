/* Arrays: lazy, chunked n-d arrays with NumPy's vocabulary.
 *
 * A cask_array is a plan, not data: it is made at once, whatever its size, and costs a few hundred
 * bytes. The context owns it; copy the handle like a number and never free it. Nothing is read or
 * computed before cask_array_compute() or cask_array_save().
 *
 * A call that cannot be made (shapes that do not fit, a file that is not there) returns an array
 * all the same: a poison one, and every call on a poison array returns it unchanged. So a program
 * checks once, at compute or save; cask_message() then tells the first cause. Functions that build
 * take arrays of one context and are called by one thread at a time. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_ARRAY_H
#define CASK_ARRAY_H

#include "argument.h"
#include "value.h"

#ifdef __cplusplus
#include <initializer_list>
extern "C" {
#endif

enum { CASK_MAX_NDIM = 32 };

/* A shape, or chunk sizes an axis. No sizes at all ({0}): as a shape that of a scalar, as chunks
 * "whatever suits". As a chunk size -1 is the whole axis. */
typedef struct cask_shape {
    int ndim;
    int64_t sizes[CASK_MAX_NDIM];
} cask_shape;

/* Axes of an array; negative ones count from the last. None at all ({0}): every axis. */
typedef struct cask_axes {
    int count;
    int axes[CASK_MAX_NDIM];
} cask_axes;

/* CASK_SHAPE(20, 24) and CASK_AXES(0, 2): one such value. */
#ifdef __cplusplus
}
inline cask_shape cask_shape_of(std::initializer_list<int64_t> sizes)
{
    cask_shape shape = {};
    for (int64_t size : sizes)
        if (shape.ndim < CASK_MAX_NDIM)
            shape.sizes[shape.ndim++] = size;
    return shape;
}
inline cask_axes cask_axes_of(std::initializer_list<int> list)
{
    cask_axes axes = {};
    for (int axis : list)
        if (axes.count < CASK_MAX_NDIM)
            axes.axes[axes.count++] = axis;
    return axes;
}
#define CASK_SHAPE(...) cask_shape_of({__VA_ARGS__})
#define CASK_AXES(...)  cask_axes_of({__VA_ARGS__})
extern "C" {
#else
#define CASK_SHAPE(...)                                                                            \
    ((cask_shape){(int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), {__VA_ARGS__}})
#define CASK_AXES(...)                                                                             \
    ((cask_axes){(int)(sizeof((int[]){__VA_ARGS__}) / sizeof(int)), {__VA_ARGS__}})
#endif

/* ---- making arrays ---- */

/* Arrays of `shape` in blocks of `chunks`, filled with one value. dtype CASK_DTYPE_DEFAULT is
 * float64. */
CASK_API
cask_array cask_array_ones(cask *ck, cask_dtype dtype, cask_shape shape, cask_shape chunks);
CASK_API
cask_array cask_array_zeros(cask *ck, cask_dtype dtype, cask_shape shape, cask_shape chunks);
CASK_API
cask_array cask_array_full(cask *ck, cask_dtype dtype, cask_shape shape, cask_shape chunks,
                           double fill);

/* start, start + step, ... before stop, in blocks of `chunk` (0: as suits). The default dtype is
 * float64; arange with CASK_I64 counts in integers. ValueError if step is 0. */
CASK_API
cask_array cask_array_arange(cask *ck, cask_dtype dtype, double start, double stop, double step,
                             int64_t chunk);
/* `count` numbers from start to stop, both included, as float64. */
CASK_API
cask_array cask_array_linspace(cask *ck, double start, double stop, int64_t count, int64_t chunk);
/* The n by n identity matrix. */
CASK_API
cask_array cask_array_eye(cask *ck, cask_dtype dtype, int64_t n, int64_t chunk);

/* A value (an array, a number, nested lists) as a lazy array; a new reference is held. */
CASK_API
cask_array cask_array_from_value(cask *ck, cask_value *value, cask_shape chunks);

/* Elements in memory of the caller's; zero in a field is the default. */
typedef struct cask_buffer {
    const void *data; /* of element [0, 0, ...]; any alignment; NULL only where there are none */
    cask_dtype dtype; /* bool, integers, floats, complex */
    cask_shape shape;
    const int64_t *strides; /* bytes from one element to the next, on each axis; 0 and negative ones
                               are good. Default (NULL): C order without gaps. Copied */
    bool swapped;           /* each number's bytes are in the other order than this machine's */
    /* Called with `user` once, from any thread, when nothing refers to the memory any more: at once
     * if the call fails; else after the context is closed (or the scope ended) and the last value
     * that shows the memory is gone. Until then the elements must not change. May be NULL. */
    void (*release)(void *user);
    void *user;
} cask_buffer;

/* A buffer as a lazy array in blocks of `chunks`, without a copy; elements that are swapped or not
 * aligned are put right block by block, when a block is computed. */
CASK_API
cask_array cask_array_from_buffer(cask *ck, const cask_buffer *buffer, cask_shape chunks);
/* A buffer as a value, without a copy, but for elements that are swapped or not aligned: these are
 * copied now. NULL, and the memory released, where there is no memory or no such buffer can be. */
CASK_API
cask_value *cask_value_from_buffer(const cask_buffer *buffer);

/* How a file is read; NULL and zero are the defaults. */
typedef struct cask_reading {
    cask_shape chunks; /* default: whole rows of the file's layout, about 2 MiB a block */
    int axis;          /* which axis the files of a list follow one another on; default the first */
    bool raw;          /* NetCDF: leave packed numbers, fill values and times as they are stored */
    bool stack;        /* each file is one place of a new axis, which `axis` is */
    bool undated;      /* NetCDF: leave times as numbers */
    bool valid_range;  /* NetCDF: what valid_range, valid_min, valid_max leave out is missing too */
} cask_reading;

/* A variable of a NetCDF file (3, 4), or of several files end to end: `path` may be a pattern as
 * "2014-*.nc". Packed integers become float64 by scale_factor and add_offset, missing values NaN,
 * times of any calendar datetime64 of nanoseconds (of seconds, if they are too far away for that).
 * Only metadata is read now. KeyError lists the variables that exist. */
CASK_API
cask_array cask_array_from_netcdf(cask *ck, const char *path, const char *variable,
                                  const cask_reading *reading);
/* A data set of an HDF5 file: "/group/x". dataset NULL: the path's part behind "::". */
CASK_API
cask_array cask_array_from_hdf5(cask *ck, const char *path, const char *dataset,
                                const cask_reading *reading);
/* An npy file. */
CASK_API
cask_array cask_array_from_npy(cask *ck, const char *path, const cask_reading *reading);

/* ---- element by element ---- */

/* Two arrays, broadcast against each other, with NumPy's types; ValueError "operands could not be
 * broadcast together". X(name). The second function of each pair takes a number on the right, which
 * takes part in the type as a Python float does. */
#define CASK_ARRAY_BINARY(X)                                                                       \
    X(add)                                                                                         \
    X(subtract)                                                                                    \
    X(multiply)                                                                                    \
    X(divide)                                                                                      \
    X(floor_divide)                                                                                \
    X(remainder)                                                                                   \
    X(power)                                                                                       \
    X(minimum)                                                                                     \
    X(maximum)                                                                                     \
    X(arctan2)                                                                                     \
    X(hypot)                                                                                       \
    X(equal)                                                                                       \
    X(not_equal)                                                                                   \
    X(less)                                                                                        \
    X(less_equal)                                                                                  \
    X(greater)                                                                                     \
    X(greater_equal)                                                                               \
    X(logical_and)                                                                                 \
    X(logical_or)
#define CASK_ARRAY_BINARY_DECLARE(name)                                                            \
    CASK_API                                                                                       \
    cask_array cask_array_##name(cask_array a, cask_array b);                                      \
    CASK_API                                                                                       \
    cask_array cask_array_##name##_f64(cask_array a, double b);
CASK_ARRAY_BINARY(CASK_ARRAY_BINARY_DECLARE)
#undef CASK_ARRAY_BINARY_DECLARE

/* One array; NumPy's function of the same name. X(name). */
#define CASK_ARRAY_UNARY(X)                                                                        \
    X(negative)                                                                                    \
    X(absolute)                                                                                    \
    X(sqrt)                                                                                        \
    X(square)                                                                                      \
    X(exp)                                                                                         \
    X(log)                                                                                         \
    X(log10)                                                                                       \
    X(sin)                                                                                         \
    X(cos)                                                                                         \
    X(tan)                                                                                         \
    X(tanh)                                                                                        \
    X(floor)                                                                                       \
    X(ceil)                                                                                        \
    X(isnan)                                                                                       \
    X(isfinite)                                                                                    \
    X(logical_not)
#define CASK_ARRAY_UNARY_DECLARE(name)                                                             \
    CASK_API                                                                                       \
    cask_array cask_array_##name(cask_array x);
CASK_ARRAY_UNARY(CASK_ARRAY_UNARY_DECLARE)
#undef CASK_ARRAY_UNARY_DECLARE

/* a where `condition` is true, else b. */
CASK_API
cask_array cask_array_where(cask_array condition, cask_array a, cask_array b);
/* x held between two numbers. */
CASK_API
cask_array cask_array_clip(cask_array x, double low, double high);
/* x rounded to `decimals` places behind the point, halves to even. */
CASK_API
cask_array cask_array_round(cask_array x, int decimals);
/* x in another type, converted as NumPy's astype does. */
CASK_API
cask_array cask_array_astype(cask_array x, cask_dtype dtype);

/* ---- reductions ---- */

/* How to reduce; NULL and zero are the defaults. */
typedef struct cask_reduce {
    cask_axes axes;   /* default: every axis */
    bool keepdims;    /* leave reduced axes with length 1 */
    bool skip_nan;    /* the nan-forms: nansum, nanmean, ... */
    double ddof;      /* of var and std */
    cask_dtype dtype; /* of sum, prod, mean, var and std; default as NumPy */
    int split_every;  /* how many partial results are combined at once; default 4 */
} cask_reduce;

/* NumPy's reductions. X(name). argmin and argmax take one axis or all. any and all have no
 * nan-forms. */
#define CASK_ARRAY_REDUCTIONS(X)                                                                   \
    X(sum)                                                                                         \
    X(prod)                                                                                        \
    X(mean)                                                                                        \
    X(min)                                                                                         \
    X(max)                                                                                         \
    X(std)                                                                                         \
    X(var)                                                                                         \
    X(any)                                                                                         \
    X(all)                                                                                         \
    X(argmin)                                                                                      \
    X(argmax)
#define CASK_ARRAY_REDUCTIONS_DECLARE(name)                                                        \
    CASK_API                                                                                       \
    cask_array cask_array_##name(cask_array x, const cask_reduce *how);
CASK_ARRAY_REDUCTIONS(CASK_ARRAY_REDUCTIONS_DECLARE)
#undef CASK_ARRAY_REDUCTIONS_DECLARE

/* ---- shapes ---- */

/* x[index], the index written as between Python's brackets: "::4", "1:3, ..., -1", "None, 0".
 * Slices of files are pushed into the reading. SyntaxError, IndexError. */
CASK_API
cask_array cask_array_slice(cask_array x, const char *index);
/* x[..., start:stop:step] on one axis, which may be negative: what loops over an array need. As
 * Python's slices, bounds may be negative, and are cut to the array; step 0 means 1. AxisError. */
CASK_API
cask_array cask_array_part(cask_array x, int axis, int64_t start, int64_t stop, int64_t step);
/* x[a, b, ...]: lazy arrays of bools (x[x > 0], whose length only computing tells) or integers,
 * values, integers, and texts as cask_array_slice() takes: CASK_ARGUMENTS(mask), or
 * CASK_ARGUMENTS("::2", rows). IndexError. */
CASK_API
cask_array cask_array_index(cask_array x, cask_arguments index);
/* What x would be after x[index] = value, an array or a number: x itself does not change.
 * cask_array_assign(x, CASK_ARGUMENTS(mask), CASK_ARGUMENT(0)). */
CASK_API
cask_array cask_array_assign(cask_array x, cask_arguments index, cask_argument value);
/* x with the lengths found that only computing tells: x is computed for it, but not held. */
CASK_API
cask_array cask_array_compute_chunk_sizes(cask_array x);
/* Arrays one after the other on an axis they have, or stacked on a new one. count >= 1. */
CASK_API
cask_array cask_array_concatenate(const cask_array *arrays, size_t count, int axis);
CASK_API
cask_array cask_array_stack(const cask_array *arrays, size_t count, int axis);
/* Axes in another order; none given: reversed. */
CASK_API
cask_array cask_array_transpose(cask_array x, cask_axes axes);
/* The same elements in C order under another shape, one size of which may be -1. */
CASK_API
cask_array cask_array_reshape(cask_array x, cask_shape shape);
/* The same array in other blocks; none given: as suits. */
CASK_API
cask_array cask_array_rechunk(cask_array x, cask_shape chunks);
/* Matrix product, as numpy.dot. ValueError "shapes (2,3) and (2,3) not aligned". */
CASK_API
cask_array cask_array_dot(cask_array a, cask_array b);

/* ---- random numbers ---- */

/* How random numbers are drawn; NULL and zero are the defaults. */
typedef struct cask_random {
    bool seeded; /* the same numbers in every run, by `seed`; otherwise different ones each time */
    uint64_t seed;
    cask_shape chunks; /* which change nothing but the blocks */
} cask_random;

/* Numbers of a distribution by its name in da.random: "normal", "poisson", "integers"... The
 * parameters are numbers or arrays, which the shape is broadcast with:
 * cask_array_random(ck, "normal", CASK_ARGUMENTS(10.0, 0.1), CASK_SHAPE(1000, 1000), NULL); those
 * left out have NumPy's defaults, and {0} is none at all. An element depends on the seed and its
 * place alone. ValueError in NumPy's words for parameters outside their domain. */
CASK_API
cask_array cask_array_random(cask *ck, const char *distribution, cask_arguments parameters,
                             cask_shape shape, const cask_random *how);
/* Begin the numbers of this context's calls without a seed anew, the same in every run. */
CASK_API
CASK_CHECKED cask_status cask_array_random_seed(cask *ck, uint64_t seed);

/* ---- Fourier transforms ---- */

/* How lines are transformed; NULL and zero are the defaults. */
typedef struct cask_fft {
    cask_axes axes;   /* default: the last one */
    cask_shape sizes; /* for each axis: lines are cut or padded with zeros; default: as they are */
    const char *norm; /* "backward" (default: the inverse is divided), "ortho" or "forward" */
} cask_fft;

/* The transform along axes, its inverse, and those from and to real numbers, whose last axis holds
 * n / 2 + 1 elements. complex128, or float64 (irfft). An axis in several chunks is rechunked. */
CASK_API
cask_array cask_array_fft(cask_array x, const cask_fft *how);
CASK_API
cask_array cask_array_ifft(cask_array x, const cask_fft *how);
CASK_API
cask_array cask_array_rfft(cask_array x, const cask_fft *how);
CASK_API
cask_array cask_array_irfft(cask_array x, const cask_fft *how);

/* ---- any operation ---- */

/* Any operation of `cask help` by its name, "cumsum", "linalg.norm", with its parameters there:
 *
 *     cask_array_call(ck, "cumsum", x, CASK_NAMED("axis", 0))
 *
 * Arguments are arrays, numbers, texts and values (lists: cask_value_list()), by position or by
 * name; CASK_ARGUMENT_NONE is None. Functions are values too: cask_value_function(). The result is
 * an array, or a number that becomes one (TypeError otherwise). AttributeError names the nearest
 * operation if there is none. Expressions (expression.h) are shorter where several are combined. */
#define cask_array_call(ck, operation, ...)                                                        \
    cask_array_apply(ck, operation, CASK_ARGUMENTS(__VA_ARGS__))
CASK_API
cask_array cask_array_apply(cask *ck, const char *operation, cask_arguments arguments);
/* The same of an operation that gives a tuple or a list of `count` arrays: "unique" with
 * return_counts, "meshgrid". If it fails, or gives another number of them, all are poison. */
CASK_API
void cask_arrays_apply(cask *ck, const char *operation, cask_arguments arguments,
                       cask_array *results, size_t count);

/* ---- asking ---- */

/* Dimensions, element type and name; of a poison array 0, CASK_DTYPE_DEFAULT and "". The name is
 * written to the caller's buffer, which is returned; 64 bytes hold any, shorter buffers cut it. */
CASK_API
int cask_array_ndim(cask_array x);
CASK_API
cask_dtype cask_array_dtype(cask_array x);
CASK_API
const char *cask_array_name(cask_array x, char *buffer, size_t size);
/* Its element type in full, "float64", "datetime64[ns]", "<U3", in the same way. */
CASK_API
const char *cask_array_dtype_name(cask_array x, char *buffer, size_t size);
/* Whether the array stands for a failed call; the context's message says which. */
CASK_API
bool cask_array_failed(cask_array x);
/* Lengths of the axes; -1 where only computing tells (x[x > 0]). */
CASK_API
cask_shape cask_array_shape(cask_array x);
/* Elements and bytes in all; -1 if unknown. */
CASK_API
int64_t cask_array_size(cask_array x);
CASK_API
int64_t cask_array_nbytes(cask_array x);
/* Blocks on an axis, 0 if there is no such axis, and the length of one of them, -1 if unknown. */
CASK_API
int64_t cask_array_blocks(cask_array x, int axis);
CASK_API
int64_t cask_array_chunk(cask_array x, int axis, int64_t block);
/* Let an array out of the scope opened last: what was built in that scope so far lives on in the
 * one around it. Returns the array. */
CASK_API
cask_array cask_keep(cask_array x);

/* ---- computing ---- */

/* The array's elements, in C order, as a new value that the caller unrefs; *value is NULL on
 * failure. */
CASK_API
CASK_CHECKED cask_status cask_array_compute(cask_array x, cask_value **value);
/* The array's elements into memory of the caller's, block by block, so that they are nowhere whole
 * beside it: in C order, or as `strides` (bytes, one an axis, none negative; NULL: C order) say;
 * converted to `dtype` as astype() does (default: the array's own). `bytes` is what there is from
 * `data` on: ValueError if that is too little, and where only computing tells the shape. After a
 * failure some elements may be written. */
CASK_API
CASK_CHECKED cask_status cask_array_compute_into(cask_array x, cask_dtype dtype, void *data,
                                                 size_t bytes, const int64_t *strides);
/* Several arrays in one run, which shares what they have in common. values[i] are all NULL on
 * failure. */
CASK_API
CASK_CHECKED cask_status cask_arrays_compute(const cask_array *arrays, size_t count,
                                             cask_value **values);

/* The same array with its blocks computed now and held in memory by the context, until it is closed
 * or the scope ends: what is made of it afterwards starts from there. Poison on failure; several at
 * once: cask_persist() in lazy.h. */
CASK_API
cask_array cask_array_persist(cask_array x);

/* A picture of the array's chunks in SVG, to stand in HTML, about `size` pixels large (1 to 100000,
 * 0: 500). The caller frees it with cask_text_free(); NULL on failure: where a length is not known
 * or 0, of an array without axes. Nothing is computed. */
CASK_API
char *cask_array_svg(cask_array x, int64_t size);

/* How an array is written; NULL and zero are the defaults. */
typedef struct cask_saving {
    const char *variable; /* of .nc and .h5 files; default "data" */
    const char *title;    /* of a picture */
    const char *units;    /* of the numbers: the picture's colour bar, the file's attribute */
    const char *cmap;     /* "viridis" (default), "RdBu_r", "gray", "bone" */
    bool has_vmin, has_vmax;
    double vmin, vmax; /* ends of the colour bar; default the extremes, even about 0 for RdBu_r */
    bool animate;      /* of 3 axes: the first one is time, in a .gif always */
    double fps;        /* frames a second, 0.02 to 100; default 5 */
} cask_saving;

/* Compute an array into a file, whose suffix says how: .npy, .nc, .nc3, .h5 block by block, never
 * whole in memory; .png and .gif, a picture of 1 axis (a line), 2 (a map) or 3 (maps side by side,
 * or moving), of which no more than the pixels is kept; .csv (1-d, 2-d), .json, .txt at once; .svg
 * shows the chunks, and computes nothing. The file appears when it is complete, or not at all. */
CASK_API
CASK_CHECKED cask_status cask_array_save(cask_array x, const char *path, const cask_saving *saving);

#ifdef __cplusplus
}
#endif

#endif
