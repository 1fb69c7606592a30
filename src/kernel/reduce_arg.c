/* Positions of the smallest and largest elements.
 */
#include "kernel/each.h"
#include "kernel/reduce_loop.h"
#include <string.h>

enum { ROWS = 64 }; /* at a time */

/* The types of the templates' names. */
enum {
    ID_i8 = CASK_I8,
    ID_u8 = CASK_U8,
    ID_i16 = CASK_I16,
    ID_u16 = CASK_U16,
    ID_i32 = CASK_I32,
    ID_u32 = CASK_U32,
    ID_i64 = CASK_I64,
    ID_u64 = CASK_U64,
    ID_f32 = CASK_F32,
    ID_f64 = CASK_F64,
    ID_c64 = CASK_C64,
    ID_c128 = CASK_C128,
    ID_time = CASK_DATETIME
};

#define CKI_TEMPLATE "kernel/arg_extreme.tmpl.h"
#define BEFORE(a, b) ((a) < (b))
#define NONE(a)      0
#define SKIP         0
#include "kernel/each_int.h"
#undef NONE
#define NONE(a) ((a) != (a))
#include "kernel/each_float.h"
#undef SKIP
#define SKIP 1
#include "kernel/each_float.h"
#undef NONE
#undef BEFORE

#define NONE(a) (((a).re != (a).re) | ((a).im != (a).im))
#define BEFORE(a, b)                                                                               \
    (!NONE(a) && !NONE(b) && ((a).re < (b).re || ((a).re == (b).re && (a).im < (b).im)))
#include "kernel/each_complex.h"
#undef SKIP
#define SKIP 0
#include "kernel/each_complex.h"
#undef NONE
#undef BEFORE

#define D            time
#define T            int64_t
#define NONE(a)      ((a) == CKI_NAT)
#define BEFORE(a, b) (!NONE(a) && !NONE(b) && (a) < (b))
#include "kernel/arg_extreme.tmpl.h"
#undef SKIP
#define SKIP 1
#include "kernel/arg_extreme.tmpl.h"

#define LOOPS(op, d)                                                                               \
    {                                                                                              \
        op##_rows_##d, op##_columns_##d, NULL                                                      \
    }
#define INTS(op)                                                                                   \
    [CASK_BOOL] = LOOPS(op, u8), [CASK_I8] = LOOPS(op, i8), [CASK_U8] = LOOPS(op, u8),             \
    [CASK_I16] = LOOPS(op, i16), [CASK_U16] = LOOPS(op, u16), [CASK_I32] = LOOPS(op, i32),         \
    [CASK_U32] = LOOPS(op, u32), [CASK_I64] = LOOPS(op, i64), [CASK_U64] = LOOPS(op, u64)
#define OTHERS(op)                                                                                 \
    [CASK_F32] = LOOPS(op, f32), [CASK_F64] = LOOPS(op, f64), [CASK_C64] = LOOPS(op, c64),         \
    [CASK_C128] = LOOPS(op, c128), [CASK_DATETIME] = LOOPS(op, time),                              \
    [CASK_TIMEDELTA] = LOOPS(op, time)

const cki_reduce_table cki_reduce_arg_table[CKI_REDUCE_KINDS] = {
    [CKI_REDUCE_ARGMIN] = {{INTS(argmin_0), OTHERS(argmin_0)}, {OTHERS(argmin_1)}},
    [CKI_REDUCE_ARGMAX] = {{INTS(argmax_0), OTHERS(argmax_0)}, {OTHERS(argmax_1)}},
};
