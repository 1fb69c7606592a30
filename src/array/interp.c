/* interp: each block of x is looked up among the points, which every task is given. */
#include "array/interp.h"
#include "array/compose.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/mapped.h"
#include "array/order.h"
#include "array/rechunk.h"

#include <math.h>
#include <string.h>

enum { TILE = 512 }; /* places at a time */

typedef struct parameters {
    bool has_left, has_right;
    double left, right;
} parameters;

/* The points: 1-d, doubles, C-contiguous. */
typedef struct points {
    const double *x, *y;
    int64_t count;
} points;

/* The value at a place, `j` being the last point at or before it; -1 if it is before all of them.
 */
static double value_at(const points *p, const parameters *ends, double at, int64_t j)
{
    int64_t last = p->count - 1;
    if (isnan(at))
        return p->count == 1 ? p->y[0] : at; /* as NumPy has it */
    if (j < 0)
        return ends->has_left ? ends->left : p->y[0];
    if (at > p->x[last])
        return ends->has_right ? ends->right : p->y[last];
    if (j == last || p->x[j] == at)
        return p->y[j];
    double slope = (p->y[j + 1] - p->y[j]) / (p->x[j + 1] - p->x[j]);
    double value = slope * (at - p->x[j]) + p->y[j];
    if (isnan(value))
        value = slope * (at - p->x[j + 1]) + p->y[j + 1];
    return isnan(value) && p->y[j] == p->y[j + 1] ? p->y[j] : value;
}

/* At places that follow one another, by tiles. */
static void interpolate_all(const points *p, const parameters *ends, const cki_order *rising,
                            const double *from, int64_t count, double *to)
{
    int64_t after[TILE];
    for (int64_t i = 0; i < count; i += TILE) {
        int64_t many = count - i < TILE ? count - i : TILE;
        cki_order_places(rising, (const unsigned char *)(from + i), many, true, after);
        for (int64_t k = 0; k < many; k++)
            to[i + k] = value_at(p, ends, from[i + k], after[k] - 1);
    }
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const parameters *ends = cki_mapped_of(task)->parameters;
    cask_value *compact[3] = {NULL};
    for (size_t i = 0; i < 3 && i < task->ninputs; i++)
        if (!(compact[i] = cki_array_compact(task->inputs[i], error)))
            break;
    const cki_array *x = cki_array_of(compact[0]), *xp = cki_array_of(compact[1]);
    const cki_array *fp = cki_array_of(compact[2]);
    cask_value *out = NULL;
    cki_order rising = {0};
    if (x && xp && fp && xp->shape[0] != fp->shape[0])
        cki_fail(error, CASK_INVALID, NULL, "fp and xp are not of the same length.");
    else if (x && xp && fp && xp->shape[0] == 0)
        cki_fail(error, CASK_INVALID, NULL, "array of sample points is empty");
    else if (x && xp && fp && cki_order_open(&rising, xp, error) == CASK_OK)
        out = cki_array_new(cki_dtype_of(CASK_F64), x->ndim, x->shape, error);
    if (out) {
        const points p = {(const double *)(const void *)xp->data,
                          (const double *)(const void *)fp->data, xp->shape[0]};
        const double *from = (const double *)(const void *)x->data;
        double *to = (double *)(void *)cki_array_of(out)->data;
        interpolate_all(&p, ends, &rising, from, cki_array_size(x), to);
    }
    cki_order_close(&rising);
    for (int i = 0; i < 3; i++)
        cask_value_unref(compact[i]);
    *result = out;
    return error->status;
}

const cki_function cki_interp_function = {"array.interp", 1, run};

/* ---- building ---- */

static cask_array doubles(cki_build *build, cask_value *value, bool points_)
{
    cask_array x = value ? cki_node_from_value(build, value) : NULL;
    if (x && points_ && x->ndim != 1) {
        cki_fail(build->error, CASK_INVALID, NULL, "object of too small depth for desired array");
        return NULL;
    }
    if (x && cki_dtype_is_complex(x->dtype)) {
        cki_fail(build->error, CASK_TYPE, NULL,
                 "interp takes real numbers: interpolate real and imaginary parts");
        return NULL;
    }
    x = x ? cki_elementwise_cast(build, x, cki_dtype_of(CASK_F64)) : NULL;
    return x && points_ ? cki_rechunk_single(build, x, (bool[CKI_MAX_NDIM]){true}) : x;
}

/* Points and places within one period, the points in rising order, and one more at each end. */
static cask_status wrap(cki_call *call, cki_compose *s, cask_value **x, cask_value **xp,
                        cask_value **fp)
{
    double period;
    cask_value *length = cki_operation_argument(call, "period");
    if (cki_value_real(length, &period, call->error) != CASK_OK)
        return call->error->status;
    if (period == 0)
        return cki_fail(call->error, CASK_INVALID, NULL, "period must be a non-zero value");
    length = cki_compose_float(s, fabs(period));
    *x = cki_compose_call(s, "remainder", *x, length, NULL, NULL);
    cask_value *at = cki_compose_call(s, "remainder", *xp, length, NULL, NULL);
    cask_value *order = cki_compose_call(s, "argsort", at, NULL, NULL, NULL);
    at = cki_compose_call(s, "take", at, order, NULL, NULL);
    cask_value *y = cki_compose_call(s, "take", *fp, order, NULL, NULL);
    cask_array known = cki_compose_lazy(s, at);
    if (!known || !y)
        return call->error->status;
    int64_t n = known->axes[0].length;
    cask_value *lasts[2], *firsts[2], *const both[2] = {at, y};
    for (int i = 0; i < 2; i++) {
        cask_value *lazy = cki_compose_array(s, cki_compose_lazy(s, both[i]));
        lasts[i] = cki_compose_range(s, lazy, 0, n - 1, n);
        firsts[i] = cki_compose_range(s, lazy, 0, 0, 1);
    }
    lasts[0] = cki_compose_call(s, "subtract", lasts[0], length, NULL, NULL);
    firsts[0] = cki_compose_call(s, "add", firsts[0], length, NULL, NULL);
    for (int i = 0; i < 2; i++) {
        cask_value *list = lasts[i] && firsts[i] ? cki_value_list(CKI_LIST, 3, call->error) : NULL;
        if (!list)
            return call->error->status;
        list->as.list.items[0] = cask_value_ref(lasts[i]);
        list->as.list.items[1] = cask_value_ref(both[i]);
        list->as.list.items[2] = cask_value_ref(firsts[i]);
        *(i ? fp : xp) =
            cki_compose_call(s, "concatenate", cki_compose_keep(s, list), NULL, NULL, NULL);
    }
    return call->error->status;
}

static cask_status read_end(cki_call *call, const char *name, bool *has, double *end)
{
    *has = !cki_operation_is_none(call, name);
    return *has ? cki_value_real(cki_operation_argument(call, name), end, call->error) : CASK_OK;
}

static cask_array interpolate(cki_call *call, cki_build *build, cki_compose *s)
{
    cask_value *x = cki_operation_argument(call, "x"), *xp = cki_operation_argument(call, "xp");
    cask_value *fp = cki_operation_argument(call, "fp");
    parameters *p = cki_arena_alloc(build->arena, sizeof *p);
    if (!p) {
        cki_fail_memory(call->error, sizeof *p);
        return NULL;
    }
    memset(p, 0, sizeof *p);
    if (!cki_operation_is_none(call, "period")) {
        if (wrap(call, s, &x, &xp, &fp) != CASK_OK)
            return NULL;
    } else if (read_end(call, "left", &p->has_left, &p->left) != CASK_OK ||
               read_end(call, "right", &p->has_right, &p->right) != CASK_OK) {
        return NULL;
    }
    cask_array at = doubles(build, x, false), from = doubles(build, xp, true);
    cask_array to = doubles(build, fp, true);
    cki_hasher *hasher = at && from && to ? cki_token_start(build->error) : NULL;
    if (!hasher)
        return NULL;
    cki_token_int(hasher, p->has_left + 2 * p->has_right);
    cki_token_bytes(hasher, &p->left, sizeof p->left);
    cki_token_bytes(hasher, &p->right, sizeof p->right);
    return cki_mapped_array(
        build,
        &(cki_mapped){.function = &cki_interp_function,
                      .label = "interp",
                      .dtype = at->dtype,
                      .ndim = at->ndim,
                      .axes = at->axes,
                      .inputs = {cki_mapped_same(at), cki_mapped_whole(from), cki_mapped_whole(to)},
                      .ninputs = 3,
                      .parameters = p,
                      .token = cki_token_end(hasher),
                      .working = cki_node_largest_block(at)});
}

static cask_value *run_interp(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_compose s = {.build = &build};
    cask_array made = interpolate(call, &build, &s);
    return cki_compose_drop(&s, made ? cki_compose_array(&s, made) : NULL);
}

static const cki_operation op_interp = {
    "interp",
    CKI_IN_DA | CKI_IN_NP,
    "x, xp, fp, left=None, right=None, period=None",
    "The piecewise linear function through the points (xp, fp), xp rising, at x.",
    run_interp,
    NULL};

const cki_operation *const cki_interp_operations[] = {&op_interp, NULL};
