/* The context: opening and closing, settings and errors. */
#include "array/functions.h"
#include "array/operations.h"
#include "call/user.h"
#include "compute.h"
#include "configure.h"
#include "core/memory.h"
#include "delayed/checkpoint.h"
#include "delayed/delayed.h"
#include "delayed/manipulate.h"
#include "exec/exec.h"
#include "exec/pool.h"
#include "expr/annotate.h"
#include "expr/node.h"
#include "expr/operation.h"
#include "future/future.h"
#include "graph/gate.h"
#include "inside.h"
#include "lang/annotate.h"
#include "lang/dask.h"
#include "lang/dtype_info.h"
#include "lang/spelled.h"
#include "spec/collected.h"
#include "spec/computing.h"
#include "spec/graph_calls.h"
#include "spec/hand.h"
#include "spec/high_level.h"
#include "spec/layered.h"
#include "spec/layers.h"
#include "spec/literal.h"
#include "spec/rules.h"
#include "spec/shown.h"
#include "spec/sizeof.h"
#include "spec/term_calls.h"
#include "spec/visualize.h"
#include "storing.h"
#include "sys/entropy.h"
#include "sys/pages.h"
#include "sys/usage.h"

static const char *const version = CASK_VERSION;

/* What the tasks of delayed calls name. */
static const cki_function *const delayed_functions[] = {
    &cki_delayed_call_function,  &cki_checkpoint_function,
    &cki_gate_function,          &cki_manipulate_wait_function,

    &cki_delayed_whole_function, NULL};
/* Those of graphs by hand. */
static const cki_function *const hand_functions[] = {&cki_hand_function, &cki_hand_whole_function,
                                                     NULL};

/* A task's run, or the future that this thread runs, is to end. */
static bool stopped(void *run)
{
    return cki_exec_stopped(run) || cki_future_stopped();
}

/* What cask_open() gives when there is no memory for a context. */
static struct cask nil = {
    .error = {.status = CASK_MEMORY, .python = "MemoryError", .message = "no memory for a context"},
};

/* ---- opening and closing ---- */

/* All that a context has; what fails is its error. */
static void fill(cask *ck, const cask_options *options)
{
    ck->compute = cki_compute_nodes;
    ck->store = cki_storing_run;
    ck->optimise = cki_compute_optimise;
    ck->plan = cki_compute_plan;
    ck->cancel = &ck->cancelled;
    ck->foreign = cki_usage_private();
    ck->entropy = (cki_token){cki_entropy_word(), cki_entropy_word()};
    ck->random.seed = ck->entropy;
    if (cki_configure_open(ck, options) != CASK_OK)
        return;
    size_t pool = ck->memory_limit / 2;
    ck->ledger = cki_ledger_new(pool);
    if (!ck->ledger) {
        cki_fail_memory(&ck->error, sizeof *ck);
        return;
    }
    cki_ledger_map(ck->ledger, cki_pages_source());
    cki_ledger_limit(ck->ledger, ck->memory_limit);
    cki_pool_open();
    ck->functions = cki_registry_new(&ck->error);
    if (ck->functions)
        cki_functions_register(ck->functions, &ck->error);
    for (size_t i = 0; ck->functions && hand_functions[i]; i++)
        cki_registry_register(ck->functions, hand_functions[i], &ck->error);
    ck->stopped = stopped;
    ck->futures = cki_future_open(ck, &ck->error);
    ck->user = cki_user_new(&ck->error);
    ck->inner = cki_inner_new(&cki_inside_maker, &ck->error);
    cki_operation_register(ck, cki_computing_operations, &ck->error);
    cki_operation_register(ck, cki_dask_operations, &ck->error);
    cki_operation_register(ck, cki_dtype_info_operations, &ck->error);
    cki_operation_register(ck, cki_annotate_operations, &ck->error);
    cki_operation_register(ck, cki_graph_calls_operations, &ck->error);
    cki_operation_register(ck, cki_shown_operations, &ck->error);
    cki_operation_register(ck, cki_collected_operations, &ck->error);
    cki_operation_register(ck, cki_layers_operations, &ck->error);
    cki_operation_register(ck, cki_layered_operations, &ck->error);
    cki_operation_register(ck, cki_term_calls_operations, &ck->error);
    cki_operation_register(ck, cki_high_level_operations, &ck->error);
    cki_operation_register(ck, cki_literal_operations, &ck->error);
    cki_operation_register(ck, cki_sizeof_operations, &ck->error);
    cki_operation_register(ck, cki_rules_operations, &ck->error);
    cki_operation_register(ck, cki_delayed_operations, &ck->error);
    cki_operation_register(ck, cki_manipulate_operations, &ck->error);
    cki_operation_register(ck, cki_visualize_operations, &ck->error);
    for (size_t i = 0; ck->functions && delayed_functions[i]; i++)
        cki_registry_register(ck->functions, delayed_functions[i], &ck->error);
    for (size_t i = 0; cki_operations_tables[i] && ck->error.status == CASK_OK; i++)
        cki_operation_register(ck, cki_operations_tables[i], &ck->error);
    cki_operation_register(ck, cki_spelled_numpy_operations, &ck->error);
    cki_operation_register(ck, cki_spelled_signatures_operations, &ck->error);
    cki_operation_register(ck, cki_spelled_array_operations, &ck->error);
    cki_operation_register(ck, cki_spelled_masked_operations, &ck->error);
    cki_operation_register(ck, cki_spelled_ufunc_operations, &ck->error);
    cki_operation_register(ck, cki_poly1d_operations, &ck->error);
    cki_operation_register(ck, cki_spelled_dask_operations, &ck->error);
    cki_operation_register(ck, cki_spelled_protocol_operations, &ck->error);
}

cask *cask_open(const cask_options *options)
{
    cask *ck = cki_memory_calloc(1, sizeof *ck);
    if (!ck)
        return &nil;
    fill(ck, options);
    if (ck->error.status != CASK_OK)
        ck->compute = NULL; /* by which it is known that it cannot be used */
    return ck;
}

void cask_close(cask *ck)
{
    if (!ck || ck == &nil)
        return;
    cki_future_close(ck->futures);
    cask_progress_end(ck);
    cki_context_release(ck, NULL);
    cki_inner_free(ck->inner);
    cki_arena_free(&ck->arena);
    cki_user_free(ck->user);
    cki_registry_free(ck->functions);
    if (ck->ledger)
        cki_pool_close();
    cki_ledger_unref(ck->ledger);
    cki_configure_close(ck);
    cki_memory_free(ck);
}

void cask_scope_begin(cask *ck)
{
    if (!ck)
        return;
    if (ck->nscopes == CKI_SCOPES) {
        cki_error error = {0};
        ck->scopes_beyond++; /* its end is to end no other */
        cki_fail(&error, CASK_LIMIT, NULL, "more than %d scopes within one another", CKI_SCOPES);
        cki_context_fail(ck, &error);
        return;
    }
    ck->scopes[ck->nscopes++] =
        (cki_mark){cki_arena_now(&ck->arena), ck->owned, ck->annotated, false};
}

void cask_scope_end(cask *ck)
{
    if (ck && ck->scopes_beyond) {
        ck->scopes_beyond--;
        return;
    }
    if (!ck || !ck->nscopes)
        return;
    cki_mark mark = ck->scopes[--ck->nscopes];
    if (mark.kept) /* what was let out may rest on anything built here: it all stays */
        return;
    cki_annotate_return(ck, mark.annotated);
    cki_context_release(ck, mark.owned);
    cki_arena_rewind(&ck->arena, mark.arena);
}

void cask_cancel(cask *ck)
{
    if (ck)
        atomic_store(&ck->cancelled, true);
}

cask_status cask_error(const cask *ck)
{
    return ck ? ck->error.status : CASK_INVALID;
}

const char *cask_message(const cask *ck)
{
    return ck ? ck->error.message : "no context was given";
}

const char *cask_error_class(const cask *ck)
{
    return ck ? ck->error.python : "ValueError";
}

void cask_clear(cask *ck)
{
    if (ck && ck->compute) /* a context that could not be opened stays unusable */
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
    return ck ? cki_ledger_now(ck->ledger) : 0;
}

size_t cask_memory_peak(const cask *ck)
{
    return ck ? cki_ledger_peak(ck->ledger) : 0;
}

uint64_t cask_bytes_read(const cask *ck)
{
    return ck ? atomic_load(&ck->bytes_read) : 0;
}

const char *cask_version(void)
{
    return version;
}
