/* Conversion between all pairs of number types, with the results NumPy has on x86-64: floats out of
 * an integer's range, and NaN, become what cvttsd2si makes of them. */
#include "value/array_cast.h"

#include <complex.h>
#include <string.h>

/* What the processor's truncating conversions give, without C's undefined behaviour. */
static inline int32_t truncate_32(double x)
{
    return x > -2147483649.0 && x < 2147483648.0 ? (int32_t)x : INT32_MIN;
}

static inline int64_t truncate_64(double x)
{
    return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN;
}

static inline uint64_t truncate_u64(double x)
{
    return x >= 0x1p63 ? (uint64_t)truncate_64(x - 0x1p63) ^ UINT64_C(1) << 63
                       : (uint64_t)truncate_64(x);
}

/* double to half in one rounding: first to a float rounded to odd, whose last bit then tells the
 * second rounding that something was cut off. */
static uint16_t half_of(double x)
{
    float f = (float)x;
    if ((double)f != x && x - x == 0 && f - f == 0) {
        uint32_t bits;
        memcpy(&bits, &f, sizeof bits);
        bool outward = x > 0 ? (double)f > x : (double)f < x;
        bits = (bits - outward) | 1;
        memcpy(&f, &bits, sizeof f);
    }
    return cki_dtype_to_half(f);
}

/* Converters by class of the source (int: bool and integers; real: float and double; half; complex)
 * and type of the target. Integers convert by C's own rules. */
#define int_bool(x)  ((uint8_t)((x) != 0))
#define int_i8(x)    ((int8_t)(x))
#define int_u8(x)    ((uint8_t)(x))
#define int_i16(x)   ((int16_t)(x))
#define int_u16(x)   ((uint16_t)(x))
#define int_i32(x)   ((int32_t)(x))
#define int_u32(x)   ((uint32_t)(x))
#define int_i64(x)   ((int64_t)(x))
#define int_u64(x)   ((uint64_t)(x))
#define int_f16(x)   cki_dtype_to_half((float)(x))
#define int_f32(x)   ((float)(x))
#define int_f64(x)   ((double)(x))
#define int_c64(x)   __builtin_complex((float)(x), 0.0F)
#define int_c128(x)  __builtin_complex((double)(x), 0.0)
#define real_bool(x) ((uint8_t)((x) != 0))
#define real_i8(x)   ((int8_t)truncate_32((double)(x)))
#define real_u8(x)   ((uint8_t)truncate_32((double)(x)))
#define real_i16(x)  ((int16_t)truncate_32((double)(x)))
#define real_u16(x)  ((uint16_t)truncate_32((double)(x)))
#define real_i32(x)  truncate_32((double)(x))
#define real_u32(x)  ((uint32_t)truncate_64((double)(x)))
#define real_i64(x)  truncate_64((double)(x))
#define real_u64(x)  truncate_u64((double)(x))
#define real_f16(x)  half_of((double)(x))
#define real_f32(x)  ((float)(x))
#define real_f64(x)  ((double)(x))
#define real_c64(x)  __builtin_complex((float)(x), 0.0F)
#define real_c128(x) __builtin_complex((double)(x), 0.0)
#define half_bool(x) ((uint8_t)(((x)&0x7FFF) != 0))
#define half_i8(x)   real_i8(cki_dtype_from_half(x))
#define half_u8(x)   real_u8(cki_dtype_from_half(x))
#define half_i16(x)  real_i16(cki_dtype_from_half(x))
#define half_u16(x)  real_u16(cki_dtype_from_half(x))
#define half_i32(x)  real_i32(cki_dtype_from_half(x))
#define half_u32(x)  real_u32(cki_dtype_from_half(x))
#define half_i64(x)  real_i64(cki_dtype_from_half(x))
#define half_u64(x)  real_u64(cki_dtype_from_half(x))
#define half_f16(x)  (x)
#define half_f32(x)  cki_dtype_from_half(x)
#define half_f64(x)  ((double)cki_dtype_from_half(x))
#define half_c64(x)  __builtin_complex(cki_dtype_from_half(x), 0.0F)
#define half_c128(x) __builtin_complex((double)cki_dtype_from_half(x), 0.0)
#define complex_bool(x)                                                                            \
    ((uint8_t)(creal((double _Complex)(x)) != 0 || cimag((double _Complex)(x)) != 0))
#define complex_i8(x)  real_i8(creal((double _Complex)(x)))
#define complex_u8(x)  real_u8(creal((double _Complex)(x)))
#define complex_i16(x) real_i16(creal((double _Complex)(x)))
#define complex_u16(x) real_u16(creal((double _Complex)(x)))
#define complex_i32(x) real_i32(creal((double _Complex)(x)))
#define complex_u32(x) real_u32(creal((double _Complex)(x)))
#define complex_i64(x) real_i64(creal((double _Complex)(x)))
#define complex_u64(x) real_u64(creal((double _Complex)(x)))
#define complex_f16(x) half_of(creal((double _Complex)(x)))
#define complex_f32(x) ((float)creal((double _Complex)(x)))
#define complex_f64(x) creal((double _Complex)(x))
#define complex_c64(x)                                                                             \
    __builtin_complex((float)creal((double _Complex)(x)), (float)cimag((double _Complex)(x)))
#define complex_c128(x) __builtin_complex(creal((double _Complex)(x)), cimag((double _Complex)(x)))

#define JOIN(a, b)     a##_##b
#define CONVERT(a, b)  JOIN(a, b)
#define JOIN_ROW(a, b) row_##a##_to_##b
#define NAME(from, to) JOIN_ROW(from, to)
#undef bool
#undef complex
#define FROM  bool
#define IN    uint8_t
#define CLASS int
#include "value/array_cast_from.tmpl.h"
#define FROM  i8
#define IN    int8_t
#define CLASS int
#include "value/array_cast_from.tmpl.h"
#define FROM  u8
#define IN    uint8_t
#define CLASS int
#include "value/array_cast_from.tmpl.h"
#define FROM  i16
#define IN    int16_t
#define CLASS int
#include "value/array_cast_from.tmpl.h"
#define FROM  u16
#define IN    uint16_t
#define CLASS int
#include "value/array_cast_from.tmpl.h"
#define FROM  i32
#define IN    int32_t
#define CLASS int
#include "value/array_cast_from.tmpl.h"
#define FROM  u32
#define IN    uint32_t
#define CLASS int
#include "value/array_cast_from.tmpl.h"
#define FROM  i64
#define IN    int64_t
#define CLASS int
#include "value/array_cast_from.tmpl.h"
#define FROM  u64
#define IN    uint64_t
#define CLASS int
#include "value/array_cast_from.tmpl.h"
#define FROM  f16
#define IN    uint16_t
#define CLASS half
#include "value/array_cast_from.tmpl.h"
#define FROM  f32
#define IN    float
#define CLASS real
#include "value/array_cast_from.tmpl.h"
#define FROM  f64
#define IN    double
#define CLASS real
#include "value/array_cast_from.tmpl.h"
#define FROM  c64
#define IN    float _Complex
#define CLASS complex
#include "value/array_cast_from.tmpl.h"
#define FROM  c128
#define IN    double _Complex
#define CLASS complex
#include "value/array_cast_from.tmpl.h"

/* <complex.h> makes `complex` and <stdbool.h> `bool` macros: the names above are pasted before they
 * are expanded, so the list below has to be spelled as they came out. */
#define ROWS(from)                                                                                 \
    {                                                                                              \
        [CASK_BOOL] = NAME(from, bool), [CASK_I8] = NAME(from, i8), [CASK_U8] = NAME(from, u8),    \
        [CASK_I16] = NAME(from, i16), [CASK_U16] = NAME(from, u16), [CASK_I32] = NAME(from, i32),  \
        [CASK_U32] = NAME(from, u32), [CASK_I64] = NAME(from, i64), [CASK_U64] = NAME(from, u64),  \
        [CASK_F16] = NAME(from, f16), [CASK_F32] = NAME(from, f32), [CASK_F64] = NAME(from, f64),  \
        [CASK_C64] = NAME(from, c64), [CASK_C128] = NAME(from, c128),                              \
    }

static cki_cast_row *const rows[CASK_C128 + 1][CASK_C128 + 1] = {
    [CASK_BOOL] = ROWS(bool), [CASK_I8] = ROWS(i8),     [CASK_U8] = ROWS(u8),
    [CASK_I16] = ROWS(i16),   [CASK_U16] = ROWS(u16),   [CASK_I32] = ROWS(i32),
    [CASK_U32] = ROWS(u32),   [CASK_I64] = ROWS(i64),   [CASK_U64] = ROWS(u64),
    [CASK_F16] = ROWS(f16),   [CASK_F32] = ROWS(f32),   [CASK_F64] = ROWS(f64),
    [CASK_C64] = ROWS(c64),   [CASK_C128] = ROWS(c128),
};

static cask_dtype stored(cask_dtype id)
{
    return id == CASK_DATETIME || id == CASK_TIMEDELTA ? CASK_I64 : id;
}

cki_cast_row *cki_array_cast_numbers(cask_dtype to, cask_dtype from)
{
    to = stored(to);
    from = stored(from);
    return to <= CASK_C128 && from <= CASK_C128 ? rows[from][to] : NULL;
}
