/* What `dask` has beside computing: tokens, configuration, sizes and times as people write them. */
#include "lang/dask.h"

#include "call/call.h"
#include "call/call_token.h"
#include "expr/collection.h"

#include <cask/config.h>
#include <stdlib.h>
#include <string.h>

/* ---- tokens ---- */

static cask_value *run_tokenize(cki_call *call)
{
    char hex[33];
    const cask_value *args = call->arguments[0], *named = call->arguments[1];
    cki_hasher *hasher = cki_token_start(call->error);
    if (!hasher)
        return NULL;
    bool known = cki_call_token_add(hasher, args, 0, call->error);
    if (known && named->as.dict.count)
        known = cki_call_token_add(hasher, named, 0, call->error);
    cki_token token = cki_token_end(hasher);
    if (known)
        return cki_value_string(cki_token_hex(token, hex), call->error);
    if (call->error->status == CASK_OK)
        cki_fail(
            call->error, CASK_TYPE, NULL,
            "tokenize: nobody can tell when two of these are equal: a function without a name, or "
            "an object");
    return NULL;
}

static cask_value *run_is_collection(cki_call *call)
{
    return cki_value_bool(cki_operation_node(call->arguments[0]) != NULL);
}

/* ---- configuration ---- */

/* A public call failed: its error is the operation's, and not the context's first one. */
static void take_error(cki_call *call, const cki_error *before)
{
    *call->error = call->ck->error;
    call->ck->error = *before;
}

/* What one of the public calls gives for a key, or the default. */
static cask_value *look_up(cki_call *call, cask_value *find(cask *ck, const char *key))
{
    const cki_error before = call->ck->error;
    const cask_value *key = call->arguments[0], *given = call->arguments[1];
    if (key->kind != CKI_STR) {
        cki_fail(call->error, CASK_TYPE, NULL, "a configuration key is a string, not '%s'",
                 cki_value_type(key));
        return NULL;
    }
    call->ck->error = (cki_error){0};
    cask_value *value = find(call->ck, key->as.text.bytes);
    if (value)
        return value;
    take_error(call, &before);
    bool fallback = !(given->kind == CKI_STR && strcmp(given->as.text.bytes, "no_default") == 0);
    if (!fallback || call->error->status != CASK_NOT_FOUND)
        return NULL;
    *call->error = (cki_error){0};
    return cask_value_ref(call->arguments[1]);
}

static cask_value *run_config_get(cki_call *call)
{
    return look_up(call, cask_config_get);
}

static cask_value *run_config_pop(cki_call *call)
{
    return look_up(call, cask_config_pop);
}

static cask_status set_key(cki_call *call, const char *key, const cask_value *value)
{
    const cki_error before = call->ck->error;
    call->ck->error = (cki_error){0};
    cask_status status = cask_config_set_value(call->ck, key, value);
    if (status != CASK_OK)
        take_error(call, &before);
    else
        call->ck->error = before;
    return status;
}

/* a__b=1 is the key a.b. */
static cask_status set_name(cki_call *call, const char *name, const cask_value *value)
{
    cki_text key = {0};
    for (const char *at = name; *at; at++) {
        bool dot = at[0] == '_' && at[1] == '_' && at != name;
        cki_text_char(&key, dot ? '.' : *at);
        at += dot;
    }
    cask_status status = key.failed ? cki_fail_memory(call->error, key.length)
                                    : set_key(call, key.bytes ? key.bytes : "", value);
    cki_text_free(&key);
    return status;
}

static cask_value *run_config_set(cki_call *call)
{
    const cask_value *given = call->arguments[0], *named = call->arguments[1];
    if (given->kind != CKI_NONE && given->kind != CKI_DICT) {
        cki_fail(call->error, CASK_TYPE, NULL, "config.set takes a dict or keywords, not '%s'",
                 cki_value_type(given));
        return NULL;
    }
    for (size_t i = 0; given->kind == CKI_DICT && i < given->as.dict.count; i++) {
        const cask_value *key = given->as.dict.keys[i];
        if (key->kind != CKI_STR)
            cki_fail(call->error, CASK_TYPE, NULL, "a configuration key is a string, not '%s'",
                     cki_value_type(key));
        else
            set_key(call, key->as.text.bytes, given->as.dict.values[i]);
        if (call->error->status != CASK_OK)
            return NULL;
    }
    for (size_t i = 0; i < named->as.dict.count; i++)
        if (set_name(call, named->as.dict.keys[i]->as.text.bytes, named->as.dict.values[i]) !=
            CASK_OK)
            return NULL;
    return cki_value_none();
}

/* ---- units ---- */

/* Numbers are taken as they are; the text of anything else. */
static bool is_number(const cask_value *value, double *number)
{
    return value->kind != CKI_STR && cki_value_real(value, number, &(cki_error){0}) == CASK_OK;
}

static cask_value *bad_text(cki_call *call, const char *what)
{
    cki_text shown = {0};
    cki_value_repr(call->arguments[0], &shown);
    cki_fail(call->error, CASK_INVALID, NULL, "Could not interpret %.200s as %s",
             shown.bytes ? shown.bytes : "it", what);
    cki_text_free(&shown);
    return NULL;
}

static cask_value *run_parse_bytes(cki_call *call)
{
    const cask_value *given = call->arguments[0];
    uint64_t bytes;
    double number;
    if (is_number(given, &number) && number >= 0 && number < 9e18)
        return cki_value_int((int64_t)number, call->error);
    if (given->kind == CKI_STR && cask_parse_bytes(given->as.text.bytes, &bytes) &&
        bytes <= INT64_MAX)
        return cki_value_int((int64_t)bytes, call->error);
    return bad_text(call, "a number of bytes");
}

static cask_value *run_format_bytes(cki_call *call)
{
    char buffer[32];
    double number = -1;
    if (cki_value_real(call->arguments[0], &number, call->error) != CASK_OK)
        return NULL;
    if (!(number >= 0 && number < 1.8e19))
        return bad_text(call, "a number of bytes");
    return cki_value_string(cask_format_bytes((uint64_t)number, buffer), call->error);
}

static cask_value *run_parse_timedelta(cki_call *call)
{
    const cask_value *given = call->arguments[0], *unit = call->arguments[1];
    double seconds, one = 1;
    if (given->kind == CKI_NONE)
        return cki_value_none();
    bool bare = is_number(given, &seconds), fine = bare;
    if (given->kind == CKI_STR) {
        const char *text = given->as.text.bytes;
        bare = given->as.text.length && !strpbrk(text, "abcdefghijklmnopqrstuvwxyz");
        fine = cask_parse_timedelta(text, &seconds);
    }
    if (bare && unit->kind == CKI_STR) {
        cki_text of_one = {0};
        cki_text_format(&of_one, "1 %s", unit->as.text.bytes);
        fine = fine && !of_one.failed && cask_parse_timedelta(of_one.bytes, &one);
        cki_text_free(&of_one);
        seconds *= one;
    }
    if (!fine)
        return bad_text(call, "a time");
    return seconds == (double)(int64_t)seconds ? cki_value_int((int64_t)seconds, call->error)
                                               : cki_value_float(seconds, call->error);
}

static cask_value *run_format_time(cki_call *call)
{
    char buffer[32];
    double seconds;
    if (cki_value_real(call->arguments[0], &seconds, call->error) != CASK_OK)
        return NULL;
    return cki_value_string(cask_format_time(seconds, buffer), call->error);
}

/* ---- names ---- */

static cask_value *run_funcname(cki_call *call)
{
    cki_text text = {0};
    const cask_value *given = call->arguments[0];
    const char *name = cki_call_callable(given) ? cki_call_name(given) : NULL;
    const char *dot = name ? strrchr(name, '.') : NULL;
    if (name)
        cki_text_put(&text, dot ? dot + 1 : name);
    else
        cki_value_print(given, &text);
    return cki_value_from_text(CKI_STR, &text, call->error);
}

static bool is_hex(const char *word, size_t length, size_t digits)
{
    return length == digits && strspn(word, "0123456789abcdef") >= digits;
}

static bool is_alpha(const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!((word[i] >= 'a' && word[i] <= 'z') || (word[i] >= 'A' && word[i] <= 'Z')))
            return false;
    return length > 0;
}

/* "name" of "<module.name object at 0x1f3a>". */
static cask_value *class_of(const char *text, cki_error *error)
{
    size_t end = 1 + strcspn(text + 1, " >"), start = end;
    while (start > 1 && text[start - 1] != '.')
        start--;
    return cki_value_str(text + start, end - start, error);
}

/* "sum-partial" of ('sum-partial-1f3a9c02', 3): words that are letters and no token. */
static cask_value *run_key_split(cki_call *call)
{
    const cask_value *key = call->arguments[0];
    if (key->kind == CKI_TUPLE && key->as.list.count)
        key = key->as.list.items[0];
    if ((key->kind != CKI_STR && key->kind != CKI_BYTES) || !key->as.text.length)
        return cki_value_string("Other", call->error);
    if (*key->as.text.bytes == '<')
        return class_of(key->as.text.bytes, call->error);
    const char *at = key->as.text.bytes + strspn(key->as.text.bytes, "_'()\"");
    bool bare = at == key->as.text.bytes;
    size_t length = strcspn(at, "-,'");
    cki_text text = {0};
    while (!bare && length && strchr("_'()\"", at[length - 1]))
        length--;
    if (is_hex(at, length, 32))
        return cki_value_string("data", call->error);
    cki_text_add(&text, at, length);
    for (at += length; *at == '-'; at += length) {
        at++;
        length = strcspn(at, "-,'");
        if (!is_alpha(at, length) || is_hex(at, length, 8))
            break;
        cki_text_char(&text, '-');
        cki_text_add(&text, at, length);
    }
    return cki_value_from_text(CKI_STR, &text, call->error);
}

/* Digits as numbers between what stands around them, so that 'f10' comes after 'f9'. */
static cask_value *run_natural_sort_key(cki_call *call)
{
    const cask_value *text = call->arguments[0];
    size_t room = 0;
    if (text->kind != CKI_STR) {
        cki_fail(call->error, CASK_TYPE, NULL, "expected string or bytes-like object, not '%s'",
                 cki_value_type(text));
        return NULL;
    }
    cask_value *list = cki_value_list(CKI_LIST, 0, call->error);
    const char *at = text->as.text.bytes;
    for (bool digits = false; list && call->error->status == CASK_OK; digits = !digits) {
        size_t length = digits ? strspn(at, "0123456789") : strcspn(at, "0123456789");
        cask_value *part = cki_value_str(at, length, call->error);
        if (part && digits) {
            cask_value *number = cki_value_int(strtoll(at, NULL, 10), call->error);
            cask_value_unref(part);
            part = number;
        }
        cki_value_list_push(list, &room, part, call->error);
        at += length;
        if (!digits && !*at)
            return list;
    }
    cask_value_unref(list);
    return NULL;
}

static cask_value *run_has_keyword(cki_call *call)
{
    const cask_value *name = call->arguments[1];
    return cki_value_bool(cki_call_callable(call->arguments[0]) && name->kind == CKI_STR &&
                          cki_call_takes(call->arguments[0], name->as.text.bytes));
}

/* ---- records ---- */

#define CALL(id, name, signature, doc, run)                                                        \
    static const cki_operation id = {name, CKI_IN_DASK, signature, doc, run, NULL}
#define TOKENIZE                                                                                   \
    "A text that is the same for equal arguments: by type and value, arrays by their elements, "   \
    "functions by what they do, lazy things by what they are."
CALL(tokenize, "tokenize", "*args, **kwargs", TOKENIZE, run_tokenize);
CALL(base_tokenize, "base.tokenize", "*args, **kwargs", TOKENIZE, run_tokenize);
CALL(is_collection, "is_dask_collection", "x", "Whether something is lazy.", run_is_collection);
CALL(base_is_collection, "base.is_dask_collection", "x", "Whether something is lazy.",
     run_is_collection);
CALL(config_get, "config.get", "key, default='no_default'",
     "The value of a configuration key; KeyError if there is neither one nor a default.",
     run_config_get);
CALL(config_set, "config.set", "arg=None, **kwargs",
     "Sets configuration keys for what follows: config.set({'split-every': 8}), a__b=1 for a.b.",
     run_config_set);
CALL(config_pop, "config.pop", "key, default='no_default'",
     "The value of a configuration key, which is removed; KeyError if there is neither one nor a "
     "default.",
     run_config_pop);
CALL(natural_sort_key, "utils.natural_sort_key", "s",
     "What texts with numbers in them are sorted by: 'f9' before 'f10'.", run_natural_sort_key);
CALL(has_keyword, "utils.has_keyword", "func, keyword",
     "Whether a function is known to take an argument by that name.", run_has_keyword);
CALL(parse_bytes, "utils.parse_bytes", "s", "The bytes that a text means: '128 MiB', '5kB'.",
     run_parse_bytes);
CALL(format_bytes, "utils.format_bytes", "n", "Bytes as people read them: '1.23 GiB'.",
     run_format_bytes);
CALL(parse_timedelta, "utils.parse_timedelta", "s, default='seconds'",
     "The seconds that a text means: '100 ms', '1.5h'.", run_parse_timedelta);
CALL(format_time, "utils.format_time", "n", "Seconds as people read them: '4.00 s'.",
     run_format_time);
CALL(funcname, "utils.funcname", "func", "What a function is called.", run_funcname);
CALL(base_key_split, "base.key_split", "s",
     "The part of a key that says what made it: 'sum-partial'.", run_key_split);
CALL(key_split, "utils.key_split", "s", "The part of a key that says what made it: 'sum-partial'.",
     run_key_split);

const cki_operation *const cki_dask_operations[] = {
    &tokenize,     &base_tokenize,   &is_collection,    &base_is_collection,
    &config_get,   &config_set,      &base_key_split,   &parse_bytes,
    &format_bytes, &parse_timedelta, &format_time,      &funcname,
    &key_split,    &config_pop,      &natural_sort_key, &has_keyword,
    NULL};
