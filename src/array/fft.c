/* Fourier transforms: one axis after the other, each line whole in one block. */
#include "array/fft.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/mapped.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "kernel/fft.h"
#include "kernel/fft_lines.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* ---- one axis ---- */

/* What all tasks of a node share; whichever comes first makes the plan. */
typedef struct transform {
    cki_fft_lines lines;
    int axis;
    _Atomic(cki_fft_shared *) shared;
} transform;

static void release_shared(void *thing)
{
    transform *t = thing;
    cki_fft_lines_close(atomic_load(&t->shared));
}

static cki_fft_shared *find_shared(transform *t, cki_error *error)
{
    cki_fft_shared *shared = atomic_load(&t->shared), *none = NULL;
    if (shared || !(shared = cki_fft_lines_open(&t->lines, error)))
        return shared;
    if (atomic_compare_exchange_strong(&t->shared, &none, shared))
        return shared;
    cki_fft_lines_close(shared); /* another task was first */
    return none;
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    transform *const *held = spec->parameters;
    transform *t = *held;
    const cki_array *x = cki_array_of(task->inputs[0]);
    cki_fft_shared *shared = find_shared(t, error);
    int64_t shape[CKI_MAX_NDIM];
    if (!shared || !x)
        return x ? error->status : cki_fail_internal(error, "array.fft");
    memcpy(shape, x->shape, sizeof shape);
    shape[t->axis] = cki_fft_lines_length(&t->lines);
    cask_value *out = cki_array_new(spec->dtype, x->ndim, shape, error);
    if (out && cki_fft_lines_run(shared, x, t->axis, cki_array_of(out), error) != CASK_OK) {
        cask_value_unref(out);
        out = NULL;
    }
    *result = out;
    return error->status;
}

const cki_function cki_fft_function = {"array.fft", 1, run};

/* x with the axis in one block. Other axes are cut finer for it, so that blocks stay as large as
 * they are, or a megabyte. */
static cask_array gather(cki_build *build, cask_array x, int axis)
{
    enum { LEAST = 1 << 20 };
    if (x->axes[axis].blocks == 1)
        return x;
    size_t limit = cki_node_largest_block(x);
    cask_value *chunks = cki_value_list(CKI_TUPLE, (size_t)x->ndim, build->error);
    for (int k = 0; chunks && k < x->ndim; k++) {
        chunks->as.list.items[k] =
            k == axis ? cki_value_int(-1, build->error) : cki_value_string("auto", build->error);
        if (!chunks->as.list.items[k]) {
            chunks->as.list.count = (size_t)k;
            cask_value_unref(chunks);
            return NULL;
        }
    }
    cask_array whole =
        chunks ? cki_rechunk_value(build, x, chunks, limit > LEAST ? limit : LEAST, false) : NULL;
    cask_value_unref(chunks);
    return whole;
}

/* Lines in the largest block, each whole. */
static int64_t lines_of(cask_array x, int axis)
{
    int64_t length = cki_node_length(x, axis);
    size_t elements = cki_node_largest_block(x) / cki_dtype_size(x->dtype);
    return length > 0 ? (int64_t)elements / length : 1;
}

static cask_array transform_axis(cki_build *build, cask_array x, const cki_fft_lines *lines,
                                 int axis)
{
    x = x ? gather(build, x, axis) : NULL;
    cki_axis *axes = x ? cki_runs_axes(build, x->ndim) : NULL;
    /* of the context's arena, as the plan in it is */
    transform *t = axes ? cki_arena_alloc(&build->ck->arena, sizeof *t) : NULL;
    transform **held = t ? cki_arena_alloc(build->arena, sizeof(transform *)) : NULL;
    cki_hasher *hasher = held ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        if (axes)
            cki_fail_memory(build->error, sizeof *t);
        return NULL;
    }
    *t = (transform){.lines = *lines, .axis = axis};
    *held = t;
    cki_token_int(hasher, lines->kind);
    cki_token_int(hasher, lines->backward);
    cki_token_bytes(hasher, &lines->factor, sizeof lines->factor);
    cki_token_int(hasher, lines->n);
    cki_token_int(hasher, axis);
    cki_token token = cki_token_end(hasher);
    memcpy(axes, x->axes, (size_t)x->ndim * sizeof *axes);
    if (!cki_chunks_single(build->arena, cki_fft_lines_length(lines), &axes[axis])) {
        cki_fail_memory(build->error, sizeof(cki_run));
        return NULL;
    }
    if (cki_context_own(build->ck, release_shared, t, build->error) != CASK_OK)
        return NULL;
    bool real = lines->kind == CKI_FFT_HERMITIAN;
    return cki_mapped_array(
        build, &(cki_mapped){.function = &cki_fft_function,
                             .label = "fft",
                             .dtype = cki_dtype_of(real ? CASK_F64 : CASK_C128),
                             .ndim = x->ndim,
                             .axes = axes,
                             .inputs = {cki_mapped_same(x)},
                             .ninputs = 1,
                             .parameters = held,
                             .token = token,
                             .working = cki_fft_lines_bytes(lines, lines_of(x, axis))});
}

/* ---- NumPy's arguments ---- */

/* What each of NumPy's functions does; of several axes the last one is `kind`, others COMPLEX. */
typedef struct family {
    cki_fft_kind kind;
    bool backward; /* the sign of the exponent */
    bool inverse;  /* which way the norm goes: divided by the length where it is "backward" */
} family;

typedef enum norm { BACKWARD, ORTHO, FORWARD } norm;

static cask_status read_norm(cki_call *call, norm *out)
{
    const cask_value *value = cki_operation_argument(call, "norm");
    static const char *const names[] = {"backward", "ortho", "forward"};
    *out = BACKWARD;
    if (value->kind == CKI_NONE)
        return CASK_OK;
    for (int i = 0; i < 3 && value->kind == CKI_STR; i++)
        if (!strcmp(value->as.text.bytes, names[i])) {
            *out = (norm)i;
            return CASK_OK;
        }
    cki_text text = {0};
    cki_value_print(value, &text);
    cask_status status =
        cki_fail(call->error, CASK_INVALID, NULL,
                 "Invalid norm value %s; should be \"backward\",\"ortho\" or \"forward\".",
                 text.bytes ? text.bytes : "");
    cki_text_free(&text);
    return status;
}

static double factor_of(norm scaling, bool inverse, int64_t n)
{
    if (scaling == ORTHO)
        return 1 / sqrt((double)n);
    return inverse == (scaling == BACKWARD) ? 1 / (double)n : 1;
}

/* One axis of one function; n < 0: as many as there are. */
static cask_array apply(cki_build *build, cask_array x, const family *f, norm scaling, int axis,
                        int64_t n, bool given)
{
    int64_t length = x->axes[axis].length;
    if (length < 0) {
        cki_fail(build->error, CASK_INVALID, NULL,
                 "fft: axis %d has chunks of unknown size: use compute_chunk_sizes() first", axis);
        return NULL;
    }
    if (!given)
        n = f->kind == CKI_FFT_HERMITIAN ? 2 * (length - 1) : length;
    if (n < 1) {
        cki_fail(build->error, CASK_INVALID, NULL,
                 "Invalid number of FFT data points (%lld) specified.", (long long)n);
        return NULL;
    }
    if (n > CKI_FFT_MOST) {
        cki_fail(build->error, CASK_LIMIT, NULL, "fft of %lld points on axis %d: at most %lld",
                 (long long)n, axis, (long long)CKI_FFT_MOST);
        return NULL;
    }
    bool real =
        f->kind == CKI_FFT_REAL || (f->kind == CKI_FFT_COMPLEX && !cki_dtype_is_complex(x->dtype));
    x = cki_elementwise_cast(build, x, cki_dtype_of(real ? CASK_F64 : CASK_C128));
    cki_fft_lines lines = {.kind = f->kind,
                           .real = real,
                           .backward = f->backward,
                           .factor = factor_of(scaling, f->inverse, n),
                           .n = n};
    return x ? transform_axis(build, x, &lines, axis) : NULL;
}

static cask_array read_array(cki_call *call, cki_build *build)
{
    cask_array a = cki_node_from_value(build, cki_operation_argument(call, "a"));
    if (a && !cki_dtype_is_number(a->dtype)) {
        char name[48];
        cki_fail(call->error, CASK_TYPE, NULL,
                 "%s: numbers are transformed, not elements of type %s", call->operation->name,
                 cki_dtype_name(a->dtype, name));
        return NULL;
    }
    return a;
}

/* fft(a, n, axis, norm) and its like. */
static cask_value *run_line(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a = read_array(call, &build);
    cask_value *where = cki_operation_argument(call, "axis");
    bool given = !cki_operation_is_none(call, "n");
    int axis = a ? a->ndim - 1 : 0;
    int64_t n = 0;
    norm scaling;
    if (!a || read_norm(call, &scaling) != CASK_OK ||
        (given && cki_value_index(cki_operation_argument(call, "n"), &n, call->error) != CASK_OK))
        return NULL;
    if (a->ndim == 0) {
        cki_fail(call->error, CASK_INDEX, NULL, "%s of an array without axes",
                 call->operation->name);
        return NULL;
    }
    if (where->kind != CKI_NONE && cki_node_axis(where, a->ndim, &axis, call->error) != CASK_OK)
        return NULL;
    return cki_node_value(&build,
                          apply(&build, a, call->operation->detail, scaling, axis, n, given));
}

/* The axes of fftn(a, s, axes) in the order they are named: all of them, or with s the first ones
 * (as Dask; the last of NumPy's). */
typedef struct plane {
    int count;
    int axes[CKI_MAX_NDIM];
    int64_t sizes[CKI_MAX_NDIM];
    bool sized;
} plane;

static cask_status read_sizes(cki_call *call, plane *p)
{
    cask_value *s = cki_operation_argument(call, "s");
    if (s->kind == CKI_NONE)
        return CASK_OK;
    cask_value *items = cki_value_items(s, call->error);
    if (!items)
        return call->error->status;
    cask_status status = CASK_OK;
    p->sized = true;
    if (items->as.list.count > CKI_MAX_NDIM)
        status =
            cki_fail(call->error, CASK_INVALID, NULL, "Shape and axes have different lengths.");
    for (size_t i = 0; status == CASK_OK && i < items->as.list.count; i++, p->count++)
        status = cki_value_index(items->as.list.items[i], &p->sizes[i], call->error);
    cask_value_unref(items);
    return status;
}

static cask_status read_plane(cki_call *call, cask_array a, bool two, plane *p)
{
    *p = (plane){0};
    if (read_sizes(call, p) != CASK_OK)
        return call->error->status;
    cask_value *axes = cki_operation_argument(call, "axes");
    int sizes = p->count;
    if (axes->kind != CKI_NONE) {
        bool flags[CKI_MAX_NDIM] = {false};
        if (cki_node_axes(axes, a->ndim, flags, p->axes, &p->count, call->error) != CASK_OK)
            return call->error->status;
    } else {
        p->count = two ? 2 : p->sized ? sizes : a->ndim;
        if (p->count > a->ndim)
            return cki_fail(call->error, CASK_INDEX, NULL, "%s: %d axes of an array that has %d",
                            call->operation->name, p->count, a->ndim);
        for (int k = 0; k < p->count; k++)
            p->axes[k] = two ? a->ndim - 2 + k : k;
    }
    return p->sized && sizes != p->count
               ? cki_fail(call->error, CASK_INVALID, NULL, "Shape and axes have different lengths.")
               : CASK_OK;
}

static cask_value *transform_plane(cki_call *call, bool two)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const family *last = call->operation->detail;
    const family others = {CKI_FFT_COMPLEX, last->backward, last->inverse};
    cask_array a = read_array(call, &build);
    plane p;
    norm scaling;
    if (!a || read_norm(call, &scaling) != CASK_OK || read_plane(call, a, two, &p) != CASK_OK)
        return NULL;
    if (p.count == 0 && last->kind != CKI_FFT_COMPLEX) {
        cki_fail(call->error, CASK_INDEX, NULL, "%s needs an axis", call->operation->name);
        return NULL;
    }
    /* real numbers come into being last, and are left first */
    bool forward = last->kind == CKI_FFT_HERMITIAN;
    for (int i = 0; a && i < p.count; i++) {
        int k = forward ? i : p.count - 1 - i;
        a = apply(&build, a, k == p.count - 1 ? last : &others, scaling, p.axes[k], p.sizes[k],
                  p.sized);
    }
    return cki_node_value(&build, a);
}

static cask_value *run_two(cki_call *call)
{
    return transform_plane(call, true);
}

static cask_value *run_many(cki_call *call)
{
    return transform_plane(call, false);
}

/* ---- the records ---- */

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)
#define LINE     "a, n=None, axis=None, norm=None"
#define PLANE    "a, s=None, axes=None, norm=None"
#define SEVERAL  " Each axis is in one block for its turn; the array is rechunked where needed."

static const family forward = {CKI_FFT_COMPLEX, false, false};
static const family backward = {CKI_FFT_COMPLEX, true, true};
static const family real = {CKI_FFT_REAL, false, false};
static const family unreal = {CKI_FFT_HERMITIAN, true, true};
static const family hermitian = {CKI_FFT_HERMITIAN, false, false};
static const family unhermitian = {CKI_FFT_REAL, true, true};

static const cki_operation op_fft = {
    "fft.fft",
    FUNCTION,
    LINE,
    "Fourier transform along an axis, the last by default." SEVERAL
    " Lines are cut or padded with zeros to n; norm is 'backward', 'ortho' or 'forward'.",
    run_line,
    &forward};
static const cki_operation op_ifft = {
    "fft.ifft", FUNCTION, LINE, "Inverse Fourier transform along an axis." SEVERAL,
    run_line,   &backward};
static const cki_operation op_rfft = {
    "fft.rfft",
    FUNCTION,
    LINE,
    "Fourier transform of real numbers along an axis: its first n // 2 + 1 elements." SEVERAL,
    run_line,
    &real};
static const cki_operation op_irfft = {
    "fft.irfft", FUNCTION,
    LINE,        "Inverse of rfft: n real numbers, 2 * (length - 1) by default." SEVERAL,
    run_line,    &unreal};
static const cki_operation op_hfft = {
    "fft.hfft",
    FUNCTION,
    LINE,
    "Fourier transform of a line that has Hermitian symmetry, given as its first half: n real "
    "numbers." SEVERAL,
    run_line,
    &hermitian};
static const cki_operation op_ihfft = {
    "fft.ihfft", FUNCTION,
    LINE,        "Inverse of hfft: of real numbers the first n // 2 + 1 elements." SEVERAL,
    run_line,    &unhermitian};
static const cki_operation op_fft2 = {
    "fft.fft2", FUNCTION,
    PLANE,      "Fourier transform along two axes, the last ones by default." SEVERAL,
    run_two,    &forward};
static const cki_operation op_ifft2 = {
    "fft.ifft2", FUNCTION, PLANE, "Inverse Fourier transform along two axes." SEVERAL,
    run_two,     &backward};
static const cki_operation op_rfft2 = {
    "fft.rfft2",
    FUNCTION,
    PLANE,
    "Fourier transform of real numbers along two axes; of the last one the first half." SEVERAL,
    run_two,
    &real};
static const cki_operation op_irfft2 = {"fft.irfft2", FUNCTION, PLANE, "Inverse of rfft2." SEVERAL,
                                        run_two,      &unreal};
static const cki_operation op_fftn = {
    "fft.fftn",
    FUNCTION,
    PLANE,
    "Fourier transform along several axes: all by default, with s the first ones." SEVERAL,
    run_many,
    &forward};
static const cki_operation op_ifftn = {
    "fft.ifftn", FUNCTION, PLANE, "Inverse Fourier transform along several axes." SEVERAL,
    run_many,    &backward};
static const cki_operation op_rfftn = {
    "fft.rfftn",
    FUNCTION,
    PLANE,
    "Fourier transform of real numbers along several axes; of the last one the first half." SEVERAL,
    run_many,
    &real};
static const cki_operation op_irfftn = {"fft.irfftn", FUNCTION, PLANE, "Inverse of rfftn." SEVERAL,
                                        run_many,     &unreal};

const cki_operation *const cki_fft_operations[] = {
    &op_fft,   &op_ifft,   &op_rfft, &op_irfft, &op_hfft,  &op_ihfft,  &op_fft2, &op_ifft2,
    &op_rfft2, &op_irfft2, &op_fftn, &op_ifftn, &op_rfftn, &op_irfftn, NULL,
};
