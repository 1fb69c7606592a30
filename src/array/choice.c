/* select and choose: chains of where, which are computed as one. */
#include "array/choice.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/index.h"
#include "array/mapped.h"
#include "array/view.h"

/* where(condition, a, b), taking the reference to b over. */
static cask_value *where(cki_build *build, cask_value *condition, cask_value *a, cask_value *b)
{
    cask_value *arguments[3] = {condition, a, b};
    cask_value *made =
        b ? cki_node_value(build, cki_elementwise_values(build, "where", arguments, 3)) : NULL;
    cask_value_unref(b);
    return made;
}

/* ---- select ---- */

static bool is_bool(cki_build *build, cask_value *condition, size_t i)
{
    cask_array x = cki_node_from_value(build, condition);
    if (x && x->dtype.id != CASK_BOOL)
        cki_fail(build->error, CASK_TYPE, NULL,
                 "invalid entry %zu in condlist: should be boolean ndarray", i);
    return x && x->dtype.id == CASK_BOOL;
}

static cask_value *run_select(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *conditions = cki_value_items(cki_operation_argument(call, "condlist"), call->error);
    cask_value *choices =
        conditions ? cki_value_items(cki_operation_argument(call, "choicelist"), call->error)
                   : NULL;
    cask_value *made = NULL;
    if (choices && conditions->as.list.count != choices->as.list.count)
        cki_fail(call->error, CASK_INVALID, NULL,
                 "list of cases must be same length as list of conditions");
    else if (choices && !choices->as.list.count)
        cki_fail(call->error, CASK_INVALID, NULL,
                 "select with an empty condition list is not possible");
    else if (choices)
        made = cask_value_ref(cki_operation_argument(call, "default"));
    for (size_t i = made ? choices->as.list.count : 0; i-- > 0 && made;) {
        cask_value *condition = conditions->as.list.items[i];
        if (is_bool(&build, condition, i)) {
            made = where(&build, condition, choices->as.list.items[i], made);
        } else {
            cask_value_unref(made);
            made = NULL;
        }
    }
    cask_value_unref(conditions);
    cask_value_unref(choices);
    return made;
}

/* ---- choose ---- */

static cask_status run_check(const cki_task *task, cask_value **result, cki_error *error)
{
    const int64_t *most = cki_mapped_of(task)->parameters;
    cask_value *compact = cki_array_compact(task->inputs[0], error);
    if (!compact)
        return error->status;
    const int64_t *at = (const int64_t *)(const void *)cki_array_of(compact)->data;
    int64_t count = cki_array_size(cki_array_of(compact));
    for (int64_t i = 0; i < count; i++)
        if (at[i] < 0 || at[i] >= *most) {
            cask_value_unref(compact);
            return cki_fail(error, CASK_INVALID, NULL, "invalid entry in choice array");
        }
    *result = compact;
    return CASK_OK;
}

const cki_function cki_choice_check_function = {"array.choose_check", 1, run_check};

/* The indices, each of which is found to be one of so many when it is computed. */
static cask_array checked(cki_build *build, cask_array x, int64_t count)
{
    int64_t *most = cki_arena_alloc(build->arena, sizeof *most);
    cki_hasher *hasher = most ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *most);
        return NULL;
    }
    *most = count;
    cki_token_int(hasher, count);
    return cki_mapped_array(build, &(cki_mapped){.function = &cki_choice_check_function,
                                                 .label = "choose",
                                                 .dtype = x->dtype,
                                                 .ndim = x->ndim,
                                                 .axes = x->axes,
                                                 .inputs = {cki_mapped_same(x)},
                                                 .ninputs = 1,
                                                 .parameters = most,
                                                 .token = cki_token_end(hasher)});
}

/* A sequence of arrays, or the rows of one. */
static cask_value *read_choices(cki_build *build, cask_value *given)
{
    cask_array lazy = cki_node_lazy(given);
    if (!lazy)
        return cki_value_items(given, build->error);
    int64_t length = lazy->ndim ? lazy->axes[0].length : -1;
    if (length < 0) {
        cki_fail(build->error, CASK_TYPE, NULL, "choose: choices are a sequence of arrays");
        return NULL;
    }
    cask_value *list = cki_value_list(CKI_LIST, (size_t)length, build->error);
    for (int64_t i = 0; list && i < length; i++) {
        cask_array row = cki_index_range(build, lazy, 0, i, i + 1);
        row = row ? cki_view_squeeze(build, row, (bool[CKI_MAX_NDIM]){true}) : NULL;
        if (!(list->as.list.items[i] = cki_node_value(build, row))) {
            list->as.list.count = (size_t)i;
            cask_value_unref(list);
            return NULL;
        }
    }
    return list;
}

static bool has_axes(const cask_value *value)
{
    cask_array lazy = cki_node_lazy(value);
    const cki_array *eager = cki_array_of(value);
    return lazy ? lazy->ndim > 0
                : (eager && eager->ndim > 0) || value->kind == CKI_LIST || value->kind == CKI_TUPLE;
}

/* where(a == 0, first, where(a == 1, second, ...)). */
static cask_value *choose(cki_build *build, cask_array a, const cask_value *choices)
{
    size_t last = choices->as.list.count - 1, base = last;
    while (base > 0 && !has_axes(choices->as.list.items[base])) /* scalars count by their values */
        base--;
    cask_value *index = cki_node_value(build, checked(build, a, (int64_t)last + 1));
    cask_value *made = index ? cask_value_ref(choices->as.list.items[base]) : NULL;
    for (size_t i = last + 1; i-- > 0 && made;) { /* the last too: it is broadcast with the index */
        cask_value *pair[2] = {index, cki_value_int((int64_t)i, build->error)};
        cask_value *here =
            pair[1] ? cki_node_value(build, cki_elementwise_values(build, "equal", pair, 2)) : NULL;
        if (here) {
            made = where(build, here, choices->as.list.items[i], made);
        } else {
            cask_value_unref(made);
            made = NULL;
        }
        cask_value_unref(here);
        cask_value_unref(pair[1]);
    }
    cask_value_unref(index);
    return made;
}

static cask_value *run_choose(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    if (!a)
        return NULL;
    if (!cki_dtype_can_cast(a->dtype, cki_dtype_of(CASK_I64), "safe")) {
        char name[48];
        cki_fail(call->error, CASK_TYPE, NULL,
                 "Cannot cast array data from dtype('%s') to dtype('int64') according to the rule "
                 "'safe'",
                 cki_dtype_name(a->dtype, name));
        return NULL;
    }
    a = cki_elementwise_cast(&build, a, cki_dtype_of(CASK_I64));
    cask_value *choices = a ? read_choices(&build, cki_operation_argument(call, "choices")) : NULL,
               *made = NULL;
    if (choices && !choices->as.list.count)
        cki_fail(call->error, CASK_INVALID, NULL, "choose: there is nothing to choose from");
    else if (choices)
        made = choose(&build, a, choices);
    cask_value_unref(choices);
    return made;
}

/* ---- the records ---- */

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const cki_operation op_select = {
    "select",
    FUNCTION,
    "condlist, choicelist, default=0",
    "Elements of the first choice whose condition is true, or the default.",
    run_select,
    NULL};
static const cki_operation op_choose = {
    "choose",     FUNCTION | CKI_ARRAY_METHOD,
    "a, choices", "Element by element that of the choice whose number the array has there.",
    run_choose,   NULL};

const cki_operation *const cki_choice_operations[] = {&op_select, &op_choose, NULL};
