/* LAPACK's routines by element type, as OpenBLAS has them: no library beyond the one that
 * multiplies. Fortran's interface: all by address, lengths of texts behind everything else. */
#ifndef CKI_KERNEL_LAPACK_ROUTINES_H
#define CKI_KERNEL_LAPACK_ROUTINES_H

#include "core/fail.h"
#include "value/dtype.h"

/* Of one type: real types have the first three, complex ones the last three, which take a further
 * real workspace. */
typedef struct cki_lapack_routines {
    void (*gesdd)(const char *job, const int *m, const int *n, void *a, const int *lda, void *s,
                  void *u, const int *ldu, void *vt, const int *ldvt, void *work, const int *lwork,
                  int *iwork, int *info, size_t job_length);
    void (*syevd)(const char *job, const char *uplo, const int *n, void *a, const int *lda, void *w,
                  void *work, const int *lwork, int *iwork, const int *liwork, int *info,
                  size_t job_length, size_t uplo_length);
    void (*geev)(const char *left, const char *right, const int *n, void *a, const int *lda,
                 void *wr, void *wi, void *vl, const int *ldvl, void *vr, const int *ldvr,
                 void *work, const int *lwork, int *info, size_t left_length, size_t right_length);
    void (*geqrt)(const int *m, const int *n, const int *nb, void *a, const int *lda, void *t,
                  const int *ldt, void *work, int *info);
    void (*larfb)(const char *side, const char *trans, const char *direct, const char *store,
                  const int *m, const int *n, const int *k, const void *v, const int *ldv,
                  const void *t, const int *ldt, void *c, const int *ldc, void *work,
                  const int *ldwork, size_t side_length, size_t trans_length, size_t direct_length,
                  size_t store_length);
    void (*getrf)(const int *m, const int *n, void *a, const int *lda, int *pivots, int *info);
    void (*potrf)(const char *uplo, const int *n, void *a, const int *lda, int *info,
                  size_t uplo_length);
    void (*gesdd_complex)(const char *job, const int *m, const int *n, void *a, const int *lda,
                          void *s, void *u, const int *ldu, void *vt, const int *ldvt, void *work,
                          const int *lwork, void *rwork, int *iwork, int *info, size_t job_length);
    void (*heevd)(const char *job, const char *uplo, const int *n, void *a, const int *lda, void *w,
                  void *work, const int *lwork, void *rwork, const int *lrwork, int *iwork,
                  const int *liwork, int *info, size_t job_length, size_t uplo_length);
    void (*geev_complex)(const char *left, const char *right, const int *n, void *a, const int *lda,
                         void *w, void *vl, const int *ldvl, void *vr, const int *ldvr, void *work,
                         const int *lwork, void *rwork, int *info, size_t left_length,
                         size_t right_length);
} cki_lapack_routines;

/* Whether LAPACK has them: for float32, float64, complex64 and complex128. */
bool cki_lapack_routines_exist(cki_dtype dtype);
/* NULL with the error set for other types, and without the library. */
const cki_lapack_routines *cki_lapack_routines_of(cki_dtype dtype, cki_error *error);

#endif
