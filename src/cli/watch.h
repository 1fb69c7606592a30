/* Watching what a subcommand computes: --progress, --profile and --trace. */
#ifndef CKI_CLI_WATCH_H
#define CKI_CLI_WATCH_H

#include <cask/cask.h>

typedef struct cki_watch {
    bool progress;
    const char *profile, *trace; /* files, or NULL */
    char *configured[2];         /* those that the configuration names */
    cask_profile *recording;     /* while it goes on */
} cki_watch;

/* Rows for a table of options, and what --help says of them. */
#define CKI_WATCH_OPTIONS(watch)                                                                   \
    {"--progress", NULL, CKI_OPTION_FLAG, &(watch)->progress, NULL},                               \
        {"--profile", NULL, CKI_OPTION_TEXT, &(watch)->profile, NULL},                             \
    {                                                                                              \
        "--trace", NULL, CKI_OPTION_TEXT, &(watch)->trace, NULL                                    \
    }
#define CKI_WATCH_USAGE                                                                            \
    "  --progress           show a bar on stderr, if that is a terminal\n"                         \
    "  --profile OUT.html   save a page: which task ran when, memory and processors meanwhile\n"   \
    "  --trace OUT.json     save each task as an event, for Perfetto or chrome://tracing\n"

/* Begin what is asked for, by options or the configuration, before the context computes: an exit
 * status, with a message if a file cannot be written. */
int cki_watch_begin(cki_watch *watch, cask *ck, const char *title);
/* Write the files, also of a computation that failed. `status` is what the computation came to;
 * what is returned is that, or that writing failed. */
int cki_watch_end(cki_watch *watch, cask *ck, int status);

#endif
