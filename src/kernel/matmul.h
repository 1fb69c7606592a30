/* Matrix products of blocks: OpenBLAS on one thread for float and complex, tiled loops for others.
 */
#ifndef CKI_KERNEL_MATMUL_H
#define CKI_KERNEL_MATMUL_H

#include "value/array.h"

/* out = a @ b, or out += a @ b. a is (m, k), b (k, n), out (m, n) C-contiguous; all of one dtype:
 * bool, integer (wraps), float (float16 accumulates in float32) or complex. */
cask_status cki_matmul_run(const cki_array *a, const cki_array *b, const cki_array *out,
                           bool accumulate, cki_error *error);
/* out -= a @ b, of float32, float64, complex64 or complex128. */
cask_status cki_matmul_subtract(const cki_array *a, const cki_array *b, const cki_array *out,
                                cki_error *error);

#endif
