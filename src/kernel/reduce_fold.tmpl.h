/* Folds: sums and products of integers and durations, minima and maxima, any, all and counts, for
 * one instruction set: ISA is in the table's name, the including file is compiled for it. */
#include "kernel/each.h"
#include "kernel/reduce_loop.h"
#include <math.h>
#include <string.h>

#if defined(__AVX2__)
#define WIDE_BYTES 32
#else
#define WIDE_BYTES 16
#endif

/* ---- minima and maxima ---- */

#define WIDE         0
#define SKIP         0
#define NONE(a)      0
#define LESS(a, b)   ((a) < (b))
#define HIGHEST      (T)(S ? (U)-1 >> 1 : (U)-1)
#define LOWEST       (T)(S ? (U)1 << (BITS - 1) : 0)
#define CKI_TEMPLATE "kernel/fold_extreme.tmpl.h"
#include "kernel/each_int.h"
#undef NONE
#undef HIGHEST
#undef LOWEST

#undef WIDE
#define WIDE    1
#define NONE(a) ((a) != (a))
#define HIGHEST ((T)HUGE_VAL)
#define LOWEST  (-(T)HUGE_VAL)
#include "kernel/each_float.h"
#undef SKIP
#undef HIGHEST
#undef LOWEST
#define SKIP    1
#define HIGHEST ((T)NAN)
#define LOWEST  ((T)NAN)
#include "kernel/each_float.h"
#undef SKIP
#undef NONE
#undef LESS
#undef HIGHEST
#undef LOWEST

/* Complex numbers are ordered by real part, then by imaginary part. */
#undef WIDE
#define WIDE    0
#define SKIP    0
#define NONE(a) (((a).re != (a).re) | ((a).im != (a).im))
#define LESS(a, b)                                                                                 \
    ((((a).re < (b).re) & ((a).im == (a).im) & ((b).im == (b).im)) |                               \
     (((a).re == (b).re) & ((a).im < (b).im)))
#define HIGHEST                                                                                    \
    {                                                                                              \
        (P) HUGE_VAL, (P)HUGE_VAL                                                                  \
    }
#define LOWEST                                                                                     \
    {                                                                                              \
        -(P)HUGE_VAL, -(P)HUGE_VAL                                                                 \
    }
#include "kernel/each_complex.h"
#undef SKIP
#undef HIGHEST
#undef LOWEST
#define SKIP 1
#define HIGHEST                                                                                    \
    {                                                                                              \
        (P) NAN, (P)NAN                                                                            \
    }
#define LOWEST                                                                                     \
    {                                                                                              \
        (P) NAN, (P)NAN                                                                            \
    }
#include "kernel/each_complex.h"
#undef SKIP
#undef NONE
#undef LESS
#undef HIGHEST
#undef LOWEST

#undef WIDE
#define WIDE       1
#define D          time
#define T          int64_t
#define SKIP       0
#define NONE(a)    ((a) == CKI_NAT)
#define LESS(a, b) (((a) < (b)) & ((a) != CKI_NAT))
#define HIGHEST    INT64_MAX
#define LOWEST     (-INT64_MAX)
#include "kernel/fold_extreme.tmpl.h"
#undef SKIP
#undef HIGHEST
#undef LOWEST
#define SKIP    1
#define HIGHEST CKI_NAT
#define LOWEST  CKI_NAT
#include "kernel/fold_extreme.tmpl.h"
#undef SKIP
#undef LESS
#undef HIGHEST
#undef LOWEST

/* ---- sums and products; NaT stays ---- */

#undef WIDE
#define WIDE 0

#define A           int64_t
#define OP          sum
#define IDENTITY    0
#define STEP(a, x)  ((NONE(a) | NONE(x)) ? CKI_NAT : (int64_t)((uint64_t)(a) + (uint64_t)(x)))
#define MERGE(a, x) STEP(a, x)
#include "kernel/fold.tmpl.h"
#undef A
#undef NONE
#undef T
#undef D

#define D           u64
#define T           uint64_t
#define A           uint64_t
#define OP          sum
#define IDENTITY    0
#define STEP(a, x)  ((a) + (x))
#define MERGE(a, x) STEP(a, x)
#include "kernel/fold.tmpl.h"
#define OP          prod
#define IDENTITY    1
#define STEP(a, x)  ((a) * (x))
#define MERGE(a, x) STEP(a, x)
#include "kernel/fold.tmpl.h"
#undef A
#undef T
#undef D

/* ---- truth ---- */

#define D           b8
#define T           uint8_t
#define A           uint8_t
#define OP          any
#define IDENTITY    0
#define STEP(a, x)  (uint8_t)((a) | (x))
#define MERGE(a, x) STEP(a, x)
#include "kernel/fold.tmpl.h"
#define OP          all
#define IDENTITY    1
#define STEP(a, x)  (uint8_t)((a) & (x))
#define MERGE(a, x) STEP(a, x)
#include "kernel/fold.tmpl.h"
#undef A
#define A           int64_t
#define OP          count
#define IDENTITY    0
#define STEP(a, x)  ((a) + (x))
#define MERGE(a, b) ((a) + (b))
#include "kernel/fold.tmpl.h"

#define LOOPS(op, d)                                                                               \
    {                                                                                              \
        op##_rows_##d, op##_columns_##d, &op##_identity_##d                                        \
    }
#define INTS(op)                                                                                   \
    [CASK_BOOL] = LOOPS(op, u8), [CASK_I8] = LOOPS(op, i8), [CASK_U8] = LOOPS(op, u8),             \
    [CASK_I16] = LOOPS(op, i16), [CASK_U16] = LOOPS(op, u16), [CASK_I32] = LOOPS(op, i32),         \
    [CASK_U32] = LOOPS(op, u32), [CASK_I64] = LOOPS(op, i64), [CASK_U64] = LOOPS(op, u64)
#define OTHERS(op)                                                                                 \
    [CASK_F32] = LOOPS(op, f32), [CASK_F64] = LOOPS(op, f64), [CASK_C64] = LOOPS(op, c64),         \
    [CASK_C128] = LOOPS(op, c128), [CASK_DATETIME] = LOOPS(op, time),                              \
    [CASK_TIMEDELTA] = LOOPS(op, time)

const cki_reduce_table CKI_GLUE(cki_reduce_fold, ISA)[CKI_REDUCE_KINDS] = {
    [CKI_REDUCE_SUM] = {{[CASK_I64] = LOOPS(sum, u64),
                         [CASK_U64] = LOOPS(sum, u64),
                         [CASK_TIMEDELTA] = LOOPS(sum, time)}},
    [CKI_REDUCE_PROD] = {{[CASK_I64] = LOOPS(prod, u64), [CASK_U64] = LOOPS(prod, u64)}},
    [CKI_REDUCE_MIN] = {{INTS(min_0), OTHERS(min_0)}, {OTHERS(min_1)}},
    [CKI_REDUCE_MAX] = {{INTS(max_0), OTHERS(max_0)}, {OTHERS(max_1)}},
    [CKI_REDUCE_ANY] = {{[CASK_BOOL] = LOOPS(any, b8)}},
    [CKI_REDUCE_ALL] = {{[CASK_BOOL] = LOOPS(all, b8)}},
    [CKI_REDUCE_COUNT] = {{[CASK_BOOL] = LOOPS(count, b8)}},
};
