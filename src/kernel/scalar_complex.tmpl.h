/* Operations of one complex type that call libm, branch, or order numbers: by real part, then by
 * imaginary part; a number with a NaN part is neither before nor after another. */
static inline T NAME(from)(P _Complex z)
{
    return (T){F(creal)(z), F(cimag)(z)};
}

static inline P _Complex NAME(to)(T a)
{
    union {
        T parts;
        P _Complex z;
    } x = {.parts = a};

    return x.z;
}

static inline bool NAME(nan)(T a)
{
    return (a.re != a.re) | (a.im != a.im);
}

static inline bool NAME(nonzero)(T a)
{
    return (a.re != 0) | (a.im != 0);
}

static inline bool NAME(before)(T a, T b)
{
    return (a.re < b.re && a.im == a.im && b.im == b.im) || (a.re == b.re && a.im < b.im);
}

static inline bool NAME(same)(T a, T b)
{
    return (a.re == b.re) & (a.im == b.im);
}

static inline T NAME(product)(T a, T b)
{
    return (T){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

/* Smith's way: the larger part of the divisor is divided by. */
static inline T NAME(quotient)(T a, T b)
{
    P re = F(fabs)(b.re), im = F(fabs)(b.im), ratio, scale;

    if (re >= im) {
        if (re == 0 && im == 0)
            return (T){a.re / re, a.im / re};
        ratio = b.im / b.re;
        scale = 1 / (b.re + b.im * ratio);
        return (T){(a.re + a.im * ratio) * scale, (a.im - a.re * ratio) * scale};
    }
    ratio = b.re / b.im;
    scale = 1 / (b.im + b.re * ratio);
    return (T){(a.re * ratio + a.im) * scale, (a.im * ratio - a.re) * scale};
}

static inline T NAME(inverse)(T a)
{
    P ratio, d;

    if (F(fabs)(a.im) <= F(fabs)(a.re)) {
        ratio = a.im / a.re;
        d = a.re + a.im * ratio;
        return (T){1 / d, -ratio / d};
    }
    ratio = a.re / a.im;
    d = a.re * ratio + a.im;
    return (T){ratio / d, -1 / d};
}

static inline T NAME(sign_of)(T a)
{
    const T zero = {0, 0};

    return (T){NAME(before)(zero, a)   ? 1
               : NAME(before)(a, zero) ? -1
               : NAME(same)(a, zero)   ? 0
                                       : K(NOT_A_NUMBER),
               0};
}

/* Small whole powers by products, the others by libm; powers of 0 by themselves. */
static inline T NAME(raised)(T a, T b)
{
    const T one = {1, 0}, none = {K(NOT_A_NUMBER), K(NOT_A_NUMBER)};
    T r = one, p = a;
    int n;

    if (!NAME(nonzero)(b))
        return one;
    if (!NAME(nonzero)(a))
        return b.re > 0 && b.im == 0 ? a : none;
    if (b.im == 0 && b.re == 1)
        return a;
    if (b.im == 0 && (b.re == 2 || b.re == 3)) {
        p = NAME(product)(a, a);
        return b.re == 2 ? p : NAME(product)(a, p);
    }
    if (b.im == 0 && b.re > -100 && b.re < 100 && (P)(int)b.re == b.re) {
        n = abs((int)b.re);
        for (; n; n >>= 1) {
            if (n & 1)
                r = NAME(product)(r, p);
            if (n > 1)
                p = NAME(product)(p, p);
        }
        return b.re < 0 ? NAME(quotient)(one, r) : r;
    }
    return NAME(from)(F(cpow)(NAME(to)(a), NAME(to)(b)));
}

static inline T NAME(log_of)(T a, P scale)
{
    T r = NAME(from)(F(clog)(NAME(to)(a)));

    return (T){r.re * scale, r.im * scale};
}

static inline T NAME(expm1_of)(T a)
{
    P half = F(sin)(a.im / 2);

    return (T){F(expm1)(a.re) * F(cos)(a.im) - 2 * half * half, F(exp)(a.re) * F(sin)(a.im)};
}

static inline T NAME(sine_cardinal)(T a)
{
    T y = NAME(nonzero)(a) ? (T){K(PI) * a.re, K(PI) * a.im} : (T){K(PI) * K(TINY), 0};

    return NAME(quotient)(NAME(from)(F(csin)(NAME(to)(y))), y);
}

#define VIA(name, a) NAME(from)(F(name)(NAME(to)(a)))
#define R            T
#define OP           divide
#define EXPR(a, b)   NAME(quotient)(a, b)
#include "kernel/binary_complex.tmpl.h"
#define R          T
#define OP         power
#define EXPR(a, b) NAME(raised)(a, b)
#include "kernel/binary_complex.tmpl.h"
#define R          T
#define OP         maximum
#define EXPR(a, b) (NAME(nan)(a) || NAME(before)(b, a) || NAME(same)(a, b) ? (a) : (b))
#include "kernel/binary_complex.tmpl.h"
#define R          T
#define OP         minimum
#define EXPR(a, b) (NAME(nan)(a) || NAME(before)(a, b) || NAME(same)(a, b) ? (a) : (b))
#include "kernel/binary_complex.tmpl.h"
#define R          T
#define OP         fmax
#define EXPR(a, b) (NAME(nan)(b) || NAME(before)(b, a) || NAME(same)(a, b) ? (a) : (b))
#include "kernel/binary_complex.tmpl.h"
#define R          T
#define OP         fmin
#define EXPR(a, b) (NAME(nan)(b) || NAME(before)(a, b) || NAME(same)(a, b) ? (a) : (b))
#include "kernel/binary_complex.tmpl.h"
#define R          uint8_t
#define OP         less
#define EXPR(a, b) NAME(before)(a, b)
#include "kernel/binary_complex.tmpl.h"
#define R          uint8_t
#define OP         less_equal
#define EXPR(a, b) (NAME(before)(a, b) || NAME(same)(a, b))
#include "kernel/binary_complex.tmpl.h"
#define R          uint8_t
#define OP         greater
#define EXPR(a, b) NAME(before)(b, a)
#include "kernel/binary_complex.tmpl.h"
#define R          uint8_t
#define OP         greater_equal
#define EXPR(a, b) (NAME(before)(b, a) || NAME(same)(a, b))
#include "kernel/binary_complex.tmpl.h"
#define R          uint8_t
#define OP         logical_and
#define EXPR(a, b) (NAME(nonzero)(a) && NAME(nonzero)(b))
#include "kernel/binary_complex.tmpl.h"
#define R          uint8_t
#define OP         logical_or
#define EXPR(a, b) (NAME(nonzero)(a) || NAME(nonzero)(b))
#include "kernel/binary_complex.tmpl.h"
#define R          uint8_t
#define OP         logical_xor
#define EXPR(a, b) (NAME(nonzero)(a) != NAME(nonzero)(b))
#include "kernel/binary_complex.tmpl.h"
#define R       uint8_t
#define OP      logical_not
#define EXPR(a) (!NAME(nonzero)(a))
#include "kernel/unary_complex.tmpl.h"
#define R       P
#define OP      absolute
#define EXPR(a) F(hypot)((a).re, (a).im)
#include "kernel/unary_complex.tmpl.h"
#define R       P
#define OP      angle
#define EXPR(a) F(atan2)((a).im, (a).re)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      sign
#define EXPR(a) NAME(sign_of)(a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      reciprocal
#define EXPR(a) NAME(inverse)(a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      rint
#define EXPR(a) ((T){F(rint)((a).re), F(rint)((a).im)})
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      sqrt
#define EXPR(a) VIA(csqrt, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      exp
#define EXPR(a) VIA(cexp, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      exp2
#define EXPR(a) VIA(cexp, ((T){(a).re * K(LOG2), (a).im * K(LOG2)}))
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      expm1
#define EXPR(a) NAME(expm1_of)(a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      log
#define EXPR(a) VIA(clog, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      log2
#define EXPR(a) NAME(log_of)(a, K(LOG2E))
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      log10
#define EXPR(a) NAME(log_of)(a, K(LOG10E))
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      log1p
#define EXPR(a) ((T){F(log)(F(hypot)((a).re + 1, (a).im)), F(atan2)((a).im, (a).re + 1)})
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      sin
#define EXPR(a) VIA(csin, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      cos
#define EXPR(a) VIA(ccos, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      tan
#define EXPR(a) VIA(ctan, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      arcsin
#define EXPR(a) VIA(casin, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      arccos
#define EXPR(a) VIA(cacos, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      arctan
#define EXPR(a) VIA(catan, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      sinh
#define EXPR(a) VIA(csinh, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      cosh
#define EXPR(a) VIA(ccosh, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      tanh
#define EXPR(a) VIA(ctanh, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      arcsinh
#define EXPR(a) VIA(casinh, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      arccosh
#define EXPR(a) VIA(cacosh, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      arctanh
#define EXPR(a) VIA(catanh, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      sinc
#define EXPR(a) NAME(sine_cardinal)(a)
#include "kernel/unary_complex.tmpl.h"
#undef VIA
