/* Vectorisable operations of one integer type. Sums, products and shifts go through the unsigned
 * twin: NumPy wraps around. */
#define OP         add
#define EXPR(a, b) (U)((W)(a) + (W)(b))
#include "kernel/binary.tmpl.h"
#define OP         subtract
#define EXPR(a, b) (U)((W)(a) - (W)(b))
#include "kernel/binary.tmpl.h"
#define OP         multiply
#define EXPR(a, b) (U)((W)(a) * (W)(b))
#include "kernel/binary.tmpl.h"
#define OP      negative
#define EXPR(a) (U)(0 - (W)(a))
#include "kernel/unary.tmpl.h"
#define OP      positive
#define EXPR(a) (a)
#include "kernel/unary.tmpl.h"
#define OP      absolute
#define EXPR(a) (U)(S && (a) < 1 ? 0 - (W)(a) : (W)(a))
#include "kernel/unary.tmpl.h"
#define OP      sign
#define EXPR(a) (((a) > 0) - (S && (a) < 1 && (a) != 0))
#include "kernel/unary.tmpl.h"
#define OP      square
#define EXPR(a) (U)((W)(a) * (W)(a))
#include "kernel/unary.tmpl.h"
#define OP      cube
#define EXPR(a) (U)((W)(a) * (W)(a) * (W)(a))
#include "kernel/unary.tmpl.h"
#define OP         maximum
#define EXPR(a, b) ((a) > (b) ? (a) : (b))
#include "kernel/binary.tmpl.h"
#define OP         minimum
#define EXPR(a, b) ((a) < (b) ? (a) : (b))
#include "kernel/binary.tmpl.h"
#define OP         bitwise_and
#define EXPR(a, b) ((a) & (b))
#include "kernel/binary.tmpl.h"
#define OP         bitwise_or
#define EXPR(a, b) ((a) | (b))
#include "kernel/binary.tmpl.h"
#define OP         bitwise_xor
#define EXPR(a, b) ((a) ^ (b))
#include "kernel/binary.tmpl.h"
#define OP      invert
#define EXPR(a) (~(a))
#include "kernel/unary.tmpl.h"
/* A shift by the width or more (a negative one counts as such) leaves no bit, or only the sign. */
#define OP         left_shift
#define EXPR(a, b) ((U)(b) < BITS ? (U)((W)(a) << ((U)(b) & (BITS - 1))) : (U)0)
#include "kernel/binary.tmpl.h"
#define OP right_shift
#define EXPR(a, b)                                                                                 \
    ((U)((a) >> ((U)(b) < BITS ? (U)(b) : BITS - 1)) & ((U)(b) < BITS || S ? (U)-1 : 0))
#include "kernel/binary.tmpl.h"
#include "kernel/vector_order.tmpl.h"
