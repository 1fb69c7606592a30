/* cask explain: what computing would take, without doing it.
 */
#include "diag/explain.h"
#include "cli/command.h"
#include "cli/graph_source.h"
#include "cli/output.h"
#include "cli/report.h"
#include "expr/collection.h"
#include "sys/clock.h"

#include <string.h>

static const char usage[] =
    "usage: cask explain EXPR [NAME=EXPR ...] [options]\n"
    "       cask explain FILE.json [KEY ...] [options]\n"
    "\n"
    "Shows what `cask eval EXPR` or `cask graph run FILE KEY...` would do, without doing it: the\n"
    "layers of tasks with their largest chunk, all their results, working memory and what is\n"
    "read, in bytes; what was fused into each; the most memory that will be in use at once; and\n"
    "whether that fits the memory limit, will spill to disk, or is refused.\n"
    "\n"
    "  --json               the same for programs\n"
    "  -o, --output OUT     as with eval: of what is saved in pieces no result stays in "
    "memory\n" CKI_START_USAGE "  --help               this text\n"
    "\n"
    "  cask explain \"(x.T.dot(x) - x.mean(axis=0)).sum()\" x=\"da.ones((8000, 8000), "
    "chunks=1000)\"\n"
    "  cask explain \"x + 1\" x=\"da.ones((30000, 30000))\" --memory-limit 1GB\n";

typedef struct request {
    char **words; /* the expression or file, and what is bound or wanted */
    int count;
    const char *output;
    cki_start start;
    bool help, json;
} request;

static int read_request(int argc, char **argv, request *r)
{
    const cki_option options[] = {{"--json", NULL, CKI_OPTION_FLAG, &r->json, NULL},
                                  {"--output", "-o", CKI_OPTION_TEXT, &r->output, NULL},
                                  CKI_START_OPTIONS(&r->start),
                                  {"--help", "-h", CKI_OPTION_FLAG, &r->help, NULL},
                                  {NULL, NULL, CKI_OPTION_FLAG, NULL, NULL}};
    cki_error error = {0};
    if (cki_options_parse(options, argc, argv, &r->count, &error) != CASK_OK)
        return cki_report_usage("explain", error.message, "see cask explain --help\n");
    if (r->help)
        return CKI_EXIT_OK;
    int first = 0;
    size_t begin, end, at;
    while (first < r->count && cki_options_binding(argv[first], &begin, &end, &at))
        first++;
    if (first == r->count)
        return cki_report_usage("explain", "no expression and no file given",
                                "see cask explain --help\n");
    char *word = argv[first]; /* bindings may stand before it */
    memmove(argv + 1, argv, (size_t)first * sizeof *argv);
    argv[0] = word;
    r->words = argv;
    return CKI_EXIT_OK;
}

/* Bytes of what will be in memory as a whole in the end. */
static size_t result_bytes(const cki_picture *picture)
{
    uint64_t bytes = 0;
    for (size_t i = 0; picture->nodes && i < picture->count; i++) {
        const cki_node *node = picture->nodes[i];
        if (__builtin_add_overflow(bytes, node->collection->bytes(node), &bytes))
            return SIZE_MAX;
    }
    return (size_t)bytes;
}

static cask_status explain(cask *ck, const request *r, const cki_picture *picture, cki_error *error)
{
    struct cki_graph *graph = NULL;
    struct cki_plan *plan = NULL;
    cki_text text = {0};
    int64_t begin = cki_clock_now();
    /* A graph by hand runs as it is written. */
    cask_status status = cki_picture_plan(picture, picture->nodes != NULL, &graph, &plan, error);
    const cki_explain_options options = {.threads = ck->threads,
                                         .memory_limit = ck->memory_limit,
                                         .result_bytes = r->output ? 0 : result_bytes(picture),
                                         .planning = cki_clock_now() - begin,
                                         .json = r->json};
    if (status == CASK_OK)
        status = cki_explain_plan(plan, &options, &text, error);
    if (status == CASK_OK)
        cki_output_add(text.bytes, text.length);
    cki_text_free(&text);
    cki_plan_free(plan);
    cki_graph_free(graph);
    return status;
}

static void explain_source(const cki_graph_source *source, void *given, cki_error *error)
{
    explain(source->ck, given, &source->picture, error);
}

static int run(int argc, char **argv)
{
    request r = {0};
    int status = read_request(argc, argv, &r);
    if (status != CKI_EXIT_OK)
        return status;
    if (!r.help)
        return cki_graph_source_run("explain", &r.start, r.words, r.count, false, explain_source,
                                    &r);
    cki_output_put(usage);
    return CKI_EXIT_OK;
}

const cki_command cki_explain_command = {"explain", usage, run};
