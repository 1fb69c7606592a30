/* Sets of elements, made of unique(), isin() and masks. Their lengths are unknown until computed.
 */
#include "array/setops.h"
#include "array/compose.h"
#include "array/index.h"
#include "array/unique.h"

/* The different elements; with `assume` they are taken to be different already. */
static cask_value *elements(cki_compose *s, cask_value *x, bool assume)
{
    cask_value *flat = cki_compose_call(s, "ravel", x, NULL, NULL, NULL);
    return assume ? flat : cki_compose_call(s, "unique", flat, NULL, NULL, NULL);
}

static cask_value *chosen(cki_compose *s, cask_value *x, cask_value *mask)
{
    cask_array elements_of = cki_compose_lazy(s, x), where = cki_compose_lazy(s, mask);
    return elements_of && where ? cki_compose_array(s, cki_index_mask(s->build, elements_of, where))
                                : NULL;
}

/* Those of x that are, or are not, among y. */
static cask_value *among(cki_compose *s, cask_value *x, cask_value *y, bool invert)
{
    cask_value *mask = cki_compose_named(s, "isin", x, y, "invert", cki_compose_bool(s, invert));
    return chosen(s, x, mask);
}

static cask_value *run_setdiff(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_compose s = {.build = &build};
    bool assume = cki_operation_flag(call, "assume_unique");
    cask_value *x = elements(&s, cki_operation_argument(call, "ar1"), assume);
    return cki_compose_drop(&s, among(&s, x, cki_operation_argument(call, "ar2"), true));
}

static cask_value *sorted(cki_compose *s, cask_value *x)
{
    return cki_compose_call(s, "unique", x, NULL, NULL, NULL);
}

static cask_value *run_setxor(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_compose s = {.build = &build};
    bool assume = cki_operation_flag(call, "assume_unique");
    cask_value *x = elements(&s, cki_operation_argument(call, "ar1"), assume);
    cask_value *y = elements(&s, cki_operation_argument(call, "ar2"), assume);
    cask_value *both[2] = {among(&s, x, y, true), y ? among(&s, y, x, true) : NULL};
    cask_value *list = both[0] && both[1] ? cki_value_list(CKI_LIST, 2, call->error) : NULL;
    for (size_t i = 0; list && i < 2; i++)
        list->as.list.items[i] = cask_value_ref(both[i]);
    list = cki_compose_keep(&s, list);
    cask_value *allowed = cki_compose_bool(&s, true);
    return cki_compose_drop(&s, sorted(&s, cki_compose_named(&s, "concatenate", list, NULL,
                                                             "allow_unknown_chunksizes", allowed)));
}

/* The different elements of x, and where each is first. */
static bool with_places(cki_compose *s, cask_value *x, cask_value **values, cask_value **places)
{
    cask_value *flat = cki_compose_call(s, "ravel", x, NULL, NULL, NULL);
    cask_value *pair =
        cki_compose_named(s, "unique", flat, NULL, "return_index", cki_compose_bool(s, true));
    *values = cki_compose_item(s, pair, 0);
    *places = cki_compose_item(s, pair, 1);
    return *values && *places;
}

static cask_value *mask_of(cki_compose *s, cask_value *x, cask_value *y)
{
    return cki_compose_call(s, "isin", x, y, NULL, NULL);
}

static cask_value *run_intersect(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_compose s = {.build = &build};
    cask_value *a = cki_operation_argument(call, "ar1"), *b = cki_operation_argument(call, "ar2");
    if (!cki_operation_flag(call, "return_indices"))
        return cki_compose_drop(&s, among(&s, elements(&s, a, false), b, false));
    cask_value *x, *y, *at_x, *at_y, *tuple = NULL;
    if (with_places(&s, a, &x, &at_x) && with_places(&s, b, &y, &at_y)) {
        cask_value *in_y = mask_of(&s, x, y), *in_x = mask_of(&s, y, x);
        cask_value *const parts[] = {chosen(&s, x, in_y), chosen(&s, at_x, in_y),
                                     chosen(&s, at_y, in_x)};
        tuple = parts[0] && parts[1] && parts[2] ? cki_value_list(CKI_TUPLE, 3, call->error) : NULL;
        for (size_t i = 0; tuple && i < 3; i++)
            tuple->as.list.items[i] = cask_value_ref(parts[i]);
        tuple = cki_compose_keep(&s, tuple);
    }
    return cki_compose_drop(&s, tuple);
}

static cask_value *run_in1d(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_compose s = {.build = &build};
    cask_value *flat =
        cki_compose_call(&s, "ravel", cki_operation_argument(call, "ar1"), NULL, NULL, NULL);
    return cki_compose_drop(&s,
                            cki_compose_named(&s, "isin", flat, cki_operation_argument(call, "ar2"),
                                              "invert", cki_operation_argument(call, "invert")));
}

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const cki_operation op_setdiff = {
    "setdiff1d",
    FUNCTION,
    "ar1, ar2, assume_unique=False",
    "The different elements of an array that another one has not, sorted.",
    run_setdiff,
    NULL};
static const cki_operation op_setxor = {
    "setxor1d",
    FUNCTION,
    "ar1, ar2, assume_unique=False",
    "The different elements that only one of two arrays has, sorted.",
    run_setxor,
    NULL};
static const cki_operation op_intersect = {
    "intersect1d",
    FUNCTION,
    "ar1, ar2, assume_unique=False, return_indices=False",
    "The different elements that both arrays have, sorted; also where each is first in them.",
    run_intersect,
    NULL};
static const cki_operation op_in1d = {
    "in1d",
    FUNCTION,
    "ar1, ar2, assume_unique=False, invert=False",
    "Whether each element of an array, taken as 1-d, is in another one.",
    run_in1d,
    NULL};

const cki_operation *const cki_setops_operations[] = {&op_setdiff, &op_setxor, &op_intersect,
                                                      &op_in1d, NULL};
