/* Promotion of two types, and which casts are allowed: NumPy's promote_types and can_cast. */
#include "value/dtype_promote.h"
#include "value/dtype_civil.h"

#include <string.h>

/* Bytes of a real number's integer or float part: what has to fit. */
static int width(cki_dtype dtype)
{
    return (int)cki_dtype_size(cki_dtype_real(dtype));
}

/* The smallest float (bytes) that holds every value of a bool or integer type, as NumPy counts. */
static int float_for(cki_dtype dtype)
{
    int bytes = width(dtype);
    return bytes == 1 ? 2 : bytes == 2 ? 4 : 8;
}

static cki_dtype sized_float(int bytes)
{
    return cki_dtype_of(bytes == 2 ? CASK_F16 : bytes == 4 ? CASK_F32 : CASK_F64);
}

static cki_dtype promote_integers(cki_dtype a, cki_dtype b)
{
    if (cki_dtype_is_unsigned(a) == cki_dtype_is_unsigned(b))
        return width(a) >= width(b) ? a : b;
    cki_dtype sign = cki_dtype_is_unsigned(a) ? b : a, bare = cki_dtype_is_unsigned(a) ? a : b;
    if (width(sign) > width(bare))
        return sign;
    if (width(bare) == 8)
        return cki_dtype_of(CASK_F64);
    return cki_dtype_of(width(bare) == 1 ? CASK_I16 : width(bare) == 2 ? CASK_I32 : CASK_I64);
}

static cki_dtype promote_numbers(cki_dtype a, cki_dtype b)
{
    if (a.id == CASK_BOOL)
        return b;
    if (b.id == CASK_BOOL)
        return a;
    if (cki_dtype_is_integer(a) && cki_dtype_is_integer(b))
        return promote_integers(a, b);
    int left = cki_dtype_is_integer(a) ? float_for(a) : width(a);
    int right = cki_dtype_is_integer(b) ? float_for(b) : width(b);
    int most = left > right ? left : right;
    if (cki_dtype_is_complex(a) || cki_dtype_is_complex(b))
        return cki_dtype_of(most > 4 ? CASK_C128 : CASK_C64);
    return sized_float(most);
}

int32_t cki_dtype_text_length(cki_dtype dtype)
{
    static const uint8_t lengths[CASK_DTYPE_COUNT] = {
        [CASK_BOOL] = 5, [CASK_I8] = 4,    [CASK_U8] = 3,        [CASK_I16] = 6,
        [CASK_U16] = 5,  [CASK_I32] = 11,  [CASK_U32] = 10,      [CASK_I64] = 21,
        [CASK_U64] = 20, [CASK_F16] = 32,  [CASK_F32] = 32,      [CASK_F64] = 32,
        [CASK_C64] = 64, [CASK_C128] = 64, [CASK_DATETIME] = 28, [CASK_TIMEDELTA] = 21};
    return cki_dtype_is_text(dtype) ? dtype.count : lengths[dtype.id];
}

static cki_dtype promote_text(cki_dtype a, cki_dtype b)
{
    bool wide = a.id == CASK_STR || b.id == CASK_STR;
    int32_t left = cki_dtype_text_length(a), right = cki_dtype_text_length(b);
    cki_dtype result = cki_dtype_of(wide ? CASK_STR : CASK_BYTES);
    result.count = left > right ? left : right;
    return result;
}

static const char *class_name(cki_dtype dtype, char buffer[48])
{
    if (dtype.id == CASK_DATETIME || dtype.id == CASK_TIMEDELTA)
        return dtype.id == CASK_DATETIME ? "datetime64" : "timedelta64";
    if (cki_dtype_is_text(dtype))
        return dtype.id == CASK_STR ? "str_" : "bytes_";
    return cki_dtype_name(dtype, buffer);
}

static cask_status no_common(cki_dtype a, cki_dtype b, cki_error *error)
{
    char left[48], right[48];
    return cki_fail(error, CASK_TYPE, "TypeError",
                    "The DTypes <class 'numpy.dtype[%s]'> and <class 'numpy.dtype[%s]'> do not "
                    "have a common DType. For example they cannot be stored in a single array "
                    "unless the dtype is `object`.",
                    class_name(a, left), class_name(b, right));
}

cask_status cki_dtype_promote(cki_dtype a, cki_dtype b, cki_dtype *result, cki_error *error)
{
    *result = a;
    if (!a.id || !b.id)
        return cki_fail(error, CASK_TYPE, "TypeError", "an operand without an element type");
    if (cki_dtype_is_number(a) && cki_dtype_is_number(b)) {
        *result = promote_numbers(a, b);
        return CASK_OK;
    }
    if (cki_dtype_is_time(a) && cki_dtype_is_time(b)) {
        bool durations = a.id == CASK_TIMEDELTA && b.id == CASK_TIMEDELTA;
        *result = cki_dtype_of(durations ? CASK_TIMEDELTA : CASK_DATETIME);
        return cki_dtype_time_common(a, b, durations, result, error);
    }
    if (!cki_dtype_is_time(a) && !cki_dtype_is_time(b)) {
        *result = promote_text(a, b);
        return CASK_OK;
    }
    cki_dtype time = cki_dtype_is_time(a) ? a : b, other = cki_dtype_is_time(a) ? b : a;
    *result = time;
    bool count = other.id == CASK_BOOL || (cki_dtype_is_integer(other) && other.id != CASK_U64);
    return time.id == CASK_TIMEDELTA && count ? CASK_OK : no_common(a, b, error);
}

/* Casts between units: safe if no information is lost and nothing but the unit changes. */
static bool can_cast_units(cki_dtype from, cki_dtype to, bool safe)
{
    bool strict = from.id == CASK_TIMEDELTA;
    if (from.unit == CKI_UNIT_GENERIC)
        return true;
    if (to.unit == CKI_UNIT_GENERIC)
        return false;
    bool calendar = from.unit <= CKI_UNIT_MONTH, target = to.unit <= CKI_UNIT_MONTH;
    if (strict && calendar != target)
        return false;
    if (!safe)
        return true;
    if (from.unit > to.unit)
        return false;
    int64_t multiply, divide;
    if (calendar != target) /* a month always begins with a day */
        return true;
    int64_t factor = cki_dtype_civil_factor(from.unit, to.unit);
    return factor < INT64_C(1) << 56 && /* NumPy takes more than that for an overflow */
           cki_dtype_unit_ratio(from, to, &multiply, &divide) && divide == 1;
}

static bool can_cast_safely(cki_dtype from, cki_dtype to)
{
    if (cki_dtype_is_text(to)) {
        if (cki_dtype_is_text(from))
            return (from.id == CASK_BYTES || to.id == CASK_STR) && from.count <= to.count;
        return cki_dtype_is_number(from) && cki_dtype_text_length(from) <= to.count;
    }
    if (cki_dtype_is_text(from) || cki_dtype_is_time(from))
        return false;
    cki_dtype common;
    return cki_dtype_promote(from, to, &common, NULL) == CASK_OK && cki_dtype_same(common, to);
}

/* Kinds in NumPy's order of generality, for 'same_kind'. */
static int kind_rank(cki_dtype dtype)
{
    switch (cki_dtype_kind(dtype)) {
    case 'b':
        return 0;
    case 'u':
        return 1;
    case 'i':
        return 2;
    case 'f':
        return 4;
    case 'c':
        return 5;
    case 'S':
        return 6;
    case 'U':
        return 7;
    default:
        return 8;
    }
}

static bool can_cast_kind(cki_dtype from, cki_dtype to)
{
    if (cki_dtype_is_time(to))
        return to.id == CASK_TIMEDELTA && (from.id == CASK_BOOL || cki_dtype_is_integer(from));
    if (cki_dtype_is_time(from))
        return false;
    return kind_rank(from) <= kind_rank(to);
}

bool cki_dtype_can_cast(cki_dtype from, cki_dtype to, const char *casting)
{
    if (!strcmp(casting, "unsafe"))
        return true;
    if (cki_dtype_same(from, to))
        return true;
    bool safe = !strcmp(casting, "safe");
    if (!safe && strcmp(casting, "same_kind") != 0)
        return false;
    if (cki_dtype_is_time(from) && from.id == to.id)
        return can_cast_units(from, to, safe);
    return safe ? can_cast_safely(from, to) : can_cast_kind(from, to);
}
