/* Finding tasks: breadth first, so that the list of tasks found is the list of those to look at,
 * and each task's arguments stand together. Everything is numbers of 32 bits in a few large arrays.
 */
#include "graph/plan_find.h"
#include "core/memory.h"
#include "graph/index.h"
#include "sys/pages.h"

#define NONE UINT32_MAX

enum { PARTS = 2 }; /* a plan's memory at most, in its tasks: there is more to it than these */

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

/* The array, moved to where there is room for `wanted` items; NULL and an error if that cannot be.
 */
static void *widen(const finding *builder, void *array, size_t *capacity, size_t wanted,
                   size_t size)
{
    cki_error *error = builder->error;
    if (wanted >= NONE) {
        cki_fail(error, CASK_LIMIT, NULL,
                 "a plan has at most %u tasks and arguments of tasks: use larger chunks "
                 "(rechunk), or compute it in parts",
                 NONE);
        return NULL;
    }
    size_t wider = *capacity + *capacity / 2 + 64;
    if (wider < wanted)
        wider = wanted;
    size_t bytes = cki_graph_plan_bytes(builder->plan->graph);
    if (bytes && wider > bytes / PARTS / size) {
        too_large(error, builder->plan->count);
        return NULL;
    }
    void *moved = cki_memory_realloc(array, wider * size);
    if (moved)
        *capacity = wider;
    else
        cki_fail_memory(error, wider * size);
    return moved;
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

static cask_status reserve_tasks(finding *builder, size_t count)
{
    cki_plan *plan = builder->plan;
    void *tasks = widen(builder, plan->tasks, &builder->tasks_capacity, count, sizeof *plan->tasks);
    if (!tasks)
        return builder->error->status;
    plan->tasks = tasks;
    return CASK_OK;
}

/* A new task, at the end. */
static cask_status append(finding *builder, cki_key key)
{
    cki_plan *plan = builder->plan;
    if (plan->count == builder->tasks_capacity) {
        cask_status status = reserve_tasks(builder, plan->count + 1);
        if (status != CASK_OK)
            return status;
    }
    plan->tasks[plan->count++] = (cki_plan_task){.layer = key.layer, .block = key.block};
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
                       plan->tasks, plan->count + plan->nwanted);
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
    const cki_layer *layer = builder->table[plan->tasks[number].layer];
    keys->count = 0;
    if (layer->inputs)
        layer->inputs(layer, plan->tasks[number].block, keys);
    if (keys->failed && keys->most && 2 * keys->count > keys->most)
        return too_large(builder->error, keys->count);
    if (keys->failed)
        return cki_fail_memory(builder->error, 2 * keys->count * sizeof *keys->items);
    if (plan->narguments + keys->count > builder->arguments_capacity) {
        void *arguments = widen(builder, plan->arguments, &builder->arguments_capacity,
                                plan->narguments + keys->count, sizeof *plan->arguments);
        if (!arguments)
            return builder->error->status;
        plan->arguments = arguments;
    }
    return CASK_OK;
}

/* Ask for a task's inputs, and find them. Until users are linked, `users` says which task was the
 * last to name this one (+ 1), to know one that is named twice. */
static cask_status expand(finding *builder, uint32_t number)
{
    cki_plan *plan = builder->plan;
    cask_status status = ask(builder, number);
    if (status != CASK_OK)
        return status;
    cki_key own = {plan->tasks[number].layer, plan->tasks[number].block};
    uint32_t distinct = 0, count = (uint32_t)builder->keys.count;
    const cki_key *keys = builder->keys.items;
    for (size_t i = 0; i < count; i++) {
        uint32_t found = find(builder, keys[i], own);
        if (found == NONE)
            return builder->error->status;
        cki_plan_task *input = &plan->tasks[found];
        if (input->users != number + 1) {
            input->users = number + 1;
            input->nusers++;
            distinct++;
        }
        plan->arguments[plan->narguments + i] = found;
    }
    cki_plan_task *task = &plan->tasks[number];
    task->arguments = (uint32_t)plan->narguments;
    task->narguments = count;
    task->ninputs = distinct;
    plan->repeated = plan->repeated || distinct < count;
    plan->narguments += count;
    return CASK_OK;
}

/* The list of known results, for at least `count` tasks. */
static cask_status reserve_values(finding *builder, size_t count)
{
    size_t before = builder->values_capacity;
    if (count <= before)
        return CASK_OK;
    void *values = widen(builder, (void *)builder->values, &builder->values_capacity, count,
                         sizeof *builder->values);
    if (!values)
        return builder->error->status;
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
                                             plan->tasks[number].block);
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
    cki_pages_expect(plan->tasks, plan->nwanted * sizeof *plan->tasks);
    for (size_t i = 0; status == CASK_OK && i < plan->nwanted; i++) {
        plan->wanted[i] = find(builder, wanted[i], end);
        if (plan->wanted[i] == NONE)
            status = builder->error->status;
    }
    for (size_t i = 0; status == CASK_OK && i < plan->count; i++)
        status =
            builder->known ? expand_unknown(builder, (uint32_t)i) : expand(builder, (uint32_t)i);
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
    if (status == CASK_OK)
        status = list(&builder);
    cki_index_free(&builder.index);
    cki_memory_free(builder.keys.items);
    free_values(&builder);
    return status;
}
