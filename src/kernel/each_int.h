/* Includes the file named by CKI_TEMPLATE once for each integer type: T, its unsigned twin U, W to
 * compute in without overflow, S (whether signed), BITS and D, the suffix of its names. */
#define D    i8
#define T    int8_t
#define U    uint8_t
#define W    uint32_t
#define S    1
#define BITS 8
#include CKI_TEMPLATE
#include "kernel/each_end.h"
#define D    u8
#define T    uint8_t
#define U    uint8_t
#define W    uint32_t
#define S    0
#define BITS 8
#include CKI_TEMPLATE
#include "kernel/each_end.h"
#define D    i16
#define T    int16_t
#define U    uint16_t
#define W    uint32_t
#define S    1
#define BITS 16
#include CKI_TEMPLATE
#include "kernel/each_end.h"
#define D    u16
#define T    uint16_t
#define U    uint16_t
#define W    uint32_t
#define S    0
#define BITS 16
#include CKI_TEMPLATE
#include "kernel/each_end.h"
#define D    i32
#define T    int32_t
#define U    uint32_t
#define W    uint32_t
#define S    1
#define BITS 32
#include CKI_TEMPLATE
#include "kernel/each_end.h"
#define D    u32
#define T    uint32_t
#define U    uint32_t
#define W    uint32_t
#define S    0
#define BITS 32
#include CKI_TEMPLATE
#include "kernel/each_end.h"
#define D    i64
#define T    int64_t
#define U    uint64_t
#define W    uint64_t
#define S    1
#define BITS 64
#include CKI_TEMPLATE
#include "kernel/each_end.h"
#define D    u64
#define T    uint64_t
#define U    uint64_t
#define W    uint64_t
#define S    0
#define BITS 64
#include CKI_TEMPLATE
#include "kernel/each_end.h"
