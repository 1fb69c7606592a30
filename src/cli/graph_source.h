/* What `cask graph show` and `stats` look at: a graph in a file, or the tasks of an expression. */
#ifndef CKI_CLI_GRAPH_SOURCE_H
#define CKI_CLI_GRAPH_SOURCE_H

#include "cli/start.h"
#include "lang/lang.h"
#include "spec/picture.h"

typedef struct cki_graph_source {
    cask *ck;
    cki_picture picture;
    /* what it rests on: */
    cki_session *session;
    cask_value *value;
    const cki_node **nodes;
    cki_spec *spec;
    uint32_t *keys;
    bool told; /* the error has been reported, with its place in the text */
} cki_graph_source;

/* The first of the words is a file or an expression, others bind names (NAME=EXPR) or, for a file,
 * name keys. NotFound, or what the expression says. */
cask_status cki_graph_source_open(cki_graph_source *source, cask *ck, char **words, int count,
                                  cki_error *error);
void cki_graph_source_close(cki_graph_source *source);

/* What a subcommand does with its source, and the request that it read. */
typedef void cki_graph_work(const cki_graph_source *source, void *request, cki_error *error);
/* Open a context and a source, work, and report: the exit status. `computes`: Ctrl-C ends what is
 * computed. */
int cki_graph_source_run(const char *command, cki_start *start, char **words, int count,
                         bool computes, cki_graph_work *work, void *request);

#endif
