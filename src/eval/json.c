/* The json module: loads, and dumps with Python's layout. */
#include "core/memory.h"
#include "eval/builtin.h"
#include "eval/operate.h"

#include <math.h>
#include <string.h>

static cask_value *run_loads(cki_call *call)
{
    const cask_value *text = call->slot[0];
    if (text->kind != CKI_STR && text->kind != CKI_BYTES)
        return cki_function_type_error(
            call, "the JSON object must be str, bytes or bytearray, not %s", cki_value_type(text));
    return cki_value_from_json(text->as.text.bytes, text->as.text.length, call->error);
}

/* How json.dumps is to lay things out, and where. */
typedef struct dump {
    cki_call *call;
    cki_text out;
    const char *item, *colon; /* separators */
    const char *indent;       /* NULL: on one line */
    size_t repeats;           /* of indent, a level */
    bool sorted, ascii, nan;
    cask_value *fallback; /* default= */
    int depth;
} dump;

static bool put(dump *all, cask_value *value);

static void put_string(dump *all, const char *bytes, size_t length)
{
    cki_text_char(&all->out, '"');
    for (size_t at = 0; at < length;) {
        size_t begin = at;
        uint32_t code = cki_text_decode(bytes, length, &at);
        static const char escapes[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
        const char *found = code && code < 0x80 ? strchr(escapes, (int)code) : NULL;
        if (found) {
            cki_text_char(&all->out, '\\');
            cki_text_char(&all->out, letters[found - escapes]);
        } else if (code < 32 || (all->ascii && code >= 127 && code < 0x10000 && code != 127)) {
            cki_text_format(&all->out, "\\u%04x", code);
        } else if (all->ascii && code >= 0x10000) {
            cki_text_format(&all->out, "\\u%04x\\u%04x", 0xD800 + ((code - 0x10000) >> 10),
                            0xDC00 + ((code - 0x10000) & 0x3FF));
        } else {
            cki_text_add(&all->out, bytes + begin, at - begin);
        }
    }
    cki_text_char(&all->out, '"');
}

static bool put_number(dump *all, const cask_value *value)
{
    if (value->kind == CKI_INT) {
        cki_text_format(&all->out, "%lld", (long long)value->as.integer);
        return true;
    }
    double real = value->as.real;
    if (isfinite(real)) {
        cki_value_float_repr(real, &all->out);
        return true;
    }
    if (!all->nan) {
        cki_text repr = {0};
        cki_value_float_repr(real, &repr);
        cki_function_value_error(all->call, "Out of range float values are not JSON compliant");
        cki_text_free(&repr);
        return false;
    }
    cki_text_put(&all->out, isnan(real) ? "NaN" : real > 0 ? "Infinity" : "-Infinity");
    return true;
}

static void new_line(dump *all)
{
    if (!all->indent)
        return;
    cki_text_char(&all->out, '\n');
    for (size_t i = 0; i < (size_t)all->depth * all->repeats && !all->out.failed; i++)
        cki_text_put(&all->out, all->indent);
}

static bool put_list(dump *all, const cask_value *value)
{
    size_t count = value->as.list.count;
    cki_text_char(&all->out, '[');
    all->depth++;
    for (size_t i = 0; i < count; i++) {
        if (i)
            cki_text_put(&all->out, all->item);
        new_line(all);
        if (!put(all, value->as.list.items[i]))
            return false;
    }
    all->depth--;
    if (count)
        new_line(all);
    cki_text_char(&all->out, ']');
    return true;
}

static bool put_key(dump *all, const cask_value *key)
{
    if (key->kind == CKI_STR) {
        put_string(all, key->as.text.bytes, key->as.text.length);
        return true;
    }
    cki_text_char(&all->out, '"');
    bool ok = true;
    if (key->kind == CKI_NONE)
        cki_text_put(&all->out, "null");
    else if (key->kind == CKI_BOOL)
        cki_text_put(&all->out, key->as.boolean ? "true" : "false");
    else if (key->kind == CKI_INT || key->kind == CKI_FLOAT)
        ok = put_number(all, key);
    else {
        cki_function_type_error(all->call, "keys must be str, int, float, bool or None, not %s",
                                cki_value_type(key));
        return false;
    }
    cki_text_char(&all->out, '"');
    return ok;
}

/* The order of a dict's keys: of insertion, or sorted; NULL with the error set. */
static cask_value *ordered_keys(dump *all, cask_value *value)
{
    const cki_builtin *sort =
        cki_function_find(cki_builtin_iterate, all->sorted ? "sorted" : "iter");
    cki_call inner = {.scope = all->call->scope,
                      .builtin = sort,
                      .arguments = all->call->arguments,
                      .slot = {value},
                      .error = all->call->error};
    return sort->run(&inner);
}

static bool put_dict(dump *all, cask_value *value)
{
    cask_value *keys = ordered_keys(all, value);
    bool ok = keys != NULL;
    cki_text_char(&all->out, '{');
    all->depth++;
    for (size_t i = 0; ok && i < keys->as.list.count; i++) {
        cask_value *key = keys->as.list.items[i];
        if (i)
            cki_text_put(&all->out, all->item);
        new_line(all);
        ok = put_key(all, key);
        cki_text_put(&all->out, all->colon);
        ok = ok && put(all, cki_value_dict_get(value, key, all->call->error));
    }
    all->depth--;
    if (ok && keys->as.list.count)
        new_line(all);
    cki_text_char(&all->out, '}');
    cask_value_unref(keys);
    return ok;
}

static bool put_other(dump *all, cask_value *value)
{
    if (!all->fallback) {
        cki_function_type_error(all->call, "Object of type %s is not JSON serializable",
                                cki_value_type(value));
        return false;
    }
    cask_value *other =
        cki_function_call1(all->call->scope, all->fallback, value, all->call->error);
    all->depth++;
    bool ok = other && put(all, other);
    all->depth--;
    cask_value_unref(other);
    return ok;
}

static bool put(dump *all, cask_value *value)
{
    if (all->depth > 500) {
        cki_fail(all->call->error, CASK_LIMIT, "RecursionError",
                 "maximum recursion depth exceeded while encoding a JSON object");
        return false;
    }
    switch ((cki_kind)value->kind) {
    case CKI_NONE:
        cki_text_put(&all->out, "null");
        return true;
    case CKI_BOOL:
        cki_text_put(&all->out, value->as.boolean ? "true" : "false");
        return true;
    case CKI_INT:
    case CKI_FLOAT:
        return put_number(all, value);
    case CKI_STR:
        put_string(all, value->as.text.bytes, value->as.text.length);
        return true;
    case CKI_LIST:
    case CKI_TUPLE:
        return put_list(all, value);
    case CKI_DICT:
        return put_dict(all, value);
    case CKI_COMPLEX:
    case CKI_BYTES:
    case CKI_SET:
    case CKI_SLICE:
    case CKI_ELLIPSIS:
    case CKI_RANGE:
    case CKI_DTYPE:
    case CKI_ARRAY:
    case CKI_OBJECT:
        break;
    }
    return put_other(all, value);
}

/* separators=(item, key) */
static bool read_separators(dump *all, const cask_value *given)
{
    if ((given->kind != CKI_TUPLE && given->kind != CKI_LIST) || given->as.list.count != 2 ||
        given->as.list.items[0]->kind != CKI_STR || given->as.list.items[1]->kind != CKI_STR) {
        cki_function_type_error(all->call, "separators must be a pair of str, as (',', ':')");
        return false;
    }
    all->item = given->as.list.items[0]->as.text.bytes;
    all->colon = given->as.list.items[1]->as.text.bytes;
    return true;
}

static bool read_indent(dump *all, const cask_value *given)
{
    int64_t spaces;
    if (given->kind == CKI_STR) {
        all->indent = given->as.text.bytes;
        all->repeats = 1;
        return true;
    }
    if (cki_value_index(given, &spaces, all->call->error) != CASK_OK)
        return false;
    all->indent = " ";
    all->repeats = spaces < 0 ? 0 : spaces > 1000 ? 1000 : (size_t)spaces;
    return true;
}

static cask_value *run_dumps(cki_call *call)
{
    dump all = {.call = call, .item = ", ", .colon = ": ", .fallback = call->slot[6]};
    if (cki_function_given(call, 1)) {
        if (!read_indent(&all, call->slot[1]))
            return NULL;
        all.item = ",";
    }
    if ((cki_function_given(call, 3) && !read_separators(&all, call->slot[3])) ||
        !cki_function_flag(call, 2, false, &all.sorted) ||
        !cki_function_flag(call, 4, true, &all.ascii) ||
        !cki_function_flag(call, 5, true, &all.nan))
        return NULL;
    if (put(&all, call->slot[0]))
        return cki_function_str(&all.out, call->error);
    cki_text_free(&all.out);
    return NULL;
}

static const cki_builtin functions[] = {
    {"dumps", run_dumps,
     "obj * indent= sort_keys= separators= ensure_ascii= allow_nan= default=", "json"},
    {"loads", run_loads, "s", "json"},
    {NULL, NULL, NULL, NULL}};

const cki_module cki_json_module = {"json", functions, NULL};
