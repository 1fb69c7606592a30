/* Watching: the options' files are tried before anything is computed, and written at the end. */
#include "cli/watch.h"
#include "cli/command.h"
#include "cli/report.h"
#include "core/memory.h"
#include "sys/file.h"
#include "sys/interrupt.h"
#include "value/value.h"

#include <string.h>

static int told(const cask *ck)
{
    cki_error error = {0};
    cki_fail(&error, cask_error(ck), cask_error_class(ck), "%s", cask_message(ck));
    return cki_report_error(&error, NULL, 0);
}

/* Whether a file can be made there: better known before an hour's work than after it. */
static int try_file(const char *path)
{
    cki_error error = {0};
    cki_file_output *file = cki_file_create(path, &error);
    cki_file_abort(file);
    return file ? CKI_EXIT_OK : cki_report_error(&error, NULL, 0);
}

/* A file that the configuration names; NULL if it names none. */
static char *named(cask *ck, const char *key)
{
    cask_value *value = cask_config_get(ck, key);
    char *path = value && value->kind == CKI_STR && value->as.text.length
                     ? cki_memory_copy(value->as.text.bytes, value->as.text.length)
                     : NULL;
    cask_value_unref(value);
    return path;
}

/* What the options leave open is as configured. */
static void configure(cki_watch *watch, cask *ck)
{
    cask_value *progress = cask_config_get(ck, "progress");
    watch->progress |= progress && progress->kind == CKI_BOOL && progress->as.boolean;
    cask_value_unref(progress);
    watch->configured[0] = watch->profile ? NULL : named(ck, "profile");
    watch->configured[1] = watch->trace ? NULL : named(ck, "trace");
    if (watch->configured[0])
        watch->profile = watch->configured[0];
    if (watch->configured[1])
        watch->trace = watch->configured[1];
}

static void forget(cki_watch *watch)
{
    for (int i = 0; i < 2; i++)
        cki_memory_free(watch->configured[i]);
}

int cki_watch_begin(cki_watch *watch, cask *ck, const char *title)
{
    configure(watch, ck);
    const cask_profile_options options = {.title = title, .trace = watch->trace};
    int status = watch->profile ? try_file(watch->profile) : CKI_EXIT_OK;
    if (status == CKI_EXIT_OK && (watch->profile || watch->trace) &&
        cask_profile_begin(ck, &options, &watch->recording) != CASK_OK)
        status = told(ck);
    if (status == CKI_EXIT_OK && watch->progress && cask_progress_begin(ck, NULL) != CASK_OK)
        status = told(ck);
    if (status != CKI_EXIT_OK)
        forget(watch);
    return status;
}

int cki_watch_end(cki_watch *watch, cask *ck, int status)
{
    cki_interrupt_heard();
    cask_progress_end(ck);
    if (!watch->recording) {
        forget(watch);
        return status;
    }
    cask_clear(ck); /* what failed in the computation was told */
    cask_status wrote = watch->profile ? cask_profile_save(watch->recording, watch->profile)
                                       : cask_profile_end(watch->recording);
    cask_profile_free(watch->recording);
    watch->recording = NULL;
    forget(watch);
    if (wrote == CASK_OK)
        return status;
    int failed = told(ck);
    return status != CKI_EXIT_OK ? status : failed;
}
