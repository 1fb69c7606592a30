/* Sets: their methods, which take any iterables where the operators take sets. */
#include "eval/builtin.h"
#include "eval/operate.h"

/* Any iterable as a set. */
static cask_value *as_set(cki_call *call, cask_value *value)
{
    if (value->kind == CKI_SET)
        return cask_value_ref(value);
    cki_call inner = {.scope = call->scope,
                      .builtin = call->builtin,
                      .arguments = call->arguments,
                      .slot = {value},
                      .error = call->error};
    return cki_construct_set(&inner);
}

/* The operator between the set and each argument in turn. */
static cask_value *combine(cki_call *call, cki_operator op)
{
    cask_value *result = cask_value_ref(call->self);
    if (call->arguments->nnamed) {
        cask_value_unref(result);
        return cki_function_type_error(call, "set.%s() takes no keyword arguments",
                                       call->builtin->name);
    }
    for (size_t i = 0; result && i < call->arguments->count; i++) {
        cask_value *other = as_set(call, call->arguments->positional[i]);
        cask_value *next = other ? cki_sequence_set(op, result, other, call->error) : NULL;
        cask_value_unref(other);
        cask_value_unref(result);
        result = next;
    }
    return result;
}

static cask_value *run_union(cki_call *call)
{
    return combine(call, CKI_OP_OR);
}

static cask_value *run_intersection(cki_call *call)
{
    return combine(call, CKI_OP_AND);
}

static cask_value *run_difference(cki_call *call)
{
    return combine(call, CKI_OP_SUB);
}

static cask_value *run_symmetric(cki_call *call)
{
    cask_value *other = as_set(call, call->slot[0]), *result = NULL;
    if (other)
        result = cki_sequence_set(CKI_OP_XOR, call->self, other, call->error);
    cask_value_unref(other);
    return result;
}

static cask_value *relate(cki_call *call, bool (*holds)(const cask_value *, const cask_value *))
{
    cask_value *other = as_set(call, call->slot[0]), *result = NULL;
    if (other)
        result = cki_value_bool(holds(call->self, other));
    cask_value_unref(other);
    return result;
}

static bool superset(const cask_value *a, const cask_value *b)
{
    return cki_sequence_subset(b, a);
}

static bool disjoint(const cask_value *a, const cask_value *b)
{
    for (size_t i = 0; i < a->as.list.count; i++) {
        if (cki_value_set_has(b, a->as.list.items[i], NULL))
            return false;
    }
    return true;
}

static cask_value *run_issubset(cki_call *call)
{
    return relate(call, cki_sequence_subset);
}

static cask_value *run_issuperset(cki_call *call)
{
    return relate(call, superset);
}

static cask_value *run_isdisjoint(cki_call *call)
{
    return relate(call, disjoint);
}

static cask_value *run_copy(cki_call *call)
{
    return cask_value_ref(call->self);
}

const cki_builtin cki_set_methods[] = {{"copy", run_copy, "/", "set"},
                                       {"difference", run_difference, NULL, "set"},
                                       {"intersection", run_intersection, NULL, "set"},
                                       {"isdisjoint", run_isdisjoint, "other /", "set"},
                                       {"issubset", run_issubset, "other /", "set"},
                                       {"issuperset", run_issuperset, "other /", "set"},
                                       {"symmetric_difference", run_symmetric, "other /", "set"},
                                       {"union", run_union, NULL, "set"},
                                       {NULL, NULL, NULL, NULL}};
