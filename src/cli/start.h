/* Starting: the context of a subcommand, with the options that all of them take. */
#ifndef CKI_CLI_START_H
#define CKI_CLI_START_H

#include "cli/options.h"

/* What the command line says of the context; {0} at first. */
typedef struct cki_start {
    cask_options options;
    cki_option_texts set, preload;
} cki_start;

/* Rows for a table of options, and lines for a usage text. */
/* clang-format off */
#define CKI_START_OPTIONS(start)                                                                  \
    {"--threads", NULL, CKI_OPTION_COUNT, &(start)->options.threads, NULL},                       \
    {"--memory-limit", NULL, CKI_OPTION_BYTES, &(start)->options.memory_limit, NULL},             \
    {"--scheduler", NULL, CKI_OPTION_TEXT, &(start)->options.scheduler, NULL},                    \
    {"--spill-directory", NULL, CKI_OPTION_TEXT, &(start)->options.spill_directory, NULL},        \
    {"--retries", NULL, CKI_OPTION_COUNT, &(start)->options.retries, NULL},                       \
    {"--cache", NULL, CKI_OPTION_BYTES, &(start)->options.cache, NULL},                           \
    {"--config", NULL, CKI_OPTION_TEXT, &(start)->options.config, NULL},                          \
    {"--preload", NULL, CKI_OPTION_TEXTS, &(start)->preload, NULL},                               \
    {"--set", NULL, CKI_OPTION_TEXTS, &(start)->set, NULL}
/* clang-format on */
#define CKI_START_USAGE                                                                            \
    "  --threads N          worker threads; default: one for each processor\n"                     \
    "  --memory-limit SIZE  bytes of chunks alive at once, as 500MB or 2GiB; default: 60 % of\n"   \
    "                       the machine's memory\n"                                                \
    "  --scheduler NAME     threads (default), processes, sync: everything on one thread, or\n"    \
    "                       one of a plug-in's\n"                                                  \
    "  --spill-directory D  where results go that do not fit into the limit; default: $TMPDIR,\n"  \
    "                       or /var/tmp\n"                                                         \
    "  --retries N          how often a task that failed is tried again\n"                         \
    "  --cache SIZE         bytes of results to keep for later computations; default: none\n"      \
    "  --config FILE        read this instead of $CASK_CONFIG; see cask help config\n"             \
    "  --preload LIB        load a plug-in, ./libmine.so: its functions, its schedulers\n"         \
    "  --set KEY=VALUE      any other setting: cask config list shows them\n"

/* Open a context, and tell what is odd in the configuration on stderr. NULL after an error of the
 * options or the configuration, which has been told; `command` is the subcommand's name. */
cask *cki_start_context(const char *command, cki_start *start);
/* The same for warnings of any configuration: lines on stderr. */
void cki_start_warn(const char *warnings);

#endif
