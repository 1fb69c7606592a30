/* Partial results: several into one, in their order, and one into the result.
 */
#include "core/memory.h"
#include "kernel/program_run.h"
#include "kernel/reduce_loop.h"
#include <math.h>
#include <string.h>

/* The arrays of a partial result, by role; NULL where it has none. */
typedef struct parts {
    void *a, *b;
    int64_t *each, *one;
    const cki_array *shape; /* any of them, for its shape */
    int64_t count;
} parts;

static void *take(cask_value *partial, size_t *next)
{
    return partial->as.list.items[(*next)++]->as.array->data;
}

/* Whether there is all that the reduction reads. */
static bool suffices(const cki_reduction *r, const parts *p)
{
    bool arg = r->kind == CKI_REDUCE_ARGMIN || r->kind == CKI_REDUCE_ARGMAX;

    if (r->kind == CKI_REDUCE_VAR || r->kind == CKI_REDUCE_STD)
        return p->b && p->each;
    if (r->kind == CKI_REDUCE_MEAN)
        return p->each || p->one;
    if (arg || r->kind == CKI_REDUCE_MIN || r->kind == CKI_REDUCE_MAX)
        return p->one && (p->b || !arg);
    return true;
}

static cask_status open_parts(const cki_reduction *r, const cki_reduce_layout *layout,
                              cask_value *partial, parts *p, cki_error *error)
{
    size_t next = 0;

    *p = (parts){0};
    if (partial->kind != CKI_LIST || partial->as.list.count != (size_t)layout->parts) {
        cki_fail_internal(error, "reduce: a partial result of another reduction");
        return CASK_INTERNAL;
    }
    p->shape = partial->as.list.items[0]->as.array;
    p->count = cki_array_size(p->shape);
    p->a = take(partial, &next);
    p->b = layout->b.id ? take(partial, &next) : NULL;
    p->each = layout->count_each ? take(partial, &next) : NULL;
    p->one = layout->count_one ? take(partial, &next) : NULL;
    if (!suffices(r, p)) {
        cki_fail_internal(error, "reduce: a partial result without its counts");
        return CASK_INTERNAL;
    }
    return CASK_OK;
}

static void combine_sums(double *restrict a, double *restrict b, const double *restrict x,
                         const double *restrict y, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        cki_reduce_add(&a[i], &b[i], x[i]);
        b[i] += y[i];
    }
}

/* Chan's formula for two means and sums of squared deviations; `width` is 2 for complex means. */
static void combine_moments(const parts *to, const parts *from, int width)
{
    double *mean = to->a, *squares = to->b;
    const double *mean2 = from->a, *squares2 = from->b;

    for (int64_t i = 0; i < to->count; i++) {
        double n = (double)to->each[i], n2 = (double)from->each[i], square = 0;

        if (from->each[i] == 0)
            continue;
        for (int k = 0; k < width; k++) {
            double d = mean2[i * width + k] - mean[i * width + k];

            square += d * d;
            mean[i * width + k] =
                to->each[i] ? mean[i * width + k] + d * (n2 / (n + n2)) : mean2[i * width + k];
        }
        squares[i] =
            to->each[i] ? squares[i] + squares2[i] + square * (n * (n2 / (n + n2))) : squares2[i];
        to->each[i] += from->each[i];
    }
}

/* An extreme of two, by the loop that takes one element after another: it prefers what comes first,
 * so the pair is given in the order of the indices. */
static void combine_args(const cki_reduce_loops *loops, const parts *to, const parts *from,
                         size_t size)
{
    int64_t *index = to->b;
    const int64_t *index2 = from->b;

    for (int64_t i = 0; i < to->count; i++) {
        unsigned char pair[16], *mine = (unsigned char *)to->a + (size_t)i * size;
        const unsigned char *other = (const unsigned char *)from->a + (size_t)i * size;
        int64_t first = index[i], second = index2[i];
        cki_reduce_run run = {.x = pair, .rows = 1, .columns = 1, .a = mine, .b = &index[i]};

        if (second < 0)
            continue;
        memcpy(pair, other, size);
        if (first < 0 || second < first) {
            memcpy(pair, mine, size);
            memcpy(mine, other, size);
            index[i] = second;
            second = first;
        }
        run.index = second;
        if (second >= 0)
            loops->rows(&run);
    }
}

static void combine_into(const cki_reduction *r, const cki_reduce_layout *layout, const parts *to,
                         const parts *from)
{
    const cki_reduce_loops *loops = cki_reduce_find(r->kind, r->skip_nan, layout->element);
    int64_t width = layout->a.id == CASK_C128 ? 2 : 1;

    if (layout->b.id == CASK_I64) {
        combine_args(loops, to, from, cki_dtype_size(layout->a));
    } else if (r->kind == CKI_REDUCE_VAR || r->kind == CKI_REDUCE_STD) {
        combine_moments(to, from, (int)width);
    } else if (layout->b.id) {
        combine_sums(to->a, to->b, from->a, from->b, to->count * width);
    } else {
        cki_reduce_run run = {.x = from->a, .rows = 1, .columns = (size_t)to->count, .a = to->a};

        if (r->kind == CKI_REDUCE_COUNT)
            loops = cki_reduce_find(CKI_REDUCE_SUM, false, layout->a);
        if (r->kind == CKI_REDUCE_PROD) /* a NaN by now is a product's, and stays */
            loops = cki_reduce_find(CKI_REDUCE_PROD, false, layout->a);
        loops->columns(&run);
    }
    if (layout->count_each && layout->b.id == layout->element.id && r->kind == CKI_REDUCE_MEAN) {
        for (int64_t i = 0; i < to->count; i++)
            to->each[i] += from->each[i];
    }
    if (to->one && from->one)
        *to->one += *from->one;
}

/* A partial result of the same contents with arrays of its own. */
static cask_value *copy_partial(const cask_value *partial, cki_error *error)
{
    cask_value *copy = cki_value_list(CKI_LIST, partial->as.list.count, error);

    for (size_t i = 0; copy && i < partial->as.list.count; i++) {
        const cki_array *from = partial->as.list.items[i]->as.array;
        cask_value *array = cki_array_new(from->dtype, from->ndim, from->shape, error);

        if (!array) {
            cask_value_unref(copy);
            return NULL;
        }
        copy->as.list.items[i] = array;
        cki_array_copy(array->as.array, from);
    }
    return copy;
}

cask_status cki_reduce_combine(const cki_reduction *reduction, cask_value *const *partials,
                               size_t count, cask_value **combined, cki_error *error)
{
    cki_reduce_layout layout;
    parts to, from;
    cask_status status;

    *combined = NULL;
    cki_reduce_plan(reduction, &layout);
    if (count == 0)
        return cki_fail_internal(error, "reduce: nothing to combine");
    if (count == 1) {
        *combined = cask_value_ref(partials[0]);
        return CASK_OK;
    }
    *combined = copy_partial(partials[0], error);
    if (!*combined)
        return CASK_MEMORY;
    status = open_parts(reduction, &layout, *combined, &to, error);
    for (size_t i = 1; i < count && status == CASK_OK; i++) {
        status = open_parts(reduction, &layout, partials[i], &from, error);
        if (status == CASK_OK && from.count != to.count)
            status = cki_fail_internal(error, "reduce: partial results of several shapes");
        if (status == CASK_OK)
            combine_into(reduction, &layout, &to, &from);
    }
    if (status != CASK_OK) {
        cask_value_unref(*combined);
        *combined = NULL;
    }
    return status;
}

/* ---- finish ---- */

static cask_status check_elements(const cki_reduction *r, const parts *p, cki_error *error)
{
    bool low = r->kind == CKI_REDUCE_MIN || r->kind == CKI_REDUCE_ARGMIN;
    bool arg = r->kind == CKI_REDUCE_ARGMIN || r->kind == CKI_REDUCE_ARGMAX;
    const int64_t *index = p->b;

    if (p->count == 0 || (!arg && r->kind != CKI_REDUCE_MIN && r->kind != CKI_REDUCE_MAX))
        return CASK_OK;
    if (*p->one == 0 && arg && !r->skip_nan)
        return cki_fail(error, CASK_INVALID, "ValueError", "attempt to get %s of an empty sequence",
                        low ? "argmin" : "argmax");
    if (*p->one == 0 && !arg)
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "zero-size array to reduction operation %s which has no identity",
                        r->skip_nan ? (low ? "fmin" : "fmax") : (low ? "minimum" : "maximum"));
    for (int64_t i = 0; arg && i < p->count; i++) {
        if (index[i] < 0)
            return cki_fail(error, CASK_INVALID, "ValueError", "All-NaN slice encountered");
    }
    return CASK_OK;
}

static double whole_sum(double a, double b)
{
    return isfinite(a) ? a + b : a;
}

/* Results in double precision: sums, means and variances of floats, complex ones as two numbers. */
static void finish_real(const cki_reduction *r, const cki_reduce_layout *layout, const parts *p,
                        double *out)
{
    const double *a = p->a, *b = p->b;
    int64_t width = layout->a.id == CASK_C128 ? 2 : 1;

    if (r->kind == CKI_REDUCE_VAR || r->kind == CKI_REDUCE_STD) {
        for (int64_t i = 0; i < p->count; i++) {
            double freedom = (double)p->each[i] - r->ddof, var;

            freedom = freedom > 0 ? freedom : r->skip_nan ? (double)NAN : 0;
            var = b[i] / freedom;
            out[i] = r->kind == CKI_REDUCE_STD ? sqrt(var) : var;
        }
        return;
    }
    for (int64_t i = 0; i < p->count * width; i++) {
        out[i] = b ? whole_sum(a[i], b[i]) : a[i];
        if (r->kind == CKI_REDUCE_MEAN)
            out[i] /= (double)(p->each ? p->each[i / width] : *p->one);
    }
}

static void finish_durations(const parts *p, int64_t *out)
{
    const int64_t *a = p->a;
    int64_t n = *p->one;

    for (int64_t i = 0; i < p->count; i++)
        out[i] = n == 0 || a[i] == CKI_NAT ? CKI_NAT : a[i] / n;
}

/* The type that the finished numbers have before the cast to the result's. */
static cki_dtype finished_dtype(const cki_reduction *r, const cki_reduce_layout *layout)
{
    if (r->kind == CKI_REDUCE_VAR || r->kind == CKI_REDUCE_STD)
        return cki_dtype_of(CASK_F64);
    return layout->b.id == CASK_I64 ? layout->b : layout->a;
}

cask_status cki_reduce_finish(const cki_reduction *reduction, cask_value *partial,
                              cask_value **result, cki_error *error)
{
    cki_reduce_layout layout;
    cask_value *finished, *cast;
    cki_dtype dtype;
    parts p;
    cask_status status;

    *result = NULL;
    cki_reduce_plan(reduction, &layout);
    status = open_parts(reduction, &layout, partial, &p, error);
    if (status == CASK_OK)
        status = check_elements(reduction, &p, error);
    if (status != CASK_OK)
        return status;
    dtype = finished_dtype(reduction, &layout);
    finished = cki_array_new(dtype, p.shape->ndim, p.shape->shape, error);
    if (!finished)
        return CASK_MEMORY;
    if (layout.b.id == CASK_I64)
        memcpy(finished->as.array->data, p.b, (size_t)p.count * sizeof(int64_t));
    else if (cki_dtype_is_time(dtype) && reduction->kind == CKI_REDUCE_MEAN)
        finish_durations(&p, (int64_t *)(void *)finished->as.array->data);
    else if (dtype.id == CASK_F64 || dtype.id == CASK_C128)
        finish_real(reduction, &layout, &p, (double *)(void *)finished->as.array->data);
    else
        memcpy(finished->as.array->data, p.a, (size_t)p.count * cki_dtype_size(dtype));
    if (cki_dtype_same(dtype, reduction->out)) {
        *result = finished;
        return CASK_OK;
    }
    cast = cki_array_new(reduction->out, p.shape->ndim, p.shape->shape, error);
    status = cast ? cki_array_cast(cast->as.array, finished->as.array, error) : CASK_MEMORY;
    cask_value_unref(finished);
    if (status != CASK_OK) {
        cask_value_unref(cast);
        cast = NULL;
    }
    *result = cast;
    return status;
}
