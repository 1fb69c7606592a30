/* All vectorisable loops and their table, for one instruction set: ISA is the table's name,
 * ISA_TEXT what people call it. The including file is compiled for it. */
#include "kernel/each.h"
#include <float.h>
#include <math.h>

#define UNBOUNDED  HUGE_VAL
#define UNBOUNDEDf HUGE_VALF
#define DEGREE     (3.14159265358979323846 / 180.0)
#define DEGREEf    (3.14159265358979323846f / 180.0f)
#define RADIAN     (180.0 / 3.14159265358979323846)
#define RADIANf    (180.0f / 3.14159265358979323846f)
#define LARGEST    DBL_MAX
#define LARGESTf   FLT_MAX

/* Floats to integers as x86 converts them: out of range is the smallest one. */
static inline int32_t small(double x)
{
    return x > -2147483649.0 && x < 2147483648.0 ? (int32_t)x : INT32_MIN;
}

static inline int64_t wide(double x)
{
    return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN;
}

static inline uint64_t unsigned_wide(double x)
{
    return x >= 0x1p63 ? (uint64_t)wide(x - 0x1p63) ^ 0x8000000000000000u : (uint64_t)wide(x);
}

#define CKI_TEMPLATE "kernel/vector_int.tmpl.h"
#include "kernel/each_int.h"
#undef CKI_TEMPLATE
#define CKI_TEMPLATE "kernel/vector_float.tmpl.h"
#include "kernel/each_float.h"
#undef CKI_TEMPLATE
#define CKI_TEMPLATE "kernel/vector_affine.tmpl.h"
#include "kernel/each_float.h"
#include "kernel/each_int.h"
#undef CKI_TEMPLATE
#define CKI_TEMPLATE "kernel/vector_complex.tmpl.h"
#include "kernel/each_complex.h"
#undef CKI_TEMPLATE
#define D b8
#define T uint8_t
#include "kernel/vector_bool.tmpl.h"
#undef D
#undef T
#define D bytes1
#define T uint8_t
#include "kernel/vector_where.tmpl.h"
#undef D
#undef T
#define D bytes2
#define T uint16_t
#include "kernel/vector_where.tmpl.h"
#undef D
#undef T
#define D bytes4
#define T uint32_t
#include "kernel/vector_where.tmpl.h"
#undef D
#undef T
#define D bytes8
#define T uint64_t
#include "kernel/vector_where.tmpl.h"
#undef D
#undef T
#define D bytes16
#define T cki_c128
#include "kernel/vector_where.tmpl.h"
#undef D
#undef T

#define SMALL(a)     (a)
#define WIDE(a)      (a)
#define UWIDE(a)     (a)
#define CKI_TEMPLATE "kernel/cast.tmpl.h"
#include "kernel/each_int.h"
#define D b8
#define T uint8_t
#include "kernel/cast.tmpl.h"
#undef D
#undef T
#undef SMALL
#undef WIDE
#undef UWIDE
#define SMALL(a) small((double)(a))
#define WIDE(a)  wide((double)(a))
#define UWIDE(a) unsigned_wide((double)(a))
#include "kernel/each_float.h"
#undef CKI_TEMPLATE
#define CKI_TEMPLATE "kernel/cast_complex.tmpl.h"
#include "kernel/cast_half.tmpl.h"
#include "kernel/each_complex.h"

/* Rows of the table: an operation for all the types of a kind. */
#define INTS(op)                                                                                   \
    [CASK_I8] = op##_i8, [CASK_U8] = op##_u8, [CASK_I16] = op##_i16, [CASK_U16] = op##_u16,        \
    [CASK_I32] = op##_i32, [CASK_U32] = op##_u32, [CASK_I64] = op##_i64, [CASK_U64] = op##_u64
#define FLOATS(op)    [CASK_F32] = op##_f32, [CASK_F64] = op##_f64
#define COMPLEXES(op) [CASK_C64] = op##_c64, [CASK_C128] = op##_c128
#define REALS(op)     [CASK_BOOL] = op##_b8, INTS(op), FLOATS(op)
/* The loop that copies, for the types whose conjugate and real part are they themselves. */
#define COPIES                                                                                     \
    [CASK_BOOL] = positive_b8, [CASK_F32] = positive_f32, [CASK_F64] = positive_f64, INTS(positive)

#define CASTS(from, ...)                                                                           \
    {                                                                                              \
        [CASK_BOOL] = to_b8_##from, [CASK_I8] = to_i8_##from, [CASK_U8] = to_u8_##from,            \
        [CASK_I16] = to_i16_##from, [CASK_U16] = to_u16_##from, [CASK_I32] = to_i32_##from,        \
        [CASK_U32] = to_u32_##from, [CASK_I64] = to_i64_##from, [CASK_U64] = to_u64_##from,        \
        [CASK_F32] = to_f32_##from, [CASK_F64] = to_f64_##from, [CASK_C64] = to_c64_##from,        \
        [CASK_C128] = to_c128_##from, __VA_ARGS__                                                  \
    }

const cki_vector
    CKI_GLUE(cki_vector, ISA) =
        {
            .isa = ISA_TEXT,
            .op =
                {
                    [CKI_OP_add] = {[CASK_BOOL] = add_b8, INTS(add), FLOATS(add), COMPLEXES(add)},
                    [CKI_OP_subtract] = {INTS(subtract), FLOATS(subtract), COMPLEXES(subtract)},
                    [CKI_OP_multiply] = {REALS(multiply), COMPLEXES(multiply)},
                    [CKI_OP_divide] = {FLOATS(divide)},
                    [CKI_OP_negative] = {INTS(negative), FLOATS(negative), COMPLEXES(negative)},
                    [CKI_OP_positive] = {COPIES, COMPLEXES(positive)},
                    [CKI_OP_absolute] = {[CASK_BOOL] = positive_b8,
                                         INTS(absolute),
                                         FLOATS(absolute)},
                    [CKI_OP_sign] = {INTS(sign), FLOATS(sign)},
                    [CKI_OP_square] = {INTS(square), FLOATS(square), COMPLEXES(square)},
                    [CKI_OP_cube] = {INTS(cube), FLOATS(cube)},
                    [CKI_OP_sqrt] = {FLOATS(sqrt)},
                    [CKI_OP_reciprocal] = {FLOATS(reciprocal)},
                    [CKI_OP_floor] = {FLOATS(floor)},
                    [CKI_OP_ceil] = {FLOATS(ceil)},
                    [CKI_OP_trunc] = {FLOATS(trunc)},
                    [CKI_OP_rint] = {FLOATS(rint)},
                    [CKI_OP_maximum] = {[CASK_BOOL] = add_b8, INTS(maximum), FLOATS(maximum)},
                    [CKI_OP_minimum] = {[CASK_BOOL] = multiply_b8, INTS(minimum), FLOATS(minimum)},
                    [CKI_OP_fmax] = {[CASK_BOOL] = add_b8, INTS(maximum), FLOATS(fmax)},
                    [CKI_OP_fmin] = {[CASK_BOOL] = multiply_b8, INTS(minimum), FLOATS(fmin)},
                    [CKI_OP_less] = {REALS(less)},
                    [CKI_OP_less_equal] = {REALS(less_equal)},
                    [CKI_OP_greater] = {REALS(greater)},
                    [CKI_OP_greater_equal] = {REALS(greater_equal)},
                    [CKI_OP_equal] = {REALS(equal), COMPLEXES(equal)},
                    [CKI_OP_not_equal] = {REALS(not_equal), COMPLEXES(not_equal)},
                    [CKI_OP_logical_and] = {REALS(logical_and)},
                    [CKI_OP_logical_or] = {REALS(logical_or)},
                    [CKI_OP_logical_xor] = {REALS(logical_xor)},
                    [CKI_OP_logical_not] = {REALS(logical_not)},
                    [CKI_OP_bitwise_and] = {[CASK_BOOL] = multiply_b8, INTS(bitwise_and)},
                    [CKI_OP_bitwise_or] = {[CASK_BOOL] = add_b8, INTS(bitwise_or)},
                    [CKI_OP_bitwise_xor] = {[CASK_BOOL] = bitwise_xor_b8, INTS(bitwise_xor)},
                    [CKI_OP_invert] = {[CASK_BOOL] = logical_not_b8, INTS(invert)},
                    [CKI_OP_left_shift] = {INTS(left_shift)},
                    [CKI_OP_right_shift] = {INTS(right_shift)},
                    [CKI_OP_isfinite] = {FLOATS(isfinite), COMPLEXES(isfinite)},
                    [CKI_OP_isinf] = {FLOATS(isinf), COMPLEXES(isinf)},
                    [CKI_OP_isnan] = {FLOATS(isnan), COMPLEXES(isnan)},
                    [CKI_OP_isneginf] = {FLOATS(isneginf)},
                    [CKI_OP_isposinf] = {FLOATS(isposinf)},
                    [CKI_OP_signbit] = {FLOATS(signbit)},
                    [CKI_OP_copysign] = {FLOATS(copysign)},
                    [CKI_OP_deg2rad] = {FLOATS(deg2rad)},
                    [CKI_OP_rad2deg] = {FLOATS(rad2deg)},
                    [CKI_OP_conjugate] = {COPIES, COMPLEXES(conjugate)},
                    [CKI_OP_real] = {COPIES, COMPLEXES(real)},
                    [CKI_OP_imag] = {COMPLEXES(imag)},
                    [CKI_OP_isreal] = {COMPLEXES(isreal)},
                    [CKI_OP_iscomplex] = {COMPLEXES(iscomplex)},
                    [CKI_OP_nan_to_num] =
                        {[CASK_BOOL] = positive_b8,
                         INTS(positive),
                         FLOATS(nan_to_num),
                         COMPLEXES(nan_to_num)},
                    [CKI_OP_affine] = {INTS(affine), FLOATS(affine)},
                    [CKI_OP_replaced] = {INTS(replaced), FLOATS(replaced)},
                    [CKI_OP_where] = {[CASK_BOOL] = where_bytes1,
                                      [CASK_I8] = where_bytes1,
                                      [CASK_U8] = where_bytes1,
                                      [CASK_I16] = where_bytes2,
                                      [CASK_U16] = where_bytes2,
                                      [CASK_F16] = where_bytes2,
                                      [CASK_I32] = where_bytes4,
                                      [CASK_U32] = where_bytes4,
                                      [CASK_F32] = where_bytes4,
                                      [CASK_I64] = where_bytes8,
                                      [CASK_U64] = where_bytes8,
                                      [CASK_F64] = where_bytes8,
                                      [CASK_C64] = where_bytes8,
                                      [CASK_DATETIME] = where_bytes8,
                                      [CASK_TIMEDELTA] = where_bytes8,
                                      [CASK_C128] = where_bytes16},
                },
            .cast = {[CASK_BOOL] = CASTS(b8),
                     [CASK_I8] = CASTS(i8),
                     [CASK_U8] = CASTS(u8),
                     [CASK_I16] = CASTS(i16),
                     [CASK_U16] = CASTS(u16),
                     [CASK_I32] = CASTS(i32),
                     [CASK_U32] = CASTS(u32),
                     [CASK_I64] = CASTS(i64),
                     [CASK_U64] = CASTS(u64),
                     [CASK_F16] = {[CASK_F32] = to_f32_f16},
                     [CASK_F32] = CASTS(f32, [CASK_F16] = to_f16_f32),
                     [CASK_F64] = CASTS(f64, [CASK_F16] = to_f16_f64),
                     [CASK_C64] = CASTS(c64),
                     [CASK_C128] = CASTS(c128)},
};
