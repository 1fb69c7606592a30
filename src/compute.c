/* Computing: optimise, lower, plan and run wanted nodes: the one place that joins expressions to
 * the executors. */
#include "compute.h"

#include "annotating.h"
#include "array/fuse.h"
#include "caching.h"
#include "core/memory.h"
#include "deadline.h"
#include "delayed/delayed_chain.h"
#include "exec/exec.h"
#include "expr/node.h"
#include "graph/plan.h"
#include "graph/registry.h"
#include "scheduler.h"

#include <cask/lazy.h>

/* Where each wanted block goes: want i's blocks stand at first[i], first[i] + 1, ... */
typedef struct delivery {
    const cki_want *wants;
    const size_t *first;
    size_t count;
} delivery;

static cask_status deliver(void *user, size_t wanted, cask_value *value, cki_error *error)
{
    const delivery *d = user;
    size_t low = 0, high = d->count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (d->first[middle] <= wanted)
            low = middle;
        else
            high = middle;
    }
    while (low + 1 < d->count && d->first[low + 1] <= wanted)
        low++;
    const cki_want *want = &d->wants[low];
    return want->deliver(want->user, (int64_t)(wanted - d->first[low]), value, error);
}

typedef struct progress {
    cask *ck;
    atomic_size_t done;
    size_t total;
} progress;

static void count_task(void *user, const cki_plan *plan, size_t task, int worker,
                       const cki_error *error)
{
    progress *p = user;
    (void)plan, (void)task, (void)worker, (void)error;
    size_t done = atomic_fetch_add(&p->done, 1) + 1;
    p->ck->options.on_progress(p->ck->options.user, (int64_t)done, (int64_t)p->total);
}

static cask_status run(cask *ck, const cki_plan *plan, const delivery *d, cki_error *error)
{
    progress p = {.ck = ck, .total = plan->count};
    const cki_callbacks counting = {.user = &p, .after = count_task};
    const cki_callbacks *callbacks[CKI_WATCHERS + 3] = {NULL};
    cki_caching caching;
    size_t watchers = 0;
    if (ck->options.on_progress)
        callbacks[watchers++] = &counting;
    for (size_t i = 0; ck->watchers[i]; i++)
        callbacks[watchers++] = ck->watchers[i];
    if (cki_caching_start(&caching, ck, plan))
        callbacks[watchers++] = &caching.callbacks;
    const cki_spill_options spill = {(const char *const *)ck->tuning.directories,
                                     ck->tuning.compress, &ck->bytes_away};
    const cki_exec_options options = {.threads = ck->how && ck->how->threads ? ck->how->threads
                                                                             : ck->threads,
                                      .memory_limit = cki_caching_limit(ck),
                                      .spill = &spill,
                                      .retries = ck->tuning.retries,
                                      .ledger = ck->ledger,
                                      .watched = true,
                                      .foreign = ck->foreign,
                                      .callbacks = callbacks,
                                      .cancel = ck->cancel};
    delivery copy = *d;
    cki_deadline deadline;
    double seconds = ck->how && ck->how->timeout > 0 ? ck->how->timeout : ck->options.timeout;
    cask_status status = cki_deadline_start(&deadline, seconds, ck->cancel, error);
    if (status == CASK_OK) {
        atomic_fetch_add(&ck->bytes_read, plan->bytes_read);
        status = cki_scheduler_run(ck, plan, &options, deliver, &copy, error);
        status = cki_deadline_end(&deadline, status, error);
    }
    cki_caching_end(&caching);
    atomic_store(&ck->cancelled, false); /* it has had its effect */
    return status;
}

/* Tasks name functions: what a layer runs must be what its name stands for. */
static cask_status check_functions(const cask *ck, cki_graph *graph, cki_error *error)
{
    for (size_t i = 0; i < cki_graph_layers(graph); i++) {
        const cki_layer *layer = cki_graph_layer(graph, (uint32_t)i);
        const cki_function *f = layer->function;
        if (!layer->alias && cki_registry_find(ck->functions, f->name, f->version) != f)
            return cki_fail(error, CASK_INTERNAL, NULL,
                            "a defect in cask: function %s of layer %s is not registered", f->name,
                            layer->name);
    }
    return CASK_OK;
}

/* Where the blocks of each wanted node begin in the plan's wanted list; first[count] is how many
 * there are. */
static cask_status number_wanted(const cask *ck, cki_graph *graph, const uint32_t *layers,
                                 size_t *first, size_t count, cki_error *error)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        first[i] = total;
        total += (size_t)cki_graph_layer(graph, layers[i])->blocks;
    }
    first[count] = total;
    if (total > ck->memory_limit / 2 / sizeof(cki_key))
        return cki_fail(error, CASK_LIMIT, NULL,
                        "%zu blocks are more than the memory limit lets a plan have: use larger "
                        "chunks (rechunk), or raise the limit",
                        total);
    return CASK_OK;
}

/* The plan of all blocks of the lowered nodes, in order. */
static cask_status plan_layers(cask *ck, cki_graph *graph, const uint32_t *layers, size_t *first,
                               size_t count, cki_plan **plan, cki_error *error)
{
    cask_status status = number_wanted(ck, graph, layers, first, count, error);
    if (status != CASK_OK)
        return status;
    size_t total = first[count], at = 0;
    cki_key *keys = total < SIZE_MAX / sizeof *keys ? cki_memory_alloc(total * sizeof *keys) : NULL;
    if (!keys)
        return cki_fail_memory(error, total * sizeof *keys);
    for (size_t i = 0; i < count; i++)
        for (int64_t block = 0; block < cki_graph_layer(graph, layers[i])->blocks; block++)
            keys[at++] = (cki_key){layers[i], block};
    cki_plan_known known;
    status = cki_plan_build_known(graph, keys, total, cki_caching_known(ck, &known), plan, error);
    cki_memory_free(keys);
    return status;
}

static void fuse_rule(cki_optimiser *optimiser, const cki_node *node)
{
    cki_fuse_rule(optimiser, node);
    cki_delayed_chain_rule(optimiser, node);
}

cask_status cki_compute_optimise(cask *ck, cki_graph *graph, const cki_node **nodes, size_t count,
                                 cki_error *error)
{
    cki_graph_limit(graph, ck->memory_limit);
    cki_graph_ask(graph, cki_annotating_asker(ck));
    return cki_optimise_nodes(graph, ck, nodes, count, cki_context_fuses(ck) ? fuse_rule : NULL,
                              error);
}

/* Optimise, lower and plan. `first` has room for count + 1. */
static cask_status prepare(cask *ck, const cki_node *const *wanted, size_t count, cki_graph *graph,
                           size_t *first, cki_plan **plan, cki_error *error)
{
    const cki_node **nodes = cki_memory_alloc(count * sizeof *nodes);
    uint32_t *layers = cki_memory_alloc(count * sizeof *layers);
    cask_status status = nodes && layers ? CASK_OK : cki_fail_memory(error, count);
    for (size_t i = 0; nodes && i < count; i++)
        nodes[i] = wanted[i];
    if (status == CASK_OK)
        status = cki_compute_optimise(ck, graph, nodes, count, error);
    if (status == CASK_OK)
        status = cki_lower_nodes(graph, nodes, count, layers, error);
    if (status == CASK_OK)
        status = check_functions(ck, graph, error);
    if (status == CASK_OK)
        status = plan_layers(ck, graph, layers, first, count, plan, error);
    cki_memory_free(nodes);
    cki_memory_free(layers);
    return status;
}

cask_status cki_compute_plan(cask *ck, const cki_node *const *nodes, size_t count,
                             cki_graph **graph, cki_plan **plan, cki_error *error)
{
    *graph = NULL;
    *plan = NULL;
    cki_graph *made = cki_graph_new(error);
    size_t *first = cki_memory_alloc((count + 1) * sizeof *first);
    cask_status status = made && first ? CASK_OK : cki_fail_memory(error, count * sizeof *first);
    if (status == CASK_OK)
        status = prepare(ck, nodes, count, made, first, plan, error);
    cki_memory_free(first);
    if (status == CASK_OK)
        *graph = made;
    else
        cki_graph_free(made);
    return status;
}

cask_status cki_compute_nodes(cask *ck, const cki_want *wants, size_t count, cki_error *error)
{
    if (!count)
        return CASK_OK;
    cki_ledger *previous = cki_ledger_enter(ck->ledger);
    cki_graph *graph = cki_graph_new(error);
    const cki_node **nodes = cki_memory_alloc(count * sizeof *nodes);
    size_t *first = cki_memory_alloc((count + 1) * sizeof *first);
    cki_plan *plan = NULL;
    cask_status status = graph && nodes && first ? CASK_OK : cki_fail_memory(error, count);
    for (size_t i = 0; nodes && i < count; i++)
        nodes[i] = wants[i].node;
    if (status == CASK_OK)
        status = prepare(ck, nodes, count, graph, first, &plan, error);
    if (status == CASK_OK) {
        delivery d = {wants, first, count};
        status = run(ck, plan, &d, error);
    }
    cki_plan_free(plan);
    cki_memory_free(nodes);
    cki_memory_free(first);
    cki_graph_free(graph);
    cki_ledger_enter(previous);
    return status;
}
