/* Vectorisable operations of one complex type, by parts. */
static inline T NAME(sum)(T a, T b)
{
    return (T){a.re + b.re, a.im + b.im};
}

static inline T NAME(difference)(T a, T b)
{
    return (T){a.re - b.re, a.im - b.im};
}

static inline T NAME(product)(T a, T b)
{
    return (T){CKI_ROUNDED(a.re * b.re) - CKI_ROUNDED(a.im * b.im),
               CKI_ROUNDED(a.re * b.im) + CKI_ROUNDED(a.im * b.re)};
}

static inline P NAME(number)(P a)
{
    const P top = sizeof a == 4 ? (P)FLT_MAX : (P)DBL_MAX;

    return isnan(a) ? 0 : a > top ? top : a < -top ? -top : a;
}

#define R          T
#define OP         add
#define EXPR(a, b) NAME(sum)(a, b)
#include "kernel/binary_complex.tmpl.h"
#define R          T
#define OP         subtract
#define EXPR(a, b) NAME(difference)(a, b)
#include "kernel/binary_complex.tmpl.h"
#define R          T
#define OP         multiply
#define EXPR(a, b) NAME(product)(a, b)
#include "kernel/binary_complex.tmpl.h"
#define R       T
#define OP      negative
#define EXPR(a) ((T){-(a).re, -(a).im})
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      positive
#define EXPR(a) (a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      conjugate
#define EXPR(a) ((T){(a).re, -(a).im})
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      square
#define EXPR(a) NAME(product)(a, a)
#include "kernel/unary_complex.tmpl.h"
#define R       T
#define OP      nan_to_num
#define EXPR(a) ((T){NAME(number)((a).re), NAME(number)((a).im)})
#include "kernel/unary_complex.tmpl.h"
#define R       P
#define OP      real
#define EXPR(a) ((a).re)
#include "kernel/unary_complex.tmpl.h"
#define R       P
#define OP      imag
#define EXPR(a) ((a).im)
#include "kernel/unary_complex.tmpl.h"
#define R          uint8_t
#define OP         equal
#define EXPR(a, b) (uint8_t)(((a).re == (b).re) & ((a).im == (b).im))
#include "kernel/binary_complex.tmpl.h"
#define R          uint8_t
#define OP         not_equal
#define EXPR(a, b) (uint8_t)(((a).re != (b).re) | ((a).im != (b).im))
#include "kernel/binary_complex.tmpl.h"
#define R       uint8_t
#define OP      isreal
#define EXPR(a) (uint8_t)((a).im == 0)
#include "kernel/unary_complex.tmpl.h"
#define R       uint8_t
#define OP      iscomplex
#define EXPR(a) (uint8_t)((a).im != 0)
#include "kernel/unary_complex.tmpl.h"
#define R       uint8_t
#define OP      isnan
#define EXPR(a) (uint8_t)(((a).re != (a).re) | ((a).im != (a).im))
#include "kernel/unary_complex.tmpl.h"
#define R       uint8_t
#define OP      isinf
#define EXPR(a) (uint8_t)((F(fabs)((a).re) == K(UNBOUNDED)) | (F(fabs)((a).im) == K(UNBOUNDED)))
#include "kernel/unary_complex.tmpl.h"
#define R       uint8_t
#define OP      isfinite
#define EXPR(a) (uint8_t)((F(fabs)((a).re) < K(UNBOUNDED)) & (F(fabs)((a).im) < K(UNBOUNDED)))
#include "kernel/unary_complex.tmpl.h"
