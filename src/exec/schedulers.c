/* The table of schedulers: one row each. */
#include "exec/schedulers.h"

#include <string.h>

static const cki_scheduler *const schedulers[] = {&cki_threads_scheduler, &cki_sync_scheduler,
                                                  &cki_processes_scheduler};

const cki_scheduler *cki_exec_at(size_t i)
{
    return i < sizeof schedulers / sizeof *schedulers ? schedulers[i] : NULL;
}

/* Other names that Dask's users know. */
static const struct {
    const char *name, *means;
} synonyms[] = {{"threading", "threads"},
                {"multiprocessing", "processes"},
                {"synchronous", "sync"},
                {"single-threaded", "sync"}};

const cki_scheduler *cki_exec_find(const char *name)
{
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
        if (strcmp(synonyms[i].name, name) == 0)
            name = synonyms[i].means;
    for (size_t i = 0; i < sizeof schedulers / sizeof *schedulers; i++)
        if (strcmp(schedulers[i]->name, name) == 0)
            return schedulers[i];
    return NULL;
}
