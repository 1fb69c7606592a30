/* Conversions of one real type T to every numeric type. SMALL(a), WIDE(a) and UWIDE(a) are `a` as a
 * number that C converts to (u)int8..32, int64 and uint64 with one result on every machine. */
#define OP      to_b8
#define R       uint8_t
#define EXPR(a) ((a) != 0)
#include "kernel/unary.tmpl.h"
#define OP      to_i8
#define R       int8_t
#define EXPR(a) SMALL(a)
#include "kernel/unary.tmpl.h"
#define OP      to_u8
#define R       uint8_t
#define EXPR(a) SMALL(a)
#include "kernel/unary.tmpl.h"
#define OP      to_i16
#define R       int16_t
#define EXPR(a) SMALL(a)
#include "kernel/unary.tmpl.h"
#define OP      to_u16
#define R       uint16_t
#define EXPR(a) SMALL(a)
#include "kernel/unary.tmpl.h"
#define OP      to_i32
#define R       int32_t
#define EXPR(a) SMALL(a)
#include "kernel/unary.tmpl.h"
#define OP      to_u32
#define R       uint32_t
#define EXPR(a) WIDE(a)
#include "kernel/unary.tmpl.h"
#define OP      to_i64
#define R       int64_t
#define EXPR(a) WIDE(a)
#include "kernel/unary.tmpl.h"
#define OP      to_u64
#define R       uint64_t
#define EXPR(a) UWIDE(a)
#include "kernel/unary.tmpl.h"
#define OP      to_f32
#define R       float
#define EXPR(a) (a)
#include "kernel/unary.tmpl.h"
#define OP      to_f64
#define R       double
#define EXPR(a) (a)
#include "kernel/unary.tmpl.h"
#define OP      to_c64
#define R       cki_c64
#define EXPR(a) ((cki_c64){(float)(a), 0})
#include "kernel/unary_complex.tmpl.h"
#define OP      to_c128
#define R       cki_c128
#define EXPR(a) ((cki_c128){(double)(a), 0})
#include "kernel/unary_complex.tmpl.h"
