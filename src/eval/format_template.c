/* Format: str.format and str.format_map: fields in braces, with attributes, items, conversions and
 * specs that may themselves hold fields. */
#include "core/memory.h"
#include "eval/builtin.h"
#include "eval/operate.h"
#include "eval/string.h"

#include <string.h>

typedef struct template
{
    cki_call *call;
    cask_value *mapping; /* of format_map; else NULL */
    int64_t automatic;   /* next number of a {} field; -1 after a numbered one */
    bool numbered;
}
template;

static bool refuse(template *all, const char *message)
{
    cki_function_value_error(all->call, "%s", message);
    return false;
}

static bool read_number(cki_span text, int64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9' || i > 9)
            return false;
        *number = *number * 10 + (text.bytes[i] - '0');
    }
    return text.length > 0;
}

static cask_value *positional(template *all, int64_t at)
{
    const cki_arguments *given = all->call->arguments;
    if (all->mapping)
        return cki_function_value_error(all->call, "Format string contains positional fields");
    if ((uint64_t)at >= given->count) {
        cki_fail(all->call->error, CASK_INDEX, NULL,
                 "Replacement index %lld out of range for positional args tuple", (long long)at);
        return NULL;
    }
    return cask_value_ref(given->positional[at]);
}

static cask_value *named(template *all, cki_span name)
{
    const cki_arguments *given = all->call->arguments;
    cask_value *key = cki_value_str(name.bytes, name.length, all->call->error), *value = NULL;
    if (key && all->mapping) {
        value = cki_index_item(all->call->scope, all->mapping, key, all->call->error);
        cask_value_unref(key);
        return value;
    }
    for (size_t i = 0; key && !value && i < given->nnamed; i++) {
        if (strlen(given->names[i]) == name.length &&
            memcmp(given->names[i], name.bytes, name.length) == 0)
            value = cask_value_ref(given->named[i]);
    }
    cask_value_unref(key);
    if (!value && all->call->error->status == CASK_OK)
        cki_fail(all->call->error, CASK_NOT_FOUND, "KeyError", "'%.*s'", (int)name.length,
                 name.bytes);
    return value;
}

/* The value that a field's first part names. */
static cask_value *first_value(template *all, cki_span name)
{
    int64_t number;
    if (name.length == 0) {
        if (all->numbered)
            return cki_function_value_error(
                all->call, "cannot switch from manual field specification to automatic field "
                           "numbering");
        return positional(all, all->automatic++);
    }
    if (!read_number(name, &number))
        return named(all, name);
    if (all->automatic > 0)
        return cki_function_value_error(all->call, "cannot switch from automatic field numbering "
                                                   "to manual field specification");
    all->numbered = true;
    return positional(all, number);
}

/* .name or [item]: one step on. The reference to `value` is taken over. */
static cask_value *step(template *all, cask_value *value, cki_span part, bool item)
{
    cki_error *error = all->call->error;
    cask_value *next = NULL;
    int64_t number;
    if (part.length == 0) {
        refuse(all, "Empty attribute in format string");
    } else if (item) {
        cask_value *key = read_number(part, &number)
                              ? cki_value_int(number, error)
                              : cki_value_str(part.bytes, part.length, error);
        next = key ? cki_index_item(all->call->scope, value, key, error) : NULL;
        cask_value_unref(key);
    } else {
        char *name = cki_memory_copy(part.bytes, part.length);
        if (name)
            next = cki_attribute_get(all->call->scope, value, name, error);
        else
            cki_fail_memory(error, part.length);
        cki_memory_free(name);
    }
    cask_value_unref(value);
    return next;
}

static cask_value *field_value(template *all, cki_span field)
{
    size_t at = 0;
    while (at < field.length && field.bytes[at] != '.' && field.bytes[at] != '[')
        at++;
    cask_value *value = first_value(all, (cki_span){field.bytes, at});
    while (value && at < field.length) {
        bool item = field.bytes[at] == '[';
        size_t begin = ++at;
        while (at < field.length &&
               (item ? field.bytes[at] != ']' : field.bytes[at] != '.' && field.bytes[at] != '['))
            at++;
        if (item && at >= field.length) {
            refuse(all, "expected '}' before end of string");
            cask_value_unref(value);
            return NULL;
        }
        value = step(all, value, (cki_span){field.bytes + begin, at - begin}, item);
        at += item;
    }
    return value;
}

/* !r, !s, !a. The reference is taken over. */
static cask_value *convert(template *all, cask_value *value, char how)
{
    cki_text text = {0}, ascii = {0};
    if (how != 'r' && how != 's' && how != 'a') {
        cki_function_value_error(all->call, "Unknown conversion specifier %c", how);
        cask_value_unref(value);
        return NULL;
    }
    bool ok = cki_format_print(all->call->scope, value, how != 's', &text, all->call->error);
    cask_value_unref(value);
    if (ok && how == 'a') {
        cki_format_ascii(text.bytes ? text.bytes : "", text.length, &ascii);
        ascii.failed |= text.failed;
        cki_text_free(&text);
        text = ascii;
    }
    if (ok)
        return cki_function_str(&text, all->call->error);
    cki_text_free(&text);
    return NULL;
}

static bool expand(template *all, cki_span text, int depth, cki_text *out);

/* What is between two braces: name, conversion, spec. */
static bool expand_field(template *all, cki_span field, int depth, cki_text *out)
{
    size_t end = 0;
    bool bracket = false;
    for (; end < field.length; end++) {
        bracket = field.bytes[end] == '[' || (bracket && field.bytes[end] != ']');
        if (!bracket && (field.bytes[end] == ':' || field.bytes[end] == '!'))
            break;
    }
    cask_value *value = field_value(all, (cki_span){field.bytes, end});
    if (value && end < field.length && field.bytes[end] == '!') {
        value = convert(all, value, end + 1 < field.length ? field.bytes[end + 1] : ' ');
        end += 2;
        if (value && end < field.length && field.bytes[end] != ':') {
            cask_value_unref(value);
            return refuse(all, "expected ':' after conversion specifier");
        }
    }
    cki_text spec = {0};
    bool ok = value != NULL;
    if (ok && end < field.length)
        ok = expand(all, (cki_span){field.bytes + end + 1, field.length - end - 1}, depth + 1,
                    &spec);
    ok = ok && cki_format_value(all->call->scope, value, spec.bytes ? spec.bytes : "", spec.length,
                                out, all->call->error);
    out->failed |= spec.failed;
    cki_text_free(&spec);
    cask_value_unref(value);
    return ok;
}

/* The length of a field up to its closing brace, nested ones passed over; -1 if there is none. */
static int64_t field_length(cki_span text)
{
    int open = 1;
    for (size_t i = 0; i < text.length; i++) {
        open += (text.bytes[i] == '{') - (text.bytes[i] == '}');
        if (open == 0)
            return (int64_t)i;
    }
    return -1;
}

static bool expand(template *all, cki_span text, int depth, cki_text *out)
{
    if (depth > 2)
        return refuse(all, "Max string recursion exceeded");
    for (size_t at = 0; at < text.length; at++) {
        char c = text.bytes[at];
        bool twice = at + 1 < text.length && text.bytes[at + 1] == c;
        if (c != '{' && c != '}') {
            cki_text_char(out, c);
        } else if (twice && depth == 0) {
            cki_text_char(out, c);
            at++;
        } else if (c == '}') {
            return refuse(all, "Single '}' encountered in format string");
        } else {
            cki_span rest = {text.bytes + at + 1, text.length - at - 1};
            int64_t length = field_length(rest);
            if (length < 0)
                return refuse(all, rest.length ? "expected '}' before end of string"
                                               : "Single '{' encountered in format string");
            if (!expand_field(all, (cki_span){rest.bytes, (size_t)length}, depth, out))
                return false;
            at += (size_t)length + 1;
        }
        if (out->length > CKI_OPERATE_BYTES) {
            cki_fail_memory(all->call->error, out->length);
            return false;
        }
    }
    return true;
}

static cask_value *whole(template *all)
{
    cki_text text = {0};
    if (expand(all, cki_string_self(all->call), 0, &text))
        return cki_function_str(&text, all->call->error);
    cki_text_free(&text);
    return NULL;
}

cask_value *cki_format_template(cki_call *call)
{
    return whole(&(template){.call = call});
}

cask_value *cki_format_template_map(cki_call *call)
{
    return whole(&(template){.call = call, .mapping = call->slot[0]});
}
