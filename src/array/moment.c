/* moment: central moments, of others' means; and iscomplexobj, isrealobj, real_if_close. */
#include "array/moment.h"
#include "array/collect.h"
#include "array/compose.h"
#include "array/elementwise.h"
#include "array/out.h"
#include "array/reductions.h"

#include <float.h>
#include <math.h>

/* ---- moment ---- */

/* The mean (or with `count` given the sum divided by it) over the axes. */
static cask_array average(cki_build *build, cask_array x, const cki_reduce_spec *over,
                          const double *count)
{
    cki_reduce_spec spec = *over;
    spec.kind = count ? CKI_REDUCE_SUM : CKI_REDUCE_MEAN;
    cask_array made = cki_reductions_reduce(build, x, &spec);
    if (!made || !count)
        return made;
    cki_compose s = {.build = build};
    cask_value *self = cki_compose_array(&s, made);
    cask_value *share =
        cki_compose_call(&s, "divide", self, cki_compose_float(&s, *count), NULL, NULL);
    made = share ? cki_compose_lazy(&s, share) : NULL;
    cask_value_unref(cki_compose_drop(&s, NULL));
    return made;
}

/* The moments of order 0 and 1 are 1 and 0 whatever the elements, in the shape of a sum. */
static cask_value *constant_moment(cki_build *build, cask_array x, const cki_reduce_spec *over,
                                   bool one)
{
    cki_reduce_spec spec = *over;
    spec.kind = CKI_REDUCE_COUNT;
    spec.keepdims = false;
    cki_compose s = {.build = build};
    cask_array model = cki_reductions_reduce(build, x, &spec);
    cask_value *self = model ? cki_compose_array(&s, model) : NULL;
    return cki_compose_drop(&s, self ? cki_compose_named(&s, one ? "ones_like" : "zeros_like", self,
                                                         NULL, "dtype", cki_compose_text(&s, "f8"))
                                     : NULL);
}

static cask_value *run_moment(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    int64_t order;
    int list[CKI_MAX_NDIM], count;
    double ddof, elements = 1;
    cki_reduce_spec over = {.keepdims = true};
    const cask_value *given = cki_operation_argument(call, "order");
    if (!x ||
        cki_node_axes(cki_operation_argument(call, "axis"), x->ndim, over.axes, list, &count,
                      call->error) != CASK_OK ||
        cki_value_real(cki_operation_argument(call, "ddof"), &ddof, call->error) != CASK_OK)
        return NULL;
    if (given->kind != CKI_INT || given->as.integer < 0) {
        cki_fail(call->error, CASK_INVALID, NULL, "Order must be an integer >= 0");
        return NULL;
    }
    order = given->as.integer;
    over.all = x->ndim == 0;
    if (order < 2)
        return constant_moment(&build, x, &over, order == 0);
    for (int k = 0; k < count; k++)
        elements *= (double)x->axes[list[k]].length;
    cki_compose s = {.build = &build};
    cask_array mean = average(&build, x, &over, NULL);
    cask_value *gap = mean ? cki_compose_call(&s, "subtract", cki_compose_array(&s, x),
                                              cki_compose_array(&s, mean), NULL, NULL)
                           : NULL;
    cask_value *power =
        gap ? cki_compose_call(&s, "power", gap, cki_compose_int(&s, order), NULL, NULL) : NULL;
    cask_array deviations = power ? cki_compose_lazy(&s, power) : NULL;
    over.keepdims = cki_operation_flag(call, "keepdims");
    double freedom = elements < ddof ? (double)NAN : elements - ddof;
    cask_array made =
        deviations ? average(&build, deviations, &over, ddof == 0 ? NULL : &freedom) : NULL;
    cki_dtype dtype;
    if (made && cki_node_dtype(cki_operation_argument(call, "dtype"), &dtype, call->error))
        made = NULL;
    if (made && dtype.id)
        made = cki_elementwise_cast(&build, made, dtype);
    cask_value_unref(cki_compose_drop(&s, NULL));
    return cki_out_result(call, &build, made);
}

/* ---- of types ---- */

static cask_value *run_is_complex(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, call->arguments[0]);
    bool wanted = call->operation->detail != NULL;
    return x ? cki_value_bool(cki_dtype_is_complex(x->dtype) == wanted) : NULL;
}

/* Complex numbers as real ones, if all imaginary parts are next to nothing: looked at now. */
static cask_value *run_real_if_close(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_compose s = {.build = &build};
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    double tolerance;
    if (!x || cki_value_real(cki_operation_argument(call, "tol"), &tolerance, call->error))
        return NULL;
    if (!cki_dtype_is_complex(x->dtype))
        return cki_node_value(&build, x);
    if (tolerance > 1)
        tolerance *= x->dtype.id == CASK_C64 ? (double)FLT_EPSILON : DBL_EPSILON;
    cask_value *self = cki_compose_array(&s, x);
    cask_value *part = self ? cki_compose_call(&s, "imag", self, NULL, NULL, NULL) : NULL;
    cask_value *size = part ? cki_compose_call(&s, "absolute", part, NULL, NULL, NULL) : NULL;
    cask_value *small =
        size ? cki_compose_call(&s, "less", size, cki_compose_float(&s, tolerance), NULL, NULL)
             : NULL;
    cask_value *all = small ? cki_compose_call(&s, "all", small, NULL, NULL, NULL) : NULL;
    cask_array lazy = all ? cki_compose_lazy(&s, all) : NULL;
    cask_value *known = lazy ? cki_collect_value(call->ck, lazy, call->error) : NULL;
    bool real = false;
    cask_value *result = NULL;
    if (known && cki_value_truth(known, &real, call->error) == CASK_OK)
        result = real ? cki_compose_call(&s, "real", self, NULL, NULL, NULL) : self;
    cask_value_unref(known);
    return cki_compose_drop(&s, result);
}

static const char complex_wanted;

static const cki_operation op_moment = {
    "moment",
    CKI_IN_DA | CKI_ARRAY_METHOD,
    "a, order, axis=None, dtype=None, keepdims=False, ddof=0, split_every=None, out=None",
    "The central moment of an order over axes: the mean of (x - mean) ** order.",
    run_moment,
    NULL};
static const cki_operation op_moment_in = {
    "reductions.moment",
    CKI_IN_DA,
    "a, order, axis=None, dtype=None, keepdims=False, ddof=0, split_every=None, out=None",
    "The central moment of an order over axes: the mean of (x - mean) ** order.",
    run_moment,
    NULL};
static const cki_operation op_iscomplexobj = {
    "iscomplexobj",
    CKI_IN_DA | CKI_IN_NP,
    "x",
    "Whether an array's type is a complex one, whatever its elements.",
    run_is_complex,
    &complex_wanted};
static const cki_operation op_isrealobj = {"isrealobj",
                                           CKI_IN_DA | CKI_IN_NP,
                                           "x",
                                           "Whether an array's type is no complex one.",
                                           run_is_complex,
                                           NULL};
static const cki_operation op_real_if_close = {
    "real_if_close",
    CKI_IN_DA | CKI_IN_NP,
    "a, tol=100",
    "The real parts, if all imaginary parts are within tol machine epsilons of 0, which is looked "
    "at now; else the array.",
    run_real_if_close,
    NULL};

const cki_operation *const cki_moment_operations[] = {
    &op_moment, &op_moment_in, &op_iscomplexobj, &op_isrealobj, &op_real_if_close, NULL};
