/* Blockwise: the primitive by which users' functions make blocks of blocks. */
#include "array/blockwise.h"
#include "array/blockwise_run.h"
#include "array/functions.h"
#include "array/mapped.h"
#include "array/masked.h"
#include "array/rechunk.h"
#include "call/call_token.h"
#include "call/term.h"
#include "core/memory.h"
#include "expr/collection.h"
#include "graph/spelling.h"

#include <stdatomic.h>
#include <string.h>

static const cki_primitive primitive;

/* ---- tasks ---- */

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const cki_blockwise_lowered *l = layer->parameters;
    int64_t position[CKI_MAX_NDIM], first[CKI_MAX_NDIM], end[CKI_MAX_NDIM], at[CKI_MAX_NDIM];
    for (size_t i = 0; i < l->plan->nterms; i++)
        cki_graph_key(keys, l->layers[i], 0);
    cki_node_position(l->out, block, position);
    for (size_t i = 0; i < l->plan->count; i++) {
        const cki_blockwise_place *place = &l->plan->places[i];
        if (place->input < 0)
            continue;
        cask_array x = l->in[place->input];
        cki_blockwise_blocks(place, x, position, first, end);
        memcpy(at, first, sizeof at);
        for (int k = 0; k >= 0 && !keys->failed;) {
            cki_graph_key(keys, l->layers[place->input], cki_node_block(x, at));
            for (k = x->ndim - 1; k >= 0 && ++at[k] >= end[k]; k--)
                at[k] = first[k];
        }
    }
}

/* What the function needs is its own affair; twice its arguments and its result is usual. */
static void cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const cki_blockwise_lowered *l = layer->parameters;
    int64_t position[CKI_MAX_NDIM], first[CKI_MAX_NDIM], end[CKI_MAX_NDIM];
    size_t own = cki_node_block_bytes(l->out, block), given = 0;
    cki_node_position(l->out, block, position);
    for (size_t i = 0; i < l->plan->count; i++) {
        const cki_blockwise_place *place = &l->plan->places[i];
        if (place->input < 0)
            continue;
        cask_array x = l->in[place->input];
        size_t bytes;
        int64_t count = cki_blockwise_blocks(place, x, position, first, end);
        if (__builtin_mul_overflow(cki_node_largest_block(x), (size_t)count, &bytes))
            bytes = SIZE_MAX / 8;
        given = given + bytes < SIZE_MAX / 8 ? given + bytes : SIZE_MAX / 8;
    }
    *cost = (cki_cost){.output = own, .working = given + own};
}

/* What is asked for by name beside the arguments: block_id, block_info. */
typedef struct extras {
    const char **names;
    cask_value **values;
    size_t count;
} extras;

static void add_extras(const cki_blockwise_lowered *l, int64_t block, extras *e, cki_error *error)
{
    int64_t position[CKI_MAX_NDIM];
    cki_node_position(l->out, block, position);
    if (l->plan->block_id) {
        e->names[e->count] = "block_id";
        e->values[e->count] = cki_value_ints(CKI_TUPLE, position, (size_t)l->out->ndim, error);
        e->count += e->values[e->count] != NULL;
    }
    if (l->plan->block_info && error->status == CASK_OK) {
        e->names[e->count] = "block_info";
        e->values[e->count] = cki_blockwise_info(l, block, error);
        e->count += e->values[e->count] != NULL;
    }
}

static cask_value *value_of(const cki_blockwise_lowered *l, const cki_task *task, size_t i,
                            size_t *next, cki_error *error)
{
    const cki_blockwise_place *place = &l->plan->places[i];
    int64_t position[CKI_MAX_NDIM], first[CKI_MAX_NDIM], end[CKI_MAX_NDIM];
    if (place->input < 0)
        return place->open ? cki_term_run(l->plan->ck, place->value, task->inputs, l->plan->nterms,
                                          task->run, error)
                           : cask_value_ref(place->value);
    cask_array x = l->in[place->input];
    cki_node_position(l->out, task->block, position);
    int64_t count = cki_blockwise_blocks(place, x, position, first, end);
    for (int k = 0; k < x->ndim; k++)
        end[k] -= first[k];
    cask_value *value = cki_blockwise_gather(l->plan, place, x, end, task->inputs + *next, error);
    *next += (size_t)count;
    return value;
}

/* Call the function; its failure is told with the name of what called it. */
static cask_value *call(const cki_blockwise_plan *plan, const cki_arguments *arguments, void *run,
                        cki_error *error)
{
    cki_error own = {0};
    cask_value *result =
        plan->vectorize
            ? cki_vectorize_run(plan->ck, plan->function, arguments, plan->vectorize, run, &own)
            : cki_call_run(plan->ck, plan->function, arguments, run, &own);
    if (!result)
        cki_fail(error, own.status, own.python, "%s (in %s, called by %s)", own.message,
                 cki_call_name(plan->function), plan->what);
    return result;
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_blockwise_lowered *l = task->layer->parameters;
    const cki_blockwise_plan *plan = l->plan;
    cask_value **values = (cask_value **)cki_memory_calloc(plan->count + 2, sizeof *values);
    const char **names = (const char **)cki_memory_calloc(plan->nnamed + 2, sizeof *names);
    if (!values || !names) {
        cki_memory_free((void *)values);
        cki_memory_free((void *)names);
        return cki_fail_memory(error, plan->count * sizeof *values);
    }
    size_t next = plan->nterms, made = 0, positional = plan->count - plan->nnamed;
    while (made < plan->count && (values[made] = value_of(l, task, made, &next, error)))
        made++;
    for (size_t i = 0; i < plan->nnamed; i++)
        names[i] = plan->names[i];
    extras e = {names, values + positional, plan->nnamed};
    if (made == plan->count)
        add_extras(l, task->block, &e, error);
    cki_arguments arguments = {values, positional, names, values + positional, e.count};
    cask_value *given = error->status == CASK_OK ? call(plan, &arguments, task->run, error) : NULL;
    if (given && plan->raw)
        *result = cki_masked_block_packed(given, error);
    else if (given)
        *result = cki_blockwise_convert(l->out, task->block, given, plan->what, plan->exact,
                                        plan->last, error);
    cask_value_unref(given);
    for (size_t i = 0; i < plan->count + 2; i++)
        cask_value_unref(values[i]);
    cki_memory_free((void *)values);
    cki_memory_free((void *)names);
    return error->status;
}

/* What the function is called with; a value that holds something lazy is left out, and its parts
 * come last. */
static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const cki_blockwise_lowered *l = layer->parameters;
    int64_t position[CKI_MAX_NDIM], first[CKI_MAX_NDIM], end[CKI_MAX_NDIM];
    size_t next = l->plan->nterms;
    cki_node_position(l->out, block, position);
    for (size_t i = 0; i < l->plan->count; i++) {
        const cki_blockwise_place *place = &l->plan->places[i];
        if (place->input < 0) {
            if (!place->open)
                cki_spelling_value(spelling, place->value);
            continue;
        }
        size_t count =
            (size_t)cki_blockwise_blocks(place, l->in[place->input], position, first, end);
        if (count != 1)
            cki_spelling_open(spelling);
        cki_spelling_inputs(spelling, next, count);
        cki_spelling_close(spelling);
        next += count;
    }
    cki_spelling_inputs(spelling, 0, l->plan->nterms);
}

const cki_function cki_blockwise_call_function = {"array.blockwise", 1, run};

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    cki_arena *arena = cki_graph_arena(cki_lower_graph(lowering));
    cki_blockwise_lowered *l = cki_arena_alloc(arena, sizeof *l);
    uint32_t *layers = cki_arena_array(arena, node->ninputs + 1, sizeof *layers);
    cask_array *in = (cask_array *)cki_arena_array(arena, node->ninputs + 1, sizeof *in);
    if (!l || !layers || !in)
        return cki_fail_memory(error, sizeof *l);
    *l = (cki_blockwise_lowered){node->parameters, cki_node_as_array(node), in, layers};
    for (size_t i = 0; i < node->ninputs; i++) {
        layers[i] = cki_lower_input(lowering, node->inputs[i]);
        in[i] = i < l->plan->nterms ? NULL : cki_node_as_array(node->inputs[i]);
    }
    return cki_node_lower(lowering, l->out,
                          (cki_layer){.function = &cki_blockwise_call_function,
                                      .parameters = l,
                                      .inputs = inputs,
                                      .cost = cost,
                                      .spell = spell},
                          "", error);
}

/* As in Dask, what a function gives need not have the shape and type that were said, if nothing
 * else is computed from it: collecting the blocks then finds what there is. */
static const cki_node *finish(cki_optimiser *optimiser, const cki_node *node, cki_error *error)
{
    const cki_blockwise_plan *plan = node->parameters;
    cki_arena *arena = cki_graph_arena(cki_optimise_graph(optimiser));
    if (plan->raw)
        return node;
    struct cask_array_node *copy = cki_arena_copy(arena, node, sizeof *copy);
    cki_blockwise_plan *last = cki_arena_copy(arena, plan, sizeof *last);
    if (!copy || !last) {
        cki_fail_memory(error, sizeof *copy);
        return NULL;
    }
    last->last = true;
    copy->base.parameters = last;
    copy->base.token = cki_token_nth(node->token, 1); /* its blocks are not to be taken for
                                                         checked ones */
    return &copy->base;
}

static const cki_primitive primitive = {.name = "array.blockwise",
                                        .size = sizeof(struct cask_array_node),
                                        .lower = lower,
                                        .finish = finish,
                                        .barrier = true};

bool cki_blockwise_is(cask_array x)
{
    return x->base.primitive == &primitive;
}

/* ---- building ---- */

static void unref(void *value)
{
    cask_value_unref(value);
}

/* A value that lives as long as the nodes that are built now. */
static bool own(cki_build *build, cask_value *value)
{
    return value && cki_context_own(build->ck, unref, value, build->error) == CASK_OK;
}

/* Lazy things found in arguments, each as a node of one block. */
typedef struct found {
    cki_build *build;
    const cki_node **nodes;
    size_t count, capacity;
} found;

static cask_value *take_lazy(void *user, cask_value *lazy, cki_error *error)
{
    found *f = user;
    const cki_node *node = cki_operation_node(lazy);
    cask_array x = cki_node_lazy(lazy);
    if (x) {
        bool all[CKI_MAX_NDIM];
        memset(all, true, sizeof all);
        x = cki_rechunk_single(f->build, x, all);
        node = x ? &x->base : NULL;
    } else if (node->collection->blocks(node) != 1) {
        cki_fail(error, CASK_TYPE, NULL, "a %s of several parts cannot be given to a block",
                 cki_value_type(lazy));
        return NULL;
    }
    if (!node)
        return NULL;
    if (f->count == f->capacity) {
        size_t capacity = f->capacity * 2 + 4;
        const cki_node **nodes =
            (const cki_node **)cki_memory_realloc((void *)f->nodes, capacity * sizeof *nodes);
        if (!nodes) {
            cki_fail_memory(error, capacity * sizeof *nodes);
            return NULL;
        }
        f->nodes = nodes;
        f->capacity = capacity;
    }
    f->nodes[f->count++] = node;
    return cki_term_input(f->count - 1, error);
}

/* Counts what nobody can tell apart otherwise. */
static int64_t unique(void)
{
    static atomic_int_fast64_t last;
    return (int64_t)atomic_fetch_add(&last, 1);
}

/* A token of the call; *known if it says all. */
static cask_status tokenize(cki_build *build, const cki_blockwise *spec, cki_token *token,
                            bool *known)
{
    cki_hasher *hasher = cki_token_start(build->error);
    if (!hasher)
        return build->error->status;
    *known = cki_call_token_add(hasher, spec->function, 0, build->error);
    cki_token_text(hasher, spec->what);
    cki_token_int(hasher, spec->concatenate + 2 * spec->exact + 4 * spec->raw + 8 * spec->block_id +
                              16 * spec->block_info);
    for (size_t i = 0; i < spec->count; i++) {
        const cki_blockwise_argument *a = &spec->arguments[i];
        cki_token_int(hasher, a->x ? a->x->ndim : -1);
        for (int k = 0; a->x && k < a->x->ndim; k++)
            cki_token_int(hasher, a->along[k] + 1000 * (int64_t)a->group[k]);
        if (a->x) {
            cki_token_token(hasher, a->x->base.token);
            continue;
        }
        *known = cki_call_token_add(hasher, a->value, 0, build->error) && *known;
    }
    const cki_vectorize *v = spec->vectorize;
    for (size_t i = 0; v && i < v->ninputs; i++)
        cki_token_int(hasher, v->core[i]);
    for (int i = 0; v && i < v->nresults; i++)
        cki_token_int(hasher, v->results[i].dtype.id);
    for (size_t i = 0; i < spec->nnamed; i++)
        cki_token_text(hasher, spec->names[i]);
    if (!*known)
        cki_token_int(hasher, unique());
    *token = cki_token_end(hasher);
    return build->error->status;
}

/* Numbers of blocks must agree wherever blocks go along one axis. */
static cask_status check_blocks(cki_build *build, const cki_blockwise *spec)
{
    for (size_t i = 0; i < spec->count; i++) {
        const cki_blockwise_argument *a = &spec->arguments[i];
        for (int k = 0; a->x && k < a->x->ndim; k++) {
            int64_t blocks = a->x->axes[k].blocks;
            int to = a->along[k];
            if (to == CKI_BLOCKWISE_ALL || blocks == 1 || a->group[k] ||
                blocks == spec->axes[to].blocks)
                continue;
            return cki_fail(build->error, CASK_INVALID, NULL,
                            "%s: Shapes do not align: axis %d has %lld blocks, and axis %d of "
                            "argument %zu has %lld: rechunk one of them",
                            spec->what, to, (long long)spec->axes[to].blocks, k, i,
                            (long long)blocks);
        }
    }
    return CASK_OK;
}

/* The arguments as a plan has them; lazy things among them are found. */
static cki_blockwise_place *make_places(cki_build *build, const cki_blockwise *spec, found *f)
{
    cki_blockwise_place *places = cki_arena_array(build->arena, spec->count + 1, sizeof *places);
    if (!places) {
        cki_fail_memory(build->error, spec->count * sizeof *places);
        return NULL;
    }
    for (size_t i = 0; i < spec->count; i++) {
        const cki_blockwise_argument *a = &spec->arguments[i];
        places[i] = (cki_blockwise_place){.input = -1};
        if (a->x) {
            memcpy(places[i].along, a->along, sizeof places[i].along);
            memcpy(places[i].group, a->group, sizeof places[i].group);
            continue;
        }
        size_t before = f->count;
        places[i].value = cki_collection_map(a->value, take_lazy, f, build->error);
        places[i].open = f->count > before;
        if (!own(build, places[i].value))
            return NULL;
    }
    return places;
}

static const char *const *copy_names(cki_build *build, const cki_blockwise *spec)
{
    const char **names =
        (const char **)cki_arena_array(build->arena, spec->nnamed + 1, sizeof *names);
    for (size_t i = 0; names && i < spec->nnamed; i++)
        if (!(names[i] = cki_arena_copy(build->arena, spec->names[i], strlen(spec->names[i]) + 1)))
            names = NULL;
    if (!names)
        cki_fail_memory(build->error, spec->nnamed * sizeof *names);
    return names;
}

static cask_array assemble(cki_build *build, const cki_blockwise *spec, found *f)
{
    cki_token token = {0};
    bool known = false;
    cki_blockwise_plan *plan = cki_arena_alloc(build->arena, sizeof *plan);
    cki_blockwise_place *places = make_places(build, spec, f);
    const char *const *names = places ? copy_names(build, spec) : NULL;
    const char *label = spec->label ? spec->label : cki_call_name(spec->function);
    label = cki_arena_copy(build->arena, label, strlen(label) + 1);
    cask_array *all =
        (cask_array *)cki_arena_array(build->arena, f->count + spec->count + 1, sizeof *all);
    if (!plan || !label || !all)
        cki_fail_memory(build->error, sizeof *plan);
    if (!names || build->error->status != CASK_OK || !own(build, cask_value_ref(spec->function)) ||
        tokenize(build, spec, &token, &known) != CASK_OK)
        return NULL;
    size_t count = f->count;
    for (size_t i = 0; i < f->count; i++)
        all[i] = cki_node_as_array(f->nodes[i]);
    for (size_t i = 0; i < spec->count; i++)
        if (spec->arguments[i].x) {
            places[i].input = (int)count;
            all[count++] = spec->arguments[i].x;
        }
    *plan = (cki_blockwise_plan){.ck = build->ck,
                                 .function = spec->function,
                                 .what = spec->what,
                                 .places = places,
                                 .count = spec->count,
                                 .nnamed = spec->nnamed,
                                 .names = names,
                                 .nterms = f->count,
                                 .vectorize = spec->vectorize,
                                 .concatenate = spec->concatenate,
                                 .exact = spec->exact,
                                 .raw = spec->raw,
                                 .block_id = spec->block_id,
                                 .block_info = spec->block_info};
    return cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                   .label = label,
                                                   .dtype = spec->dtype,
                                                   .ndim = spec->ndim,
                                                   .axes = spec->axes,
                                                   .inputs = all,
                                                   .ninputs = count,
                                                   .parameters = plan,
                                                   .token = token,
                                                   .fleeting = !known});
}

cask_array cki_blockwise_array(cki_build *build, const cki_blockwise *spec)
{
    found f = {.build = build};
    cask_array made = check_blocks(build, spec) == CASK_OK ? assemble(build, spec, &f) : NULL;
    cki_memory_free((void *)f.nodes);
    return made;
}

/* ---- parts of several results ---- */

typedef struct part {
    int64_t number; /* -1: it is no tuple */
    int half;       /* of something masked: 0 the elements, 1 the mask; -1: it is not masked */
} part;

static cask_status run_part(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    const part *p = spec->parameters;
    cask_value *all = task->inputs[0];
    bool list = all->kind == CKI_TUPLE || all->kind == CKI_LIST;
    if (p->number >= 0 && (!list || (size_t)p->number >= all->as.list.count))
        return cki_fail(error, CASK_INVALID, NULL,
                        "a function that is to give several results gave a %s%s",
                        cki_value_type(all), all->kind == CKI_TUPLE ? " of fewer" : "");
    cask_value *own = p->number < 0 ? all : all->as.list.items[p->number];
    own = p->half < 0 ? cask_value_ref(own) : cki_masked_block_part(own, p->half, error);
    if (own)
        *result =
            cki_blockwise_convert(spec->out, task->block, own, spec->label, false, false, error);
    cask_value_unref(own);
    return error->status;
}

const cki_function cki_blockwise_part_function = {"array.blockwise_part", 1, run_part};

static cask_array part_of(cki_build *build, cask_array raw, part wanted, cki_dtype dtype, int ndim,
                          const cki_axis *axes)
{
    part *p = cki_arena_alloc(build->arena, sizeof *p);
    cki_hasher *hasher = p ? cki_token_start(build->error) : NULL;
    if (!raw || !hasher) {
        if (hasher)
            cki_token_end(hasher);
        else
            cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    *p = wanted;
    cki_token_int(hasher, p->number);
    cki_token_int(hasher, p->half);
    return cki_mapped_array(build, &(cki_mapped){.function = &cki_blockwise_part_function,
                                                 .label = "getitem",
                                                 .dtype = dtype,
                                                 .ndim = ndim,
                                                 .axes = axes,
                                                 .inputs = {cki_mapped_same(raw)},
                                                 .ninputs = 1,
                                                 .parameters = p,
                                                 .token = cki_token_end(hasher)});
}

cask_array cki_blockwise_part(cki_build *build, cask_array raw, int64_t number, cki_dtype dtype,
                              int ndim, const cki_axis *axes)
{
    return part_of(build, raw, (part){number, -1}, dtype, ndim, axes);
}

cask_array cki_blockwise_masked(cki_build *build, cask_array raw, int64_t number, cki_dtype dtype,
                                int ndim, const cki_axis *axes)
{
    const cki_dtype flag = cki_dtype_of(CASK_BOOL);
    cki_masked parts = {.data = part_of(build, raw, (part){number, 0}, dtype, ndim, axes)};
    if (parts.data)
        parts.mask = part_of(build, raw, (part){number, 1}, flag, ndim, axes);
    return cki_masked_array(build, &parts);
}
