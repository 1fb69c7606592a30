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

#include <math.h>
#include <stdlib.h>

/* MOST_STEPS and RECENT bound each look around for a neighbour, so that the whole stays linear. */
#define NONE UINT32_MAX

enum { FEW = 16, RECENT = 32, MOST_STEPS = 64, MANY = 1 << 14 };

/* A place's `progress` has the state of its task above the number of inputs that it waits for; once
 * it has run, of its users that have not. */
#define STATE_SHIFT  30
#define MOST_WAITING ((UINT32_C(1) << STATE_SHIFT) - 1)

/* LATER is NEW, but was begun too early once. */
typedef enum progress { NEW, LATER, OPEN, DONE } progress;

typedef cki_order_place place;

typedef struct input {
    float surplus; /* need beyond what is left behind */
    uint32_t position, task;
} input;

typedef struct ordering {
    cki_plan *plan;
    place *nodes;
    float *working; /* declared; NULL while nobody declares any */
    uint32_t *sequence;
    size_t done;
    double live, peak;
    uint32_t *stack, *eager; /* eager: ready tasks that free what they make, first in first out */
    size_t depth, stack_capacity;
    uint32_t *opened; /* the open tasks of the stack */
    size_t nopened, opened_capacity;
    uint32_t *alive; /* results with users to come, newest last (and some without, to be dropped) */
    size_t nalive, alive_capacity;
    uint32_t *bases; /* depths of the stack at which neighbours were begun */
    size_t nbases, bases_capacity;
    size_t fresh; /* how many had run when the last task was opened */
    size_t vain;  /* how many tasks were opened too early */
    size_t head, tail, eager_capacity;
    input *inputs; /* of one task, arranged */
    size_t inputs_capacity;
} ordering;

static progress state_of(const ordering *order, uint32_t number)
{
    return (progress)(order->nodes[number].progress >> STATE_SHIFT);
}

/* Inputs to wait for; of a task that has run, users to come. */
static uint32_t count_of(const ordering *order, uint32_t number)
{
    return order->nodes[number].progress & MOST_WAITING;
}

static void set_state(ordering *order, uint32_t number, progress state)
{
    order->nodes[number].progress = count_of(order, number) | (uint32_t)state << STATE_SHIFT;
}

/* The array, moved to where there is room for `wanted` items; NULL if there is no memory. */
static void *widen(void *array, size_t *capacity, size_t wanted, size_t size)
{
    size_t wider = *capacity + *capacity / 2 + 64;
    if (wider < wanted)
        wider = wanted;
    void *moved = cki_memory_realloc(array, wider * size);
    if (moved)
        *capacity = wider;
    return moved;
}

/* Put a number at the end of a list. */
static inline bool put(uint32_t **items, size_t *count, size_t *capacity, uint32_t number)
{
    if (*count == *capacity) {
        void *wider = widen(*items, capacity, *count + 1, sizeof number);
        if (!wider)
            return false;
        *items = wider;
    }
    (*items)[(*count)++] = number;
    return true;
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
static bool arrange(ordering *order, cki_plan_list arguments)
{
    size_t count = arguments.count;
    if (!order->inputs || count > order->inputs_capacity) {
        void *inputs = widen(order->inputs, &order->inputs_capacity, count, sizeof(input));
        if (!inputs)
            return false;
        order->inputs = inputs;
    }
    bool sorted = true;
    for (size_t i = 0; i < count; i++) {
        const place *at = &order->nodes[arguments.items[i]];
        order->inputs[i] = (input){at->need - at->output, (uint32_t)i, arguments.items[i]};
        sorted = sorted && (i == 0 || order->inputs[i].surplus <= order->inputs[i - 1].surplus);
    }
    if (!sorted)
        sort(order->inputs, count);
    return true;
}

/* Whether the second of two inputs is the more demanding one. */
static bool is_second_first(const ordering *order, const uint32_t *arguments)
{
    const place *a = &order->nodes[arguments[0]], *b = &order->nodes[arguments[1]];
    return b->need - b->output > a->need - a->output;
}

/* What a task and those below it need, from what those of its inputs do. */
static bool measure(ordering *order, cki_plan_list arguments, place *node, float working)
{
    float behind = 0, need = 0;
    if (arguments.count == 1) {
        need = order->nodes[arguments.items[0]].need;
        behind = order->nodes[arguments.items[0]].output + 1;
    } else if (arguments.count == 2) {
        bool swap = is_second_first(order, arguments.items);
        const place *a = &order->nodes[arguments.items[swap]];
        const place *b = &order->nodes[arguments.items[!swap]];
        behind = a->output + 1;
        need = behind + b->need > a->need ? behind + b->need : a->need;
        behind += b->output + 1;
    } else if (arguments.count > 2) {
        if (!arrange(order, arguments))
            return false;
        for (size_t i = 0; i < arguments.count; i++) {
            const place *below = &order->nodes[order->inputs[i].task];
            if (behind + below->need > need)
                need = behind + below->need;
            behind += below->output + 1;
        }
    }
    float own = behind + node->output + 1 + working;
    node->need = own > need ? own : need;
    return true;
}

/* A float that is not less. */
static float upper(size_t bytes)
{
    float most = (float)bytes;
    return (double)most < (double)bytes ? nextafterf(most, INFINITY) : most;
}

static bool keep_working(ordering *order, uint32_t number, size_t bytes)
{
    if (!order->working)
        order->working = cki_memory_calloc(order->plan->count, sizeof *order->working);
    if (order->working)
        order->working[number] = upper(bytes);
    return order->working;
}

/* Enter what a task declares into the figures of the plan. */
static void declare(cki_plan *plan, uint32_t number, cki_cost cost)
{
    plan->bytes_read += cost.read;
    plan->undeclared = plan->undeclared || !cki_plan_layer(plan, number)->cost;
    if (__builtin_add_overflow(plan->output_bytes, cost.output, &plan->output_bytes))
        plan->output_bytes = SIZE_MAX;
    size_t bytes = cost.output + cost.working;
    if (bytes < cost.output)
        bytes = SIZE_MAX;
    if (bytes > plan->largest_bytes || (bytes == plan->largest_bytes && number < plan->largest)) {
        plan->largest_bytes = bytes;
        plan->largest = number;
    }
}

/* Look at each task once its inputs have been. */
static bool measure_all(ordering *order)
{
    cki_plan *plan = order->plan;
    for (size_t i = 0; i < plan->count; i++) {
        uint32_t number = plan->sequence[i];
        cki_plan_list arguments = cki_plan_arguments(plan, number);
        cki_cost cost = cki_plan_cost(plan, number);
        place *node = &order->nodes[number];
        *node = (place){.output = upper(cost.output), .progress = (uint32_t)arguments.count};
        if (cki_plan_layer(plan, number)->soon)
            node->freeable = INFINITY;
        declare(plan, number, cost);
        if (arguments.count > MOST_WAITING || cki_plan_users(plan, number).count > MOST_WAITING ||
            (cost.working && !keep_working(order, number, cost.working)) ||
            !measure(order, arguments, node, upper(cost.working)))
            return false;
    }
    return true;
}

/* Tasks that need nothing are run as they were wanted. */
static void order_independent(cki_plan *plan)
{
    for (uint32_t i = 0; i < plan->count; i++)
        declare(plan, i, cki_plan_cost(plan, i));
    plan->peak_bytes = plan->largest_bytes;
}

/* Run it early if that leaves no more bytes than there were. */
static inline bool consider(ordering *order, uint32_t number)
{
    const place *node = &order->nodes[number];
    if (node->progress >= (uint32_t)DONE << STATE_SHIFT || (node->progress & MOST_WAITING) > 0 ||
        node->output + 1 > node->freeable)
        return true;
    return put(&order->eager, &order->tail, &order->eager_capacity, number);
}

/* A result whose last user is known to be next is freed by that one. */
static bool promise(ordering *order, uint32_t number)
{
    cki_plan_list users = cki_plan_users(order->plan, number);
    for (size_t i = 0; i < users.count; i++)
        if (state_of(order, users.items[i]) < DONE) {
            order->nodes[users.items[i]].freeable += order->nodes[number].output + 1;
            return consider(order, users.items[i]);
        }
    return true;
}

/* Let go of one use of each input that is named. */
static bool release_inputs(ordering *order, uint32_t number)
{
    cki_plan_list arguments = cki_plan_arguments(order->plan, number);
    for (size_t i = 0; i < arguments.count; i++) {
        place *below = &order->nodes[arguments.items[i]];
        uint32_t left = --below->progress & MOST_WAITING;
        if (left == 0)
            order->live -= (double)below->output;
        else if (left == 1 && !promise(order, arguments.items[i]))
            return false;
    }
    return true;
}

/* Count a task's result, and the most bytes alive so far. */
static void account(ordering *order, uint32_t number)
{
    double output = (double)order->nodes[number].output;
    double working = order->working ? (double)order->working[number] : 0;
    order->live += output;
    if (order->live + working > order->peak)
        order->peak = order->live + working;
    if (count_of(order, number) == 0)
        order->live -= output;
}

/* Its result has users to come. In long lists those that have none any more make room. */
static bool keep_alive(ordering *order, uint32_t number)
{
    if (order->nalive == order->alive_capacity && order->nalive > MANY) {
        size_t kept = 0;
        for (size_t i = 0; i < order->nalive; i++)
            if (count_of(order, order->alive[i]) > 0)
                order->alive[kept++] = order->alive[i];
        /* so that this is done only once in as many tasks as there are */
        bool full = kept > order->nalive / 2;
        order->nalive = kept;
        void *wider = !full ? order->alive
                            : widen(order->alive, &order->alive_capacity, order->alive_capacity + 1,
                                    sizeof number);
        if (!wider)
            return false;
        order->alive = wider;
    }
    return put(&order->alive, &order->nalive, &order->alive_capacity, number);
}

/* The task is next. */
static bool emit(ordering *order, uint32_t number)
{
    cki_plan_list users = cki_plan_users(order->plan, number);
    place *node = &order->nodes[number];
    node->progress = (uint32_t)DONE << STATE_SHIFT | (uint32_t)users.count;
    node->looked = 0;
    order->sequence[order->done++] = number;
    account(order, number);
    for (size_t i = 0; i < users.count; i++)
        order->nodes[users.items[i]].progress--;
    if (!release_inputs(order, number))
        return false;
    bool fresh = users.count > 1 || (users.count == 1 && state_of(order, users.items[0]) == NEW);
    if (fresh && !keep_alive(order, number)) /* otherwise it leads to no neighbour */
        return false;
    if (users.count == 1)
        return promise(order, number);
    for (size_t i = 0; i < users.count; i++)
        if (!consider(order, users.items[i]))
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
        if (state_of(order, next) < DONE && !emit(order, next))
            return false;
    }
    order->head = order->tail = 0;
    return true;
}

static bool push(ordering *order, uint32_t number)
{
    return put(&order->stack, &order->depth, &order->stack_capacity, number);
}

static bool push_new(ordering *order, uint32_t number)
{
    return state_of(order, number) >= OPEN || push(order, number);
}

/* Open a task: its inputs come on the stack, the one to visit first on top. */
static bool open(ordering *order, uint32_t number)
{
    cki_plan_list arguments = cki_plan_arguments(order->plan, number);
    set_state(order, number, OPEN);
    order->fresh = order->done;
    if (!put(&order->opened, &order->nopened, &order->opened_capacity, number))
        return false;
    if (arguments.count == 1) /* for which it waits */
        return push(order, arguments.items[0]);
    if (arguments.count == 2) {
        bool swap = is_second_first(order, arguments.items);
        return push_new(order, arguments.items[!swap]) && push_new(order, arguments.items[swap]);
    }
    if (!arrange(order, arguments))
        return false;
    for (size_t i = arguments.count; i-- > 0;)
        if (!push_new(order, order->inputs[i].task))
            return false;
    return true;
}

/* The first user of a result that nobody has come to yet; NONE if there is no such. */
static uint32_t next_user(ordering *order, uint32_t number)
{
    cki_plan_list users = cki_plan_users(order->plan, number);
    uint32_t looked = order->nodes[number].looked;
    while (looked < users.count && state_of(order, users.items[looked]) != NEW)
        looked++;
    order->nodes[number].looked = looked;
    return looked < users.count ? users.items[looked] : NONE;
}

/* Whether a task, as far as a short look tells, could be finished now: one that waits for an open
 * task could not. */
static bool is_free(const ordering *order, uint32_t number)
{
    cki_plan_list arguments = cki_plan_arguments(order->plan, number);
    for (size_t i = 0; i < arguments.count && i < MOST_STEPS; i++)
        if (state_of(order, arguments.items[i]) == OPEN)
            return false;
    return state_of(order, number) == NEW;
}

/* Upwards from a task nobody has come to, as far as nobody has. */
static uint32_t climb(const ordering *order, uint32_t number)
{
    for (int step = 0; step < MOST_STEPS; step++) {
        cki_plan_list users = cki_plan_users(order->plan, number);
        for (size_t i = 0; i < users.count && i < MOST_STEPS; i++)
            if (state_of(order, users.items[i]) == OPEN)
                return number;
        if (users.count == 0 || !is_free(order, users.items[0]))
            return number;
        number = users.items[0];
    }
    return number;
}

/* What to begin instead of `number`: something that uses one of the newest results that are alive,
 * a large one, and for which little else is missing. */
static uint32_t neighbour(ordering *order, uint32_t number)
{
    float kept = 0;
    if (order->nopened > 0)
        kept = order->nodes[order->opened[order->nopened - 1]].freeable;
    uint32_t best = NONE;
    float gain = 0;
    for (size_t step = 0, i = order->nalive; i > 0 && step < RECENT; step++) {
        uint32_t result = order->alive[--i];
        const place *node = &order->nodes[result];
        uint32_t user = count_of(order, result) > 0 ? next_user(order, result) : NONE;
        if (user == NONE && i + 1 == order->nalive)
            order->nalive--;
        if (user == NONE || node->output + 1 <= kept || !is_free(order, user))
            continue;
        float score = (node->output + 1) / (float)(count_of(order, user) + 1);
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
        if (!put(&order->bases, &order->nbases, &order->bases_capacity, (uint32_t)order->depth) ||
            !push(order, better))
            return false;
    }
    return count_of(order, better) == 0 || open(order, better);
}

/* A neighbour needs a task that is open below it, so all that was opened for it comes later. */
static void give_up(ordering *order)
{
    size_t base = order->nbases > 0 ? order->bases[order->nbases - 1] : 0;
    while (order->depth > base) {
        uint32_t number = order->stack[--order->depth];
        if (state_of(order, number) == OPEN) {
            set_state(order, number, LATER);
            order->vain++;
        }
    }
}

/* The task on top has what it waited for, but for that. */
static bool finish(ordering *order)
{
    uint32_t top = order->stack[order->depth - 1];
    bool fine = true;
    if (state_of(order, top) == OPEN && count_of(order, top) > 0) {
        give_up(order);
    } else {
        order->depth--;
        fine = state_of(order, top) == DONE || emit_all(order, top);
    }
    while (order->nbases > 0 && order->bases[order->nbases - 1] >= order->depth)
        order->nbases--;
    while (order->nopened > 0 && state_of(order, order->opened[order->nopened - 1]) != OPEN)
        order->nopened--;
    return fine;
}

/* Depth first from a wanted task. */
static bool visit(ordering *order, uint32_t root)
{
    bool fine = push(order, root);
    while (fine && order->depth > 0) {
        uint32_t top = order->stack[order->depth - 1];
        fine = state_of(order, top) < OPEN && count_of(order, top) > 0 ? begin(order, top)
                                                                       : finish(order);
    }
    return fine;
}

static void free_all(ordering *order)
{
    cki_memory_free(order->working);
    cki_memory_free(order->stack);
    cki_memory_free(order->eager);
    cki_memory_free(order->opened);
    cki_memory_free(order->alive);
    cki_memory_free(order->bases);
    cki_memory_free(order->inputs);
}

cask_status cki_order_run(cki_plan *plan, cki_order_place *places, cki_error *error)
{
    if (plan->narguments == 0) {
        order_independent(plan);
        return CASK_OK;
    }
    ordering order = {.plan = plan, .nodes = places, .sequence = plan->sequence};
    bool fine = measure_all(&order);
    for (size_t i = 0; fine && i < plan->nwanted; i++)
        fine = visit(&order, plan->wanted[i]);
    plan->peak_bytes = order.peak < (double)SIZE_MAX ? (size_t)order.peak : SIZE_MAX;
    free_all(&order);
    if (!fine)
        return cki_fail_memory(error, plan->count * sizeof *order.nodes);
    if (order.done != plan->count)
        return cki_fail_internal(error, "an order that leaves tasks out");
    return CASK_OK;
}
