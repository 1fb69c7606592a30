/* The grid of an array's chunks as SVG: what Dask draws of the same chunks, number for number.
 * A billion chunks cost as little as twenty: only the lines that are drawn are looked up. */
#include "array/svg.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
    LARGEST = 100000,
    PART = 200 /* pixels that decide how many lines a part of several may have */
};

#define TEXT_STYLE "font-size=\"1.0rem\" font-weight=\"100\" text-anchor=\"middle\""

/* One axis as it is drawn. */
typedef struct edge {
    const cki_axis *axis; /* NULL: one cell of one element, which stands for an axis */
    double pixels, shrink;
} edge;

static int64_t length_of(const edge *e)
{
    return e->axis ? e->axis->length : 1;
}

static int64_t lines_of(const edge *e)
{
    return (e->axis ? e->axis->blocks : 1) + 1;
}

/* Where line i is. */
static double point(const edge *e, int64_t i)
{
    int64_t last = lines_of(e) - 1, length = length_of(e);
    int64_t at = i == last ? length : i == 0 ? 0 : cki_chunks_start(e->axis, i);
    return (double)at * e->pixels / (double)length / e->shrink;
}

static double end_of(const edge *e)
{
    return point(e, lines_of(e) - 1);
}

/* One face of a box: `down` slants its horizontal lines, `right` the vertical ones. */
typedef struct face {
    const edge *x, *y;
    double left, top, width, height;
    bool down, right;
    int64_t most; /* lines each way */
} face;

/* The ends of one line, summed in Dask's order: what is drawn is cut to whole pixels. */
static void put_line(const face *f, bool upright, double at, bool outer, cki_text *text)
{
    double x1, y1, x2, y2;
    if (upright) {
        x1 = at + f->left;
        y1 = f->top + (f->down ? at : 0);
        x2 = at + f->left + (f->right ? f->height : 0);
        y2 = f->height + f->top + (f->down ? at : 0);
    } else {
        x1 = f->left + (f->right ? at : 0);
        y1 = at + f->top;
        x2 = f->width + f->left + (f->right ? at : 0);
        y2 = at + f->top + (f->down ? f->width : 0);
    }
    cki_text_format(text,
                    "  <line x1=\"%" PRId64 "\" y1=\"%" PRId64 "\" x2=\"%" PRId64 "\" y2=\"%" PRId64
                    "\"%s />\n",
                    (int64_t)x1, (int64_t)y1, (int64_t)x2, (int64_t)y2,
                    outer ? " style=\"stroke-width:2\"" : "");
}

static void put_lines(const face *f, bool upright, cki_text *text)
{
    const edge *e = upright ? f->x : f->y;
    int64_t n = lines_of(e), shown = n > f->most ? f->most : n;
    double step = (double)(n - 1) / (double)(shown - 1);
    for (int64_t k = 0; k < shown; k++) {
        bool last = k == shown - 1;
        int64_t i = shown == n ? k : last ? n - 1 : (int64_t)floor((double)k * step);
        put_line(f, upright, point(e, i), k == 0 || last, text);
    }
}

typedef struct extent {
    double min_x, max_x, min_y, max_y;
} extent;

static void put_corner(cki_text *text, double x, double y, const char *behind)
{
    cki_value_float_repr(x, text);
    cki_text_char(text, ',');
    cki_value_float_repr(y, text);
    cki_text_put(text, behind);
}

/* A face's lines, and its ground. */
static extent put_face(face f, int64_t size, cki_text *text)
{
    f.width = end_of(f.x);
    f.height = end_of(f.y);
    f.most = size / 6 > 2 ? size / 6 : 2;
    cki_text_put(text, "\n  <!-- Horizontal lines -->\n");
    put_lines(&f, false, text);
    cki_text_put(text, "\n  <!-- Vertical lines -->\n");
    put_lines(&f, true, text);
    bool sparse = lines_of(f.x) < f.most && lines_of(f.y) < f.most;
    double slant = f.down ? f.width : 0, lean = f.right ? f.height : 0;
    double right = f.width + f.left, bottom = f.height + f.top;
    cki_text_put(text, "\n  <!-- Colored Rectangle -->\n  <polygon points=\"");
    put_corner(text, f.left, f.top, " ");
    put_corner(text, right, f.top + slant, " ");
    put_corner(text, right + lean, bottom + slant, " ");
    put_corner(text, f.left + lean, bottom, "\"");
    cki_text_format(text, " style=\"fill:#%sA0;stroke-width:0\"/>\n", sparse ? "ECB172" : "8B4903");
    return (extent){f.left, right + lean, f.top, bottom + slant};
}

static void put_label(cki_text *text, double x, double y, int turned, bool turns, int64_t number)
{
    cki_text_format(text, "  <text x=\"%f\" y=\"%f\" " TEXT_STYLE " ", x, y);
    if (turns)
        cki_text_format(text, "transform=\"rotate(%d,%f,%f)\"", turned, x, y);
    cki_text_format(text, ">%" PRId64 "</text>\n", number);
}

/* Two axes: `edges` are y and x. */
static extent put_plane(const edge *edges, double left, int64_t size, cki_text *text)
{
    extent e = put_face((face){.x = &edges[1], .y = &edges[0], .left = left}, size, text);
    int64_t rows = length_of(&edges[0]);
    cki_text_put(text, "\n  <!-- Text -->\n");
    put_label(text, e.max_x / 2, e.max_y + 20, 0, false, length_of(&edges[1]));
    put_label(text, e.max_x + 20, e.max_y / 2, rows >= 100 ? -90 : 0, true, rows);
    return e;
}

/* Three axes: a box, the first going back. */
static extent put_box(const edge *edges, double left, int64_t size, cki_text *text)
{
    edge depth = edges[0];
    const edge *y = &edges[1], *z = &edges[2];
    depth.shrink = 1.7;
    extent side =
        put_face((face){.x = &depth, .y = y, .left = left + 10, .down = true}, size, text);
    extent lid =
        put_face((face){.x = z, .y = &depth, .left = left + 10, .right = true}, size, text);
    extent front = put_face((face){.x = z, .y = y, .left = left + lid.max_y + 10, .top = lid.max_y},
                            size, text);
    double middle = (front.min_x + front.max_x) / 2, half = (front.min_y + front.max_y) / 2;
    double x = (side.min_x + side.max_x) / 2 - 10;
    double below = side.max_y - (side.max_x - side.min_x) / 2 + 20;
    cki_text_put(text, "\n  <!-- Text -->\n");
    put_label(text, middle, front.max_y + 20, 0, false, length_of(z));
    put_label(text, front.max_x + 20, half, length_of(y) >= 100 ? -90 : 0, true, length_of(y));
    put_label(text, x, below, 45, true, length_of(&depth));
    return front;
}

/* Ratios of lengths as they are shown: true up to 3, then slowly, from 100 on not at all. */
static double shown_ratio(double ratio)
{
    return ratio < 2.718281828459045 ? ratio : log((ratio <= 100 ? ratio : 100) + 12.4);
}

static void size_edges(edge *edges, int count, int64_t size)
{
    int64_t longest = 0;
    for (int k = 0; k < count; k++)
        longest = length_of(&edges[k]) > longest ? length_of(&edges[k]) : longest;
    for (int k = 0; k < count; k++) {
        double ratio = (double)longest / (double)length_of(&edges[k]);
        edges[k].pixels = (double)size / shown_ratio(ratio);
    }
}

static cask_status check(cask_array x, cki_error *error)
{
    const char *why = x->ndim == 0 ? "0 dimensions" : NULL;
    for (int k = 0; k < x->ndim && (!why || x->axes[k].length < 0); k++)
        why = x->axes[k].length < 0    ? "unknown chunk sizes.\n\n A possible solution is with "
                                         "x.compute_chunk_sizes()"
              : x->axes[k].length == 0 ? "0-length dimensions"
                                       : why;
    return why ? cki_fail(error, CASK_INVALID, "NotImplementedError", "Can't generate SVG with %s",
                          why)
               : CASK_OK;
}

/* Axes of a drawing: those of the array, and before them one that makes groups of two or three. */
static int take_edges(cask_array x, int64_t size, edge *edges)
{
    int count = 0;
    if (x->ndim == 1 || (x->ndim > 3 && x->ndim % 3 == 1))
        edges[count++] = (edge){.shrink = 1};
    for (int k = 0; k < x->ndim; k++)
        edges[count++] = (edge){.axis = &x->axes[k], .shrink = 1};
    size_edges(edges, count, size);
    return count;
}

cask_status cki_svg_lines(cask_array x, int64_t size, cki_text *text, int64_t *width,
                          int64_t *height, cki_error *error)
{
    edge edges[CKI_MAX_NDIM + 1];
    *width = *height = 0;
    if (check(x, error) != CASK_OK)
        return error->status;
    int count = take_edges(x, size, edges);
    for (int k = 0; k < count;) {
        int n = (count - k) % 3 ? (count - k) % 3 : 3;
        int64_t lines = x->ndim > 3 ? PART : size;
        if (k)
            cki_text_char(text, '\n');
        extent e = n == 2 ? put_plane(edges + k, (double)*width, lines, text)
                          : put_box(edges + k, (double)*width, lines, text);
        int64_t down = (int64_t)(e.max_y + 50);
        *width = (x->ndim > 3 ? *width + 10 : 0) + (int64_t)(e.max_x + 50);
        *height = down > *height ? down : *height;
        k += n;
    }
    return text->failed ? cki_fail_memory(error, text->length) : CASK_OK;
}

cask_status cki_svg_grid(cask_array x, int64_t size, cki_text *text, cki_error *error)
{
    cki_text lines = {0};
    int64_t width, height;
    if (size < 1 || size > LARGEST)
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "to_svg: size must be 1 to %d pixels, not %" PRId64, LARGEST, size);
    cask_status status = cki_svg_lines(x, size, &lines, &width, &height, error);
    if (status == CASK_OK) {
        cki_text_format(text,
                        "<svg width=\"%" PRId64 "\" height=\"%" PRId64
                        "\" style=\"stroke:rgb(0,0,0);stroke-width:1\" >\n",
                        width, height);
        cki_text_add(text, lines.bytes, lines.length);
        cki_text_put(text, "</svg>");
    }
    cki_text_free(&lines);
    return status == CASK_OK && text->failed ? cki_fail_memory(error, text->length) : status;
}
