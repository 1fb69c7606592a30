/* cask graph stats: how large a graph is, and how much of it can run at once.
 */
#include "cli/command.h"
#include "cli/graph.h"
#include "cli/graph_source.h"
#include "cli/output.h"
#include "cli/report.h"
#include "core/memory.h"
#include "graph/plan.h"
#include "spec/request.h"

#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: cask graph stats FILE|EXPR [KEY ... | NAME=EXPR ...] [options]\n"
    "\n"
    "Counts the tasks of a graph in JSON or of an expression, without running any.\n"
    "\n"
    "  --optimize           as it runs: culled, fused; else as it was built\n"
    "  --json               as one JSON object\n" CKI_START_USAGE
    "  --help               this text\n"
    "\n"
    "depth is the longest way through it, in tasks; width the most tasks that are as far from the\n"
    "beginning as one another. tasks / depth is about how many can run at once.\n";

typedef struct request {
    int count;
    cki_start start;
    bool help, optimize, json;
} request;

/* A function, and how many tasks call it. */
typedef struct use {
    char *name;
    size_t count;
} use;

typedef struct stats {
    size_t tasks, edges, roots, outputs, depth, width, layers, functions;
    uint64_t read;
    size_t output, peak;
    bool undeclared;
    use *uses;
    uint32_t *level; /* by task */
    char *longest;   /* the keys on the longest way, last to first */
} stats;

static int read_request(int argc, char **argv, request *r)
{
    const cki_option options[] = {{"--optimize", NULL, CKI_OPTION_FLAG, &r->optimize, NULL},
                                  {"--json", NULL, CKI_OPTION_FLAG, &r->json, NULL},
                                  CKI_START_OPTIONS(&r->start),
                                  {"--help", "-h", CKI_OPTION_FLAG, &r->help, NULL},
                                  {NULL, NULL, CKI_OPTION_FLAG, NULL, NULL}};
    cki_error error = {0};
    if (cki_options_parse(options, argc, argv, &r->count, &error) != CASK_OK)
        return cki_report_usage("graph stats", error.message, "see cask graph stats --help\n");
    if (!r->help && !r->count)
        return cki_report_usage("graph stats", "no file or expression given",
                                "see cask graph stats --help\n");
    return CKI_EXIT_OK;
}

/* ---- counting ---- */

/* How far each task is from the beginning, inputs before users; and what follows from that. */
static cask_status measure(const cki_plan *plan, stats *s, cki_error *error)
{
    s->level = cki_memory_calloc(plan->count + 1, sizeof *s->level);
    uint32_t *wide = cki_memory_calloc(plan->count + 1, sizeof *wide);
    if (!s->level || !wide) {
        cki_memory_free(wide);
        return cki_fail_memory(error, plan->count * sizeof *wide);
    }
    for (size_t i = 0; i < plan->count; i++) {
        cki_plan_list inputs = cki_plan_arguments(plan, i);
        for (size_t k = 0; k < inputs.count; k++) {
            uint32_t below = s->level[inputs.items[k]] + 1;
            if (below > s->level[i])
                s->level[i] = below;
        }
        s->edges += inputs.count;
        s->roots += inputs.count == 0;
        if (++wide[s->level[i]] > s->width)
            s->width = wide[s->level[i]];
        if (s->level[i] + 1 > s->depth)
            s->depth = s->level[i] + 1;
    }
    cki_memory_free(wide);
    return CASK_OK;
}

/* The ends of the longest way, by key. */
static cask_status find_longest(const cki_plan *plan, stats *s, cki_error *error)
{
    enum { SHOWN = 12 };
    size_t at = 0;
    cki_text text = {0};
    for (size_t i = 0; i < plan->count; i++)
        if (s->level[i] > s->level[at])
            at = i;
    for (size_t step = 0; plan->count && step < SHOWN; step++) {
        cki_plan_list inputs = cki_plan_arguments(plan, at);
        cki_text key = {0};
        cki_graph_describe(cki_plan_layer(plan, at), plan->block[at], &key, NULL);
        cki_text_format(&text, "%s%s", step ? " <- " : "", key.bytes ? key.bytes : "");
        text.failed |= key.failed;
        cki_text_free(&key);
        if (!s->level[at])
            break;
        if (step + 1 == SHOWN)
            cki_text_format(&text, " <- ... (%u more)", s->level[at]);
        size_t k = 0;
        while (k < inputs.count && s->level[inputs.items[k]] + 1 != s->level[at])
            k++;
        at = inputs.items[k];
    }
    s->longest = cki_text_take(&text);
    if (!s->longest && plan->count)
        return cki_fail_memory(error, sizeof text);
    return CASK_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const use *)a)->name, ((const use *)b)->name);
}

static int compare_counts(const void *a, const void *b)
{
    const use *x = a, *y = b;
    int order = (x->count < y->count) - (x->count > y->count);
    return order ? order : strcmp(x->name, y->name);
}

/* What tasks do, each with how many do it, most frequent first. */
static cask_status count_functions(const cki_plan *plan, stats *s, cki_error *error)
{
    s->uses = cki_memory_calloc(plan->count + 1, sizeof *s->uses);
    if (!s->uses)
        return cki_fail_memory(error, plan->count * sizeof *s->uses);
    size_t named = 0;
    for (size_t i = 0; i < plan->count; i++) {
        cki_text call = {0};
        cki_graph_describe(cki_plan_layer(plan, i), plan->block[i], NULL, &call);
        if (call.failed)
            return cki_fail_memory(error, call.length);
        if (!call.length)
            continue; /* a literal or an alias */
        s->uses[named++] = (use){cki_text_take(&call), 1};
    }
    qsort(s->uses, named, sizeof *s->uses, compare_names);
    for (size_t i = 0; i < named; i++) {
        use *last = s->functions ? &s->uses[s->functions - 1] : NULL;
        if (last && strcmp(last->name, s->uses[i].name) == 0) {
            last->count++;
            cki_memory_free(s->uses[i].name);
        } else {
            s->uses[s->functions++] = s->uses[i];
        }
    }
    qsort(s->uses, s->functions, sizeof *s->uses, compare_counts);
    return CASK_OK;
}

static cask_status count(const cki_plan *plan, stats *s, cki_error *error)
{
    s->tasks = plan->count;
    s->outputs = plan->nwanted;
    s->layers = cki_graph_layers(plan->graph);
    s->read = plan->bytes_read;
    s->output = plan->output_bytes;
    s->peak = plan->peak_bytes;
    s->undeclared = plan->undeclared;
    cask_status status = measure(plan, s, error);
    if (status == CASK_OK)
        status = find_longest(plan, s, error);
    return status == CASK_OK ? count_functions(plan, s, error) : status;
}

/* ---- telling ---- */

static void put_bytes(cki_text *text, const char *name, uint64_t bytes)
{
    char size[32];
    cki_text_format(text, "%-10s %s\n", name, cki_text_size(bytes, size));
}

static void tell(const stats *s, cki_text *text)
{
    enum { SHOWN = 20 };
    cki_text_format(text,
                    "tasks      %zu\nedges      %zu\nroots      %zu\noutputs    %zu\n"
                    "depth      %zu\nwidth      %zu\n",
                    s->tasks, s->edges, s->roots, s->outputs, s->depth, s->width);
    if (s->undeclared) {
        cki_text_put(text, "bytes      not declared\n");
    } else {
        put_bytes(text, "results", s->output);
        put_bytes(text, "alive", s->peak);
    }
    if (s->read)
        put_bytes(text, "read", s->read);
    cki_text_format(text, "longest    %s\n", s->longest ? s->longest : "");
    for (size_t i = 0; i < s->functions && i < SHOWN; i++)
        cki_text_format(text, "%-10s %s  %zu\n", i ? "" : "functions", s->uses[i].name,
                        s->uses[i].count);
    if (s->functions > SHOWN)
        cki_text_format(text, "%-10s ... and %zu more\n", "", s->functions - SHOWN);
}

static cask_status tell_json(const stats *s, cki_text *text, cki_error *error)
{
    cki_text_format(text,
                    "{\"tasks\": %zu, \"edges\": %zu, \"roots\": %zu, \"outputs\": %zu, "
                    "\"depth\": %zu, \"width\": %zu, \"layers\": %zu, \"bytes_read\": %llu, ",
                    s->tasks, s->edges, s->roots, s->outputs, s->depth, s->width, s->layers,
                    (unsigned long long)s->read);
    if (s->undeclared)
        cki_text_put(text, "\"bytes_results\": null, \"bytes_alive\": null, \"functions\": {");
    else
        cki_text_format(text, "\"bytes_results\": %zu, \"bytes_alive\": %zu, \"functions\": {",
                        s->output, s->peak);
    for (size_t i = 0; i < s->functions && error->status == CASK_OK; i++) {
        cask_value *name = cki_value_string(s->uses[i].name, error);
        cki_text_put(text, i ? ", " : "");
        if (name)
            cki_value_json(name, text, error);
        cki_text_format(text, ": %zu", s->uses[i].count);
        cask_value_unref(name);
    }
    cki_text_put(text, "}}\n");
    return error->status;
}

static void answer(const cki_graph_source *source, void *given, cki_error *error)
{
    const request *r = given;
    cki_graph *graph = NULL;
    cki_plan *plan = NULL;
    stats s = {0};
    cki_text text = {0};
    cki_spec *better = NULL;
    cki_picture picture = source->picture;
    if (r->optimize && picture.spec) {
        better = cki_request_optimise(picture.ck, picture.spec, picture.keys, picture.count, error);
        picture.spec = better;
    }
    if (error->status == CASK_OK &&
        cki_picture_plan(&picture, r->optimize, &graph, &plan, error) == CASK_OK &&
        count(plan, &s, error) == CASK_OK) {
        if (r->json)
            tell_json(&s, &text, error);
        else
            tell(&s, &text);
    }
    if (text.failed)
        cki_fail_memory(error, text.length);
    if (error->status == CASK_OK)
        cki_output_add(text.bytes, text.length);
    cki_text_free(&text);
    for (size_t i = 0; s.uses && i < s.functions; i++)
        cki_memory_free(s.uses[i].name);
    cki_memory_free(s.uses);
    cki_memory_free(s.level);
    cki_memory_free(s.longest);
    cki_plan_free(plan);
    cki_graph_free(graph);
    cki_spec_free(better);
}

static int run(int argc, char **argv)
{
    request r = {0};
    int status = read_request(argc, argv, &r);
    if (status != CKI_EXIT_OK)
        return status;
    if (!r.help)
        return cki_graph_source_run("graph stats", &r.start, argv, r.count, false, answer, &r);
    cki_output_put(usage);
    return CKI_EXIT_OK;
}

const cki_graph_part cki_graph_stats = {"stats", usage, run};
