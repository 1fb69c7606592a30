/* What out= and where= mean for a result. */
#include "array/out.h"
#include "array/elementwise.h"

cask_status cki_out_find(cki_call *call, bool lazy, cask_array *out)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *given = cki_operation_argument(call, "out");
    *out = NULL;
    if (given->kind == CKI_TUPLE && given->as.list.count == 1)
        given = given->as.list.items[0];
    if (given->kind == CKI_NONE || (given->kind == CKI_TUPLE && given->as.list.count == 0))
        return CASK_OK;
    if (given->kind == CKI_TUPLE)
        return cki_fail(call->error, CASK_UNSUPPORTED, NULL,
                        "%s(): the out parameter is not fully supported: one array, not %zu",
                        call->operation->name, given->as.list.count);
    if (!cki_node_lazy(given) && (lazy || !cki_array_of(given)))
        return cki_fail(call->error, CASK_UNSUPPORTED, NULL,
                        "%s(): the out parameter is not fully supported. Received type %s, "
                        "expected Dask Array",
                        call->operation->name, cki_value_type(given));
    *out = cki_node_from_value(&build, given);
    return *out ? CASK_OK : call->error->status;
}

static void put_shape(cask_array x, cki_text *text)
{
    cki_text_put(text, "(");
    for (int k = 0; k < x->ndim; k++)
        cki_text_format(text, "%s%lld", k ? ", " : "", (long long)cki_node_length(x, k));
    cki_text_put(text, x->ndim == 1 ? ",)" : ")");
}

static cask_status check_shape(cki_build *build, cask_array made, cask_array out)
{
    bool same = made->ndim == out->ndim;
    for (int k = 0; same && k < made->ndim; k++)
        same = cki_node_length(made, k) == cki_node_length(out, k);
    if (same)
        return CASK_OK;
    cki_text text = {0};
    cki_text_put(&text, "out=");
    put_shape(out, &text);
    cki_text_put(&text, ", result=");
    put_shape(made, &text);
    cki_fail(build->error, CASK_SHAPE, NULL,
             "Mismatched shapes between result and out parameter. %s",
             text.bytes ? text.bytes : "");
    cki_text_free(&text);
    return build->error->status;
}

cask_array cki_out_cast(cki_build *build, cask_array made, cki_dtype dtype)
{
    char from[48], to[48];
    if (cki_dtype_can_cast(made->dtype, dtype, "same_kind"))
        return cki_elementwise_cast(build, made, dtype);
    cki_fail(build->error, CASK_TYPE, NULL,
             "Cannot cast ufunc '%s' output from dtype('%s') to dtype('%s') with casting rule "
             "'same_kind'",
             made->label, cki_dtype_name(made->dtype, from), cki_dtype_name(dtype, to));
    return NULL;
}

cask_array cki_out_put(cki_build *build, cask_array made, cask_array out, bool lazy)
{
    if (!made || !out)
        return made;
    if (check_shape(build, made, out) != CASK_OK)
        return NULL;
    return lazy ? made : cki_out_cast(build, made, out->dtype);
}

cask_value *cki_out_result(cki_call *call, cki_build *build, cask_array made)
{
    cask_array out = NULL;
    bool lazy = cki_node_lazy(call->arguments[0]) != NULL;
    if (!made || cki_out_find(call, lazy, &out) != CASK_OK)
        return NULL;
    return cki_node_value(build, cki_out_put(build, made, out, lazy));
}

/* The condition is of bools, as NumPy wants it. */
static cask_status check_where(cki_build *build, cask_array where)
{
    char name[48];
    if (where->dtype.id == CASK_BOOL)
        return CASK_OK;
    return cki_fail(build->error, CASK_TYPE, NULL,
                    "Cannot cast array data from dtype('%s') to dtype('bool') according to the "
                    "rule 'safe'",
                    cki_dtype_name(where->dtype, name));
}

cask_array cki_out_where(cki_build *build, cask_array made, cask_value *where, cask_array out)
{
    if (!made || (where->kind == CKI_BOOL && where->as.boolean))
        return made;
    cask_array condition = cki_node_from_value(build, where);
    if (!condition || check_where(build, condition) != CASK_OK)
        return NULL;
    cask_array into = out ? cki_out_cast(build, made, out->dtype) : made;
    cask_value *zero = out || !into ? NULL : cki_array_zeros(into->dtype, 0, NULL, build->error);
    cask_value *arguments[3] = {cki_node_value(build, condition), cki_node_value(build, into),
                                out ? cki_node_value(build, out) : zero};
    cask_array result = NULL;
    if (arguments[0] && arguments[1] && arguments[2])
        result = cki_elementwise_values(build, "where", arguments, 3);
    for (int i = 0; i < 3; i++)
        cask_value_unref(arguments[i]);
    return result;
}
