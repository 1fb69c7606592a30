/* OpenBLAS, loaded when the first matrices are multiplied or factorised: linked, it would take most
 * of the time of a small command, and its threads would turn idly through the first hundredths. */
#ifndef CKI_KERNEL_OPENBLAS_H
#define CKI_KERNEL_OPENBLAS_H

#include "core/fail.h"
#include "kernel/lapack_routines.h"
#include <cblas.h>

/* In the order of the names in openblas.c. */
typedef struct cki_openblas {
    __typeof__(openblas_set_num_threads) *set_num_threads;
    __typeof__(cblas_sgemm) *sgemm;
    __typeof__(cblas_dgemm) *dgemm;
    __typeof__(cblas_cgemm) *cgemm;
    __typeof__(cblas_zgemm) *zgemm;
    __typeof__(cblas_strsm) *strsm;
    __typeof__(cblas_dtrsm) *dtrsm;
    __typeof__(cblas_ctrsm) *ctrsm;
    __typeof__(cblas_ztrsm) *ztrsm;
    cki_lapack_routines s, d, c, z;
} cki_openblas;

/* The library, with one thread: parallelism is the scheduler's. NULL with an ImportError that names
 * the package. */
const cki_openblas *cki_openblas_load(cki_error *error);

#endif
