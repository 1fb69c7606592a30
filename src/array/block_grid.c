/* Lists of lists of lazy values, as to_delayed gives blocks, looked at as NumPy's arrays of
 * objects, which Dask has in their place: shape, ravel(), [i, j]. */
#include "array/block_grid.h"
#include "array/pick.h"
#include "expr/collection.h"

enum { DEEPEST = 32 };

/* How deep lists lie in the first items of lists; AttributeError if there is nothing lazy within.
 */
static int depth_of(cki_call *call, const char *name)
{
    const cask_value *at = call->arguments[0];
    int depth = 0;
    if (!cki_collection_in(at)) {
        cki_fail(call->error, CASK_NOT_FOUND, "AttributeError",
                 "'list' object has no attribute '%s'", name);
        return 0;
    }
    while (at->kind == CKI_LIST && depth < DEEPEST) {
        depth++;
        if (at->as.list.count == 0)
            break;
        at = at->as.list.items[0];
    }
    return depth;
}

static cask_value *run_ndim(cki_call *call)
{
    int depth = depth_of(call, "ndim");
    return depth ? cki_value_int(depth, call->error) : NULL;
}

static cask_value *run_shape(cki_call *call)
{
    const cask_value *at = call->arguments[0];
    int64_t shape[DEEPEST];
    int depth = depth_of(call, "shape");
    for (int k = 0; k < depth; k++) {
        shape[k] = (int64_t)at->as.list.count;
        at = shape[k] ? at->as.list.items[0] : at;
    }
    return depth ? cki_value_ints(CKI_TUPLE, shape, (size_t)depth, call->error) : NULL;
}

/* The items of all lists within, one after the other: one level fewer. */
static cask_value *flatten_once(const cask_value *list, cki_error *error)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < list->as.list.count; i++) {
        const cask_value *inner = list->as.list.items[i];
        count += inner->kind == CKI_LIST ? inner->as.list.count : 1;
    }
    cask_value *flat = cki_value_list(CKI_LIST, count, error);
    for (size_t i = 0; flat && i < list->as.list.count; i++) {
        cask_value *inner = list->as.list.items[i];
        if (inner->kind != CKI_LIST)
            flat->as.list.items[at++] = cask_value_ref(inner);
        for (size_t j = 0; inner->kind == CKI_LIST && j < inner->as.list.count; j++)
            flat->as.list.items[at++] = cask_value_ref(inner->as.list.items[j]);
    }
    return flat;
}

static cask_value *run_ravel(cki_call *call)
{
    int depth = depth_of(call, "ravel");
    cask_value *flat = depth ? cask_value_ref(call->arguments[0]) : NULL;
    for (; flat && depth > 1; depth--) {
        cask_value *next = flatten_once(flat, call->error);
        cask_value_unref(flat);
        flat = next;
    }
    return flat;
}

static cask_value *run_size(cki_call *call)
{
    cask_value *flat = run_ravel(call);
    cask_value *size = flat ? cki_value_int((int64_t)flat->as.list.count, call->error) : NULL;
    cask_value_unref(flat);
    return size;
}

static cask_value *run_tolist(cki_call *call)
{
    return depth_of(call, "tolist") ? cask_value_ref(call->arguments[0]) : NULL;
}

/* ---- [i, j] ---- */

static cask_value *pick(cask_value *list, cask_value *const *index, size_t count, cki_error *error);

static cask_value *pick_one(const cask_value *list, cask_value *const *index, size_t count,
                            cki_error *error)
{
    int64_t at, length = (int64_t)list->as.list.count;
    if (cki_value_index(index[0], &at, error) != CASK_OK)
        return NULL;
    if (at < -length || at >= length) {
        cki_fail(error, CASK_INDEX, NULL, "index %lld is out of bounds for an axis of size %lld",
                 (long long)at, (long long)length);
        return NULL;
    }
    return pick(list->as.list.items[at < 0 ? at + length : at], index + 1, count - 1, error);
}

/* Along as many axes as there are indices, of which there are few. */
static cask_value *pick(cask_value *list, cask_value *const *index, size_t count, cki_error *error)
{
    if (count == 0)
        return cask_value_ref(list);
    if (list->kind != CKI_LIST) {
        cki_fail(error, CASK_INDEX, NULL, "too many indices for the grid of blocks");
        return NULL;
    }
    if (index[0]->kind != CKI_SLICE)
        return pick_one(list, index, count, error);
    cki_pick p;
    int64_t stop;
    if (cki_pick_slice(index[0], (int64_t)list->as.list.count, &p, &stop, error) != CASK_OK)
        return NULL;
    cask_value *made = cki_value_list(CKI_LIST, (size_t)p.count, error);
    for (int64_t i = 0; made && i < p.count; i++) {
        cask_value *item = list->as.list.items[p.start + i * p.step];
        if ((item = pick(item, index + 1, count - 1, error))) {
            made->as.list.items[i] = item;
            continue;
        }
        made->as.list.count = (size_t)i;
        cask_value_unref(made);
        return NULL;
    }
    return made;
}

static cask_value *run_item(cki_call *call)
{
    cask_value *index = call->arguments[1];
    if (index->kind == CKI_TUPLE && index->as.list.count <= DEEPEST &&
        cki_collection_in(call->arguments[0]))
        return pick(call->arguments[0], index->as.list.items, index->as.list.count, call->error);
    cki_fail(call->error, CASK_TYPE, NULL, "list indices must be integers or slices, not %s",
             cki_value_type(index));
    return NULL;
}

/* ---- the records ---- */

#define ATTRIBUTE (CKI_ARRAY_PROTOCOL | CKI_OWN_ATTRIBUTE)
static const cki_operation ndim = {
    "list.ndim", ATTRIBUTE, "grid", "How many axes a grid of blocks has.", run_ndim, NULL};
static const cki_operation shape = {"list.shape", ATTRIBUTE,
                                    "grid",       "How many blocks a grid has along each axis.",
                                    run_shape,    NULL};
static const cki_operation size = {"list.size", ATTRIBUTE, "grid", "How many blocks a grid has.",
                                   run_size,    NULL};
static const cki_operation ravel = {
    "list.ravel", CKI_ARRAY_PROTOCOL, "grid", "The blocks of a grid in one list.", run_ravel, NULL};
static const cki_operation flatten = {"list.flatten", CKI_ARRAY_PROTOCOL,
                                      "grid",         "The blocks of a grid in one list.",
                                      run_ravel,      NULL};
static const cki_operation tolist = {
    "list.tolist", CKI_ARRAY_PROTOCOL, "grid", "A grid of blocks as lists.", run_tolist, NULL};
static const cki_operation item = {"list.__getitem__",  CKI_ARRAY_PROTOCOL, "grid, index",
                                   "Blocks of a grid.", run_item,           NULL};

const cki_operation *const cki_block_grid_operations[] = {&ndim,    &shape,  &size, &ravel,
                                                          &flatten, &tolist, &item, NULL};
