/* The simulator: the scheduler's brain with virtual workers under a virtual clock, everything that
 * happens drawn from one seed, and everything that the brain says checked. */
#ifndef SIMULATE_H
#define SIMULATE_H

#include "exec/brain.h"
#include "graph/plan.h"

/* ---- chance (shapes.c) ---- */

typedef struct chance {
    uint64_t state;
} chance;

uint64_t chance_next(chance *from);
uint64_t chance_below(chance *from, uint64_t bound); /* 0 for bound 0 */
bool chance_percent(chance *from, unsigned percent);

/* ---- what is run (shapes.c) ---- */

/* What a task really takes: never more than it declares. */
typedef struct burden {
    size_t output, working;
    bool can_spill;
    int failures; /* how often it fails before it works */
} burden;

typedef struct problem {
    cki_graph *graph;
    cki_plan *plan;
    burden *burdens; /* one a task of the plan */
    bool undeclared;
    const char *shape;
} problem;

/* A random plan. False when there is no memory. */
bool problem_make(problem *p, chance *from, size_t most_tasks);
void problem_free(problem *p);
/* The result of each task, by a walk in plan order. */
uint64_t problem_value(const problem *p, size_t task, const uint64_t *values);

/* How often a task may be tried again: as it is annotated, or as usual. */
int64_t problem_retries(const problem *p, size_t task, int usual);
/* Whether the plan has tasks of higher priority, and what they need, before the others. */
bool problem_in_order(const problem *p);

/* Bytes that a task declares, and those of its distinct inputs. */
size_t problem_needs(const problem *p, size_t task);
/* The same as it turns out. */
size_t problem_takes(const problem *p, size_t task);

/* ---- running it (world.c, threads.c) ---- */

typedef struct verdict {
    bool fine;
    char why[240];
    uint64_t trace; /* a hash of all that was done, in order */
    cki_brain_stats stats;
    bool finished, within_budget;
} verdict;

/* One run on virtual workers; `verbose` prints each event. */
verdict world_run(uint64_t seed, bool verbose);
/* One run on real threads, for the thread sanitizer: what is said is checked as far as that can be
 * done from several threads at once. */
verdict threads_run(uint64_t seed);

#endif
