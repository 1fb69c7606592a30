/* Loops: one element-wise operation on contiguous elements of one type, and the tables of them that
 * the vector files (once for each instruction set) and the scalar files fill. */
#ifndef CKI_KERNEL_LOOP_H
#define CKI_KERNEL_LOOP_H

#include "kernel/ufunc.h"

/* A call of a loop: `n` elements of each input, one after the other, to `n` of out, which may be
 * the very memory of an input whose elements are as large. */
typedef struct cki_call {
    void *out;
    const void *in[CKI_UFUNC_INPUTS];
    size_t n;
    const cki_signature *types; /* lengths of texts, units of times */
    cki_error *error;
} cki_call;

typedef cask_status cki_loop(const cki_call *call);

/* Every operation that has loops; ufuncs that are made of others (clip) have none. The first list
 * is compiled for each instruction set, the second once. */
#define CKI_VECTOR_OPS(X)                                                                          \
    X(add)                                                                                         \
    X(subtract)                                                                                    \
    X(multiply)                                                                                    \
    X(divide)                                                                                      \
    X(negative)                                                                                    \
    X(positive)                                                                                    \
    X(absolute)                                                                                    \
    X(sign)                                                                                        \
    X(square)                                                                                      \
    X(cube)                                                                                        \
    X(sqrt)                                                                                        \
    X(reciprocal)                                                                                  \
    X(floor)                                                                                       \
    X(ceil)                                                                                        \
    X(trunc)                                                                                       \
    X(rint)                                                                                        \
    X(maximum)                                                                                     \
    X(minimum)                                                                                     \
    X(fmax)                                                                                        \
    X(fmin)                                                                                        \
    X(less)                                                                                        \
    X(less_equal)                                                                                  \
    X(greater)                                                                                     \
    X(greater_equal)                                                                               \
    X(equal)                                                                                       \
    X(not_equal)                                                                                   \
    X(logical_and)                                                                                 \
    X(logical_or)                                                                                  \
    X(logical_xor)                                                                                 \
    X(logical_not)                                                                                 \
    X(bitwise_and)                                                                                 \
    X(bitwise_or)                                                                                  \
    X(bitwise_xor)                                                                                 \
    X(invert)                                                                                      \
    X(left_shift)                                                                                  \
    X(right_shift)                                                                                 \
    X(isfinite)                                                                                    \
    X(isinf)                                                                                       \
    X(isnan)                                                                                       \
    X(isneginf)                                                                                    \
    X(isposinf)                                                                                    \
    X(signbit)                                                                                     \
    X(copysign)                                                                                    \
    X(deg2rad)                                                                                     \
    X(rad2deg)                                                                                     \
    X(conjugate)                                                                                   \
    X(real)                                                                                        \
    X(imag)                                                                                        \
    X(isreal)                                                                                      \
    X(iscomplex)                                                                                   \
    X(where)                                                                                       \
    X(nan_to_num)                                                                                  \
    X(affine)   /* a * b + c as float64, of one b and one c */                                     \
    X(replaced) /* a as float64, where it is b: c; of one b and one c */

#define CKI_SCALAR_OPS(X)                                                                          \
    X(floor_divide)                                                                                \
    X(remainder)                                                                                   \
    X(fmod)                                                                                        \
    X(power)                                                                                       \
    X(gcd)                                                                                         \
    X(lcm)                                                                                         \
    X(cbrt)                                                                                        \
    X(exp)                                                                                         \
    X(exp2)                                                                                        \
    X(expm1)                                                                                       \
    X(log)                                                                                         \
    X(log2)                                                                                        \
    X(log10)                                                                                       \
    X(log1p)                                                                                       \
    X(logaddexp)                                                                                   \
    X(logaddexp2)                                                                                  \
    X(sin)                                                                                         \
    X(cos)                                                                                         \
    X(tan)                                                                                         \
    X(arcsin)                                                                                      \
    X(arccos)                                                                                      \
    X(arctan)                                                                                      \
    X(arctan2)                                                                                     \
    X(hypot)                                                                                       \
    X(sinh)                                                                                        \
    X(cosh)                                                                                        \
    X(tanh)                                                                                        \
    X(arcsinh)                                                                                     \
    X(arccosh)                                                                                     \
    X(arctanh)                                                                                     \
    X(sinc)                                                                                        \
    X(i0)                                                                                          \
    X(nextafter)                                                                                   \
    X(spacing)                                                                                     \
    X(ldexp)                                                                                       \
    X(angle)                                                                                       \
    X(heaviside)                                                                                   \
    X(modf_fraction)                                                                               \
    X(modf_integer)                                                                                \
    X(frexp_mantissa)                                                                              \
    X(frexp_exponent)                                                                              \
    X(isnat)

typedef enum cki_op {
#define CKI_OP_NAME(name) CKI_OP_##name,
    CKI_VECTOR_OPS(CKI_OP_NAME) CKI_OP_VECTORS,
    CKI_OP_BEFORE_SCALARS = CKI_OP_VECTORS - 1,
    CKI_SCALAR_OPS(CKI_OP_NAME)
#undef CKI_OP_NAME
        CKI_OP_COUNT,
    CKI_OP_clip /* maximum, then minimum: no loop of its own */
} cki_op;

/* Complex elements as NumPy computes with them: two reals, no C99 rules for infinities. */
typedef struct cki_c64 {
    float re, im;
} cki_c64;
typedef struct cki_c128 {
    double re, im;
} cki_c128;

/* The loops of one instruction set. `op` is looked up by the type of the first input (for `where`,
 * of the second); NULL where there is none. */
typedef struct cki_vector {
    const char *isa;
    cki_loop *op[CKI_OP_VECTORS][CASK_DTYPE_COUNT];
    cki_loop *cast[CASK_DTYPE_COUNT][CASK_DTYPE_COUNT];
} cki_vector;

extern const cki_vector cki_vector_baseline;
#if defined(__x86_64__)
extern const cki_vector cki_vector_v3, cki_vector_v4;
#endif

/* Loops that are compiled once, by type of the first input. */
typedef cki_loop *cki_scalar_row[CASK_DTYPE_COUNT];
extern const cki_scalar_row cki_scalar_int_loops[CKI_OP_COUNT];
extern const cki_scalar_row cki_scalar_float_loops[CKI_OP_COUNT];
extern const cki_scalar_row cki_scalar_complex_loops[CKI_OP_COUNT];

/* Functions that SLEEF has vectors for, once for each instruction set with fused multiply-add. */
#if defined(__x86_64__)
extern const cki_scalar_row cki_math_loops_v3[CKI_OP_COUNT];
extern const cki_scalar_row cki_math_loops_v4[CKI_OP_COUNT];
#endif

/* What the loops run in on this processor. */
const cki_vector *cki_loop_vector(void);
/* The loop of an operation for the types of a resolved signature; NULL if there is none. float16
 * has only what must see its bits (nextafter, spacing): a program computes the rest in float32. */
cki_loop *cki_loop_find(cki_op op, const cki_signature *types);
/* Conversion of numbers from one type to another in one step (float16 only to and from float32, and
 * from float64); NULL if there is none. */
cki_loop *cki_loop_cast(cask_dtype from, cask_dtype to);

/* time.c: operations on datetime64 and timedelta64, both inputs in one unit. */
cki_loop *cki_time_loop(cki_op op, const cki_signature *types);
/* compare.c: operations on texts of one length. */
cki_loop *cki_compare_loop(cki_op op);

/* ufunc_time.c: the types of a call with a datetime64 or timedelta64 among its operands. */
cask_status cki_ufunc_time_resolve(cki_op op, const char *name, int inputs,
                                   const cki_operand *operands, cki_signature *signature,
                                   cki_error *error);

/* ufunc.c, for programs. */
cki_op cki_ufunc_op(const cki_ufunc *ufunc);

#endif
