/* Builtins about values: ascii callable chr format getattr hasattr hash isinstance ord repr. */
#include "eval/builtin.h"
#include "eval/operate.h"
#include "eval/scope.h"

#include <string.h>

static cask_value *run_callable(cki_call *call)
{
    return cki_value_bool(cki_eval_callable(call->slot[0]));
}

static cask_value *run_chr(cki_call *call)
{
    int64_t code;
    cki_text text = {0};
    if (cki_value_index(call->slot[0], &code, call->error) != CASK_OK)
        return NULL;
    if (code < 0 || code > 0x10FFFF)
        return cki_function_value_error(call, "chr() arg not in range(0x110000)");
    if (code >= 0xD800 && code < 0xE000)
        return cki_function_value_error(call, "chr() of a surrogate (0x%llx) is no character",
                                        (unsigned long long)code);
    cki_text_code(&text, (uint32_t)code);
    return cki_function_str(&text, call->error);
}

static cask_value *run_ord(cki_call *call)
{
    const cask_value *value = call->slot[0];
    if (value->kind != CKI_STR && value->kind != CKI_BYTES)
        return cki_function_type_error(call, "ord() expected string of length 1, but %s found",
                                       cki_value_type(value));
    size_t at = 0, length = value->as.text.length;
    size_t codes = value->kind == CKI_STR ? cki_text_codes(value->as.text.bytes, length) : length;
    if (codes != 1)
        return cki_function_type_error(
            call, "ord() expected a character, but string of length %zu found", codes);
    if (value->kind == CKI_BYTES)
        return cki_value_int((unsigned char)value->as.text.bytes[0], call->error);
    return cki_value_int(cki_text_decode(value->as.text.bytes, length, &at), call->error);
}

static cask_value *print(cki_call *call, cki_text *text)
{
    if (cki_format_print(call->scope, call->slot[0], true, text, call->error))
        return cki_function_str(text, call->error);
    cki_text_free(text);
    return NULL;
}

static cask_value *run_repr(cki_call *call)
{
    return print(call, &(cki_text){0});
}

static cask_value *run_ascii(cki_call *call)
{
    cask_value *repr = print(call, &(cki_text){0});
    cki_text text = {0};
    if (!repr)
        return NULL;
    cki_format_ascii(repr->as.text.bytes, repr->as.text.length, &text);
    cask_value_unref(repr);
    return cki_function_str(&text, call->error);
}

static cask_value *run_format(cki_call *call)
{
    const cask_value *spec = call->slot[1];
    cki_text text = {0};
    if (spec && spec->kind != CKI_STR)
        return cki_function_type_error(call, "format() argument 2 must be str, not %s",
                                       cki_value_type(spec));
    if (cki_format_value(call->scope, call->slot[0], spec ? spec->as.text.bytes : "",
                         spec ? spec->as.text.length : 0, &text, call->error))
        return cki_function_str(&text, call->error);
    cki_text_free(&text);
    return NULL;
}

/* The attribute; NULL with *absent set (and no error) where there is no such one. */
static cask_value *try_attribute(cki_call *call, bool *absent)
{
    const cask_value *name = call->slot[1];
    *absent = false;
    if (name->kind != CKI_STR)
        return cki_function_type_error(call, "attribute name must be string, not '%s'",
                                       cki_value_type(name));
    cask_value *value =
        cki_attribute_get(call->scope, call->slot[0], name->as.text.bytes, call->error);
    *absent = !value && strcmp(call->error->python, "AttributeError") == 0;
    return value;
}

static cask_value *run_getattr(cki_call *call)
{
    bool absent;
    cask_value *value = try_attribute(call, &absent);
    if (!absent || !call->slot[2])
        return value;
    *call->error = (cki_error){0};
    return cask_value_ref(call->slot[2]);
}

static cask_value *run_hasattr(cki_call *call)
{
    bool absent;
    cask_value *value = try_attribute(call, &absent);
    cask_value_unref(value);
    if (!value && !absent)
        return NULL;
    if (absent)
        *call->error = (cki_error){0};
    return cki_value_bool(!absent);
}

static cask_value *run_hash(cki_call *call)
{
    const cask_value *value = call->slot[0];
    uint64_t hash;
    if (value->kind == CKI_INT ||
        value->kind == CKI_BOOL) { /* an integer is its own, as in CPython */
        int64_t number = value->kind == CKI_INT ? value->as.integer : value->as.boolean;
        number %= INT64_C(2305843009213693951);
        return cki_value_int(number == -1 ? -2 : number, call->error);
    }
    if (cki_value_hash(value, &hash, call->error) != CASK_OK)
        return NULL;
    return cki_value_int((int64_t)hash, call->error);
}

/* Whether `value` is of the type, which may be the host's. */
static bool is_instance(cki_call *call, cask_value *value, cask_value *type, bool *is)
{
    const cki_type *own = cki_function_as_type(type);
    *is = own && cki_type_has(own, value);
    if (own)
        return true;
    if (!cki_operate_is_host(type)) {
        cki_function_type_error(call,
                                "isinstance() arg 2 must be a type, a tuple of types, or a union");
        return false;
    }
    if (!cki_operate_is_host(value))
        return true;
    cask_value *class = cki_attribute_get(call->scope, value, "__class__", call->error);
    bool ok = class && cki_compare_equal(call->scope, class, type, is, call->error);
    cask_value_unref(class);
    return ok;
}

static cask_value *run_isinstance(cki_call *call)
{
    cask_value *types = call->slot[1];
    bool tuple = types->kind == CKI_TUPLE, is = false;
    size_t count = tuple ? types->as.list.count : 1;
    for (size_t i = 0; i < count && !is; i++) {
        if (!is_instance(call, call->slot[0], tuple ? types->as.list.items[i] : types, &is))
            return NULL;
    }
    return cki_value_bool(is);
}

const cki_builtin cki_builtin_reflect[] = {
    {"ascii", run_ascii, "obj /", NULL},
    {"callable", run_callable, "obj /", NULL},
    {"chr", run_chr, "i /", NULL},
    {"format", run_format, "value format_spec= /", NULL},
    {"getattr", run_getattr, "object name default= /", NULL},
    {"hasattr", run_hasattr, "obj name /", NULL},
    {"hash", run_hash, "obj /", NULL},
    {"isinstance", run_isinstance, "obj class_or_tuple /", NULL},
    {"ord", run_ord, "c /", NULL},
    {"repr", run_repr, "obj /", NULL},
    {NULL, NULL, NULL, NULL}};
