/* Numbers from text, with the grammar of Python's int(), float() and complex(). */
#include "value/value_float.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void trim(const char **text, size_t *length)
{
    while (*length && is_blank(**text))
        ++*text, --*length;
    while (*length && is_blank((*text)[*length - 1]))
        --*length;
}

bool cki_value_float_read_int(const char *text, size_t length, int64_t *value, bool *overflow)
{
    trim(&text, &length);
    const char *end = text + length;
    bool negative = length && *text == '-';
    *overflow = false;
    *value = 0;
    if (length && (*text == '-' || *text == '+'))
        text++;
    if (text == end || !is_digit(*text))
        return false;
    for (; text < end; text++) {
        if (*text == '_' && text + 1 < end && is_digit(text[1]))
            continue;
        if (!is_digit(*text))
            return false;
        int digit = negative ? -(*text - '0') : *text - '0';
        *overflow |= __builtin_mul_overflow(*value, (int64_t)10, value) ||
                     __builtin_add_overflow(*value, (int64_t)digit, value);
    }
    return true;
}

/* Length of a word at `at` without regard to case; 0 if it is not there. */
static size_t word(const char *at, const char *end, const char *lower)
{
    size_t length = strlen(lower);
    if ((size_t)(end - at) < length)
        return 0;
    for (size_t i = 0; i < length; i++)
        if ((at[i] | 32) != lower[i])
            return 0;
    return length;
}

typedef struct digits {
    char text[400]; /* digits and exponent, without point or underscores */
    size_t length;
    long shift; /* of the decimal point */
} digits;

/* Digits with single underscores between them. Beyond what decides a double's value they only
 * count.
 */
static const char *take_digits(const char *at, const char *end, digits *d, bool fraction, bool *any)
{
    bool here = false;
    for (; at < end; at++) {
        if (*at == '_' && here && at + 1 < end && is_digit(at[1]))
            continue;
        if (!is_digit(*at))
            break;
        here = *any = true;
        if (d->length < 350) {
            d->text[d->length++] = *at;
            d->shift -= fraction;
        } else {
            if (*at != '0') /* sticky: the number is a little more than its first digits */
                d->text[349] = d->text[349] == '0' ? '1' : d->text[349];
            d->shift += !fraction;
        }
    }
    return at;
}

/* An unsigned number at `at`; what follows it, or NULL if there is none. */
static const char *read_unsigned(const char *at, const char *end, double *value)
{
    size_t length;
    if ((length = word(at, end, "infinity")) || (length = word(at, end, "inf"))) {
        *value = (double)INFINITY;
        return at + length;
    }
    if ((length = word(at, end, "nan"))) {
        *value = (double)NAN;
        return at + length;
    }
    digits d = {.length = 0};
    bool any = false;
    at = take_digits(at, end, &d, false, &any);
    if (at < end && *at == '.')
        at = take_digits(at + 1, end, &d, true, &any);
    if (!any)
        return NULL;
    long exponent = 0;
    const char *e = at;
    if (e < end && (*e | 32) == 'e') {
        bool negative = ++e < end && *e == '-';
        if (e < end && (*e == '-' || *e == '+'))
            e++;
        if (e < end && is_digit(*e)) {
            for (; e < end && (is_digit(*e) || (*e == '_' && e + 1 < end && is_digit(e[1]))); e++)
                if (*e != '_' && exponent < 100000000)
                    exponent = exponent * 10 + (*e - '0');
            exponent = negative ? -exponent : exponent;
            at = e;
        }
    }
    exponent += d.shift;
    exponent = exponent > 99999 ? 99999 : exponent < -99999 ? -99999 : exponent;
    d.text[d.length++] = 'e';
    if (exponent < 0)
        d.text[d.length++] = '-';
    unsigned long left = (unsigned long)(exponent < 0 ? -exponent : exponent);
    for (unsigned long power = 10000; power; power /= 10)
        d.text[d.length++] = (char)('0' + left / power % 10);
    d.text[d.length] = '\0';
    *value = strtod(d.text, NULL);
    return at;
}

static const char *read_signed(const char *at, const char *end, double *value)
{
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    at = read_unsigned(at, end, value);
    if (negative)
        *value = -*value;
    return at;
}

bool cki_value_float_read(const char *text, size_t length, double *value)
{
    trim(&text, &length);
    *value = 0;
    return length && read_signed(text, text + length, value) == text + length;
}

/* "j" alone, with a sign, stands for 1j. */
static const char *read_imaginary(const char *at, const char *end, double *value)
{
    bool sign = at < end && (*at == '-' || *at == '+');
    const char *bare = sign ? at + 1 : at;
    if (bare < end && (*bare | 32) == 'j') {
        *value = sign && *at == '-' ? -1 : 1;
        return bare + 1;
    }
    at = read_signed(at, end, value);
    return at && at < end && (*at | 32) == 'j' ? at + 1 : NULL;
}

bool cki_value_float_read_complex(const char *text, size_t length, double *re, double *im)
{
    trim(&text, &length);
    if (length > 1 && *text == '(' && text[length - 1] == ')') {
        text++;
        length -= 2;
        trim(&text, &length);
    }
    const char *end = text + length;
    *re = *im = 0;
    if (length && read_imaginary(text, end, im) == end)
        return true;
    *im = 0;
    const char *at = length ? read_signed(text, end, re) : NULL;
    if (at == end)
        return length != 0;
    return at && (*at == '+' || *at == '-') && read_imaginary(at, end, im) == end;
}
