/* Chance, and what is run: plans of the shapes that real computations have, and of none, with
 * declared bytes and what tasks really take. */
#include "core/memory.h"
#include "graph/annotations.h"
#include "simulate.h"

#include <string.h>

uint64_t chance_next(chance *from) /* splitmix64, after Steele, Lea and Flood (2014) */
{
    uint64_t z = from->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

uint64_t chance_below(chance *from, uint64_t bound)
{
    return bound ? chance_next(from) % bound : 0;
}

bool chance_percent(chance *from, unsigned percent)
{
    return chance_below(from, 100) < percent;
}

/* ---- graphs ---- */

/* Blocks that need lower ones; lists of inputs one after another. They are all in one layer, or
 * the lower ones in the first and so on, so that annotations can differ. */
typedef struct making {
    size_t blocks, layers;
    uint32_t *starts; /* blocks + 1 */
    uint32_t *inputs;
    size_t ninputs, capacity;
    cki_cost *costs;
} making;

static uint32_t layer_of(const making *m, size_t block)
{
    return (uint32_t)(block * m->layers / m->blocks);
}

static void list_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const making *m = layer->parameters;
    for (uint32_t i = m->starts[block]; i < m->starts[block + 1]; i++)
        cki_graph_key(keys, layer_of(m, m->inputs[i]), m->inputs[i]);
}

static void tell_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const making *m = layer->parameters;
    *cost = m->costs[block];
}

static cask_status run_nothing(const cki_task *task, cask_value **result, cki_error *error)
{
    (void)task;
    (void)error;
    *result = cki_value_none();
    return CASK_OK;
}

static const cki_function nothing = {.name = "simulated", .version = 1, .run = run_nothing};

static void free_making(void *thing)
{
    making *m = thing;
    cki_memory_free(m->starts);
    cki_memory_free(m->inputs);
    cki_memory_free(m->costs);
    cki_memory_free(m);
}

static void need(making *m, size_t block, size_t input)
{
    if (m->ninputs < m->capacity && input < block)
        m->inputs[m->ninputs++] = (uint32_t)input;
}

static size_t root_of(size_t n)
{
    size_t side = 1;
    while ((side + 1) * (side + 1) <= n)
        side++;
    return side;
}

typedef void shape_rule(making *m, size_t block, chance *from);

static void independent(making *m, size_t block, chance *from)
{
    (void)m, (void)block, (void)from;
}

static void chain(making *m, size_t block, chance *from)
{
    (void)from;
    if (block > 0)
        need(m, block, block - 1);
}

/* A heap upside down: the last block is the root. */
static void tree(making *m, size_t block, chance *from)
{
    (void)from;
    size_t place = m->blocks - 1 - block; /* 0 is the root */
    for (size_t child = 2 * place + 1; child <= 2 * place + 2 && child < m->blocks; child++)
        need(m, block, m->blocks - 1 - child);
}

static void grid(making *m, size_t block, chance *from)
{
    (void)from;
    size_t side = root_of(m->blocks);
    if (block >= side)
        need(m, block, block - side);
    if (block % side)
        need(m, block, block - 1);
}

/* Two rows of blocks, each of the second needs all of the first. */
static void all_to_all(making *m, size_t block, chance *from)
{
    (void)from;
    for (size_t i = 0; block >= m->blocks / 2 && i < m->blocks / 2; i++)
        need(m, block, i);
}

/* Early results that are wanted again at the end. */
static void diamond(making *m, size_t block, chance *from)
{
    (void)from;
    if (block == 0)
        return;
    need(m, block, block - 1);
    if (block >= m->blocks / 2)
        need(m, block, m->blocks - 1 - block);
}

static void anything(making *m, size_t block, chance *from)
{
    for (uint64_t n = chance_below(from, 5); n > 0; n--)
        need(m, block, chance_below(from, block ? block : 1));
}

/* Mostly from a little before. */
static void near(making *m, size_t block, chance *from)
{
    for (uint64_t n = 1 + chance_below(from, 3); block && n > 0; n--) {
        uint64_t back = 1 + chance_below(from, 8);
        need(m, block, back > block ? 0 : block - back);
    }
}

static const struct {
    const char *name;
    shape_rule *rule;
} shapes[] = {
    {"independent", independent}, {"chain", chain},     {"tree", tree},         {"grid", grid},
    {"shuffle", all_to_all},      {"diamond", diamond}, {"anything", anything}, {"near", near}};

static making *make_layer(chance *from, size_t most, const char **shape)
{
    making *m = cki_memory_calloc(1, sizeof *m);
    if (!m)
        return NULL;
    size_t which = chance_below(from, sizeof shapes / sizeof *shapes);
    *shape = shapes[which].name;
    m->blocks = 1 + chance_below(from, chance_percent(from, 20) ? most : most / 5 + 2);
    if (shapes[which].rule == all_to_all && m->blocks > 60)
        m->blocks = 60;
    m->capacity = 8 * m->blocks + m->blocks * m->blocks / 4;
    m->starts = cki_memory_calloc(m->blocks + 1, sizeof *m->starts);
    m->inputs = cki_memory_calloc(m->capacity, sizeof *m->inputs);
    m->costs = cki_memory_calloc(m->blocks, sizeof *m->costs);
    if (!m->starts || !m->inputs || !m->costs) {
        free_making(m);
        return NULL;
    }
    bool even = chance_percent(from, 50);
    for (size_t i = 0; i < m->blocks; i++) {
        shapes[which].rule(m, i, from);
        m->starts[i + 1] = (uint32_t)m->ninputs;
        size_t size = even ? 100 : chance_below(from, 4) ? chance_below(from, 200) : 0;
        m->costs[i] = (cki_cost){.output = size,
                                 .working = chance_percent(from, 30) ? chance_below(from, 100) : 0};
    }
    return m;
}

/* The last block, and any others. */
static size_t choose_wanted(const making *m, chance *from, cki_key *keys)
{
    size_t count = 0;
    unsigned percent = chance_percent(from, 30) ? 100 : (unsigned)chance_below(from, 30);
    for (size_t i = 0; i + 1 < m->blocks; i++)
        if (chance_percent(from, percent))
            keys[count++] = (cki_key){layer_of(m, i), (int64_t)i};
    keys[count++] = (cki_key){layer_of(m, m->blocks - 1), (int64_t)m->blocks - 1};
    return count;
}

static void burden_tasks(problem *p, chance *from)
{
    bool exact = chance_percent(from, 60), stubborn = chance_percent(from, 10);
    unsigned failing = chance_percent(from, 15) ? 5 : 0;
    for (size_t i = 0; i < p->plan->count; i++) {
        cki_cost cost = cki_plan_cost(p->plan, i);
        if (p->undeclared)
            cost = (cki_cost){.output = chance_below(from, 200)};
        burden *b = &p->burdens[i];
        b->output = exact ? cost.output : chance_below(from, cost.output + 1);
        b->working = exact ? cost.working : chance_below(from, cost.working + 1);
        b->can_spill = !(stubborn && chance_percent(from, 20));
        b->failures = chance_percent(from, failing) ? 1 + (int)chance_below(from, 3) : 0;
    }
}

/* A layer's annotations: a priority, how often to try again, both, or none. */
static bool annotate(problem *p, chance *from, uint32_t layer)
{
    cki_annotations *made = cki_memory_calloc(1, sizeof *made);
    if (!made || cki_graph_own(p->graph, cki_annotations_free, made, NULL) != CASK_OK)
        return false;
    made->priority = chance_percent(from, 60) ? (double)chance_below(from, 7) - 3 : 0;
    made->retries = chance_percent(from, 60) ? (int64_t)chance_below(from, 4) : -1;
    cki_graph_annotate(p->graph, layer, made);
    return true;
}

static bool add_layers(problem *p, making *m, chance *from)
{
    m->layers = chance_percent(from, 30) ? 1 + chance_below(from, 4) : 1;
    const cki_layer layer = {.name = "simulated",
                             .function = &nothing,
                             .parameters = m,
                             .blocks = (int64_t)m->blocks,
                             .inputs = list_inputs,
                             .cost = p->undeclared ? NULL : tell_cost,
                             .inward = true};
    for (size_t i = 0; i < m->layers; i++) {
        uint32_t number;
        if (cki_graph_add(p->graph, &layer, &number, NULL) != CASK_OK ||
            (m->layers > 1 && !annotate(p, from, number)))
            return false;
    }
    return true;
}

bool problem_make(problem *p, chance *from, size_t most_tasks)
{
    *p = (problem){.graph = cki_graph_new(NULL), .undeclared = chance_percent(from, 8)};
    making *m = p->graph ? make_layer(from, most_tasks, &p->shape) : NULL;
    if (!m || cki_graph_own(p->graph, free_making, m, NULL) != CASK_OK) {
        problem_free(p);
        return false;
    }
    cki_key *keys = cki_memory_alloc(m->blocks * sizeof *keys);
    bool fine =
        keys && add_layers(p, m, from) &&
        cki_plan_build(p->graph, keys, choose_wanted(m, from, keys), &p->plan, NULL) == CASK_OK;
    cki_memory_free(keys);
    p->burdens = fine ? cki_memory_calloc(p->plan->count, sizeof *p->burdens) : NULL;
    if (!p->burdens) {
        problem_free(p);
        return false;
    }
    burden_tasks(p, from);
    return true;
}

void problem_free(problem *p)
{
    cki_memory_free(p->burdens);
    cki_plan_free(p->plan);
    cki_graph_free(p->graph);
    *p = (problem){0};
}

uint64_t problem_value(const problem *p, size_t task, const uint64_t *values)
{
    cki_plan_list inputs = cki_plan_arguments(p->plan, task);
    uint64_t value = (uint64_t)p->plan->block[task] + 1;
    for (size_t i = 0; i < inputs.count; i++)
        value = (value ^ values[inputs.items[i]]) * UINT64_C(0x100000001B3);
    return value;
}

/* A task's own bytes and its inputs' results, each once. */
static size_t sum(const problem *p, size_t task, size_t own, bool declared)
{
    cki_plan_list inputs = cki_plan_arguments(p->plan, task);
    size_t bytes = own;
    for (size_t i = 0; i < inputs.count; i++) {
        uint32_t input = inputs.items[i];
        bool again = false;
        for (size_t k = 0; k < i && !again; k++)
            again = inputs.items[k] == input;
        if (!again)
            bytes += declared ? cki_plan_cost(p->plan, input).output : p->burdens[input].output;
    }
    return bytes;
}

size_t problem_needs(const problem *p, size_t task)
{
    cki_cost cost = cki_plan_cost(p->plan, task);
    return sum(p, task, cost.output + cost.working, true);
}

size_t problem_takes(const problem *p, size_t task)
{
    return sum(p, task, p->burdens[task].output + p->burdens[task].working, false);
}

int64_t problem_retries(const problem *p, size_t task, int usual)
{
    const cki_annotations *own = cki_plan_layer(p->plan, task)->annotations;
    return own && own->retries >= 0 ? own->retries : usual;
}

bool problem_in_order(const problem *p)
{
    double *priority = cki_memory_calloc(p->plan->count + 1, sizeof *priority);
    bool fine = priority != NULL;
    for (size_t i = p->plan->count; fine && i-- > 0;) {
        const cki_annotations *own = cki_plan_layer(p->plan, i)->annotations;
        cki_plan_list users = cki_plan_users(p->plan, i);
        priority[i] = own ? own->priority : 0;
        for (size_t u = 0; u < users.count; u++)
            if (priority[users.items[u]] > priority[i])
                priority[i] = priority[users.items[u]];
        fine = i + 1 == p->plan->count || priority[i] >= priority[i + 1];
    }
    cki_memory_free(priority);
    return fine;
}
