/* Collections: computing and holding lazy things of any kinds in one run, and the walk through
 * values that hold some. */
#include "expr/collection.h"

#include <cask/lazy.h>

#include <string.h>

enum { DEEPEST = 500 }; /* of nested containers, as an expression may have them */

/* ---- lazy things in values ---- */

/* What is nested deeper counts as lazy, so that the walk over it says what is wrong. */
static bool holds(const cask_value *value, int depth)
{
    if (depth > DEEPEST)
        return true;
    switch ((cki_kind)value->kind) {
    case CKI_OBJECT:
        return cki_operation_node(value) != NULL;
    case CKI_LIST:
    case CKI_TUPLE:
    case CKI_SET:
        for (size_t i = 0; i < value->as.list.count; i++)
            if (value->as.list.items[i]->kind >= CKI_LIST && /* most are numbers and texts */
                holds(value->as.list.items[i], depth + 1))
                return true;
        return false;
    case CKI_DICT:
        for (size_t i = 0; i < value->as.dict.count; i++)
            if (holds(value->as.dict.values[i], depth + 1) ||
                holds(value->as.dict.keys[i], depth + 1))
                return true;
        return false;
    case CKI_SLICE:
        return holds(value->as.slice.start, depth + 1) || holds(value->as.slice.stop, depth + 1) ||
               holds(value->as.slice.step, depth + 1);
    case CKI_NONE:
    case CKI_BOOL:
    case CKI_INT:
    case CKI_FLOAT:
    case CKI_COMPLEX:
    case CKI_STR:
    case CKI_BYTES:
    case CKI_ELLIPSIS:
    case CKI_RANGE:
    case CKI_DTYPE:
    case CKI_ARRAY:
        break;
    }
    return false;
}

bool cki_collection_in(const cask_value *value)
{
    return value && holds(value, 0);
}

typedef struct mapping {
    cki_replacer each;
    void *user;
    cki_error *error;
} mapping;

static cask_value *map(const mapping *m, cask_value *value, int depth);

static cask_value *map_list(const mapping *m, const cask_value *value, int depth)
{
    cask_value *list = cki_value_list(value->kind, value->as.list.count, m->error);
    for (size_t i = 0; list && i < value->as.list.count; i++) {
        cask_value *item = map(m, value->as.list.items[i], depth);
        if (!item) {
            list->as.list.count = i;
            cask_value_unref(list);
            return NULL;
        }
        list->as.list.items[i] = item;
    }
    return list;
}

static cask_value *map_set(const mapping *m, const cask_value *value, int depth)
{
    cask_value *set = cki_value_set(m->error);
    for (size_t i = 0; set && i < value->as.list.count; i++) {
        cask_value *item = map(m, value->as.list.items[i], depth);
        if (!item || cki_value_set_add(set, item, m->error) != CASK_OK) {
            cask_value_unref(set);
            return NULL;
        }
    }
    return set;
}

static cask_value *map_dict(const mapping *m, const cask_value *value, int depth)
{
    cask_value *dict = cki_value_dict(m->error);
    for (size_t i = 0; dict && i < value->as.dict.count; i++) {
        cask_value *key = map(m, value->as.dict.keys[i], depth);
        cask_value *part = key ? map(m, value->as.dict.values[i], depth) : NULL;
        if (!part)
            cask_value_unref(key);
        if (!part || cki_value_dict_set(dict, key, part, m->error) != CASK_OK) {
            cask_value_unref(dict);
            return NULL;
        }
    }
    return dict;
}

static cask_value *map_slice(const mapping *m, const cask_value *value, int depth)
{
    cask_value *start = map(m, value->as.slice.start, depth);
    cask_value *stop = start ? map(m, value->as.slice.stop, depth) : NULL;
    cask_value *step = stop ? map(m, value->as.slice.step, depth) : NULL;
    if (step)
        return cki_value_slice(start, stop, step, m->error);
    cask_value_unref(start);
    cask_value_unref(stop);
    return NULL;
}

static cask_value *map(const mapping *m, cask_value *value, int depth)
{
    if (cki_operation_node(value))
        return m->each(m->user, value, m->error);
    if (depth == DEEPEST) {
        cki_fail(m->error, CASK_LIMIT, "RecursionError",
                 "a value nested more than %d deep cannot be computed", DEEPEST);
        return NULL;
    }
    if (!holds(value, depth))
        return cask_value_ref(value);
    if (value->kind == CKI_SET)
        return map_set(m, value, depth + 1);
    if (value->kind == CKI_DICT)
        return map_dict(m, value, depth + 1);
    if (value->kind == CKI_SLICE)
        return map_slice(m, value, depth + 1);
    return map_list(m, value, depth + 1);
}

cask_value *cki_collection_map(cask_value *value, cki_replacer each, void *user, cki_error *error)
{
    const mapping m = {each, user, error};
    return map(&m, value, 0);
}

cask_value *cki_collection_join(const cki_node *node, cask_value *const *blocks, size_t count,
                                cki_error *error)
{
    const cki_collection *collection = node->collection;
    void *collector = collection->collector(node, error);
    for (size_t i = 0; collector && i < count && error->status == CASK_OK; i++)
        collection->collect(collector, (int64_t)i, blocks[i], error);
    cask_value *value =
        collector && error->status == CASK_OK ? collection->collected(collector, error) : NULL;
    collection->discard(collector);
    return value;
}

/* ---- many nodes in one run ---- */

/* Results that would not fit are refused before anything runs. */
static cask_status check_room(const cask *ck, const cki_node *const *nodes, size_t count,
                              cki_error *error)
{
    uint64_t bytes = 0;
    char need[32], limit[32];
    const cki_node *largest = NULL;
    uint64_t most = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t own = nodes[i]->collection->bytes(nodes[i]);
        if (!largest || own > most) {
            largest = nodes[i];
            most = own;
        }
        if (__builtin_add_overflow(bytes, own, &bytes))
            bytes = UINT64_MAX;
    }
    if (bytes <= ck->memory_limit)
        return CASK_OK;
    return cki_fail(error, CASK_LIMIT, NULL,
                    "the result of %s takes %s but the memory limit is %s: save it to a .npy, .nc "
                    "or .h5 file, take a part of it, or raise the limit",
                    largest->collection->label(largest), cki_text_size(bytes, need),
                    cki_text_size(ck->memory_limit, limit));
}

static void discard_all(const cki_node *const *nodes, void **collectors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        nodes[i]->collection->discard(collectors[i]);
        collectors[i] = NULL;
    }
}

static cask_status collect(cask *ck, const cki_node *const *nodes, size_t count, cki_want *wants,
                           void **collectors, cask_value **values, cki_error *error)
{
    for (size_t i = 0; i < count && error->status == CASK_OK; i++) {
        const cki_collection *collection = nodes[i]->collection;
        collectors[i] = collection->collector(nodes[i], error);
        wants[i] = (cki_want){nodes[i], collectors[i], collection->collect};
    }
    if (error->status == CASK_OK)
        ck->compute(ck, wants, count, error);
    for (size_t i = 0; i < count && error->status == CASK_OK; i++) {
        values[i] = nodes[i]->collection->collected(collectors[i], error);
        discard_all(nodes + i, collectors + i, 1); /* its blocks make room for the next one */
    }
    discard_all(nodes, collectors, count);
    return error->status;
}

static cask_status compute_values(cask *ck, const cki_node *const *nodes, size_t count,
                                  cask_value **values, cki_error *error)
{
    cki_want *wants = cki_memory_calloc(count, sizeof *wants);
    void **collectors = cki_memory_calloc(count, sizeof *collectors);
    if (wants && collectors)
        collect(ck, nodes, count, wants, collectors, values, error);
    else
        cki_fail_memory(error, count * sizeof *wants);
    cki_memory_free(wants);
    cki_memory_free(collectors);
    return error->status;
}

cask_status cki_collection_compute(cask *ck, const cki_node *const *nodes, size_t count,
                                   cask_value **values, cki_error *error)
{
    for (size_t i = 0; values && i < count; i++)
        values[i] = NULL;
    if (count == 0 || (values && check_room(ck, nodes, count, error) != CASK_OK))
        return error->status;
    cki_ledger *before = cki_ledger_enter(ck->ledger);
    if (ck->how && ck->how->chest)
        ck->store(ck, nodes, count, values, error);
    else
        compute_values(ck, nodes, count, values, error);
    for (size_t i = 0; values && i < count && error->status != CASK_OK; i++) {
        cask_value_unref(values[i]);
        values[i] = NULL;
    }
    cki_ledger_enter(before);
    return error->status;
}

/* ---- holding blocks ---- */

/* Each block has a slot of its own, so several may come at once. */
static cask_status keep_block(void *user, int64_t block, cask_value *value, cki_error *error)
{
    cask_value *blocks = user;
    (void)error;
    blocks->as.list.items[block] = cask_value_ref(value);
    return CASK_OK;
}

/* A list of a node's blocks to be; NULL items until they come. */
static cask_value *slots_of(const cki_node *node, cki_error *error)
{
    int64_t count = node->collection->blocks(node);
    if (count >= 0 && (uint64_t)count < SIZE_MAX / sizeof(cask_value *))
        return cki_value_list(CKI_LIST, (size_t)count, error);
    cki_fail_memory(error, SIZE_MAX);
    return NULL;
}

cask_status cki_collection_persist(cki_build *build, const cki_node *const *nodes, size_t count,
                                   const cki_node **held)
{
    cki_error *error = build->error;
    if (count == 0 || check_room(build->ck, nodes, count, error) != CASK_OK)
        return error->status;
    cki_want *wants = cki_memory_calloc(count, sizeof *wants);
    cask_value **blocks = cki_memory_calloc(count, sizeof *blocks);
    cki_ledger *before = cki_ledger_enter(build->ck->ledger);
    if (!wants || !blocks)
        cki_fail_memory(error, count * sizeof *wants);
    for (size_t i = 0; i < count && error->status == CASK_OK; i++) {
        blocks[i] = slots_of(nodes[i], error);
        wants[i] = (cki_want){nodes[i], blocks[i], keep_block};
    }
    if (error->status == CASK_OK)
        build->ck->compute(build->ck, wants, count, error);
    for (size_t i = 0; i < count && error->status == CASK_OK; i++)
        held[i] = nodes[i]->collection->hold(build, nodes[i], blocks[i]);
    for (size_t i = 0; blocks && i < count; i++)
        cask_value_unref(blocks[i]);
    cki_memory_free(blocks);
    cki_memory_free(wants);
    cki_ledger_enter(before);
    return error->status;
}

/* ---- names ---- */

cask_value *cki_collection_key(const cki_node *node, int64_t block, cki_error *error)
{
    const cki_collection *collection = node->collection;
    int64_t blocks[CKI_MAX_NDIM], place[CKI_MAX_NDIM];
    int axes = collection->grid ? collection->grid(node, blocks) : -1;
    cki_text text = {0};
    collection->print_name(node, &text);
    cask_value *name =
        text.failed ? NULL : cki_value_str(text.bytes ? text.bytes : "", text.length, error);
    if (text.failed)
        cki_fail_memory(error, text.length);
    cki_text_free(&text);
    if (!name || axes < 0)
        return name;
    for (int k = axes; k-- > 0; block /= blocks[k])
        place[k] = block % blocks[k];
    cask_value *key = cki_value_list(CKI_TUPLE, (size_t)axes + 1, error);
    if (!key) {
        cask_value_unref(name);
        return NULL;
    }
    key->as.list.items[0] = name;
    for (int k = 0; k < axes; k++)
        key->as.list.items[k + 1] = cki_value_int(place[k], error);
    if (error->status == CASK_OK)
        return key;
    cask_value_unref(key);
    return NULL;
}

const cki_node *cki_collection_rename(cki_arena *arena, cki_node *copy, const cki_node *node,
                                      cki_error *error)
{
    const cki_collection *collection = node->collection;
    cki_text text = {0};
    if (!collection->rename)
        return copy;
    collection->print_name(node, &text);
    const char *name =
        text.failed ? NULL : cki_arena_text(arena, text.bytes ? text.bytes : "", text.length);
    if (name)
        collection->rename(copy, collection->label(copy), name);
    else
        cki_fail_memory(error, text.length);
    cki_text_free(&text);
    return name ? copy : NULL;
}

/* ---- optimising ---- */

/* The optimised node under the token and the name that it had: the results are equal, and so both
 * are one in later computations. */
static const cki_node *keep_token(cki_graph *graph, const cki_node *made, const cki_node *node,
                                  cki_error *error)
{
    cki_node *copy = cki_arena_copy(cki_graph_arena(graph), made, made->primitive->size);
    if (!copy) {
        cki_fail_memory(error, made->primitive->size);
        return NULL;
    }
    copy->token = node->token;
    copy->lasting = node->lasting;
    return cki_collection_rename(cki_graph_arena(graph), copy, node, error);
}

static void free_graph(void *graph)
{
    cki_graph_free(graph);
}

cask_status cki_collection_optimise(cki_build *build, const cki_node *const *nodes, size_t count,
                                    const cki_node **optimised)
{
    if (count == 0)
        return CASK_OK;
    cki_graph *graph = cki_graph_new(build->error);
    const cki_node **all = cki_memory_alloc(count * sizeof *all);
    if (!all)
        cki_fail_memory(build->error, count * sizeof *all);
    for (size_t i = 0; all && i < count; i++)
        all[i] = nodes[i];
    cask_status status = graph && all
                             ? build->ck->optimise(build->ck, graph, all, count, build->error)
                             : build->error->status;
    for (size_t i = 0; i < count && status == CASK_OK; i++)
        if (!(all[i] = keep_token(graph, all[i], nodes[i], build->error)))
            status = build->error->status;
    if (status != CASK_OK)
        cki_graph_free(graph);
    else if (cki_context_own(build->ck, free_graph, graph, build->error) == CASK_OK)
        for (size_t i = 0; i < count; i++)
            optimised[i] = all[i];
    cki_memory_free(all);
    return build->error->status;
}

/* ---- values that hold lazy things ---- */

/* The lazy things in a value, in the order of a walk through it, and what takes their places. */
typedef struct gathering {
    const cki_node **nodes;
    cask_value **results;
    size_t count, capacity, used;
} gathering;

static cask_value *gather(void *user, cask_value *lazy, cki_error *error)
{
    gathering *g = user;
    if (g->count == g->capacity) {
        size_t capacity = g->capacity * 2 + 8;
        const cki_node **nodes = cki_memory_realloc(g->nodes, capacity * sizeof *nodes);
        if (!nodes) {
            cki_fail_memory(error, capacity * sizeof *nodes);
            return NULL;
        }
        g->nodes = nodes;
        g->capacity = capacity;
    }
    g->nodes[g->count++] = cki_operation_node(lazy);
    return cask_value_ref(lazy);
}

static cask_value *replace(void *user, cask_value *lazy, cki_error *error)
{
    gathering *g = user;
    (void)lazy, (void)error;
    return cask_value_ref(g->results[g->used++]);
}

cask_value *cki_collection_work_value(cask *ck, cask_value *value, cki_collection_work work,
                                      void *user, cki_error *error)
{
    gathering g = {0};
    cask_value *result = NULL, *walked = cki_collection_map(value, gather, &g, error);
    if (walked && !g.count) /* nothing is lazy */
        result = cask_value_ref(value);
    if (g.count && error->status == CASK_OK) {
        g.results = cki_memory_calloc(g.count, sizeof *g.results);
        if (!g.results)
            cki_fail_memory(error, g.count * sizeof *g.results);
        else
            work(ck, g.nodes, g.count, g.results, user, error);
        if (error->status == CASK_OK)
            result = cki_collection_map(value, replace, &g, error);
    }
    for (size_t i = 0; g.results && i < g.count; i++)
        cask_value_unref(g.results[i]);
    cki_memory_free(g.results);
    cki_memory_free(g.nodes);
    cask_value_unref(walked);
    return result;
}

static cask_status compute(cask *ck, const cki_node *const *nodes, size_t count,
                           cask_value **results, void *user, cki_error *error)
{
    (void)user;
    return cki_collection_compute(ck, nodes, count, results, error);
}

cask_value *cki_collection_compute_value(cask *ck, cask_value *value, cki_error *error)
{
    return cki_collection_work_value(ck, value, compute, NULL, error);
}
