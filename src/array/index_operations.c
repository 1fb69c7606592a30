/* The operations of indexing: x[...], take, compress, nonzero and their like. */
#include "array/elementwise.h"
#include "array/index.h"
#include "array/index_mask.h"
#include "array/index_positions.h"
#include "array/index_views.h"
#include "array/join.h"
#include "array/reshape.h"
#include "array/source.h"
#include "expr/collection.h"

static cask_array array_argument(cki_call *call, cki_build *build, const char *name)
{
    return cki_node_from_value(build, cki_operation_argument(call, name));
}

/* An array in memory takes several lists too, as NumPy's does. */
static cask_array many_lists(cki_build *build, cask_array x, const cki_array *eager,
                             cask_value *index)
{
    cask_value *places = cki_index_positions_of(eager->shape, eager->ndim, index, build->error);
    const cki_array *at = cki_array_of(places);
    x = at ? cki_reshape_ravel(build, x) : NULL;
    const int64_t *list = (const int64_t *)(const void *)(at ? at->data : NULL);
    cask_array taken = x ? cki_index_take(build, x, 0, list, cki_array_size(at)) : NULL;
    taken = taken ? cki_reshape_to(build, taken, at->ndim, at->shape) : NULL;
    cask_value_unref(places);
    return taken;
}

static cask_value *run_getitem(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "x");
    cask_value *index = cki_operation_argument(call, "index");
    const cki_array *eager = cki_array_of(cki_operation_argument(call, "x"));
    if (x && eager && cki_index_positions_many(index) && !cki_collection_in(index))
        return cki_node_value(&build, many_lists(&build, x, eager, index));
    return cki_node_value(&build, cki_index_value(&build, x, index));
}

/* x[:, :, index] with as many whole slices before it as the axis says. */
static cask_array index_axis(cki_build *build, cask_array x, int axis, cask_value *index)
{
    cask_value *tuple = cki_value_list(CKI_TUPLE, (size_t)axis + 1, build->error);
    if (!tuple)
        return NULL;
    for (int i = 0; i < axis; i++) {
        tuple->as.list.items[i] = cki_value_slice(NULL, NULL, NULL, build->error);
        if (!tuple->as.list.items[i]) {
            tuple->as.list.count = (size_t)i;
            cask_value_unref(tuple);
            return NULL;
        }
    }
    tuple->as.list.items[axis] = cask_value_ref(index);
    cask_array result = cki_index_value(build, x, tuple);
    cask_value_unref(tuple);
    return result;
}

/* axis None: of the array raveled. */
static cask_value *run_take(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "a");
    cask_value *axis_value = cki_operation_argument(call, "axis");
    int axis = 0;
    if (x && axis_value->kind == CKI_NONE)
        x = cki_reshape_ravel(&build, x);
    else if (x && cki_node_axis(axis_value, x->ndim, &axis, call->error) != CASK_OK)
        return NULL;
    if (!x)
        return NULL;
    cask_value *indices = cki_operation_argument(call, "indices");
    return cki_node_value(&build, index_axis(&build, x, axis, indices));
}

/* The part of x along an axis where a 1-d condition is true; a short one is false at the end. */
static cask_array compress(cki_build *build, cask_value *condition, cask_array x, int axis)
{
    cask_array lazy = cki_node_from_value(build, condition);
    if (!lazy || !x)
        return NULL;
    if (lazy->ndim != 1) {
        cki_fail(build->error, CASK_INVALID, "ValueError", "Condition must be one dimensional");
        return NULL;
    }
    int64_t length = cki_node_length(lazy, 0), own = cki_node_length(x, axis);
    if (length >= 0 && own > length)
        x = cki_index_range(build, x, axis, 0, length);
    lazy = cki_elementwise_cast(build, lazy, cki_dtype_of(CASK_BOOL));
    if (cki_node_lazy(condition))
        return cki_index_mask_axis(build, x, axis, lazy);
    cask_value *mask = cki_array_from_value(condition, cki_dtype_of(CASK_BOOL), build->error);
    cask_array result = mask ? index_axis(build, x, axis, mask) : NULL;
    cask_value_unref(mask);
    return result;
}

static cask_value *run_compress(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "a");
    int axis = 0;
    if (x && cki_operation_is_none(call, "axis"))
        x = cki_reshape_ravel(&build, x);
    else if (x && cki_node_axis(cki_operation_argument(call, "axis"), x->ndim, &axis,
                                call->error) != CASK_OK)
        return NULL;
    if (!x)
        return NULL;
    return cki_node_value(&build,
                          compress(&build, cki_operation_argument(call, "condition"), x, axis));
}

static cask_value *run_extract(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_reshape_ravel(&build, array_argument(call, &build, "arr"));
    cask_array condition = array_argument(call, &build, "condition");
    condition = condition ? cki_elementwise_cast(&build, condition, cki_dtype_of(CASK_BOOL)) : NULL;
    condition = cki_reshape_ravel(&build, condition);
    cask_value *mask = x ? cki_node_value(&build, condition) : NULL;
    cask_array result = mask ? compress(&build, mask, x, 0) : NULL;
    cask_value_unref(mask);
    return cki_node_value(&build, result);
}

static cask_value *run_nonzero(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "a");
    cask_value *tuple = x ? cki_value_list(CKI_TUPLE, (size_t)x->ndim, call->error) : NULL;
    for (int i = 0; tuple && i < x->ndim; i++) {
        cask_value *item = cki_node_value(&build, cki_index_mask_where(&build, x, i));
        if (!item) {
            tuple->as.list.count = (size_t)i;
            cask_value_unref(tuple);
            return NULL;
        }
        tuple->as.list.items[i] = item;
    }
    return tuple;
}

static cask_value *run_flatnonzero(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_reshape_ravel(&build, array_argument(call, &build, "a"));
    return cki_node_value(&build, cki_index_mask_where(&build, x, 0));
}

static cask_value *run_argwhere(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "a"), columns[CKI_MAX_NDIM];
    if (!x)
        return NULL;
    for (int i = 0; i < x->ndim; i++)
        if (!(columns[i] = cki_index_mask_where(&build, x, i)))
            return NULL;
    return cki_node_value(&build, cki_join_stack(&build, columns, (size_t)x->ndim, 1));
}

/* ---- indexers ---- */

/* They hold the node, which the context owns. */
static void release_nothing(void *self)
{
    (void)self;
}

static const cki_class blocks_class = {"BlockView", release_nothing, NULL, NULL};
static const cki_class points_class = {"PointIndexer", release_nothing, NULL, NULL};

static cask_value *make_indexer(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "x");
    return x ? cki_value_object(call->operation->detail, (void *)(uintptr_t)x, call->error) : NULL;
}

static cask_value *run_blocks_item(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_value_self(cki_operation_argument(call, "blocks"), &blocks_class);
    return cki_node_value(&build,
                          cki_index_blocks(&build, x, cki_operation_argument(call, "index")));
}

static cask_value *run_blocks_shape(cki_call *call)
{
    cask_array x = cki_value_self(cki_operation_argument(call, "blocks"), &blocks_class);
    cask_value *shape = x ? cki_value_list(CKI_TUPLE, (size_t)x->ndim, call->error) : NULL;
    for (int i = 0; shape && i < x->ndim; i++)
        if (!(shape->as.list.items[i] = cki_value_int(x->axes[i].blocks, call->error))) {
            shape->as.list.count = (size_t)i;
            cask_value_unref(shape);
            return NULL;
        }
    return shape;
}

static cask_value *run_blocks_size(cki_call *call)
{
    cask_array x = cki_value_self(cki_operation_argument(call, "blocks"), &blocks_class);
    return x ? cki_value_int(cki_node_blocks(x), call->error) : NULL;
}

/* An array of each block, in C order. */
static cask_value *run_blocks_ravel(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_value_self(cki_operation_argument(call, "blocks"), &blocks_class);
    int64_t count = x ? cki_node_blocks(x) : 0, position[CKI_MAX_NDIM];
    cask_value *list = x ? cki_value_list(CKI_LIST, (size_t)count, call->error) : NULL;
    cask_value *index = list ? cki_value_list(CKI_TUPLE, (size_t)x->ndim, call->error) : NULL;
    for (int64_t i = 0; index && i < count && call->error->status == CASK_OK; i++) {
        cki_node_position(x, i, position);
        for (int k = 0; k < x->ndim; k++) {
            cask_value_unref(index->as.list.items[k]);
            index->as.list.items[k] = cki_value_int(position[k], call->error);
        }
        list->as.list.items[i] =
            call->error->status ? NULL : cki_node_value(&build, cki_index_blocks(&build, x, index));
    }
    if (index && call->error->status == CASK_OK) {
        cask_value_unref(index);
        return list;
    }
    for (int64_t i = 0; list && i < count; i++) /* what was not made is no value */
        if (!list->as.list.items[i])
            list->as.list.items[i] = cki_value_none();
    for (int k = 0; index && k < x->ndim; k++)
        if (!index->as.list.items[k])
            index->as.list.items[k] = cki_value_none();
    cask_value_unref(index);
    cask_value_unref(list);
    return NULL;
}

static cask_value *run_points_item(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_value_self(cki_operation_argument(call, "points"), &points_class);
    return cki_node_value(&build,
                          cki_index_points(&build, x, cki_operation_argument(call, "index")));
}

/* ---- the records ---- */

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const cki_operation op_getitem = {
    "__getitem__",
    CKI_ARRAY_PROTOCOL,
    "x, index",
    "x[index]: integers, slices, None, ..., and one list, mask or lazy array of positions.",
    run_getitem,
    NULL};
static const cki_operation op_take = {
    "take",   CKI_IN_DA, "a, indices, axis=0", "The elements at the given positions of one axis.",
    run_take, NULL};
static const cki_operation op_compress = {"compress",
                                          FUNCTION,
                                          "condition, a, axis=None",
                                          "The parts along an axis where a 1-d condition is true.",
                                          run_compress,
                                          NULL};
static const cki_operation op_extract = {
    "extract",   FUNCTION, "condition, arr", "The elements where a condition is true, 1-d.",
    run_extract, NULL};
static const cki_operation op_nonzero = {
    "nonzero",   FUNCTION | CKI_ARRAY_METHOD,
    "a",         "The indices of the nonzero elements, an array for each axis.",
    run_nonzero, NULL};
static const cki_operation op_flatnonzero = {
    "flatnonzero",   FUNCTION, "a", "The positions of the nonzero elements in the raveled array.",
    run_flatnonzero, NULL};
static const cki_operation op_argwhere = {
    "argwhere",   FUNCTION, "a", "The indices of the nonzero elements, a row for each element.",
    run_argwhere, NULL};
static const cki_operation op_blocks = {
    "blocks",     CKI_ARRAY_ATTRIBUTE, "x", "The array's chunks: x.blocks[i, j] has only those.",
    make_indexer, &blocks_class};
static const cki_operation op_partitions = {
    "partitions", CKI_ARRAY_ATTRIBUTE, "x", "The same as blocks.", make_indexer, &blocks_class};
static const cki_operation op_vindex = {
    "vindex",     CKI_ARRAY_ATTRIBUTE,
    "x",          "Pointwise indexing: x.vindex[[0, 1], [2, 3]] is x[0, 2] and x[1, 3].",
    make_indexer, &points_class};
static const cki_operation op_blocks_item = {
    "BlockView.__getitem__",          CKI_ARRAY_PROTOCOL, "blocks, index",
    "An array of the chosen chunks.", run_blocks_item,    NULL};
static const cki_operation op_blocks_shape = {
    "BlockView.shape", CKI_ARRAY_PROTOCOL | CKI_OWN_ATTRIBUTE,
    "blocks",          "How many chunks along each axis.",
    run_blocks_shape,  NULL};
static const cki_operation op_blocks_size = {
    "BlockView.size", CKI_ARRAY_PROTOCOL | CKI_OWN_ATTRIBUTE,
    "blocks",         "How many chunks.",
    run_blocks_size,  NULL};
static const cki_operation op_blocks_ravel = {
    "BlockView.ravel", CKI_ARRAY_PROTOCOL,
    "blocks",          "The list of all chunks, each an array.",
    run_blocks_ravel,  NULL};
static const cki_operation op_points_item = {
    "PointIndexer.__getitem__",    CKI_ARRAY_PROTOCOL, "points, index",
    "The elements at the points.", run_points_item,    NULL};

const cki_operation *const cki_index_operations[] = {
    &op_getitem,     &op_take,         &op_compress,    &op_extract,
    &op_nonzero,     &op_argwhere,     &op_blocks,      &op_partitions,
    &op_flatnonzero, &op_blocks_shape, &op_blocks_size, &op_blocks_ravel,
    &op_blocks_item, &op_vindex,       &op_points_item, NULL,
};
