/* Matrix products: OpenBLAS for float and complex, tiled loops for integers and bool.
 */
#include "kernel/matmul.h"
#include "kernel/each.h"
#include "kernel/openblas.h"
#include <limits.h>
#include <string.h>

#define CKI_TEMPLATE "kernel/matmul_int.tmpl.h"
#include "kernel/each_int.h"

/* Sums of products of bool: "or" of "and". */
static void multiply_bool(const void *left, const void *right, void *product, int64_t m, int64_t k,
                          int64_t n)
{
    const uint8_t *a = left, *b = right;
    uint8_t *out = product;

    for (int64_t i = 0; i < m; i++) {
        for (int64_t p = 0; p < k; p++) {
            for (int64_t j = 0; a[i * k + p] && j < n; j++)
                out[i * n + j] |= b[p * n + j];
        }
    }
}

typedef void tiled(const void *, const void *, void *, int64_t, int64_t, int64_t);

static tiled *const tiled_loops[CASK_DTYPE_COUNT] = {
    [CASK_BOOL] = multiply_bool, [CASK_I8] = multiply_i8,   [CASK_U8] = multiply_u8,
    [CASK_I16] = multiply_i16,   [CASK_U16] = multiply_u16, [CASK_I32] = multiply_i32,
    [CASK_U32] = multiply_u32,   [CASK_I64] = multiply_i64, [CASK_U64] = multiply_u64,
};

/* A copy in C order, of another type if `dtype` differs. */
static cask_value *compact(const cki_array *array, cki_dtype dtype, cki_error *error)
{
    cask_value *copy = cki_array_new(dtype, array->ndim, array->shape, error);

    if (copy && cki_dtype_same(dtype, array->dtype)) {
        cki_array_copy(copy->as.array, array);
    } else if (copy && cki_array_cast(copy->as.array, array, error) != CASK_OK) {
        cask_value_unref(copy);
        copy = NULL;
    }
    return copy;
}

/* A matrix as BLAS takes it; `copy` is its memory if it had to be copied. */
typedef struct operand {
    const void *data;
    CBLAS_TRANSPOSE transpose;
    blasint leading;
    cask_value *copy;
} operand;

static bool steps_like(int64_t row, int64_t column, int64_t columns, int64_t size)
{
    return column == size && row % size == 0 && row / size <= INT_MAX &&
           row / size >= (columns > 1 ? columns : 1);
}

static cask_status open_operand(operand *o, const cki_array *array, cki_error *error)
{
    int64_t size = (int64_t)cki_dtype_size(array->dtype), rows = array->shape[0],
            columns = array->shape[1];
    bool aligned = (uintptr_t)array->data % (uintptr_t)(size < 8 ? size : 8) == 0;

    *o = (operand){.data = array->data, .transpose = CblasNoTrans};
    if (aligned && steps_like(array->strides[0], array->strides[1], columns, size)) {
        o->leading = (blasint)(array->strides[0] / size);
        return CASK_OK;
    }
    if (aligned && steps_like(array->strides[1], array->strides[0], rows, size)) {
        o->transpose = CblasTrans;
        o->leading = (blasint)(array->strides[1] / size);
        return CASK_OK;
    }
    o->copy = compact(array, array->dtype, error);
    if (!o->copy)
        return CASK_MEMORY;
    o->data = o->copy->as.array->data;
    o->leading = (blasint)(columns > 1 ? columns : 1);
    return CASK_OK;
}

/* out = sign * a @ b, added to what is there if `accumulate`. */
static void multiply_blas(const cki_openblas *blas, const operand *a, const operand *b,
                          const cki_array *out, blasint k, bool accumulate, int sign)
{
    blasint m = (blasint)out->shape[0], n = (blasint)out->shape[1], leading = n > 1 ? n : 1;
    const double alpha[2] = {sign, 0}, beta[2] = {accumulate, 0};
    const float alpha_single[2] = {(float)sign, 0}, beta_single[2] = {accumulate, 0};
    void *data = out->data;

    if (out->dtype.id == CASK_F64)
        blas->dgemm(CblasRowMajor, a->transpose, b->transpose, m, n, k, alpha[0], a->data,
                    a->leading, b->data, b->leading, beta[0], data, leading);
    else if (out->dtype.id == CASK_F32)
        blas->sgemm(CblasRowMajor, a->transpose, b->transpose, m, n, k, alpha_single[0], a->data,
                    a->leading, b->data, b->leading, beta_single[0], data, leading);
    else if (out->dtype.id == CASK_C128)
        blas->zgemm(CblasRowMajor, a->transpose, b->transpose, m, n, k, alpha, a->data, a->leading,
                    b->data, b->leading, beta, data, leading);
    else
        blas->cgemm(CblasRowMajor, a->transpose, b->transpose, m, n, k, alpha_single, a->data,
                    a->leading, b->data, b->leading, beta_single, data, leading);
}

static cask_status run_blas(const cki_array *a, const cki_array *b, const cki_array *out,
                            bool accumulate, int sign, cki_error *error)
{
    const cki_openblas *blas = cki_openblas_load(error);
    operand left = {0}, right = {0};

    if (!blas)
        return error->status;
    cask_status status = open_operand(&left, a, error);
    if (status == CASK_OK)
        status = open_operand(&right, b, error);
    if (status == CASK_OK)
        multiply_blas(blas, &left, &right, out, (blasint)a->shape[1], accumulate, sign);
    cask_value_unref(left.copy);
    cask_value_unref(right.copy);
    return status;
}

static cask_status run_half(const cki_array *a, const cki_array *b, const cki_array *out,
                            bool accumulate, cki_error *error)
{
    cki_dtype single = cki_dtype_of(CASK_F32);
    cask_value *left = compact(a, single, error), *right = compact(b, single, error),
               *product = compact(out, single, error);
    cask_status status = CASK_MEMORY;

    if (left && right && product)
        status = run_blas(left->as.array, right->as.array, product->as.array, accumulate, 1, error);
    if (status == CASK_OK)
        status = cki_array_cast(out, product->as.array, error);
    cask_value_unref(left);
    cask_value_unref(right);
    cask_value_unref(product);
    return status;
}

static cask_status run_tiled(const cki_array *a, const cki_array *b, const cki_array *out,
                             cki_error *error)
{
    cask_value *left = compact(a, a->dtype, error), *right = compact(b, b->dtype, error);
    cask_status status = CASK_MEMORY;

    if (left && right) {
        tiled_loops[out->dtype.id](left->as.array->data, right->as.array->data, out->data,
                                   out->shape[0], a->shape[1], out->shape[1]);
        status = CASK_OK;
    }
    cask_value_unref(left);
    cask_value_unref(right);
    return status;
}

cask_status cki_matmul_run(const cki_array *a, const cki_array *b, const cki_array *out,
                           bool accumulate, cki_error *error)
{
    int64_t m = out->shape[0], n = out->shape[1], k = a->shape[1];
    char name[48];

    if (m > INT_MAX || n > INT_MAX || k > INT_MAX)
        return cki_fail(error, CASK_LIMIT, "ValueError",
                        "matmul: a block of %lld by %lld by %lld is too large; rechunk it",
                        (long long)m, (long long)k, (long long)n);
    /* BLAS itself does not read what it overwrites. */
    if (!accumulate && m && n &&
        (k == 0 || tiled_loops[out->dtype.id] || out->dtype.id == CASK_F16))
        memset(out->data, 0, (size_t)m * (size_t)n * cki_dtype_size(out->dtype));
    if (m == 0 || n == 0 || k == 0)
        return CASK_OK;
    if (tiled_loops[out->dtype.id])
        return run_tiled(a, b, out, error);
    if (out->dtype.id == CASK_F16)
        return run_half(a, b, out, accumulate, error);
    if (!cki_dtype_is_float(out->dtype) && !cki_dtype_is_complex(out->dtype))
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "ufunc 'matmul' did not contain a loop with signature matching types "
                        "(dtype('%s'))",
                        cki_dtype_name(out->dtype, name));
    return run_blas(a, b, out, accumulate, 1, error);
}

cask_status cki_matmul_subtract(const cki_array *a, const cki_array *b, const cki_array *out,
                                cki_error *error)
{
    int64_t m = out->shape[0], n = out->shape[1], k = a->shape[1];

    if (m > INT_MAX || n > INT_MAX || k > INT_MAX)
        return cki_fail(error, CASK_LIMIT, "ValueError",
                        "a block of %lld by %lld by %lld is too large to be multiplied; rechunk it",
                        (long long)m, (long long)k, (long long)n);
    if (m == 0 || n == 0 || k == 0)
        return CASK_OK;
    return run_blas(a, b, out, true, -1, error);
}
