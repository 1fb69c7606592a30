/* Drawing: each task's result is a box, and what makes it a circle under it. */
#include "spec/draw.h"

#include "sys/file.h"
#include "sys/spawn.h"

#include <math.h>
#include <string.h>

/* ---- colours ---- */

/* From dark to light, so that they are told apart in grey too; of matplotlib's plasma, lightened.
 */
static const unsigned char shades[][3] = {{59, 47, 160},  {117, 43, 168}, {168, 57, 150},
                                          {209, 87, 118}, {238, 124, 84}, {251, 170, 61},
                                          {243, 222, 80}};
enum { SHADES = sizeof shades / sizeof *shades };

static void put_shade(double at, bool *dark, cki_text *text)
{
    double place = fmin(fmax(at, 0), 1) * (SHADES - 1);
    int below = place >= SHADES - 1 ? SHADES - 2 : (int)place;
    double part = place - below, light = 0;
    cki_text_char(text, '#');
    for (int c = 0; c < 3; c++) {
        double mixed = shades[below][c] * (1 - part) + shades[below + 1][c] * part;
        light += mixed;
        cki_text_format(text, "%02x", (unsigned)mixed);
    }
    *dark = light < 420;
}

/* ---- labels ---- */

static void put_quoted(const char *bytes, size_t length, cki_text *text)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '"' || bytes[i] == '\\')
            cki_text_char(text, '\\');
        cki_text_char(text, (unsigned char)bytes[i] < ' ' ? ' ' : bytes[i]);
    }
}

/* A text that is cut where it is too long to be read in a picture anyway. */
static void put_short(const char *bytes, size_t length, cki_text *text)
{
    enum { LONGEST = 28 };
    size_t shown = length > LONGEST ? cki_text_cut(bytes, LONGEST - 3) : length;
    put_quoted(bytes, shown, text);
    if (shown < length)
        cki_text_put(text, "\xe2\x80\xa6");
}

/* Of a key with integers only these: what they count is written on the circle under it. */
static void put_key_label(const char *key, cki_text *text)
{
    const char *comma = strncmp(key, "('", 2) == 0 ? strstr(key, "', ") : NULL;
    if (!comma) {
        bool alone = strncmp(key, "('", 2) == 0; /* of no dimensions */
        if (!alone)
            put_short(key, strlen(key), text);
        return;
    }
    put_quoted(comma + 3, strlen(comma + 3) - 1, text);
}

typedef struct drawing {
    const cki_plan *plan;
    const cki_draw *how;
    cki_text *text;
    cki_text key, call; /* of the task at hand */
    double least, range;
} drawing;

static void put_fill(drawing *d, size_t task, const char *plain)
{
    bool dark = false;
    cki_text_put(d->text, ", fillcolor=\"");
    if (d->how->amounts) {
        double at = d->range > 0 ? (d->how->amounts[task] - d->least) / d->range : 0;
        put_shade(at, &dark, d->text);
    } else {
        cki_text_put(d->text, plain);
    }
    cki_text_put(d->text, dark ? "\", fontcolor=white" : "\"");
}

static void put_tooltip(drawing *d, const char *bytes, size_t length)
{
    cki_text_put(d->text, ", tooltip=\"");
    put_quoted(bytes, length, d->text);
    cki_text_char(d->text, '"');
}

static void put_amount(drawing *d, size_t task)
{
    char buffer[32];
    if (!d->how->amounts || d->how->no_labels)
        return;
    cki_text_format(d->text, "%s%s", d->key.length ? "\\n" : "",
                    d->how->amount_text(d->how->amounts[task], buffer));
}

/* ---- nodes and edges ---- */

static void put_box(drawing *d, size_t task, bool wanted)
{
    cki_text_format(d->text, "  d%zu [shape=box, label=\"", task);
    if (!d->how->no_labels) {
        put_key_label(d->key.bytes ? d->key.bytes : "", d->text);
        put_amount(d, task);
    }
    cki_text_format(d->text, "\"%s", wanted ? ", penwidth=2.2" : "");
    put_fill(d, task, "#dfe9f5");
    put_tooltip(d, d->key.bytes ? d->key.bytes : "", d->key.length);
    cki_text_put(d->text, "];\n");
}

static void put_circle(drawing *d, size_t task)
{
    enum { ROUND = 7 }; /* longer names make ellipses */
    bool round = d->how->no_labels || cki_text_codes(d->call.bytes, d->call.length) <= ROUND;
    cki_text_format(d->text, "  f%zu [shape=%s, label=\"", task, round ? "circle" : "ellipse");
    if (!d->how->no_labels)
        put_short(d->call.bytes, d->call.length, d->text);
    cki_text_put(d->text, "\", color=\"#b8722c\"");
    put_fill(d, task, "#fdebd3");
    put_tooltip(d, d->call.bytes, d->call.length);
    cki_text_format(d->text, "];\n  f%zu -> d%zu;\n", task, task);
}

static void put_inputs(drawing *d, size_t task, char to)
{
    cki_plan_list arguments = cki_plan_arguments(d->plan, task);
    for (size_t i = 0; i < arguments.count; i++) {
        bool again = false; /* the same twice is one arrow */
        for (size_t k = 0; k < i && k < 64 && !again; k++)
            again = arguments.items[k] == arguments.items[i];
        if (!again)
            cki_text_format(d->text, "  d%u -> %c%zu;\n", arguments.items[i], to, task);
    }
}

static void put_task(drawing *d, size_t task, bool wanted)
{
    d->key.length = d->call.length = 0;
    cki_graph_describe(cki_plan_layer(d->plan, task), d->plan->block[task], &d->key, &d->call);
    d->text->failed |= d->key.failed || d->call.failed;
    if (d->text->failed)
        return;
    put_box(d, task, wanted);
    if (d->call.length)
        put_circle(d, task);
    put_inputs(d, task, d->call.length ? 'f' : 'd');
}

static void put_legend(drawing *d)
{
    char buffer[32];
    bool dark;
    if (!d->how->amounts || !d->plan->count)
        return;
    cki_text_put(d->text,
                 "  legend [shape=plaintext, style=\"\", margin=0, label=<<table border=\"0\" "
                 "cellborder=\"0\" cellspacing=\"0\" cellpadding=\"3\"><tr>");
    cki_text_format(d->text, "<td>%s&nbsp; </td><td>%s </td>", d->how->legend,
                    d->how->amount_text(d->least, buffer));
    for (int i = 0; i < SHADES; i++) {
        cki_text_put(d->text, "<td width=\"16\" bgcolor=\"");
        put_shade(i / (double)(SHADES - 1), &dark, d->text);
        cki_text_put(d->text, "\"></td>");
    }
    cki_text_format(d->text, "<td> %s</td></tr></table>>];\n",
                    d->how->amount_text(d->least + d->range, buffer));
}

static void measure(drawing *d)
{
    const double *amounts = d->how->amounts;
    double most = 0;
    for (size_t i = 0; amounts && i < d->plan->count; i++) {
        d->least = i ? fmin(d->least, amounts[i]) : amounts[i];
        most = i ? fmax(most, amounts[i]) : amounts[i];
    }
    d->range = most - d->least;
}

static bool is_wanted(const cki_plan *plan, uint32_t task)
{
    for (size_t i = 0; i < plan->nwanted; i++)
        if (plan->wanted[i] == task)
            return true;
    return false;
}

cask_status cki_draw_plan(const cki_plan *plan, const cki_draw *how, cki_text *text,
                          cki_error *error)
{
    drawing d = {.plan = plan, .how = how, .text = text};
    if (how->most && (uint64_t)how->most < plan->count)
        return cki_fail(error, CASK_LIMIT, "ValueError",
                        "a picture of %zu tasks would be too large to read (the limit is %lld): "
                        "draw a part, use larger chunks, or raise the limit",
                        plan->count, (long long)how->most);
    measure(&d);
    cki_text_format(text,
                    "digraph {\n  graph [rankdir=%s, bgcolor=white, nodesep=0.22, ranksep=0.32, "
                    "pad=0.2, fontname=\"Helvetica\"];\n"
                    "  node [style=filled, fontname=\"Helvetica\", fontsize=12, color=\"#44699c\", "
                    "penwidth=1.1, margin=\"0.09,0.05\", height=0.32, width=0.4];\n"
                    "  edge [color=\"#5d6773\", arrowsize=0.7, penwidth=0.9];\n",
                    how->left_right ? "LR" : "BT");
    for (size_t i = 0; i < plan->count && !text->failed; i++)
        put_task(&d, i, is_wanted(plan, (uint32_t)i));
    put_legend(&d);
    cki_text_put(text, "}\n");
    cki_text_free(&d.key);
    cki_text_free(&d.call);
    return text->failed ? cki_fail_memory(error, text->length) : CASK_OK;
}

/* ---- files ---- */

static const char *format_of(const char *path)
{
    static const char *const formats[] = {"dot", "svg", "png", "pdf", "json"};
    const char *suffix = strrchr(path, '.');
    for (size_t i = 0; suffix && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(suffix + 1, formats[i]) == 0)
            return formats[i];
    return NULL;
}

bool cki_draw_can(const char *path)
{
    return format_of(path) != NULL;
}

/* The program's own failure to be there tells what to do. */
static cask_status render(const cki_text *text, const char *format, int output, cki_error *error)
{
    cki_text option = {0};
    cki_error own = {0};
    cki_text_format(&option, "-T%s", format);
    if (option.failed)
        return cki_fail_memory(error, sizeof option);
    const char *const words[] = {"dot", option.bytes, "-Gdpi=110", NULL};
    const char *const plain[] = {"dot", option.bytes, NULL};
    bool pixels = strcmp(format, "png") == 0;
    cask_status status =
        cki_spawn_run(pixels ? words : plain, text->bytes, text->length, output, &own);
    cki_text_free(&option);
    if (status == CASK_OK)
        return CASK_OK;
    return cki_fail(error, own.status, own.python, "%s%s", own.message,
                    strcmp(own.python, "FileNotFoundError") == 0
                        ? ": install Graphviz (apt-get install graphviz), or draw to a .dot file"
                        : "");
}

cask_status cki_draw_save(const cki_text *text, const char *path, cki_error *error)
{
    const char *format = format_of(path);
    if (!format)
        return cki_fail(error, CASK_INVALID, NULL,
                        "'%s' is no name for a picture of a graph: .svg, .png, .pdf, .dot or .json",
                        path);
    cki_file_output *output = cki_file_create(path, error);
    if (!output)
        return error->status;
    cask_status status = strcmp(format, "dot") == 0 || strcmp(format, "json") == 0
                             ? cki_file_write(output, 0, text->bytes, text->length, error)
                             : render(text, format, cki_file_descriptor(output), error);
    if (status == CASK_OK)
        return cki_file_commit(output, error);
    cki_file_abort(output);
    return status;
}
