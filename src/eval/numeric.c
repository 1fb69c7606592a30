/* Numbers' own methods and parts: bit_length, is_integer, conjugate, real, imag and their kin. */
#include "eval/builtin.h"
#include "eval/operate.h"

#include <math.h>

static int64_t integer_of(const cask_value *value)
{
    return value->kind == CKI_BOOL ? value->as.boolean : value->as.integer;
}

static uint64_t magnitude(const cask_value *value)
{
    int64_t number = integer_of(value);
    return number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
}

static cask_value *run_bit_length(cki_call *call)
{
    uint64_t bits = magnitude(call->self);
    return cki_value_int(bits ? 64 - __builtin_clzll(bits) : 0, call->error);
}

static cask_value *run_bit_count(cki_call *call)
{
    return cki_value_int(__builtin_popcountll(magnitude(call->self)), call->error);
}

static cask_value *run_conjugate(cki_call *call)
{
    const cask_value *self = call->self;
    if (self->kind == CKI_COMPLEX)
        return cki_value_complex(self->as.complex.re, -self->as.complex.im, call->error);
    return cki_eval_operate(call->scope, CKI_OP_POS, call->self, NULL, call->error);
}

static cask_value *run_is_integer(cki_call *call)
{
    const cask_value *self = call->self;
    return cki_value_bool(self->kind != CKI_FLOAT ||
                          (isfinite(self->as.real) && floor(self->as.real) == self->as.real));
}

/* Numerator and denominator of the exact value, where both fit. */
static cask_value *run_ratio(cki_call *call)
{
    double real = call->self->kind == CKI_FLOAT ? call->self->as.real : 0;
    int64_t parts[2] = {0, 1};
    int exponent = 0;
    if (call->self->kind != CKI_FLOAT) {
        parts[0] = integer_of(call->self);
    } else if (!isfinite(real)) {
        cki_fail(call->error, isnan(real) ? CASK_INVALID : CASK_ARITHMETIC,
                 isnan(real) ? NULL : "OverflowError", "cannot convert %s to integer ratio",
                 isnan(real) ? "NaN" : "Infinity");
        return NULL;
    } else {
        double part = frexp(real, &exponent);
        for (int i = 0; i < 300 && part != floor(part); i++, exponent--)
            part *= 2;
        if (exponent < -62 || fabs(ldexp(part, exponent > 0 ? exponent : 0)) >= 0x1p63) {
            cki_fail(call->error, CASK_ARITHMETIC, "OverflowError",
                     "the ratio of %g does not fit in 64 bits", real);
            return NULL;
        }
        parts[0] = (int64_t)ldexp(part, exponent > 0 ? exponent : 0);
        parts[1] = exponent < 0 ? INT64_C(1) << -exponent : 1;
    }
    return cki_value_ints(CKI_TUPLE, parts, 2, call->error);
}

static cask_value *get_real(cki_call *call)
{
    const cask_value *self = call->self;
    if (self->kind == CKI_COMPLEX)
        return cki_value_float(self->as.complex.re, call->error);
    return cki_eval_operate(call->scope, CKI_OP_POS, call->self, NULL, call->error);
}

static cask_value *get_imag(cki_call *call)
{
    const cask_value *self = call->self;
    if (self->kind == CKI_COMPLEX)
        return cki_value_float(self->as.complex.im, call->error);
    return self->kind == CKI_FLOAT ? cki_value_float(0, call->error)
                                   : cki_value_int(0, call->error);
}

static cask_value *get_denominator(cki_call *call)
{
    return cki_value_int(1, call->error);
}

/* int.from_bytes(bytes, byteorder='big', *, signed=False) */
static cask_value *run_from_bytes(cki_call *call)
{
    const cask_value *bytes = call->slot[0], *order = call->slot[1];
    bool is_signed;
    if (bytes->kind != CKI_BYTES)
        return cki_function_type_error(call, "cannot convert '%s' object to bytes",
                                       cki_value_type(bytes));
    bool little = order && order->kind == CKI_STR && order->as.text.bytes[0] == 'l';
    size_t count = bytes->as.text.length;
    if (!cki_function_flag(call, 2, false, &is_signed))
        return NULL;
    if (count > 8) {
        cki_fail(call->error, CASK_ARITHMETIC, "OverflowError",
                 "an integer of %zu bytes does not fit in 64 bits", count);
        return NULL;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++)
        number = number << 8 | (unsigned char)bytes->as.text.bytes[little ? count - 1 - i : i];
    if (is_signed && count && count < 8 && (number >> (8 * count - 1)))
        number |= UINT64_MAX << (8 * count);
    if (!is_signed && number > INT64_MAX) {
        cki_fail(call->error, CASK_ARITHMETIC, "OverflowError",
                 "integer %llu does not fit in 64 bits", (unsigned long long)number);
        return NULL;
    }
    return cki_value_int((int64_t)number, call->error);
}

const cki_builtin cki_numeric_int[] = {{"as_integer_ratio", run_ratio, "/", "int"},
                                       {"bit_count", run_bit_count, "/", "int"},
                                       {"bit_length", run_bit_length, "/", "int"},
                                       {"conjugate", run_conjugate, "/", "int"},
                                       {NULL, NULL, NULL, NULL}};

const cki_builtin cki_numeric_float[] = {{"as_integer_ratio", run_ratio, "/", "float"},
                                         {"conjugate", run_conjugate, "/", "float"},
                                         {"is_integer", run_is_integer, "/", "float"},
                                         {NULL, NULL, NULL, NULL}};

const cki_builtin cki_numeric_complex[] = {{"conjugate", run_conjugate, "/", "complex"},
                                           {NULL, NULL, NULL, NULL}};

const cki_builtin cki_numeric_properties[] = {
    {"imag", get_imag, NULL, NULL}, {"real", get_real, NULL, NULL}, {NULL, NULL, NULL, NULL}};

const cki_builtin cki_numeric_integer_properties[] = {{"denominator", get_denominator, NULL, NULL},
                                                      {"imag", get_imag, NULL, NULL},
                                                      {"numerator", get_real, NULL, NULL},
                                                      {"real", get_real, NULL, NULL},
                                                      {NULL, NULL, NULL, NULL}};

const cki_builtin cki_numeric_statics_int[] = {
    {"from_bytes", run_from_bytes, "bytes byteorder= * signed=", "int"}, {NULL, NULL, NULL, NULL}};
