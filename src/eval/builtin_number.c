/* Builtins on numbers: abs bin divmod hex oct pow round. */
#include "eval/builtin.h"
#include "eval/operate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static cask_value *run_abs(cki_call *call)
{
    return cki_eval_operate(call->scope, CKI_OP_ABS, call->slot[0], NULL, call->error);
}

static cask_value *in_base(cki_call *call, const char *prefix, unsigned base)
{
    int64_t number;
    char digits[80];
    size_t at = sizeof digits;
    if (cki_value_index(call->slot[0], &number, call->error) != CASK_OK)
        return NULL;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do
        digits[--at] = "0123456789abcdef"[rest % base];
    while (rest /= base);
    cki_text text = {0};
    cki_text_put(&text, number < 0 ? "-" : "");
    cki_text_put(&text, prefix);
    cki_text_add(&text, digits + at, sizeof digits - at);
    return cki_function_str(&text, call->error);
}

static cask_value *run_bin(cki_call *call)
{
    return in_base(call, "0b", 2);
}

static cask_value *run_oct(cki_call *call)
{
    return in_base(call, "0o", 8);
}

static cask_value *run_hex(cki_call *call)
{
    return in_base(call, "0x", 16);
}

static cask_value *run_divmod(cki_call *call)
{
    cask_value *a = call->slot[0], *b = call->slot[1];
    if (!cki_operate_is_host(a) && !cki_operate_is_host(b) &&
        (!cki_operate_is_number(a) || !cki_operate_is_number(b) || a->kind == CKI_COMPLEX ||
         b->kind == CKI_COMPLEX))
        return cki_function_type_error(call,
                                       "unsupported operand type(s) for divmod(): '%s' and '%s'",
                                       cki_value_type(a), cki_value_type(b));
    cask_value *tuple = cki_value_list(CKI_TUPLE, 2, call->error);
    if (!tuple)
        return NULL;
    tuple->as.list.items[0] = cki_eval_operate(call->scope, CKI_OP_FLOORDIV, a, b, call->error);
    if (tuple->as.list.items[0])
        tuple->as.list.items[1] = cki_eval_operate(call->scope, CKI_OP_MOD, a, b, call->error);
    if (tuple->as.list.items[1])
        return tuple;
    cask_value_unref(tuple);
    return NULL;
}

static cask_value *run_pow(cki_call *call)
{
    int64_t number[3];
    if (!cki_function_given(call, 2))
        return cki_eval_operate(call->scope, CKI_OP_POW, call->slot[0], call->slot[1], call->error);
    for (int i = 0; i < 3; i++) {
        if (call->slot[i]->kind != CKI_INT && call->slot[i]->kind != CKI_BOOL)
            return cki_function_type_error(
                call, "pow() 3rd argument not allowed unless all arguments are integers");
        if (cki_value_index(call->slot[i], &number[i], call->error) != CASK_OK)
            return NULL;
    }
    return cki_number_power_modulo(number[0], number[1], number[2], call->error);
}

/* Half to even, at 10**-digits. */
static cask_value *round_integer(cki_call *call, int64_t number, int64_t digits)
{
    cki_wide unit = 1, wide = number;
    if (digits >= 0)
        return cki_value_int(number, call->error);
    if (digits < -19)
        return cki_value_int(0, call->error);
    for (int64_t i = digits; i < 0; i++)
        unit *= 10;
    cki_wide rest = wide % unit;
    if (rest < 0)
        rest += unit;
    cki_wide low = wide - rest, twice = 2 * rest;
    if (twice > unit || (twice == unit && low / unit % 2 != 0))
        low += unit;
    if (low > INT64_MAX || low < INT64_MIN) {
        cki_fail(call->error, CASK_ARITHMETIC, "OverflowError",
                 "the rounded integer does not fit in 64 bits");
        return NULL;
    }
    return cki_value_int((int64_t)low, call->error);
}

/* The correctly rounded decimal with so many digits, which is what C's printf gives. */
static cask_value *round_real(cki_call *call, double number, int64_t digits)
{
    char text[700];
    if (!isfinite(number) || digits > 323)
        return cki_value_float(number, call->error);
    if (digits < -308)
        return cki_value_float(copysign(0, number), call->error);
    if (digits >= 0) {
        snprintf(text, sizeof text, "%.*f", (int)digits, number);
        return cki_value_float(strtod(text, NULL), call->error);
    }
    double unit = pow(10, (double)-digits), rounded = nearbyint(number / unit) * unit;
    if (isinf(rounded)) {
        cki_fail(call->error, CASK_ARITHMETIC, "OverflowError",
                 "rounded value too large to represent");
        return NULL;
    }
    return cki_value_float(rounded, call->error);
}

static cask_value *round_number(cki_call *call, cask_value *value)
{
    int64_t digits, number;
    bool given = cki_function_given(call, 1);
    if (value->kind != CKI_INT && value->kind != CKI_BOOL && value->kind != CKI_FLOAT)
        return cki_function_type_error(call, "type %s doesn't define __round__ method",
                                       cki_value_type(value));
    if (!cki_function_int(call, 1, 0, &digits))
        return NULL;
    if (value->kind == CKI_FLOAT)
        return given ? round_real(call, value->as.real, digits)
                     : cki_number_whole(nearbyint(value->as.real), call->error);
    if (cki_value_index(value, &number, call->error) != CASK_OK)
        return NULL;
    return round_integer(call, number, digits);
}

/* Arrays and lazy things round themselves: their `round` method. */
static cask_value *run_round(cki_call *call)
{
    cask_value *value = call->slot[0];
    if (!cki_operate_is_host(value))
        return round_number(call, value);
    cask_value *method = cki_attribute_get(call->scope, value, "round", call->error);
    cask_value *result = NULL;
    if (method)
        result = cki_function_call(
            call->scope, method,
            &(cki_arguments){.positional = call->slot + 1, .count = cki_function_given(call, 1)},
            call->error);
    cask_value_unref(method);
    return result;
}

const cki_builtin cki_builtin_number[] = {{"abs", run_abs, "x /", NULL},
                                          {"bin", run_bin, "number /", NULL},
                                          {"divmod", run_divmod, "x y /", NULL},
                                          {"hex", run_hex, "number /", NULL},
                                          {"oct", run_oct, "number /", NULL},
                                          {"pow", run_pow, "base exp mod=", NULL},
                                          {"round", run_round, "number ndigits=", NULL},
                                          {NULL, NULL, NULL, NULL}};
