/* The table of LAPACK's routines by element type.
 */
#include "kernel/lapack_routines.h"

/* LAPACK's names end in an underscore, which no name of ours does. */
#define DECLARE(t)                                                                                 \
    extern void t##geqrt_(const int *, const int *, const int *, void *, const int *, void *,      \
                          const int *, void *, int *);                                             \
    extern void t##larfb_(const char *, const char *, const char *, const char *, const int *,     \
                          const int *, const int *, const void *, const int *, const void *,       \
                          const int *, void *, const int *, void *, const int *, size_t, size_t,   \
                          size_t, size_t);                                                         \
    extern void t##getrf_(const int *, const int *, void *, const int *, int *, int *);            \
    extern void t##potrf_(const char *, const int *, void *, const int *, int *, size_t);
DECLARE(s)
DECLARE(d)
DECLARE(c)
DECLARE(z)
#undef DECLARE

#define DECLARE_REAL(t)                                                                            \
    extern void t##gesdd_(const char *, const int *, const int *, void *, const int *, void *,     \
                          void *, const int *, void *, const int *, void *, const int *, int *,    \
                          int *, size_t);                                                          \
    extern void t##syevd_(const char *, const char *, const int *, void *, const int *, void *,    \
                          void *, const int *, int *, const int *, int *, size_t, size_t);
DECLARE_REAL(s)
DECLARE_REAL(d)
#undef DECLARE_REAL

#define DECLARE_COMPLEX(t)                                                                         \
    extern void t##gesdd_(const char *, const int *, const int *, void *, const int *, void *,     \
                          void *, const int *, void *, const int *, void *, const int *, void *,   \
                          int *, int *, size_t);                                                   \
    extern void t##heevd_(const char *, const char *, const int *, void *, const int *, void *,    \
                          void *, const int *, void *, const int *, int *, const int *, int *,     \
                          size_t, size_t);
DECLARE_COMPLEX(c)
DECLARE_COMPLEX(z)
#undef DECLARE_COMPLEX

#define COMMON(t) .geqrt = t##geqrt_, .larfb = t##larfb_, .getrf = t##getrf_, .potrf = t##potrf_

static const cki_lapack_routines table[CASK_DTYPE_COUNT] = {
    [CASK_F32] = {COMMON(s), .gesdd = sgesdd_, .syevd = ssyevd_},
    [CASK_F64] = {COMMON(d), .gesdd = dgesdd_, .syevd = dsyevd_},
    [CASK_C64] = {COMMON(c), .gesdd_complex = cgesdd_, .heevd = cheevd_},
    [CASK_C128] = {COMMON(z), .gesdd_complex = zgesdd_, .heevd = zheevd_},
};

const cki_lapack_routines *cki_lapack_routines_of(cki_dtype dtype)
{
    return table[dtype.id].geqrt ? &table[dtype.id] : NULL;
}
