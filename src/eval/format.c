/* Format: format(value, spec) for texts and numbers, and str() and repr() of anything. */
#include "eval/format.h"
#include "core/memory.h"
#include "eval/builtin.h"
#include "eval/operate.h"
#include "eval/scope.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool cki_format_print(cki_scope *scope, cask_value *value, bool repr, cki_text *out,
                      cki_error *error)
{
    if (cki_operate_is_host(value) && scope->host.print) {
        if (scope->host.print(scope->host.self, value, repr, out, error) == CASK_OK)
            return true;
        if (error->status != CASK_OK)
            return false;
    }
    if (repr)
        cki_value_repr(value, out);
    else
        cki_value_print(value, out);
    if (out->failed || out->length > 2 * CKI_OPERATE_BYTES)
        cki_fail_memory(error, out->length);
    return error->status == CASK_OK;
}

void cki_format_ascii(const char *text, size_t length, cki_text *out)
{
    for (size_t at = 0; at < length;) {
        uint32_t code = cki_text_decode(text, length, &at);
        if (code < 0x80)
            cki_text_char(out, (char)code);
        else
            cki_text_format(out,
                            code < 0x100     ? "\\x%02x"
                            : code < 0x10000 ? "\\u%04x"
                                             : "\\U%08x",
                            code);
    }
}

/* snprintf with the format that the type asks for, each written out so that the compiler checks it.
 */
static int print_real(char *text, size_t room, char type, bool alternate, int precision,
                      double value)
{
    switch (type) {
    case 'e':
        return alternate ? snprintf(text, room, "%#.*e", precision, value)
                         : snprintf(text, room, "%.*e", precision, value);
    case 'E':
        return alternate ? snprintf(text, room, "%#.*E", precision, value)
                         : snprintf(text, room, "%.*E", precision, value);
    case 'g':
        return alternate ? snprintf(text, room, "%#.*g", precision, value)
                         : snprintf(text, room, "%.*g", precision, value);
    case 'G':
        return alternate ? snprintf(text, room, "%#.*G", precision, value)
                         : snprintf(text, room, "%.*G", precision, value);
    default:
        return alternate ? snprintf(text, room, "%#.*f", precision, value)
                         : snprintf(text, room, "%.*f", precision, value);
    }
}

void cki_format_double(double value, char type, int precision, bool alternate, cki_text *out)
{
    if (isnan(value) || isinf(value)) {
        bool capital = type >= 'A' && type <= 'Z';
        cki_text_put(out, signbit(value) && !isnan(value) ? "-" : "");
        cki_text_put(out, isnan(value) ? (capital ? "NAN" : "nan") : (capital ? "INF" : "inf"));
        return;
    }
    int length = print_real(NULL, 0, type, alternate, precision, value);
    char *digits = length < 0 ? NULL : cki_memory_alloc((size_t)length + 1);
    if (!digits) {
        out->failed = true;
        return;
    }
    print_real(digits, (size_t)length + 1, type, alternate, precision, value);
    cki_text_add(out, digits, (size_t)length);
    cki_memory_free(digits);
}

static void fill(const cki_spec *spec, int64_t count, cki_text *out)
{
    if (count > 0 && spec->fill < 0x80)
        cki_text_repeat(out, (char)spec->fill, (size_t)count);
    for (int64_t i = 0; spec->fill >= 0x80 && i < count; i++)
        cki_text_code(out, spec->fill);
}

void cki_format_pad_text(const cki_spec *spec, const char *bytes, size_t length, cki_text *out)
{
    int64_t missing = spec->width - (int64_t)cki_text_codes(bytes, length);
    int64_t before = missing <= 0         ? 0
                     : spec->align == '>' ? missing
                     : spec->align == '^' ? missing / 2
                                          : 0;
    fill(spec, before, out);
    cki_text_add(out, bytes, length);
    fill(spec, missing - before, out);
}

/* Digits in groups of three (or of `size`), from the right of the whole part. */
static void group(const char *digits, size_t length, char mark, size_t size, cki_text *out)
{
    size_t whole = 0;
    while (whole < length && digits[whole] != '.' && digits[whole] != 'e' && digits[whole] != 'E' &&
           digits[whole] != '%')
        whole++;
    for (size_t i = 0; i < length; i++) {
        if (mark && i && i < whole && (whole - i) % size == 0)
            cki_text_char(out, mark);
        cki_text_char(out, digits[i]);
    }
}

/* Zeros that fill to the width are grouped with the digits. */
static void zero_fill(const cki_spec *spec, size_t prefix, const char *digits, size_t length,
                      size_t size, cki_text *out)
{
    size_t whole = 0, zeros = 0;
    while (whole < length && digits[whole] >= '0' &&
           (digits[whole] <= '9' || (digits[whole] | 0x20) >= 'a') && digits[whole] != 'e')
        whole++;
    int64_t width = spec->width - (int64_t)prefix;
    while ((int64_t)(length + zeros + (whole + zeros - 1) / size) < width && whole)
        zeros++;
    cki_text padded = {0};
    cki_text_repeat(&padded, '0', zeros);
    cki_text_add(&padded, digits, length);
    if (padded.bytes)
        group(padded.bytes, padded.length, spec->grouping, size, out);
    out->failed |= padded.failed;
    cki_text_free(&padded);
}

void cki_format_pad_number(const cki_spec *spec, char sign, const char *prefix, const char *digits,
                           size_t length, cki_text *out)
{
    char shown[8] = {0};
    cki_text body = {0};
    size_t size =
        spec->type == 'x' || spec->type == 'X' || spec->type == 'b' || spec->type == 'o' ? 4 : 3;
    size_t n = 0;
    if (sign == '-' || spec->sign == '+' || spec->sign == ' ')
        shown[n++] = sign == '-' ? '-' : spec->sign;
    for (; *prefix && n < sizeof shown - 1; prefix++)
        shown[n++] = *prefix;
    bool zeros = spec->align == '=' && spec->fill == '0' && spec->grouping;
    if (zeros)
        zero_fill(spec, n, digits, length, size, &body);
    else
        group(digits, length, spec->grouping, size, &body);
    int64_t missing = spec->width - (int64_t)(n + body.length);
    if (spec->align == '=') {
        cki_text_add(out, shown, n);
        fill(spec, missing, out);
        cki_text_add(out, body.bytes ? body.bytes : "", body.length);
    } else {
        int64_t before = missing <= 0         ? 0
                         : spec->align == '<' ? 0
                         : spec->align == '^' ? missing / 2
                                              : missing;
        fill(spec, before, out);
        cki_text_add(out, shown, n);
        cki_text_add(out, body.bytes ? body.bytes : "", body.length);
        fill(spec, missing - before, out);
    }
    out->failed |= body.failed;
    cki_text_free(&body);
}

static bool read_count(const char *spec, size_t length, size_t *at, int64_t *number)
{
    *number = 0;
    while (*at < length && spec[*at] >= '0' && spec[*at] <= '9') {
        *number = *number * 10 + (spec[(*at)++] - '0');
        if (*number > (int64_t)(CKI_OPERATE_BYTES / 4))
            return false;
    }
    return true;
}

static bool read_align(const char *text, size_t length, size_t *at, cki_spec *spec)
{
    size_t next = 0;
    if (!length)
        return false;
    uint32_t code = cki_text_decode(text, length, &next);
    if (next < length && strchr("<>=^", text[next])) {
        spec->fill = code;
        spec->align = text[next];
        *at = next + 1;
        return true;
    }
    if (strchr("<>=^", text[0])) {
        spec->align = text[0];
        *at = 1;
        return true;
    }
    return false;
}

static bool read_spec(const char *text, size_t length, cki_spec *spec, cki_error *error)
{
    size_t at = 0;
    *spec = (cki_spec){.fill = ' ', .precision = -1};
    bool aligned = read_align(text, length, &at, spec), good = true;
    if (at < length && strchr("+- ", text[at]))
        spec->sign = text[at++];
    if (at < length && text[at] == '#') {
        spec->alternate = true;
        at++;
    }
    if (at < length && text[at] == '0') {
        if (!aligned) {
            spec->fill = '0';
            spec->align = '=';
        } else if (spec->fill == ' ') {
            spec->fill = '0';
        }
        at++;
    }
    good = read_count(text, length, &at, &spec->width);
    if (at < length && (text[at] == ',' || text[at] == '_'))
        spec->grouping = text[at++];
    if (good && at < length && text[at] == '.') {
        size_t begin = ++at;
        good = read_count(text, length, &at, &spec->precision);
        if (begin == at) {
            cki_fail(error, CASK_INVALID, NULL, "Format specifier missing precision");
            return false;
        }
    }
    if (at < length)
        spec->type = text[at++];
    if (!good)
        cki_fail(error, CASK_INVALID, NULL, "Too many decimal digits in format string");
    else if (at < length)
        cki_fail(error, CASK_INVALID, NULL, "Invalid format specifier");
    return good && at >= length;
}

static bool refuse_code(char type, const cask_value *value, cki_error *error)
{
    cki_fail(error, CASK_INVALID, NULL, "Unknown format code '%c' for object of type '%s'", type,
             cki_value_type(value));
    return false;
}

static bool format_text(const cki_spec *spec, const cask_value *value, cki_text *out,
                        cki_error *error)
{
    size_t length = value->as.text.length, at = 0;
    if (spec->type && spec->type != 's')
        return refuse_code(spec->type, value, error);
    if (spec->grouping) {
        cki_fail(error, CASK_INVALID, NULL, "Cannot specify '%c' with 's'.", spec->grouping);
        return false;
    }
    if (spec->sign || spec->align == '=') {
        cki_fail(error, CASK_INVALID, NULL,
                 spec->sign ? "Sign not allowed in string format specifier"
                            : "'=' alignment not allowed in string format specifier");
        return false;
    }
    for (int64_t i = 0; spec->precision >= 0 && i < spec->precision && at < length; i++)
        (void)cki_text_decode(value->as.text.bytes, length, &at);
    cki_format_pad_text(spec, value->as.text.bytes, spec->precision >= 0 ? at : length, out);
    return true;
}

static bool format_real(const cki_spec *spec, const cask_value *value, double real, cki_text *out,
                        cki_error *error)
{
    cki_text digits = {0};
    char type = spec->type;
    double size = fabs(real);
    int precision = spec->precision < 0 ? 6 : (int)spec->precision;
    if (type && !strchr("eEfFgGn%", type))
        return refuse_code(type, value, error);
    if (!type && spec->precision < 0) {
        cki_value_float_repr(size, &digits);
    } else if (!type) { /* like g, but with a digit behind the point */
        cki_format_double(size, 'g', precision ? precision : 1, false, &digits);
        bool plain = digits.bytes && !strpbrk(digits.bytes, ".en");
        int64_t whole = (int64_t)digits.length;
        if (plain && whole < (precision ? precision : 1))
            cki_text_put(&digits, ".0");
        else if (plain) {
            cki_text_free(&digits);
            cki_format_double(size, 'e', (precision ? precision : 1) - 1, false, &digits);
        }
    } else if (type == '%') {
        cki_format_double(size * 100, 'f', precision, spec->alternate, &digits);
        cki_text_char(&digits, '%');
    } else {
        if ((type | 0x20) == 'g' || type == 'n')
            precision = precision ? precision : 1;
        cki_format_double(size, type == 'n' ? 'g' : type, precision, spec->alternate, &digits);
    }
    cki_format_pad_number(spec, signbit(real) && !isnan(real) ? '-' : '+', "",
                          digits.bytes ? digits.bytes : "", digits.length, out);
    out->failed |= digits.failed;
    cki_text_free(&digits);
    return true;
}

static bool format_integer(const cki_spec *spec, const cask_value *value, cki_text *out,
                           cki_error *error)
{
    int64_t number = value->kind == CKI_BOOL ? value->as.boolean : value->as.integer;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    char digits[80], type = spec->type ? spec->type : 'd';
    size_t at = sizeof digits;
    if (strchr("eEfFgG%", type))
        return format_real(spec, value, (double)number, out, error);
    if (!strchr("bcdoxXn", type))
        return refuse_code(type, value, error);
    if (spec->precision >= 0) {
        cki_fail(error, CASK_INVALID, NULL, "Precision not allowed in integer format specifier");
        return false;
    }
    if (type == 'c') {
        cki_text one = {0};
        if (number < 0 || number > 0x10FFFF || (number >= 0xD800 && number < 0xE000)) {
            cki_fail(error, CASK_ARITHMETIC, "OverflowError", "%%c arg not in range(0x110000)");
            return false;
        }
        cki_text_code(&one, (uint32_t)number);
        cki_format_pad_text(spec, one.bytes ? one.bytes : "", one.length, out);
        out->failed |= one.failed;
        cki_text_free(&one);
        return true;
    }
    unsigned base = type == 'b' ? 2 : type == 'o' ? 8 : (type | 0x20) == 'x' ? 16 : 10;
    do
        digits[--at] = (type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef")[rest % base];
    while (rest /= base);
    const char *prefix = !spec->alternate || base == 10 ? ""
                         : base == 2                    ? "0b"
                         : base == 8                    ? "0o"
                         : type == 'X'                  ? "0X"
                                                        : "0x";
    cki_format_pad_number(spec, number < 0 ? '-' : '+', prefix, digits + at, sizeof digits - at,
                          out);
    return true;
}

/* Both parts by the spec, then filled as one text. */
static bool format_complex(const cki_spec *spec, const cask_value *value, cki_text *out,
                           cki_error *error)
{
    cki_text both = {0};
    if (spec->type && !strchr("eEfFgGn", spec->type))
        return refuse_code(spec->type, value, error);
    if (spec->align == '=') {
        cki_fail(error, CASK_INVALID, NULL,
                 spec->fill == '0'
                     ? "Zero padding is not allowed in complex format specifier"
                     : "'=' alignment flag is not allowed in complex format specifier");
        return false;
    }
    cki_spec part = *spec;
    part.width = 0;
    part.align = 0;
    bool bare = !spec->type && spec->precision < 0;
    bool ok = format_real(&part, value, value->as.complex.re, &both, error);
    part.sign = '+';
    ok = ok && format_real(&part, value, value->as.complex.im, &both, error);
    cki_text_char(&both, 'j');
    if (bare) {
        cki_text_free(&both);
        cki_value_print(value, &both);
    }
    cki_spec outer = *spec;
    if (!outer.align)
        outer.align = '>';
    if (ok)
        cki_format_pad_text(&outer, both.bytes ? both.bytes : "", both.length, out);
    out->failed |= both.failed;
    cki_text_free(&both);
    return ok;
}

static bool format_plain(cki_scope *scope, cask_value *value, const char *text, size_t length,
                         cki_text *out, cki_error *error)
{
    cki_spec spec;
    if (length == 0)
        return cki_format_print(scope, value, false, out, error);
    if (value->kind != CKI_STR && !cki_operate_is_number(value)) {
        cki_fail(error, CASK_TYPE, NULL, "unsupported format string passed to %s.__format__",
                 cki_value_type(value));
        return false;
    }
    if (!read_spec(text, length, &spec, error))
        return false;
    if (value->kind == CKI_STR)
        return format_text(&spec, value, out, error);
    if (value->kind == CKI_FLOAT)
        return format_real(&spec, value, value->as.real, out, error);
    if (value->kind == CKI_COMPLEX)
        return format_complex(&spec, value, out, error);
    return format_integer(&spec, value, out, error);
}

bool cki_format_value(cki_scope *scope, cask_value *value, const char *text, size_t length,
                      cki_text *out, cki_error *error)
{
    if (!cki_operate_is_host(value) || length == 0)
        return format_plain(scope, value, text, length, out, error);
    /* a NumPy scalar is formatted as the Python number it holds */
    cask_value *concrete = cki_function_concrete(scope, value, error), *number = NULL;
    double real;
    if (concrete && concrete->kind == CKI_ARRAY) {
        cki_error ignored = {0};
        int64_t integer;
        if (cki_value_index(concrete, &integer, &ignored) == CASK_OK)
            number = cki_value_int(integer, error);
        else if (cki_value_real(concrete, &real, error) == CASK_OK)
            number = cki_value_float(real, error);
    } else {
        number = cask_value_ref(concrete);
    }
    bool ok = number && format_plain(scope, number, text, length, out, error);
    cask_value_unref(concrete);
    cask_value_unref(number);
    return ok;
}
