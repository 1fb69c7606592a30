/* Comparisons and logical operations of one real type (bool, integers, floats). */
#define OP         less
#define R          uint8_t
#define EXPR(a, b) ((a) < (b))
#include "kernel/binary.tmpl.h"
#define OP         less_equal
#define R          uint8_t
#define EXPR(a, b) ((a) <= (b))
#include "kernel/binary.tmpl.h"
#define OP         greater
#define R          uint8_t
#define EXPR(a, b) ((a) > (b))
#include "kernel/binary.tmpl.h"
#define OP         greater_equal
#define R          uint8_t
#define EXPR(a, b) ((a) >= (b))
#include "kernel/binary.tmpl.h"
#define OP         equal
#define R          uint8_t
#define EXPR(a, b) ((a) == (b))
#include "kernel/binary.tmpl.h"
#define OP         not_equal
#define R          uint8_t
#define EXPR(a, b) ((a) != (b))
#include "kernel/binary.tmpl.h"
#define OP         logical_and
#define R          uint8_t
#define EXPR(a, b) (((a) != 0) & ((b) != 0))
#include "kernel/binary.tmpl.h"
#define OP         logical_or
#define R          uint8_t
#define EXPR(a, b) (((a) != 0) | ((b) != 0))
#include "kernel/binary.tmpl.h"
#define OP         logical_xor
#define R          uint8_t
#define EXPR(a, b) (((a) != 0) ^ ((b) != 0))
#include "kernel/binary.tmpl.h"
#define OP      logical_not
#define R       uint8_t
#define EXPR(a) ((a) == 0)
#include "kernel/unary.tmpl.h"
