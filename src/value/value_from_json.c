/* JSON read as Python's json.loads does, its messages included. Integers beyond 64 bits are
 * refused, and so is nesting beyond a bound. */
#include "value/value.h"
#include "value/value_float.h"

#include <math.h>
#include <string.h>

enum { DEEPEST = 1000 };

typedef struct reader {
    const char *text, *at, *end;
    cki_error *error;
} reader;

static cask_value *fail_at(reader *r, const char *at, const char *what)
{
    size_t line = 1, column = 1;
    for (const char *c = r->text; c < at; c++) {
        column = *c == '\n' ? 1 : column + ((*c & 0xC0) != 0x80);
        line += *c == '\n';
    }
    size_t place = cki_text_codes(r->text, (size_t)(at - r->text));
    cki_fail(r->error, CASK_INVALID, "JSONDecodeError", "%s: line %zu column %zu (char %zu)", what,
             line, column, place);
    return NULL;
}

static void skip_blanks(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
        r->at++;
}

/* Four hexadecimal digits; -1 if they are not there. */
static int32_t hex4(const reader *r, const char *at)
{
    int32_t code = 0;
    if (r->end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = at[i], lower = (char)(c | 32);
        bool digit = c >= '0' && c <= '9';
        if (!digit && (lower < 'a' || lower > 'f'))
            return -1;
        code = code * 16 + (digit ? c - '0' : lower - 'a' + 10);
    }
    return code;
}

/* After "\u": one code point, two escapes if they are a pair of surrogates. */
static bool read_unicode(reader *r, cki_text *text)
{
    int32_t code = hex4(r, r->at), low;
    if (code < 0)
        return false;
    r->at += 4;
    if (code >= 0xD800 && code < 0xDC00 && r->end - r->at >= 6 && r->at[0] == '\\' &&
        r->at[1] == 'u' && (low = hex4(r, r->at + 2)) >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        r->at += 6;
    }
    cki_text_code(text, code >= 0xD800 && code < 0xE000 ? 0xFFFD : (uint32_t)code);
    return true;
}

static bool read_escape(reader *r, cki_text *text, const char *start)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *place = r->at++;
    if (r->at >= r->end) {
        fail_at(r, start, "Unterminated string starting at");
        return false;
    }
    char c = *r->at++;
    const char *known = c ? strchr(from, c) : NULL;
    if (known) {
        cki_text_char(text, to[known - from]);
    } else if (c != 'u') {
        fail_at(r, place, "Invalid \\escape");
        return false;
    } else if (!read_unicode(r, text)) {
        fail_at(r, place + 1, "Invalid \\uXXXX escape");
        return false;
    }
    return true;
}

/* At the opening quote. */
static cask_value *read_string(reader *r)
{
    const char *start = r->at++;
    cki_text text = {0};
    cask_value *value = NULL;
    for (;;) {
        const char *run = r->at;
        while (r->at < r->end && *r->at != '"' && *r->at != '\\' && (unsigned char)*r->at >= 32)
            r->at++;
        cki_text_add(&text, run, (size_t)(r->at - run));
        if (r->at >= r->end) {
            fail_at(r, start, "Unterminated string starting at");
            break;
        }
        if (*r->at == '"') {
            r->at++;
            if (text.failed)
                cki_fail_memory(r->error, text.length + 1);
            else
                value = cki_value_str(text.bytes ? text.bytes : "", text.length, r->error);
            break;
        }
        if (*r->at != '\\') {
            fail_at(r, r->at, "Invalid control character at");
            break;
        }
        if (!read_escape(r, &text, start))
            break;
    }
    cki_text_free(&text);
    return value;
}

static bool is_digit(const reader *r, const char *at)
{
    return at < r->end && *at >= '0' && *at <= '9';
}

static cask_value *read_number(reader *r)
{
    const char *at = r->at;
    bool real = false;
    if (*at == '-')
        at++;
    if (at < r->end && *at == '0')
        at++;
    else
        while (is_digit(r, at))
            at++;
    if (at < r->end && *at == '.' && is_digit(r, at + 1)) {
        real = true;
        for (at++; is_digit(r, at);)
            at++;
    }
    if (at < r->end && (*at | 32) == 'e') {
        const char *e = at + 1;
        if (e < r->end && (*e == '+' || *e == '-'))
            e++;
        if (is_digit(r, e)) {
            real = true;
            for (at = e; is_digit(r, at);)
                at++;
        }
    }
    const char *start = r->at;
    size_t length = (size_t)(at - start);
    r->at = at;
    if (real) {
        double number;
        cki_value_float_read(start, length, &number);
        return cki_value_float(number, r->error);
    }
    int64_t number;
    bool overflow;
    cki_value_float_read_int(start, length, &number, &overflow);
    if (overflow)
        return fail_at(r, start, "Integer beyond 64 bits");
    return cki_value_int(number, r->error);
}

static cask_value *read_word(reader *r)
{
    static const struct {
        const char *word;
        int what;
    } words[] = {{"null", 0}, {"true", 1},     {"false", 2},
                 {"NaN", 3},  {"Infinity", 4}, {"-Infinity", 5}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i].word);
        if ((size_t)(r->end - r->at) < length || memcmp(r->at, words[i].word, length) != 0)
            continue;
        r->at += length;
        switch (words[i].what) {
        case 0:
            return cki_value_none();
        case 1:
        case 2:
            return cki_value_bool(words[i].what == 1);
        case 3:
            return cki_value_float((double)NAN, r->error);
        default:
            return cki_value_float((double)(words[i].what == 4 ? INFINITY : -INFINITY), r->error);
        }
    }
    if (*r->at == '-' && is_digit(r, r->at + 1))
        return read_number(r);
    return is_digit(r, r->at) ? read_number(r) : fail_at(r, r->at, "Expecting value");
}

static cask_value *read_value(reader *r, int depth);

/* A list that grows: `items` are handed over at the end. */
static cask_value *read_list(reader *r, int depth)
{
    cask_value *set = cki_value_list(CKI_LIST, 0, r->error);
    size_t room = 0;
    r->at++;
    skip_blanks(r);
    bool done = r->at < r->end && *r->at == ']';
    r->at += done;
    while (set && !done) {
        cask_value *item = read_value(r, depth + 1);
        if (!item || !cki_value_list_push(set, &room, item, r->error))
            break;
        skip_blanks(r);
        done = r->at < r->end && *r->at == ']';
        if (!done && (r->at >= r->end || *r->at != ',')) {
            fail_at(r, r->at, "Expecting ',' delimiter");
            break;
        }
        r->at++;
        skip_blanks(r);
    }
    if (done || !set)
        return set;
    cask_value_unref(set);
    return NULL;
}

static bool read_member(reader *r, cask_value *dict, int depth)
{
    if (r->at >= r->end || *r->at != '"') {
        fail_at(r, r->at, "Expecting property name enclosed in double quotes");
        return false;
    }
    cask_value *key = read_string(r);
    if (!key)
        return false;
    skip_blanks(r);
    if (r->at >= r->end || *r->at != ':') {
        fail_at(r, r->at, "Expecting ':' delimiter");
        cask_value_unref(key);
        return false;
    }
    r->at++;
    cask_value *value = read_value(r, depth + 1);
    if (!value) {
        cask_value_unref(key);
        return false;
    }
    return cki_value_dict_set(dict, key, value, r->error) == CASK_OK;
}

static cask_value *read_dict(reader *r, int depth)
{
    cask_value *dict = cki_value_dict(r->error);
    r->at++;
    skip_blanks(r);
    bool done = r->at < r->end && *r->at == '}';
    r->at += done;
    while (dict && !done && read_member(r, dict, depth)) {
        skip_blanks(r);
        done = r->at < r->end && *r->at == '}';
        if (!done && (r->at >= r->end || *r->at != ',')) {
            fail_at(r, r->at, "Expecting ',' delimiter");
            break;
        }
        r->at++;
        skip_blanks(r);
    }
    if (done || !dict)
        return dict;
    cask_value_unref(dict);
    return NULL;
}

/* Depth is bounded here. */
static cask_value *read_value(reader *r, int depth)
{
    skip_blanks(r);
    if (r->at >= r->end)
        return fail_at(r, r->at, "Expecting value");
    if (depth > DEEPEST)
        return fail_at(r, r->at, "Nesting too deep");
    if (*r->at == '"')
        return read_string(r);
    if (*r->at == '[')
        return read_list(r, depth);
    if (*r->at == '{')
        return read_dict(r, depth);
    return read_word(r);
}

cask_value *cki_value_from_json(const char *text, size_t length, cki_error *error)
{
    reader r = {.text = text, .at = text, .end = text + length, .error = error};
    cask_value *value = read_value(&r, 0);
    skip_blanks(&r);
    if (value && r.at < r.end) {
        cask_value_unref(value);
        return fail_at(&r, r.at, "Extra data");
    }
    return value;
}
