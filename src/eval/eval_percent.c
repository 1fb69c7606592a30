/* Percent: 'text %d' % values, as Python formats them. */
#include "eval/builtin.h"
#include "eval/format.h"
#include "eval/operate.h"

#include <math.h>
#include <string.h>

/* One conversion: %(key)flags width.precision type. */
typedef struct conversion {
    bool left, plus, space, alternate, zero;
    int64_t width, precision; /* -1: none */
    char type, written;       /* d for i and u, and as it stands in the format */
} conversion;

typedef struct percent {
    cki_scope *scope;
    cki_error *error;
    const char *at, *begin, *end;
    cask_value *values; /* of a tuple the items, else the one value, are used in order */
    size_t used;
    bool mapped; /* some %(key) was there */
    cki_text out;
} percent;

static bool refuse(percent *all, cask_status status, const char *message)
{
    cki_fail(all->error, status, NULL, "%s", message);
    return false;
}

/* The next value, borrowed. */
static cask_value *next_value(percent *all)
{
    bool tuple = all->values->kind == CKI_TUPLE;
    if (all->used >= (tuple ? all->values->as.list.count : 1)) {
        refuse(all, CASK_TYPE, "not enough arguments for format string");
        return NULL;
    }
    size_t at = all->used++;
    return tuple ? all->values->as.list.items[at] : all->values;
}

/* A number in the format, or * for one from the values. */
static bool read_count(percent *all, int64_t *number)
{
    *number = 0;
    if (all->at < all->end && *all->at == '*') {
        cask_value *value = next_value(all);
        all->at++;
        if (!value)
            return false;
        if (value->kind != CKI_INT && value->kind != CKI_BOOL)
            return refuse(all, CASK_TYPE, "* wants int");
        if (cki_value_index(value, number, all->error) != CASK_OK)
            return false;
    }
    for (; all->at < all->end && *all->at >= '0' && *all->at <= '9'; all->at++) {
        if (*number < (int64_t)CKI_OPERATE_BYTES)
            *number = *number * 10 + (*all->at - '0');
    }
    if (*number > (int64_t)(CKI_OPERATE_BYTES / 4) || *number < -(int64_t)(CKI_OPERATE_BYTES / 4))
        return refuse(all, CASK_INVALID, "width too big");
    return true;
}

static void read_flags(percent *all, conversion *how)
{
    for (; all->at < all->end; all->at++) {
        if (*all->at == '-')
            how->left = true;
        else if (*all->at == '+')
            how->plus = true;
        else if (*all->at == ' ')
            how->space = true;
        else if (*all->at == '#')
            how->alternate = true;
        else if (*all->at == '0')
            how->zero = true;
        else
            return;
    }
}

/* %(key): its value from the mapping, borrowed. */
static cask_value *mapped_value(percent *all)
{
    const char *begin = ++all->at;
    int open = 1;
    for (; all->at < all->end; all->at++) {
        open += (*all->at == '(') - (*all->at == ')');
        if (!open)
            break;
    }
    if (all->at >= all->end) {
        refuse(all, CASK_INVALID, "incomplete format key");
        return NULL;
    }
    if (all->values->kind != CKI_DICT) {
        refuse(all, CASK_TYPE, "format requires a mapping");
        return NULL;
    }
    all->mapped = true;
    cask_value *key = cki_value_str(begin, (size_t)(all->at++ - begin), all->error);
    cask_value *value = key ? cki_index_item(all->scope, all->values, key, all->error) : NULL;
    cask_value_unref(key);
    cask_value_unref(value); /* the mapping holds it */
    return value;
}

static cki_spec spec_of(const conversion *how, bool number)
{
    return (cki_spec){.fill = how->zero && number && !how->left ? '0' : ' ',
                      .align = how->left             ? '<'
                               : how->zero && number ? '='
                                                     : '>',
                      .sign = how->plus    ? '+'
                              : how->space ? ' '
                                           : 0,
                      .width = how->width,
                      .precision = -1,
                      .type = how->type};
}

static bool put_text(percent *all, const conversion *how, cask_value *value)
{
    cki_text text = {0};
    size_t cut = 0;
    if (!cki_format_print(all->scope, value, how->type != 's', &text, all->error)) {
        cki_text_free(&text);
        return false;
    }
    if (how->type == 'a') {
        cki_text ascii = {0};
        cki_format_ascii(text.bytes ? text.bytes : "", text.length, &ascii);
        ascii.failed |= text.failed;
        cki_text_free(&text);
        text = ascii;
    }
    for (int64_t i = 0; how->precision >= 0 && i < how->precision && cut < text.length; i++)
        (void)cki_text_decode(text.bytes, text.length, &cut);
    cki_spec spec = spec_of(how, false);
    cki_format_pad_text(&spec, text.bytes ? text.bytes : "",
                        how->precision >= 0 ? cut : text.length, &all->out);
    all->out.failed |= text.failed;
    cki_text_free(&text);
    return true;
}

static bool put_character(percent *all, const conversion *how, const cask_value *value)
{
    cki_text text = {0};
    int64_t code;
    if (value->kind == CKI_STR) {
        if (cki_text_codes(value->as.text.bytes, value->as.text.length) != 1)
            return refuse(all, CASK_TYPE, "%c requires int or char");
        cki_text_add(&text, value->as.text.bytes, value->as.text.length);
    } else if (value->kind == CKI_INT || value->kind == CKI_BOOL || value->kind == CKI_ARRAY) {
        if (cki_value_index(value, &code, all->error) != CASK_OK)
            return false;
        if (code < 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
            cki_fail(all->error, CASK_ARITHMETIC, "OverflowError",
                     "%%c arg not in range(0x110000)");
            return false;
        }
        cki_text_code(&text, (uint32_t)code);
    } else {
        return refuse(all, CASK_TYPE, "%c requires int or char");
    }
    cki_spec spec = spec_of(how, false);
    cki_format_pad_text(&spec, text.bytes ? text.bytes : "", text.length, &all->out);
    all->out.failed |= text.failed;
    cki_text_free(&text);
    return true;
}

static bool integer_for(percent *all, const conversion *how, const cask_value *value,
                        int64_t *number)
{
    bool decimal = how->type == 'd';
    if (decimal && value->kind == CKI_FLOAT) {
        cask_value *whole = cki_number_whole(trunc(value->as.real), all->error);
        if (!whole)
            return false;
        *number = whole->as.integer;
        cask_value_unref(whole);
        return true;
    }
    cki_error ignored = {0};
    if (cki_value_index(value, number, &ignored) == CASK_OK)
        return true;
    double real;
    ignored = (cki_error){0};
    if (decimal && value->kind == CKI_ARRAY && cki_value_real(value, &real, &ignored) == CASK_OK &&
        fabs(real) < 0x1p62) {
        *number = (int64_t)real;
        return true;
    }
    cki_fail(all->error, CASK_TYPE, NULL, "%%%c format: %s is required, not %s", how->written,
             decimal ? "a real number" : "an integer", cki_value_type(value));
    return false;
}

static bool put_integer(percent *all, const conversion *how, const cask_value *value)
{
    int64_t number;
    if (!integer_for(all, how, value, &number))
        return false;
    char digits[32];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    unsigned base = how->type == 'o' ? 8 : how->type == 'd' ? 10 : 16;
    do
        digits[--at] = (how->type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef")[rest % base];
    while (rest /= base);
    cki_text text = {0};
    int64_t have = (int64_t)(sizeof digits - at);
    if (how->precision > have)
        cki_text_repeat(&text, '0', (size_t)(how->precision - have));
    cki_text_add(&text, digits + at, sizeof digits - at);
    const char *prefix = !how->alternate || base == 10 ? ""
                         : base == 8                   ? "0o"
                         : how->type == 'X'            ? "0X"
                                                       : "0x";
    cki_spec spec = spec_of(how, true);
    cki_format_pad_number(&spec, number < 0 ? '-' : '+', prefix, text.bytes ? text.bytes : "",
                          text.length, &all->out);
    all->out.failed |= text.failed;
    cki_text_free(&text);
    return true;
}

static bool put_real(percent *all, const conversion *how, const cask_value *value)
{
    double real;
    cki_error ignored = {0};
    if (cki_value_real(value, &real, &ignored) != CASK_OK) {
        cki_fail(all->error, CASK_TYPE, NULL, "must be real number, not %s", cki_value_type(value));
        return false;
    }
    cki_text digits = {0};
    int precision = how->precision < 0 ? 6 : (int)how->precision;
    cki_format_double(fabs(real), how->type,
                      (how->type | 0x20) == 'g' && !precision ? 1 : precision, how->alternate,
                      &digits);
    cki_spec spec = spec_of(how, isfinite(real));
    cki_format_pad_number(&spec, signbit(real) && !isnan(real) ? '-' : '+', "",
                          digits.bytes ? digits.bytes : "", digits.length, &all->out);
    all->out.failed |= digits.failed;
    cki_text_free(&digits);
    return true;
}

static bool put_value(percent *all, conversion *how, cask_value *value)
{
    if (strchr("sra", how->type))
        return put_text(all, how, value);
    cask_value *concrete = cki_function_concrete(all->scope, value, all->error);
    bool ok = concrete != NULL;
    if (how->type == 'i' || how->type == 'u')
        how->type = 'd';
    if (ok && how->type == 'c')
        ok = put_character(all, how, concrete);
    else if (ok && strchr("doxX", how->type))
        ok = put_integer(all, how, concrete);
    else if (ok)
        ok = put_real(all, how, concrete);
    cask_value_unref(concrete);
    return ok;
}

/* A conversion; `at` is behind its percent sign. */
static bool convert(percent *all)
{
    conversion how = {.precision = -1};
    cask_value *value = NULL;
    if (all->at < all->end && *all->at == '(' && !(value = mapped_value(all)))
        return false;
    read_flags(all, &how);
    if (!read_count(all, &how.width))
        return false;
    if (how.width < 0) {
        how.left = true;
        how.width = -how.width;
    }
    if (all->at < all->end && *all->at == '.') {
        all->at++;
        if (!read_count(all, &how.precision))
            return false;
        if (how.precision < 0)
            how.precision = 0;
    }
    while (all->at < all->end && strchr("hlL", *all->at))
        all->at++;
    if (all->at >= all->end)
        return refuse(all, CASK_INVALID, "incomplete format");
    how.type = how.written = *all->at++;
    if (how.type == '%') {
        cki_text_char(&all->out, '%');
        return true;
    }
    if (!how.type || !strchr("diouxXeEfFgGcrsa", how.type)) {
        cki_fail(all->error, CASK_INVALID, NULL,
                 "unsupported format character '%c' (0x%x) at index %d", how.type,
                 (unsigned char)how.type, (int)(all->at - 1 - all->begin));
        return false;
    }
    if (!value && !(value = next_value(all)))
        return false;
    return put_value(all, &how, value);
}

cask_value *cki_eval_format(cki_scope *scope, const char *format, size_t length, cask_value *values,
                            cki_error *error)
{
    cki_error own = {0};
    percent all = {.scope = scope,
                   .error = error ? error : &own,
                   .at = format,
                   .begin = format,
                   .end = format + length,
                   .values = values};
    bool ok = true;
    while (ok && all.at < all.end) {
        const char *mark = memchr(all.at, '%', (size_t)(all.end - all.at));
        const char *stop = mark ? mark : all.end;
        cki_text_add(&all.out, all.at, (size_t)(stop - all.at));
        all.at = stop;
        if (mark) {
            all.at++;
            ok = convert(&all);
        }
        if (ok && all.out.length > CKI_OPERATE_BYTES) {
            cki_fail_memory(all.error, all.out.length);
            ok = false;
        }
    }
    bool tuple = values->kind == CKI_TUPLE;
    bool spare = tuple ? all.used < values->as.list.count
                       : !all.used && values->kind != CKI_DICT && values->kind != CKI_LIST &&
                             !cki_operate_is_host(values);
    if (ok && spare && !all.mapped)
        ok = refuse(&all, CASK_TYPE, "not all arguments converted during string formatting");
    if (ok)
        return cki_function_str(&all.out, all.error);
    cki_text_free(&all.out);
    return NULL;
}
