/* Whole arrays as NumPy prints them: brackets, wrapped lines, and dots in place of the middle of
 * large ones. */
#include "value/array_cast.h"
#include "value/array_format.h"

#include <string.h>

enum { LINE_WIDTH = 75, THRESHOLD = 1000, EDGE = 3 };

typedef struct layout {
    const cki_array *array;
    cki_format format;
    const char *separator; /* " " or ", " */
    bool summary;
    cki_text *out;
    size_t line; /* where the current line starts in out */
} layout;

/* Visits the elements that are shown; depth is bounded by CKI_MAX_NDIM. */
static void look(layout *l, int axis, const unsigned char *data)
{
    if (axis == l->array->ndim) {
        cki_array_format_look(&l->format, data);
        return;
    }
    int64_t length = l->array->shape[axis];
    for (int64_t i = 0; i < length; i++) {
        if (l->summary && length > 2 * EDGE && i == EDGE)
            i = length - EDGE;
        look(l, axis + 1, data + i * l->array->strides[axis]);
    }
}

static void strip_blanks(cki_text *text, size_t from)
{
    while (text->length > from && text->bytes[text->length - 1] == ' ')
        text->bytes[--text->length] = '\0';
}

/* Characters, not bytes, since the start of the line. */
static size_t line_length(const layout *l)
{
    return cki_text_codes(l->out->bytes + l->line, l->out->length - l->line);
}

/* A word on the current line, or on a new one if it does not fit. */
static void put_word(layout *l, const char *word, size_t bytes, size_t width, size_t indent)
{
    if (l->out->failed)
        return;
    size_t length = line_length(l);
    if (length + cki_text_codes(word, bytes) > width && length > indent) {
        strip_blanks(l->out, l->line);
        cki_text_char(l->out, '\n');
        l->line = l->out->length;
        cki_text_repeat(l->out, ' ', indent);
    }
    cki_text_add(l->out, word, bytes);
}

static void put_element(layout *l, const unsigned char *data, size_t width, size_t indent)
{
    cki_text word = {0};
    cki_array_format_put(&l->format, data, &word);
    put_word(l, word.bytes ? word.bytes : "", word.length, width, indent);
    l->out->failed |= word.failed;
    cki_text_free(&word);
}

static void put_row(layout *l, int axis, const unsigned char *data, size_t indent, size_t width)
{
    int64_t length = l->array->shape[axis];
    size_t room = width - 1; /* a bracket or the separator follows */
    for (int64_t i = 0; i < length; i++) {
        if (l->summary && length > 2 * EDGE && i == EDGE) {
            put_word(l, "...", 3, room, indent);
            cki_text_put(l->out, l->separator);
            i = length - EDGE;
        }
        put_element(l, data + i * l->array->strides[axis], room, indent);
        if (i + 1 < length)
            cki_text_put(l->out, l->separator);
    }
}

/* `indent` blanks precede each line; the opening bracket is the last of them on the first. */
static void put_axis(layout *l, int axis, const unsigned char *data, size_t indent, size_t width)
{
    int left = l->array->ndim - axis;
    if (!left) {
        put_element(l, data, width, indent);
        return;
    }
    cki_text_char(l->out, '[');
    if (left == 1) {
        put_row(l, axis, data, indent, width);
        cki_text_char(l->out, ']');
        return;
    }
    int64_t length = l->array->shape[axis];
    for (int64_t i = 0; i < length; i++) {
        bool gap = l->summary && length > 2 * EDGE && i == EDGE;
        if (i) {
            if (l->separator[0] == ',')
                cki_text_char(l->out, ',');
            cki_text_repeat(l->out, '\n', (size_t)left - 1);
            l->line = l->out->length;
            cki_text_repeat(l->out, ' ', indent);
        }
        if (gap) {
            cki_text_put(l->out, "...");
            i = length - EDGE - 1;
            continue;
        }
        put_axis(l, axis + 1, data + i * l->array->strides[axis], indent + 1, width - 1);
    }
    cki_text_char(l->out, ']');
}

/* numpy.array2string with a prefix of `indent` characters on the line and `suffix` after it; only
 * the edges of an array of more than `threshold` elements. */
static void put_array(const cki_array *array, const char *separator, size_t indent, size_t suffix,
                      int64_t threshold, cki_text *out)
{
    layout l = {.array = array, .separator = separator, .out = out};
    if (!cki_array_size(array)) {
        cki_text_put(out, "[]");
        return;
    }
    l.summary = cki_array_size(array) > threshold;
    l.line = out->length - indent;
    cki_array_format_start(&l.format, array);
    look(&l, 0, array->data);
    cki_array_format_finish(&l.format);
    put_axis(&l, 0, array->data, indent + 1, LINE_WIDTH - suffix);
}

static bool dtype_is_implied(cki_dtype dtype)
{
    return dtype.id == CASK_BOOL || dtype.id == CASK_I64 || dtype.id == CASK_F64 ||
           dtype.id == CASK_C128;
}

static void put_shape(const cki_array *array, cki_text *text)
{
    cki_text_put(text, "[], shape=(");
    for (int axis = 0; axis < array->ndim; axis++)
        cki_text_format(text, "%s%lld", axis ? ", " : "", (long long)array->shape[axis]);
    cki_text_put(text, array->ndim == 1 ? ",)" : ")");
}

void cki_array_repr(const cki_array *array, cki_text *text)
{
    bool empty = !cki_array_size(array), implied = dtype_is_implied(array->dtype) && !empty;
    size_t start = text->length;
    cki_text_put(text, "array(");
    if (empty && !(array->ndim == 1))
        put_shape(array, text);
    else
        put_array(array, ", ", 6, 1, THRESHOLD, text);
    cki_text_char(text, implied ? ')' : ',');
    if (implied || text->failed)
        return;
    char name[48], quoted[64] = "";
    cki_dtype_name(array->dtype, name);
    bool quote = cki_dtype_is_text(array->dtype) || strchr(name, '[');
    strcat(strcat(strcat(quoted, quote ? "'" : ""), name), quote ? "'" : "");
    size_t line = text->length;
    while (line > start && text->bytes[line - 1] != '\n')
        line--;
    size_t length = cki_text_codes(text->bytes + line, text->length - line);
    bool fits = length + strlen("dtype=)") + strlen(quoted) + 1 <= LINE_WIDTH;
    cki_text_format(text, "%sdtype=%s)", fits ? " " : "\n      ", quoted);
}

void cki_array_print_whole(const cki_array *array, cki_text *text)
{
    put_array(array, " ", 0, 0, INT64_MAX, text);
}

void cki_array_print(const cki_array *array, cki_text *text)
{
    if (array->ndim) {
        put_array(array, " ", 0, 0, THRESHOLD, text);
    } else if (array->dtype.id == CASK_BYTES) {
        cask_value *item = cki_array_item(array->dtype, array->data, NULL);
        if (item)
            cki_value_repr(item, text);
        text->failed |= !item;
        cask_value_unref(item);
    } else {
        cki_array_cast_print(array->dtype, array->data, text);
    }
}
