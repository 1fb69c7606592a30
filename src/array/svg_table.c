/* What an array is, in a table beside its grid of chunks: in HTML for notebooks, and as a file. */
#include "array/svg.h"

#include "array/attributes.h"
#include "core/map.h"
#include "core/memory.h"

#include <inttypes.h>
#include <string.h>

enum {
    HTML_GRID = 120, /* pixels of the grid, about */
    PICTURE_GRID = 200,
    MARGIN = 20,
    LINE = 24,
    HEAD = 64,
    LETTER = 9
};

/* ---- what the table says ---- */

typedef struct facts {
    char bytes[32], chunk_bytes[32];
    cki_text shape, chunk, tasks, type;
} facts;

static void put_bytes(double elements, cask_array x, char text[32])
{
    double bytes = elements * (double)cki_dtype_size(x->dtype);
    if (elements < 0)
        memcpy(text, "unknown", sizeof "unknown");
    else
        cki_text_binary_size(bytes < 1e19 ? (uint64_t)bytes : UINT64_MAX, text);
}

/* The nodes that the array is made of: each makes one layer of the graph as it was written. */
static bool count_layers(cask_array x, size_t *count)
{
    cki_map seen = {0};
    size_t room = 64, held = 1;
    const cki_node **stack = cki_memory_alloc(room * sizeof *stack);
    bool good = stack != NULL;
    if (good)
        stack[0] = &x->base;
    while (good && held > 0) {
        const cki_node *node = stack[--held];
        uint64_t before = seen.count;
        good = cki_map_set(&seen, cki_map_key(node), 1);
        if (!good || seen.count == before)
            continue;
        if (held + node->ninputs > room) {
            room = 2 * (held + node->ninputs);
            const cki_node **more = cki_memory_realloc(stack, room * sizeof *stack);
            good = more != NULL;
            stack = good ? more : stack;
        }
        for (size_t i = 0; good && i < node->ninputs; i++)
            stack[held++] = node->inputs[i];
    }
    *count = seen.count;
    cki_memory_free(stack);
    cki_map_free(&seen);
    return good;
}

static void free_facts(facts *f)
{
    cki_text_free(&f->shape);
    cki_text_free(&f->chunk);
    cki_text_free(&f->tasks);
    cki_text_free(&f->type);
}

static cask_status take_facts(cask_array x, facts *f, cki_error *error)
{
    double elements = 1, largest = 1;
    size_t layers = 0;
    char dtype[48];
    *f = (facts){0};
    for (int k = 0; k < x->ndim; k++) {
        bool known = x->axes[k].length >= 0;
        elements = known && elements >= 0 ? elements * (double)x->axes[k].length : -1;
        largest = known && largest >= 0 ? largest * (double)cki_chunks_largest(&x->axes[k]) : -1;
    }
    put_bytes(elements, x, f->bytes);
    put_bytes(largest, x, f->chunk_bytes);
    cki_attributes_shape(x, &f->shape);
    cki_attributes_chunksize(x, &f->chunk);
    bool counted = count_layers(x, &layers);
    cki_text_format(&f->tasks, "%" PRId64 " chunks in %zu graph layer%s", cki_node_blocks(x),
                    layers, layers == 1 ? "" : "s");
    cki_text_format(&f->type, "%s", cki_dtype_name(x->dtype, dtype));
    if (counted && !f->shape.failed && !f->chunk.failed && !f->tasks.failed && !f->type.failed)
        return CASK_OK;
    free_facts(f);
    return cki_fail_memory(error, 0);
}

/* ---- as HTML ---- */

static void put_row(cki_text *text, const char *head, const char *first, const char *second)
{
    cki_text_format(text,
                    "                    <tr>\n"
                    "                        <th> %s </th>\n",
                    head);
    if (second)
        cki_text_format(text,
                        "                        <td> %s </td>\n"
                        "                        <td> %s </td>\n",
                        first, second);
    else
        cki_text_format(text, "                        <td colspan=\"2\"> %s </td>\n", first);
    cki_text_put(text, "                    </tr>\n");
}

cask_status cki_svg_table_html(cask_array x, cki_text *text, cki_error *error)
{
    facts f;
    if (take_facts(x, &f, error) != CASK_OK)
        return error->status;
    cki_text_put(text, "<table>\n"
                       "    <tr>\n"
                       "        <td>\n"
                       "            <table style=\"border-collapse: collapse;\">\n"
                       "                <thead>\n"
                       "                    <tr>\n"
                       "                        <td> </td>\n"
                       "                        <th> Array </th>\n"
                       "                        <th> Chunk </th>\n"
                       "                    </tr>\n"
                       "                </thead>\n"
                       "                <tbody>\n");
    put_row(text, "Bytes", f.bytes, f.chunk_bytes);
    put_row(text, "Shape", f.shape.bytes, f.chunk.bytes);
    put_row(text, "Graph", f.tasks.bytes, NULL);
    put_row(text, "Data type", f.type.bytes, NULL);
    free_facts(&f);
    cki_text_put(text, "                </tbody>\n"
                       "            </table>\n"
                       "        </td>\n"
                       "        <td>\n"
                       "        ");
    cki_error none = {0}; /* without a grid the table stands alone */
    if (cki_svg_grid(x, HTML_GRID, text, &none) == CASK_MEMORY)
        return cki_fail_memory(error, text->length);
    cki_text_put(text, "\n        </td>\n    </tr>\n</table>");
    return text->failed ? cki_fail_memory(error, text->length) : CASK_OK;
}

/* ---- as a file ---- */

/* "Shape" and what it is of the array, and of a chunk, on one line; the next line. */
static int put_line(cki_text *text, int y, const char *head, const char *first, const char *second,
                    int second_at)
{
    cki_text_format(text, "<text x=\"%d\" y=\"%d\" class=\"h\">%s</text>\n", MARGIN, y, head);
    cki_text_format(text, "<text x=\"%d\" y=\"%d\" class=\"c\">%s</text>\n", MARGIN + HEAD, y,
                    first);
    if (second)
        cki_text_format(text, "<text x=\"%d\" y=\"%d\" class=\"c\">%s</text>\n", second_at, y,
                        second);
    return y + LINE;
}

/* Pixels that a text needs at most. */
static int width_of(size_t letters, int least)
{
    int width = (int)(letters < 200 ? letters : 200) * LETTER;
    return width > least ? width : least;
}

/* The table at the upper left, at most `*width` wide afterwards; how far it reaches down. */
static int put_table(cki_text *text, const facts *f, int chunk_at)
{
    int y = MARGIN + LINE / 2;
    y = put_line(text, y, "", "Array", "Chunk", chunk_at);
    y = put_line(text, y, "Bytes", f->bytes, f->chunk_bytes, chunk_at);
    y = put_line(text, y, "Shape", f->shape.bytes, f->chunk.bytes, chunk_at);
    y = put_line(text, y, "Graph", f->tasks.bytes, NULL, 0);
    return put_line(text, y, "Type", f->type.bytes, NULL, 0);
}

cask_status cki_svg_table_picture(cask_array x, cki_text *text, cki_error *error)
{
    facts f;
    cki_text lines = {0};
    int64_t width, height;
    cask_status status = cki_svg_lines(x, PICTURE_GRID, &lines, &width, &height, error);
    if (status == CASK_OK && (status = take_facts(x, &f, error)) == CASK_OK) {
        int chunk_at = MARGIN + HEAD + width_of(f.shape.length, 90) + 16;
        int table = chunk_at + width_of(f.chunk.length, 90);
        int tasks = MARGIN + HEAD + width_of(f.tasks.length, 0);
        int left = (tasks > table ? tasks : table) + MARGIN;
        int64_t down = MARGIN + (height > 5 * LINE + MARGIN ? height : 5 * LINE + MARGIN);
        cki_text_format(
            text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%" PRId64 "\" height=\"%" PRId64
            "\" style=\"stroke:rgb(0,0,0);stroke-width:1\">\n"
            "<style>text{font:13px sans-serif;stroke:none;fill:#262626}"
            ".h{font-weight:bold}.c{font-family:monospace}</style>\n"
            "<rect width=\"100%%\" height=\"100%%\" style=\"fill:#fff;stroke:none\"/>\n",
            left + width, down);
        put_table(text, &f, chunk_at);
        cki_text_format(text, "<g transform=\"translate(%d,%d)\">\n", left, MARGIN);
        cki_text_add(text, lines.bytes, lines.length);
        cki_text_put(text, "</g>\n</svg>\n");
        free_facts(&f);
    }
    cki_text_free(&lines);
    return status == CASK_OK && text->failed ? cki_fail_memory(error, text->length) : status;
}

/* ---- the records ---- */

static cask_value *text_value(cki_text *text, cask_status status, cki_error *error)
{
    cask_value *value = NULL;
    if (status == CASK_OK && text->bytes)
        value = cki_value_str(text->bytes, text->length, error);
    cki_text_free(text);
    return value;
}

static cask_value *run_to_svg(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "x"));
    int64_t size;
    cki_text text = {0};
    if (!x || cki_value_index(cki_operation_argument(call, "size"), &size, call->error) != CASK_OK)
        return NULL;
    return text_value(&text, cki_svg_grid(x, size, &text, call->error), call->error);
}

static cask_value *run_repr_html(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "x"));
    cki_text text = {0};
    return x ? text_value(&text, cki_svg_table_html(x, &text, call->error), call->error) : NULL;
}

static const cki_operation to_svg = {
    "to_svg",      CKI_ARRAY_METHOD,
    "x, size=500", "The grid of chunks as SVG, to stand in HTML, about size pixels large.",
    run_to_svg,    NULL};
static const cki_operation repr_html = {
    "_repr_html_",
    CKI_ARRAY_METHOD,
    "x",
    "What a notebook shows: bytes, shape, tasks and type in a table beside the grid of chunks.",
    run_repr_html,
    NULL};

const cki_operation *const cki_svg_operations[] = {&to_svg, &repr_html, NULL};
