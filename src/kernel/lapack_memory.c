/* Matrices in Fortran's order and workspaces for LAPACK.
 */
#include "kernel/lapack_memory.h"
#include "core/memory.h"
#include <limits.h>
#ifdef __SSE2__
#include <xmmintrin.h>
#endif

cask_value *cki_lapack_memory_new(cki_dtype dtype, int64_t m, int64_t n, cki_error *error)
{
    cask_value *turned = cki_array_new(dtype, 2, (int64_t[]){n, m}, error);
    cask_value *made =
        turned ? cki_array_permute(cki_array_of(turned), (int[]){1, 0}, error) : NULL;

    cask_value_unref(turned);
    return made;
}

cask_value *cki_lapack_memory_copy(const cki_array *a, cki_error *error)
{
    cask_value *copy = cki_lapack_memory_new(a->dtype, a->shape[0], a->shape[1], error);

    if (copy)
        cki_array_copy(cki_array_of(copy), a);
    return copy;
}

cask_value *cki_lapack_memory_eye(cki_dtype dtype, int64_t m, int64_t n, cki_error *error)
{
    cask_value *turned = cki_array_zeros(dtype, 2, (int64_t[]){n, m}, error);
    cask_value *made =
        turned ? cki_array_permute(cki_array_of(turned), (int[]){1, 0}, error) : NULL;
    bool single = cki_dtype_real(dtype).id == CASK_F32;

    for (int64_t i = 0; made && i < (m < n ? m : n); i++) {
        unsigned char *at = cki_array_at(cki_array_of(made), (int64_t[]){i, i});
        if (single)
            *(float *)(void *)at = 1;
        else
            *(double *)(void *)at = 1;
    }
    cask_value_unref(turned);
    return made;
}

const cki_lapack_routines *cki_lapack_memory_open(const cki_array *a, cki_error *error)
{
    if (a->ndim != 2) {
        cki_fail_internal(error, "lapack: not a matrix");
        return NULL;
    }
    if (a->shape[0] > INT_MAX || a->shape[1] > INT_MAX) {
        cki_fail(error, CASK_LIMIT, "ValueError",
                 "a block of %lld by %lld is too large for LAPACK; rechunk it",
                 (long long)a->shape[0], (long long)a->shape[1]);
        return NULL;
    }
    return cki_lapack_routines_of(a->dtype, error);
}

int cki_lapack_memory_size(cki_dtype dtype, const void *work)
{
    /* a float holds large sizes rounded, perhaps down */
    double size = cki_dtype_real(dtype).id == CASK_F32 ? (double)*(const float *)work * (1 + 1e-6)
                                                       : *(const double *)work;

    return size < 1 ? 1 : size > INT_MAX ? INT_MAX : (int)size;
}

void *cki_lapack_memory_work(int64_t count, size_t size, cki_error *error)
{
    void *work = cki_memory_calloc((size_t)(count > 1 ? count : 1), size);

    if (!work)
        cki_fail_memory(error, (size_t)count * size);
    return work;
}

unsigned cki_lapack_memory_flush(void)
{
#ifdef __SSE2__
    enum { FLUSH_RESULTS = 0x8000, FLUSH_OPERANDS = 0x0040 };
    unsigned mode = _mm_getcsr();

    _mm_setcsr(mode | FLUSH_RESULTS | FLUSH_OPERANDS);
    return mode;
#else
    return 0;
#endif
}

void cki_lapack_memory_restore(unsigned mode)
{
#ifdef __SSE2__
    _mm_setcsr(mode);
#else
    (void)mode;
#endif
}
