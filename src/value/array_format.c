/* Elements of arrays as NumPy prints them: one width for all, floats with the fewest digits that
 * tell them apart but at most eight behind the point. */
#include "value/array_format.h"
#include "value/array_cast.h"
#include "value/value_float.h"

#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PRECISION = 8, PLAIN_MOST = 40, INTEGER_MOST = 24 };

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static double _Complex number_of(cki_dtype dtype, const unsigned char *element)
{
    double _Complex number = 0;
    cki_array_cast_element(cki_dtype_of(CASK_C128), &number, dtype, element, NULL);
    return number;
}

static int float_bytes(const cki_format *f)
{
    return (int)cki_dtype_size(cki_dtype_real(f->dtype));
}

/* Digits for the form with an exponent. */
static void exponent_digits(double value, int bytes, cki_decimal *d)
{
    cki_value_float_shortest(value, bytes, d);
    if (d->count > PRECISION + 1)
        cki_value_float_rounded(value, PRECISION + 1, d);
}

/* |value| below 1e8 as "12.5" or "12."; *whole characters before the point. */
static void plain_digits(double value, int bytes, char text[PLAIN_MOST], int *whole)
{
    cki_decimal d;
    cki_value_float_shortest(value, bytes, &d);
    int behind = d.count - 1 - d.exponent;
    snprintf(text, PLAIN_MOST, "%.*f",
             behind < 0           ? 0
             : behind > PRECISION ? PRECISION
                                  : behind,
             fabs(value));
    size_t length = strspn(text, "0123456789");
    *whole = (int)length;
    if (!text[length]) {
        text[length] = '.';
        text[length + 1] = '\0';
        return;
    }
    text[length] = '.'; /* whatever the locale has */
    size_t end = strlen(text);
    while (text[end - 1] == '0')
        text[--end] = '\0';
}

void cki_array_format_start(cki_format *format, const cki_array *array)
{
    *format = (cki_format){.dtype = array->dtype, .scalar = array->ndim == 0};
}

static void look_at_real(struct cki_format_extremes *e, double value, int bytes, bool plus)
{
    if (value - value != 0) {
        e->odd = true;
        e->negative_infinity |= value < 0;
        return;
    }
    double size = fabs(value);
    if (size != 0) {
        e->least = e->least == 0 || size < e->least ? size : e->least;
        e->most = size > e->most ? size : e->most;
    }
    e->any = true;
    int sign = plus || signbit(value);
    cki_decimal d;
    if (size == 0)
        d = (cki_decimal){.digits = "0", .count = 1, .exponent = 0};
    else
        exponent_digits(value, bytes, &d);
    int exponent = d.exponent < 0 ? -d.exponent : d.exponent;
    e->exponent_left = larger(e->exponent_left, 1 + sign);
    e->exponent_right = larger(e->exponent_right, d.count - 1);
    e->exponent_size = larger(e->exponent_size, exponent >= 100 ? 3 : 2);
    if (size < 1e8) {
        char text[PLAIN_MOST];
        int whole;
        plain_digits(value, bytes, text, &whole);
        e->left = larger(e->left, whole + sign);
        e->plain_right = larger(e->plain_right, (int)strlen(text) - whole - 1);
    }
}

/* An integer or a duration's count, without an allocation for each element. */
static int integer_text(cki_dtype dtype, const unsigned char *element, char text[INTEGER_MOST])
{
    uint64_t number = 0;
    bool positive = cki_dtype_is_unsigned(dtype);
    if (dtype.id == CASK_TIMEDELTA)
        memcpy(&number, element, sizeof number);
    else
        cki_array_cast_element(cki_dtype_of(positive ? CASK_U64 : CASK_I64), &number, dtype,
                               element, NULL);
    return positive ? snprintf(text, INTEGER_MOST, "%llu", (unsigned long long)number)
                    : snprintf(text, INTEGER_MOST, "%lld", (long long)number);
}

static int printed_width(cki_dtype dtype, const unsigned char *element)
{
    char text[INTEGER_MOST], date[64];
    if (dtype.id != CASK_DATETIME)
        return integer_text(dtype, element, text);
    int64_t value;
    memcpy(&value, element, sizeof value);
    return (int)strlen(cki_dtype_time_text(value, dtype, date));
}

void cki_array_format_look(cki_format *format, const unsigned char *element)
{
    cki_dtype dtype = format->dtype;
    if (cki_dtype_is_float(dtype) || cki_dtype_is_complex(dtype)) {
        double _Complex number = number_of(dtype, element);
        look_at_real(&format->parts[0], creal(number), float_bytes(format), false);
        if (cki_dtype_is_complex(dtype))
            look_at_real(&format->parts[1], cimag(number), float_bytes(format), true);
        return;
    }
    if (dtype.id == CASK_BOOL || cki_dtype_is_text(dtype))
        return;
    if (cki_dtype_is_time(dtype)) {
        int64_t value;
        memcpy(&value, element, sizeof value);
        format->nat |= value == CKI_NAT;
        if (value == CKI_NAT)
            return;
    }
    int quotes = dtype.id == CASK_DATETIME ? 2 : 0;
    format->width = larger(format->width, printed_width(dtype, element) + quotes);
}

/* The quotient as the array's own type has it, which decides at the limit. */
static bool wide_range(double most, double least, int bytes)
{
    double ratio = most / least;
    if (bytes == 4)
        ratio = (double)((float)most / (float)least);
    else if (bytes == 2)
        ratio = (double)cki_dtype_from_half(cki_dtype_to_half((float)most / (float)least));
    return ratio > 1000;
}

static void finish_real(cki_float_format *f, const struct cki_format_extremes *e, int bytes)
{
    if (e->least > 0)
        f->exponent = e->most >= 1e8 || e->least < 0.0001 || wide_range(e->most, e->least, bytes);
    f->exponent_size = e->exponent_size;
    f->precision = e->exponent_right;
    f->left = f->exponent ? e->exponent_left : e->left;
    /* with an exponent: the digits, 'e' and its sign and digits */
    f->right = f->exponent ? e->exponent_size + 2 + e->exponent_right : e->plain_right;
    if (e->odd) {
        int infinity = 3 + e->negative_infinity, least = larger(3, infinity);
        f->left = larger(f->left, least - f->right - 1);
    }
}

void cki_array_format_finish(cki_format *format)
{
    int bytes = float_bytes(format);
    finish_real(&format->real, &format->parts[0], bytes);
    format->parts[1].negative_infinity |= format->parts[1].odd; /* its infinities have a sign too */
    finish_real(&format->imaginary, &format->parts[1], bytes);
    if (format->nat)
        format->width = larger(format->width, 5);
}

static void put_right(const char *text, size_t length, int width, cki_text *out)
{
    if (width > (int)length)
        cki_text_repeat(out, ' ', (size_t)width - length);
    cki_text_add(out, text, length);
}

static void put_exponent_form(const cki_float_format *f, double value, bool plus, cki_text *out)
{
    /* all to one precision: where an element's own digits are fewer, those of its exact value */
    cki_decimal d;
    cki_value_float_rounded(fabs(value), f->precision + 1, &d);
    bool sign = signbit(value) || plus;
    cki_text_repeat(out, ' ', (size_t)larger(0, f->left - 1 - sign));
    if (sign)
        cki_text_char(out, signbit(value) ? '-' : '+');
    cki_text_char(out, d.digits[0]);
    cki_text_char(out, '.');
    cki_text_add(out, d.digits + 1, (size_t)d.count - 1);
    cki_text_repeat(out, '0', (size_t)larger(0, f->precision - (d.count - 1)));
    int exponent = d.exponent < 0 ? -d.exponent : d.exponent;
    cki_text_format(out, "e%c%0*d", d.exponent < 0 ? '-' : '+', f->exponent_size, exponent);
}

static void put_plain_form(const cki_float_format *f, double value, int bytes, bool plus,
                           cki_text *out)
{
    char text[PLAIN_MOST];
    int whole;
    plain_digits(value, bytes, text, &whole);
    bool sign = signbit(value) || plus;
    cki_text_repeat(out, ' ', (size_t)larger(0, f->left - whole - sign));
    if (sign)
        cki_text_char(out, signbit(value) ? '-' : '+');
    cki_text_put(out, text);
    int behind = (int)strlen(text) - whole - 1;
    cki_text_repeat(out, ' ', (size_t)larger(0, f->right - behind));
}

static void put_real(const cki_float_format *f, double value, int bytes, bool plus, cki_text *out)
{
    if (isnan(value))
        put_right(plus ? "+nan" : "nan", plus ? 4 : 3, f->left + f->right + 1, out);
    else if (isinf(value))
        put_right(value < 0 ? "-inf"
                  : plus    ? "+inf"
                            : "inf",
                  value < 0 || plus ? 4 : 3, f->left + f->right + 1, out);
    else if (f->exponent)
        put_exponent_form(f, value, plus, out);
    else
        put_plain_form(f, value, bytes, plus, out);
}

static void put_complex(const cki_format *f, double _Complex value, cki_text *out)
{
    int bytes = float_bytes(f);
    put_real(&f->real, creal(value), bytes, false, out);
    put_real(&f->imaginary, cimag(value), bytes, true, out);
    if (out->failed)
        return;
    size_t blanks = 0; /* the j goes before them */
    while (out->length > blanks && out->bytes[out->length - 1 - blanks] == ' ')
        blanks++;
    out->length -= blanks;
    cki_text_char(out, 'j');
    cki_text_repeat(out, ' ', blanks);
}

static void put_time(const cki_format *f, const unsigned char *element, cki_text *out)
{
    int64_t value;
    memcpy(&value, element, sizeof value);
    char text[80], date[64];
    if (value == CKI_NAT)
        snprintf(text, sizeof text, "'NaT'");
    else if (f->dtype.id == CASK_DATETIME)
        snprintf(text, sizeof text, "'%s'", cki_dtype_time_text(value, f->dtype, date));
    else
        snprintf(text, sizeof text, "%lld", (long long)value);
    put_right(text, strlen(text), f->width, out);
}

void cki_array_format_put(const cki_format *format, const unsigned char *element, cki_text *out)
{
    if (format->dtype.id == CASK_BOOL) {
        cki_text_put(out, !*element ? "False" : format->scalar ? "True" : " True");
    } else if (cki_dtype_is_time(format->dtype)) {
        put_time(format, element, out);
    } else if (cki_dtype_is_text(format->dtype)) {
        cask_value *item = cki_array_item(format->dtype, element, NULL);
        if (item)
            cki_value_repr(item, out);
        out->failed |= !item;
        cask_value_unref(item);
    } else if (cki_dtype_is_integer(format->dtype)) {
        char text[INTEGER_MOST];
        put_right(text, (size_t)integer_text(format->dtype, element, text), format->width, out);
    } else if (cki_dtype_is_complex(format->dtype)) {
        put_complex(format, number_of(format->dtype, element), out);
    } else {
        put_real(&format->real, creal(number_of(format->dtype, element)), float_bytes(format),
                 false, out);
    }
}
