/* The shapes of `cask bench tasks`: each one layer whose blocks refer to lower ones by a formula.
 */
#include "cli/bench.h"
#include "sys/clock.h"
#include "value/array.h"

#include <math.h>
#include <string.h>

enum { MOST_RANDOM = 4, NEAR = 1000 };

static const cki_bench_work *work_of(const cki_layer *layer)
{
    return layer->parameters;
}

static cask_status work(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_bench_work *w = work_of(task->layer);
    if (w->nanoseconds) {
        int64_t end = cki_clock_now() + w->nanoseconds;
        while (cki_clock_now() < end)
            continue;
    }
    *result =
        w->bytes ? cki_array_new(cki_dtype_of(CASK_U8), 1, &w->bytes, error) : cki_value_none();
    return *result ? CASK_OK : error->status;
}

static const cki_function work_function = {.name = "bench.work", .version = 1, .run = work};

static void declare(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    (void)block;
    cost->output = (size_t)work_of(layer)->bytes;
}

static void of_chain(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    (void)layer;
    if (block > 0)
        cki_graph_key(keys, 0, block - 1);
}

/* The lower half are leaves; the others have two inputs each, level by level. */
static void of_tree(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    int64_t leaves = (work_of(layer)->tasks + 1) / 2;
    if (block < leaves)
        return;
    cki_graph_key(keys, 0, 2 * (block - leaves));
    cki_graph_key(keys, 0, 2 * (block - leaves) + 1);
}

/* Row by row: each needs the one above and the one to the left. */
static void of_grid(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    int64_t width = work_of(layer)->width;
    if (block >= width)
        cki_graph_key(keys, 0, block - width);
    if (block % width)
        cki_graph_key(keys, 0, block - 1);
}

/* Up to four inputs among the thousand before it, the same ones each time (SplitMix64). */
static void of_random(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    (void)layer;
    uint64_t state = (uint64_t)block;
    uint64_t before = block < NEAR ? (uint64_t)block : NEAR;
    uint64_t count = MOST_RANDOM + 1;
    for (uint64_t i = 0; before && i < count; i++) {
        state += UINT64_C(0x9E3779B97F4A7C15);
        uint64_t mixed = (state ^ (state >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
        mixed ^= mixed >> 31;
        if (i == 0)
            count = 1 + mixed % count;
        else
            cki_graph_key(keys, 0, block - 1 - (int64_t)(mixed % before));
    }
}

static const cki_bench_shape shapes[] = {{"independent", NULL, true},
                                         {"chain", of_chain, false},
                                         {"tree", of_tree, false},
                                         {"grid", of_grid, false},
                                         {"random", of_random, true}};

const cki_bench_shape *cki_bench_shape_find(const char *name)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (strcmp(shapes[i].name, name) == 0)
            return &shapes[i];
    return NULL;
}

cask_status cki_bench_shape_add(const cki_bench_shape *shape, cki_graph *graph, cki_bench_work *w,
                                int64_t *wanted, cki_error *error)
{
    if (shape->inputs == of_tree)
        w->tasks = (w->tasks - 1) / 2 * 2 + 1;
    if (shape->inputs == of_grid) {
        w->width = (int64_t)sqrt((double)w->tasks);
        w->tasks = w->width * w->width;
    }
    *wanted = shape->all ? w->tasks : 1;
    cki_layer layer = {.name = shape->name,
                       .function = &work_function,
                       .parameters = w,
                       .blocks = w->tasks,
                       .inward = true,
                       .inputs = shape->inputs,
                       .cost = declare};
    uint32_t number;
    return cki_graph_add(graph, &layer, &number, error);
}
