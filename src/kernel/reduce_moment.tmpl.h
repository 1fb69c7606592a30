/* Sums, products and variances of floating numbers, all in double precision, for one instruction
 * set: ISA is in the table's name, the including file is compiled for it. */
#include "kernel/each.h"
#include "kernel/reduce_loop.h"
#include <math.h>

/* ---- real ---- */

static inline void keep_real(double *a, double *b, double x)
{
    cki_reduce_add(a, b, x);
}

#define D              f64
#define T              double
#define ZERO           0
#define NUMBER(x)      ((x) == (x))
#define ADD(a, b)      ((a) + (b))
#define SUBTRACT(a, b) ((a) - (b))
#define TIMES(a, b)    ((a) * (b))
#define SQUARED(d, e)  ((d) * (e))
#define SCALED(d, s)   ((d) / (s))
#define SHARED(d, s)   ((d) * (s))
#define KEEP           keep_real
#define SKIP           0
#define CHOSEN(x)      (x)
#include "kernel/moment.tmpl.h"
#undef SKIP
#undef CHOSEN
#define SKIP      1
#define CHOSEN(x) (NUMBER(x) ? (x) : 0)
#include "kernel/moment.tmpl.h"
#undef SKIP
#undef CHOSEN
#undef D
#undef T
#undef ZERO
#undef NUMBER
#undef ADD
#undef SUBTRACT
#undef TIMES
#undef SQUARED
#undef SCALED
#undef SHARED
#undef KEEP

/* ---- complex ---- */

static inline cki_c128 add_complex(cki_c128 a, cki_c128 b)
{
    return (cki_c128){a.re + b.re, a.im + b.im};
}

static inline cki_c128 subtract_complex(cki_c128 a, cki_c128 b)
{
    return (cki_c128){a.re - b.re, a.im - b.im};
}

static inline cki_c128 multiply_complex(cki_c128 a, cki_c128 b)
{
    return (cki_c128){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static inline void keep_complex(cki_c128 *a, cki_c128 *b, cki_c128 x)
{
    cki_reduce_add(&a->re, &b->re, x.re);
    cki_reduce_add(&a->im, &b->im, x.im);
}

static inline bool number_complex(cki_c128 x)
{
    return (x.re == x.re) & (x.im == x.im);
}

#define D c128
#define T cki_c128
#define ZERO                                                                                       \
    {                                                                                              \
        0, 0                                                                                       \
    }
#define NUMBER(x)      number_complex(x)
#define ADD(a, b)      add_complex(a, b)
#define SUBTRACT(a, b) subtract_complex(a, b)
#define TIMES(a, b)    multiply_complex(a, b)
#define SQUARED(d, e)  ((d).re * (e).re + (d).im * (e).im)
#define SCALED(d, s)   ((cki_c128){(d).re / (s), (d).im / (s)})
#define SHARED(d, s)   ((cki_c128){(d).re * (s), (d).im * (s)})
#define KEEP           keep_complex
#define SKIP           0
#define CHOSEN(x)      (x)
#include "kernel/moment.tmpl.h"
#undef SKIP
#undef CHOSEN
#define SKIP      1
#define CHOSEN(x) (NUMBER(x) ? (x) : (cki_c128){0, 0})
#include "kernel/moment.tmpl.h"

static const double one = 1;
static const cki_c128 complex_one = {1, 0};

#define LOOPS(op, skip, one_real, one_complex)                                                     \
    {                                                                                              \
        [CASK_F64] = {op##_rows_f64_##skip, op##_columns_f64_##skip, one_real},                    \
        [CASK_C128] = {op##_rows_c128_##skip, op##_columns_c128_##skip, one_complex},              \
    }

const cki_reduce_table CKI_GLUE(cki_reduce_moment, ISA)[CKI_REDUCE_KINDS] = {
    [CKI_REDUCE_SUM] = {LOOPS(sum, 0, NULL, NULL), LOOPS(sum, 1, NULL, NULL)},
    [CKI_REDUCE_PROD] = {LOOPS(prod, 0, &one, &complex_one), LOOPS(prod, 1, &one, &complex_one)},
    [CKI_REDUCE_VAR] = {LOOPS(var, 0, NULL, NULL), LOOPS(var, 1, NULL, NULL)},
};
