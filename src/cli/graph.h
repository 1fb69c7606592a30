/* The parts of `cask graph`, and what they share. */
#ifndef CKI_CLI_GRAPH_H
#define CKI_CLI_GRAPH_H

#include "cli/start.h"
#include "spec/spec.h"

/* cask graph run, show and stats: argv[0] is the first word after that. */
typedef struct cki_graph_part {
    const char *name, *usage;
    int (*run)(int argc, char **argv);
} cki_graph_part;
extern const cki_graph_part cki_graph_run, cki_graph_show, cki_graph_stats;

/* A file's whole text, NUL-terminated; the caller frees it. */
char *cki_graph_read(const char *path, size_t *length, cki_error *error);
/* A file that is whole or not there. */
cask_status cki_graph_write(const char *path, const char *text, size_t length, cki_error *error);

#endif
