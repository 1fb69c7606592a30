/* The context: its first error, and the things that it frees when it closes. */
#include "expr/context.h"

#include <cask/lazy.h>

cask_status cki_context_fail(cask *ck, const cki_error *error)
{
    bool told = !error->message[0]; /* it stands for a failure of before */
    if (ck && !told && ck->error.status == CASK_OK && error->status != CASK_OK) {
        ck->error = *error;
        if (ck->options.on_error)
            ck->options.on_error(ck->options.user, error->status, error->message);
    }
    return error->status;
}

cask_status cki_context_lacks(cask *ck, const char *function, const char *parameter)
{
    cki_error error = {0};
    cki_fail(&error, CASK_INVALID, NULL, "%s: '%s' is NULL", function, parameter);
    return cki_context_fail(ck, &error);
}

cask_status cki_context_own(cask *ck, void (*release)(void *thing), void *thing, cki_error *error)
{
    cki_owned *owned = cki_memory_alloc(sizeof *owned);
    if (!owned) {
        release(thing);
        return cki_fail_memory(error, sizeof *owned);
    }
    *owned = (cki_owned){ck->owned, release, thing};
    ck->owned = owned;
    return CASK_OK;
}

bool cki_context_fuses(const cask *ck)
{
    return ck->tuning.fuse && !(ck->how && ck->how->as_built);
}

cask_status cki_context_watch(cask *ck, const struct cki_callbacks *watcher, cki_error *error)
{
    size_t count = 0;
    while (ck->watchers[count])
        count++;
    if (count == CKI_WATCHERS)
        return cki_fail(error, CASK_LIMIT, NULL,
                        "more than %d progress bars, profiles and other callbacks at once",
                        CKI_WATCHERS);
    ck->watchers[count] = watcher;
    return CASK_OK;
}

void cki_context_unwatch(cask *ck, const struct cki_callbacks *watcher)
{
    size_t i = 0;
    while (ck->watchers[i] && ck->watchers[i] != watcher)
        i++;
    for (; ck->watchers[i]; i++)
        ck->watchers[i] = ck->watchers[i + 1];
}

void cki_context_release(cask *ck, cki_owned *until)
{
    while (ck->owned && ck->owned != until) {
        cki_owned *owned = ck->owned;
        ck->owned = owned->next;
        owned->release(owned->thing);
        cki_memory_free(owned);
    }
}
