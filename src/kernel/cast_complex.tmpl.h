/* Conversions of one complex type: to bool, to the other complex type, and to the real ones by
 * dropping the imaginary part. */
#define OP      to_b8
#define R       uint8_t
#define EXPR(a) (uint8_t)(((a).re != 0) | ((a).im != 0))
#include "kernel/unary_complex.tmpl.h"
#define OP      to_i8
#define R       int8_t
#define EXPR(a) (int8_t) SMALL((a).re)
#include "kernel/unary_complex.tmpl.h"
#define OP      to_u8
#define R       uint8_t
#define EXPR(a) (uint8_t) SMALL((a).re)
#include "kernel/unary_complex.tmpl.h"
#define OP      to_i16
#define R       int16_t
#define EXPR(a) (int16_t) SMALL((a).re)
#include "kernel/unary_complex.tmpl.h"
#define OP      to_u16
#define R       uint16_t
#define EXPR(a) (uint16_t) SMALL((a).re)
#include "kernel/unary_complex.tmpl.h"
#define OP      to_i32
#define R       int32_t
#define EXPR(a) (int32_t) SMALL((a).re)
#include "kernel/unary_complex.tmpl.h"
#define OP      to_u32
#define R       uint32_t
#define EXPR(a) (uint32_t) WIDE((a).re)
#include "kernel/unary_complex.tmpl.h"
#define OP      to_i64
#define R       int64_t
#define EXPR(a) (int64_t) WIDE((a).re)
#include "kernel/unary_complex.tmpl.h"
#define OP      to_u64
#define R       uint64_t
#define EXPR(a) (uint64_t) UWIDE((a).re)
#include "kernel/unary_complex.tmpl.h"
#define OP      to_f32
#define R       float
#define EXPR(a) (float)((a).re)
#include "kernel/unary_complex.tmpl.h"
#define OP      to_f64
#define R       double
#define EXPR(a) (double)((a).re)
#include "kernel/unary_complex.tmpl.h"
#define OP      to_c64
#define R       cki_c64
#define EXPR(a) ((cki_c64){(float)(a).re, (float)(a).im})
#include "kernel/unary_complex.tmpl.h"
#define OP      to_c128
#define R       cki_c128
#define EXPR(a) ((cki_c128){(double)(a).re, (double)(a).im})
#include "kernel/unary_complex.tmpl.h"
