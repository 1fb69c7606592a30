/* The element-wise operations that users can name: one row each, and NumPy's rules for their types.
 */
#include "kernel/loop.h"
#include <math.h>
#include <string.h>

/* What sets a row's rules apart. */
enum {
    PLAIN,
    COMMON,          /* runs in the inputs' result_type, or the next type that has a loop */
    NOT_BOOL,        /* refuses bool, with NumPy's own advice; subtract is also COMMON */
    NOT_COMPLEX,     /* likewise */
    ONLY_TIME,       /* for dates and durations alone */
    WHOLE_AS_DOUBLE, /* bool and integers are computed in float64, not in the smallest float */
    BOOL_AS_DOUBLE
};

/* `types`: the types that it has loops for, by NumPy's letters and in NumPy's order: a call runs in
 * the first one that all its inputs can be cast to safely. `out`: 's' that type, '?' bool, 'r' that
 * type's real one, 'i' int32. */
struct cki_ufunc {
    const char *name;
    uint8_t inputs;
    cki_op op;
    const char *types;
    char out;
    uint8_t rule;
};

#define BOOL    "?"
#define INTS    "bBhHiIlL"
#define FLOATS  "efd"
#define COMPLEX "FD"

static const cki_ufunc ufuncs[] = {
    {"add", 2, CKI_OP_add, BOOL INTS FLOATS COMPLEX, 's', COMMON},
    {"multiply", 2, CKI_OP_multiply, BOOL INTS FLOATS COMPLEX, 's', COMMON},
    {"subtract", 2, CKI_OP_subtract, INTS FLOATS COMPLEX, 's', NOT_BOOL},
    {"divide", 2, CKI_OP_divide, FLOATS COMPLEX, 's', WHOLE_AS_DOUBLE},
    {"floor_divide", 2, CKI_OP_floor_divide, INTS FLOATS, 's', PLAIN},
    {"remainder", 2, CKI_OP_remainder, INTS FLOATS, 's', PLAIN},
    {"fmod", 2, CKI_OP_fmod, INTS FLOATS, 's', PLAIN},
    {"power", 2, CKI_OP_power, INTS FLOATS COMPLEX, 's', PLAIN},
    {"float_power", 2, CKI_OP_power, "dD", 's', PLAIN},
    {"negative", 1, CKI_OP_negative, INTS FLOATS COMPLEX, 's', NOT_BOOL},
    {"positive", 1, CKI_OP_positive, INTS FLOATS COMPLEX, 's', PLAIN},
    {"absolute", 1, CKI_OP_absolute, BOOL INTS FLOATS COMPLEX, 'r', PLAIN},
    {"fabs", 1, CKI_OP_absolute, FLOATS, 's', PLAIN},
    {"sign", 1, CKI_OP_sign, INTS FLOATS COMPLEX, 's', PLAIN},
    {"square", 1, CKI_OP_square, INTS FLOATS COMPLEX, 's', PLAIN},
    {"reciprocal", 1, CKI_OP_reciprocal, INTS FLOATS COMPLEX, 's', PLAIN},
    {"sqrt", 1, CKI_OP_sqrt, FLOATS COMPLEX, 's', PLAIN},
    {"exp", 1, CKI_OP_exp, FLOATS COMPLEX, 's', PLAIN},
    {"exp2", 1, CKI_OP_exp2, FLOATS COMPLEX, 's', PLAIN},
    {"expm1", 1, CKI_OP_expm1, FLOATS COMPLEX, 's', PLAIN},
    {"log", 1, CKI_OP_log, FLOATS COMPLEX, 's', PLAIN},
    {"log2", 1, CKI_OP_log2, FLOATS COMPLEX, 's', PLAIN},
    {"log10", 1, CKI_OP_log10, FLOATS COMPLEX, 's', PLAIN},
    {"log1p", 1, CKI_OP_log1p, FLOATS COMPLEX, 's', PLAIN},
    {"sin", 1, CKI_OP_sin, FLOATS COMPLEX, 's', PLAIN},
    {"cos", 1, CKI_OP_cos, FLOATS COMPLEX, 's', PLAIN},
    {"tan", 1, CKI_OP_tan, FLOATS COMPLEX, 's', PLAIN},
    {"arcsin", 1, CKI_OP_arcsin, FLOATS COMPLEX, 's', PLAIN},
    {"arccos", 1, CKI_OP_arccos, FLOATS COMPLEX, 's', PLAIN},
    {"arctan", 1, CKI_OP_arctan, FLOATS COMPLEX, 's', PLAIN},
    {"sinh", 1, CKI_OP_sinh, FLOATS COMPLEX, 's', PLAIN},
    {"cosh", 1, CKI_OP_cosh, FLOATS COMPLEX, 's', PLAIN},
    {"tanh", 1, CKI_OP_tanh, FLOATS COMPLEX, 's', PLAIN},
    {"arcsinh", 1, CKI_OP_arcsinh, FLOATS COMPLEX, 's', PLAIN},
    {"arccosh", 1, CKI_OP_arccosh, FLOATS COMPLEX, 's', PLAIN},
    {"arctanh", 1, CKI_OP_arctanh, FLOATS COMPLEX, 's', PLAIN},
    {"rint", 1, CKI_OP_rint, FLOATS COMPLEX, 's', PLAIN},
    {"cbrt", 1, CKI_OP_cbrt, FLOATS, 's', PLAIN},
    {"deg2rad", 1, CKI_OP_deg2rad, FLOATS, 's', PLAIN},
    {"rad2deg", 1, CKI_OP_rad2deg, FLOATS, 's', PLAIN},
    {"floor", 1, CKI_OP_floor, FLOATS, 's', PLAIN},
    {"ceil", 1, CKI_OP_ceil, FLOATS, 's', PLAIN},
    {"trunc", 1, CKI_OP_trunc, FLOATS, 's', PLAIN},
    {"spacing", 1, CKI_OP_spacing, FLOATS, 's', PLAIN},
    {"modf_fraction", 1, CKI_OP_modf_fraction, FLOATS, 's', PLAIN},
    {"modf_integer", 1, CKI_OP_modf_integer, FLOATS, 's', PLAIN},
    {"frexp_mantissa", 1, CKI_OP_frexp_mantissa, FLOATS, 's', PLAIN},
    {"fix", 1, CKI_OP_trunc, FLOATS, 's', PLAIN},
    {"frexp_exponent", 1, CKI_OP_frexp_exponent, FLOATS, 'i', PLAIN},
    {"logaddexp", 2, CKI_OP_logaddexp, FLOATS, 's', PLAIN},
    {"logaddexp2", 2, CKI_OP_logaddexp2, FLOATS, 's', PLAIN},
    {"arctan2", 2, CKI_OP_arctan2, FLOATS, 's', PLAIN},
    {"hypot", 2, CKI_OP_hypot, FLOATS, 's', PLAIN},
    {"copysign", 2, CKI_OP_copysign, FLOATS, 's', PLAIN},
    {"nextafter", 2, CKI_OP_nextafter, FLOATS, 's', PLAIN},
    {"heaviside", 2, CKI_OP_heaviside, FLOATS, 's', PLAIN},
    {"ldexp", 2, CKI_OP_ldexp, FLOATS, 's', PLAIN},
    {"sinc", 1, CKI_OP_sinc, FLOATS COMPLEX, 's', WHOLE_AS_DOUBLE},
    {"i0", 1, CKI_OP_i0, FLOATS, 's', WHOLE_AS_DOUBLE},
    {"maximum", 2, CKI_OP_maximum, BOOL INTS FLOATS COMPLEX, 's', COMMON},
    {"minimum", 2, CKI_OP_minimum, BOOL INTS FLOATS COMPLEX, 's', COMMON},
    {"fmax", 2, CKI_OP_fmax, BOOL INTS FLOATS COMPLEX, 's', COMMON},
    {"fmin", 2, CKI_OP_fmin, BOOL INTS FLOATS COMPLEX, 's', COMMON},
    {"greater", 2, CKI_OP_greater, BOOL INTS FLOATS COMPLEX, '?', PLAIN},
    {"greater_equal", 2, CKI_OP_greater_equal, BOOL INTS FLOATS COMPLEX, '?', PLAIN},
    {"less", 2, CKI_OP_less, BOOL INTS FLOATS COMPLEX, '?', PLAIN},
    {"less_equal", 2, CKI_OP_less_equal, BOOL INTS FLOATS COMPLEX, '?', PLAIN},
    {"equal", 2, CKI_OP_equal, BOOL INTS FLOATS COMPLEX, '?', PLAIN},
    {"not_equal", 2, CKI_OP_not_equal, BOOL INTS FLOATS COMPLEX, '?', PLAIN},
    {"logical_and", 2, CKI_OP_logical_and, BOOL INTS FLOATS COMPLEX, '?', PLAIN},
    {"logical_or", 2, CKI_OP_logical_or, BOOL INTS FLOATS COMPLEX, '?', PLAIN},
    {"logical_xor", 2, CKI_OP_logical_xor, BOOL INTS FLOATS COMPLEX, '?', PLAIN},
    {"logical_not", 1, CKI_OP_logical_not, BOOL INTS FLOATS COMPLEX, '?', PLAIN},
    {"bitwise_and", 2, CKI_OP_bitwise_and, BOOL INTS, 's', PLAIN},
    {"bitwise_or", 2, CKI_OP_bitwise_or, BOOL INTS, 's', PLAIN},
    {"bitwise_xor", 2, CKI_OP_bitwise_xor, BOOL INTS, 's', PLAIN},
    {"invert", 1, CKI_OP_invert, BOOL INTS, 's', PLAIN},
    {"left_shift", 2, CKI_OP_left_shift, INTS, 's', PLAIN},
    {"right_shift", 2, CKI_OP_right_shift, INTS, 's', PLAIN},
    {"gcd", 2, CKI_OP_gcd, INTS, 's', COMMON},
    {"lcm", 2, CKI_OP_lcm, INTS, 's', COMMON},
    {"isfinite", 1, CKI_OP_isfinite, BOOL INTS FLOATS COMPLEX, '?', PLAIN},
    {"isinf", 1, CKI_OP_isinf, BOOL INTS FLOATS COMPLEX, '?', PLAIN},
    {"isnan", 1, CKI_OP_isnan, BOOL INTS FLOATS COMPLEX, '?', PLAIN},
    {"isreal", 1, CKI_OP_isreal, BOOL INTS FLOATS COMPLEX, '?', PLAIN},
    {"iscomplex", 1, CKI_OP_iscomplex, BOOL INTS FLOATS COMPLEX, '?', PLAIN},
    {"isneginf", 1, CKI_OP_isneginf, BOOL INTS FLOATS, '?', NOT_COMPLEX},
    {"isposinf", 1, CKI_OP_isposinf, BOOL INTS FLOATS, '?', NOT_COMPLEX},
    {"signbit", 1, CKI_OP_signbit, FLOATS, '?', PLAIN},
    {"isnat", 1, CKI_OP_isnat, "", '?', ONLY_TIME},
    {"conjugate", 1, CKI_OP_conjugate, INTS FLOATS COMPLEX, 's', PLAIN},
    {"real", 1, CKI_OP_real, BOOL INTS FLOATS COMPLEX, 'r', PLAIN},
    {"imag", 1, CKI_OP_imag, BOOL INTS FLOATS COMPLEX, 'r', PLAIN},
    {"angle", 1, CKI_OP_angle, FLOATS COMPLEX, 'r', BOOL_AS_DOUBLE},
    {"nan_to_num", 1, CKI_OP_nan_to_num, BOOL INTS FLOATS COMPLEX, 's', PLAIN},
    {"where", 3, CKI_OP_where, BOOL INTS FLOATS COMPLEX, 's', PLAIN},
    {"clip", 3, CKI_OP_clip, BOOL INTS FLOATS COMPLEX, 's', PLAIN},
};

static const struct {
    const char *name, *means;
} aliases[] = {
    {"abs", "absolute"},    {"true_divide", "divide"}, {"mod", "remainder"},
    {"conj", "conjugate"},  {"bitwise_not", "invert"}, {"degrees", "rad2deg"},
    {"radians", "deg2rad"},
};

const cki_ufunc *cki_ufunc_find(const char *name)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        if (strcmp(aliases[i].name, name) == 0)
            name = aliases[i].means;
    }
    for (size_t i = 0; i < sizeof ufuncs / sizeof *ufuncs; i++) {
        if (strcmp(ufuncs[i].name, name) == 0)
            return &ufuncs[i];
    }
    return NULL;
}

const cki_ufunc *cki_ufunc_at(size_t i)
{
    return i < sizeof ufuncs / sizeof *ufuncs ? &ufuncs[i] : NULL;
}

const char *cki_ufunc_name(const cki_ufunc *ufunc)
{
    return ufunc->name;
}

int cki_ufunc_inputs(const cki_ufunc *ufunc)
{
    return ufunc->inputs;
}

const char *cki_ufunc_letters(const cki_ufunc *ufunc)
{
    return ufunc->types;
}

char cki_ufunc_result(const cki_ufunc *ufunc, char letter)
{
    if (ufunc->out == 'r') /* of a complex type its real one */
        return letter == 'F' ? 'f' : letter == 'D' ? 'd' : letter;
    return ufunc->out == 's' ? letter : ufunc->out;
}

cki_op cki_ufunc_op(const cki_ufunc *ufunc)
{
    return ufunc->op;
}

static cask_dtype letter_dtype(char letter)
{
    static const char letters[] = "?bBhHiIlLefdFD";
    static const cask_dtype ids[] = {CASK_BOOL, CASK_I8,  CASK_U8,  CASK_I16, CASK_U16,
                                     CASK_I32,  CASK_U32, CASK_I64, CASK_U64, CASK_F16,
                                     CASK_F32,  CASK_F64, CASK_C64, CASK_C128};

    return ids[strchr(letters, letter) - letters];
}

/* Kinds in the order that value-based casting compares: bool, integer, float or complex, others. */
static int category(cki_dtype dtype)
{
    if (dtype.id == CASK_BOOL)
        return 0;
    if (cki_dtype_is_integer(dtype))
        return 1;
    return cki_dtype_is_number(dtype) ? 2 : 3;
}

/* Whether scalars count by their values: there are arrays, of no lower kind. */
static bool by_value(const cki_operand *operands, int count)
{
    int scalars = -1, arrays = -1;

    for (int i = 0; i < count; i++) {
        int kind = category(operands[i].dtype);
        int *top = operands[i].scalar ? &scalars : &arrays;

        *top = kind > *top ? kind : *top;
    }
    return arrays >= 0 && scalars >= 0 && arrays >= scalars;
}

/* The smallest signed or unsigned type that holds an integer. */
static cki_dtype smallest_integer(const cki_operand *operand, bool is_signed)
{
    static const cask_dtype signeds[] = {CASK_I8, CASK_I16, CASK_I32, CASK_I64};
    static const cask_dtype unsigneds[] = {CASK_U8, CASK_U16, CASK_U32, CASK_U64};

    for (int i = 0; i < 4; i++) {
        uint64_t largest = UINT64_MAX >> (64 - (8 << i));

        if (is_signed)
            largest = (largest >> 1) + operand->negative;
        if (operand->magnitude <= largest)
            return cki_dtype_of(is_signed ? signeds[i] : unsigneds[i]);
    }
    return cki_dtype_of(CASK_U64);
}

static cki_dtype smallest_float(const cki_operand *operand, bool is_complex)
{
    double size = fmax(fabs(operand->real), is_complex ? fabs(operand->imaginary) : 0);
    bool open = !(size < HUGE_VAL); /* NaN and infinity fit any */

    if (is_complex)
        return cki_dtype_of(open || size < 3.4e38 ? CASK_C64 : CASK_C128);
    return cki_dtype_of(open || size < 65000 ? CASK_F16 : size < 3.4e38 ? CASK_F32 : CASK_F64);
}

static bool castable(const cki_operand *operand, bool value, cki_dtype to)
{
    cki_dtype from = operand->dtype;

    if (!value || !operand->scalar || from.id == CASK_BOOL)
        return cki_dtype_can_cast(from, to, "safe");
    if (cki_dtype_is_integer(from))
        return cki_dtype_can_cast(smallest_integer(operand, operand->negative), to, "safe") ||
               (!operand->negative &&
                cki_dtype_can_cast(smallest_integer(operand, true), to, "safe"));
    return cki_dtype_can_cast(smallest_float(operand, cki_dtype_is_complex(from)), to, "safe");
}

static void put_dtype(cki_text *text, cki_dtype dtype)
{
    char buffer[48];

    cki_text_format(text, "dtype('%s')",
                    cki_dtype_is_number(dtype) ? cki_dtype_name(dtype, buffer)
                                               : cki_dtype_code(dtype, buffer));
}

static cask_status no_loop(const cki_ufunc *ufunc, const cki_operand *operands, cki_error *error)
{
    cki_text text = {0};
    bool texts = false;
    cask_status status;

    for (int i = 0; i < ufunc->inputs; i++) {
        texts |= cki_dtype_is_text(operands[i].dtype);
        cki_text_put(&text, i ? ", " : "");
        put_dtype(&text, operands[i].dtype);
    }
    if (texts)
        status = cki_fail(error, CASK_TYPE, "TypeError",
                          "ufunc '%s' did not contain a loop with signature matching types (%s)",
                          ufunc->name, text.bytes ? text.bytes : "");
    else
        status = cki_fail(error, CASK_TYPE, "TypeError",
                          "ufunc '%s' not supported for the input types (%s), and the inputs could "
                          "not be safely coerced to any supported types according to the casting "
                          "rule ''safe''",
                          ufunc->name, text.bytes ? text.bytes : "");
    cki_text_free(&text);
    return status;
}

/* The refusals that NumPy words by themselves. */
static cask_status refuse(const cki_ufunc *ufunc, const cki_operand *operands, cki_error *error)
{
    bool bools = true, complexes = false;

    for (int i = 0; i < ufunc->inputs; i++) {
        bools &= operands[i].dtype.id == CASK_BOOL;
        complexes |= cki_dtype_is_complex(operands[i].dtype);
    }
    if (ufunc->rule == NOT_BOOL && bools && ufunc->op == CKI_OP_subtract)
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "numpy boolean subtract, the `-` operator, is not supported, use the "
                        "bitwise_xor, the `^` operator, or the logical_xor function instead.");
    if (ufunc->rule == NOT_BOOL && bools)
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "The numpy boolean negative, the `-` operator, is not supported, use the "
                        "`~` operator or the logical_not function instead.");
    if (ufunc->rule == NOT_COMPLEX && complexes)
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "This operation is not supported for complex values because it would be "
                        "ambiguous.");
    if (ufunc->rule == ONLY_TIME)
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "ufunc '%s' is only defined for np.datetime64 and np.timedelta64.",
                        ufunc->name);
    if ((ufunc->op == CKI_OP_positive || ufunc->op == CKI_OP_sign) && bools)
        return no_loop(ufunc, operands, error);
    return CASK_OK;
}

/* where and clip: the common type, of anything that has one. */
static cask_status resolve_common(const cki_ufunc *ufunc, const cki_operand *operands,
                                  cki_signature *signature, cki_error *error)
{
    int first = ufunc->op == CKI_OP_where ? 1 : 0;
    cask_status status =
        cki_dtype_result(operands + first, (size_t)(3 - first), &signature->out, error);

    if (status != CASK_OK)
        return status;
    if (first == 0 && cki_dtype_is_text(signature->out))
        return no_loop(ufunc, operands, error);
    signature->in[0] = first ? cki_dtype_of(CASK_BOOL) : signature->out;
    signature->in[1] = signature->in[2] = signature->out;
    return CASK_OK;
}

/* Comparison of texts: in the longer type. */
static cask_status resolve_text(const cki_ufunc *ufunc, const cki_operand *operands,
                                cki_signature *signature, cki_error *error)
{
    cask_status status;

    if (ufunc->inputs != 2 || ufunc->op < CKI_OP_less || ufunc->op > CKI_OP_not_equal ||
        !cki_dtype_is_text(operands[0].dtype) || !cki_dtype_is_text(operands[1].dtype))
        return no_loop(ufunc, operands, error);
    status = cki_dtype_promote(operands[0].dtype, operands[1].dtype, &signature->in[0], error);
    signature->in[1] = signature->in[0];
    signature->out = cki_dtype_of(CASK_BOOL);
    return status;
}

static cki_dtype result_dtype(const cki_ufunc *ufunc, cki_dtype type)
{
    switch (ufunc->out) {
    case '?':
        return cki_dtype_of(CASK_BOOL);
    case 'r':
        return cki_dtype_real(type);
    case 'i':
        return cki_dtype_of(CASK_I32);
    default:
        return type;
    }
}

/* As resolve_numbers, for operations that NumPy runs in the inputs' common type. */
static cask_status resolve_result(const cki_ufunc *ufunc, const cki_operand *operands,
                                  cki_signature *signature, cki_error *error)
{
    cki_operand common = {0};
    cask_status status = cki_dtype_result(operands, (size_t)ufunc->inputs, &common.dtype, error);

    if (status != CASK_OK)
        return status;
    if (common.dtype.id == CASK_BOOL && ufunc->types[0] != '?')
        return no_loop(ufunc, operands, error);
    for (const char *letter = ufunc->types; *letter; letter++) {
        cki_dtype type = cki_dtype_of(letter_dtype(*letter));

        if (!castable(&common, false, type))
            continue;
        signature->in[0] = signature->in[1] = type;
        signature->out = result_dtype(ufunc, type);
        return CASK_OK;
    }
    return no_loop(ufunc, operands, error);
}

static cask_status resolve_numbers(const cki_ufunc *ufunc, const cki_operand *operands,
                                   cki_signature *signature, cki_error *error)
{
    int count = ufunc->op == CKI_OP_ldexp ? 1 : ufunc->inputs;
    bool value = by_value(operands, ufunc->inputs), whole = true, bools = true;
    const char *types = ufunc->types;

    for (int i = 0; i < count; i++) {
        whole &= category(operands[i].dtype) <= 1;
        bools &= category(operands[i].dtype) == 0;
    }
    if ((ufunc->rule == WHOLE_AS_DOUBLE && whole) || (ufunc->rule == BOOL_AS_DOUBLE && bools))
        types = "d";
    if (count < ufunc->inputs && !castable(&operands[1], value, cki_dtype_of(CASK_I64)))
        return no_loop(ufunc, operands, error);
    for (; *types; types++) {
        cki_dtype type = cki_dtype_of(letter_dtype(*types));
        bool fits = true;

        for (int i = 0; i < count; i++)
            fits = fits && castable(&operands[i], value, type);
        if (!fits)
            continue;
        for (int i = 0; i < ufunc->inputs; i++)
            signature->in[i] = i < count ? type : cki_dtype_of(CASK_I64);
        signature->out = result_dtype(ufunc, type);
        return CASK_OK;
    }
    return no_loop(ufunc, operands, error);
}

cask_status cki_ufunc_resolve(const cki_ufunc *ufunc, const cki_operand *operands,
                              cki_signature *signature, cki_error *error)
{
    bool times = false, texts = false;
    cask_status status;

    *signature = (cki_signature){0};
    for (int i = 0; i < ufunc->inputs; i++) {
        times |= cki_dtype_is_time(operands[i].dtype);
        texts |= cki_dtype_is_text(operands[i].dtype);
    }
    if (ufunc->inputs == 3)
        return resolve_common(ufunc, operands, signature, error);
    if (texts)
        return resolve_text(ufunc, operands, signature, error);
    if (times)
        return cki_ufunc_time_resolve(ufunc->op, ufunc->name, ufunc->inputs, operands, signature,
                                      error);
    status = refuse(ufunc, operands, error);
    if (status != CASK_OK)
        return status;
    if (ufunc->rule == COMMON || ufunc->op == CKI_OP_subtract)
        return resolve_result(ufunc, operands, signature, error);
    return resolve_numbers(ufunc, operands, signature, error);
}
