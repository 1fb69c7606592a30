/* kron, cross, inner, linalg.multi_dot and linalg.matrix_power, of other operations. */
#include "array/products.h"
#include "array/compose.h"
#include "array/contract.h"
#include "array/elementwise.h"
#include "array/index.h"
#include "array/join.h"
#include "array/matrix.h"
#include "array/rechunk.h"
#include "array/reshape.h"
#include "array/stacked.h"
#include "array/view.h"

#include <string.h>

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static bool operands(cki_call *call, cki_build *build, cask_array *a, cask_array *b)
{
    *a = cki_node_from_value(build, call->arguments[0]);
    *b = *a ? cki_node_from_value(build, call->arguments[1]) : NULL;
    return *b != NULL;
}

/* ---- kron ---- */

/* x with axes of length 1 in front, and one before or behind each of its axes. */
static cask_array interleave(cki_build *build, cask_array x, int ndim, bool before)
{
    while (x && x->ndim < ndim)
        x = cki_view_expand(build, x, 0);
    for (int k = ndim - 1; k >= 0 && x; k--)
        x = cki_view_expand(build, x, before ? k : k + 1);
    return x;
}

static cask_value *run_kron(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a, b;
    if (!operands(call, &build, &a, &b))
        return NULL;
    int ndim = a->ndim > b->ndim ? a->ndim : b->ndim;
    int64_t shape[CKI_MAX_NDIM];
    if (2 * ndim > CKI_MAX_NDIM) {
        cki_fail(call->error, CASK_INVALID, NULL, "kron: more than %d axes", CKI_MAX_NDIM / 2);
        return NULL;
    }
    a = interleave(&build, a, ndim, false);
    b = a ? interleave(&build, b, ndim, true) : NULL;
    cask_array each = cki_matrix_apply(&build, "multiply", a, b);
    if (!each)
        return NULL;
    for (int k = 0; k < ndim; k++) {
        int64_t outer = cki_node_length(each, 2 * k), inner = cki_node_length(each, 2 * k + 1);
        if (outer < 0 || inner < 0 || __builtin_mul_overflow(outer, inner, &shape[k])) {
            cki_fail(call->error, CASK_INVALID, NULL, "kron: axes of known length are wanted");
            return NULL;
        }
    }
    return cki_node_value(&build, cki_reshape_to(&build, each, ndim, shape));
}

/* ---- cross ---- */

/* x with `axis` moved to the end. */
static cask_array to_end(cki_build *build, cask_array x, int axis)
{
    int order[CKI_MAX_NDIM], count = 0;
    for (int k = 0; k < x->ndim; k++)
        if (k != axis)
            order[count++] = k;
    order[count] = axis;
    return cki_view_transpose(build, x, order);
}

/* Component i of vectors along the last axis, without it. */
static cask_array component(cki_build *build, cask_array x, int64_t i)
{
    cki_pick picks[CKI_MAX_NDIM];
    for (int k = 0; k < x->ndim; k++)
        picks[k] = (cki_pick){0, 1, cki_node_length(x, k), false};
    picks[x->ndim - 1] = (cki_pick){i, 1, 1, true};
    return cki_index_basic(build, x, picks);
}

/* a[i] * b[j] - a[j] * b[i]; a component that vectors in a plane have not is 0. */
static cask_array minor(cki_build *build, cask_array a, cask_array b, int64_t i, int64_t j)
{
    int64_t na = cki_node_length(a, a->ndim - 1), nb = cki_node_length(b, b->ndim - 1);
    cask_array plus = NULL, minus = NULL;
    if (i < na && j < nb)
        plus = cki_matrix_apply(build, "multiply", component(build, a, i), component(build, b, j));
    if (j < na && i < nb)
        minus = cki_matrix_apply(build, "multiply", component(build, a, j), component(build, b, i));
    if (build->error->status != CASK_OK)
        return NULL;
    if (plus && minus)
        return cki_matrix_apply(build, "subtract", plus, minus);
    return plus || !minus ? plus : cki_elementwise_arrays(build, "negative", &minus, 1);
}

/* Where the vectors are: axis overrides the three others. */
static bool read_axes(cki_call *call, cask_array a, cask_array b, int *axis_a, int *axis_b)
{
    bool one = !cki_operation_is_none(call, "axis");
    cask_value *of_a = cki_operation_argument(call, one ? "axis" : "axisa");
    cask_value *of_b = cki_operation_argument(call, one ? "axis" : "axisb");
    if (cki_node_axis(of_a, a->ndim, axis_a, call->error) != CASK_OK ||
        cki_node_axis(of_b, b->ndim, axis_b, call->error) != CASK_OK)
        return false;
    int64_t na = cki_node_length(a, *axis_a), nb = cki_node_length(b, *axis_b);
    if ((na == 2 || na == 3) && (nb == 2 || nb == 3))
        return true;
    cki_fail(call->error, CASK_INVALID, NULL,
             "incompatible dimensions for cross product\n(dimension must be 2 or 3)");
    return false;
}

/* The three components as vectors along `axis` of the result. */
static cask_array assemble(cki_call *call, cki_build *build, const cask_array *components)
{
    bool one = !cki_operation_is_none(call, "axis");
    int axis;
    if (cki_node_axis(cki_operation_argument(call, one ? "axis" : "axisc"), components[0]->ndim + 1,
                      &axis, call->error) != CASK_OK)
        return NULL;
    cask_array made = cki_join_stack(build, components, 3, axis);
    bool single[CKI_MAX_NDIM] = {0};
    single[axis] = true;
    return made ? cki_rechunk_single(build, made, single) : NULL;
}

static cask_value *run_cross(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a, b, three[3];
    int axis_a, axis_b;
    if (!operands(call, &build, &a, &b) || !read_axes(call, a, b, &axis_a, &axis_b))
        return NULL;
    bool plane = cki_node_length(a, axis_a) == 2 && cki_node_length(b, axis_b) == 2;
    a = to_end(&build, a, axis_a);
    b = a ? to_end(&build, b, axis_b) : NULL;
    if (!b)
        return NULL;
    three[2] = minor(&build, a, b, 0, 1);
    if (plane || !three[2])
        return cki_node_value(&build, three[2]);
    three[0] = minor(&build, a, b, 1, 2);
    three[1] = minor(&build, a, b, 2, 0);
    return three[0] && three[1] ? cki_node_value(&build, assemble(call, &build, three)) : NULL;
}

/* ---- inner ---- */

static cask_value *run_inner(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a, b;
    if (!operands(call, &build, &a, &b))
        return NULL;
    if (a->ndim == 0 || b->ndim == 0)
        return cki_node_value(&build, cki_matrix_apply(&build, "multiply", a, b));
    bool eager = !cki_node_lazy(call->arguments[0]) && !cki_node_lazy(call->arguments[1]);
    cask_array made =
        cki_contract_tensordot(&build, a, b, (int[]){a->ndim - 1}, (int[]){b->ndim - 1}, 1);
    return cki_contract_narrow(&build, made, a, b, eager);
}

/* ---- multi_dot ---- */

enum { MOST_FACTORS = 64 };

/* The cheapest order of a chain of products: split[i][j] is where that of factors i .. j is cut;
 * sides[i] and sides[i + 1] are the lengths of factor i. */
static void plan_chain(const double *sides, size_t count, uint8_t split[][MOST_FACTORS])
{
    static const double huge = 1e300;
    double cost[MOST_FACTORS][MOST_FACTORS] = {{0}};
    for (size_t length = 1; length < count; length++)
        for (size_t i = 0; i + length < count; i++) {
            size_t j = i + length;
            cost[i][j] = huge;
            for (size_t k = i; k < j; k++) {
                double work = cost[i][k] + cost[k + 1][j] + sides[i] * sides[k + 1] * sides[j + 1];
                if (work < cost[i][j]) {
                    cost[i][j] = work;
                    split[i][j] = (uint8_t)k;
                }
            }
        }
}

/* The product by that plan: pieces that are needed are found from the whole down, and made from the
 * smallest up. */
static cask_array multiply_chain(cki_build *build, const cask_array *factors, size_t count,
                                 uint8_t split[][MOST_FACTORS])
{
    bool needed[MOST_FACTORS][MOST_FACTORS] = {{false}};
    cask_array made[MOST_FACTORS][MOST_FACTORS] = {{NULL}};
    needed[0][count - 1] = true;
    for (size_t length = count - 1; length > 0; length--)
        for (size_t i = 0; i + length < count; i++)
            if (needed[i][i + length]) {
                size_t k = split[i][i + length];
                needed[i][k] = needed[k + 1][i + length] = true;
            }
    for (size_t i = 0; i < count; i++)
        made[i][i] = factors[i];
    for (size_t length = 1; length < count; length++)
        for (size_t i = 0; i + length < count; i++) {
            size_t j = i + length, k = split[i][j];
            if (needed[i][j] && !(made[i][j] = cki_contract_dot(build, made[i][k], made[k + 1][j])))
                return NULL;
        }
    return made[0][count - 1];
}

/* The factors, matrices but for the first and last, which may be vectors. */
static bool read_factors(cki_call *call, cki_build *build, cask_array *factors, double *sides,
                         size_t *count)
{
    cask_value *items = cki_value_items(call->arguments[0], call->error);
    *count = items ? items->as.list.count : 0;
    if (items && (*count < 2 || *count > MOST_FACTORS))
        cki_fail(call->error, CASK_INVALID, NULL,
                 *count < 2 ? "Expecting at least two arrays." : "multi_dot: too many arrays");
    for (size_t i = 0; i < *count && call->error->status == CASK_OK; i++) {
        cask_array x = factors[i] = cki_node_from_value(build, items->as.list.items[i]);
        bool end = i == 0 || i + 1 == *count;
        if (x && x->ndim != 2 && !(end && x->ndim == 1))
            cki_fail(call->error, CASK_INVALID, "LinAlgError",
                     "%d-dimensional array given. Array must be two-dimensional", x->ndim);
        else if (x && i == 0)
            sides[0] = x->ndim == 2 ? (double)cki_node_length(x, 0) : 1;
        if (x)
            sides[i + 1] = x->ndim == 1 && i > 0 ? 1 : (double)cki_node_length(x, x->ndim - 1);
    }
    cask_value_unref(items);
    return call->error->status == CASK_OK;
}

static cask_value *run_multi_dot(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array factors[MOST_FACTORS] = {NULL};
    double sides[MOST_FACTORS + 1];
    uint8_t split[MOST_FACTORS][MOST_FACTORS] = {{0}};
    size_t count;
    if (!read_factors(call, &build, factors, sides, &count))
        return NULL;
    plan_chain(sides, count, split);
    return cki_node_value(&build, multiply_chain(&build, factors, count, split));
}

/* ---- matrix_power ---- */

/* An operation of one array, by its name. */
static cask_array apply(cki_call *call, cki_build *build, const char *name, cask_array x)
{
    const cki_operation *operation = cki_operation_find(call->ck, name, CKI_IN_DA);
    cask_value *argument = cki_node_value(build, x);
    cask_value *made =
        operation && argument
            ? cki_operation_call(call->ck, operation,
                                 &(cki_arguments){.positional = &argument, .count = 1}, call->error)
            : NULL;
    cask_array result = made ? cki_node_lazy(made) : NULL;
    cask_value_unref(argument);
    cask_value_unref(made);
    return result;
}

/* The product of matrices, or of each of a stack with its like. */
static cask_array multiply(cki_build *build, cask_array a, cask_array b)
{
    cki_compose steps = {.build = build};
    if (!a || !b || a->ndim == 2)
        return a && b ? cki_contract_dot(build, a, b) : NULL;
    cask_value *made = cki_compose_call(&steps, "matmul", cki_compose_array(&steps, a),
                                        cki_compose_array(&steps, b), NULL, NULL);
    cask_array product = cki_compose_lazy(&steps, made);
    cask_value_unref(cki_compose_drop(&steps, NULL));
    return product;
}

/* Ones on the diagonal of each matrix, in the chunks of x. */
static cask_array identities(cki_build *build, cask_array x)
{
    cask_array one = cki_matrix_identity(build, x->axes + x->ndim - 2, x->dtype);
    return one && x->ndim > 2 ? cki_view_broadcast(build, one, x->ndim, x->axes) : one;
}

static cask_value *run_power(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, call->arguments[0]), made = NULL;
    int64_t n;
    if (!x || cki_value_index(call->arguments[1], &n, call->error) != CASK_OK)
        return NULL;
    if (x->ndim < 2 || cki_node_length(x, x->ndim - 1) < 0 ||
        cki_node_length(x, x->ndim - 2) != cki_node_length(x, x->ndim - 1)) {
        cki_fail(call->error, CASK_INVALID, "LinAlgError",
                 "Last 2 dimensions of the array must be square");
        return NULL;
    }
    if (n < 0)
        x = x->ndim > 2 ? cki_stacked_inverse(&build, x) : apply(call, &build, "linalg.inv", x);
    if (!x || n == 0)
        return x ? cki_node_value(&build, identities(&build, x)) : NULL;
    uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    for (cask_array square = x; square && left > 0; left /= 2) {
        if (left % 2)
            made = made ? multiply(&build, made, square) : square;
        square = left > 1 ? multiply(&build, square, square) : square;
    }
    return call->error->status == CASK_OK ? cki_node_value(&build, made) : NULL;
}

/* ---- the records ---- */

static const cki_operation op_kron = {
    "kron",   FUNCTION, "a, b", "Kronecker product: blocks of b times each element of a.",
    run_kron, NULL};
static const cki_operation op_cross = {
    "cross",
    FUNCTION,
    "a, b, axisa=-1, axisb=-1, axisc=-1, axis=None",
    "Cross product of vectors of two or three components along an axis.",
    run_cross,
    NULL};
static const cki_operation op_inner = {
    "inner",   FUNCTION, "a, b", "Sum of products over the last axes of both arrays.",
    run_inner, NULL};
static const cki_operation op_multi_dot = {
    "linalg.multi_dot",
    FUNCTION,
    "arrays",
    "Product of a chain of matrices, in the order that takes fewest multiplications.",
    run_multi_dot,
    NULL};
static const cki_operation op_power = {
    "linalg.matrix_power",
    FUNCTION,
    "a, n",
    "Square matrices, over the last two axes, multiplied by themselves, n times in all; by their "
    "inverses if n < 0.",
    run_power,
    NULL};

const cki_operation *const cki_products_operations[] = {&op_kron,      &op_cross, &op_inner,
                                                        &op_multi_dot, &op_power, NULL};
