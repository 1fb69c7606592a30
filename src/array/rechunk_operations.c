/* x.rechunk(...): the operation, and chunks of nearly one size where they are to be balanced. */
#include "array/rechunk.h"
#include "array/runs.h"

#include <math.h>
#include <string.h>

/* ---- balance ---- */

static int64_t ceil_divide(int64_t a, int64_t b)
{
    return a / b + (a % b != 0);
}

/* numpy.median of the sizes as an integer: the mean of the two in the middle of the sorted ones. */
static int64_t median(const cki_axis *axis)
{
    int64_t middle[2] = {(axis->blocks - 1) / 2, axis->blocks / 2}, found[2] = {0, 0};
    for (int which = 0; which < 2; which++)
        for (size_t i = 0; i < axis->nruns; i++) {
            int64_t size = axis->runs[i].size, below = 0, upto = 0;
            for (size_t k = 0; k < axis->nruns; k++) {
                below += axis->runs[k].size < size ? axis->runs[k].count : 0;
                upto += axis->runs[k].size <= size ? axis->runs[k].count : 0;
            }
            if (below <= middle[which] && middle[which] < upto)
                found[which] = size;
        }
    return (found[0] + found[1]) / 2;
}

/* As many chunks (or one less, if one is a small rest) of a size near the median, the one whose
 * rest differs least from it; Dask's balance. */
static int64_t balanced_size(const cki_axis *axis)
{
    int64_t middle = median(axis), around = middle / 2, smallest = INT64_MAX;
    for (size_t i = 0; i < axis->nruns; i++)
        smallest = axis->runs[i].size < smallest ? axis->runs[i].size : smallest;
    int64_t count = axis->blocks - (2 * smallest <= cki_chunks_largest(axis));
    int64_t best = 0, least = INT64_MAX;
    if (count <= 0 || axis->length <= 0)
        return 0;
    /* Sizes that give `count` chunks lie between length / count and length / (count - 1). */
    int64_t low = ceil_divide(axis->length, count);
    int64_t high = count > 1 ? (axis->length - 1) / (count - 1) : axis->length;
    low = low > middle - around ? low : middle - around;
    high = high < middle + around ? high : middle + around;
    if (count == 1 && high > axis->length)
        high = axis->length;
    for (int64_t size = low > 1 ? low : 1; size <= high; size++) {
        if (ceil_divide(axis->length, size) != count)
            continue;
        int64_t rest = axis->length % size, spread = rest ? size - rest : 0;
        if (count == 1)
            spread = 0;
        if (spread < least) {
            least = spread;
            best = size;
        }
    }
    return best;
}

static cask_status balance(cki_build *build, int ndim, cki_axis *axes)
{
    for (int i = 0; i < ndim; i++) {
        int64_t size = cki_chunks_is_known(&axes[i]) ? balanced_size(&axes[i]) : 0;
        if (size && !cki_chunks_regular(build->arena, axes[i].length, size, &axes[i]))
            return cki_fail_memory(build->error, sizeof(cki_run));
    }
    return CASK_OK;
}

/* ---- the operation ---- */

/* None among a tuple's sizes keeps the axis; so does an axis that a dict does not name. Keys of a
 * dict are checked. */
static cask_status check_keys(const cask_value *chunks, int ndim, cki_error *error)
{
    for (size_t i = 0; chunks->kind == CKI_DICT && i < chunks->as.dict.count; i++) {
        int axis;
        cask_status status = cki_node_axis(chunks->as.dict.keys[i], ndim, &axis, error);
        if (status != CASK_OK)
            return status;
    }
    return CASK_OK;
}

/* Sizes beyond the array's axes are not looked at, as in Dask; NULL if there are none. */
static cask_value *cut_surplus(const cask_value *chunks, size_t ndim, cki_error *error)
{
    bool sequence = chunks->kind == CKI_TUPLE || chunks->kind == CKI_LIST;
    if (!sequence || chunks->as.list.count <= ndim || !ndim)
        return NULL;
    cask_value *cut = cki_value_list(CKI_TUPLE, ndim, error);
    for (size_t i = 0; cut && i < ndim; i++)
        cut->as.list.items[i] = cask_value_ref(chunks->as.list.items[i]);
    return cut;
}

cask_array cki_rechunk_value(cki_build *build, cask_array x, const cask_value *chunks,
                             uint64_t limit, bool balanced)
{
    int64_t shape[CKI_MAX_NDIM];
    bool empty = x && x->ndim > 0;
    for (int i = 0; x && i < x->ndim; i++)
        empty = empty && x->axes[i].length == 0;
    if (!x || empty)
        return x;
    cki_axis *axes = cki_runs_axes(build, x->ndim);
    if (!axes || check_keys(chunks, x->ndim, build->error) != CASK_OK)
        return NULL;
    cki_node_shape(x, shape);
    cask_value *cut = cut_surplus(chunks, (size_t)x->ndim, build->error);
    cask_status status =
        build->error->status
            ? build->error->status
            : cki_chunks_normalize(build->arena, cut ? cut : chunks, x->ndim, shape,
                                   cki_dtype_size(x->dtype), x->axes, build->ck->tuning.chunk_bytes,
                                   limit, axes, build->error);
    cask_value_unref(cut);
    if (status != CASK_OK)
        return NULL;
    if (balanced && balance(build, x->ndim, axes) != CASK_OK)
        return NULL;
    return cki_rechunk_to(build, x, axes);
}

static bool read_limit(cki_call *call, uint64_t *limit)
{
    const cask_value *value = cki_operation_argument(call, "block_size_limit");
    double number;
    *limit = 0;
    if (value->kind == CKI_NONE)
        return true;
    if (value->kind == CKI_STR) {
        if (cki_text_bytes(value->as.text.bytes, limit))
            return true;
        cki_fail(call->error, CASK_INVALID, "ValueError",
                 "Could not interpret '%s' as a number of bytes", value->as.text.bytes);
        return false;
    }
    if (cki_value_real(value, &number, call->error) != CASK_OK)
        return false;
    *limit = number > 0 && number < 0x1p63 ? (uint64_t)number : 0;
    return true;
}

/* Whether it is a sequence of as many NaN as an axis of unknown length has blocks. */
static bool is_as_it_is(const cki_axis *axis, const cask_value *sizes)
{
    bool sequence = sizes->kind == CKI_TUPLE || sizes->kind == CKI_LIST;
    if (axis->length >= 0 || !sequence || (int64_t)sizes->as.list.count != axis->blocks)
        return false;
    for (size_t i = 0; i < sizes->as.list.count; i++) {
        const cask_value *size = sizes->as.list.items[i];
        if (size->kind != CKI_FLOAT || !isnan(size->as.real))
            return false;
    }
    return true;
}

/* The chunks asked for, None in place of unknown ones that are to stay; a new reference. */
static cask_value *read_chunks(cki_call *call, cask_array x)
{
    cask_value *chunks = cki_operation_argument(call, "chunks");
    bool each = (chunks->kind == CKI_TUPLE || chunks->kind == CKI_LIST) &&
                chunks->as.list.count == (size_t)x->ndim;
    if (!each)
        return cask_value_ref(chunks);
    cask_value *list = cki_value_list(CKI_TUPLE, (size_t)x->ndim, call->error);
    for (int k = 0; list && k < x->ndim; k++) {
        cask_value *sizes = chunks->as.list.items[k];
        list->as.list.items[k] =
            is_as_it_is(&x->axes[k], sizes) ? cki_value_none() : cask_value_ref(sizes);
    }
    return list;
}

static cask_value *run_rechunk(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "x"));
    uint64_t limit;
    if (!x || !read_limit(call, &limit))
        return NULL;
    cask_value *chunks = read_chunks(call, x);
    cask_array made =
        chunks ? cki_rechunk_value(&build, x, chunks, limit, cki_operation_flag(call, "balance"))
               : NULL;
    cask_value_unref(chunks);
    return cki_node_value(&build, made);
}

static const cki_operation op_rechunk = {
    "rechunk",
    CKI_IN_DA | CKI_ARRAY_METHOD,
    "x, chunks='auto', threshold=None, block_size_limit=None, balance=False",
    "The same array in other chunks: an int, a size or list of sizes for each axis, a dict from "
    "axis to size, -1 for one chunk, 'auto', or a chunk's bytes as '64MiB'.",
    run_rechunk,
    NULL};

const cki_operation *const cki_rechunk_operations[] = {&op_rechunk, NULL};
