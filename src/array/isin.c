/* isin: every block of the elements is looked up in the sorted test elements. */
#include "array/isin.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/mapped.h"
#include "array/order.h"
#include "core/memory.h"

#include <string.h>

typedef struct parameters {
    bool invert;
} parameters;

/* Element by element, in C order. */
static void look_up(const cki_order *elements, const cki_order *among, const int64_t *sorted,
                    bool invert, unsigned char *out)
{
    for (int64_t i = 0; i < elements->count; i++) {
        int64_t at = cki_order_search(among, sorted, elements, i, false);
        bool found = at < among->count && !cki_order_missing(elements, i) &&
                     cki_order_compare(among, sorted[at], elements, i) == 0;
        out[i] = found != invert;
    }
}

/* The blocks of the test elements are looked through one after the other. */
static cask_status look_up_all(const cki_task *task, const cki_order *elements, bool invert,
                               unsigned char *out, cki_error *error)
{
    unsigned char *one = cki_memory_alloc((size_t)elements->count + 1);
    if (!one)
        return cki_fail_memory(error, (size_t)elements->count);
    memset(out, invert, (size_t)elements->count);
    for (size_t k = 1; k < task->ninputs && error->status == CASK_OK; k++) {
        cki_order among = {0};
        cask_value *compact = cki_array_compact(task->inputs[k], error);
        int64_t *sorted = NULL;
        if (compact && cki_order_open(&among, cki_array_of(compact), error) == CASK_OK &&
            (sorted = cki_order_sorted(&among, error)))
            look_up(elements, &among, sorted, invert, one);
        for (int64_t i = 0; sorted && i < elements->count; i++)
            out[i] = invert ? out[i] & one[i] : out[i] | one[i];
        cki_memory_free(sorted);
        cki_order_close(&among);
        cask_value_unref(compact);
    }
    cki_memory_free(one);
    return error->status;
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const parameters *p = cki_mapped_of(task)->parameters;
    cask_value *compact = cki_array_compact(task->inputs[0], error);
    const cki_array *x = cki_array_of(compact);
    cask_value *out = x ? cki_array_new(cki_dtype_of(CASK_BOOL), x->ndim, x->shape, error) : NULL;
    cki_order elements = {0};
    if (out && cki_order_open(&elements, x, error) == CASK_OK &&
        look_up_all(task, &elements, p->invert, cki_array_of(out)->data, error) == CASK_OK)
        *result = out;
    else
        cask_value_unref(out);
    cki_order_close(&elements);
    cask_value_unref(compact);
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
