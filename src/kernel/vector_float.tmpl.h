/* Vectorisable operations of one real floating type. Maximum and minimum pass NaN on, fmax and fmin
 * pass it over. */
#define OP         add
#define EXPR(a, b) ((a) + (b))
#include "kernel/binary.tmpl.h"
#define OP         subtract
#define EXPR(a, b) ((a) - (b))
#include "kernel/binary.tmpl.h"
#define OP         multiply
#define EXPR(a, b) ((a) * (b))
#include "kernel/binary.tmpl.h"
#define OP         divide
#define EXPR(a, b) ((a) / (b))
#include "kernel/binary.tmpl.h"
#define OP      negative
#define EXPR(a) (-(a))
#include "kernel/unary.tmpl.h"
#define OP      positive
#define EXPR(a) (a)
#include "kernel/unary.tmpl.h"
#define OP      absolute
#define EXPR(a) F(fabs)(a)
#include "kernel/unary.tmpl.h"
#define OP      sign
#define EXPR(a) ((a) > 0 ? 1 : (a) < 0 ? -1 : (a) == 0 ? 0 : (a))
#include "kernel/unary.tmpl.h"
#define OP      square
#define EXPR(a) ((a) * (a))
#include "kernel/unary.tmpl.h"
#define OP      cube
#define EXPR(a) ((a) * (a) * (a))
#include "kernel/unary.tmpl.h"
#define OP      sqrt
#define EXPR(a) F(sqrt)(a)
#include "kernel/unary.tmpl.h"
#define OP      reciprocal
#define EXPR(a) (1 / (a))
#include "kernel/unary.tmpl.h"
#define OP      floor
#define EXPR(a) F(floor)(a)
#include "kernel/unary.tmpl.h"
#define OP      ceil
#define EXPR(a) F(ceil)(a)
#include "kernel/unary.tmpl.h"
#define OP      trunc
#define EXPR(a) F(trunc)(a)
#include "kernel/unary.tmpl.h"
#define OP      rint
#define EXPR(a) F(rint)(a)
#include "kernel/unary.tmpl.h"
#define OP         maximum
#define EXPR(a, b) ((a) >= (b) || (a) != (a) ? (a) : (b))
#include "kernel/binary.tmpl.h"
#define OP         minimum
#define EXPR(a, b) ((a) <= (b) || (a) != (a) ? (a) : (b))
#include "kernel/binary.tmpl.h"
#define OP         fmax
#define EXPR(a, b) ((a) >= (b) || (b) != (b) ? (a) : (b))
#include "kernel/binary.tmpl.h"
#define OP         fmin
#define EXPR(a, b) ((a) <= (b) || (b) != (b) ? (a) : (b))
#include "kernel/binary.tmpl.h"
#define OP      isfinite
#define R       uint8_t
#define EXPR(a) (F(fabs)(a) < K(UNBOUNDED))
#include "kernel/unary.tmpl.h"
#define OP      isinf
#define R       uint8_t
#define EXPR(a) (F(fabs)(a) == K(UNBOUNDED))
#include "kernel/unary.tmpl.h"
#define OP      isnan
#define R       uint8_t
#define EXPR(a) ((a) != (a))
#include "kernel/unary.tmpl.h"
#define OP      isneginf
#define R       uint8_t
#define EXPR(a) ((a) == -K(UNBOUNDED))
#include "kernel/unary.tmpl.h"
#define OP      isposinf
#define R       uint8_t
#define EXPR(a) ((a) == K(UNBOUNDED))
#include "kernel/unary.tmpl.h"
#define OP      signbit
#define R       uint8_t
#define EXPR(a) (F(copysign)(1, a) < 0)
#include "kernel/unary.tmpl.h"
#define OP         copysign
#define EXPR(a, b) F(copysign)(a, b)
#include "kernel/binary.tmpl.h"
#define OP      deg2rad
#define EXPR(a) ((a)*K(DEGREE))
#include "kernel/unary.tmpl.h"
#define OP      rad2deg
#define EXPR(a) ((a)*K(RADIAN))
#include "kernel/unary.tmpl.h"
#define OP nan_to_num
#define EXPR(a)                                                                                    \
    ((a) != (a) ? 0 : (a) > K(LARGEST) ? K(LARGEST) : (a) < -K(LARGEST) ? -K(LARGEST) : (a))
#include "kernel/unary.tmpl.h"
#include "kernel/vector_order.tmpl.h"
