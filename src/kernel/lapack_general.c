/* Eigenvalues of any square matrix in memory, with their vectors: geev.
 */
#include "core/memory.h"
#include "kernel/lapack.h"
#include "kernel/lapack_memory.h"

#include <math.h>
#include <string.h>

/* One call of geev, of either form: `real` are the real and imaginary parts of the values of a real
 * matrix, or the workspace of a complex one. */
typedef struct general_call {
    const cki_lapack_routines *lapack;
    char left, right;
    int n;
    const cki_array *a, *values, *vectors; /* vectors: NULL unless wanted */
    double *real;
} general_call;

static int run_geev(const general_call *c, void *work, int size)
{
    int n = c->n, info = 0, one = 1;
    double none[2] = {0};
    void *vectors = c->vectors ? c->vectors->data : (void *)none;

    if (c->lapack->geev)
        c->lapack->geev(&c->left, &c->right, &n, c->a->data, &n, c->real, c->real + n, none, &one,
                        vectors, &n, work, &size, &info, 1, 1);
    else
        c->lapack->geev_complex(&c->left, &c->right, &n, c->a->data, &n, c->values->data, none,
                                &one, vectors, &n, work, &size, c->real, &info, 1, 1);
    return info;
}

static cask_status general(const general_call *c, cki_error *error)
{
    double want[2] = {0};
    (void)run_geev(c, want, -1);
    int size = cki_lapack_memory_size(c->a->dtype, want);
    void *work = cki_lapack_memory_work(size, cki_dtype_size(c->a->dtype), error);
    if (work && run_geev(c, work, size))
        cki_fail(error, CASK_INVALID, "LinAlgError", "Eigenvalues did not converge");
    cki_memory_free(work);
    return error->status;
}

static void put(const cki_array *to, int64_t i, int64_t j, double real, double imaginary)
{
    double parts[2] = {real, imaginary};
    memcpy(to->data + i * to->strides[0] + (to->ndim > 1 ? j * to->strides[1] : 0), parts,
           sizeof parts);
}

static double at(const cki_array *a, int64_t i, int64_t j)
{
    double number;
    memcpy(&number, a->data + i * a->strides[0] + j * a->strides[1], sizeof number);
    return number;
}

/* Of a real matrix: a pair of conjugate values has the real and the imaginary part of its vectors
 * in two columns. */
static void unfold(const general_call *c, const cki_array *w, const cki_array *v)
{
    const double *real = c->real, *imaginary = c->real + c->n;
    for (int64_t k = 0; k < c->n; k++)
        put(w, k, 0, real[k], imaginary[k]);
    for (int64_t k = 0; v && k < c->n; k++) {
        bool pair = imaginary[k] != 0 && k + 1 < c->n;
        for (int64_t i = 0; i < c->n; i++) {
            double re = at(c->vectors, i, k), im = pair ? at(c->vectors, i, k + 1) : 0;
            put(v, i, k, re, im);
            if (pair)
                put(v, i, k + 1, re, -im);
        }
        k += pair;
    }
}

static bool is_finite(const cki_array *a)
{
    bool two = cki_dtype_is_complex(a->dtype);
    for (int64_t i = 0; i < a->shape[0]; i++)
        for (int64_t j = 0; j < a->shape[1]; j++) {
            double parts[2] = {0};
            memcpy(parts, a->data + i * a->strides[0] + j * a->strides[1],
                   two ? sizeof parts : sizeof *parts);
            if (!isfinite(parts[0]) || !isfinite(parts[1]))
                return false;
        }
    return true;
}

/* In double precision, as NumPy. */
static cask_value *wide_copy(const cki_array *a, cki_error *error)
{
    cki_dtype wide = cki_dtype_of(cki_dtype_is_complex(a->dtype) ? CASK_C128 : CASK_F64);
    cask_value *copy = cki_lapack_memory_new(wide, a->shape[0], a->shape[1], error);
    if (copy && cki_array_cast(cki_array_of(copy), a, error) == CASK_OK)
        return copy;
    cask_value_unref(copy);
    return NULL;
}

static cask_status decompose(general_call *c, cask_value *w, cask_value *v, cki_error *error)
{
    cki_dtype dtype = c->a->dtype;
    cask_value *vectors = v ? cki_lapack_memory_new(dtype, c->n, c->n, error) : NULL;
    c->real = cki_lapack_memory_work(2 * (int64_t)c->n, sizeof *c->real, error);
    c->values = cki_array_of(w);
    c->vectors = cki_array_of(vectors);
    if (c->real && (vectors || !v) && general(c, error) == CASK_OK) {
        if (c->lapack->geev)
            unfold(c, cki_array_of(w), cki_array_of(v));
        else if (v)
            cki_array_cast(cki_array_of(v), cki_array_of(vectors), error);
    }
    cki_memory_free(c->real);
    cask_value_unref(vectors);
    return error->status;
}

cask_status cki_lapack_eig(const cki_array *a, cask_value **w, cask_value **v, cki_error *error)
{
    const cki_dtype complex = cki_dtype_of(CASK_C128);
    cask_value *copy = wide_copy(a, error);
    general_call c = {.left = 'N', .right = (char)(v ? 'V' : 'N'), .n = (int)a->shape[0]};
    *w = NULL;
    if (v)
        *v = NULL;
    c.a = cki_array_of(copy);
    c.lapack = c.a ? cki_lapack_memory_open(c.a, error) : NULL;
    cask_value *values = c.lapack ? cki_array_new(complex, 1, a->shape, error) : NULL;
    cask_value *vectors = values && v ? cki_array_new(complex, 2, a->shape, error) : NULL;
    if (values && (vectors || !v) && c.n > 0) {
        if (is_finite(c.a))
            decompose(&c, values, vectors, error);
        else
            cki_fail(error, CASK_INVALID, "LinAlgError", "Array must not contain infs or NaNs");
    }
    cask_value_unref(copy);
    if (error->status != CASK_OK) {
        cask_value_unref(values);
        cask_value_unref(vectors);
        return error->status;
    }
    *w = values;
    if (v)
        *v = vectors;
    return CASK_OK;
}
