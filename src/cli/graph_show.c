/* cask graph show: a picture of a graph by hand, or of what an expression would compute.
 */
#include "cli/command.h"
#include "cli/graph.h"
#include "cli/graph_source.h"
#include "cli/output.h"
#include "cli/report.h"

#include <string.h>

static const char usage[] =
    "usage: cask graph show FILE|EXPR [KEY ... | NAME=EXPR ...] -o OUT [options]\n"
    "\n"
    "Draws the tasks that a graph in JSON (for KEYs, or all of it) or an expression has: boxes "
    "are\n"
    "data, circles are functions, arrows go from what is needed to what needs it.\n"
    "\n"
    "  -o, --output OUT     .svg .png .pdf (by Graphviz' program dot), .dot, or .json: the graph\n"
    "                       itself\n"
    "  --optimize           as it runs: culled, fused; else as it was built\n"
    "  --color WHAT         order: when each task runs; time: how long each took; memory: bytes "
    "of\n"
    "                       each result (for the last two it is computed)\n"
    "  --left-right         from left to right instead of upwards\n"
    "  --limit N            refuse more tasks than these; default: 1000\n" CKI_START_USAGE
    "  --help               this text\n"
    "\n"
    "  cask graph show pipeline.json store -o pipeline.svg\n"
    "  cask graph show \"(x + x.T).sum(axis=0)\" x=\"da.ones((4, 4), chunks=2)\" -o sum.png \\\n"
    "      --color order\n";

typedef struct request {
    const char *output, *color;
    int count, limit;
    cki_start start;
    cask_drawing drawing;
    bool help;
} request;

static const char *const colors[] = {"none", "order", "time", "memory"};

static int read_request(int argc, char **argv, request *r)
{
    const cki_option options[] = {
        {"--output", "-o", CKI_OPTION_TEXT, &r->output, NULL},
        {"--optimize", NULL, CKI_OPTION_FLAG, &r->drawing.optimize, NULL},
        {"--color", NULL, CKI_OPTION_TEXT, &r->color, NULL},
        {"--left-right", NULL, CKI_OPTION_FLAG, &r->drawing.left_right, NULL},
        {"--limit", NULL, CKI_OPTION_COUNT, &r->limit, NULL},
        CKI_START_OPTIONS(&r->start),
        {"--help", "-h", CKI_OPTION_FLAG, &r->help, NULL},
        {NULL, NULL, CKI_OPTION_FLAG, NULL, NULL}};
    static const char more[] = "see cask graph show --help\n";
    cki_error error = {0};
    if (cki_options_parse(options, argc, argv, &r->count, &error) != CASK_OK)
        return cki_report_usage("graph show", error.message, more);
    if (r->help)
        return CKI_EXIT_OK;
    if (!r->count)
        return cki_report_usage("graph show", "no file or expression given", more);
    if (!r->output || !*r->output)
        return cki_report_usage("graph show", "say where to: -o OUT.svg", more);
    size_t color = 0, all = sizeof colors / sizeof *colors;
    while (r->color && color < all && strcmp(colors[color], r->color) != 0)
        color++;
    if (color == all)
        return cki_report_usage("graph show", "--color takes order, time or memory", more);
    r->drawing.colors = (cask_colors)color;
    r->drawing.most = r->limit;
    return CKI_EXIT_OK;
}

static void draw(const cki_graph_source *source, void *given, cki_error *error)
{
    const request *r = given;
    cki_picture_save(&source->picture, r->output, &r->drawing, error);
}

static int run(int argc, char **argv)
{
    request r = {0};
    int status = read_request(argc, argv, &r);
    if (status != CKI_EXIT_OK)
        return status;
    if (!r.help)
        return cki_graph_source_run("graph show", &r.start, argv, r.count, true, draw, &r);
    cki_output_put(usage);
    return CKI_EXIT_OK;
}

const cki_graph_part cki_graph_show = {"show", usage, run};
