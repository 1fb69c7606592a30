/* Loops on datetime64 and timedelta64: 64-bit integers of one unit, where NaT stays NaT, is never
 * equal to anything, and comes out of what has no result.
 */
#include "kernel/each.h"
#include <math.h>

#define T      int64_t
#define D      time
#define NAT(a) ((a) == CKI_NAT)

static inline int64_t plus(int64_t a, int64_t b)
{
    return NAT(a) || NAT(b) ? CKI_NAT : (int64_t)((uint64_t)a + (uint64_t)b);
}

static inline int64_t minus(int64_t a, int64_t b)
{
    return NAT(a) || NAT(b) ? CKI_NAT : (int64_t)((uint64_t)a - (uint64_t)b);
}

static inline int64_t times(int64_t a, int64_t b)
{
    return NAT(a) ? CKI_NAT : (int64_t)((uint64_t)a * (uint64_t)b);
}

static inline int64_t from_real(double x)
{
    return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : CKI_NAT;
}

static inline int64_t floored(int64_t a, int64_t b)
{
    int64_t q = b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;

    return b == -1 ? q : q - (a % b != 0 && (a < 0) != (b < 0));
}

static inline int64_t modulus(int64_t a, int64_t b)
{
    int64_t r = b == -1 ? 0 : a % b;

    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

#define OP         add
#define EXPR(a, b) plus(a, b)
#include "kernel/binary.tmpl.h"
#define OP         subtract
#define EXPR(a, b) minus(a, b)
#include "kernel/binary.tmpl.h"
/* By an integer. */
#define OP         multiply
#define EXPR(a, b) times(a, b)
#include "kernel/binary.tmpl.h"
#define OP         divide
#define EXPR(a, b) (NAT(a) || (b) == 0 ? CKI_NAT : (b) == -1 ? minus(0, a) : (a) / (b))
#include "kernel/binary.tmpl.h"
/* By a duration. */
#define OP         ratio
#define R          double
#define EXPR(a, b) (NAT(a) || NAT(b) ? (double)NAN : (double)(a) / (double)(b))
#include "kernel/binary.tmpl.h"
#define OP         whole_ratio
#define EXPR(a, b) (NAT(a) || NAT(b) || (b) == 0 ? 0 : floored(a, b))
#include "kernel/binary.tmpl.h"
#define OP         remainder
#define EXPR(a, b) (NAT(a) || NAT(b) || (b) == 0 ? CKI_NAT : modulus(a, b))
#include "kernel/binary.tmpl.h"
#define OP         maximum
#define EXPR(a, b) (NAT(a) ? (a) : NAT(b) ? (b) : (a) > (b) ? (a) : (b))
#include "kernel/binary.tmpl.h"
#define OP         minimum
#define EXPR(a, b) (NAT(a) ? (a) : NAT(b) ? (b) : (a) < (b) ? (a) : (b))
#include "kernel/binary.tmpl.h"
#define OP         fmax
#define EXPR(a, b) ((a) > (b) ? (a) : (b)) /* NaT is the smallest number */
#include "kernel/binary.tmpl.h"
#define OP         fmin
#define EXPR(a, b) (NAT(a) ? (b) : NAT(b) ? (a) : (a) < (b) ? (a) : (b))
#include "kernel/binary.tmpl.h"
#define OP         less
#define R          uint8_t
#define EXPR(a, b) (!NAT(a) && !NAT(b) && (a) < (b))
#include "kernel/binary.tmpl.h"
#define OP         less_equal
#define R          uint8_t
#define EXPR(a, b) (!NAT(a) && !NAT(b) && (a) <= (b))
#include "kernel/binary.tmpl.h"
#define OP         greater
#define R          uint8_t
#define EXPR(a, b) (!NAT(a) && !NAT(b) && (a) > (b))
#include "kernel/binary.tmpl.h"
#define OP         greater_equal
#define R          uint8_t
#define EXPR(a, b) (!NAT(a) && !NAT(b) && (a) >= (b))
#include "kernel/binary.tmpl.h"
#define OP         equal
#define R          uint8_t
#define EXPR(a, b) (!NAT(a) && (a) == (b))
#include "kernel/binary.tmpl.h"
#define OP         not_equal
#define R          uint8_t
#define EXPR(a, b) (NAT(a) || (a) != (b))
#include "kernel/binary.tmpl.h"
#define OP      negative
#define EXPR(a) (NAT(a) ? (a) : -(a))
#include "kernel/unary.tmpl.h"
#define OP      positive
#define EXPR(a) (a)
#include "kernel/unary.tmpl.h"
#define OP      absolute
#define EXPR(a) (NAT(a) || (a) > 0 ? (a) : -(a))
#include "kernel/unary.tmpl.h"
#define OP      sign
#define EXPR(a) (((a) > 0) - ((a) < 0))
#include "kernel/unary.tmpl.h"
#define OP      isnat
#define R       uint8_t
#define EXPR(a) NAT(a)
#include "kernel/unary.tmpl.h"
#define OP      isfinite
#define R       uint8_t
#define EXPR(a) (!NAT(a))
#include "kernel/unary.tmpl.h"
#define OP      isinf
#define R       uint8_t
#define EXPR(a) ((void)(a), 0)
#include "kernel/unary.tmpl.h"

static cask_status multiply_real(const cki_call *call)
{
    const int64_t *a = call->in[0];
    const double *b = call->in[1];
    int64_t *r = call->out;

    for (size_t i = 0; i < call->n; i++)
        r[i] = NAT(a[i]) ? CKI_NAT : from_real((double)a[i] * b[i]);
    return CASK_OK;
}

static cask_status divide_real(const cki_call *call)
{
    const int64_t *a = call->in[0];
    const double *b = call->in[1];
    int64_t *r = call->out;

    for (size_t i = 0; i < call->n; i++)
        r[i] = NAT(a[i]) ? CKI_NAT : from_real((double)a[i] / b[i]);
    return CASK_OK;
}

/* A number times a duration. */
static cask_status turned(const cki_call *call, cki_loop *loop)
{
    cki_call other = *call;

    other.in[0] = call->in[1];
    other.in[1] = call->in[0];
    return loop(&other);
}

static cask_status real_multiply(const cki_call *call)
{
    return turned(call, multiply_real);
}

static cask_status whole_multiply(const cki_call *call)
{
    return turned(call, multiply_time);
}

/* Which loop for which operation and types of the second input: 'm' a time, 'q' int64, 'd' float64,
 * ' ' none. A multiplication may have its time second. */
typedef struct time_row {
    cki_op op;
    char second;
    cki_loop *loop;
} time_row;

static const time_row rows[] = {
    {CKI_OP_add, 'm', add_time},
    {CKI_OP_subtract, 'm', subtract_time},
    {CKI_OP_multiply, 'q', multiply_time},
    {CKI_OP_multiply, 'd', multiply_real},
    {CKI_OP_divide, 'q', divide_time},
    {CKI_OP_divide, 'd', divide_real},
    {CKI_OP_divide, 'm', ratio_time},
    {CKI_OP_floor_divide, 'q', divide_time}, /* NumPy cuts here, and floors with a duration */
    {CKI_OP_floor_divide, 'd', divide_real},
    {CKI_OP_floor_divide, 'm', whole_ratio_time},
    {CKI_OP_remainder, 'm', remainder_time},
    {CKI_OP_maximum, 'm', maximum_time},
    {CKI_OP_minimum, 'm', minimum_time},
    {CKI_OP_fmax, 'm', fmax_time},
    {CKI_OP_fmin, 'm', fmin_time},
    {CKI_OP_less, 'm', less_time},
    {CKI_OP_less_equal, 'm', less_equal_time},
    {CKI_OP_greater, 'm', greater_time},
    {CKI_OP_greater_equal, 'm', greater_equal_time},
    {CKI_OP_equal, 'm', equal_time},
    {CKI_OP_not_equal, 'm', not_equal_time},
    {CKI_OP_negative, ' ', negative_time},
    {CKI_OP_positive, ' ', positive_time},
    {CKI_OP_real, ' ', positive_time},
    {CKI_OP_nan_to_num, ' ', positive_time},
    {CKI_OP_absolute, ' ', absolute_time},
    {CKI_OP_sign, ' ', sign_time},
    {CKI_OP_isnat, ' ', isnat_time},
    {CKI_OP_isnan, ' ', isnat_time},
    {CKI_OP_isfinite, ' ', isfinite_time},
    {CKI_OP_isinf, ' ', isinf_time},
};

cki_loop *cki_time_loop(cki_op op, const cki_signature *types)
{
    cki_dtype second = types->in[1];
    bool number_first = !cki_dtype_is_time(types->in[0]);
    char letter;

    if (number_first)
        second = types->in[0];
    letter = cki_dtype_is_time(second) ? 'm'
             : second.id == CASK_F64   ? 'd'
             : second.id == CASK_I64   ? 'q'
                                       : ' ';
    if (number_first && op != CKI_OP_multiply)
        return NULL;
    if (number_first)
        return letter == 'd' ? real_multiply : whole_multiply;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].op == op && rows[i].second == letter)
            return rows[i].loop;
    }
    return NULL;
}
