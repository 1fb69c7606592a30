/* What the benchmarks of `cask bench` share: its kinds, and graphs of empty tasks in known shapes.
 */
#ifndef CKI_CLI_BENCH_H
#define CKI_CLI_BENCH_H

#include "graph/graph.h"

/* A kind of benchmark: `cask bench NAME`. */
typedef struct cki_bench {
    const char *name;
    const char *usage;
    int (*run)(int argc, char **argv); /* as a command's */
} cki_bench;

extern const cki_bench cki_bench_tasks;

/* What the tasks of a shape do. Lives as long as the graph. */
typedef struct cki_bench_work {
    int64_t tasks;
    int64_t nanoseconds; /* each keeps its processor busy for so long */
    int64_t bytes;       /* of each result; 0: None */
    int64_t width;       /* of a grid; set by cki_bench_shape_add() */
} cki_bench_work;

/* A shape of graph. */
typedef struct cki_bench_shape {
    const char *name;
    void (*inputs)(const cki_layer *layer, int64_t block, cki_keys *keys);
    bool all; /* whether all blocks are wanted, or the last one only */
} cki_bench_shape;

const cki_bench_shape *cki_bench_shape_find(const char *name); /* NULL if there is none */
/* Add it to a graph, as one layer of (about) work->tasks blocks; work->tasks becomes what it really
 * has. The last *wanted of them are to be wanted. */
cask_status cki_bench_shape_add(const cki_bench_shape *shape, cki_graph *graph,
                                cki_bench_work *work, int64_t *wanted, cki_error *error);

#endif
