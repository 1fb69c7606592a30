/* Visualize: the operation that draws what is lazy, as a method and of several things at once. */
#include "spec/visualize.h"

#include "core/memory.h"
#include "spec/picture.h"

#include <string.h>

/* The lazy things in a value, in the order of a walk. */
typedef struct gathering {
    const cki_node **nodes;
    size_t count, room;
} gathering;

static cask_value *gather(void *user, cask_value *lazy, cki_error *error)
{
    gathering *g = user;
    if (g->count == g->room) {
        size_t room = g->room * 2 + 8;
        const cki_node **nodes = cki_memory_realloc(g->nodes, room * sizeof *nodes);
        if (!nodes) {
            cki_fail_memory(error, room * sizeof *nodes);
            return NULL;
        }
        g->nodes = nodes;
        g->room = room;
    }
    g->nodes[g->count++] = cki_operation_node(lazy);
    return cask_value_ref(lazy);
}

/* color='order' and its kind; rankdir='LR'. */
static cask_status read_drawing(cki_call *call, cask_drawing *drawing)
{
    static const char *const colors[] = {"", "order", "time", "memory"};
    const cask_value *color = cki_operation_argument(call, "color");
    const cask_value *direction = cki_operation_argument(call, "rankdir");
    drawing->optimize = cki_operation_flag(call, "optimize_graph");
    drawing->left_right = direction->kind == CKI_STR && !strcmp(direction->as.text.bytes, "LR");
    if (color->kind == CKI_NONE)
        return CASK_OK;
    for (size_t i = 1; i < sizeof colors / sizeof *colors; i++)
        if (color->kind == CKI_STR && !strcmp(color->as.text.bytes, colors[i])) {
            drawing->colors = (cask_colors)i;
            return CASK_OK;
        }
    return cki_fail(call->error, CASK_INVALID, NULL,
                    "visualize: color is 'order', 'time' or 'memory'");
}

/* The file's name: with the format as its suffix if it has none. */
static cask_value *path_of(cki_call *call)
{
    const cask_value *name = cki_operation_argument(call, "filename");
    const cask_value *format = cki_operation_argument(call, "format");
    if (name->kind != CKI_STR || (format->kind != CKI_STR && format->kind != CKI_NONE)) {
        cki_fail(call->error, CASK_TYPE, NULL, "visualize: filename and format are texts");
        return NULL;
    }
    const char *bytes = name->as.text.bytes, *slash = strrchr(bytes, '/');
    cki_text text = {0};
    cki_text_put(&text, bytes);
    if (!strchr(slash ? slash : bytes, '.') || format->kind == CKI_STR)
        cki_text_format(&text, ".%s", format->kind == CKI_STR ? format->as.text.bytes : "png");
    cask_value *path = text.failed ? NULL : cki_value_str(text.bytes, text.length, call->error);
    if (!path)
        cki_fail_memory(call->error, text.length);
    cki_text_free(&text);
    return path;
}

static cask_value *run_visualize(cki_call *call)
{
    gathering g = {0};
    cask_drawing drawing = {0};
    cask_value *walked = cki_collection_map(call->arguments[0], gather, &g, call->error);
    cask_value *path = walked ? path_of(call) : NULL;
    if (walked && !g.count)
        cki_fail(call->error, CASK_TYPE, NULL, "visualize: nothing here is lazy");
    if (path && call->error->status == CASK_OK && read_drawing(call, &drawing) == CASK_OK)
        cki_picture_save(&(cki_picture){.ck = call->ck, .nodes = g.nodes, .count = g.count},
                         path->as.text.bytes, &drawing, call->error);
    cki_memory_free(g.nodes);
    cask_value_unref(walked);
    if (call->error->status == CASK_OK)
        return path;
    cask_value_unref(path);
    return NULL;
}

#define OPTIONS                                                                                    \
    "filename='mydask', format=None, optimize_graph=False, color=None, rankdir='BT', **ignored"

static const cki_operation visualize = {
    "visualize",
    CKI_LAZY_METHOD,
    "x, " OPTIONS,
    "Draws the graph to a file, whose name it gives: boxes are data, circles are functions. The "
    "suffix says how (.dot .svg .png .pdf, or .json: the graph itself); color is 'order', 'time' "
    "or 'memory'.",
    run_visualize,
    NULL};
static const cki_operation visualize_all = {
    "visualize",       CKI_IN_DASK,
    "*args, " OPTIONS, "Draws the graphs of lazy things as one, to a file, whose name it gives.",
    run_visualize,     NULL};

const cki_operation *const cki_visualize_operations[] = {&visualize, &visualize_all, NULL};
