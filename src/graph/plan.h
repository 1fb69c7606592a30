/* Plans: the tasks that wanted keys need (culled), in the order that keeps least alive. */
#ifndef CKI_GRAPH_PLAN_H
#define CKI_GRAPH_PLAN_H

#include "graph/graph.h"

/* One task of a plan, at most 64 bytes with its share of the edge lists. Tasks stand in order of
 * priority: inputs before users, so running them first to last is one good schedule. */
typedef struct cki_plan_task {
    uint32_t layer;
    uint32_t ninputs; /* distinct inputs: the tasks to wait for */
    int64_t block;
    uint32_t arguments;  /* where its arguments start in plan->arguments (task numbers) */
    uint32_t narguments; /* arguments in the rule's order; one task may occur twice */
    uint32_t users;      /* where its users start in plan->users (task numbers, each once) */
    uint32_t nusers;
} cki_plan_task;

typedef struct cki_plan {
    cki_graph *graph;               /* borrowed; gets no more layers while there are plans of it */
    const cki_layer *const *layers; /* the graph's, by number */
    cki_plan_task *tasks;
    size_t count;
    /* The results that were known beforehand, by task, each with a reference; NULL if none was.
     * Such a task has no inputs, and its function is not called. */
    cask_value **known;
    uint32_t *arguments, *users;
    size_t narguments;  /* of all tasks */
    bool repeated;      /* some task names an input twice */
    uint32_t *sequence; /* while it is not in order: all tasks, inputs before users */
    uint32_t *wanted;   /* task number of each wanted key, in the caller's order */
    size_t nwanted;
    uint64_t bytes_read;  /* sum of the tasks' declared reading */
    size_t output_bytes;  /* sum of their declared results (at most SIZE_MAX)... */
    bool undeclared;      /* ...but some tasks' layers do not say */
    size_t peak_bytes;    /* most bytes alive when run in order by one thread */
    size_t largest_bytes; /* output and working bytes of the task that declares most... */
    uint32_t largest;     /* ...and its number */
} cki_plan;

/* Cull and order. No recursion: a chain of a million tasks is a usual case. */
cask_status cki_plan_build(cki_graph *graph, const cki_key *wanted, size_t nwanted, cki_plan **plan,
                           cki_error *error);
/* The same where some results may be there already, from a cache: `find` is asked about each task
 * before its inputs are, and gives a new reference or NULL. */
typedef struct cki_plan_known {
    void *user;
    cask_value *(*find)(void *user, const cki_layer *layer, int64_t block);
} cki_plan_known;
cask_status cki_plan_build_known(cki_graph *graph, const cki_key *wanted, size_t nwanted,
                                 const cki_plan_known *known, cki_plan **plan, cki_error *error);
/* The two steps of that: a plan whose tasks stand as they were found, wanted ones first (it cannot
 * be run), and its order. */
cask_status cki_plan_find(cki_graph *graph, const cki_key *wanted, size_t nwanted,
                          const cki_plan_known *known, cki_plan **plan, cki_error *error);
cask_status cki_plan_order(cki_plan *plan, cki_error *error);
void cki_plan_free(cki_plan *plan);

/* The layer of a task of the plan, and the bytes that it declares: none if its result is known. */
static inline const cki_layer *cki_plan_layer(const cki_plan *plan, size_t task)
{
    return plan->layers[plan->tasks[task].layer];
}
static inline cki_cost cki_plan_cost(const cki_plan *plan, size_t task)
{
    cki_cost cost = {0};
    const cki_layer *layer = cki_plan_layer(plan, task);
    if (layer->cost && !(plan->known && plan->known[task]))
        layer->cost(layer, plan->tasks[task].block, &cost);
    return cost;
}

#endif
