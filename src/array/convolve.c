/* convolve and correlate: the longer array is put between zeros, its blocks are given what follows
 * them, and the shorter array goes to every task. */
#include "array/convolve.h"
#include "array/creation.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/index.h"
#include "array/mapped.h"
#include "array/overlap.h"
#include "array/pad.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "array/view.h"

#include <complex.h>
#include <string.h>

/* ---- tasks ---- */

#define SLIDE(type, zero)                                                                          \
    for (int64_t i = 0; i < count; i++) {                                                          \
        const type *x = (const type *)from + i, *w = (const type *)weights;                        \
        type sum = zero;                                                                           \
        for (int64_t k = 0; k < width; k++)                                                        \
            sum += x[k] * w[k];                                                                    \
        ((type *)to)[i] = sum;                                                                     \
    }                                                                                              \
    break

/* to[i] = sum of from[i + k] * weights[k]. Whole numbers wrap around. */
static void slide(cki_dtype dtype, const void *from, const void *weights, int64_t width, void *to,
                  int64_t count)
{
    switch ((int)dtype.id) {
    case CASK_U64:
        SLIDE(uint64_t, 0);
    case CASK_F64:
        SLIDE(double, 0);
    case CASK_C128:
        SLIDE(double complex, 0);
    default:
        break;
    }
}

/* The block is followed by width - 1 elements; its weights are the second input. */
static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    cki_dtype dtype = cki_mapped_of(task)->dtype;
    cask_value *block = cki_array_compact(task->inputs[0], error);
    cask_value *short_one = block ? cki_array_compact(task->inputs[1], error) : NULL;
    const cki_array *x = cki_array_of(block), *w = cki_array_of(short_one);
    if (x && w) {
        int64_t width = w->shape[0], count = x->shape[0] - width + 1;
        count = count > 0 ? count : 0;
        *result = cki_array_new(dtype, 1, &count, error);
        if (*result)
            slide(dtype, x->data, w->data, width, cki_array_of(*result)->data, count);
    }
    cask_value_unref(block);
    cask_value_unref(short_one);
    return error->status;
}

const cki_function cki_convolve_function = {"array.convolve", 1, run};

/* ---- building ---- */

typedef struct sides {
    cki_build *build;
    cask_array x, w; /* the longer and the shorter */
    cki_dtype dtype; /* of the result */
} sides;

/* The type that is computed in: whole numbers as unsigned ones, which wrap around. */
static cki_dtype work_of(cki_dtype dtype)
{
    return cki_dtype_of(cki_dtype_is_complex(dtype) ? CASK_C128
                        : cki_dtype_is_float(dtype) ? CASK_F64
                                                    : CASK_U64);
}

/* Every sum whose window lies in x wholly. */
static cask_array valid(const sides *s, cask_array x)
{
    cki_build *build = s->build;
    int64_t width = s->w->axes[0].length, least = width;
    cki_depth depth = {.after = width - 1};
    x = cki_overlap_joined(build, x, &least);
    cki_axis *axis = x ? cki_runs_axes(build, 1) : NULL;
    cki_runs runs = {0};
    if (!axis)
        return NULL;
    int64_t last = x->axes[0].blocks - 1;
    cki_runs_copy(&runs, &x->axes[0], 0, last);
    cki_runs_add(&runs, cki_chunks_size(&x->axes[0], last) - width + 1, 1);
    if (cki_runs_finish(&runs, build->arena, axis, build->error) != CASK_OK ||
        !(x = cki_overlap_array(build, x, &depth, false)))
        return NULL;
    return cki_mapped_array(build,
                            &(cki_mapped){.function = &cki_convolve_function,
                                          .label = "convolve",
                                          .dtype = x->dtype,
                                          .ndim = 1,
                                          .axes = axis,
                                          .inputs = {cki_mapped_same(x), cki_mapped_whole(s->w)},
                                          .ninputs = 2});
}

static cask_array reversed(cki_build *build, cask_array x)
{
    if (!x)
        return NULL;
    int64_t length = x->axes[0].length;
    const cki_pick pick = {.start = length - 1, .step = -1, .count = length};
    return cki_index_basic(build, x, &pick);
}

/* All sums in which the arrays meet at all, n + m - 1; or only part of them, by NumPy's modes. */
static cask_array slid(const sides *s, const char *mode)
{
    cki_build *build = s->build;
    int64_t n = s->x->axes[0].length, m = s->w->axes[0].length;
    int64_t widths[CKI_MAX_NDIM][2] = {{m - 1, m - 1}}, start = 0, stop = n + m - 1;
    if (!strcmp(mode, "valid"))
        return valid(s, s->x);
    if (!strcmp(mode, "same")) {
        start = m - 1 - m / 2;
        stop = start + n;
    }
    cask_array zero = cki_creation_full(build, "zeros", 0, s->x->dtype, 0, NULL);
    cask_array wide = zero ? cki_pad_constant(build, s->x, widths, zero) : NULL;
    cask_array all = wide ? valid(s, wide) : NULL;
    return all ? cki_index_range(build, all, 0, start, stop) : NULL;
}

static cask_status read_mode(cki_call *call, const char **mode)
{
    const cask_value *given = cki_operation_argument(call, "mode");
    *mode = given->kind == CKI_STR ? given->as.text.bytes : "";
    if (given->kind == CKI_INT && given->as.integer >= 0 && given->as.integer <= 2)
        *mode = (const char *const[]){"valid", "same", "full"}[given->as.integer];
    if (strcmp(*mode, "valid") != 0 && strcmp(*mode, "same") != 0 && strcmp(*mode, "full") != 0)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "mode must be one of 'valid', 'same', or 'full' (got '%s')", *mode);
    return CASK_OK;
}

static cask_array read_side(cki_call *call, cki_build *build, const char *name)
{
    cask_array x = cki_node_from_value(build, cki_operation_argument(call, name));
    if (x && x->ndim == 0) {
        x = cki_view_expand(build, x, 0);
    }
    if (x && x->ndim != 1) {
        cki_fail(call->error, CASK_INVALID, NULL, "object too deep for desired array");
        return NULL;
    }
    if (x && x->axes[0].length <= 0) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 x->axes[0].length == 0 ? "%s cannot be empty"
                                        : "%s has chunks of unknown sizes.\n\nA possible solution: "
                                          "x.compute_chunk_sizes()",
                 name);
        return NULL;
    }
    if (x && !cki_dtype_is_number(x->dtype) && x->dtype.id != CASK_BOOL) {
        cki_fail(call->error, CASK_TYPE, NULL, "%s() takes numbers", call->operation->name);
        return NULL;
    }
    return x;
}

/* Both in the type that is computed in, the shorter one in one chunk. */
static cask_status prepare(sides *s, bool swapped)
{
    cki_build *build = s->build;
    cki_dtype work = work_of(s->dtype);
    if (swapped) {
        cask_array other = s->x;
        s->x = s->w;
        s->w = other;
    }
    s->x = cki_elementwise_cast(build, s->x, work);
    s->w = s->x ? cki_elementwise_cast(build, s->w, work) : NULL;
    s->w = s->w ? cki_rechunk_single(build, s->w, (bool[CKI_MAX_NDIM]){true}) : NULL;
    return s->w ? CASK_OK : build->error->status;
}

static cask_value *run_slide(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    sides s = {.build = &build};
    const char *mode;
    bool correlates = call->operation->detail != NULL;
    if (read_mode(call, &mode) != CASK_OK || !(s.x = read_side(call, &build, "a")) ||
        !(s.w = read_side(call, &build, "v")) ||
        cki_dtype_promote(s.x->dtype, s.w->dtype, &s.dtype, call->error) != CASK_OK)
        return NULL;
    if (correlates && cki_dtype_is_complex(s.w->dtype))
        s.w = cki_elementwise_arrays(&build, "conjugate", &s.w, 1);
    bool swapped = s.w && s.w->axes[0].length > s.x->axes[0].length;
    if (!s.w || prepare(&s, swapped) != CASK_OK)
        return NULL;
    if (!correlates)
        s.w = reversed(&build, s.w);
    if (s.w && s.w->axes[0].blocks > 1)
        s.w = cki_rechunk_single(&build, s.w, (bool[CKI_MAX_NDIM]){true});
    cask_array made = s.w ? slid(&s, mode) : NULL;
    if (made && correlates && swapped)
        made = reversed(&build, made);
    return made ? cki_node_value(&build, cki_elementwise_cast(&build, made, s.dtype)) : NULL;
}

static const char conjugates;

static const cki_operation op_convolve = {
    "convolve",          CKI_IN_DA | CKI_IN_NP,
    "a, v, mode='full'", "The convolution of two 1-d arrays; the shorter one is held in memory.",
    run_slide,           NULL};
static const cki_operation op_correlate = {
    "correlate",
    CKI_IN_DA | CKI_IN_NP,
    "a, v, mode='valid'",
    "The sums of products of one 1-d array slid along another; the shorter is held in memory.",
    run_slide,
    &conjugates};

const cki_operation *const cki_convolve_operations[] = {&op_convolve, &op_correlate, NULL};
