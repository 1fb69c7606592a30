/* Operations of one real floating type that call libm for each element. */
static inline T NAME(modulus)(T a, T b)
{
    T r = F(fmod)(a, b);

    if (b == 0)
        return r;
    if (r == 0)
        return F(copysign)(0, b);
    return (b < 0) != (r < 0) ? r + b : r;
}

/* The floor of a / b that goes with the modulus. */
static inline T NAME(quotient)(T a, T b)
{
    T r = F(fmod)(a, b), q, whole;

    if (b == 0)
        return a / b;
    q = (a - r) / b;
    if (r != 0 && (b < 0) != (r < 0))
        q -= 1;
    if (q == 0)
        return F(copysign)(0, a / b);
    whole = F(floor)(q);
    return q - whole > K(0.5) ? whole + 1 : whole;
}

static inline T NAME(log_of_sum)(T a, T b)
{
    T d = a - b;

    if (a == b) /* infinities of one sign too */
        return a + K(LOG2);
    return d > 0 ? a + F(log1p)(F(exp)(-d)) : d <= 0 ? b + F(log1p)(F(exp)(d)) : d;
}

static inline T NAME(log2_of_sum)(T a, T b)
{
    T d = a - b;

    if (a == b)
        return a + 1;
    return d > 0    ? a + K(LOG2E) * F(log1p)(F(exp2)(-d))
           : d <= 0 ? b + K(LOG2E) * F(log1p)(F(exp2)(d))
                    : d;
}

static inline T NAME(sine_cardinal)(T a)
{
    T y = K(PI) * (a == 0 ? K(TINY) : a);

    return F(sin)(y) / y;
}

static inline T NAME(fraction)(T a)
{
    return F(copysign)(F(fabs)(a) == K(UNBOUNDED) ? 0 : a - F(trunc)(a), a);
}

static inline T NAME(mantissa)(T a)
{
    int exponent;

    return F(frexp)(a, &exponent);
}

static inline int32_t NAME(exponent)(T a)
{
    int exponent = 0;

    F(frexp)(a, &exponent);
    return isfinite(a) ? exponent : 0;
}

#define OP         floor_divide
#define EXPR(a, b) NAME(quotient)(a, b)
#include "kernel/binary.tmpl.h"
#define OP         remainder
#define EXPR(a, b) NAME(modulus)(a, b)
#include "kernel/binary.tmpl.h"
#define OP         fmod
#define EXPR(a, b) F(fmod)(a, b)
#include "kernel/binary.tmpl.h"
#define OP         power
#define EXPR(a, b) F(pow)(a, b)
#include "kernel/binary.tmpl.h"
#define OP         logaddexp
#define EXPR(a, b) NAME(log_of_sum)(a, b)
#include "kernel/binary.tmpl.h"
#define OP         logaddexp2
#define EXPR(a, b) NAME(log2_of_sum)(a, b)
#include "kernel/binary.tmpl.h"
#define OP         arctan2
#define EXPR(a, b) F(atan2)(a, b)
#include "kernel/binary.tmpl.h"
#define OP         hypot
#define EXPR(a, b) F(hypot)(a, b)
#include "kernel/binary.tmpl.h"
#define OP         nextafter
#define EXPR(a, b) F(nextafter)(a, b)
#include "kernel/binary.tmpl.h"
#define OP         heaviside
#define EXPR(a, b) ((a) != (a) ? (a) : (a) == 0 ? (b) : (a) < 0 ? 0 : 1)
#include "kernel/binary.tmpl.h"
#define OP      cbrt
#define EXPR(a) F(cbrt)(a)
#include "kernel/unary.tmpl.h"
#define OP      exp
#define EXPR(a) F(exp)(a)
#include "kernel/unary.tmpl.h"
#define OP      exp2
#define EXPR(a) F(exp2)(a)
#include "kernel/unary.tmpl.h"
#define OP      expm1
#define EXPR(a) F(expm1)(a)
#include "kernel/unary.tmpl.h"
#define OP      log
#define EXPR(a) F(log)(a)
#include "kernel/unary.tmpl.h"
#define OP      log2
#define EXPR(a) F(log2)(a)
#include "kernel/unary.tmpl.h"
#define OP      log10
#define EXPR(a) F(log10)(a)
#include "kernel/unary.tmpl.h"
#define OP      log1p
#define EXPR(a) F(log1p)(a)
#include "kernel/unary.tmpl.h"
#define OP      sin
#define EXPR(a) F(sin)(a)
#include "kernel/unary.tmpl.h"
#define OP      cos
#define EXPR(a) F(cos)(a)
#include "kernel/unary.tmpl.h"
#define OP      tan
#define EXPR(a) F(tan)(a)
#include "kernel/unary.tmpl.h"
#define OP      arcsin
#define EXPR(a) F(asin)(a)
#include "kernel/unary.tmpl.h"
#define OP      arccos
#define EXPR(a) F(acos)(a)
#include "kernel/unary.tmpl.h"
#define OP      arctan
#define EXPR(a) F(atan)(a)
#include "kernel/unary.tmpl.h"
#define OP      sinh
#define EXPR(a) F(sinh)(a)
#include "kernel/unary.tmpl.h"
#define OP      cosh
#define EXPR(a) F(cosh)(a)
#include "kernel/unary.tmpl.h"
#define OP      tanh
#define EXPR(a) F(tanh)(a)
#include "kernel/unary.tmpl.h"
#define OP      arcsinh
#define EXPR(a) F(asinh)(a)
#include "kernel/unary.tmpl.h"
#define OP      arccosh
#define EXPR(a) F(acosh)(a)
#include "kernel/unary.tmpl.h"
#define OP      arctanh
#define EXPR(a) F(atanh)(a)
#include "kernel/unary.tmpl.h"
#define OP      sinc
#define EXPR(a) NAME(sine_cardinal)(a)
#include "kernel/unary.tmpl.h"
#define OP      i0
#define EXPR(a) bessel((double)(a))
#include "kernel/unary.tmpl.h"
#define OP      spacing
#define EXPR(a) (F(nextafter)(a, (a) < 0 ? -K(UNBOUNDED) : K(UNBOUNDED)) - (a))
#include "kernel/unary.tmpl.h"
#define OP      angle
#define EXPR(a) F(atan2)(0, a)
#include "kernel/unary.tmpl.h"
#define OP      modf_fraction
#define EXPR(a) NAME(fraction)(a)
#include "kernel/unary.tmpl.h"
#define OP      modf_integer
#define EXPR(a) F(trunc)(a)
#include "kernel/unary.tmpl.h"
#define OP      frexp_mantissa
#define EXPR(a) NAME(mantissa)(a)
#include "kernel/unary.tmpl.h"
#define OP      frexp_exponent
#define R       int32_t
#define EXPR(a) NAME(exponent)(a)
#include "kernel/unary.tmpl.h"

/* The second input is int64 for every type of the first. */
static cask_status NAME(ldexp)(const cki_call *call)
{
    const T *a = call->in[0];
    const int64_t *b = call->in[1];
    T *r = call->out;
    size_t n = call->n;

    for (size_t i = 0; i < n; i++)
        r[i] = F(ldexp)(a[i], b[i] > INT_MAX ? INT_MAX : b[i] < INT_MIN ? INT_MIN : (int)b[i]);
    return CASK_OK;
}
