/* repr() and str() of values, in Python's form. */
#include "value/array_cast.h"
#include "value/value.h"
#include "value/value_float.h"

#include <string.h>

enum { DEEPEST = 200 }; /* what is nested deeper prints as dots */

static void repr(const cask_value *value, cki_text *text, int depth);

/* Whether Python's repr shows a character as it is: not controls, separators other than the blank,
 * surrogates, private use and what has no meaning. */
static bool is_printable(uint32_t c)
{
    static const uint32_t hidden[][2] = {
        {0, 0x1F},        {0x7F, 0xA0},       {0xAD, 0xAD},       {0x600, 0x605},
        {0x61C, 0x61C},   {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x1680, 0x1680},
        {0x180E, 0x180E}, {0x2000, 0x200F},   {0x2028, 0x202F},   {0x205F, 0x206F},
        {0x3000, 0x3000}, {0xD800, 0xF8FF},   {0xFEFF, 0xFEFF},   {0xFFF0, 0xFFFB},
        {0xFFFE, 0xFFFF}, {0x1D173, 0x1D17A}, {0xE0000, 0xE00FF}, {0xE01F0, 0x10FFFF},
    };
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (c <= hidden[i][1])
            return c < hidden[i][0];
    return true;
}

static void put_code(uint32_t c, char quote, cki_text *text)
{
    if (c == (uint32_t)quote || c == '\\')
        cki_text_format(text, "\\%c", (char)c);
    else if (c == '\n' || c == '\r' || c == '\t')
        cki_text_put(text, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
    else if (is_printable(c))
        cki_text_code(text, c);
    else
        cki_text_format(text, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
}

static void put_quoted(const cask_value *value, cki_text *text)
{
    const char *bytes = value->as.text.bytes;
    size_t length = value->as.text.length;
    bool single = memchr(bytes, '\'', length), both = single && memchr(bytes, '"', length);
    char quote = single && !both ? '"' : '\'';
    cki_text_char(text, quote);
    for (size_t at = 0; at < length;) {
        uint32_t c = (unsigned char)bytes[at];
        if (value->kind == CKI_BYTES) {
            at++;
            if (c < 0x7F)
                put_code(c, quote, text);
            else
                cki_text_format(text, "\\x%02x", c);
        } else {
            put_code(cki_text_decode(bytes, length, &at), quote, text);
        }
    }
    cki_text_char(text, quote);
}

static void put_items(cask_value *const *items, size_t count, cki_text *text, int depth)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            cki_text_put(text, ", ");
        if (items[i])
            repr(items[i], text, depth + 1);
    }
}

static void put_list(const cask_value *value, cki_text *text, int depth)
{
    size_t count = value->as.list.count;
    static const char open[] = "[({", close[] = "])}";
    size_t form = value->kind == CKI_LIST ? 0 : value->kind == CKI_TUPLE ? 1 : 2;
    if (form == 2 && !count) {
        cki_text_put(text, "set()");
        return;
    }
    cki_text_char(text, open[form]);
    put_items(value->as.list.items, count, text, depth);
    if (form == 1 && count == 1)
        cki_text_char(text, ',');
    cki_text_char(text, close[form]);
}

static void put_dict(const cask_value *value, cki_text *text, int depth)
{
    cki_text_char(text, '{');
    for (size_t i = 0; i < value->as.dict.count; i++) {
        if (i)
            cki_text_put(text, ", ");
        repr(value->as.dict.keys[i], text, depth + 1);
        cki_text_put(text, ": ");
        repr(value->as.dict.values[i], text, depth + 1);
    }
    cki_text_char(text, '}');
}

static void put_range(const cask_value *value, cki_text *text)
{
    cki_text_format(text, "range(%lld, %lld", (long long)value->as.range.start,
                    (long long)value->as.range.stop);
    if (value->as.range.step != 1)
        cki_text_format(text, ", %lld", (long long)value->as.range.step);
    cki_text_char(text, ')');
}

/* "dtype('float64')", "dtype('<M8[ns]')" as NumPy 1.24 shows them. */
static void put_dtype(cki_dtype dtype, cki_text *text)
{
    char buffer[48];
    bool by_code = cki_dtype_is_time(dtype);
    const char *name = by_code ? cki_dtype_code(dtype, buffer) : cki_dtype_name(dtype, buffer);
    cki_text_format(text, "dtype('%s')", dtype.id == CASK_BYTES ? name + 1 : name);
}

/* A 0-d array stands for a NumPy scalar: numbers by themselves, dates by how one makes them. */
static void put_scalar(const cki_array *array, cki_text *text)
{
    char unit[48];
    if (cki_dtype_is_text(array->dtype)) {
        cask_value *item = cki_array_item(array->dtype, array->data, NULL);
        if (item)
            repr(item, text, 0);
        text->failed |= !item;
        cask_value_unref(item);
    } else if (array->dtype.id == CASK_DATETIME) {
        cki_text_put(text, "numpy.datetime64('");
        cki_array_cast_print(array->dtype, array->data, text);
        cki_text_put(text, "')");
    } else if (array->dtype.id == CASK_TIMEDELTA) {
        int64_t number;
        memcpy(&number, array->data, sizeof number);
        cki_dtype_name(array->dtype, unit);
        char *bracket = strchr(unit, '[');
        if (number == CKI_NAT)
            cki_text_put(text, "numpy.timedelta64('NaT'");
        else
            cki_text_format(text, "numpy.timedelta64(%lld", (long long)number);
        if (bracket) {
            bracket[strlen(bracket) - 1] = '\0';
            cki_text_format(text, ",'%s'", bracket + 1);
        }
        cki_text_char(text, ')');
    } else {
        cki_array_cast_print(array->dtype, array->data, text);
    }
}

static void put_object(const cask_value *value, cki_text *text)
{
    if (value->as.object.class->repr)
        value->as.object.class->repr(value->as.object.self, text);
    else
        cki_text_format(text, "<%s>", value->as.object.class->name);
}

static void repr_container(const cask_value *value, cki_text *text, int depth)
{
    if (depth > DEEPEST)
        cki_text_put(text, "...");
    else if (value->kind == CKI_DICT)
        put_dict(value, text, depth);
    else
        put_list(value, text, depth);
}

static void repr(const cask_value *value, cki_text *text, int depth)
{
    switch ((cki_kind)value->kind) {
    case CKI_NONE:
        cki_text_put(text, "None");
        break;
    case CKI_BOOL:
        cki_text_put(text, value->as.boolean ? "True" : "False");
        break;
    case CKI_INT:
        cki_text_format(text, "%lld", (long long)value->as.integer);
        break;
    case CKI_FLOAT:
        cki_value_float_repr(value->as.real, text);
        break;
    case CKI_COMPLEX:
        cki_value_float_complex(value->as.complex.re, value->as.complex.im, 8, text);
        break;
    case CKI_BYTES:
        cki_text_char(text, 'b');
        put_quoted(value, text);
        break;
    case CKI_STR:
        put_quoted(value, text);
        break;
    case CKI_LIST:
    case CKI_TUPLE:
    case CKI_SET:
    case CKI_DICT:
        repr_container(value, text, depth);
        break;
    case CKI_SLICE:
        cki_text_put(text, "slice(");
        put_items((cask_value *const[]){value->as.slice.start, value->as.slice.stop,
                                        value->as.slice.step},
                  3, text, depth);
        cki_text_char(text, ')');
        break;
    case CKI_ELLIPSIS:
        cki_text_put(text, "Ellipsis");
        break;
    case CKI_RANGE:
        put_range(value, text);
        break;
    case CKI_DTYPE:
        put_dtype(value->as.dtype, text);
        break;
    case CKI_ARRAY:
        if (value->as.array->ndim)
            cki_array_repr(value->as.array, text);
        else
            put_scalar(value->as.array, text);
        break;
    case CKI_OBJECT:
        put_object(value, text);
        break;
    }
}

void cki_value_repr(const cask_value *value, cki_text *text)
{
    repr(value, text, 0);
}

void cki_value_print(const cask_value *value, cki_text *text)
{
    char name[48];
    if (value->kind == CKI_STR)
        cki_text_add(text, value->as.text.bytes, value->as.text.length);
    else if (value->kind == CKI_ARRAY)
        cki_array_print(value->as.array, text);
    else if (value->kind == CKI_DTYPE)
        cki_text_put(text, cki_dtype_name(value->as.dtype, name));
    else
        repr(value, text, 0);
}
