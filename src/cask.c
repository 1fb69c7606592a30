/* The context: opening and closing, and computing: the one place that joins expressions to the
 * executors. */
#include "array/functions.h"
#include "array/fuse.h"
#include "array/operations.h"
#include "core/memory.h"
#include "exec/exec.h"
#include "expr/node.h"
#include "expr/operation.h"
#include "graph/plan.h"
#include "sys/machine.h"

#include <stdlib.h>
#include <string.h>

static const char *const version = CASK_VERSION;

/* What cask_open() gives when there is no memory for a context. */
static struct cask nil = {
    .error = {.status = CASK_MEMORY, .python = "MemoryError", .message = "no memory for a context"},
};

/* ---- computing ---- */

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
    const cki_callbacks *callbacks[3] = {NULL};
    size_t watchers = 0;
    if (ck->options.on_progress)
        callbacks[watchers++] = &counting;
    if (ck->watcher)
        callbacks[watchers++] = ck->watcher;
    const cki_exec_options options = {.threads = ck->threads,
                                      .memory_limit = ck->memory_limit,
                                      .ledger = ck->ledger,
                                      .callbacks = callbacks,
                                      .cancel = ck->cancel};
    const cki_scheduler *scheduler = cki_exec_find(ck->scheduler);
    delivery copy = *d;
    atomic_fetch_add(&ck->bytes_read, plan->bytes_read);
    cask_status status = scheduler->run(plan, &options, deliver, &copy, error);
    atomic_store(&ck->cancelled, false); /* it has had its effect */
    return status;
}

/* All blocks of the lowered nodes, in order. */
static cask_status plan_and_run(cask *ck, cki_graph *graph, const cki_want *wants,
                                const uint32_t *layers, size_t count, cki_error *error)
{
    size_t total = 0;
    size_t *first = cki_memory_alloc(count * sizeof *first);
    for (size_t i = 0; first && i < count; i++) {
        first[i] = total;
        total += (size_t)cki_graph_layer(graph, layers[i])->blocks;
    }
    if (total > ck->memory_limit / 2 / sizeof(cki_key)) {
        cki_memory_free(first);
        return cki_fail(error, CASK_LIMIT, NULL,
                        "%zu blocks are more than the memory limit lets a plan have: use larger "
                        "chunks (rechunk), or raise the limit",
                        total);
    }
    cki_key *keys =
        first && total < SIZE_MAX / sizeof *keys ? cki_memory_alloc(total * sizeof *keys) : NULL;
    cki_plan *plan = NULL;
    cask_status status = keys ? CASK_OK : cki_fail_memory(error, total * sizeof *keys);
    for (size_t i = 0, at = 0; keys && i < count; i++)
        for (int64_t block = 0; block < cki_graph_layer(graph, layers[i])->blocks; block++)
            keys[at++] = (cki_key){layers[i], block};
    if (status == CASK_OK)
        status = cki_plan_build(graph, keys, total, &plan, error);
    cki_memory_free(keys);
    if (status == CASK_OK) {
        delivery d = {wants, first, count};
        status = run(ck, plan, &d, error);
    }
    cki_plan_free(plan);
    cki_memory_free(first);
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

static cask_status compute(cask *ck, const cki_want *wants, size_t count, cki_error *error)
{
    if (!count)
        return CASK_OK;
    cki_ledger *previous = cki_ledger_enter(ck->ledger);
    cki_graph *graph = cki_graph_new(error);
    const cki_node **nodes = cki_memory_alloc(count * sizeof *nodes);
    uint32_t *layers = cki_memory_alloc(count * sizeof *layers);
    cask_status status = graph && nodes && layers ? CASK_OK : cki_fail_memory(error, count);
    if (graph)
        cki_graph_limit(graph, ck->memory_limit);
    for (size_t i = 0; nodes && i < count; i++)
        nodes[i] = wants[i].node;
    if (status == CASK_OK)
        status = cki_optimise_nodes(graph, ck, nodes, count, cki_fuse_rule, error);
    if (status == CASK_OK)
        status = cki_lower_nodes(graph, nodes, count, layers, error);
    if (status == CASK_OK)
        status = check_functions(ck, graph, error);
    if (status == CASK_OK)
        status = plan_and_run(ck, graph, wants, layers, count, error);
    cki_memory_free(nodes);
    cki_memory_free(layers);
    cki_graph_free(graph);
    cki_ledger_enter(previous);
    return status;
}

/* ---- opening and closing ---- */

static cask_status apply_options(cask *ck, const cask_options *options)
{
    uint64_t limit = 0;
    if (options)
        ck->options = *options;
    ck->threads = ck->options.threads;
    if (ck->threads < 0)
        return cki_fail(&ck->error, CASK_INVALID, NULL, "threads=%d: at least 1", ck->threads);
    if (!ck->threads)
        ck->threads = cki_machine_processors();
    ck->scheduler = ck->options.scheduler ? ck->options.scheduler : "threads";
    const cki_scheduler *scheduler = cki_exec_find(ck->scheduler);
    if (!scheduler)
        return cki_fail(&ck->error, CASK_INVALID, NULL,
                        "scheduler '%s' is unknown: use 'threads' or 'sync'", ck->scheduler);
    ck->scheduler = scheduler->name;
    if (ck->options.memory_limit &&
        (!cki_text_bytes(ck->options.memory_limit, &limit) || limit == 0))
        return cki_fail(&ck->error, CASK_INVALID, NULL,
                        "memory limit '%s' is no size: write \"2GB\" or \"500MB\"",
                        ck->options.memory_limit);
    ck->memory_limit = limit ? (size_t)limit : cki_machine_memory() / 10 * 6;
    return CASK_OK;
}

cask *cask_open(const cask_options *options)
{
    cask *ck = cki_memory_calloc(1, sizeof *ck);
    if (!ck)
        return &nil;
    ck->compute = compute;
    ck->cancel = &ck->cancelled;
    if (apply_options(ck, options) != CASK_OK)
        return ck;
    ck->options.memory_limit = NULL; /* the caller's text may go */
    ck->options.scheduler = NULL;
    size_t pool = ck->memory_limit / 8;
    ck->ledger = cki_ledger_new(pool);
    if (!ck->ledger)
        cki_fail_memory(&ck->error, sizeof *ck);
    ck->functions = cki_registry_new(&ck->error);
    if (ck->functions)
        cki_functions_register(ck->functions, &ck->error);
    for (size_t i = 0; cki_operations_tables[i] && ck->error.status == CASK_OK; i++)
        cki_operation_register(ck, cki_operations_tables[i], &ck->error);
    return ck;
}

void cask_close(cask *ck)
{
    if (!ck || ck == &nil)
        return;
    cki_context_release(ck, NULL);
    cki_arena_free(&ck->arena);
    cki_registry_free(ck->functions);
    cki_ledger_unref(ck->ledger);
    cki_memory_free(ck);
}

void cask_scope_begin(cask *ck)
{
    if (ck->nscopes == CKI_SCOPES) {
        cki_error error = {0};
        cki_fail(&error, CASK_LIMIT, NULL, "more than %d scopes within one another", CKI_SCOPES);
        cki_context_fail(ck, &error);
        return;
    }
    ck->scopes[ck->nscopes++] = (cki_mark){cki_arena_now(&ck->arena), ck->owned, false};
}

void cask_scope_end(cask *ck)
{
    if (!ck->nscopes)
        return;
    cki_mark mark = ck->scopes[--ck->nscopes];
    if (mark.kept) /* what was let out may rest on anything built here: it all stays */
        return;
    cki_context_release(ck, mark.owned);
    cki_arena_rewind(&ck->arena, mark.arena);
}

void cask_cancel(cask *ck)
{
    atomic_store(&ck->cancelled, true);
}

cask_status cask_error(const cask *ck)
{
    return ck->error.status;
}

const char *cask_message(const cask *ck)
{
    return ck->error.message;
}

const char *cask_error_class(const cask *ck)
{
    return ck->error.python;
}

void cask_clear(cask *ck)
{
    if (ck != &nil && ck->ledger) /* a context that could not be opened stays unusable */
        ck->error = (cki_error){0};
}

const char *cask_status_text(cask_status status)
{
    static const char *const texts[] = {
#define TEXT(name, text) text,
        CASK_STATUSES(TEXT)
#undef TEXT
    };
    size_t i = (size_t)status;
    return i < sizeof texts / sizeof *texts ? texts[i] : "unknown status";
}

size_t cask_memory_now(const cask *ck)
{
    return cki_ledger_now(ck->ledger);
}

size_t cask_memory_peak(const cask *ck)
{
    return cki_ledger_peak(ck->ledger);
}

uint64_t cask_bytes_read(const cask *ck)
{
    return atomic_load(&ck->bytes_read);
}

const char *cask_version(void)
{
    return version;
}
