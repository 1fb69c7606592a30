/* Computing, holding and optimising what is lazy, as methods and of several things at once. */
#include "spec/computing.h"

#include "call/call.h"
#include "core/memory.h"
#include "expr/collection.h"
#include "spec/shown.h"
#include "spec/spec_value.h"
#include "spec/tasks.h"
#include "sys/machine.h"

#include <cask/chest.h>
#include <cask/lazy.h>
#include <limits.h>

/* ---- how a call wants it ---- */

/* What keywords say: a scheduler may be a function of a graph and its keys. */
typedef struct manner {
    cask_computing how;
    cask_value *get;   /* borrowed; NULL: none */
    cask_value *chest; /* its path, borrowed */
} manner;

static cask_status read_workers(cki_call *call, manner *m)
{
    int64_t workers = 0;
    const cask_value *given = cki_operation_argument(call, "num_workers");
    if (given->kind == CKI_NONE)
        return CASK_OK;
    if (cki_value_index(given, &workers, call->error) != CASK_OK)
        return call->error->status;
    if (workers < 1 || workers > INT_MAX)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "num_workers is a whole number of at least 1, not %lld",
                        (long long)workers);
    m->how.threads = (int)workers;
    return CASK_OK;
}

/* As in Dask a number is so many threads; 1 is none but the caller's. */
static cask_status read_threads(cki_call *call, const cask_value *scheduler, manner *m)
{
    int64_t threads = scheduler->as.integer;
    if (threads < 1 || threads > INT_MAX)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "%s: a scheduler that is a number is one of threads, at least 1, not %lld",
                        call->operation->name, (long long)threads);
    m->how.scheduler = threads == 1 ? "sync" : "threads";
    m->how.threads = (int)threads;
    return CASK_OK;
}

static cask_status read_manner(cki_call *call, manner *m)
{
    cask_value *scheduler = cki_operation_argument(call, "scheduler");
    cask_value *get = cki_operation_argument(call, "get"); /* NULL: not of this operation */
    bool callable = get != NULL;
    *m = (manner){.how = {.as_built = !cki_operation_flag(call, "optimize_graph")}};
    if (scheduler->kind == CKI_STR)
        m->how.scheduler = scheduler->as.text.bytes;
    else if (scheduler->kind == CKI_INT && read_threads(call, scheduler, m) != CASK_OK)
        return call->error->status;
    else if (scheduler->kind != CKI_NONE && scheduler->kind != CKI_INT)
        get = scheduler;
    if (get && get->kind != CKI_NONE) {
        if (!callable || !cki_call_callable(get))
            return cki_fail(call->error, CASK_INVALID, NULL,
                            "%s: a scheduler is a name%s, not '%s'", call->operation->name,
                            callable ? ", or a function of a graph and keys" : "",
                            cki_value_type(get));
        m->get = get;
    }
    m->chest = cki_operation_argument(call, "cache");
    if (m->chest && m->chest->kind == CKI_NONE)
        m->chest = NULL;
    if (m->chest && m->chest->kind != CKI_STR)
        return cki_fail(call->error, CASK_TYPE, NULL,
                        "cache is the path of a chest, 'results.chest', not '%s'",
                        cki_value_type(m->chest));
    return read_workers(call, m);
}

/* ---- a scheduler that is a function ---- */

/* The blocks in nested lists or tuples, one after another: `axes` levels of them. */
static cask_status flatten(const cask_value *given, int axes, cask_value **blocks, size_t count,
                           size_t *at, cki_error *error)
{
    bool list = given->kind == CKI_LIST || given->kind == CKI_TUPLE;
    for (size_t i = 0; list && i < given->as.list.count && error->status == CASK_OK; i++) {
        cask_value *item = given->as.list.items[i];
        if (axes > 1)
            flatten(item, axes - 1, blocks, count, at, error);
        else if (*at < count)
            blocks[(*at)++] = item;
        else
            list = false;
    }
    if (!list && error->status == CASK_OK)
        cki_fail(error, CASK_INVALID, NULL,
                 "results must be in lists as their keys are, a value for each key");
    return error->status;
}

/* Each of the values as a block; those that are are put into `admitted`. */
static cask_status admit_all(const cki_node *node, cask_value *const *values, size_t count,
                             cask_value **admitted, cki_error *error)
{
    const cki_collection *collection = node->collection;
    for (size_t i = 0; i < count && error->status == CASK_OK; i++)
        admitted[i] = collection->admit ? collection->admit(node, (int64_t)i, values[i], error)
                                        : cask_value_ref(values[i]);
    return error->status;
}

cask_value *cki_computing_join(const cki_node *node, const cask_value *given, cki_error *error)
{
    int64_t grid[CKI_MAX_NDIM];
    size_t count = (size_t)node->collection->blocks(node), at = 0;
    int axes = node->collection->grid ? node->collection->grid(node, grid) : 1;
    cask_value **blocks = cki_memory_calloc(count + 1, sizeof *blocks), *value = NULL;
    cask_value **admitted = cki_memory_calloc(count + 1, sizeof *admitted);
    if (!blocks || !admitted)
        cki_fail_memory(error, count * sizeof *blocks);
    else if (flatten(given, axes ? axes : 1, blocks, count, &at, error) == CASK_OK && at < count)
        cki_fail(error, CASK_INVALID, NULL, "%s has %zu keys, but there are %zu values for them",
                 node->collection->label(node), count, at);
    if (error->status == CASK_OK && admit_all(node, blocks, count, admitted, error) == CASK_OK)
        value = cki_collection_join(node, admitted, count, error);
    for (size_t i = 0; admitted && i < count; i++)
        cask_value_unref(admitted[i]);
    cki_memory_free(admitted);
    cki_memory_free(blocks);
    return value;
}

/* What get(graph, keys) gave. */
static cask_status join_all(const cki_node *const *nodes, size_t count, const cask_value *given,
                            cask_value **results, cki_error *error)
{
    bool list = given->kind == CKI_LIST || given->kind == CKI_TUPLE;
    if (!list || given->as.list.count != count)
        return cki_fail(error, CASK_INVALID, NULL,
                        "a scheduler was asked for %zu lists of keys and gave %zu", count,
                        list ? given->as.list.count : 0);
    for (size_t i = 0; i < count; i++)
        if (!(results[i] = cki_computing_join(nodes[i], given->as.list.items[i], error)))
            return error->status;
    return CASK_OK;
}

/* The keys of each node's blocks. */
static cask_value *keys_of(const cki_node *const *nodes, size_t count, const cask_value *texts,
                           cki_error *error)
{
    cask_value *flat = cki_spec_value_keys(texts, error);
    cask_value *keys = flat ? cki_value_list(CKI_LIST, count, error) : NULL;
    size_t next = 0;
    for (size_t i = 0; keys && i < count; i++)
        if (!(keys->as.list.items[i] = cki_shown_nest(nodes[i], flat, &next, error))) {
            keys->as.list.count = i;
            cask_value_unref(keys);
            keys = NULL;
        }
    cask_value_unref(flat);
    return keys;
}

static cask_value *call_get(cask *ck, cask_value *get, cask_value *graph, cask_value *keys,
                            cki_error *error)
{
    cask_value *both[2] = {graph, keys};
    const cki_arguments arguments = {.positional = both, .count = 2};
    return ck->invoke ? ck->invoke(ck->language, get, &arguments, error)
                      : cki_call_run(ck, get, &arguments, NULL, error);
}

static cask_status compute_by(cask *ck, const cki_node *const *nodes, size_t count, const manner *m,
                              cask_value **results, cki_error *error)
{
    cask_value *texts;
    cki_spec *spec = cki_tasks_spec(ck, nodes, count, !m->how.as_built, &texts, error);
    cask_value *graph = cki_shown_value(spec, error);
    cask_value *keys = graph ? keys_of(nodes, count, texts, error) : NULL;
    cask_value *given = keys ? call_get(ck, m->get, graph, keys, error) : NULL;
    if (given)
        join_all(nodes, count, given, results, error);
    cask_value_unref(given);
    cask_value_unref(keys);
    cask_value_unref(graph);
    cask_value_unref(texts);
    return error->status;
}

/* ---- work on nodes ---- */

static cask_status told(cask_chest *chest, cki_error *error)
{
    if (!chest && error->status == CASK_OK)
        cki_fail(error, cask_chest_error(), cask_chest_error_class(), "%s", cask_chest_message());
    return error->status;
}

/* Into the chest of that path, which is there then for whoever opens it; the values come from it.
 */
static cask_status compute_into(cask *ck, const cki_node *const *nodes, size_t count, manner *m,
                                cask_value **results, cki_error *error)
{
    const cask_chest_options options = {.path = m->chest->as.text.bytes,
                                        .available_memory = ck->memory_limit / 8 + 1};
    m->how.chest = cask_chest_open(&options);
    if (told(m->how.chest, error) != CASK_OK)
        return error->status;
    cask_status status = cki_collection_compute(ck, nodes, count, results, error);
    if (cask_chest_close(m->how.chest) != CASK_OK && status == CASK_OK)
        status = told(NULL, error);
    return status;
}

static cask_status compute(cask *ck, const cki_node *const *nodes, size_t count,
                           cask_value **results, void *user, cki_error *error)
{
    manner *m = user;
    cask_status status;
    if (m->get)
        return compute_by(ck, nodes, count, m, results, error);
    ck->how = &m->how;
    if (m->chest)
        status = compute_into(ck, nodes, count, m, results, error);
    else
        status = cki_collection_compute(ck, nodes, count, results, error);
    ck->how = NULL;
    return status;
}

typedef cask_status remaking(cki_build *build, const cki_node *const *nodes, size_t count,
                             const cki_node **made);

/* Work that makes lazy things of lazy things. */
static cask_status remake(cask *ck, const cki_node *const *nodes, size_t count,
                          cask_value **results, remaking *work, cki_error *error)
{
    cki_build build = {ck, &ck->arena, error};
    const cki_node **made = cki_memory_alloc(count * sizeof *made);
    if (!made)
        return cki_fail_memory(error, count * sizeof *made);
    work(&build, nodes, count, made);
    for (size_t i = 0; i < count && error->status == CASK_OK; i++)
        results[i] = cki_operation_wrap(made[i], error);
    cki_memory_free(made);
    return error->status;
}

static cask_status persist(cask *ck, const cki_node *const *nodes, size_t count,
                           cask_value **results, void *user, cki_error *error)
{
    const manner *m = user;
    ck->how = &m->how;
    cask_status status = remake(ck, nodes, count, results, cki_collection_persist, error);
    ck->how = NULL;
    return status;
}

static cask_status optimise(cask *ck, const cki_node *const *nodes, size_t count,
                            cask_value **results, void *user, cki_error *error)
{
    (void)user;
    return remake(ck, nodes, count, results, cki_collection_optimise, error);
}

/* ---- operations ---- */

/* With traverse=False only the arguments themselves are looked at: what is inside lists stays. */
static cask_value *each_alone(cki_call *call, cki_collection_work work, manner *m)
{
    const cask_value *given = call->arguments[0];
    if (cki_operation_flag(call, "traverse"))
        return cki_collection_work_value(call->ck, call->arguments[0], work, m, call->error);
    cask_value *lazy = cki_value_list(CKI_TUPLE, given->as.list.count, call->error);
    if (!lazy)
        return NULL;
    for (size_t i = 0; i < given->as.list.count; i++) {
        cask_value *item = given->as.list.items[i];
        lazy->as.list.items[i] = cki_operation_node(item) ? cask_value_ref(item) : cki_value_none();
    }
    cask_value *done = cki_collection_work_value(call->ck, lazy, work, m, call->error);
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

static cask_value *run_compute(cki_call *call)
{
    manner m;
    if (read_manner(call, &m) != CASK_OK)
        return NULL;
    return cki_collection_work_value(call->ck, call->arguments[0], compute, &m, call->error);
}

static cask_value *run_persist(cki_call *call)
{
    manner m;
    if (read_manner(call, &m) != CASK_OK)
        return NULL;
    return cki_collection_work_value(call->ck, call->arguments[0], persist, &m, call->error);
}

static cask_value *run_compute_all(cki_call *call)
{
    manner m;
    return read_manner(call, &m) == CASK_OK ? each_alone(call, compute, &m) : NULL;
}

static cask_value *run_persist_all(cki_call *call)
{
    manner m;
    return read_manner(call, &m) == CASK_OK ? each_alone(call, persist, &m) : NULL;
}

static cask_value *run_optimize_all(cki_call *call)
{
    return each_alone(call, optimise, NULL);
}

static cask_value *run_cpu_count(cki_call *call)
{
    return cki_value_int(cki_machine_processors(), call->error);
}

#define HOW "scheduler=None, num_workers=None, optimize_graph=True"
#define TO  ", get=None, cache=None"

static const cki_operation compute_one = {
    "compute",
    CKI_LAZY_METHOD,
    "x, " HOW TO ", **ignored",
    "The value, computed now. scheduler: 'threads', 'processes', 'sync', another one's name, or a "
    "function of a graph and keys; optimize_graph=False runs what was built; cache: the path of a "
    "chest that gets the result's blocks.",
    run_compute,
    NULL};
static const cki_operation persist_one = {
    "persist",
    CKI_LAZY_METHOD,
    "x, " HOW ", **ignored",
    "The same, computed now and held in memory; keywords as of compute.",
    run_persist,
    NULL};
static const cki_operation compute_all = {
    "compute",
    CKI_IN_DASK | CKI_IN_DA,
    "*args, traverse=True, " HOW TO ", **ignored",
    "Lazy things computed in one run, which shares what they have in common: a tuple. What is not "
    "lazy is passed on; lists, tuples, sets and dicts are looked through.",
    run_compute_all,
    NULL};
static const cki_operation persist_all = {
    "persist",
    CKI_IN_DASK,
    "*args, traverse=True, " HOW ", **ignored",
    "Lazy things computed in one run and held in memory: a tuple of the same things, which cost "
    "nothing more.",
    run_persist_all,
    NULL};
static const cki_operation optimize_all = {
    "optimize",
    CKI_IN_DASK,
    "*args, traverse=True, **ignored",
    "Equal lazy things whose plans are optimised already, all together: a tuple.",
    run_optimize_all,
    NULL};
static const cki_operation cpu_count = {
    "system.cpu_count",
    CKI_IN_DASK,
    "",
    "The processors that may be used: those of the affinity, or fewer by the control group's "
    "quota.",
    run_cpu_count,
    NULL};

const cki_operation *const cki_computing_operations[] = {
    &cpu_count, &compute_one, &persist_one, &compute_all, &persist_all, &optimize_all, NULL};
