/* Integer operations that are compiled once: they divide, and do not vectorise.
 */
#include "core/divisor.h"
#include "kernel/each.h"
#include <string.h>

#define CKI_TEMPLATE "kernel/scalar_int.tmpl.h"
#include "kernel/each_int.h"

#define INTS(op)                                                                                   \
    [CASK_I8] = op##_i8, [CASK_U8] = op##_u8, [CASK_I16] = op##_i16, [CASK_U16] = op##_u16,        \
    [CASK_I32] = op##_i32, [CASK_U32] = op##_u32, [CASK_I64] = op##_i64, [CASK_U64] = op##_u64

const cki_scalar_row cki_scalar_int_loops[CKI_OP_COUNT] = {
    [CKI_OP_floor_divide] = {INTS(floor_divide)},
    [CKI_OP_remainder] = {INTS(remainder)},
    [CKI_OP_fmod] = {INTS(fmod)},
    [CKI_OP_gcd] = {INTS(gcd)},
    [CKI_OP_lcm] = {INTS(lcm)},
    [CKI_OP_reciprocal] = {INTS(reciprocal)},
    [CKI_OP_power] = {INTS(power)},
};
