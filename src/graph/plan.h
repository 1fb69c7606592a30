/* Plans: the tasks that wanted keys need (culled), in the order that keeps least alive. */
#ifndef CKI_GRAPH_PLAN_H
#define CKI_GRAPH_PLAN_H

#include "graph/graph.h"

/* The tasks of a plan have numbers, in order of priority: inputs before users, so running them
 * first to last is one good schedule. What is known of them stands in columns, which take 20 bytes
 * a task and 8 for each argument that is a task. */
typedef struct cki_plan {
    cki_graph *graph;               /* borrowed; gets no more layers while there are plans of it */
    const cki_layer *const *layers; /* the graph's, by number */
    size_t count;                   /* tasks */
    uint32_t *layer;                /* of each task: the number of its layer... */
    int64_t *block;                 /* ...and its block there */
    /* Where each task's arguments and users start in the lists below; they end where the next
     * task's start. */
    uint32_t *first_argument, *first_user;
    /* Task numbers. Arguments stand in the rule's order, users ascend; a task that names an input
     * twice is twice among that one's users. */
    uint32_t *arguments, *users;
    size_t narguments; /* of all tasks, and as many users */
    /* The results that were known beforehand, by task, each with a reference; NULL if none was.
     * Such a task has no inputs, and its function is not called. */
    cask_value **known;
    /* What functions of keys said of each task; NULL: no layer of it is annotated with one. */
    struct cki_plan_said {
        double priority;
        int64_t retries; /* -1: nothing was said */
    } * said;
    uint32_t *sequence; /* while it is not in order: all tasks, inputs before users; NULL where no
                           task has any */
    uint32_t *wanted;   /* task number of each wanted key, in the caller's order */
    size_t nwanted;
    uint64_t bytes_read;  /* sum of the tasks' declared reading */
    size_t output_bytes;  /* sum of their declared results (at most SIZE_MAX)... */
    bool undeclared;      /* ...but some tasks' layers do not say */
    size_t peak_bytes;    /* most bytes alive when run in order by one thread */
    size_t largest_bytes; /* output and working bytes of the task that declares most... */
    uint32_t largest;     /* ...and its number */
} cki_plan;

/* Numbers of tasks, in a plan. */
typedef struct cki_plan_list {
    const uint32_t *items;
    size_t count;
} cki_plan_list;

static inline cki_plan_list cki_plan_arguments(const cki_plan *plan, size_t task)
{
    uint32_t first = plan->first_argument[task];
    return (cki_plan_list){plan->arguments + first, plan->first_argument[task + 1] - first};
}
static inline cki_plan_list cki_plan_users(const cki_plan *plan, size_t task)
{
    uint32_t first = plan->first_user[task];
    return (cki_plan_list){plan->users + first, plan->first_user[task + 1] - first};
}

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
    return plan->layers[plan->layer[task]];
}
static inline cki_cost cki_plan_cost(const cki_plan *plan, size_t task)
{
    cki_cost cost = {0};
    const cki_layer *layer = cki_plan_layer(plan, task);
    if (layer->cost && !(plan->known && plan->known[task]))
        layer->cost(layer, plan->block[task], &cost);
    return cost;
}

#endif
