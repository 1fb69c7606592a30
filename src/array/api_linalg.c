/* The C interface of linear algebra, by the operations' records. */
#include "array/api.h"
#include <cask/linalg.h>

/* ---- products ---- */

cask_array cask_array_matmul(cask_array a, cask_array b)
{
    cki_api api = {0};
    cki_api_array(&api, a);
    cki_api_array(&api, b);
    return cki_api_run(&api, "matmul", CKI_IN_DA);
}

static cask_value *axes_value(const cask_axes *axes, cki_error *error)
{
    int64_t numbers[CASK_MAX_NDIM] = {0};
    int count = axes->count < 0 ? 0 : axes->count > CASK_MAX_NDIM ? CASK_MAX_NDIM : axes->count;
    for (int k = 0; k < count; k++)
        numbers[k] = axes->axes[k];
    return cki_value_ints(CKI_TUPLE, numbers, (size_t)count, error);
}

cask_array cask_array_tensordot(cask_array a, cask_array b, cask_axes of_a, cask_axes of_b)
{
    cki_api api = {0};
    cki_api_array(&api, a);
    cki_api_array(&api, b);
    cask_value *pair = cki_value_list(CKI_TUPLE, 2, &api.error);
    if (pair) {
        pair->as.list.items[0] = axes_value(&of_a, &api.error);
        pair->as.list.items[1] = axes_value(&of_b, &api.error);
        if (!pair->as.list.items[0] || !pair->as.list.items[1]) {
            cask_value_unref(pair->as.list.items[0]);
            cask_value_unref(pair->as.list.items[1]);
            pair->as.list.count = 0;
        }
    }
    cki_api_value(&api, "axes", pair);
    return cki_api_run(&api, "tensordot", CKI_IN_DA);
}

cask_array cask_array_einsum(const char *subscripts, const cask_array *arrays, size_t count)
{
    cki_api api = {0};
    cki_api_text(&api, NULL, subscripts ? subscripts : "");
    if (count && !arrays)
        cki_fail(&api.error, CASK_INVALID, NULL, "cask_array_einsum: 'arrays' is NULL");
    for (size_t i = 0; arrays && i < count && i < CKI_API_ARGUMENTS; i++)
        cki_api_array(&api, arrays[i]);
    return cki_api_run(&api, "einsum", CKI_IN_DA);
}

cask_array cask_array_norm(cask_array x, const cask_norm *how)
{
    static const cask_norm usual;
    cki_api api = {0};
    how = how ? how : &usual;
    cki_api_array(&api, x);
    if ((unsigned)how->kind > CASK_NORM_ORDER)
        cki_fail(&api.error, CASK_INVALID, NULL, "%d is no cask_norm_kind", (int)how->kind);
    else if (how->kind == CASK_NORM_NUCLEAR)
        cki_api_text(&api, "ord", "nuc");
    else if (how->kind == CASK_NORM_ORDER)
        cki_api_float(&api, "ord", how->order);
    cki_api_axes(&api, "axis", &how->axes);
    cki_api_flag(&api, "keepdims", how->keepdims);
    return cki_api_run(&api, "linalg.norm", CKI_IN_DA);
}

/* ---- decompositions ---- */

/* An operation of one array that gives several. */
static void run_one(cask_array a, const char *operation, cask_array *results, size_t count)
{
    cki_api api = {0};
    cki_api_array(&api, a);
    cki_api_run_several(&api, operation, CKI_IN_DA, results, count);
}

cask_qr cask_array_qr(cask_array a)
{
    cask_array made[2];
    run_one(a, "linalg.qr", made, 2);
    return (cask_qr){made[0], made[1]};
}

cask_svd cask_array_svd(cask_array a)
{
    cask_array made[3];
    run_one(a, "linalg.svd", made, 3);
    return (cask_svd){made[0], made[1], made[2]};
}

cask_svd cask_array_svd_compressed(cask_array a, int64_t k, const cask_compression *how)
{
    static const cask_compression usual;
    cki_api api = {0};
    cask_array made[3];
    how = how ? how : &usual;
    cki_api_array(&api, a);
    cki_api_int(&api, NULL, k);
    if (how->by_qr)
        cki_api_text(&api, "iterator", "QR");
    cki_api_int(&api, "n_power_iter", how->power_iterations);
    if (how->oversamples)
        cki_api_int(&api, "n_oversamples", how->oversamples);
    if (how->seeded)
        cki_api_int(&api, "seed", how->seed);
    cki_api_flag(&api, "compute", how->compute);
    cki_api_run_several(&api, "linalg.svd_compressed", CKI_IN_DA, made, 3);
    return (cask_svd){made[0], made[1], made[2]};
}

cask_lu cask_array_lu(cask_array a)
{
    cask_array made[3];
    run_one(a, "linalg.lu", made, 3);
    return (cask_lu){made[0], made[1], made[2]};
}

cask_array cask_array_cholesky(cask_array a, bool lower)
{
    cki_api api = {0};
    cki_api_array(&api, a);
    cki_api_flag(&api, "lower", lower);
    return cki_api_run(&api, "linalg.cholesky", CKI_IN_DA);
}

cask_eigh cask_array_eigh(cask_array a)
{
    cask_array made[2];
    run_one(a, "linalg.eigh", made, 2);
    return (cask_eigh){made[0], made[1]};
}

/* ---- systems of equations ---- */

cask_array cask_array_solve(cask_array a, cask_array b, bool positive)
{
    cki_api api = {0};
    cki_api_array(&api, a);
    cki_api_array(&api, b);
    cki_api_text(&api, "assume_a", positive ? "pos" : "gen");
    return cki_api_run(&api, "linalg.solve", CKI_IN_DA);
}

cask_array cask_array_solve_triangular(cask_array a, cask_array b, bool lower)
{
    cki_api api = {0};
    cki_api_array(&api, a);
    cki_api_array(&api, b);
    cki_api_flag(&api, "lower", lower);
    return cki_api_run(&api, "linalg.solve_triangular", CKI_IN_DA);
}

cask_array cask_array_inv(cask_array a)
{
    cki_api api = {0};
    cki_api_array(&api, a);
    return cki_api_run(&api, "linalg.inv", CKI_IN_DA);
}

cask_array cask_array_det(cask_array a)
{
    cki_api api = {0};
    cki_api_array(&api, a);
    return cki_api_run(&api, "linalg.det", CKI_IN_DA);
}

cask_lstsq cask_array_lstsq(cask_array a, cask_array b)
{
    cki_api api = {0};
    cask_array made[4];
    cki_api_array(&api, a);
    cki_api_array(&api, b);
    cki_api_run_several(&api, "linalg.lstsq", CKI_IN_DA, made, 4);
    return (cask_lstsq){made[0], made[1], made[2], made[3]};
}
