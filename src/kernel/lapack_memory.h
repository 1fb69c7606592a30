/* What the files of LAPACK's kernels share: matrices in Fortran's order, workspaces, real types. */
#ifndef CKI_KERNEL_LAPACK_MEMORY_H
#define CKI_KERNEL_LAPACK_MEMORY_H

#include "kernel/lapack_routines.h"
#include "value/array.h"

/* A new (m, n) array in Fortran's order, unset. */
cask_value *cki_lapack_memory_new(cki_dtype dtype, int64_t m, int64_t n, cki_error *error);
/* A copy of `a` in Fortran's order. */
cask_value *cki_lapack_memory_copy(const cki_array *a, cki_error *error);
/* A (m, n) array, in Fortran's order, of zeros but for ones on its diagonal. */
cask_value *cki_lapack_memory_eye(cki_dtype dtype, int64_t m, int64_t n, cki_error *error);
/* The routines for a's type, one thread set; NULL with the error set if there are none, or a side
 * is too long for LAPACK's integers. */
const cki_lapack_routines *cki_lapack_memory_open(const cki_array *a, cki_error *error);
/* The size that a routine's query has put into its workspace. */
int cki_lapack_memory_size(cki_dtype dtype, const void *work);
/* Room for `count` (at least 1) elements; cki_memory_free it. NULL with the error set. */
void *cki_lapack_memory_work(int64_t count, size_t size, cki_error *error);
/* Until it is restored, this thread takes subnormal numbers for zero, where the processor can. No
 * result depends on them, but a matrix of low rank leaves so many that LAPACK takes ten times as
 * long. */
unsigned cki_lapack_memory_flush(void);
void cki_lapack_memory_restore(unsigned mode);

#endif
