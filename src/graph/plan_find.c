/* Finding tasks: breadth first, so that the list of tasks found is the list of those to look at,
 * and each task's arguments stand together. Everything is numbers of 32 bits in a few large arrays.
 */
#include "graph/plan_find.h"
#include "core/memory.h"
#include "graph/index.h"
#include "sys/pages.h"

#define NONE UINT32_MAX

enum {
    PARTS = 2,       /* a plan's memory at most, in its tasks: there is more to it than these */
    TASK_BYTES = 20, /* of its columns */
    FEW = 16
};

typedef struct finding {
    cki_plan *plan;
    const cki_layer *const *table; /* of the layers */
    size_t layers;
    cki_index index;
    cki_keys keys; /* of the task being looked at */
    size_t tasks_capacity, arguments_capacity;
    const cki_plan_known *known; /* may be NULL */
    cask_value **values;         /* those that are known, by task; NULL while none is */
    size_t values_capacity;
    cki_error *error;
} finding;

static cask_status too_large(cki_error *error, size_t tasks)
{
    return cki_fail(error, CASK_LIMIT, NULL,
                    "a plan of more than %zu tasks does not fit into the memory limit: use larger "
                    "chunks (rechunk), compute it in parts, or raise the limit",
                    tasks);
}

/* Room for `wanted` items: how many it should be; 0 and an error if that is too many. */
static size_t wider(const finding *builder, size_t capacity, size_t wanted, size_t size)
{
    if (wanted >= NONE) {
        cki_fail(builder->error, CASK_LIMIT, NULL,
                 "a plan has at most %u tasks and arguments of tasks: use larger chunks "
                 "(rechunk), or compute it in parts",
                 NONE);
        return 0;
    }
    size_t more = capacity + capacity / 2 + 64;
    if (more < wanted)
        more = wanted;
    size_t bytes = cki_graph_plan_bytes(builder->plan->graph);
    if (bytes && more > bytes / PARTS / size) {
        const cki_plan *plan = builder->plan;
        too_large(builder->error, plan->count ? plan->count : plan->nwanted);
        return 0;
    }
    return more;
}

/* The array, moved to where there is room for so many items; NULL and an error if there is none. */
static void *moved(const finding *builder, void *array, size_t items, size_t size)
{
    void *there = cki_memory_realloc(array, items * size);
    if (there)
        cki_pages_expect(there, items * size);
    else
        cki_fail_memory(builder->error, items * size);
    return there;
}

/* Whether block `from.block` of its layer may refer to a key. */
static bool is_before(const finding *builder, cki_key key, cki_key from)
{
    return key.layer < from.layer || (key.layer == from.layer && key.layer < builder->layers &&
                                      key.block < from.block && builder->table[key.layer]->inward);
}

static bool is_task(const cki_layer *layer, int64_t block)
{
    return !layer->alias && (uint64_t)block < (uint64_t)layer->blocks;
}

/* Follow aliases. `from` is what refers to the key: each step leads to an earlier one, which is why
 * this ends. */
static bool resolve(const finding *builder, cki_key *key, cki_key from)
{
    for (;;) {
        if (!is_before(builder, *key, from)) {
            cki_fail_internal(builder->error,
                              "a layer refers to one that is not before it, or a block of an "
                              "inward layer to one that is not lower");
            return false;
        }
        const cki_layer *layer = builder->table[key->layer];
        if (is_task(layer, key->block))
            return true;
        if (key->block < 0 || key->block >= layer->blocks) {
            cki_fail(builder->error, CASK_INTERNAL, NULL,
                     "a defect in cask: block %lld of layer %s, which has %lld",
                     (long long)key->block, layer->name, (long long)layer->blocks);
            return false;
        }
        from = *key;
        *key = layer->alias(layer, key->block);
    }
}

/* Columns for `count` tasks, and for the end of the last one's lists. */
static cask_status reserve_tasks(finding *builder, size_t count)
{
    cki_plan *plan = builder->plan;
    size_t all = wider(builder, builder->tasks_capacity, count + 1, TASK_BYTES);
    uint32_t *layer = all ? moved(builder, plan->layer, all, sizeof *layer) : NULL;
    plan->layer = layer ? layer : plan->layer;
    int64_t *block = layer ? moved(builder, plan->block, all, sizeof *block) : NULL;
    plan->block = block ? block : plan->block;
    uint32_t *argument = block ? moved(builder, plan->first_argument, all, sizeof *argument) : NULL;
    plan->first_argument = argument ? argument : plan->first_argument;
    uint32_t *user = argument ? moved(builder, plan->first_user, all, sizeof *user) : NULL;
    if (!user)
        return builder->error->status;
    plan->first_user = user;
    builder->tasks_capacity = all;
    return CASK_OK;
}

/* A new task, at the end. Until users are linked, `first_user` counts them. */
static cask_status append(finding *builder, cki_key key)
{
    cki_plan *plan = builder->plan;
    if (plan->count + 1 >= builder->tasks_capacity) {
        cask_status status = reserve_tasks(builder, plan->count + 1);
        if (status != CASK_OK)
            return status;
    }
    plan->layer[plan->count] = key.layer;
    plan->block[plan->count] = key.block;
    plan->first_user[plan->count++] = 0;
    return CASK_OK;
}

/* The number of a key's task, which is made if it is new; NONE and an error if that cannot be. */
static inline uint32_t find(finding *builder, cki_key key, cki_key from)
{
    cki_plan *plan = builder->plan;
    if (!(is_before(builder, key, from) && is_task(builder->table[key.layer], key.block)) &&
        !resolve(builder, &key, from))
        return NONE;
    uint32_t *slot =
        cki_index_slot(&builder->index, key.layer, key.block, builder->table[key.layer]->blocks,
                       plan->block, plan->count + plan->nwanted);
    if (!slot) {
        cki_fail_memory(builder->error, plan->count * sizeof *slot);
        return NONE;
    }
    if (*slot == 0) {
        if (append(builder, key) != CASK_OK)
            return NONE;
        *slot = (uint32_t)plan->count;
    }
    return *slot - 1;
}

/* The keys of a task's inputs. */
static cask_status ask(finding *builder, uint32_t number)
{
    cki_plan *plan = builder->plan;
    cki_keys *keys = &builder->keys;
    const cki_layer *layer = cki_plan_layer(plan, number);
    keys->count = 0;
    if (layer->inputs)
        layer->inputs(layer, plan->block[number], keys);
    if (keys->failed && keys->most && 2 * keys->count > keys->most)
        return too_large(builder->error, keys->count);
    if (keys->failed)
        return cki_fail_memory(builder->error, 2 * keys->count * sizeof *keys->items);
    size_t wanted = plan->narguments + keys->count;
    if (wanted <= builder->arguments_capacity)
        return CASK_OK;
    size_t all = wider(builder, builder->arguments_capacity, wanted, sizeof *plan->arguments);
    uint32_t *arguments = all ? moved(builder, plan->arguments, all, sizeof *arguments) : NULL;
    if (!arguments)
        return builder->error->status;
    plan->arguments = arguments;
    builder->arguments_capacity = all;
    return CASK_OK;
}

/* Ask for a task's inputs, and find them. */
static cask_status expand(finding *builder, uint32_t number)
{
    cki_plan *plan = builder->plan;
    cask_status status = ask(builder, number);
    if (status != CASK_OK)
        return status;
    cki_key own = {plan->layer[number], plan->block[number]};
    const cki_key *keys = builder->keys.items;
    uint32_t *arguments = plan->arguments + plan->narguments;
    for (size_t i = 0; i < builder->keys.count; i++) {
        uint32_t found = find(builder, keys[i], own);
        if (found == NONE)
            return builder->error->status;
        plan->first_user[found]++;
        arguments[i] = found;
    }
    plan->narguments += builder->keys.count;
    return CASK_OK;
}

/* The list of known results, for at least `count` tasks. */
static cask_status reserve_values(finding *builder, size_t count)
{
    size_t before = builder->values_capacity;
    if (count <= before)
        return CASK_OK;
    size_t all = wider(builder, before, count, sizeof *builder->values);
    cask_value **values = all ? moved(builder, (void *)builder->values, all, sizeof *values) : NULL;
    if (!values)
        return builder->error->status;
    builder->values_capacity = all;
    builder->values = values;
    for (size_t i = before; i < builder->values_capacity; i++)
        builder->values[i] = NULL;
    return CASK_OK;
}

static void free_values(finding *builder)
{
    for (size_t i = 0; i < builder->values_capacity; i++)
        cask_value_unref(builder->values[i]);
    cki_memory_free((void *)builder->values);
}

/* Look for a task's result where it may be already; if it is not there, for its inputs. */
static cask_status expand_unknown(finding *builder, uint32_t number)
{
    cki_plan *plan = builder->plan;
    cask_value *value = builder->known->find(builder->known->user, cki_plan_layer(plan, number),
                                             plan->block[number]);
    if (!value)
        return expand(builder, number);
    cask_status status = reserve_values(builder, (size_t)number + 1);
    if (status == CASK_OK)
        builder->values[number] = value;
    else
        cask_value_unref(value);
    return status;
}

static cask_status discover(finding *builder, const cki_key *wanted)
{
    cki_plan *plan = builder->plan;
    cki_key end = {.layer = (uint32_t)builder->layers};
    cask_status status = reserve_tasks(builder, plan->nwanted); /* at least, but for aliases */
    if (status != CASK_OK)
        return status;
    builder->arguments_capacity = FEW; /* so that there is a list, be it empty */
    plan->arguments = moved(builder, NULL, FEW, sizeof *plan->arguments);
    if (!plan->arguments)
        return builder->error->status;
    for (size_t i = 0; status == CASK_OK && i < plan->nwanted; i++) {
        plan->wanted[i] = find(builder, wanted[i], end);
        if (plan->wanted[i] == NONE)
            status = builder->error->status;
    }
    for (uint32_t i = 0; status == CASK_OK && i < plan->count; i++) {
        plan->first_argument[i] = (uint32_t)plan->narguments;
        status = builder->known ? expand_unknown(builder, i) : expand(builder, i);
    }
    if (status == CASK_OK)
        plan->first_argument[plan->count] = (uint32_t)plan->narguments;
    if (status != CASK_OK || !builder->values)
        return status;
    status = reserve_values(builder, plan->count);
    if (status == CASK_OK) {
        plan->known = builder->values;
        builder->values = NULL;
        builder->values_capacity = 0;
    }
    return status;
}

/* Give back what the columns and the list do not need: a third of them, where they grew. */
static void trim(cki_plan *plan)
{
    size_t tasks = plan->count + 1;
    uint32_t *layer = cki_memory_realloc(plan->layer, tasks * sizeof *layer);
    int64_t *block = cki_memory_realloc(plan->block, tasks * sizeof *block);
    uint32_t *argument = cki_memory_realloc(plan->first_argument, tasks * sizeof *argument);
    uint32_t *user = cki_memory_realloc(plan->first_user, tasks * sizeof *user);
    size_t bytes = plan->narguments * sizeof *plan->arguments;
    uint32_t *arguments = bytes ? cki_memory_realloc(plan->arguments, bytes) : NULL;
    plan->layer = layer ? layer : plan->layer;
    plan->block = block ? block : plan->block;
    plan->first_argument = argument ? argument : plan->first_argument;
    plan->first_user = user ? user : plan->first_user;
    plan->arguments = arguments ? arguments : plan->arguments;
}

/* All tasks, inputs before users. */
static cask_status list(finding *builder)
{
    cki_plan *plan = builder->plan;
    size_t bytes = plan->count * sizeof *plan->sequence;
    plan->sequence = cki_memory_alloc(bytes);
    if (!plan->sequence)
        return cki_fail_memory(builder->error, bytes);
    cki_pages_expect(plan->sequence, bytes);
    return cki_index_list(&builder->index, plan, plan->sequence, builder->error);
}

cask_status cki_plan_find_tasks(cki_plan *plan, const cki_key *wanted, const cki_plan_known *known,
                                cki_error *error)
{
    finding builder = {.plan = plan,
                       .table = plan->layers,
                       .layers = cki_graph_layers(plan->graph),
                       .known = known,
                       .error = error};
    builder.keys.most = cki_graph_plan_bytes(plan->graph) / PARTS / sizeof(cki_key);
    cask_status status = cki_index_init(&builder.index, builder.layers, error);
    if (status == CASK_OK)
        status = discover(&builder, wanted);
    if (status == CASK_OK) {
        trim(plan);
        status = plan->narguments > 0 ? list(&builder) : CASK_OK; /* else any order will do */
    }
    cki_index_free(&builder.index);
    cki_memory_free(builder.keys.items);
    free_values(&builder);
    return status;
}
