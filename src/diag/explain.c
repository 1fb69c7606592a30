/* Explaining: rows of layers, or where there are many of what they are called, and a verdict that
 * rests on the prediction. */
#include "diag/explain.h"

#include "core/memory.h"
#include "diag/label.h"
#include "diag/out.h"
#include "diag/predict.h"
#include "graph/annotations.h"

#include <stdio.h>
#include <string.h>

enum { MOST_ROWS = 60 };

/* ---- what the tasks declare ---- */

typedef struct row {
    const char *name, *function, *detail;
    const char *brief; /* the name, for people */
    uint64_t tasks, output, read;
    size_t largest; /* output of one task */
    size_t working;
    const cki_annotations *annotations;
} row;

typedef struct survey {
    const cki_plan *plan;
    cki_labels labels;
    uint32_t *label_of; /* by layer; UINT32_MAX: not asked yet */
    row *rows;
    size_t nrows;
    size_t layers; /* that have tasks */
    uint64_t edges;
} survey;

/* Blocks with names of their own are told apart by what they call. */
static uint32_t label_task(survey *s, size_t task, cki_text *call)
{
    uint32_t number = s->plan->layer[task];
    const cki_layer *layer = cki_plan_layer(s->plan, task);
    if (!layer->describe) {
        uint32_t *known = &s->label_of[number];
        if (*known == UINT32_MAX) {
            *known = cki_label_of(&s->labels, layer);
            s->layers++;
        }
        return *known;
    }
    call->length = 0;
    cki_graph_describe(layer, s->plan->block[task], NULL, call);
    const char *name = call->length && !call->failed ? call->bytes : layer->function->name;
    if (s->label_of[number] == UINT32_MAX) {
        s->label_of[number] = 0;
        s->layers++;
    }
    return cki_label_named(&s->labels, name, layer->function->name);
}

static void count_task(survey *s, size_t task, row *r)
{
    cki_cost cost = cki_plan_cost(s->plan, task);
    r->tasks++;
    r->output += cost.output;
    r->read += cost.read;
    r->largest = cost.output > r->largest ? cost.output : r->largest;
    r->working = cost.working > r->working ? cost.working : r->working;
    s->edges += cki_plan_arguments(s->plan, task).count;
}

/* A name or key with the first eight digits of each token: enough to tell by, and to find it. */
static void put_brief(const char *name, cki_text *out)
{
    enum { DIGITS = 32, SHOWN = 8 };
    while (*name) {
        size_t digits = strspn(name, "0123456789abcdef"), length = digits ? digits : 1;
        cki_text_add(out, name, digits == DIGITS ? SHOWN : length);
        name += length;
    }
}

/* The rows' names, for the table. */
static cask_status name_rows(survey *s, cki_error *error)
{
    cki_text text = {0};
    for (size_t i = 0; i < s->nrows && error->status == CASK_OK; i++) {
        text.length = 0;
        if (s->rows[i].name)
            put_brief(s->rows[i].name, &text);
        s->rows[i].brief = text.failed ? NULL
                                       : cki_arena_text(&s->labels.arena,
                                                        text.bytes ? text.bytes : "", text.length);
        if (!s->rows[i].brief)
            cki_fail_memory(error, text.length);
    }
    cki_text_free(&text);
    return error->status;
}

/* One pass names all labels, a second one adds up, by label or, of many, by group. */
static cask_status take(survey *s, cki_error *error)
{
    const cki_plan *plan = s->plan;
    size_t layers = cki_graph_layers(plan->graph);
    cki_text call = {0};
    uint32_t *labels = cki_memory_alloc(plan->count * sizeof *labels);
    s->label_of = cki_memory_alloc(layers * sizeof *s->label_of);
    if (!labels || !s->label_of) {
        cki_memory_free(labels);
        return cki_fail_memory(error, plan->count * sizeof *labels);
    }
    memset(s->label_of, 0xFF, layers * sizeof *s->label_of);
    for (size_t i = 0; i < plan->count; i++)
        labels[i] = label_task(s, i, &call);
    bool grouped = s->labels.count > MOST_ROWS;
    s->nrows = grouped ? s->labels.ngroups : s->labels.count;
    s->rows = cki_memory_calloc(s->nrows, sizeof *s->rows);
    for (size_t i = 0; s->rows && i < plan->count; i++) {
        uint32_t group = cki_label_group(&s->labels, labels[i]), at = grouped ? group : labels[i];
        if (at >= s->nrows)
            continue;
        row *r = &s->rows[at];
        const cki_layer *layer = cki_plan_layer(plan, i);
        r->name = grouped ? s->labels.groups[group].name : cki_label_name(&s->labels, labels[i]);
        r->function = s->labels.groups[group].function;
        r->detail = r->detail ? r->detail : layer->detail;
        r->annotations = r->annotations ? r->annotations : layer->annotations;
        count_task(s, i, r);
    }
    cki_text_free(&call);
    cki_memory_free(labels);
    return s->rows ? name_rows(s, error) : cki_fail_memory(error, s->nrows * sizeof *s->rows);
}

static void free_survey(survey *s)
{
    cki_label_free(&s->labels);
    cki_memory_free(s->label_of);
    cki_memory_free(s->rows);
}

/* ---- the verdict ---- */

typedef enum verdict { FITS, WAITS, SPILLS, REFUSED } verdict;

typedef struct judgement {
    verdict verdict;
    cki_prediction free, bound; /* without a limit and, where that is more, within it */
    cki_error refusal;
} judgement;

static cask_status judge(const cki_plan *plan, const cki_explain_options *options, judgement *j,
                         cki_error *error)
{
    cki_prediction_options how = {.threads = options->threads,
                                  .memory_base = options->result_bytes};
    if (cki_predict(plan, &how, &j->free, error) != CASK_OK)
        return error->status;
    if (!options->memory_limit || j->free.peak <= options->memory_limit)
        return CASK_OK;
    how.memory_limit = options->memory_limit;
    cki_predict(plan, &how, &j->bound, &j->refusal);
    if (j->refusal.status == CASK_OK && options->result_bytes > options->memory_limit) {
        char result[32], limit[32];
        cki_fail(
            &j->refusal, CASK_LIMIT, NULL,
            "the result needs %s and the memory limit is %s: save it to a file (-o), or reduce "
            "it",
            cki_text_size(options->result_bytes, result),
            cki_text_size(options->memory_limit, limit));
    }
    if (j->refusal.status == CASK_MEMORY) {
        *error = j->refusal;
        return error->status;
    }
    j->verdict = j->refusal.status != CASK_OK ? REFUSED : j->bound.spilled ? SPILLS : WAITS;
    return CASK_OK;
}

/* ---- for people ---- */

static void put_padded(cki_text *out, const char *text, size_t width, bool right)
{
    size_t length = cki_text_codes(text, strlen(text));
    size_t pad = length < width ? width - length : 0;
    if (right)
        cki_text_repeat(out, ' ', pad);
    cki_text_put(out, text);
    if (!right)
        cki_text_repeat(out, ' ', pad);
}

enum { COLUMNS = 8, DETAIL = COLUMNS - 1 };

static void put_bytes(char text[32], uint64_t bytes)
{
    if (bytes)
        cki_text_size(bytes, text);
    else
        strcpy(text, "-");
}

static void cells_of(const row *r, char numbers[5][32], const char *cells[COLUMNS])
{
    snprintf(numbers[0], sizeof numbers[0], "%llu", (unsigned long long)r->tasks);
    put_bytes(numbers[1], r->largest);
    put_bytes(numbers[2], r->output);
    put_bytes(numbers[3], r->working);
    put_bytes(numbers[4], r->read);
    cells[0] = r->brief;
    cells[1] = numbers[0];
    cells[2] = r->function;
    for (int i = 0; i < 4; i++)
        cells[3 + i] = numbers[1 + i];
    cells[DETAIL] = r->detail ? r->detail : "";
}

static void put_table(const survey *s, cki_text *out)
{
    static const char *const heads[COLUMNS] = {"layer",   "tasks",   "function", "chunk",
                                               "results", "working", "reads",    "fused into it"};
    static const bool right[COLUMNS] = {false, true, false, true, true, true, true, false};
    size_t widths[COLUMNS];
    const char *cells[COLUMNS];
    char numbers[5][32];
    for (int c = 0; c < COLUMNS; c++)
        widths[c] = strlen(heads[c]);
    for (size_t i = 0; i < s->nrows; i++) {
        cells_of(&s->rows[i], numbers, cells);
        for (int c = 0; s->rows[i].tasks && c < COLUMNS; c++) {
            size_t length = cki_text_codes(cells[c], strlen(cells[c]));
            widths[c] = length > widths[c] ? length : widths[c];
        }
    }
    for (size_t i = 0; i <= s->nrows; i++) {
        if (i > 0 && !s->rows[i - 1].tasks)
            continue;
        if (i > 0)
            cells_of(&s->rows[i - 1], numbers, cells);
        for (int c = 0; c < DETAIL; c++) {
            cki_text_put(out, c ? "  " : "");
            put_padded(out, i ? cells[c] : heads[c], widths[c], right[c]);
        }
        if (!i || *cells[DETAIL])
            cki_text_format(out, "  %s", i ? cells[DETAIL] : heads[DETAIL]);
        cki_text_char(out, '\n');
    }
}

/* What the user wants of some rows' tasks, a line each. */
static void put_annotations(const survey *s, cki_text *out)
{
    bool any = false;
    for (size_t i = 0; i < s->nrows; i++) {
        if (!s->rows[i].tasks || !s->rows[i].annotations)
            continue;
        cki_text_put(out, any ? "" : "\n");
        any = true;
        cki_text_format(out, "%-16s%s: ", "annotated", s->rows[i].brief);
        cki_value_repr(s->rows[i].annotations->all, out);
        cki_text_char(out, '\n');
    }
}

static void put_size_line(cki_text *out, const char *name, uint64_t bytes)
{
    char text[32];
    cki_text_format(out, "%-16s%s", name, cki_text_size(bytes, text));
}

static void put_verdict(const judgement *j, cki_text *out)
{
    char text[32];
    cki_text_format(out, "%-16s", "verdict");
    switch (j->verdict) {
    case FITS:
        cki_text_put(out, "fits\n");
        break;
    case WAITS:
        cki_text_put(out, "fits: tasks wait while the limit is reached\n");
        break;
    case SPILLS:
        cki_text_format(out, "does not fit at once: about %s go to disk and come back\n",
                        cki_text_size(j->bound.spilled, text));
        break;
    case REFUSED:
        cki_text_format(out, "refused: %s\n", j->refusal.message);
        break;
    }
}

static void put_text(const survey *s, const cki_explain_options *options, const judgement *j,
                     cki_text *out)
{
    const cki_plan *plan = s->plan;
    cki_text key = {0};
    char text[32];
    cki_text_format(out, "%zu %s in %zu %s, %llu %s, planned in %.1f ms\n\n", plan->count,
                    plan->count == 1 ? "task" : "tasks", s->layers,
                    s->layers == 1 ? "layer" : "layers", (unsigned long long)s->edges,
                    s->edges == 1 ? "edge" : "edges", (double)options->planning / 1e6);
    put_table(s, out);
    put_annotations(s, out);
    cki_text_char(out, '\n');
    put_size_line(out, "reads", plan->bytes_read);
    cki_text_char(out, '\n');
    if (options->result_bytes) {
        put_size_line(out, "result", options->result_bytes);
        cki_text_put(out, " in memory\n");
    }
    put_size_line(out, "peak memory", j->free.peak);
    cki_text_format(out, " with %d %s", options->threads,
                    options->threads == 1 ? "thread" : "threads");
    if (options->threads > 1)
        cki_text_format(out, ", %s with one",
                        cki_text_size(plan->peak_bytes + options->result_bytes, text));
    cki_text_char(out, '\n');
    if (plan->count) {
        cki_graph_describe(cki_plan_layer(plan, plan->largest), plan->block[plan->largest], &key,
                           NULL);
        put_size_line(out, "largest task", plan->largest_bytes);
        cki_text_put(out, ": ");
        put_brief(key.bytes ? key.bytes : "", out);
        cki_text_char(out, '\n');
    }
    put_size_line(out, "limit", options->memory_limit);
    cki_text_char(out, '\n');
    put_verdict(j, out);
    if (plan->undeclared)
        cki_text_put(out, "Some tasks do not say how much they need: it may be more.\n");
    cki_text_free(&key);
}

/* ---- for programs ---- */

static void put_number(cki_text *out, const char *name, uint64_t number)
{
    cki_text_format(out, ",\n \"%s\": %llu", name, (unsigned long long)number);
}

static void put_row(const row *r, cki_text *out)
{
    cki_text_put(out, "{\"name\": ");
    cki_out_string(out, r->name);
    cki_text_put(out, ", \"function\": ");
    cki_out_string(out, r->function);
    cki_text_format(out,
                    ", \"tasks\": %llu, \"chunk_bytes\": %zu, \"result_bytes\": %llu, "
                    "\"working_bytes\": %zu, \"bytes_read\": %llu, \"fused\": ",
                    (unsigned long long)r->tasks, r->largest, (unsigned long long)r->output,
                    r->working, (unsigned long long)r->read);
    if (r->detail)
        cki_out_string(out, r->detail);
    else
        cki_text_put(out, "null");
    /* functions and the like, which JSON does not have, are left out */
    cki_text json = {0};
    cki_error error = {0};
    if (r->annotations && cki_value_json(r->annotations->all, &json, &error) == CASK_OK)
        cki_text_format(out, ", \"annotations\": %s", json.bytes ? json.bytes : "{}");
    out->failed |= json.failed || error.status == CASK_MEMORY;
    cki_text_free(&json);
    cki_text_char(out, '}');
}

static void put_json(const survey *s, const cki_explain_options *options, const judgement *j,
                     cki_text *out)
{
    static const char *const verdicts[] = {
        [FITS] = "fits", [WAITS] = "waits", [SPILLS] = "spills", [REFUSED] = "refused"};
    const cki_plan *plan = s->plan;
    cki_text_format(out, "{\"tasks\": %zu", plan->count);
    put_number(out, "edges", s->edges);
    cki_text_format(out, ",\n \"planning_seconds\": %.9f", (double)options->planning / 1e9);
    put_number(out, "bytes_read", plan->bytes_read);
    put_number(out, "result_bytes", options->result_bytes);
    put_number(out, "threads", (uint64_t)options->threads);
    put_number(out, "peak_bytes", j->free.peak);
    put_number(out, "peak_bytes_in_order", plan->peak_bytes + options->result_bytes);
    put_number(out, "memory_limit", options->memory_limit);
    put_number(out, "spilled_bytes", j->bound.spilled);
    put_number(out, "largest_task_bytes", plan->largest_bytes);
    if (plan->count) {
        cki_text key = {0};
        cki_graph_describe(cki_plan_layer(plan, plan->largest), plan->block[plan->largest], &key,
                           NULL);
        cki_text_put(out, ",\n \"largest_task\": ");
        cki_out_string(out, key.bytes ? key.bytes : "");
        cki_text_free(&key);
    }
    cki_text_format(out, ",\n \"undeclared\": %s,\n \"verdict\": \"%s\"",
                    plan->undeclared ? "true" : "false", verdicts[j->verdict]);
    if (j->verdict == REFUSED) {
        cki_text_put(out, ",\n \"message\": ");
        cki_out_string(out, j->refusal.message);
    }
    cki_text_put(out, ",\n \"layers\": [");
    bool any = false;
    for (size_t i = 0; i < s->nrows; i++) {
        if (!s->rows[i].tasks)
            continue;
        cki_text_put(out, any ? ",\n  " : "\n  ");
        put_row(&s->rows[i], out);
        any = true;
    }
    cki_text_put(out, "]}\n");
}

cask_status cki_explain_plan(const cki_plan *plan, const cki_explain_options *options,
                             cki_text *out, cki_error *error)
{
    survey s = {.plan = plan};
    judgement j = {.verdict = FITS};
    cask_status status = take(&s, error);
    if (status == CASK_OK)
        status = judge(plan, options, &j, error);
    if (status == CASK_OK && options->json)
        put_json(&s, options, &j, out);
    else if (status == CASK_OK)
        put_text(&s, options, &j, out);
    if (status == CASK_OK && out->failed)
        status = cki_fail_memory(error, out->length);
    free_survey(&s);
    return status;
}
