/* cask graph: graphs by hand, and looking at any graph; one file for each part.
 */
#include "cli/graph.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/report.h"
#include "core/memory.h"
#include "sys/file.h"

#include <string.h>

static const char usage[] =
    "usage: cask graph run FILE [KEY ...] [-o OUT.json]          compute keys, or change the "
    "graph\n"
    "       cask graph show FILE|EXPR [NAME=EXPR ...] -o OUT     draw it: .svg .png .pdf .dot\n"
    "       cask graph stats FILE|EXPR [NAME=EXPR ...]           how large it is\n"
    "       cask graph run|show|stats --help\n"
    "\n"
    "A FILE is a graph in JSON: {\"x\": 1, \"y\": [\"$inc\", \"x\"], \"z\": [\"$add\", \"y\", "
    "10]}.\n";

static const cki_graph_part *const parts[] = {&cki_graph_run, &cki_graph_show, &cki_graph_stats};

char *cki_graph_read(const char *path, size_t *length, cki_error *error)
{
    cki_file *file = cki_file_open(path, error);
    if (!file)
        return NULL;
    *length = (size_t)cki_file_size(file);
    char *text = cki_memory_alloc(*length + 1);
    if (!text)
        cki_fail_memory(error, *length);
    else if (cki_file_read(file, 0, text, *length, "the graph", error) != CASK_OK) {
        cki_memory_free(text);
        text = NULL;
    }
    cki_file_unref(file);
    if (text)
        text[*length] = '\0';
    return text;
}

cask_status cki_graph_write(const char *path, const char *text, size_t length, cki_error *error)
{
    cki_file_output *output = cki_file_create(path, error);
    if (!output)
        return error->status;
    if (cki_file_write(output, 0, text, length, error) == CASK_OK)
        return cki_file_commit(output, error);
    cki_file_abort(output);
    return error->status;
}

static int run(int argc, char **argv)
{
    if (argc < 1)
        return cki_report_usage("graph", "what? run, show or stats", usage);
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) {
        cki_output_put(usage);
        return CKI_EXIT_OK;
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(parts[i]->name, argv[0]) == 0)
            return parts[i]->run(argc - 1, argv + 1);
    return cki_report_usage("graph", "there is run, show and stats", usage);
}

const cki_command cki_graph_command = {"graph", usage, run};
