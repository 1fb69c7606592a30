/* Text: a growing string, UTF-8, and sizes written for people. */
#include "core/text.h"
#include "core/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(cki_text *text, size_t more)
{
    size_t need;
    if (text->failed)
        return false;
    if (__builtin_add_overflow(text->length + 1, more, &need) || need > SIZE_MAX / 4) {
        text->failed = true;
        return false;
    }
    if (need <= text->capacity)
        return true;
    size_t capacity = need + need / 2 + 32;
    char *bytes = cki_memory_realloc(text->bytes, capacity);
    if (!bytes) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void cki_text_add(cki_text *text, const char *bytes, size_t length)
{
    if (!reserve(text, length))
        return;
    if (length)
        memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void cki_text_put(cki_text *text, const char *string)
{
    cki_text_add(text, string, strlen(string));
}

void cki_text_char(cki_text *text, char c)
{
    cki_text_add(text, &c, 1);
}

void cki_text_repeat(cki_text *text, char c, size_t count)
{
    if (!reserve(text, count))
        return;
    memset(text->bytes + text->length, c, count);
    text->length += count;
    text->bytes[text->length] = '\0';
}

void cki_text_format(cki_text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    if (length >= 0 && reserve(text, (size_t)length)) {
        vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
    va_end(arguments);
}

void cki_text_code(cki_text *text, uint32_t code)
{
    char out[4];
    size_t length;
    if (code < 0x80) {
        out[0] = (char)code;
        length = 1;
    } else if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 63));
        length = 2;
    } else if (code >= 0xDC80 && code <= 0xDCFF) { /* a byte that was no UTF-8 goes out as it was */
        out[0] = (char)(code - 0xDC00);
        length = 1;
    } else if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 63));
        out[2] = (char)(0x80 | (code & 63));
        length = 3;
    } else {
        out[0] = (char)(0xF0 | (code >> 18 & 7));
        out[1] = (char)(0x80 | (code >> 12 & 63));
        out[2] = (char)(0x80 | (code >> 6 & 63));
        out[3] = (char)(0x80 | (code & 63));
        length = 4;
    }
    cki_text_add(text, out, length);
}

void cki_text_free(cki_text *text)
{
    cki_memory_free(text->bytes);
    *text = (cki_text){0};
}

char *cki_text_take(cki_text *text)
{
    cki_text_add(text, "", 0);
    char *bytes = text->failed ? NULL : text->bytes;
    if (!bytes)
        cki_memory_free(text->bytes);
    *text = (cki_text){0};
    return bytes;
}

uint32_t cki_text_decode(const char *bytes, size_t length, size_t *at)
{
    const unsigned char *s = (const unsigned char *)bytes + *at;
    size_t left = length - *at;
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t need = s[0] < 0x80 ? 1 : s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : s[0] >= 0xC2 ? 2 : 0;
    if (need == 1) {
        ++*at;
        return s[0];
    }
    if (need && need <= left && s[0] < 0xF5) {
        uint32_t code = s[0] & (0xFFU >> (need + 1));
        size_t i = 1;
        while (i < need && (s[i] & 0xC0) == 0x80)
            code = code << 6 | (s[i++] & 63);
        if (i == need && code >= least[need] && code < 0x110000 &&
            !(code >= 0xD800 && code < 0xE000)) {
            *at += need;
            return code;
        }
    }
    ++*at;
    return 0xDC00U + s[0];
}

size_t cki_text_codes(const char *bytes, size_t length)
{
    size_t codes = 0;
    for (size_t at = 0; at < length; codes++)
        (void)cki_text_decode(bytes, length, &at);
    return codes;
}

size_t cki_text_cut(const char *bytes, size_t limit)
{
    size_t length = strnlen(bytes, limit + 1);
    if (length <= limit)
        return length;
    while (limit > 0 && ((unsigned char)bytes[limit] & 0xC0) == 0x80)
        limit--;
    return limit;
}

/* Optimal string alignment: Levenshtein's distance with transpositions. */
int cki_text_distance(const char *a, const char *b)
{
    enum { MOST = 48 };
    int rows[3][MOST + 1];
    size_t n = strlen(a), m = strlen(b);
    if (n > MOST || m > MOST)
        return MOST;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int *row = rows[i % 3];
        const int *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            int least = above[j - 1] + (a[i - 1] != b[j - 1]);
            least = above[j] + 1 < least ? above[j] + 1 : least;
            least = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < least)
                least = before[j - 2] + 1;
            row[j] = least;
        }
    }
    return rows[n % 3][m];
}

bool cki_text_bytes(const char *text, uint64_t *bytes)
{
    static const struct {
        const char *suffix;
        double factor;
    } units[] = {{"", 1},         {"b", 1},         {"k", 1e3},       {"kb", 1e3},
                 {"m", 1e6},      {"mb", 1e6},      {"g", 1e9},       {"gb", 1e9},
                 {"t", 1e12},     {"tb", 1e12},     {"p", 1e15},      {"pb", 1e15},
                 {"kib", 1024},   {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 0x1p40},
                 {"pib", 0x1p50}, {"ki", 1024},     {"mi", 1 << 20},  {"gi", 1 << 30},
                 {"ti", 0x1p40},  {"pi", 0x1p50}};
    char *end;
    double number = strtod(text, &end);
    if (end == text)
        number = 1; /* "kB" alone is one of them */
    while (*end == ' ')
        end++;
    char suffix[4] = "";
    size_t length = strlen(end);
    if (length > 3 || !(number >= 0))
        return false;
    for (size_t i = 0; i < length; i++)
        suffix[i] = (char)(end[i] >= 'A' && end[i] <= 'Z' ? end[i] + 32 : end[i]);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(suffix, units[i].suffix) && (length || end != text)) {
            double product = number * units[i].factor;
            if (!(product < 0x1p63))
                return false;
            *bytes = (uint64_t)product;
            return true;
        }
    return false;
}

const char *cki_text_size(uint64_t bytes, char buffer[32])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    double size = (double)bytes;
    size_t unit = 0;
    while (size >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1000;
        unit++;
    }
    snprintf(buffer, 32, unit ? "%.3g %s" : "%.0f %s", size, units[unit]);
    return buffer;
}
