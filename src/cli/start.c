/* Starting: open the context that the command line and the configuration describe. */
#include "cli/start.h"
#include "cli/report.h"
#include "sys/environment.h"
#include "sys/pages.h"

#include <stdio.h>
#include <string.h>

void cki_start_warn(const char *warnings)
{
    for (const char *at = warnings; at && *at;) {
        size_t length = strcspn(at, "\n");
        fprintf(stderr, "cask: warning: %.*s\n", (int)length, at);
        at += length + (at[length] == '\n');
    }
}

cask *cki_start_context(const char *command, cki_start *start)
{
    cki_pages_give_back();
    /* its own threads would only allocate buffers and wait: parallelism is the scheduler's */
    cki_environment_default("OPENBLAS_NUM_THREADS", "1");
    start->options.set = start->set.items;
    cask *ck = cask_open(&start->options);
    if (cask_error(ck) != CASK_OK) {
        cki_report_usage(command, cask_message(ck), "see cask help config\n");
        cask_close(ck);
        return NULL;
    }
    char *warnings = cask_config_warnings(ck);
    cki_start_warn(warnings);
    cask_text_free(warnings);
    for (size_t i = 0; i < start->preload.count; i++)
        if (cask_preload(ck, start->preload.items[i]) != CASK_OK) {
            cki_report_usage(command, cask_message(ck), "");
            cask_close(ck);
            return NULL;
        }
    return ck;
}
