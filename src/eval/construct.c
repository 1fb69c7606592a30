/* Constructors of numbers: int('0x1f', 16), float('inf'), complex('1+2j') and their kin. */
#include "core/memory.h"
#include "eval/builtin.h"
#include "eval/operate.h"
#include "value/array.h"

#include <stdlib.h>
#include <string.h>

/* A slot's concrete value; an array of one element as the Python number in it. New reference. */
static cask_value *plain(cki_call *call, cask_value *given)
{
    cask_value *value = cki_function_concrete(call->scope, given, call->error);
    const cki_array *array = value ? cki_array_of(value) : NULL;
    if (!array)
        return value;
    cask_value *item = NULL;
    if (cki_array_size(array) != 1)
        cki_function_type_error(call, "only size-1 arrays can be converted to Python scalars");
    else
        item = cki_array_item(array->dtype, array->data, call->error);
    cask_value_unref(value);
    return item;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void strip(const char **text, size_t *length)
{
    while (*length && is_space(**text))
        ++*text, --*length;
    while (*length && is_space((*text)[*length - 1]))
        --*length;
}

static cask_value *refuse_text(cki_call *call, const char *format, const cask_value *text,
                               int64_t base)
{
    cki_text repr = {0};
    cki_value_repr(text, &repr);
    const char *shown = repr.bytes ? repr.bytes : "";
    if (format)
        cki_function_value_error(call, "could not convert string to float: %s", shown);
    else
        cki_function_value_error(call, "invalid literal for int() with base %lld: %s",
                                 (long long)base, shown);
    cki_text_free(&repr);
    return NULL;
}

cask_value *cki_construct_bool(cki_call *call)
{
    bool truth;
    if (!cki_function_flag(call, 0, false, &truth))
        return NULL;
    return cki_value_bool(truth);
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

/* Digits with single underscores between them, in a base. 0: malformed, -1: beyond 64 bits. */
static int read_digits(const char *text, size_t length, int64_t base, uint64_t *number)
{
    bool digit = false, fits = true;
    *number = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '_' && digit && i + 1 < length) {
            digit = false;
            continue;
        }
        if (digit_of(text[i]) >= base)
            return 0;
        digit = true;
        if (fits)
            fits = !__builtin_mul_overflow(*number, (uint64_t)base, number) &&
                   !__builtin_add_overflow(*number, (uint64_t)digit_of(text[i]), number);
    }
    return !digit ? 0 : fits ? 1 : -1;
}

static cask_value *int_from_text(cki_call *call, const cask_value *text, int64_t base)
{
    const char *at = text->as.text.bytes;
    size_t length = text->as.text.length;
    int64_t given = base;
    strip(&at, &length);
    bool negative = length && *at == '-';
    if (length && (*at == '-' || *at == '+'))
        at++, length--;
    if (length > 2 && at[0] == '0' && strchr("xXoObB", at[1])) {
        int64_t marked = (at[1] | 0x20) == 'x' ? 16 : (at[1] | 0x20) == 'o' ? 8 : 2;
        if (base == 0 || base == marked) {
            base = marked;
            at += 2;
            length -= 2;
            if (length > 1 && *at == '_')
                at++, length--;
        }
    }
    uint64_t number = 0;
    int read = 0;
    if (base == 0) {
        base = 10;
        read = length > 1 && *at == '0' ? 0 : read_digits(at, length, base, &number);
        if (length > 1 && strspn(at, "0_") >= length)
            read = read_digits(at, length, base, &number);
    } else {
        read = read_digits(at, length, base, &number);
    }
    if (read == 0)
        return refuse_text(call, NULL, text, given);
    if (read < 0 || number > (uint64_t)INT64_MAX + negative) {
        cki_fail(call->error, CASK_ARITHMETIC, "OverflowError",
                 "integer %.*s does not fit in 64 bits", (int)(length < 60 ? length : 60), at);
        return NULL;
    }
    return cki_value_int(negative ? (int64_t)(0 - number) : (int64_t)number, call->error);
}

static cask_value *int_from(cki_call *call, cask_value *value)
{
    if (value->kind == CKI_INT)
        return cask_value_ref(value);
    if (value->kind == CKI_BOOL)
        return cki_value_int(value->as.boolean, call->error);
    if (value->kind == CKI_FLOAT)
        return cki_number_whole(value->as.real, call->error);
    if (value->kind == CKI_STR || value->kind == CKI_BYTES)
        return int_from_text(call, value, 10);
    return cki_function_type_error(call,
                                   "int() argument must be a string, a bytes-like object or a "
                                   "real number, not '%s'",
                                   cki_value_type(value));
}

cask_value *cki_construct_int(cki_call *call)
{
    static const cki_builtin record = {"int", NULL, "x= / base=", NULL};
    int64_t base;
    call->builtin = &record;
    if (!cki_function_bind(call))
        return NULL;
    if (!call->slot[0])
        return call->slot[1] ? cki_function_type_error(call, "int() missing string argument")
                             : cki_value_int(0, call->error);
    cask_value *value = plain(call, call->slot[0]), *result = NULL;
    if (!value)
        return NULL;
    if (!call->slot[1])
        result = int_from(call, value);
    else if (value->kind != CKI_STR && value->kind != CKI_BYTES)
        cki_function_type_error(call, "int() can't convert non-string with explicit base");
    else if (cki_value_index(call->slot[1], &base, call->error) != CASK_OK)
        result = NULL;
    else if (base != 0 && (base < 2 || base > 36))
        cki_function_value_error(call, "int() base must be >= 2 and <= 36, or 0");
    else
        result = int_from_text(call, value, base);
    cask_value_unref(value);
    return result;
}

/* A float's text, underscores dropped; false if it is none. `end` is where reading stopped. */
static bool read_real(const char *text, size_t length, double *number)
{
    char small[128], *copy = length < sizeof small ? small : cki_memory_alloc(length + 1), *end;
    size_t n = 0;
    if (!copy)
        return false;
    bool good = length > 0;
    for (size_t i = 0; i < length && good; i++) {
        char c = text[i];
        if (c == '_') {
            good =
                i > 0 && i + 1 < length && digit_of(text[i - 1]) < 10 && digit_of(text[i + 1]) < 10;
            continue;
        }
        good = c != 'x' && c != 'X' && c != '(' && c != '\0' && !is_space(c);
        copy[n++] = c;
    }
    copy[n] = '\0';
    *number = good ? strtod(copy, &end) : 0;
    good = good && end == copy + n;
    if (copy != small)
        cki_memory_free(copy);
    return good;
}

cask_value *cki_construct_float(cki_call *call)
{
    if (!call->slot[0])
        return cki_value_float(0, call->error);
    cask_value *value = plain(call, call->slot[0]), *result = NULL;
    double number;
    if (!value)
        return NULL;
    if (value->kind == CKI_STR || value->kind == CKI_BYTES) {
        const char *at = value->as.text.bytes;
        size_t length = value->as.text.length;
        strip(&at, &length);
        if (read_real(at, length, &number))
            result = cki_value_float(number, call->error);
        else
            refuse_text(call, "", value, 0);
    } else if (value->kind == CKI_FLOAT || value->kind == CKI_INT || value->kind == CKI_BOOL) {
        if (cki_value_real(value, &number, call->error) == CASK_OK)
            result = cki_value_float(number, call->error);
    } else {
        cki_function_type_error(call,
                                "float() argument must be a string or a real number, not '%s'",
                                cki_value_type(value));
    }
    cask_value_unref(value);
    return result;
}

/* "1+2j", "-j", "(3)": where the imaginary part begins is the last sign not in an exponent. */
static bool read_complex(const char *at, size_t length, double *re, double *im)
{
    *re = *im = 0;
    strip(&at, &length);
    if (length > 1 && at[0] == '(' && at[length - 1] == ')') {
        at++;
        length -= 2;
        strip(&at, &length);
    }
    if (!length || (at[length - 1] | 0x20) != 'j')
        return read_real(at, length, re);
    size_t split = --length;
    while (split > 0 && !((at[split] == '+' || at[split] == '-') && (at[split - 1] | 0x20) != 'e'))
        split--;
    size_t rest = length - split;
    if (split > 0 && !read_real(at, split, re))
        return false;
    if (rest == 0 || (rest == 1 && (at[split] == '+' || at[split] == '-'))) {
        *im = rest && at[split] == '-' ? -1 : 1;
        return true;
    }
    return read_real(at + split, rest, im);
}

static bool complex_part(cki_call *call, const cask_value *value, int which, double part[2])
{
    part[0] = part[1] = 0;
    if (value->kind == CKI_COMPLEX) {
        part[0] = value->as.complex.re;
        part[1] = value->as.complex.im;
        return true;
    }
    if (value->kind == CKI_INT || value->kind == CKI_FLOAT || value->kind == CKI_BOOL)
        return cki_value_real(value, part, call->error) == CASK_OK;
    if (value->kind == CKI_STR)
        cki_function_type_error(call, which ? "complex() second arg can't be a string"
                                            : "complex() can't take second arg if first is a "
                                              "string");
    else
        cki_function_type_error(call, "complex() %s must be a %snumber, not '%s'",
                                which ? "second arg" : "first argument",
                                which ? "" : "string or a ", cki_value_type(value));
    return false;
}

cask_value *cki_construct_complex(cki_call *call)
{
    double part[2][2] = {{0, 0}, {0, 0}};
    for (int i = 0; i < 2; i++) {
        if (!call->slot[i])
            continue;
        cask_value *value = plain(call, call->slot[i]);
        bool ok = value != NULL;
        if (ok && i == 0 && value->kind == CKI_STR && !call->slot[1]) {
            ok =
                read_complex(value->as.text.bytes, value->as.text.length, &part[0][0], &part[0][1]);
            if (!ok)
                cki_function_value_error(call, "complex() arg is a malformed string");
        } else if (ok) {
            ok = complex_part(call, value, i, part[i]);
        }
        cask_value_unref(value);
        if (!ok)
            return NULL;
    }
    return cki_value_complex(part[0][0] - part[1][1], part[0][1] + part[1][0], call->error);
}
