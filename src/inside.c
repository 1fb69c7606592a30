/* Inside tasks: contexts that functions build and compute with. Each shares what the outer one
 * knows and counts, but has plans of its own, and computes on the calling thread. */
#include "inside.h"

#include "core/memory.h"
#include "lang/host.h"

#include <string.h>

static void close_context(cki_inner_context *made)
{
    cki_lang_close(made->language);
    cki_context_release(made->ck, NULL);
    cki_arena_free(&made->ck->arena);
    cki_memory_free(made->ck);
}

static cask_status open_context(cask *outer, cki_inner_context *made, cki_error *error)
{
    cask *ck = cki_memory_calloc(1, sizeof *ck);
    if (!ck)
        return cki_fail_memory(error, sizeof *ck);
    ck->ledger = outer->ledger;
    ck->threads = 1;
    ck->memory_limit = outer->memory_limit;
    ck->foreign = outer->foreign;
    memcpy(ck->scheduler, "sync", sizeof "sync");
    ck->tuning = outer->tuning;
    ck->config = outer->config; /* what is asked of it has a lock of its own */
    ck->cancel = outer->cancel;
    ck->functions = outer->functions;
    ck->user = outer->user;
    ck->inner = outer->inner;
    ck->stopped = outer->stopped;
    ck->compute = outer->compute;
    ck->store = outer->store;
    ck->optimise = outer->optimise;
    ck->plan = outer->plan;
    ck->ntables = outer->ntables;
    for (size_t i = 0; i < outer->ntables; i++)
        ck->tables[i] = outer->tables[i];
    made->ck = ck;
    cki_session *session = cki_lang_open(ck, error);
    made->language = session;
    if (!session) {
        close_context(made);
        return error->status;
    }
    made->host = cki_host_of(session);
    return CASK_OK;
}

static void enter(cki_inner_context *made)
{
    cask_scope_begin(made->ck);
}

static void leave(cki_inner_context *made)
{
    cask_scope_end(made->ck);
    cask_clear(made->ck);
}

const cki_inner_maker cki_inside_maker = {
    .open = open_context, .close = close_context, .enter = enter, .leave = leave};
