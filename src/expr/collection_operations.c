/* Operations on anything lazy: computing and holding, as methods and of several things at once. */
#include "expr/collection.h"

static cask_value *run_compute(cki_call *call)
{
    return cki_collection_compute_value(call->ck, call->arguments[0], call->error);
}

static cask_value *run_persist(cki_call *call)
{
    return cki_collection_persist_value(call->ck, call->arguments[0], call->error);
}

/* With traverse=False only the arguments themselves are looked at: what is inside lists stays. */
static cask_value *each_alone(cki_call *call,
                              cask_value *(*work)(cask *ck, cask_value *value, cki_error *error))
{
    const cask_value *given = call->arguments[0];
    if (cki_operation_flag(call, "traverse"))
        return work(call->ck, call->arguments[0], call->error);
    cask_value *lazy = cki_value_list(CKI_TUPLE, given->as.list.count, call->error);
    if (!lazy)
        return NULL;
    for (size_t i = 0; i < given->as.list.count; i++) {
        cask_value *item = given->as.list.items[i];
        lazy->as.list.items[i] = cki_operation_node(item) ? cask_value_ref(item) : cki_value_none();
    }
    cask_value *done = work(call->ck, lazy, call->error);
    cask_value *result = done ? cki_value_list(CKI_TUPLE, given->as.list.count, call->error) : NULL;
    for (size_t i = 0; result && i < given->as.list.count; i++) {
        cask_value *item = given->as.list.items[i];
        result->as.list.items[i] =
            cask_value_ref(cki_operation_node(item) ? done->as.list.items[i] : item);
    }
    cask_value_unref(done);
    cask_value_unref(lazy);
    return result;
}

static cask_value *run_compute_all(cki_call *call)
{
    return each_alone(call, cki_collection_compute_value);
}

static cask_value *run_persist_all(cki_call *call)
{
    return each_alone(call, cki_collection_persist_value);
}

static const cki_operation compute = {
    "compute", CKI_LAZY_METHOD, "x, **ignored", "The value, computed now.", run_compute, NULL};
static const cki_operation persist = {"persist",      CKI_LAZY_METHOD,
                                      "x, **ignored", "The same, computed now and held in memory.",
                                      run_persist,    NULL};
static const cki_operation compute_all = {
    "compute",
    CKI_IN_DASK | CKI_IN_DA,
    "*args, traverse=True, **ignored",
    "Lazy things computed in one run, which shares what they have in common: a tuple. What is not "
    "lazy is passed on; lists, tuples, sets and dicts are looked through.",
    run_compute_all,
    NULL};
static const cki_operation persist_all = {
    "persist",
    CKI_IN_DASK,
    "*args, traverse=True, **ignored",
    "Lazy things computed in one run and held in memory: a tuple of the same things, which cost "
    "nothing more.",
    run_persist_all,
    NULL};

const cki_operation *const cki_collection_operations[] = {&compute, &persist, &compute_all,
                                                          &persist_all, NULL};
