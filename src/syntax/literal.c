/* Literals: numbers with underscores and prefixes, strings with escapes. */
#include "syntax/literal.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The magnitude of an integer literal; false beyond 64 bits. */
static bool magnitude(const char *text, size_t length, uint64_t *number)
{
    uint64_t base = 10;
    size_t i = 0;
    if (length > 2 && text[0] == '0' && digit_of(text[1]) != 0) {
        char kind = (char)(text[1] | 0x20);
        base = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 10;
        i = base == 10 ? 0 : 2;
    }
    *number = 0;
    for (; i < length; i++) {
        if (text[i] == '_')
            continue;
        if (__builtin_mul_overflow(*number, base, number) ||
            __builtin_add_overflow(*number, (uint64_t)digit_of(text[i]), number))
            return false;
    }
    return true;
}

bool cki_literal_is_limit(const char *text, size_t length)
{
    uint64_t number;
    for (size_t i = 0; i < length; i++) {
        if (digit_of(text[i]) < 0 && text[i] != '_' && !(i == 1 && strchr("xXoObB", text[i])))
            return false;
        if (digit_of(text[i]) > 9 && !(text[0] == '0' && length > 2 && (text[1] | 0x20) == 'x') &&
            i != 1)
            return false;
    }
    return magnitude(text, length, &number) && number == (uint64_t)INT64_MAX + 1;
}

static cask_value *real_number(const char *text, size_t length, bool imaginary, cki_error *error)
{
    char small[64], *copy = length < sizeof small ? small : cki_memory_alloc(length + 1);
    if (!copy) {
        cki_fail_memory(error, length);
        return NULL;
    }
    size_t n = 0;
    for (size_t i = 0; i < length - imaginary; i++) {
        if (text[i] != '_')
            copy[n++] = text[i];
    }
    copy[n] = '\0';
    double number = strtod(copy, NULL);
    if (copy != small)
        cki_memory_free(copy);
    return imaginary ? cki_value_complex(0, number, error) : cki_value_float(number, error);
}

cask_value *cki_literal_number(const char *text, size_t length, bool negative, cki_error *error)
{
    uint64_t number;
    bool hexadecimal = length > 1 && text[0] == '0' && (text[1] | 0x20) == 'x';
    char last = text[length - 1];
    bool imaginary = last == 'j' || last == 'J';
    if (imaginary || (!hexadecimal && (memchr(text, '.', length) || memchr(text, 'e', length) ||
                                       memchr(text, 'E', length))))
        return real_number(text, length, imaginary, error);
    uint64_t limit = (uint64_t)INT64_MAX + negative;
    if (!magnitude(text, length, &number) || number > limit) {
        cki_fail(error, CASK_ARITHMETIC, "OverflowError",
                 "integer %.*s%s does not fit in 64 bits; write it as a float",
                 (int)(length < 60 ? length : 60), text, length < 60 ? "" : "...");
        return NULL;
    }
    return cki_value_int(negative ? (int64_t)(0 - number) : (int64_t)number, error);
}

static cask_status refuse(cki_error *error, size_t begin, size_t end, const char *message)
{
    cki_fail(error, CASK_SYNTAX, NULL, "%s", message);
    cki_fail_place(error, begin, end);
    return CASK_SYNTAX;
}

/* \xhh, \uhhhh, \Uhhhhhhhh: the code point after `digits` hexadecimal digits; false if cut short.
 */
static bool hex_escape(const char *text, size_t end, size_t *at, int digits, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < digits; i++, ++*at) {
        int digit = *at < end ? digit_of(text[*at]) : -1;
        if (digit < 0)
            return false;
        *code = *code << 4 | (uint32_t)digit;
    }
    return true;
}

static const char *simple_escape(char c)
{
    switch (c) {
    case '\n':
        return "";
    case '\\':
        return "\\";
    case '\'':
        return "'";
    case '"':
        return "\"";
    case 'a':
        return "\a";
    case 'b':
        return "\b";
    case 'f':
        return "\f";
    case 'n':
        return "\n";
    case 'r':
        return "\r";
    case 't':
        return "\t";
    case 'v':
        return "\v";
    default:
        return NULL;
    }
}

/* One escape sequence; `at` is behind its backslash and is moved past it. */
static const char *escape(const char *text, size_t end, size_t *at, bool bytes, cki_text *out)
{
    char c = text[*at];
    const char *simple = simple_escape(c);
    uint32_t code = 0;
    if (simple) {
        cki_text_put(out, simple);
        ++*at;
        return NULL;
    }
    if (c >= '0' && c <= '7') {
        for (int i = 0; i < 3 && *at < end && text[*at] >= '0' && text[*at] <= '7'; i++, ++*at)
            code = code << 3 | (uint32_t)(text[*at] - '0');
    } else if (c == 'x' || (!bytes && (c == 'u' || c == 'U'))) {
        int digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
        ++*at;
        if (!hex_escape(text, end, at, digits, &code)) {
            if (bytes)
                return "(value error) invalid \\x escape";
            return c == 'x'   ? "(unicode error) truncated \\xXX escape"
                   : c == 'u' ? "(unicode error) truncated \\uXXXX escape"
                              : "(unicode error) truncated \\UXXXXXXXX escape";
        }
        if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
            return "(unicode error) illegal Unicode character";
    } else if (c == 'N' && !bytes) {
        return "(unicode error) \\N{...} names are not part of the language; use \\u";
    } else { /* not an escape: both characters stay */
        cki_text_char(out, '\\');
        return NULL;
    }
    if (bytes)
        cki_text_char(out, (char)(code & 0xFF));
    else
        cki_text_code(out, code);
    return NULL;
}

cask_status cki_literal_string(const char *text, size_t length, size_t at, cki_text *out,
                               bool *bytes, cki_error *error)
{
    bool raw = false;
    size_t i = 0, end = length;
    *bytes = false;
    for (; text[i] != '\'' && text[i] != '"'; i++) {
        raw |= (text[i] | 0x20) == 'r';
        *bytes |= (text[i] | 0x20) == 'b';
    }
    size_t quotes = length - i >= 6 && text[i + 1] == text[i] && text[i + 2] == text[i] ? 3 : 1;
    i += quotes;
    end -= quotes;
    while (i < end) {
        size_t begin = i;
        unsigned char c = (unsigned char)text[i++];
        if (*bytes && c >= 0x80)
            return refuse(error, at, at + length,
                          "bytes can only contain ASCII literal characters");
        if (c == '\\' && !raw) {
            const char *wrong = escape(text, end, &i, *bytes, out);
            if (wrong)
                return refuse(error, at + begin, at + i, wrong);
        } else {
            cki_text_char(out, (char)c);
        }
    }
    return out->failed ? cki_fail_memory(error, length) : CASK_OK;
}
