/* The table of LAPACK's routines by element type.
 */
#include "kernel/lapack_routines.h"

/* LAPACK's names end in an underscore, which no name of ours does. X(type, q) with the letter of
 * the type and the two that its routines for orthogonal (unitary) matrices begin with. */
#define EVERY_TYPE(X)                                                                              \
    X(s, sorgqr_)                                                                                  \
    X(d, dorgqr_)                                                                                  \
    X(c, cungqr_)                                                                                  \
    X(z, zungqr_)

#define DECLARE(t, orgqr_name)                                                                     \
    extern void t##geqrf_(const int *, const int *, void *, const int *, void *, void *,           \
                          const int *, int *);                                                     \
    extern void orgqr_name(const int *, const int *, const int *, void *, const int *,             \
                           const void *, void *, const int *, int *);                              \
    extern void t##getrf_(const int *, const int *, void *, const int *, int *, int *);            \
    extern void t##potrf_(const char *, const int *, void *, const int *, int *, size_t);
EVERY_TYPE(DECLARE)
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

#define COMMON(t, orgqr_name)                                                                      \
    .geqrf = t##geqrf_, .orgqr = orgqr_name, .getrf = t##getrf_, .potrf = t##potrf_

static const cki_lapack_routines table[CASK_DTYPE_COUNT] = {
    [CASK_F32] = {COMMON(s, sorgqr_), .gesdd = sgesdd_, .syevd = ssyevd_},
    [CASK_F64] = {COMMON(d, dorgqr_), .gesdd = dgesdd_, .syevd = dsyevd_},
    [CASK_C64] = {COMMON(c, cungqr_), .gesdd_complex = cgesdd_, .heevd = cheevd_},
    [CASK_C128] = {COMMON(z, zungqr_), .gesdd_complex = zgesdd_, .heevd = zheevd_},
};

const cki_lapack_routines *cki_lapack_routines_of(cki_dtype dtype)
{
    return table[dtype.id].geqrf ? &table[dtype.id] : NULL;
}
