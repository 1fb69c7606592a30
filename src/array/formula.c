/* Formulas: element-wise operations of lazy arrays and numbers. */
#include "array/formula.h"
#include "array/elementwise.h"

cask_array cki_formula_of(cki_build *build, const char *ufunc, cask_array a)
{
    return a ? cki_elementwise_arrays(build, ufunc, &a, 1) : NULL;
}

cask_array cki_formula_two(cki_build *build, const char *ufunc, cask_array a, cask_array b)
{
    return a && b ? cki_elementwise_arrays(build, ufunc, (cask_array[]){a, b}, 2) : NULL;
}

/* Of values that are given up; NULL if one is missing. */
static cask_array apply(cki_build *build, const char *ufunc, cask_value **values, size_t count)
{
    bool all = true;
    for (size_t i = 0; i < count; i++)
        all = all && values[i];
    cask_array made = all ? cki_elementwise_values(build, ufunc, values, count) : NULL;
    for (size_t i = 0; i < count; i++)
        cask_value_unref(values[i]);
    return made;
}

cask_array cki_formula_right(cki_build *build, const char *ufunc, cask_array a, double x)
{
    cask_value *pair[2] = {cki_node_value(build, a), cki_value_float(x, build->error)};
    return apply(build, ufunc, pair, 2);
}

cask_array cki_formula_left(cki_build *build, const char *ufunc, double x, cask_array a)
{
    cask_value *pair[2] = {cki_value_float(x, build->error), cki_node_value(build, a)};
    return apply(build, ufunc, pair, 2);
}

cask_array cki_formula_where(cki_build *build, cask_array condition, cask_array a, double x)
{
    cask_value *three[3] = {cki_node_value(build, condition), cki_node_value(build, a),
                            cki_value_float(x, build->error)};
    return apply(build, "where", three, 3);
}
