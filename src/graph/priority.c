/* Priority: a stable sort of the order. As inputs count at least as much as their users, and stood
 * before them, they still do. */
#include "graph/priority.h"

#include "core/memory.h"
#include "graph/annotations.h"

#include <stdlib.h>

typedef struct entry {
    double priority;
    uint32_t at, task;
} entry;

static cask_status ask_one(cki_plan *plan, size_t task, cki_error *error)
{
    const cki_graph_asker asker = cki_graph_asked(plan->graph);
    const cki_layer *layer = cki_plan_layer(plan, task);
    const cki_annotations *own = layer->annotations;
    double retries = 0;
    plan->said[task].priority = own ? own->priority : 0;
    plan->said[task].retries = own ? own->retries : -1;
    if (own && own->priority_of &&
        asker.ask(asker.user, own->priority_of, layer, plan->block[task],
                  &plan->said[task].priority, error) != CASK_OK)
        return error->status;
    if (own && own->retries_of) {
        if (asker.ask(asker.user, own->retries_of, layer, plan->block[task], &retries, error) !=
            CASK_OK)
            return error->status;
        plan->said[task].retries = cki_annotations_retries(retries);
    }
    return CASK_OK;
}

cask_status cki_priority_ask(cki_plan *plan, cki_error *error)
{
    bool any = false;
    for (size_t i = 0; i < cki_graph_layers(plan->graph) && !any; i++) {
        const cki_annotations *own = plan->layers[i]->annotations;
        any = own && (own->priority_of || own->retries_of);
    }
    if (!any || !cki_graph_asked(plan->graph).ask)
        return CASK_OK;
    plan->said = cki_memory_alloc((plan->count + 1) * sizeof *plan->said);
    if (!plan->said)
        return cki_fail_memory(error, plan->count * sizeof *plan->said);
    for (size_t i = 0; i < plan->count; i++)
        if (ask_one(plan, i, error) != CASK_OK)
            return error->status;
    return CASK_OK;
}

static double own_priority(const cki_plan *plan, size_t task)
{
    if (plan->said)
        return plan->said[task].priority;
    const cki_annotations *annotations = cki_plan_layer(plan, task)->annotations;
    return annotations ? annotations->priority : 0;
}

bool cki_priority_any(const cki_plan *plan)
{
    if (plan->said)
        return true;
    for (size_t i = 0; i < cki_graph_layers(plan->graph); i++)
        if (plan->layers[i]->annotations && plan->layers[i]->annotations->priority != 0)
            return true;
    return false;
}

static int compare(const void *a, const void *b)
{
    const entry *one = a, *two = b;
    if (one->priority < two->priority || one->priority > two->priority)
        return one->priority < two->priority ? 1 : -1;
    return one->at < two->at ? -1 : 1;
}

/* Bytes alive at most when the sequence is followed by one thread. `left` has each task's users. */
static size_t peak_of(const cki_plan *plan, uint32_t *left)
{
    double live = 0, peak = 0;
    for (size_t i = 0; i < plan->count; i++)
        left[i] = (uint32_t)cki_plan_users(plan, i).count;
    for (size_t i = 0; i < plan->count; i++) {
        uint32_t task = plan->sequence[i];
        cki_cost cost = cki_plan_cost(plan, task);
        live += (double)cost.output;
        peak = live + (double)cost.working > peak ? live + (double)cost.working : peak;
        cki_plan_list arguments = cki_plan_arguments(plan, task);
        for (size_t a = 0; a < arguments.count; a++)
            if (--left[arguments.items[a]] == 0)
                live -= (double)cki_plan_cost(plan, arguments.items[a]).output;
    }
    return peak < (double)SIZE_MAX ? (size_t)peak : SIZE_MAX;
}

cask_status cki_priority_apply(cki_plan *plan, cki_error *error)
{
    entry *entries = cki_memory_alloc((plan->count + 1) * sizeof *entries);
    uint32_t *place = cki_memory_alloc((plan->count + 1) * sizeof *place);
    bool independent = !plan->sequence;
    if (independent)
        plan->sequence = cki_memory_alloc((plan->count + 1) * sizeof *plan->sequence);
    if (!entries || !place || !plan->sequence) {
        cki_memory_free(entries);
        cki_memory_free(place);
        return cki_fail_memory(error, plan->count * sizeof *entries);
    }
    for (size_t i = 0; independent && i < plan->count; i++)
        plan->sequence[i] = (uint32_t)i;
    for (size_t i = 0; i < plan->count; i++)
        place[plan->sequence[i]] = (uint32_t)i;
    for (size_t i = plan->count; i-- > 0;) { /* users before inputs */
        uint32_t task = plan->sequence[i];
        entries[i] = (entry){own_priority(plan, task), (uint32_t)i, task};
        cki_plan_list users = cki_plan_users(plan, task);
        for (size_t u = 0; u < users.count; u++) {
            double of_user = entries[place[users.items[u]]].priority;
            entries[i].priority = of_user > entries[i].priority ? of_user : entries[i].priority;
        }
    }
    qsort(entries, plan->count, sizeof *entries, compare);
    for (size_t i = 0; i < plan->count; i++)
        plan->sequence[i] = entries[i].task;
    if (!independent)
        plan->peak_bytes = peak_of(plan, place);
    cki_memory_free(entries);
    cki_memory_free(place);
    return CASK_OK;
}
