/* Plans: find the tasks that wanted keys need, link them, order them, number them anew.
 *
 * Touching fresh memory costs as much as all else, so numbering anew moves tasks within their
 * columns by way of the memory that ordering has used, and the lists of arguments and of users
 * change places.
 */
#include "graph/plan.h"
#include "core/memory.h"
#include "graph/order.h"
#include "graph/plan_find.h"
#include "graph/priority.h"
#include "sys/pages.h"

#include <string.h>

enum { AHEAD = 12 }; /* tasks to fetch before their turn */

/* The lists of users, from the lists of arguments; each list ascends. `first_user` has how many
 * users a task has: first it becomes where the list ends, and while lists are filled from their
 * ends, where it starts. */
static void link_users(cki_plan *plan)
{
    uint32_t *first = plan->first_user, end = 0;
    for (size_t i = 0; i < plan->count; i++) {
        end += first[i];
        first[i] = end;
    }
    first[plan->count] = end;
    const uint32_t *arguments = plan->arguments;
    for (size_t i = plan->count; i-- > 0;)
        for (uint32_t a = plan->first_argument[i + 1]; a-- > plan->first_argument[i];)
            plan->users[--first[arguments[a]]] = (uint32_t)i;
}

/* What moves with a task, in columns; the rest is found anew. */
typedef struct essence {
    int64_t *block;
    uint32_t *layer, *narguments;
} essence;
_Static_assert(sizeof(int64_t) + 2 * sizeof(uint32_t) <= sizeof(cki_order_place),
               "they share their memory");

static essence essence_in(void *scratch, size_t count)
{
    essence moved = {.block = scratch};
    moved.layer = (uint32_t *)(moved.block + count);
    moved.narguments = moved.layer + count;
    return moved;
}

/* The tasks in the order of the sequence, and their arguments by their new numbers to where the
 * users are now. The sequence becomes the numbers of their users. */
static void gather(const cki_plan *plan, const uint32_t *numbers, const essence *moved)
{
    uint32_t *sequence = plan->sequence, *arguments = plan->users;
    for (size_t i = 0; i < plan->count; i++) {
        if (i + AHEAD < plan->count) {
            uint32_t soon = sequence[i + AHEAD];
            __builtin_prefetch(&plan->first_argument[soon]);
            __builtin_prefetch(&plan->first_user[soon]);
            __builtin_prefetch(&plan->block[soon]);
        }
        uint32_t old = sequence[i];
        moved->block[i] = plan->block[old];
        moved->layer[i] = plan->layer[old];
        sequence[i] = (uint32_t)cki_plan_users(plan, old).count;
        cki_plan_list before = cki_plan_arguments(plan, old);
        moved->narguments[i] = (uint32_t)before.count;
        for (size_t a = 0; a < before.count; a++)
            *arguments++ = numbers[before.items[a]];
    }
}

static void move_tasks(cki_plan *plan, const essence *moved)
{
    uint32_t at = 0;
    for (size_t i = 0; i < plan->count; i++) {
        plan->first_argument[i] = at;
        at += moved->narguments[i];
    }
    memcpy(plan->block, moved->block, plan->count * sizeof *plan->block);
    memcpy(plan->layer, moved->layer, plan->count * sizeof *plan->layer);
    memcpy(plan->first_user, plan->sequence, plan->count * sizeof *plan->first_user);
    uint32_t *arguments = plan->users;
    plan->users = plan->arguments;
    plan->arguments = arguments;
    link_users(plan);
}

/* What was said of the tasks, in the order of the sequence. */
static cask_status move_said(cki_plan *plan, cki_error *error)
{
    if (!plan->said)
        return CASK_OK;
    struct cki_plan_said *said = cki_memory_alloc(plan->count * sizeof *said);
    if (!said)
        return cki_fail_memory(error, plan->count * sizeof *said);
    for (size_t i = 0; i < plan->count; i++)
        said[i] = plan->said[plan->sequence[i]];
    cki_memory_free(plan->said);
    plan->said = said;
    return CASK_OK;
}

/* The known results in the order of the sequence. */
static cask_status move_known(cki_plan *plan, cki_error *error)
{
    if (!plan->known)
        return CASK_OK;
    cask_value **known = cki_memory_alloc(plan->count * sizeof *known);
    if (!known)
        return cki_fail_memory(error, plan->count * sizeof *known);
    for (size_t i = 0; i < plan->count; i++)
        known[i] = plan->known[plan->sequence[i]];
    cki_memory_free((void *)plan->known);
    plan->known = known;
    return CASK_OK;
}

static bool is_numbered(const cki_plan *plan)
{
    size_t same = 0;
    while (same < plan->count && plan->sequence[same] == same)
        same++;
    return same == plan->count;
}

/* Number the tasks as the sequence has them. */
static cask_status renumber(cki_plan *plan, void *scratch, cki_error *error)
{
    uint32_t *numbers = cki_memory_alloc(plan->count * sizeof *numbers);
    if (!numbers)
        return cki_fail_memory(error, plan->count * sizeof *numbers);
    cki_pages_expect(numbers, plan->count * sizeof *numbers);
    cask_status status = move_known(plan, error);
    if (status == CASK_OK)
        status = move_said(plan, error);
    if (status != CASK_OK) {
        cki_memory_free(numbers);
        return status;
    }
    for (size_t i = 0; i < plan->count; i++)
        numbers[plan->sequence[i]] = (uint32_t)i;
    for (size_t i = 0; i < plan->nwanted; i++)
        plan->wanted[i] = numbers[plan->wanted[i]];
    plan->largest = numbers[plan->largest];
    essence moved = essence_in(scratch, plan->count);
    gather(plan, numbers, &moved);
    move_tasks(plan, &moved);
    cki_memory_free(numbers);
    return CASK_OK;
}

static cask_status build(cki_plan *plan, const cki_key *wanted, const cki_plan_known *known,
                         cki_error *error)
{
    cask_status status = cki_plan_find_tasks(plan, wanted, known, error);
    if (status != CASK_OK)
        return status;
    plan->users = cki_memory_alloc(plan->narguments * sizeof *plan->users);
    if (!plan->users)
        return cki_fail_memory(error, plan->narguments * sizeof *plan->users);
    cki_pages_expect(plan->users, plan->narguments * sizeof *plan->users);
    link_users(plan);
    return CASK_OK;
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
    made->layers = cki_graph_table(graph);
    made->nwanted = nwanted;
    made->wanted = cki_memory_alloc(nwanted * sizeof *made->wanted);
    cki_pages_expect(made->wanted, nwanted * sizeof *made->wanted);
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
    if (cki_priority_ask(plan, error) != CASK_OK)
        return error->status;
    bool prioritised = cki_priority_any(plan);
    size_t bytes = plan->narguments > 0 || prioritised ? plan->count * sizeof(cki_order_place) : 0;
    void *scratch = cki_memory_alloc(bytes); /* of one step, then of the other */
    if (!scratch)
        return cki_fail_memory(error, bytes);
    cki_pages_expect(scratch, bytes);
    cask_status status = cki_order_run(plan, scratch, error);
    if (status == CASK_OK && prioritised)
        status = cki_priority_apply(plan, error);
    if (status == CASK_OK && plan->sequence && !is_numbered(plan))
        status = renumber(plan, scratch, error);
    cki_memory_free(scratch);
    cki_memory_free(plan->sequence);
    plan->sequence = NULL;
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
    cki_memory_free(plan->said);
    cki_memory_free(plan->layer);
    cki_memory_free(plan->block);
    cki_memory_free(plan->first_argument);
    cki_memory_free(plan->first_user);
    cki_memory_free(plan->arguments);
    cki_memory_free(plan->users);
    cki_memory_free(plan->wanted);
    cki_memory_free(plan->sequence);
    cki_memory_free(plan);
}
