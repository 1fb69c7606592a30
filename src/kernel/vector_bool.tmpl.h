/* Operations of bool, for which + is "or" and * is "and". */
#define OP         add
#define EXPR(a, b) ((a) | (b))
#include "kernel/binary.tmpl.h"
#define OP         multiply
#define EXPR(a, b) ((a) & (b))
#include "kernel/binary.tmpl.h"
#define OP         bitwise_xor
#define EXPR(a, b) ((a) ^ (b))
#include "kernel/binary.tmpl.h"
#define OP      positive
#define EXPR(a) (a)
#include "kernel/unary.tmpl.h"
#include "kernel/vector_order.tmpl.h"
