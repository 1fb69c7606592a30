/* Functions: arguments to parameters, with CPython's complaints in its own words (which differ
 * between functions that take keywords and those that do not), and help for reading the slots. */
#include "core/memory.h"
#include "eval/function.h"
#include "eval/operate.h"
#include "eval/scope.h"

#include <stdarg.h>
#include <string.h>

/* A record's parameters, as its text says. */
typedef struct signature {
    struct {
        const char *name;
        size_t length;
        bool required;
    } parameter[CKI_FUNCTION_SLOTS];
    int count, required, positional, by_name; /* positional: how many may go by position;
                                                 by_name: the first that may go by name */
} signature;

static void read_signature(const char *text, signature *made)
{
    *made = (signature){.positional = -1};
    while (*text) {
        size_t length = strcspn(text, " ");
        if (*text == '/') {
            made->by_name = made->count;
        } else if (*text == '*') {
            made->positional = made->count;
        } else {
            bool optional = text[length - 1] == '=';
            made->parameter[made->count].name = text;
            made->parameter[made->count].length = length - optional;
            made->parameter[made->count].required = !optional;
            made->required += !optional;
            made->count++;
        }
        text += length + (text[length] == ' ');
    }
    if (made->positional < 0)
        made->positional = made->count;
}

static bool refuse(cki_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool refuse(cki_call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    cki_fail_va(call->error, CASK_TYPE, NULL, format, arguments);
    va_end(arguments);
    return false;
}

/* "str.upper": how CPython names functions in some of its messages. */
static const char *qualified(const cki_call *call, char buffer[80])
{
    cki_text text = {0};
    if (call->builtin->owner)
        cki_text_format(&text, "%s.%s", call->builtin->owner, call->builtin->name);
    else
        cki_text_put(&text, call->builtin->name);
    size_t length = text.bytes ? text.length : 0;
    if (length > 79)
        length = 79;
    if (length)
        memcpy(buffer, text.bytes, length);
    buffer[length] = '\0';
    cki_text_free(&text);
    return buffer;
}

static const char *plural(int count)
{
    return count == 1 ? "" : "s";
}

/* Functions whose parameters all go by position. */
static bool check_positional(cki_call *call, const signature *made)
{
    char buffer[80];
    const char *name = call->builtin->name;
    int given = (int)call->arguments->count, most = made->count;
    if (call->arguments->nnamed)
        return refuse(call, "%s() takes no keyword arguments", qualified(call, buffer));
    if (given >= made->required && given <= most)
        return true;
    if (made->required < most)
        return given < made->required ? refuse(call, "%s expected at least %d argument%s, got %d",
                                               name, made->required, plural(made->required), given)
                                      : refuse(call, "%s expected at most %d argument%s, got %d",
                                               name, most, plural(most), given);
    if (most == 0)
        return refuse(call, "%s() takes no arguments (%d given)", qualified(call, buffer), given);
    if (most == 1)
        return refuse(call, "%s() takes exactly one argument (%d given)", qualified(call, buffer),
                      given);
    return refuse(call, "%s expected %d arguments, got %d", name, most, given);
}

static bool check_count(cki_call *call, const signature *made)
{
    const char *name = call->builtin->name;
    int given = (int)call->arguments->count, most = made->positional;
    if (given <= most)
        return true;
    if (most < made->count && made->required == most && made->by_name == most)
        return refuse(call, "%s expected %d argument%s, got %d", name, most, plural(most), given);
    return refuse(call, "%s() takes %s %d %sargument%s (%d given)", name,
                  made->required == made->count ? "exactly" : "at most", most,
                  most < made->count ? "positional " : "", plural(most),
                  given + (int)call->arguments->nnamed);
}

static bool take_named(cki_call *call, const signature *made, size_t i)
{
    const char *name = call->arguments->names[i];
    for (int p = made->by_name; p < made->count; p++) {
        if (strlen(name) != made->parameter[p].length ||
            memcmp(name, made->parameter[p].name, made->parameter[p].length) != 0)
            continue;
        if (call->slot[p])
            return refuse(call, "argument for %s() given by name ('%s') and position (%d)",
                          call->builtin->name, name, p + 1);
        call->slot[p] = call->arguments->named[i];
        return true;
    }
    return refuse(call, "'%s' is an invalid keyword argument for %s()", name, call->builtin->name);
}

bool cki_function_bind(cki_call *call)
{
    signature made;
    read_signature(call->builtin->parameters, &made);
    if (made.by_name == made.count && made.positional == made.count) {
        if (!check_positional(call, &made))
            return false;
    } else if (!check_count(call, &made)) {
        return false;
    }
    for (size_t i = 0; i < call->arguments->count; i++)
        call->slot[i] = call->arguments->positional[i];
    for (size_t i = 0; i < call->arguments->nnamed; i++) {
        if (!take_named(call, &made, i))
            return false;
    }
    for (int p = 0; p < made.count; p++) {
        if (!made.parameter[p].required || call->slot[p])
            continue;
        if (p < made.by_name)
            return refuse(call, "%s expected %d argument%s, got %d", call->builtin->name,
                          made.required, plural(made.required), (int)call->arguments->count);
        return refuse(call, "%s() missing required argument '%.*s' (pos %d)", call->builtin->name,
                      (int)made.parameter[p].length, made.parameter[p].name, p + 1);
    }
    return true;
}

cask_value *cki_function_type_error(cki_call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    cki_fail_va(call->error, CASK_TYPE, NULL, format, arguments);
    va_end(arguments);
    return NULL;
}

cask_value *cki_function_value_error(cki_call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    cki_fail_va(call->error, CASK_INVALID, NULL, format, arguments);
    va_end(arguments);
    return NULL;
}

bool cki_function_given(const cki_call *call, int slot)
{
    return call->slot[slot] && call->slot[slot]->kind != CKI_NONE;
}

bool cki_function_int(cki_call *call, int slot, int64_t absent, int64_t *number)
{
    *number = absent;
    if (!cki_function_given(call, slot))
        return true;
    cask_value *value = cki_function_concrete(call->scope, call->slot[slot], call->error);
    bool ok = value && cki_value_index(value, number, call->error) == CASK_OK;
    cask_value_unref(value);
    return ok;
}

bool cki_function_flag(cki_call *call, int slot, bool absent, bool *flag)
{
    *flag = absent;
    return !call->slot[slot] || cki_compare_truth(call->scope, call->slot[slot], flag, call->error);
}

cask_value *cki_function_concrete(cki_scope *scope, cask_value *value, cki_error *error)
{
    if (value->kind == CKI_OBJECT && !cki_function_is_own(value) && scope->host.concrete) {
        cask_value *concrete = scope->host.concrete(scope->host.self, value, error);
        if (concrete || error->status != CASK_OK)
            return concrete;
    }
    return cask_value_ref(value);
}

cask_value *cki_function_str(cki_text *text, cki_error *error)
{
    return cki_value_from_text(CKI_STR, text, error);
}

cask_value *cki_function_bytes(cki_text *text, cki_error *error)
{
    return cki_value_from_text(CKI_BYTES, text, error);
}
