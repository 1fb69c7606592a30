/* Products of masked arrays, as numpy.ma.dot: what does not count is left out of the sums, and an
 * element of which nothing is left does not count itself. */
#include "array/creation.h"
#include "array/formula.h"
#include "array/masked.h"

#include <string.h>

bool cki_masked_products_has(const char *name)
{
    return !strcmp(name, "dot") || !strcmp(name, "tensordot") || !strcmp(name, "matmul");
}

/* A factor with zeros for what does not count; or with ones for what does, and zeros for the rest.
 */
static cask_value *factor(cki_build *build, cask_value *value, bool counts)
{
    cki_masked m;
    cki_dtype whole = cki_dtype_of(CASK_I64);
    bool masked = cki_masked_of(value, &m);
    if (!masked && !counts)
        return cask_value_ref(value);
    if (!masked) {
        cask_array x = cki_node_from_value(build, value);
        return x ? cki_node_value(build,
                                  cki_creation_full(build, "ones", 1, whole, x->ndim, x->axes))
                 : NULL;
    }
    cask_value *zero = cki_value_int(0, build->error);
    if (counts &&
        !(m.data = cki_creation_full(build, "ones", 1, whole, m.data->ndim, m.data->axes))) {
        cask_value_unref(zero);
        return NULL;
    }
    cask_array x = zero ? cki_masked_filled(build, &m, zero) : NULL;
    cask_value_unref(zero);
    return cki_node_value(build, x);
}

static cask_array multiply(cki_build *build, const cki_operation *operation,
                           const cki_arguments *arguments, bool counts)
{
    cask_value *values[3] = {NULL}, *made = NULL;
    cki_arguments all = *arguments;
    all.positional = values;
    if (arguments->count > 2)
        values[2] = arguments->positional[2];
    values[0] = factor(build, arguments->positional[0], counts);
    values[1] = values[0] ? factor(build, arguments->positional[1], counts) : NULL;
    if (values[1])
        made = cki_operation_call(build->ck, operation, &all, build->error);
    cask_array x = made ? cki_node_from_value(build, made) : NULL;
    cask_value_unref(made);
    cask_value_unref(values[0]);
    cask_value_unref(values[1]);
    return x;
}

cask_value *cki_masked_products(cki_build *build, const cki_operation *operation,
                                const cki_arguments *arguments)
{
    if (arguments->count < 2 || arguments->count > 3)
        return cki_operation_call(build->ck, operation, arguments, build->error);
    cki_masked result = {0};
    result.data = multiply(build, operation, arguments, false);
    cask_array left = result.data ? multiply(build, operation, arguments, true) : NULL;
    result.mask = cki_formula_right(build, "equal", left, 0);
    return result.mask ? cki_masked_value(build, &result) : NULL;
}
