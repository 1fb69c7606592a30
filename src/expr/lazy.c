/* Lazy things of any kinds together: the public calls. */
#include <cask/lazy.h>

#include "expr/argument.h"
#include "expr/collection.h"

/* Whether they can be worked on together; the status of the first that stands for a failure. */
static cask_status check(const cask_lazy *things, size_t count, cki_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (!things[i])
            return cki_fail(error, CASK_INVALID, NULL, "thing %zu of %zu is NULL", i, count);
        cask_status status = things[i]->collection->status(things[i]);
        if (status != CASK_OK)
            return status;
        if (things[i]->ck != things[0]->ck)
            return cki_fail(error, CASK_INVALID, NULL,
                            "things of two contexts cannot be computed in one run");
    }
    return CASK_OK;
}

/* Of the first; NULL if there is none. */
static cask *context_of(const cask_lazy *things)
{
    return things && things[0] ? things[0]->ck : NULL;
}

cask_status cask_compute(const cask_lazy *things, size_t count, cask_value **values)
{
    cki_error error = {0};
    if (count && (!things || !values))
        return cki_context_lacks(context_of(things), "cask_compute", things ? "values" : "things");
    for (size_t i = 0; i < count; i++)
        values[i] = NULL;
    cask_status status = check(things, count, &error);
    if (count && status == CASK_OK)
        status = cki_collection_compute(things[0]->ck, things, count, values, &error);
    return error.status == CASK_OK ? status : cki_context_fail(context_of(things), &error);
}

cask_status cask_compute_with(const cask_lazy *things, size_t count, const cask_computing *how,
                              cask_value **values)
{
    if (!count || !things || !things[0] || !how)
        return cask_compute(things, count, values);
    cki_error error = {0};
    cask *ck = things[0]->ck;
    for (size_t i = 0; values && i < count; i++)
        values[i] = NULL;
    cask_status status = check(things, count, &error);
    if (status == CASK_OK && !values && !how->chest)
        cki_fail(&error, CASK_INVALID, NULL, "results that go nowhere: give values, or a chest");
    if (how->threads < 0)
        cki_fail(&error, CASK_INVALID, NULL, "threads: %d is no number of threads", how->threads);
    ck->how = how;
    if (status == CASK_OK && error.status == CASK_OK)
        status = cki_collection_compute(ck, things, count, values, &error);
    ck->how = NULL;
    return error.status == CASK_OK ? status : cki_context_fail(ck, &error);
}

/* Results of work that makes lazy things of lazy things. */
static cask_status remake(const char *what, const cask_lazy *things, size_t count, cask_lazy *made,
                          cask_status (*work)(cki_build *build, const cki_node *const *nodes,
                                              size_t count, const cki_node **made))
{
    cki_error error = {0};
    cask *ck = count ? context_of(things) : NULL;
    if (count && (!things || !made))
        return cki_context_lacks(ck, what, things ? "made" : "things");
    cask_status status = check(things, count, &error);
    if (count && status == CASK_OK) {
        cki_build build = {ck, &ck->arena, &error};
        status = work(&build, things, count, made);
    }
    for (size_t i = 0; i < count && status != CASK_OK; i++)
        made[i] = NULL;
    return error.status == CASK_OK ? status : cki_context_fail(ck, &error);
}

cask_status cask_persist(const cask_lazy *things, size_t count, cask_lazy *held)
{
    return remake("cask_persist", things, count, held, cki_collection_persist);
}

cask_status cask_optimize(const cask_lazy *things, size_t count, cask_lazy *optimized)
{
    return remake("cask_optimize", things, count, optimized, cki_collection_optimise);
}

cask_lazy cask_lazy_from_array(cask_array x)
{
    return cki_argument_array(x);
}

cask_lazy cask_lazy_from_delayed(cask_delayed x)
{
    return cki_argument_delayed(x);
}
