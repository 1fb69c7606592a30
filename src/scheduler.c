/* Choosing a scheduler, and those of the user's own. */
#include "scheduler.h"

#include "callbacks.h"
#include "exec/custom.h"

#include <cask/lazy.h>
#include <ctype.h>
#include <string.h>

static const cask_scheduler *find_own(const cask *ck, const char *name)
{
    for (size_t i = 0; i < ck->nschedulers; i++)
        if (strcmp(ck->schedulers[i]->name, name) == 0)
            return ck->schedulers[i];
    return NULL;
}

const char *cask_scheduler_name(const cask *ck, size_t i)
{
    size_t built_in = 0;
    for (; cki_exec_at(built_in); built_in++)
        if (built_in == i)
            return cki_exec_at(i)->name;
    return ck && i - built_in < ck->nschedulers ? ck->schedulers[i - built_in]->name : NULL;
}

static cask_status unknown(const cask *ck, const char *name, cki_error *error)
{
    cki_text names = {0};
    for (size_t i = 0; cask_scheduler_name(ck, i); i++)
        cki_text_format(&names, "%s'%s'", i ? ", " : "", cask_scheduler_name(ck, i));
    cki_fail(error, CASK_INVALID, NULL, "scheduler '%s' is unknown: use one of %s", name,
             names.bytes ? names.bytes : "");
    cki_text_free(&names);
    return CASK_INVALID;
}

cask_status cki_scheduler_choose(cask *ck, const char *name, cki_error *error)
{
    const cki_scheduler *built_in = cki_exec_find(name);
    size_t length = strlen(name);
    if (!built_in && (!strchr(name, '.') || length >= CKI_NAME))
        return unknown(ck, name, error);
    if (built_in)
        name = built_in->name;
    memcpy(ck->scheduler, name, strlen(name) + 1);
    return CASK_OK;
}

/* The one that this computation asks for, or the context's. */
static cask_status run_chosen(const cask *ck, const cki_plan *plan, const cki_exec_options *options,
                              cki_deliver deliver, void *user, cki_error *error)
{
    const char *name = ck->how && ck->how->scheduler ? ck->how->scheduler : ck->scheduler;
    const cki_scheduler *built_in = cki_exec_find(name);
    if (built_in)
        return built_in->run(plan, options, deliver, user, error);
    const cask_scheduler *own = find_own(ck, name);
    return own ? cki_custom_run(own, plan, options, deliver, user, error)
               : unknown(ck, name, error);
}

cask_status cki_scheduler_run(const cask *ck, const cki_plan *plan, const cki_exec_options *options,
                              cki_deliver deliver, void *user, cki_error *error)
{
    cki_callbacks_list callbacks;
    cask_status status = cki_callbacks_hold(&callbacks, options->callbacks, error);
    if (status != CASK_OK)
        return status;
    cki_exec_options told = *options;
    told.callbacks = callbacks.items;
    status = run_chosen(ck, plan, &told, deliver, user, error);
    cki_callbacks_release(&callbacks);
    return status;
}

static bool is_name(const char *name)
{
    size_t length = name ? strlen(name) : 0;
    bool fine = length > 0 && length < CKI_NAME && strchr(name, '.');
    for (size_t i = 0; fine && i < length; i++)
        fine = isalnum((unsigned char)name[i]) || name[i] == '_' || name[i] == '.';
    return fine;
}

cask_status cask_scheduler_register(cask *ck, const cask_scheduler *scheduler)
{
    cki_error error = {0};
    if (!ck || !scheduler)
        return cki_context_lacks(ck, "cask_scheduler_register", ck ? "scheduler" : "ck");
    if (!is_name(scheduler->name) || !scheduler->run)
        cki_fail(&error, CASK_INVALID, NULL,
                 "'%s' is no name of a scheduler: use letters, digits, _ and at least one dot, as "
                 "in my.own",
                 scheduler->name ? scheduler->name : "");
    else if (find_own(ck, scheduler->name) && find_own(ck, scheduler->name) != scheduler)
        cki_fail(&error, CASK_INVALID, NULL, "there is a scheduler '%s' already", scheduler->name);
    else if (!find_own(ck, scheduler->name) && ck->nschedulers == CKI_SCHEDULERS)
        cki_fail(&error, CASK_LIMIT, NULL, "more than %d schedulers of one's own", CKI_SCHEDULERS);
    else if (!find_own(ck, scheduler->name))
        ck->schedulers[ck->nschedulers++] = scheduler;
    return error.status == CASK_OK ? CASK_OK : cki_context_fail(ck, &error);
}
