/* indices, meshgrid, fromfunction, tril_indices and triu_indices: all of them counting along axes,
 * and views. */
#include "array/grid.h"
#include "array/creation.h"
#include "array/elementwise.h"
#include "array/index_mask.h"
#include "array/join.h"
#include "array/map_blocks.h"
#include "array/reshape.h"
#include "array/runs.h"
#include "array/source.h"
#include "array/view.h"

#include <string.h>

/* ---- counting ---- */

typedef struct counting {
    int64_t first, step;
} counting;

static cask_status counting_region(const void *self, cki_dtype dtype, int ndim,
                                   const int64_t *start, const int64_t *count, const int64_t *step,
                                   cask_value **out, cki_error *error)
{
    const counting *c = self;
    *out = cki_array_new(dtype, ndim, count, error);
    if (!*out)
        return error->status;
    int64_t *at = (int64_t *)(void *)cki_array_of(*out)->data;
    for (int64_t i = 0; i < *count; i++)
        at[i] = c->first + (*start + i * *step) * c->step;
    return CASK_OK;
}

static const cki_source counting_source = {"counting", counting_region, NULL, false, false, NULL};

cask_array cki_grid_count(cki_build *build, const cki_axis *axis, int64_t first, int64_t step)
{
    counting *own = cki_arena_alloc(&build->ck->arena, sizeof *own);
    cki_hasher *hasher = own ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *own);
        return NULL;
    }
    *own = (counting){first, step};
    cki_token_int(hasher, first);
    cki_token_int(hasher, step);
    return cki_source_array(build, "arange", &counting_source, own, cki_token_end(hasher),
                            cki_dtype_of(CASK_I64), 1, axis);
}

cask_array cki_grid_along(cki_build *build, cask_array x, int axis, int ndim)
{
    cki_axis *axes = cki_runs_axes(build, ndim);
    int from[CKI_MAX_NDIM];
    if (!axes)
        return NULL;
    for (int k = 0; k < ndim && k < CKI_MAX_NDIM; k++) {
        from[k] = k == axis ? 0 : -1;
        if (k == axis) {
            axes[k] = x->axes[0];
        } else if (!cki_chunks_single(build->arena, 1, &axes[k])) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return NULL;
        }
    }
    return cki_view_make(build, x, "getitem", ndim, from, axes);
}

/* The index along each axis of a shape, as 1-d arrays. */
static bool count_axes(cki_build *build, int ndim, const cki_axis *axes, cki_dtype dtype,
                       cask_array *counts)
{
    for (int k = 0; k < ndim; k++) {
        cask_array count = cki_grid_count(build, &axes[k], 0, 1);
        if (!count || !(counts[k] = cki_elementwise_cast(build, count, dtype)))
            return false;
    }
    return true;
}

/* ---- meshgrid ---- */

/* 1-d arrays, each along an axis of its own (but the first two change places if `swapped`), and all
 * of the common shape unless `sparse`. In place. */
static cask_status mesh(cki_build *build, cask_array *arrays, size_t count, bool swapped,
                        bool sparse)
{
    cki_axis axes[CKI_MAX_NDIM];
    if (count > CKI_MAX_NDIM)
        return cki_fail(build->error, CASK_INVALID, NULL, "meshgrid: at most %d arrays, not %zu",
                        CKI_MAX_NDIM, count);
    swapped = swapped && count > 1;
    for (size_t i = 0; i < count; i++) {
        int axis = (int)(swapped && i < 2 ? 1 - i : i);
        axes[axis] = arrays[i]->axes[0];
        if (!(arrays[i] = cki_grid_along(build, arrays[i], axis, (int)count)))
            return build->error->status;
    }
    for (size_t i = 0; i < count && !sparse; i++)
        if (!(arrays[i] = cki_view_broadcast(build, arrays[i], (int)count, axes)))
            return build->error->status;
    return CASK_OK;
}

static cask_value *list_of(cki_build *build, cki_kind kind, const cask_array *arrays, size_t count)
{
    cask_value *list = cki_value_list(kind, count, build->error);
    for (size_t i = 0; list && i < count; i++) {
        list->as.list.items[i] = cki_node_value(build, arrays[i]);
        if (!list->as.list.items[i]) {
            list->as.list.count = i;
            cask_value_unref(list);
            return NULL;
        }
    }
    return list;
}

static cask_value *run_meshgrid(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const cask_value *given = cki_operation_argument(call, "xi");
    const cask_value *indexing = cki_operation_argument(call, "indexing");
    bool text = indexing->kind == CKI_STR;
    bool swapped = text && !strcmp(indexing->as.text.bytes, "xy");
    if (!swapped && !(text && !strcmp(indexing->as.text.bytes, "ij"))) {
        cki_fail(call->error, CASK_INVALID, NULL, "`indexing` must be `'ij'` or `'xy'`");
        return NULL;
    }
    if (!cki_operation_is_none(call, "copy") && !call->operation->detail) {
        cki_fail(call->error, CASK_UNSUPPORTED, "NotImplementedError", "`copy` not supported");
        return NULL;
    }
    size_t count = given->as.list.count;
    cask_array *arrays = cki_arena_array(build.arena, count + 1, sizeof *arrays);
    if (!arrays) {
        cki_fail_memory(call->error, count * sizeof *arrays);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        cask_array x = cki_node_from_value(&build, given->as.list.items[i]);
        if (!x || !(arrays[i] = cki_reshape_ravel(&build, x)))
            return NULL;
    }
    if (mesh(&build, arrays, count, swapped, cki_operation_flag(call, "sparse")) != CASK_OK)
        return NULL;
    return list_of(&build, CKI_LIST, arrays, count);
}

/* ---- indices and fromfunction ---- */

/* dtype (the default for None), and the shape `name` in chunks. */
static cask_status read_grid(cki_call *call, cki_build *build, const char *name, cask_dtype usual,
                             cki_dtype *dtype, int *ndim, cki_axis *axes)
{
    int64_t shape[CKI_MAX_NDIM];
    cask_status status =
        cki_node_shape_argument(cki_operation_argument(call, name), shape, ndim, call->error);
    if (status == CASK_OK)
        status = cki_node_dtype(cki_operation_argument(call, "dtype"), dtype, call->error);
    if (status != CASK_OK)
        return status;
    if (!dtype->id)
        *dtype = cki_dtype_of(usual);
    bool chunked = call->operation->detail == NULL;
    cask_value *chunks = chunked ? cask_value_ref(cki_operation_argument(call, "chunks"))
                                 : cki_value_string("auto", call->error);
    if (!chunks)
        return call->error->status;
    status = cki_chunks_normalize(build->arena, chunks, *ndim, shape, cki_dtype_size(*dtype), NULL,
                                  call->ck->tuning.chunk_bytes, 0, axes, call->error);
    cask_value_unref(chunks);
    return status;
}

static cask_array indices(cki_build *build, int ndim, const cki_axis *axes, cki_dtype dtype)
{
    cask_array arrays[CKI_MAX_NDIM];
    bool empty = ndim == 0;
    for (int k = 0; k < ndim; k++)
        empty = empty || axes[k].length == 0;
    if (empty) {
        cki_axis all[CKI_MAX_NDIM];
        bool made = ndim ? cki_chunks_regular(build->arena, ndim, 1, &all[0])
                         : cki_chunks_single(build->arena, 0, &all[0]);
        if (!made) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return NULL;
        }
        memcpy(all + 1, axes, (size_t)ndim * sizeof *axes);
        return cki_creation_full(build, "empty", 0, dtype, ndim + 1, all);
    }
    if (!count_axes(build, ndim, axes, dtype, arrays) ||
        mesh(build, arrays, (size_t)ndim, false, false) != CASK_OK)
        return NULL;
    return cki_join_stack(build, arrays, (size_t)ndim, 0);
}

static cask_value *run_indices(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_axis axes[CKI_MAX_NDIM];
    cki_dtype dtype;
    int ndim;
    if (read_grid(call, &build, "dimensions", CASK_I64, &dtype, &ndim, axes) != CASK_OK)
        return NULL;
    if (ndim == CKI_MAX_NDIM) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "maximum supported dimension for an ndarray is %d, found %d", CKI_MAX_NDIM,
                 ndim + 1);
        return NULL;
    }
    return cki_node_value(&build, indices(&build, ndim, axes, dtype));
}

/* What the function gives for the index arrays; a number is spread over the shape. */
static cask_array apply(cki_call *call, cki_build *build, const cask_array *counts, int ndim,
                        const cki_axis *axes)
{
    cask *ck = call->ck;
    cask_value *arguments = list_of(build, CKI_LIST, counts, (size_t)ndim);
    if (!arguments)
        return NULL;
    cask_value *function =
        cki_operation_argument(call, call->operation->detail ? "function" : "func");
    const cask_value *named = cki_operation_argument(call, "others");
    const char *const *names = cki_map_blocks_names(build, named);
    if (!names) {
        cask_value_unref(arguments);
        return NULL;
    }
    cki_arguments given = {arguments->as.list.items, (size_t)ndim, names, named->as.dict.values,
                           named->as.dict.count};
    cask_value *value = ck->invoke(ck->language, function, &given, call->error);
    cask_array made = value ? cki_node_from_value(build, value) : NULL;
    cask_value_unref(value);
    cask_value_unref(arguments);
    return made && made->ndim == 0 ? cki_view_broadcast(build, made, ndim, axes) : made;
}

static cask_value *run_fromfunction(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array counts[CKI_MAX_NDIM];
    cki_axis axes[CKI_MAX_NDIM];
    cki_dtype dtype;
    int ndim;
    if (!call->ck->invoke) {
        cki_fail(call->error, CASK_TYPE, NULL,
                 "fromfunction() needs a function of the expression language: call it from an "
                 "expression");
        return NULL;
    }
    if (cki_operation_is_none(call, "shape")) {
        cki_fail(call->error, CASK_TYPE, NULL, "fromfunction() needs a shape");
        return NULL;
    }
    if (read_grid(call, &build, "shape", CASK_F64, &dtype, &ndim, axes) != CASK_OK ||
        !count_axes(&build, ndim, axes, dtype, counts) ||
        mesh(&build, counts, (size_t)ndim, false, false) != CASK_OK)
        return NULL;
    return cki_node_value(&build, apply(call, &build, counts, ndim, axes));
}

/* ---- indices of triangles ---- */

/* The rows and columns where column <= row + k, or >= for the upper triangle. */
static cask_value *triangle(cki_build *build, int64_t k, bool upper, const cki_axis *axes)
{
    cask_array row = cki_grid_count(build, &axes[0], k, 1);
    cask_array column = cki_grid_count(build, &axes[1], 0, 1);
    cask_array pair[2] = {row ? cki_grid_along(build, row, 0, 2) : NULL,
                          column ? cki_grid_along(build, column, 1, 2) : NULL};
    cask_array mask =
        pair[0] && pair[1]
            ? cki_elementwise_arrays(build, upper ? "less_equal" : "greater_equal", pair, 2)
            : NULL;
    cask_array places[2] = {mask ? cki_index_mask_where(build, mask, 0) : NULL, NULL};
    places[1] = places[0] ? cki_index_mask_where(build, mask, 1) : NULL;
    return places[1] ? list_of(build, CKI_TUPLE, places, 2) : NULL;
}

/* k, held where it makes no difference any more but cannot overflow. */
static cask_status read_offset(cki_call *call, int64_t *k)
{
    const int64_t most = (int64_t)1 << 60;
    cask_status status = cki_value_index(cki_operation_argument(call, "k"), k, call->error);
    *k = *k > most ? most : *k < -most ? -most : *k;
    return status;
}

static cask_value *run_triangle(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    int64_t shape[2], k = 0;
    cki_axis axes[2];
    if (cki_value_index(cki_operation_argument(call, "n"), &shape[0], call->error) ||
        read_offset(call, &k) != CASK_OK)
        return NULL;
    shape[1] = shape[0];
    if (!cki_operation_is_none(call, "m") &&
        cki_value_index(cki_operation_argument(call, "m"), &shape[1], call->error))
        return NULL;
    if (shape[0] < 0 || shape[1] < 0) {
        cki_fail(call->error, CASK_INVALID, NULL, "negative dimensions are not allowed");
        return NULL;
    }
    if (cki_chunks_normalize(build.arena, cki_operation_argument(call, "chunks"), 2, shape, 1, NULL,
                             call->ck->tuning.chunk_bytes, 0, axes, call->error) != CASK_OK)
        return NULL;
    return triangle(&build, k, call->operation->detail != NULL, axes);
}

static cask_value *run_triangle_from(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "arr"));
    int64_t k = 0;
    if (!x || read_offset(call, &k) != CASK_OK)
        return NULL;
    if (x->ndim != 2 || x->axes[0].length < 0 || x->axes[1].length < 0) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 x->ndim == 2 ? "input array must have known chunk sizes"
                              : "input array must be 2-d");
        return NULL;
    }
    return triangle(&build, k, call->operation->detail != NULL, x->axes);
}

/* ---- the records ---- */

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const char upper, unchunked;

static const cki_operation op_indices = {
    "indices",
    CKI_IN_DA,
    "dimensions, dtype=None, chunks='auto'",
    "The indices of a grid: for each axis of the dimensions, an array of that shape.",
    run_indices,
    NULL};
static const cki_operation op_np_meshgrid = {
    "meshgrid",
    CKI_IN_NP,
    "*xi, sparse=False, indexing='xy', copy=True",
    "Coordinate matrices of coordinate vectors, as a list.",
    run_meshgrid,
    &unchunked};
static const cki_operation op_meshgrid = {"meshgrid",
                                          CKI_IN_DA,
                                          "*xi, sparse=False, indexing='xy', copy=None",
                                          "Coordinate matrices of coordinate vectors, as a list.",
                                          run_meshgrid,
                                          NULL};
static const cki_operation op_fromfunction = {
    "fromfunction",
    CKI_IN_DA,
    "func, chunks='auto', shape=None, dtype=None, **others",
    "The array of a function of the indices along each axis.",
    run_fromfunction,
    NULL};
static const cki_operation op_np_fromfunction = {
    "fromfunction",
    CKI_IN_NP,
    "function, shape, dtype=None, **others",
    "The array of a function of the indices along each axis.",
    run_fromfunction,
    &unchunked};
static const cki_operation op_tril_indices = {
    "tril_indices",
    FUNCTION,
    "n, k=0, m=None, chunks='auto'",
    "Row and column numbers of an n x m matrix on and below its k-th diagonal.",
    run_triangle,
    NULL};
static const cki_operation op_triu_indices = {
    "triu_indices",
    FUNCTION,
    "n, k=0, m=None, chunks='auto'",
    "Row and column numbers of an n x m matrix on and above its k-th diagonal.",
    run_triangle,
    &upper};
static const cki_operation op_tril_indices_from = {
    "tril_indices_from", FUNCTION,
    "arr, k=0",          "Row and column numbers of a matrix on and below its k-th diagonal.",
    run_triangle_from,   NULL};
static const cki_operation op_triu_indices_from = {
    "triu_indices_from", FUNCTION,
    "arr, k=0",          "Row and column numbers of a matrix on and above its k-th diagonal.",
    run_triangle_from,   &upper};

const cki_operation *const cki_grid_operations[] = {&op_indices,           &op_np_meshgrid,
                                                    &op_meshgrid,          &op_fromfunction,
                                                    &op_np_fromfunction,   &op_tril_indices,
                                                    &op_triu_indices,      &op_tril_indices_from,
                                                    &op_triu_indices_from, NULL};
