/* Floats as text: shortest digits that read back the same, in Python's form. */
#include "value/value_float.h"
#include "value/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* `count` digits of value, correctly rounded. The separator printf puts is skipped, whatever the
 * locale has. */
void cki_value_float_rounded(double value, int count, cki_decimal *d)
{
    char text[40];
    snprintf(text, sizeof text, "%.*e", count - 1, value);
    const char *at = text;
    for (d->count = 0; *at != 'e'; at++)
        if (*at >= '0' && *at <= '9' && d->count < 19)
            d->digits[d->count++] = *at;
    d->exponent = (int)strtol(at + 1, NULL, 10);
    while (d->count > 1 && d->digits[d->count - 1] == '0')
        d->count--;
    d->digits[d->count] = '\0';
}

static bool reads_back(const cki_decimal *d, double value, int bytes)
{
    char text[40]; /* without a decimal point, for the locale's sake */
    snprintf(text, sizeof text, "%se%d", d->digits, d->exponent - d->count + 1);
    if (bytes == 8)
        return strtod(text, NULL) == value;
    if (bytes == 4)
        return strtof(text, NULL) == (float)value;
    return cki_dtype_from_half(cki_dtype_to_half(strtof(text, NULL))) == (float)value;
}

/* The next larger number of as many digits (nines are left alone: they do not come up). */
static void step_up(cki_decimal *d, int count)
{
    while (d->count < count)
        d->digits[d->count++] = '0';
    d->digits[count] = '\0';
    if (d->digits[count - 1] < '9')
        d->digits[count - 1]++;
}

void cki_value_float_shortest(double value, int bytes, cki_decimal *d)
{
    value = fabs(value);
    int binary;
    bool power = frexp(value, &binary) == 0.5;
    /* that many digits always survive; fewer only matter for subnormal numbers */
    int sure = bytes == 8 ? 15 : bytes == 4 ? 6 : 3, most = bytes == 8 ? 17 : bytes == 4 ? 9 : 5;
    double least = bytes == 8 ? 0x1p-1022 : bytes == 4 ? 0x1p-126 : 0x1p-14;
    int count = value < least ? 1 : sure;
    for (; count < most; count++) {
        cki_value_float_rounded(value, count, d);
        if (reads_back(d, value, bytes))
            return;
        if (power) { /* below a power of two numbers are denser: its neighbour above may do */
            step_up(d, count);
            if (reads_back(d, value, bytes))
                return;
        }
    }
    cki_value_float_rounded(value, most, d);
}

/* Digits with the point where the exponent puts it, at least one on each side. */
static void put_plain(const cki_decimal *d, cki_text *text)
{
    int whole = d->exponent + 1; /* digits before the point */
    if (whole <= 0) {
        cki_text_put(text, "0.");
        cki_text_repeat(text, '0', (size_t)-whole);
        cki_text_add(text, d->digits, (size_t)d->count);
        return;
    }
    int have = whole < d->count ? whole : d->count;
    cki_text_add(text, d->digits, (size_t)have);
    cki_text_repeat(text, '0', (size_t)(whole - have));
    cki_text_char(text, '.');
    if (d->count > have)
        cki_text_add(text, d->digits + have, (size_t)(d->count - have));
    else
        cki_text_char(text, '0');
}

static void put_number(double value, int bytes, bool point, cki_text *text)
{
    if (isnan(value)) {
        cki_text_put(text, "nan");
        return;
    }
    if (signbit(value))
        cki_text_char(text, '-');
    if (isinf(value)) {
        cki_text_put(text, "inf");
        return;
    }
    cki_decimal d;
    cki_value_float_shortest(value, bytes, &d);
    if (d.exponent >= 16 || d.exponent < -4) {
        cki_text_add(text, d.digits, 1);
        if (d.count > 1) {
            cki_text_char(text, '.');
            cki_text_add(text, d.digits + 1, (size_t)d.count - 1);
        }
        cki_text_format(text, "e%c%02d", d.exponent < 0 ? '-' : '+', abs(d.exponent));
        return;
    }
    put_plain(&d, text);
    if (!point && text->length > 2 && !text->failed &&
        !memcmp(text->bytes + text->length - 2, ".0", 2)) {
        text->length -= 2;
        text->bytes[text->length] = '\0';
    }
}

void cki_value_float_text(double value, int bytes, cki_text *text)
{
    put_number(value, bytes, true, text);
}

void cki_value_float_complex(double re, double im, int bytes, cki_text *text)
{
    bool alone = re == 0 && !signbit(re);
    if (!alone) {
        cki_text_char(text, '(');
        put_number(re, bytes, false, text);
        if (isnan(im) || !signbit(im))
            cki_text_char(text, '+');
    }
    put_number(im, bytes, false, text);
    cki_text_put(text, alone ? "j" : "j)");
}

void cki_value_float_repr(double value, cki_text *text)
{
    put_number(value, 8, true, text);
}
