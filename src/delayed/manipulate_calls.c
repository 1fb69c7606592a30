/* dask.graph_manipulation in the language, and in C. */
#include "delayed/checkpoint.h"
#include "delayed/manipulate.h"

#include "call/call_token.h"
#include "core/memory.h"

#include <cask/lazy.h>

/* ---- what is lazy in values ---- */

typedef struct gathering {
    const cki_node **nodes;
    size_t count, room;
} gathering;

static cask_value *gather_one(void *user, cask_value *lazy, cki_error *error)
{
    gathering *g = user;
    if (g->count == g->room) {
        size_t room = g->room * 2 + 8;
        const cki_node **wider = cki_memory_realloc((void *)g->nodes, room * sizeof *wider);
        if (!wider) {
            cki_fail_memory(error, room * sizeof *wider);
            return NULL;
        }
        g->nodes = wider;
        g->room = room;
    }
    g->nodes[g->count++] = cki_operation_node(lazy);
    return cask_value_ref(lazy);
}

static cask_status gather(gathering *g, cask_value *value, cki_error *error)
{
    if (value->kind != CKI_NONE)
        cask_value_unref(cki_collection_map(value, gather_one, g, error));
    return error->status;
}

/* split_every: None is 8, False is all at once. */
static cask_status read_every(const cki_call *call, int64_t *every)
{
    const cask_value *given = cki_operation_argument(call, "split_every");
    *every = 8;
    if (given->kind == CKI_NONE)
        return CASK_OK;
    if (given->kind == CKI_BOOL && !given->as.boolean) {
        *every = 0;
        return CASK_OK;
    }
    double number;
    if (cki_value_real(given, &number, call->error) != CASK_OK)
        return call->error->status;
    if (!(number >= 2))
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "split_every must be False, None, or >= 2");
    *every = number < 1e9 ? (int64_t)number : 1000000000;
    return CASK_OK;
}

static cki_build build_of(const cki_call *call)
{
    return (cki_build){call->ck, &call->ck->arena, call->error};
}

static cask_delayed checkpoint(const cki_call *call, cask_value *value)
{
    gathering g = {0};
    int64_t every;
    cki_build build = build_of(call);
    cask_delayed made = NULL;
    if (read_every(call, &every) == CASK_OK && gather(&g, value, call->error) == CASK_OK)
        made = cki_checkpoint_of(&build, g.nodes, g.count, every);
    cki_memory_free((void *)g.nodes);
    return made;
}

static cask_value *run_checkpoint(cki_call *call)
{
    cask_delayed made = checkpoint(call, call->arguments[0]);
    return made ? cki_operation_wrap(&made->base, call->error) : NULL;
}

/* ---- rebuilding what a value holds ---- */

typedef struct rebuilding {
    cki_build build;
    const cki_manipulation *how; /* NULL: only wait */
    const cki_node *after;
} rebuilding;

static cask_value *rebuild_one(void *user, cask_value *lazy, cki_error *error)
{
    rebuilding *r = user;
    const cki_node *node = cki_operation_node(lazy), *made = NULL;
    if (r->how)
        cki_manipulate_clone(&r->build, &node, 1, r->how, &made);
    else
        made = cki_manipulate_wait(&r->build, node, r->after);
    return made ? cki_operation_wrap(made, error) : NULL;
}

/* The one thing that was given, or all of them as a tuple. */
static cask_value *unpacked(cask_value *tuple)
{
    if (!tuple || tuple->as.list.count != 1)
        return tuple;
    cask_value *only = cask_value_ref(tuple->as.list.items[0]);
    cask_value_unref(tuple);
    return only;
}

static cask_value *run_wait_on(cki_call *call)
{
    cask_delayed after = checkpoint(call, call->arguments[0]);
    rebuilding r = {.build = build_of(call), .after = after ? &after->base : NULL};
    return after ? unpacked(cki_collection_map(call->arguments[0], rebuild_one, &r, call->error))
                 : NULL;
}

static cask_status read_seed(const cki_call *call, cki_token *seed)
{
    const cask_value *given = cki_operation_argument(call, "seed");
    *seed = cki_delayed_unique();
    if (given->kind == CKI_NONE)
        return CASK_OK;
    cki_hasher *hasher = cki_token_start(call->error);
    if (!hasher)
        return call->error->status;
    bool known = cki_call_token_add(hasher, given, 0, call->error);
    *seed = cki_token_end(hasher);
    if (!known && call->error->status == CASK_OK)
        cki_fail(call->error, CASK_TYPE, NULL, "seed is a number, a text, or a tuple of them");
    return call->error->status;
}

static cask_value *rebuild(cki_call *call, cask_value *children, const cki_node *after)
{
    gathering omit = {0};
    cki_manipulation how = {.after = after};
    cask_value *made = NULL;
    if (read_seed(call, &how.seed) == CASK_OK &&
        gather(&omit, cki_operation_argument(call, "omit"), call->error) == CASK_OK) {
        how.omit = omit.nodes;
        how.nomit = omit.count;
        rebuilding r = {.build = build_of(call), .how = &how};
        made = cki_collection_map(children, rebuild_one, &r, call->error);
    }
    cki_memory_free((void *)omit.nodes);
    return made;
}

static cask_value *run_clone(cki_call *call)
{
    return unpacked(rebuild(call, call->arguments[0], NULL));
}

static cask_value *run_bind(cki_call *call)
{
    cask_value *parents = cki_operation_argument(call, "parents");
    cask_delayed after = NULL;
    if (parents->kind != CKI_NONE && !(after = checkpoint(call, parents)))
        return NULL;
    return rebuild(call, cki_operation_argument(call, "children"), after ? &after->base : NULL);
}

#define RECORD(id, name, signature, doc, run)                                                      \
    static const cki_operation id = {                                                              \
        "graph_manipulation." name, CKI_IN_DASK, signature, doc, run, NULL}
RECORD(op_checkpoint, "checkpoint", "*collections, split_every=None",
       "A delayed None that waits until all blocks are computed.", run_checkpoint);
RECORD(op_wait_on, "wait_on", "*collections, split_every=None",
       "The same lazy things, of which nothing is used before all blocks of all are computed.",
       run_wait_on);
RECORD(op_clone, "clone", "*collections, omit=None, seed=None, assume_layers=True",
       "Equal lazy things that are computed on their own, under other keys; what is in omit stays "
       "shared.",
       run_clone);
RECORD(op_bind, "bind",
       "children, parents, *, omit=None, seed=None, assume_layers=True, split_every=None",
       "Clones of the children that are not begun before the parents are computed; what is in omit "
       "stays shared.",
       run_bind);

const cki_operation *const cki_manipulate_operations[] = {&op_checkpoint, &op_wait_on, &op_clone,
                                                          &op_bind, NULL};

/* ---- in C ---- */

static cask_status check(const cask_lazy *things, size_t count, const cask *ck, cki_error *error)
{
    for (size_t i = 0; i < count; i++) {
        cask_status status = things[i] ? things[i]->collection->status(things[i]) : CASK_INVALID;
        if (status != CASK_OK)
            return status;
        if (things[i]->ck != ck)
            return cki_fail(error, CASK_INVALID, NULL,
                            "things of two contexts cannot wait for each other");
    }
    return CASK_OK;
}

static int64_t every_of(int64_t split_every)
{
    return split_every < 0 ? 0 : split_every < 2 ? 8 : split_every;
}

cask_delayed cask_checkpoint(cask *ck, const cask_lazy *things, size_t count, int64_t split_every)
{
    cki_error error = {0};
    if (!ck || (count && !things))
        cki_fail(&error, CASK_INVALID, NULL, "cask_checkpoint: '%s' is NULL", ck ? "things" : "ck");
    if (error.status != CASK_OK)
        return cki_delayed_poison(ck, &error);
    cki_build build = {ck, &ck->arena, &error};
    cask_status status = check(things, count, ck, &error);
    cask_delayed made =
        status == CASK_OK ? cki_checkpoint_of(&build, things, count, every_of(split_every)) : NULL;
    if (!made && error.status == CASK_OK) /* one of them stands for a failure that was told */
        error.status = status;
    return made ? made : cki_delayed_poison(ck, &error);
}

cask_status cask_bind(const cask_lazy *things, size_t count, const cask_binding *how,
                      cask_lazy *bound)
{
    const cask_binding none = {0};
    how = how ? how : &none;
    for (size_t i = 0; bound && i < count; i++)
        bound[i] = NULL;
    if (!count || !bound || !things || !things[0])
        return count ? CASK_INVALID : CASK_OK;
    cask *ck = things[0]->ck;
    cki_error error = {0};
    cki_build build = {ck, &ck->arena, &error};
    cask_status status = check(things, count, ck, &error);
    if (status == CASK_OK)
        status = check(how->parents, how->nparents, ck, &error);
    if (status == CASK_OK)
        status = check(how->omit, how->nomit, ck, &error);
    cask_delayed after = NULL;
    if (status == CASK_OK && how->nparents &&
        !(after =
              cki_checkpoint_of(&build, how->parents, how->nparents, every_of(how->split_every))))
        status = error.status;
    cki_manipulation m = {.omit = how->omit,
                          .nomit = how->nomit,
                          .after = after ? &after->base : NULL,
                          .seed = how->seed ? (cki_token){how->seed, 0} : cki_delayed_unique()};
    if (status == CASK_OK)
        status = cki_manipulate_clone(&build, things, count, &m, bound);
    return error.status == CASK_OK ? status : cki_context_fail(ck, &error);
}

cask_status cask_wait_on(const cask_lazy *things, size_t count, cask_lazy *waiting)
{
    for (size_t i = 0; waiting && i < count; i++)
        waiting[i] = NULL;
    if (!count || !waiting || !things || !things[0])
        return count ? CASK_INVALID : CASK_OK;
    cask *ck = things[0]->ck;
    cki_error error = {0};
    cki_build build = {ck, &ck->arena, &error};
    cask_status status = check(things, count, ck, &error);
    cask_delayed after =
        status == CASK_OK ? cki_checkpoint_of(&build, things, count, every_of(0)) : NULL;
    for (size_t i = 0; after && i < count && error.status == CASK_OK; i++)
        waiting[i] = cki_manipulate_wait(&build, things[i], &after->base);
    return error.status == CASK_OK ? status : cki_context_fail(ck, &error);
}
