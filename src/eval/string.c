/* Strings: what the methods of str and bytes have in common, and the table of str's. */
#include "eval/string.h"
#include "eval/builtin.h"
#include "eval/operate.h"

#include <string.h>
#include <strings.h>

cki_span cki_string_self(const cki_call *call)
{
    return (cki_span){call->self->as.text.bytes, call->self->as.text.length};
}

bool cki_string_is_bytes(const cki_call *call)
{
    return call->self->kind == CKI_BYTES;
}

bool cki_string_argument(cki_call *call, int slot, cki_string_style style, cki_span *span)
{
    const cask_value *value = call->slot[slot];
    if (value->kind == call->self->kind) {
        *span = (cki_span){value->as.text.bytes, value->as.text.length};
        return true;
    }
    const char *type = cki_value_type(value);
    if (cki_string_is_bytes(call))
        cki_function_type_error(call, "a bytes-like object is required, not '%s'", type);
    else if (style == CKI_STRING_ARGUMENT)
        cki_function_type_error(call, "%s() argument %d must be str, not %s", call->builtin->name,
                                slot + 1, type);
    else
        cki_function_type_error(call, "must be str%s, not %s",
                                style == CKI_STRING_NONE ? " or None" : "", type);
    return false;
}

cask_value *cki_string_made(cki_call *call, const char *bytes, size_t length)
{
    return cki_string_is_bytes(call) ? cki_value_bytes(bytes, length, call->error)
                                     : cki_value_str(bytes, length, call->error);
}

cask_value *cki_string_text(cki_call *call, cki_text *text)
{
    return cki_string_is_bytes(call) ? cki_function_bytes(text, call->error)
                                     : cki_function_str(text, call->error);
}

int64_t cki_string_where(cki_span in, cki_span what, bool last)
{
    if (what.length > in.length)
        return -1;
    if (!last) {
        const char *at =
            what.length ? memmem(in.bytes, in.length, what.bytes, what.length) : in.bytes;
        return at ? at - in.bytes : -1;
    }
    for (size_t at = in.length - what.length + 1; at-- > 0;) {
        if (memcmp(in.bytes + at, what.bytes, what.length) == 0)
            return (int64_t)at;
    }
    return -1;
}

int64_t cki_string_length(const cki_call *call)
{
    cki_span self = cki_string_self(call);
    return (int64_t)(cki_string_is_bytes(call) ? self.length
                                               : cki_text_codes(self.bytes, self.length));
}

size_t cki_string_offset(const cki_call *call, int64_t index)
{
    cki_span self = cki_string_self(call);
    size_t at = 0;
    if (cki_string_is_bytes(call))
        return (size_t)index;
    for (int64_t i = 0; i < index && at < self.length; i++)
        (void)cki_text_decode(self.bytes, self.length, &at);
    return at;
}

static bool is_encoding(const cask_value *name, const char *const *names)
{
    if (!name)
        return strcmp(names[0], "utf-8") == 0;
    for (; *names; names++) {
        if (strcasecmp(name->as.text.bytes, *names) == 0)
            return true;
    }
    return false;
}

/* Code points that a narrow encoding has no byte for: UnicodeEncodeError, or left out, or "?". */
static cask_value *encode_narrow(cki_call *call, uint32_t limit, const char *encoding)
{
    cki_span self = cki_string_self(call);
    const char *errors = call->slot[1] ? call->slot[1]->as.text.bytes : "strict";
    cki_text text = {0};
    int64_t position = 0;
    for (size_t at = 0; at < self.length; position++) {
        uint32_t code = cki_text_decode(self.bytes, self.length, &at);
        if (code < limit) {
            cki_text_char(&text, (char)code);
        } else if (strcmp(errors, "replace") == 0) {
            cki_text_char(&text, '?');
        } else if (strcmp(errors, "ignore") != 0) {
            cki_text_free(&text);
            cki_fail(call->error, CASK_INVALID, "UnicodeEncodeError",
                     "'%s' codec can't encode character '\\u%04x' in position %lld: ordinal not in "
                     "range(%u)",
                     encoding, code, (long long)position, limit);
            return NULL;
        }
    }
    return cki_function_bytes(&text, call->error);
}

static cask_value *run_encode(cki_call *call)
{
    static const char *const utf8[] = {"utf-8", "utf8", "utf_8", "U8", NULL};
    static const char *const latin[] = {"latin-1", "latin1", "iso-8859-1", "iso8859-1", NULL};
    static const char *const ascii[] = {"ascii", "us-ascii", NULL};
    cki_span self = cki_string_self(call);
    for (int i = 0; i < 2; i++) {
        if (call->slot[i] && call->slot[i]->kind != CKI_STR)
            return cki_function_type_error(call, "encode() argument '%s' must be str, not %s",
                                           i ? "errors" : "encoding",
                                           cki_value_type(call->slot[i]));
    }
    if (is_encoding(call->slot[0], utf8))
        return cki_value_bytes(self.bytes, self.length, call->error);
    if (is_encoding(call->slot[0], latin))
        return encode_narrow(call, 256, "latin-1");
    if (is_encoding(call->slot[0], ascii))
        return encode_narrow(call, 128, "ascii");
    cki_fail(call->error, CASK_NOT_FOUND, "LookupError", "unknown encoding: %s",
             call->slot[0]->as.text.bytes);
    return NULL;
}

static bool map_code(cki_call *call, cask_value *dict, uint32_t code, cask_value *to)
{
    cask_value *key = to ? cki_value_int(code, call->error) : NULL;
    if (key)
        return cki_value_dict_set(dict, key, to, call->error) == CASK_OK;
    cask_value_unref(to);
    return false;
}

/* A table from a dict: its one-character keys become code points. */
static bool table_from_dict(cki_call *call, cask_value *dict, const cask_value *given)
{
    for (size_t i = 0; i < given->as.dict.count; i++) {
        cask_value *key = given->as.dict.keys[i], *to = given->as.dict.values[i];
        cki_span span = {key->as.text.bytes, key->as.text.length};
        size_t at = 0;
        bool ok;
        if (key->kind != CKI_STR) {
            ok = cki_value_dict_set(dict, cask_value_ref(key), cask_value_ref(to), call->error) ==
                 CASK_OK;
        } else if (cki_text_codes(span.bytes, span.length) != 1) {
            cki_function_value_error(call, "string keys in translate table must be of length 1");
            ok = false;
        } else {
            ok = map_code(call, dict, cki_text_decode(span.bytes, span.length, &at),
                          cask_value_ref(to));
        }
        if (!ok)
            return false;
    }
    return true;
}

/* A table from two texts, character to character, and a third whose characters go. */
static bool table_from_texts(cki_call *call, cask_value *dict)
{
    cki_span part[3] = {{"", 0}, {"", 0}, {"", 0}};
    size_t from = 0, to = 0, out = 0;
    for (int i = 0; i < 3; i++) {
        if (call->slot[i] && call->slot[i]->kind == CKI_STR) {
            part[i] = (cki_span){call->slot[i]->as.text.bytes, call->slot[i]->as.text.length};
        } else if (call->slot[i] || i < 2) {
            cki_function_type_error(call,
                                    "if you give only one argument to maketrans it must be a dict");
            return false;
        }
    }
    if (cki_text_codes(part[0].bytes, part[0].length) !=
        cki_text_codes(part[1].bytes, part[1].length)) {
        cki_function_value_error(call, "the first two maketrans arguments must have equal length");
        return false;
    }
    bool ok = true;
    while (ok && from < part[0].length) {
        uint32_t code = cki_text_decode(part[0].bytes, part[0].length, &from);
        uint32_t becomes = cki_text_decode(part[1].bytes, part[1].length, &to);
        ok = map_code(call, dict, code, cki_value_int(becomes, call->error));
    }
    while (ok && out < part[2].length)
        ok = map_code(call, dict, cki_text_decode(part[2].bytes, part[2].length, &out),
                      cki_value_none());
    return ok;
}

/* str.maketrans(from, to, delete), or of a dict: a dict from code points. */
static cask_value *run_maketrans(cki_call *call)
{
    cask_value *dict = cki_value_dict(call->error);
    bool plain = !call->slot[1] && call->slot[0]->kind == CKI_DICT;
    if (dict && (plain ? table_from_dict(call, dict, call->slot[0]) : table_from_texts(call, dict)))
        return dict;
    cask_value_unref(dict);
    return NULL;
}

/* One code point by the table: itself, another, a text, or nothing. */
static bool translate_one(cki_call *call, const cask_value *table, uint32_t code, cki_text *text)
{
    cask_value *key = cki_value_int(code, call->error);
    const cask_value *value = key ? cki_value_dict_get(table, key, call->error) : NULL;
    cask_value_unref(key);
    if (call->error->status != CASK_OK)
        return false;
    if (!value)
        cki_text_code(text, code);
    else if (value->kind == CKI_STR)
        cki_text_add(text, value->as.text.bytes, value->as.text.length);
    else if (value->kind == CKI_INT && value->as.integer >= 0 && value->as.integer < 0x110000 &&
             (value->as.integer < 0xD800 || value->as.integer > 0xDFFF))
        cki_text_code(text, (uint32_t)value->as.integer);
    else if (value->kind != CKI_NONE) {
        cki_function_type_error(call, "character mapping must return integer, None or str");
        return false;
    }
    return true;
}

static cask_value *run_translate(cki_call *call)
{
    cki_span self = cki_string_self(call);
    cki_text text = {0};
    if (call->slot[0]->kind != CKI_DICT)
        return cki_function_type_error(call, "'%s' object is not a translation table; use a dict",
                                       cki_value_type(call->slot[0]));
    for (size_t at = 0; at < self.length;) {
        uint32_t code = cki_text_decode(self.bytes, self.length, &at);
        if (!translate_one(call, call->slot[0], code, &text)) {
            cki_text_free(&text);
            return NULL;
        }
    }
    return cki_function_str(&text, call->error);
}

const cki_builtin cki_string_methods[] = {
    {"capitalize", cki_string_capitalize, "/", "str"},
    {"casefold", cki_string_casefold, "/", "str"},
    {"center", cki_string_center, "width fillchar= /", "str"},
    {"count", cki_string_count, "sub start= end= /", "str"},
    {"encode", run_encode, "encoding= errors=", "str"},
    {"endswith", cki_string_endswith, "suffix start= end= /", "str"},
    {"expandtabs", cki_string_expandtabs, "tabsize=", "str"},
    {"find", cki_string_find, "sub start= end= /", "str"},
    {"format", cki_format_template, NULL, "str"},
    {"format_map", cki_format_template_map, "mapping /", "str"},
    {"index", cki_string_index, "sub start= end= /", "str"},
    {"isalnum", cki_string_isalnum, "/", "str"},
    {"isalpha", cki_string_isalpha, "/", "str"},
    {"isascii", cki_string_isascii, "/", "str"},
    {"isdecimal", cki_string_isdecimal, "/", "str"},
    {"isdigit", cki_string_isdigit, "/", "str"},
    {"isidentifier", cki_string_isidentifier, "/", "str"},
    {"islower", cki_string_islower, "/", "str"},
    {"isnumeric", cki_string_isnumeric, "/", "str"},
    {"isprintable", cki_string_isprintable, "/", "str"},
    {"isspace", cki_string_isspace, "/", "str"},
    {"istitle", cki_string_istitle, "/", "str"},
    {"isupper", cki_string_isupper, "/", "str"},
    {"join", cki_string_join, "iterable /", "str"},
    {"ljust", cki_string_ljust, "width fillchar= /", "str"},
    {"lower", cki_string_lower, "/", "str"},
    {"lstrip", cki_string_lstrip, "chars= /", "str"},
    {"partition", cki_string_partition, "sep /", "str"},
    {"removeprefix", cki_string_removeprefix, "prefix /", "str"},
    {"removesuffix", cki_string_removesuffix, "suffix /", "str"},
    {"replace", cki_string_replace, "old new count= /", "str"},
    {"rfind", cki_string_rfind, "sub start= end= /", "str"},
    {"rindex", cki_string_rindex, "sub start= end= /", "str"},
    {"rjust", cki_string_rjust, "width fillchar= /", "str"},
    {"rpartition", cki_string_rpartition, "sep /", "str"},
    {"rsplit", cki_string_rsplit, "sep= maxsplit=", "str"},
    {"rstrip", cki_string_rstrip, "chars= /", "str"},
    {"split", cki_string_split, "sep= maxsplit=", "str"},
    {"splitlines", cki_string_splitlines, "keepends=", "str"},
    {"startswith", cki_string_startswith, "prefix start= end= /", "str"},
    {"strip", cki_string_strip, "chars= /", "str"},
    {"swapcase", cki_string_swapcase, "/", "str"},
    {"title", cki_string_title, "/", "str"},
    {"translate", run_translate, "table /", "str"},
    {"upper", cki_string_upper, "/", "str"},
    {"zfill", cki_string_zfill, "width /", "str"},
    {NULL, NULL, NULL, NULL}};

const cki_builtin cki_string_statics[] = {{"maketrans", run_maketrans, "x y= z= /", "str"},
                                          {NULL, NULL, NULL, NULL}};
