/* Watching: the options' files are tried before anything is computed, and written at the end. */
#include "cli/watch.h"
#include "cli/command.h"
#include "cli/report.h"
#include "core/text.h"
#include "sys/file.h"

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

int cki_watch_begin(cki_watch *watch, cask *ck, const char *title)
{
    const cask_profile_options options = {.title = title, .trace = watch->trace};
    int status = watch->profile ? try_file(watch->profile) : CKI_EXIT_OK;
    if (status == CKI_EXIT_OK && (watch->profile || watch->trace) &&
        cask_profile_begin(ck, &options, &watch->recording) != CASK_OK)
        status = told(ck);
    if (status == CKI_EXIT_OK && watch->progress && cask_progress_begin(ck, NULL) != CASK_OK)
        status = told(ck);
    return status;
}

int cki_watch_end(cki_watch *watch, cask *ck, int status)
{
    cask_progress_end(ck);
    if (!watch->recording)
        return status;
    cask_clear(ck); /* what failed in the computation was told */
    cask_status wrote = watch->profile ? cask_profile_save(watch->recording, watch->profile)
                                       : cask_profile_end(watch->recording);
    cask_profile_free(watch->recording);
    watch->recording = NULL;
    if (wrote == CASK_OK)
        return status;
    int failed = told(ck);
    return status != CKI_EXIT_OK ? status : failed;
}
