/* Template: rows from elements of type FROM (its suffix, and IN its C type) to each number type. */
#define TO  bool
#define OUT uint8_t
#include "value/array_cast_pair.tmpl.h"
#define TO  i8
#define OUT int8_t
#include "value/array_cast_pair.tmpl.h"
#define TO  u8
#define OUT uint8_t
#include "value/array_cast_pair.tmpl.h"
#define TO  i16
#define OUT int16_t
#include "value/array_cast_pair.tmpl.h"
#define TO  u16
#define OUT uint16_t
#include "value/array_cast_pair.tmpl.h"
#define TO  i32
#define OUT int32_t
#include "value/array_cast_pair.tmpl.h"
#define TO  u32
#define OUT uint32_t
#include "value/array_cast_pair.tmpl.h"
#define TO  i64
#define OUT int64_t
#include "value/array_cast_pair.tmpl.h"
#define TO  u64
#define OUT uint64_t
#include "value/array_cast_pair.tmpl.h"
#define TO  f16
#define OUT uint16_t
#include "value/array_cast_pair.tmpl.h"
#define TO  f32
#define OUT float
#include "value/array_cast_pair.tmpl.h"
#define TO  f64
#define OUT double
#include "value/array_cast_pair.tmpl.h"
#define TO  c64
#define OUT float _Complex
#include "value/array_cast_pair.tmpl.h"
#define TO  c128
#define OUT double _Complex
#include "value/array_cast_pair.tmpl.h"
#undef FROM
#undef IN
#undef CLASS
