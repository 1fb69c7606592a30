/* The order: depth first from the wanted tasks, each task right after its inputs.
 *
 * Which input first: for trees the best is known (Liu 1987, after Sethi and Ullman): the input
 * whose subtree needs most beyond what it leaves behind. Graphs that are no trees take the same
 * rule, with needs counted as if they were. And what a task shares with later ones is not put off
 * to when its turn comes: as soon as a task can run that frees at least as many bytes as it makes,
 * it does. That finishes reductions early, and lets go of a chunk with its last user but one.
 *
 * Every result counts one byte more than it declares, so that also where nothing is declared few
 * results are alive. */
#include "graph/order.h"
#include "core/memory.h"

#include <stdlib.h>

/* MOST_STEPS bounds each look around for a neighbour, so that the whole stays linear. */
#define NONE UINT32_MAX

enum { FEW = 16, MOST_STEPS = 64 };

/* LATER is NEW, but was begun too early once. SEEN is DONE, and a mark while the inputs of one task
 * are gone through. */
typedef enum progress { NEW, LATER, OPEN, DONE, SEEN } progress;

typedef struct place {
    uint64_t output, working; /* declared */
    uint64_t freeable;        /* what goes when this one runs: inputs that nobody else waits for */
    float need;               /* bytes alive at most while this task and all below it run */
    uint32_t waiting; /* inputs that have not run; once it has, users looked at by next_user */
    uint32_t left;    /* users that have not run */
    uint32_t state;   /* a progress */
} place;

typedef struct input {
    float surplus; /* need beyond what is left behind */
    uint32_t position, task;
} input;

typedef struct ordering {
    cki_plan *plan;
    place *nodes;
    uint32_t *sequence;
    size_t done;
    uint64_t live, peak;
    uint32_t *stack, *eager; /* eager: ready tasks that free what they make, first in first out */
    size_t depth, stack_capacity;
    uint32_t *opened; /* the open tasks of the stack */
    size_t nopened, opened_capacity;
    uint32_t *alive; /* results with users to come, newest last (and some without, to be dropped) */
    size_t nalive, alive_capacity;
    size_t *bases; /* depths of the stack at which neighbours were begun */
    size_t nbases, bases_capacity;
    size_t fresh; /* how many had run when the last task was opened */
    size_t vain;  /* how many tasks were opened too early */
    size_t head, tail, eager_capacity;
    input *inputs; /* of one task, arranged */
    size_t inputs_capacity;
} ordering;

/* The array, moved if it was too small for `wanted` items; NULL if there is no memory. */
static void *reserve(void *array, size_t *capacity, size_t wanted, size_t size)
{
    if (wanted <= *capacity)
        return array;
    size_t wider = *capacity + *capacity / 2 + 64;
    if (wider < wanted)
        wider = wanted;
    void *moved = cki_memory_realloc(array, wider * size);
    if (moved)
        *capacity = wider;
    return moved;
}

static int by_surplus(const void *a, const void *b)
{
    const input *x = a, *y = b;
    if (x->surplus > y->surplus || x->surplus < y->surplus)
        return x->surplus > y->surplus ? -1 : 1;
    return x->position < y->position ? -1 : 1;
}

static void sort(input *inputs, size_t count)
{
    if (count > FEW) {
        qsort(inputs, count, sizeof *inputs, by_surplus);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        input moving = inputs[i];
        size_t at = i;
        for (; at > 0 && moving.surplus > inputs[at - 1].surplus; at--)
            inputs[at] = inputs[at - 1];
        inputs[at] = moving;
    }
}

/* The inputs of a task into order->inputs, the most demanding first, ties as the rule has them. */
static bool arrange(ordering *order, const cki_plan_task *task)
{
    size_t count = task->narguments;
    void *inputs = reserve(order->inputs, &order->inputs_capacity, count + 1, sizeof(input));
    if (!inputs)
        return false;
    order->inputs = inputs;
    const uint32_t *arguments = order->plan->arguments + task->arguments;
    bool sorted = true;
    for (size_t i = 0; i < count; i++) {
        const place *at = &order->nodes[arguments[i]];
        order->inputs[i] = (input){at->need - (float)at->output, (uint32_t)i, arguments[i]};
        sorted = sorted && (i == 0 || order->inputs[i].surplus <= order->inputs[i - 1].surplus);
    }
    if (!sorted)
        sort(order->inputs, count);
    return true;
}

/* What the subtree of a task needs, from what those of its inputs do. */
static bool measure(ordering *order, uint32_t number)
{
    place *node = &order->nodes[number];
    const cki_plan_task *task = &order->plan->tasks[number];
    if (!arrange(order, task))
        return false;
    float behind = 0, need = 0;
    for (size_t i = 0; i < task->narguments; i++) {
        const place *below = &order->nodes[order->inputs[i].task];
        if (behind + below->need > need)
            need = behind + below->need;
        behind += (float)below->output + 1;
    }
    float own = behind + (float)node->output + 1 + (float)node->working;
    node->need = own > need ? own : need;
    return true;
}

typedef struct ranked {
    int64_t block;
    uint32_t task;
} ranked;

static int by_block(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return (x->block > y->block) - (x->block < y->block);
}

/* Tasks of one inward layer, by block. */
static bool sort_blocks(const cki_plan *plan, uint32_t *tasks, size_t count)
{
    ranked *blocks = cki_memory_alloc(count * sizeof *blocks);
    if (!blocks)
        return false;
    for (size_t i = 0; i < count; i++)
        blocks[i] = (ranked){plan->tasks[tasks[i]].block, tasks[i]};
    qsort(blocks, count, sizeof *blocks, by_block);
    for (size_t i = 0; i < count; i++)
        tasks[i] = blocks[i].task;
    cki_memory_free(blocks);
    return true;
}

/* Look at each task once its inputs have been: layers refer to earlier ones only, so that is by
 * layer (a counting sort; `sequence` is free for it until the end), and inward ones to their own
 * lower blocks. */
static cask_status measure_all(ordering *order, cki_error *error)
{
    const cki_plan *plan = order->plan;
    size_t layers = cki_graph_layers(plan->graph);
    uint32_t *starts = cki_memory_calloc(layers + 1, sizeof *starts);
    if (!starts)
        return cki_fail_memory(error, layers * sizeof *starts);
    for (size_t i = 0; i < plan->count; i++)
        starts[plan->tasks[i].layer + 1]++;
    for (size_t i = 0; i < layers; i++)
        starts[i + 1] += starts[i];
    for (size_t i = 0; i < plan->count; i++)
        order->sequence[starts[plan->tasks[i].layer]++] = (uint32_t)i;
    bool sorted = true;
    for (uint32_t i = 0, from = 0; sorted && i < layers; from = starts[i++])
        if (cki_graph_layer(plan->graph, i)->inward)
            sorted = sort_blocks(plan, order->sequence + from, starts[i] - from);
    cki_memory_free(starts);
    if (!sorted)
        return cki_fail_memory(error, plan->count * sizeof(ranked));
    for (size_t i = 0; i < plan->count; i++)
        if (!measure(order, order->sequence[i]))
            return cki_fail_memory(error, plan->count);
    return CASK_OK;
}

static void declare(ordering *order)
{
    cki_plan *plan = order->plan;
    for (size_t i = 0; i < plan->count; i++) {
        const cki_plan_task *task = &plan->tasks[i];
        cki_cost cost = cki_plan_cost(plan, i);
        order->nodes[i] = (place){.output = cost.output,
                                  .working = cost.working,
                                  .waiting = task->ninputs,
                                  .left = task->nusers};
        plan->bytes_read += cost.read;
        plan->undeclared = plan->undeclared || !cki_plan_layer(plan, i)->cost;
        if (__builtin_add_overflow(plan->output_bytes, cost.output, &plan->output_bytes))
            plan->output_bytes = SIZE_MAX;
        size_t bytes = cost.output + cost.working;
        if (bytes < cost.output)
            bytes = SIZE_MAX;
        if (bytes > plan->largest_bytes) {
            plan->largest_bytes = bytes;
            plan->largest = (uint32_t)i;
        }
    }
}

/* Run it early if that leaves no more bytes than there were. */
static bool consider(ordering *order, uint32_t number)
{
    const place *node = &order->nodes[number];
    if (node->state >= DONE || node->waiting > 0 || node->output + 1 > node->freeable)
        return true;
    void *eager = reserve(order->eager, &order->eager_capacity, order->tail + 1, sizeof(uint32_t));
    if (!eager)
        return false;
    order->eager = eager;
    order->eager[order->tail++] = number;
    return true;
}

/* A result whose last user is known to be next is freed by that one. */
static bool promise(ordering *order, uint32_t number)
{
    const cki_plan_task *task = &order->plan->tasks[number];
    const uint32_t *users = order->plan->users + task->users;
    for (size_t i = 0; i < task->nusers; i++)
        if (order->nodes[users[i]].state < DONE) {
            order->nodes[users[i]].freeable += order->nodes[number].output + 1;
            return consider(order, users[i]);
        }
    return true;
}

/* Let go of one use of each distinct input. */
static bool release_inputs(ordering *order, uint32_t number)
{
    const cki_plan_task *task = &order->plan->tasks[number];
    const uint32_t *arguments = order->plan->arguments + task->arguments;
    bool repeated = task->narguments != task->ninputs;
    for (size_t i = 0; i < task->narguments; i++) {
        place *below = &order->nodes[arguments[i]];
        if (below->state == SEEN)
            continue;
        below->state = repeated ? SEEN : DONE;
        if (--below->left == 0)
            order->live -= below->output;
        else if (below->left == 1 && !promise(order, arguments[i]))
            return false;
    }
    for (size_t i = 0; repeated && i < task->narguments; i++)
        order->nodes[arguments[i]].state = DONE;
    return true;
}

/* The task is next. */
static bool emit(ordering *order, uint32_t number)
{
    const cki_plan_task *task = &order->plan->tasks[number];
    place *node = &order->nodes[number];
    node->state = DONE;
    order->sequence[order->done++] = number;
    order->live += node->output;
    if (order->live + node->working > order->peak)
        order->peak = order->live + node->working;
    if (task->nusers == 0)
        order->live -= node->output;
    const uint32_t *users = order->plan->users + task->users;
    for (size_t i = 0; i < task->nusers; i++)
        order->nodes[users[i]].waiting--;
    if (!release_inputs(order, number))
        return false;
    if (node->left > 0) {
        void *alive =
            reserve(order->alive, &order->alive_capacity, order->nalive + 1, sizeof(uint32_t));
        if (!alive)
            return false;
        order->alive = alive;
        order->alive[order->nalive++] = number;
    }
    if (task->nusers == 1 && !promise(order, number))
        return false;
    for (size_t i = 0; task->nusers > 1 && i < task->nusers; i++)
        if (!consider(order, users[i]))
            return false;
    return true;
}

/* Emit a task whose turn has come, and then all that it makes worth running at once. */
static bool emit_all(ordering *order, uint32_t number)
{
    if (!emit(order, number))
        return false;
    while (order->head < order->tail) {
        uint32_t next = order->eager[order->head++];
        if (order->nodes[next].state < DONE && !emit(order, next))
            return false;
    }
    order->head = order->tail = 0;
    return true;
}

static bool push(ordering *order, uint32_t number)
{
    void *stack = reserve(order->stack, &order->stack_capacity, order->depth + 1, sizeof(uint32_t));
    if (!stack)
        return false;
    order->stack = stack;
    order->stack[order->depth++] = number;
    return true;
}

/* Open a task: its inputs come on the stack, the one to visit first on top. */
static bool open(ordering *order, uint32_t number)
{
    const cki_plan_task *task = &order->plan->tasks[number];
    order->nodes[number].state = OPEN;
    order->fresh = order->done;
    void *opened =
        reserve(order->opened, &order->opened_capacity, order->nopened + 1, sizeof(uint32_t));
    if (!opened)
        return false;
    order->opened = opened;
    order->opened[order->nopened++] = number;
    if (!arrange(order, task))
        return false;
    for (size_t i = task->narguments; i-- > 0;)
        if (order->nodes[order->inputs[i].task].state < OPEN && !push(order, order->inputs[i].task))
            return false;
    return true;
}

/* The first user of a result that nobody has come to yet; NONE if there is no such. */
static uint32_t next_user(ordering *order, uint32_t number)
{
    const cki_plan_task *task = &order->plan->tasks[number];
    const uint32_t *users = order->plan->users + task->users;
    place *node = &order->nodes[number];
    while (node->waiting < task->nusers && order->nodes[users[node->waiting]].state != NEW)
        node->waiting++;
    return node->waiting < task->nusers ? users[node->waiting] : NONE;
}

/* Whether a task, as far as a short look tells, could be finished now: one that waits for an open
 * task could not. */
static bool is_free(const ordering *order, uint32_t number)
{
    const cki_plan_task *task = &order->plan->tasks[number];
    const uint32_t *arguments = order->plan->arguments + task->arguments;
    for (size_t i = 0; i < task->narguments && i < MOST_STEPS; i++)
        if (order->nodes[arguments[i]].state == OPEN)
            return false;
    return order->nodes[number].state == NEW;
}

/* Upwards from a task nobody has come to, as far as nobody has. */
static uint32_t climb(const ordering *order, uint32_t number)
{
    for (int step = 0; step < MOST_STEPS; step++) {
        const cki_plan_task *task = &order->plan->tasks[number];
        const uint32_t *users = order->plan->users + task->users;
        for (size_t i = 0; i < task->nusers && i < MOST_STEPS; i++)
            if (order->nodes[users[i]].state == OPEN)
                return number;
        if (task->nusers == 0 || !is_free(order, users[0]))
            return number;
        number = users[0];
    }
    return number;
}

/* What to begin instead of `number`: something that uses one of the newest results that are alive,
 * a large one, and for which little else is missing. */
static uint32_t neighbour(ordering *order, uint32_t number)
{
    uint64_t kept = 0;
    if (order->nopened > 0)
        kept = order->nodes[order->opened[order->nopened - 1]].freeable;
    uint32_t best = NONE;
    float gain = 0;
    for (size_t step = 0, i = order->nalive; i > 0 && step < FEW; step++) {
        uint32_t result = order->alive[--i];
        const place *node = &order->nodes[result];
        uint32_t user = node->left > 0 ? next_user(order, result) : NONE;
        if (user == NONE && i + 1 == order->nalive)
            order->nalive--;
        if (user == NONE || node->output + 1 <= kept || !is_free(order, user))
            continue;
        float score = (float)(node->output + 1) / (float)(order->nodes[user].waiting + 1);
        if (score > gain || (score >= gain && user < best)) {
            gain = score;
            best = user;
        }
    }
    return best == NONE ? number : climb(order, best);
}

/* Whether to look for a neighbour: not on the way down, and not where that was too often in vain,
 * which bounds the time that is lost. */
static bool is_time(const ordering *order)
{
    return order->done > order->fresh && order->vain <= order->done / 2 + MOST_STEPS;
}

static bool begin(ordering *order, uint32_t number)
{
    uint32_t better = is_time(order) ? neighbour(order, number) : number;
    if (better != number) {
        void *bases =
            reserve(order->bases, &order->bases_capacity, order->nbases + 1, sizeof(size_t));
        if (!bases)
            return false;
        order->bases = bases;
        order->bases[order->nbases++] = order->depth;
        if (!push(order, better))
            return false;
    }
    return order->nodes[better].waiting == 0 || open(order, better);
}

/* A neighbour needs a task that is open below it, so all that was opened for it comes later. */
static void give_up(ordering *order)
{
    size_t base = order->nbases > 0 ? order->bases[order->nbases - 1] : 0;
    while (order->depth > base) {
        place *node = &order->nodes[order->stack[--order->depth]];
        if (node->state == OPEN) {
            node->state = LATER;
            order->vain++;
        }
    }
}

/* The task on top has what it waited for, but for that. */
static bool finish(ordering *order)
{
    uint32_t top = order->stack[order->depth - 1];
    const place *node = &order->nodes[top];
    bool fine = true;
    if (node->state == OPEN && node->waiting > 0) {
        give_up(order);
    } else {
        order->depth--;
        fine = node->state == DONE || emit_all(order, top);
    }
    while (order->nbases > 0 && order->bases[order->nbases - 1] >= order->depth)
        order->nbases--;
    while (order->nopened > 0 && order->nodes[order->opened[order->nopened - 1]].state != OPEN)
        order->nopened--;
    return fine;
}

/* Depth first from a wanted task. */
static bool visit(ordering *order, uint32_t root)
{
    bool fine = push(order, root);
    while (fine && order->depth > 0) {
        uint32_t top = order->stack[order->depth - 1];
        const place *node = &order->nodes[top];
        fine = node->state < OPEN && node->waiting > 0 ? begin(order, top) : finish(order);
    }
    return fine;
}

cask_status cki_order_run(cki_plan *plan, uint32_t *sequence, cki_error *error)
{
    ordering order = {.plan = plan};
    order.sequence = sequence;
    order.nodes = cki_memory_alloc(plan->count * sizeof *order.nodes);
    if (!order.nodes)
        return cki_fail_memory(error, plan->count * sizeof *order.nodes);
    declare(&order);
    cask_status status = measure_all(&order, error);
    for (size_t i = 0; status == CASK_OK && i < plan->nwanted; i++)
        if (!visit(&order, plan->wanted[i]))
            status = cki_fail_memory(error, plan->count * sizeof *order.stack);
    if (status == CASK_OK && order.done != plan->count)
        status = cki_fail_internal(error, "an order that leaves tasks out");
    plan->peak_bytes = order.peak;
    cki_memory_free(order.nodes);
    cki_memory_free(order.stack);
    cki_memory_free(order.eager);
    cki_memory_free(order.opened);
    cki_memory_free(order.alive);
    cki_memory_free(order.bases);
    cki_memory_free(order.inputs);
    return status;
}
