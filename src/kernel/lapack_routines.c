/* LAPACK's routines by element type, from OpenBLAS.
 */
#include "kernel/openblas.h"

bool cki_lapack_routines_exist(cki_dtype dtype)
{
    return dtype.id == CASK_F32 || dtype.id == CASK_F64 || dtype.id == CASK_C64 ||
           dtype.id == CASK_C128;
}

const cki_lapack_routines *cki_lapack_routines_of(cki_dtype dtype, cki_error *error)
{
    const cki_openblas *blas;

    if (!cki_lapack_routines_exist(dtype)) {
        cki_fail_internal(error, "lapack: a type that it has no routines for");
        return NULL;
    }
    blas = cki_openblas_load(error);
    if (!blas)
        return NULL;
    return dtype.id == CASK_F32   ? &blas->s
           : dtype.id == CASK_F64 ? &blas->d
           : dtype.id == CASK_C64 ? &blas->c
                                  : &blas->z;
}
