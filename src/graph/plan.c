/* Plans: find the tasks that wanted keys need, link them, order them, number them anew.
 *
 * Finding goes breadth first, so that the list of tasks found is the list of those to look at, and
 * each task's arguments stand together. Everything is numbers of 32 bits in a few large arrays. */
#include "graph/plan.h"
#include "core/memory.h"
#include "graph/index.h"
#include "graph/order.h"

#define NONE UINT32_MAX

enum { PARTS = 2 }; /* a plan's memory at most, in its tasks: they are copied once to be ordered */

typedef struct finding {
    cki_plan *plan;
    cki_index index;
    cki_keys keys; /* of the task being looked at */
    size_t tasks_capacity, arguments_capacity;
    const cki_plan_known *known; /* may be NULL */
    cask_value **values;         /* those that are known, by task; NULL while none is */
    size_t values_capacity;
    cki_error *error;
} finding;

const cki_layer *cki_plan_layer(const cki_plan *plan, size_t task)
{
    return cki_graph_layer(plan->graph, plan->tasks[task].layer);
}

cki_cost cki_plan_cost(const cki_plan *plan, size_t task)
{
    cki_cost cost = {0};
    const cki_layer *layer = cki_plan_layer(plan, task);
    if (layer->cost && !(plan->known && plan->known[task]))
        layer->cost(layer, plan->tasks[task].block, &cost);
    return cost;
}

static cask_status too_large(cki_error *error, size_t tasks)
{
    return cki_fail(error, CASK_LIMIT, NULL,
                    "a plan of more than %zu tasks does not fit into the memory limit: use larger "
                    "chunks (rechunk), compute it in parts, or raise the limit",
                    tasks);
}

/* The array, moved if it was too small for `wanted` items; NULL and an error if that cannot be. */
static void *reserve(const finding *builder, void *array, size_t *capacity, size_t wanted,
                     size_t size)
{
    cki_error *error = builder->error;
    if (wanted <= *capacity)
        return array;
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
static bool is_before(const cki_graph *graph, cki_key key, cki_key from)
{
    return key.layer < from.layer || (key.layer == from.layer && key.block < from.block &&
                                      cki_graph_layer(graph, from.layer)->inward);
}

/* Follow aliases. `from` is what refers to the key: each step leads to an earlier one, which is why
 * this ends. */
static cask_status resolve(const finding *builder, cki_key *key, cki_key from)
{
    for (;;) {
        const cki_layer *layer = cki_graph_layer(builder->plan->graph, key->layer);
        if (!layer || !is_before(builder->plan->graph, *key, from))
            return cki_fail_internal(builder->error,
                                     "a layer refers to one that is not before it, or a block of "
                                     "an inward layer to one that is not lower");
        if (key->block < 0 || key->block >= layer->blocks)
            return cki_fail(builder->error, CASK_INTERNAL, NULL,
                            "a defect in cask: block %lld of layer %s, which has %lld",
                            (long long)key->block, layer->name, (long long)layer->blocks);
        if (!layer->alias)
            return CASK_OK;
        from = *key;
        *key = layer->alias(layer, key->block);
    }
}

/* The number of a key's task, which is made if it is new. */
static cask_status find(finding *builder, cki_key key, cki_key from, uint32_t *number)
{
    cki_plan *plan = builder->plan;
    cask_status status = resolve(builder, &key, from);
    if (status != CASK_OK)
        return status;
    int64_t blocks = cki_graph_layer(plan->graph, key.layer)->blocks;
    uint32_t *slot = cki_index_slot(&builder->index, key.layer, key.block, blocks, plan->tasks);
    if (!slot)
        return cki_fail_memory(builder->error, plan->count * sizeof *slot);
    if (*slot == 0) {
        void *tasks = reserve(builder, plan->tasks, &builder->tasks_capacity, plan->count + 1,
                              sizeof *plan->tasks);
        if (!tasks)
            return builder->error->status;
        plan->tasks = tasks;
        plan->tasks[plan->count++] =
            (cki_plan_task){.layer = key.layer, .block = key.block, .users = NONE};
        *slot = (uint32_t)plan->count;
    }
    *number = *slot - 1;
    return CASK_OK;
}

/* Ask for a task's inputs. Until users are linked, `users` says which task was the last to name
 * this one, to know one that is named twice. */
static cask_status expand(finding *builder, uint32_t number)
{
    cki_plan *plan = builder->plan;
    cki_key own = {plan->tasks[number].layer, plan->tasks[number].block};
    uint32_t distinct = 0;
    const cki_layer *layer = cki_graph_layer(plan->graph, own.layer);
    cki_keys *keys = &builder->keys;
    keys->count = 0;
    if (layer->inputs)
        layer->inputs(layer, own.block, keys);
    if (keys->failed && keys->most && 2 * keys->count > keys->most)
        return too_large(builder->error, keys->count);
    if (keys->failed)
        return cki_fail_memory(builder->error, 2 * keys->count * sizeof *keys->items);
    void *arguments = reserve(builder, plan->arguments, &builder->arguments_capacity,
                              plan->narguments + keys->count + 1, sizeof *plan->arguments);
    if (!arguments)
        return builder->error->status;
    plan->arguments = arguments;
    for (size_t i = 0; i < keys->count; i++) {
        uint32_t found;
        cask_status status = find(builder, keys->items[i], own, &found);
        if (status != CASK_OK)
            return status;
        cki_plan_task *input = &plan->tasks[found];
        if (input->users != number) {
            input->users = number;
            input->nusers++;
            distinct++;
        }
        plan->arguments[plan->narguments + i] = found;
    }
    cki_plan_task *task = &plan->tasks[number];
    task->arguments = (uint32_t)plan->narguments;
    task->narguments = (uint32_t)keys->count;
    task->ninputs = distinct;
    plan->narguments += keys->count;
    return CASK_OK;
}

/* The list of known results, for at least `count` tasks. */
static cask_status reserve_values(finding *builder, size_t count)
{
    size_t before = builder->values_capacity;
    void *values = reserve(builder, (void *)builder->values, &builder->values_capacity, count,
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
    size_t layers = cki_graph_layers(plan->graph);
    cki_key end = {.layer = (uint32_t)layers};
    cask_status status = cki_index_init(&builder->index, layers, builder->error);
    for (size_t i = 0; status == CASK_OK && i < plan->nwanted; i++)
        status = find(builder, wanted[i], end, &plan->wanted[i]);
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

/* The lists of users, from the lists of arguments; each list ascends. */
static cask_status link_users(cki_plan *plan, cki_error *error)
{
    size_t edges = 0;
    for (size_t i = 0; i < plan->count; i++) {
        plan->tasks[i].users = (uint32_t)edges;
        edges += plan->tasks[i].nusers;
        plan->tasks[i].nusers = 0;
    }
    if (!plan->users)
        plan->users = cki_memory_alloc(edges * sizeof *plan->users);
    if (!plan->users)
        return cki_fail_memory(error, edges * sizeof *plan->users);
    for (size_t i = 0; i < plan->count; i++)
        for (size_t a = 0; a < plan->tasks[i].narguments; a++) {
            cki_plan_task *input = &plan->tasks[plan->arguments[plan->tasks[i].arguments + a]];
            uint32_t *end = plan->users + input->users + input->nusers;
            if (input->nusers > 0 && end[-1] == (uint32_t)i)
                continue; /* named twice by this one */
            *end = (uint32_t)i;
            input->nusers++;
        }
    return CASK_OK;
}

/* The tasks in the order of the sequence, their arguments in the order of the tasks. */
static void move(cki_plan *plan, const uint32_t *sequence, cki_plan_task *tasks, uint32_t *moved,
                 uint32_t *numbers)
{
    uint32_t at = 0;
    for (size_t i = 0; i < plan->count; i++)
        numbers[sequence[i]] = (uint32_t)i;
    for (size_t i = 0; i < plan->count; i++) {
        tasks[i] = plan->tasks[sequence[i]];
        for (size_t a = 0; a < tasks[i].narguments; a++)
            moved[at + a] = numbers[plan->arguments[tasks[i].arguments + a]];
        tasks[i].arguments = at;
        at += tasks[i].narguments;
    }
    for (size_t i = 0; i < plan->nwanted; i++)
        plan->wanted[i] = numbers[plan->wanted[i]];
    if (plan->count > 0)
        plan->largest = numbers[plan->largest];
}

/* The known results in the order of the sequence. */
static cask_status move_known(cki_plan *plan, const uint32_t *sequence, cki_error *error)
{
    cask_value **known = cki_memory_alloc(plan->count * sizeof *known);
    if (!known)
        return cki_fail_memory(error, plan->count * sizeof *known);
    for (size_t i = 0; i < plan->count; i++)
        known[i] = plan->known[sequence[i]];
    cki_memory_free((void *)plan->known);
    plan->known = known;
    return CASK_OK;
}

/* Number the tasks as the sequence has them. */
static cask_status renumber(cki_plan *plan, const uint32_t *sequence, cki_error *error)
{
    cki_plan_task *tasks = cki_memory_alloc(plan->count * sizeof *tasks);
    uint32_t *moved = cki_memory_alloc(plan->narguments * sizeof *moved);
    uint32_t *numbers = cki_memory_alloc(plan->count * sizeof *numbers);
    bool fine = tasks && moved && numbers;
    if (fine)
        move(plan, sequence, tasks, moved, numbers);
    cki_memory_free(numbers);
    cki_memory_free(fine ? plan->tasks : tasks);
    cki_memory_free(fine ? plan->arguments : moved);
    if (!fine)
        return cki_fail_memory(error, plan->count * sizeof *tasks);
    plan->tasks = tasks;
    plan->arguments = moved;
    cask_status status = plan->known ? move_known(plan, sequence, error) : CASK_OK;
    return status == CASK_OK ? link_users(plan, error) : status;
}

static cask_status build(cki_plan *plan, const cki_key *wanted, const cki_plan_known *known,
                         cki_error *error)
{
    finding builder = {.plan = plan, .known = known, .error = error};
    builder.keys.most = cki_graph_plan_bytes(plan->graph) / PARTS / sizeof(cki_key);
    cask_status status = discover(&builder, wanted);
    cki_index_free(&builder.index);
    cki_memory_free(builder.keys.items);
    free_values(&builder);
    return status == CASK_OK ? link_users(plan, error) : status;
}

cask_status cki_plan_find(cki_graph *graph, const cki_key *wanted, size_t nwanted,
                          const cki_plan_known *known, cki_plan **plan, cki_error *error)
{
    *plan = NULL;
    cki_error local = {0}; /* there is always one to look at */
    if (!error)
        error = &local;
    cki_plan *made = cki_memory_calloc(1, sizeof *made);
    if (!made)
        return cki_fail_memory(error, sizeof *made);
    made->graph = graph;
    made->nwanted = nwanted;
    made->wanted = cki_memory_alloc(nwanted * sizeof *made->wanted);
    cask_status status = made->wanted ? build(made, wanted, known, error)
                                      : cki_fail_memory(error, nwanted * sizeof *made->wanted);
    if (status == CASK_OK)
        *plan = made;
    else
        cki_plan_free(made);
    return status;
}

cask_status cki_plan_order(cki_plan *plan, cki_error *error)
{
    uint32_t *sequence = cki_memory_alloc(plan->count * sizeof *sequence);
    if (!sequence)
        return cki_fail_memory(error, plan->count * sizeof *sequence);
    cask_status status = cki_order_run(plan, sequence, error);
    if (status == CASK_OK)
        status = renumber(plan, sequence, error);
    cki_memory_free(sequence);
    return status;
}

cask_status cki_plan_build(cki_graph *graph, const cki_key *wanted, size_t nwanted, cki_plan **plan,
                           cki_error *error)
{
    return cki_plan_build_known(graph, wanted, nwanted, NULL, plan, error);
}

cask_status cki_plan_build_known(cki_graph *graph, const cki_key *wanted, size_t nwanted,
                                 const cki_plan_known *known, cki_plan **plan, cki_error *error)
{
    cki_plan *found;
    *plan = NULL;
    cask_status status = cki_plan_find(graph, wanted, nwanted, known, &found, error);
    if (status == CASK_OK)
        status = cki_plan_order(found, error);
    if (status == CASK_OK)
        *plan = found;
    else
        cki_plan_free(found);
    return status;
}

void cki_plan_free(cki_plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; plan->known && i < plan->count; i++)
        cask_value_unref(plan->known[i]);
    cki_memory_free((void *)plan->known);
    cki_memory_free(plan->tasks);
    cki_memory_free(plan->arguments);
    cki_memory_free(plan->users);
    cki_memory_free(plan->wanted);
    cki_memory_free(plan);
}
