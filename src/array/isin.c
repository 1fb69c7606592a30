/* isin: every block of the elements is looked up in the sorted test elements. */
#include "array/isin.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/mapped.h"
#include "array/order.h"
#include "core/memory.h"
#include "kernel/search.h"

#include <string.h>

enum { TILE = 512 }; /* elements at a time */

typedef struct parameters {
    bool invert;
} parameters;

/* Elements of a type without keys, one by one, in C order. */
static cask_status look_up_each(const cki_array *x, const cki_order *among, bool *found,
                                cki_error *error)
{
    cki_order elements;
    int64_t *sorted = cki_order_sorted(among, error);
    if (!sorted || cki_order_open(&elements, x, error) != CASK_OK) {
        cki_memory_free(sorted);
        return error->status;
    }
    for (int64_t i = 0; i < elements.count; i++) {
        int64_t at = cki_order_search(among, sorted, &elements, i, false);
        found[i] |= at < among->count && !cki_order_missing(&elements, i) &&
                    cki_order_compare(among, sorted[at], &elements, i) == 0;
    }
    cki_order_close(&elements);
    cki_memory_free(sorted);
    return CASK_OK;
}

/* By keys, of which those of the test elements are put in order. */
static cask_status look_up_keys(const cki_array *x, cki_order *among, bool *found, cki_error *error)
{
    const int64_t size = (int64_t)cki_dtype_size(x->dtype), count = cki_array_size(x);
    uint64_t keys[TILE];
    int64_t places[TILE];
    cki_order_room room;
    if (cki_order_room_open(&room, among->count, false, error) != CASK_OK)
        return error->status;
    cki_order_sort_keys(among->keys, NULL, among->count, &room);
    cki_order_room_close(&room);
    while (among->count > 0 && cki_order_missing(among, among->count - 1))
        among->count--; /* NaN is among none */
    for (int64_t i = 0; i < count; i += TILE) {
        int64_t many = count - i < TILE ? count - i : TILE;
        cki_order_keys(x->dtype, x->data + i * size, size, many, keys);
        cki_search_keys(among->keys, (size_t)among->count, keys, (size_t)many, false, places);
        for (int64_t k = 0; k < many; k++)
            found[i + k] |= places[k] < among->count && among->keys[places[k]] == keys[k];
    }
    return CASK_OK;
}

/* The blocks of the test elements are looked through one after the other. */
static cask_status look_up(const cki_task *task, const cki_array *x, bool *found, cki_error *error)
{
    for (size_t k = 1; k < task->ninputs && error->status == CASK_OK; k++) {
        cki_order among = {0};
        cask_value *compact = cki_array_compact(task->inputs[k], error);
        if (compact && cki_order_open(&among, cki_array_of(compact), error) == CASK_OK) {
            if (among.keys)
                look_up_keys(x, &among, found, error);
            else
                look_up_each(x, &among, found, error);
        }
        cki_order_close(&among);
        cask_value_unref(compact);
    }
    return error->status;
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const parameters *p = cki_mapped_of(task)->parameters;
    cask_value *compact = cki_array_compact(task->inputs[0], error);
    const cki_array *x = cki_array_of(compact);
    cask_value *out = x ? cki_array_new(cki_dtype_of(CASK_BOOL), x->ndim, x->shape, error) : NULL;
    bool *found = out ? (bool *)(void *)cki_array_of(out)->data : NULL;
    if (out && x) {
        memset(found, 0, (size_t)cki_array_size(x));
        look_up(task, x, found, error);
        for (int64_t i = 0; p->invert && i < cki_array_size(x); i++)
            found[i] = !found[i];
    }
    cask_value_unref(compact);
    *result = out;
    return error->status;
}

const cki_function cki_isin_function = {"array.isin", 1, run};

cask_array cki_isin_test(cki_build *build, cask_array x, cask_array among, bool invert)
{
    cki_dtype dtype;
    if (!x || !among || cki_dtype_promote(x->dtype, among->dtype, &dtype, build->error) != CASK_OK)
        return NULL;
    x = cki_elementwise_cast(build, x, dtype);
    among = x ? cki_elementwise_cast(build, among, dtype) : NULL;
    parameters *p = among ? cki_arena_alloc(build->arena, sizeof *p) : NULL;
    cki_hasher *hasher = p ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        if (among)
            cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    p->invert = invert;
    cki_token_int(hasher, invert);
    size_t each = cki_dtype_size(dtype) + cki_order_bytes(1);
    size_t elements = (cki_node_largest_block(x) + cki_node_largest_block(among)) /
                      (cki_dtype_size(dtype) ? cki_dtype_size(dtype) : 1);
    return cki_mapped_array(build,
                            &(cki_mapped){.function = &cki_isin_function,
                                          .label = "isin",
                                          .dtype = cki_dtype_of(CASK_BOOL),
                                          .ndim = x->ndim,
                                          .axes = x->axes,
                                          .inputs = {cki_mapped_same(x), cki_mapped_whole(among)},
                                          .ninputs = 2,
                                          .parameters = p,
                                          .token = cki_token_end(hasher),
                                          .working = each * elements});
}

static cask_value *run_isin(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "element"));
    cask_array among =
        x ? cki_node_from_value(&build, cki_operation_argument(call, "test_elements")) : NULL;
    return cki_node_value(&build,
                          cki_isin_test(&build, x, among, cki_operation_flag(call, "invert")));
}

static const cki_operation op_isin = {
    "isin",
    CKI_IN_DA | CKI_IN_NP,
    "element, test_elements, assume_unique=False, invert=False",
    "Which elements are among the test elements, or with invert=True are not.",
    run_isin,
    NULL};

const cki_operation *const cki_isin_operations[] = {&op_isin, NULL};
