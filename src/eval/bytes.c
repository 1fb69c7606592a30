/* Bytes: the table of their methods, most of which are those of strings, and decoding. */
#include "eval/builtin.h"
#include "eval/string.h"

#include <string.h>
#include <strings.h>

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++) {
        if (strcasecmp(name, *names) == 0)
            return true;
    }
    return false;
}

/* Bytes that are no UTF-8, or above 127 in ASCII: refused, left out, or U+FFFD. */
static cask_value *decode(cki_call *call, cki_span bytes, bool ascii, const char *errors)
{
    cki_text text = {0};
    for (size_t at = 0; at < bytes.length;) {
        size_t begin = at;
        uint32_t code = cki_text_decode(bytes.bytes, bytes.length, &at);
        bool bad = (code >= 0xDC80 && code <= 0xDCFF) || (ascii && code >= 0x80);
        if (!bad || strcmp(errors, "surrogateescape") == 0) {
            cki_text_add(&text, bytes.bytes + begin, at - begin);
        } else if (strcmp(errors, "replace") == 0) {
            cki_text_code(&text, 0xFFFD);
        } else if (strcmp(errors, "ignore") != 0) {
            cki_text_free(&text);
            cki_fail(call->error, CASK_INVALID, "UnicodeDecodeError",
                     "'%s' codec can't decode byte 0x%02x in position %zu: %s",
                     ascii ? "ascii" : "utf-8", (unsigned char)bytes.bytes[begin], begin,
                     ascii ? "ordinal not in range(128)" : "invalid start byte");
            return NULL;
        }
    }
    return cki_function_str(&text, call->error);
}

cask_value *cki_bytes_decode(cki_call *call, cki_span bytes, const cask_value *encoding,
                             const cask_value *errors)
{
    static const char *const utf8[] = {"utf-8", "utf8", "utf_8", NULL};
    static const char *const latin[] = {"latin-1", "latin1", "iso-8859-1", "iso8859-1", NULL};
    static const char *const ascii[] = {"ascii", "us-ascii", NULL};
    if ((encoding && encoding->kind != CKI_STR) || (errors && errors->kind != CKI_STR))
        return cki_function_type_error(
            call, "decode() argument '%s' must be str, not %s",
            encoding && encoding->kind != CKI_STR ? "encoding" : "errors",
            cki_value_type(encoding && encoding->kind != CKI_STR ? encoding : errors));
    const char *name = encoding ? encoding->as.text.bytes : "utf-8";
    const char *how = errors ? errors->as.text.bytes : "strict";
    if (is_one_of(name, utf8))
        return decode(call, bytes, false, how);
    if (is_one_of(name, ascii))
        return decode(call, bytes, true, how);
    if (is_one_of(name, latin)) {
        cki_text text = {0};
        for (size_t i = 0; i < bytes.length; i++)
            cki_text_code(&text, (unsigned char)bytes.bytes[i]);
        return cki_function_str(&text, call->error);
    }
    cki_fail(call->error, CASK_NOT_FOUND, "LookupError", "unknown encoding: %s", name);
    return NULL;
}

static cask_value *run_decode(cki_call *call)
{
    return cki_bytes_decode(call, cki_string_self(call), call->slot[0], call->slot[1]);
}

static cask_value *run_hex(cki_call *call)
{
    cki_span self = cki_string_self(call);
    cki_text text = {0};
    for (size_t i = 0; i < self.length; i++) {
        cki_text_char(&text, "0123456789abcdef"[(unsigned char)self.bytes[i] >> 4]);
        cki_text_char(&text, "0123456789abcdef"[(unsigned char)self.bytes[i] & 15]);
    }
    return cki_function_str(&text, call->error);
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static cask_value *run_fromhex(cki_call *call)
{
    const cask_value *value = call->slot[0];
    cki_text text = {0};
    if (value->kind != CKI_STR)
        return cki_function_type_error(call, "fromhex() argument must be str, not %s",
                                       cki_value_type(value));
    const char *at = value->as.text.bytes;
    for (size_t i = 0; i < value->as.text.length; i++) {
        if (at[i] == ' ')
            continue;
        int high = digit_of(at[i]), low = high < 0 ? -1 : digit_of(at[i + 1]);
        if (low < 0) {
            cki_text_free(&text);
            return cki_function_value_error(
                call, "non-hexadecimal number found in fromhex() arg at position %zu",
                high < 0 ? i : i + 1);
        }
        cki_text_char(&text, (char)(high << 4 | low));
        i++;
    }
    return cki_function_bytes(&text, call->error);
}

const cki_builtin cki_bytes_methods[] = {
    {"capitalize", cki_string_capitalize, "/", "bytes"},
    {"center", cki_string_center, "width fillchar= /", "bytes"},
    {"count", cki_string_count, "sub start= end= /", "bytes"},
    {"decode", run_decode, "encoding= errors=", "bytes"},
    {"endswith", cki_string_endswith, "suffix start= end= /", "bytes"},
    {"expandtabs", cki_string_expandtabs, "tabsize=", "bytes"},
    {"find", cki_string_find, "sub start= end= /", "bytes"},
    {"hex", run_hex, "/", "bytes"},
    {"index", cki_string_index, "sub start= end= /", "bytes"},
    {"isalnum", cki_string_isalnum, "/", "bytes"},
    {"isalpha", cki_string_isalpha, "/", "bytes"},
    {"isascii", cki_string_isascii, "/", "bytes"},
    {"isdigit", cki_string_isdecimal, "/", "bytes"},
    {"islower", cki_string_islower, "/", "bytes"},
    {"isspace", cki_string_isspace, "/", "bytes"},
    {"istitle", cki_string_istitle, "/", "bytes"},
    {"isupper", cki_string_isupper, "/", "bytes"},
    {"join", cki_string_join, "iterable_of_bytes /", "bytes"},
    {"ljust", cki_string_ljust, "width fillchar= /", "bytes"},
    {"lower", cki_string_lower, "/", "bytes"},
    {"lstrip", cki_string_lstrip, "bytes= /", "bytes"},
    {"partition", cki_string_partition, "sep /", "bytes"},
    {"removeprefix", cki_string_removeprefix, "prefix /", "bytes"},
    {"removesuffix", cki_string_removesuffix, "suffix /", "bytes"},
    {"replace", cki_string_replace, "old new count= /", "bytes"},
    {"rfind", cki_string_rfind, "sub start= end= /", "bytes"},
    {"rindex", cki_string_rindex, "sub start= end= /", "bytes"},
    {"rjust", cki_string_rjust, "width fillchar= /", "bytes"},
    {"rpartition", cki_string_rpartition, "sep /", "bytes"},
    {"rsplit", cki_string_rsplit, "sep= maxsplit=", "bytes"},
    {"rstrip", cki_string_rstrip, "bytes= /", "bytes"},
    {"split", cki_string_split, "sep= maxsplit=", "bytes"},
    {"splitlines", cki_string_splitlines, "keepends=", "bytes"},
    {"startswith", cki_string_startswith, "prefix start= end= /", "bytes"},
    {"strip", cki_string_strip, "bytes= /", "bytes"},
    {"swapcase", cki_string_swapcase, "/", "bytes"},
    {"title", cki_string_title, "/", "bytes"},
    {"upper", cki_string_upper, "/", "bytes"},
    {"zfill", cki_string_zfill, "width /", "bytes"},
    {NULL, NULL, NULL, NULL}};

const cki_builtin cki_bytes_statics[] = {{"fromhex", run_fromhex, "string /", "bytes"},
                                         {NULL, NULL, NULL, NULL}};
