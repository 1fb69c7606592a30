/* Singular values and eigenvalues of a matrix in memory, with their vectors.
 */
#include "core/memory.h"
#include "kernel/lapack.h"
#include "kernel/lapack_memory.h"
#include <string.h>

static int at_least_one(int64_t length)
{
    return length > 1 ? (int)length : 1;
}

static void drop(cask_value **values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cask_value_unref(values[i]);
        values[i] = NULL;
    }
}

/* ---- singular values ---- */

/* One call of gesdd, of either form, with its outputs (NULL in job 'N'). */
typedef struct svd_call {
    const cki_lapack_routines *lapack;
    char job;
    int m, n;
    cki_dtype dtype;
    const cki_array *a, *u, *s, *vh;
    void *real;
    int *whole;
} svd_call;

static int run_gesdd(const svd_call *c, void *work, int size)
{
    int lda = at_least_one(c->m), info = 0;
    int ldu = c->u ? at_least_one(c->u->shape[0]) : 1;
    int ldvh = c->vh ? at_least_one(c->vh->shape[0]) : 1;
    double none[2] = {0};
    void *u = c->u ? c->u->data : (void *)none, *vh = c->vh ? c->vh->data : (void *)none;

    if (c->lapack->gesdd)
        c->lapack->gesdd(&c->job, &c->m, &c->n, c->a->data, &lda, c->s->data, u, &ldu, vh, &ldvh,
                         work, &size, c->whole, &info, 1);
    else
        c->lapack->gesdd_complex(&c->job, &c->m, &c->n, c->a->data, &lda, c->s->data, u, &ldu, vh,
                                 &ldvh, work, &size, c->real, c->whole, &info, 1);
    return info;
}

static cask_status decompose(svd_call *c, cki_error *error)
{
    int64_t least = c->m < c->n ? c->m : c->n, most = c->m < c->n ? c->n : c->m;
    /* what LAPACK's manual asks for in the worst case */
    int64_t reals = c->job == 'N' ? 7 * least : 5 * least * least + 7 * least;
    double want[2] = {0};

    if (c->job != 'N' && reals < 2 * most * least + 2 * least * least + least)
        reals = 2 * most * least + 2 * least * least + least;
    c->whole = cki_lapack_memory_work(8 * least, sizeof *c->whole, error);
    if (c->whole && c->lapack->gesdd_complex)
        c->real = cki_lapack_memory_work(reals, cki_dtype_size(cki_dtype_real(c->dtype)), error);
    if (error->status == CASK_OK && c->whole) {
        (void)run_gesdd(c, want, -1);
        int size = cki_lapack_memory_size(c->dtype, want);
        void *work = cki_lapack_memory_work(size, cki_dtype_size(c->dtype), error);
        if (work && run_gesdd(c, work, size))
            cki_fail(error, CASK_INVALID, "LinAlgError", "SVD did not converge");
        cki_memory_free(work);
    }
    cki_memory_free(c->whole);
    cki_memory_free(c->real);
    return error->status;
}

cask_status cki_lapack_svd(const cki_array *a, bool full, cask_value **u, cask_value **s,
                           cask_value **vh, cki_error *error)
{
    int64_t m = a->shape[0], n = a->shape[1], k = m < n ? m : n;
    cask_value *out[3] = {NULL};
    svd_call c = {.lapack = cki_lapack_memory_open(a, error), .dtype = a->dtype};
    cask_value *copy = c.lapack ? cki_lapack_memory_copy(a, error) : NULL;
    int64_t columns = full ? m : k, rows = full ? n : k;
    unsigned mode;

    if (u)
        *u = *vh = NULL;
    *s = NULL;
    if (!copy)
        return error->status;
    out[1] = cki_array_new(cki_dtype_real(a->dtype), 1, &k, error);
    if (u && k == 0) {
        out[0] = cki_lapack_memory_eye(a->dtype, m, columns, error);
        out[2] = cki_lapack_memory_eye(a->dtype, rows, n, error);
    } else if (u) {
        out[0] = cki_lapack_memory_new(a->dtype, m, columns, error);
        out[2] = cki_lapack_memory_new(a->dtype, rows, n, error);
    }
    if (out[1] && (!u || (out[0] && out[2])) && k > 0) {
        c.job = (char)(!u ? 'N' : full ? 'A' : 'S');
        c.m = (int)m, c.n = (int)n;
        c.a = cki_array_of(copy);
        c.u = cki_array_of(out[0]), c.s = cki_array_of(out[1]), c.vh = cki_array_of(out[2]);
        mode = cki_lapack_memory_flush();
        decompose(&c, error);
        cki_lapack_memory_restore(mode);
    }
    cask_value_unref(copy);
    if (error->status != CASK_OK) {
        drop(out, 3);
        return error->status;
    }
    *s = out[1];
    if (u) {
        *u = out[0];
        *vh = out[2];
    }
    return CASK_OK;
}

/* ---- eigenvalues ---- */

typedef struct eigen_call {
    const cki_lapack_routines *lapack;
    char job, uplo;
    int n;
    const cki_array *a, *w;
} eigen_call;

typedef struct eigen_work {
    void *work, *real;
    int *whole;
    int size, reals, wholes;
} eigen_work;

static int run_eigen(const eigen_call *c, eigen_work *w)
{
    int lda = at_least_one(c->n), info = 0;

    if (c->lapack->syevd)
        c->lapack->syevd(&c->job, &c->uplo, &c->n, c->a->data, &lda, c->w->data, w->work, &w->size,
                         w->whole, &w->wholes, &info, 1, 1);
    else
        c->lapack->heevd(&c->job, &c->uplo, &c->n, c->a->data, &lda, c->w->data, w->work, &w->size,
                         w->real, &w->reals, w->whole, &w->wholes, &info, 1, 1);
    return info;
}

static cask_status eigen(const eigen_call *c, cki_error *error)
{
    double want[2] = {0}, want_real[1] = {0};
    int want_whole = 0;
    eigen_work w = {want, want_real, &want_whole, -1, -1, -1};
    cki_dtype real = cki_dtype_real(c->a->dtype);

    (void)run_eigen(c, &w);
    w = (eigen_work){.size = cki_lapack_memory_size(c->a->dtype, want),
                     .reals = cki_lapack_memory_size(c->a->dtype, want_real),
                     .wholes = want_whole > 1 ? want_whole : 1};
    w.work = cki_lapack_memory_work(w.size, cki_dtype_size(c->a->dtype), error);
    w.real = cki_lapack_memory_work(w.reals, cki_dtype_size(real), error);
    w.whole = cki_lapack_memory_work(w.wholes, sizeof *w.whole, error);
    if (w.work && w.real && w.whole && run_eigen(c, &w))
        cki_fail(error, CASK_INVALID, "LinAlgError", "Eigenvalues did not converge");
    cki_memory_free(w.work);
    cki_memory_free(w.real);
    cki_memory_free(w.whole);
    return error->status;
}

/* LAPACK may return garbage of NaN, or not return; NumPy's words for both. */
static bool has_nan(const cki_array *a)
{
    for (int64_t i = 0; i < a->shape[0]; i++)
        for (int64_t j = 0; j < a->shape[1]; j++) {
            double number[2] = {0};
            cki_error none = {0};
            (void)cki_array_cast_element(cki_dtype_of(CASK_C128), number, a->dtype,
                                         cki_array_at(a, (int64_t[]){i, j}), &none);
            if (number[0] - number[0] != 0 || number[1] - number[1] != 0)
                return true;
        }
    return false;
}

cask_status cki_lapack_eigh(const cki_array *a, bool lower, cask_value **w, cask_value **v,
                            cki_error *error)
{
    eigen_call c = {.lapack = cki_lapack_memory_open(a, error),
                    .job = (char)(v ? 'V' : 'N'),
                    .uplo = (char)(lower ? 'L' : 'U'),
                    .n = (int)a->shape[0]};
    cask_value *copy = c.lapack ? cki_lapack_memory_copy(a, error) : NULL;
    cask_value *values = copy ? cki_array_new(cki_dtype_real(a->dtype), 1, a->shape, error) : NULL;

    *w = NULL;
    if (v)
        *v = NULL;
    c.a = cki_array_of(copy);
    c.w = cki_array_of(values);
    if (values && c.n > 0) {
        if (has_nan(a))
            cki_fail(error, CASK_INVALID, "LinAlgError", "Eigenvalues did not converge");
        else
            eigen(&c, error);
    }
    if (error->status != CASK_OK) {
        cask_value_unref(copy);
        cask_value_unref(values);
        return error->status;
    }
    *w = values;
    if (v)
        *v = copy;
    else
        cask_value_unref(copy);
    return CASK_OK;
}
