/* The operations of reshaping: reshape, ravel, flatten, repeat. */
#include "array/rechunk.h"
#include "array/reshape.h"
#include "array/runs.h"
#include "array/view.h"

#include <math.h>

static cask_array array_argument(cki_call *call, cki_build *build, const char *name)
{
    return cki_node_from_value(build, cki_operation_argument(call, name));
}

static void fail_missing(cki_build *build, int64_t size, int64_t known)
{
    if (known == 0)
        cki_fail(build->error, CASK_ARITHMETIC, "ZeroDivisionError",
                 "division by zero: the length -1 cannot be told beside a length of 0");
    else
        cki_fail(build->error, CASK_INDEX, "IndexError",
                 "Bad index.  Must be integer-like: %g. Cannot reshape array of size %lld: it is "
                 "no multiple of %lld",
                 (double)size / (double)known, (long long)size, (long long)known);
}

/* The shape argument with its -1 filled in. -1 alone keeps a 1-d array, also of unknown length. */
static bool read_shape(cki_build *build, cask_array x, const cask_value *value, int64_t *shape,
                       int *ndim, bool *same)
{
    bool list = value->kind == CKI_TUPLE || value->kind == CKI_LIST;
    size_t count = list ? value->as.list.count : 1;
    int missing = -1;
    int64_t known = 1;
    *same = false;
    if (count > CKI_MAX_NDIM) {
        cki_fail(build->error, CASK_INVALID, "ValueError",
                 "maximum supported dimension for an ndarray is %d, found %zu", CKI_MAX_NDIM,
                 count);
        return false;
    }
    *ndim = (int)count;
    for (int i = 0; i < *ndim; i++) {
        const cask_value *item = list ? value->as.list.items[i] : value;
        if (item->kind == CKI_FLOAT && item->as.real == floor(item->as.real) &&
            fabs(item->as.real) < 0x1p62)
            shape[i] = (int64_t)item->as.real;
        else if (cki_value_index(item, &shape[i], build->error) != CASK_OK)
            return false;
        if (shape[i] == -1 && missing >= 0) {
            cki_fail(build->error, CASK_INVALID, "ValueError",
                     "can only specify one unknown dimension");
            return false;
        }
        if (shape[i] == -1)
            missing = i;
        else if (__builtin_mul_overflow(known, shape[i], &known))
            known = INT64_MAX;
    }
    if (missing < 0)
        return true;
    if (*ndim == 1 && x->ndim == 1) {
        *same = true;
        return true;
    }
    int64_t size = cki_node_size(x);
    if (size >= 0 && (known == 0 || size % known)) {
        fail_missing(build, size, known);
        return false;
    }
    shape[missing] = size >= 0 ? size / known : -1;
    return true;
}

/* merge_chunks=False: blocks that lie apart in the result are cut off, not merged. */
static cask_array cut_outer(cki_build *build, cask_array x, int count)
{
    cki_axis *axes = cki_runs_axes(build, x->ndim);
    for (int i = 0; axes && i < x->ndim; i++) {
        axes[i] = x->axes[i];
        if (i < count && !cki_chunks_regular(build->arena, x->axes[i].length, 1, &axes[i])) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return NULL;
        }
    }
    return axes ? cki_rechunk_to(build, x, axes) : NULL;
}

/* Blocks larger than the limit are cut. */
static cask_array keep_limit(cki_call *call, cki_build *build, cask_array x)
{
    const cask_value *value = cki_operation_argument(call, "limit");
    uint64_t limit = 0;
    double number = 0;
    if (!x || value->kind == CKI_NONE)
        return x;
    bool text = value->kind == CKI_STR;
    if (text && !cki_text_bytes(value->as.text.bytes, &limit)) {
        cki_fail(call->error, CASK_INVALID, "ValueError",
                 "Could not interpret '%s' as a number of bytes", value->as.text.bytes);
        return NULL;
    }
    if (!text && cki_value_real(value, &number, call->error) != CASK_OK)
        return NULL;
    if (!text)
        limit = number > 1 && number < 0x1p62 ? (uint64_t)number : 1;
    if (cki_node_largest_block(x) <= limit)
        return x;
    cask_value *automatic = cki_value_string("auto", call->error);
    cask_array cut = automatic ? cki_rechunk_value(build, x, automatic, limit, false) : NULL;
    cask_value_unref(automatic);
    return cut;
}

static cask_value *run_reshape(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "x");
    const cask_value *value = cki_operation_argument(call, "shape");
    int64_t shape[CKI_MAX_NDIM];
    int ndim;
    bool same;
    if (value->kind == CKI_TUPLE && value->as.list.count == 1 &&
        (value->as.list.items[0]->kind == CKI_TUPLE || value->as.list.items[0]->kind == CKI_LIST))
        value = value->as.list.items[0]; /* x.reshape((2, 3)) */
    if (!x || !read_shape(&build, x, value, shape, &ndim, &same))
        return NULL;
    if (same)
        return cki_node_value(&build, x);
    if (!cki_operation_flag(call, "merge_chunks") && x->ndim > ndim && cki_node_size(x) >= 0 &&
        cki_node_blocks(x) > 1)
        x = cut_outer(&build, x, x->ndim - ndim);
    return cki_node_value(&build, keep_limit(call, &build, cki_reshape_to(&build, x, ndim, shape)));
}

static cask_value *run_ravel(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    return cki_node_value(&build,
                          cki_reshape_ravel(&build, array_argument(call, &build, "array_like")));
}

/* ---- repeat ---- */

/* One chunk cut where Dask cuts it: into repeats - 1 pieces, so that blocks stay small. */
static void cut_block(cki_runs *runs, double start, double size, int64_t repeats)
{
    double step = size / (double)(repeats - 1), last = start;
    if (step <= 1) { /* single elements */
        cki_runs_add(runs, 1, (int64_t)size);
        return;
    }
    for (int64_t cut = 1; cut < repeats && !runs->failed; cut++) {
        double at = cut == repeats - 1 ? start + size : nearbyint(start + (double)cut * step);
        cki_runs_add(runs, (int64_t)(at - last), at > last);
        last = at;
    }
}

static bool cut_for_repeat(cki_build *build, const cki_axis *axis, int64_t repeats, cki_axis *out)
{
    cki_runs runs = {0};
    for (size_t i = 0; i < axis->nruns && !runs.failed; i++) {
        const cki_run *run = &axis->runs[i];
        if (run->size % (repeats - 1) == 0) {
            if (run->size)
                cki_runs_add(&runs, run->size / (repeats - 1), (repeats - 1) * run->count);
            continue;
        }
        for (int64_t k = 0; k < run->count && !runs.failed; k++)
            cut_block(&runs, (double)(run->start + k * run->size), (double)run->size, repeats);
    }
    return cki_runs_finish(&runs, build->arena, out, build->error) == CASK_OK;
}

/* A new axis of length `repeats` behind the axis, and both made one. */
static cask_array repeat(cki_build *build, cask_array x, int64_t repeats, int axis)
{
    cki_axis *cut = cki_runs_axes(build, x->ndim), *wide = cki_runs_axes(build, x->ndim + 1);
    cki_axis *out = cki_runs_axes(build, x->ndim);
    if (!cut || !wide || !out)
        return NULL;
    int64_t longer;
    if (__builtin_mul_overflow(cki_node_length(x, axis), repeats, &longer)) {
        cki_fail(build->error, CASK_INVALID, "ValueError", "Maximum allowed dimension exceeded");
        return NULL;
    }
    int from[CKI_MAX_NDIM + 1];
    for (int i = 0; i < x->ndim; i++)
        cut[i] = out[i] = x->axes[i];
    if (!cut_for_repeat(build, &x->axes[axis], repeats, &cut[axis]))
        return NULL;
    for (int i = 0; i <= x->ndim; i++) {
        from[i] = i == axis + 1 ? -1 : i <= axis ? i : i - 1;
        if (i != axis + 1)
            wide[i] = cut[from[i]];
    }
    cki_runs runs = {0};
    for (size_t i = 0; i < cut[axis].nruns; i++)
        cki_runs_add(&runs, cut[axis].runs[i].size * repeats, cut[axis].runs[i].count);
    if (cki_runs_finish(&runs, build->arena, &out[axis], build->error) != CASK_OK)
        return NULL;
    if (!cki_chunks_single(build->arena, repeats, &wide[axis + 1])) {
        cki_fail_memory(build->error, sizeof(cki_run));
        return NULL;
    }
    cask_array many = cki_view_make(build, cki_rechunk_to(build, x, cut), "broadcast_to",
                                    x->ndim + 1, from, wide);
    return cki_reshape_blocks(build, many, "repeat", x->ndim, out);
}

static cask_value *run_repeat(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "a");
    const cask_value *value = cki_operation_argument(call, "repeats");
    int64_t repeats;
    int axis = 0;
    if (!x)
        return NULL;
    if (cki_operation_is_none(call, "axis")) {
        if (x->ndim != 1) {
            cki_fail(call->error, CASK_UNSUPPORTED, "NotImplementedError",
                     "repeat(): must supply an integer axis value");
            return NULL;
        }
    } else if (cki_node_axis(cki_operation_argument(call, "axis"), x->ndim, &axis, call->error))
        return NULL;
    if (value->kind != CKI_INT && value->kind != CKI_BOOL && value->kind != CKI_ARRAY) {
        cki_fail(call->error, CASK_UNSUPPORTED, "NotImplementedError",
                 "repeat(): only integer valued repeats supported");
        return NULL;
    }
    if (!x || cki_value_index(value, &repeats, call->error) != CASK_OK)
        return NULL;
    if (repeats < 0) {
        cki_fail(call->error, CASK_INVALID, "ValueError",
                 "repeats may not contain negative values.");
        return NULL;
    }
    if (!cki_chunks_is_known(&x->axes[axis])) {
        cki_fail(call->error, CASK_SHAPE, "ValueError",
                 "repeat(): the chunk sizes of axis %d are unknown.\n\nA possible solution: "
                 "x.compute_chunk_sizes()",
                 axis);
        return NULL;
    }
    if (repeats == 0 || x->axes[axis].length == 0)
        x = cki_index_range(&build, x, axis, 0, 0);
    else if (repeats > 1 && x->ndim == CKI_MAX_NDIM)
        cki_fail(call->error, CASK_UNSUPPORTED, NULL, "repeat(): arrays of %d axes", x->ndim);
    else if (repeats > 1)
        x = repeat(&build, x, repeats, axis);
    return call->error->status ? NULL : cki_node_value(&build, x);
}

/* ---- reshape_blockwise ---- */

/* Axes `first` to `last` of x as one: the blocks' sizes in C order. */
static bool merge_axes(cki_build *build, cask_array x, int first, int last, cki_axis *axis)
{
    int64_t count = 1;
    for (int k = first; k <= last; k++)
        count *= x->axes[k].blocks;
    int64_t *sizes = cki_arena_array(build->arena, (size_t)count + 1, sizeof *sizes);
    for (int64_t i = 0; sizes && i < count; i++) {
        int64_t rest = i;
        sizes[i] = 1;
        for (int k = last; k >= first; k--) {
            sizes[i] *= cki_chunks_size(&x->axes[k], rest % x->axes[k].blocks);
            rest /= x->axes[k].blocks;
        }
    }
    if (sizes && cki_chunks_list(build->arena, sizes, count, axis))
        return true;
    cki_fail_memory(build->error, (size_t)count * sizeof *sizes);
    return false;
}

/* Neighbouring axes of x put together to those of a shape; false if they do not give it. */
static bool merged_axes(cki_build *build, cask_array x, const int64_t *shape, int ndim,
                        cki_axis *axes)
{
    int k = 0;
    for (int i = 0; i < ndim; i++) {
        int first = k;
        int64_t length = 1;
        while (k < x->ndim && (k == first || length < shape[i] || x->axes[k].length == 1))
            length *= x->axes[k++].length;
        if (length != shape[i] || k == first || !merge_axes(build, x, first, k - 1, &axes[i]))
            return false;
    }
    return k == x->ndim;
}

/* Whether block k of the one has as many elements as block k of the other. */
static bool blocks_agree(cask_array x, int ndim, const cki_axis *axes)
{
    struct cask_array_node other = {.ndim = ndim, .axes = axes};
    int64_t count = cki_node_blocks(x), at[CKI_MAX_NDIM], shape[CKI_MAX_NDIM];
    bool same = count == cki_node_blocks(&other);
    for (int64_t i = 0; same && i < count; i++) {
        int64_t sizes[2] = {1, 1};
        for (int side = 0; side < 2; side++) {
            cask_array of = side ? &other : x;
            cki_node_position(of, i, at);
            cki_node_block_shape(of, at, shape);
            for (int k = 0; k < of->ndim; k++)
                sizes[side] *= shape[k];
        }
        same = sizes[0] == sizes[1];
    }
    return same;
}

static cask_value *run_reshape_blockwise(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "x");
    cask_value *chunks = cki_operation_argument(call, "chunks");
    int64_t shape[CKI_MAX_NDIM], own[CKI_MAX_NDIM];
    cki_axis axes[CKI_MAX_NDIM];
    int ndim;
    if (!x || cki_node_shape_argument(cki_operation_argument(call, "shape"), shape, &ndim,
                                      call->error) != CASK_OK)
        return NULL;
    if (!cki_node_shape(x, own)) {
        cki_fail(call->error, CASK_SHAPE, "ValueError",
                 "reshape_blockwise(): chunk sizes are unknown.\n\nA possible solution: "
                 "x.compute_chunk_sizes()");
        return NULL;
    }
    if (chunks->kind == CKI_NONE && ndim > x->ndim) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "chunks must be given where there are more axes after reshape_blockwise()");
        return NULL;
    }
    bool good =
        chunks->kind == CKI_NONE
            ? merged_axes(&build, x, shape, ndim, axes)
            : cki_chunks_normalize(build.arena, chunks, ndim, shape, cki_dtype_size(x->dtype), NULL,
                                   call->ck->tuning.chunk_bytes, 0, axes, call->error) == CASK_OK;
    if (call->error->status == CASK_OK && (!good || !blocks_agree(x, ndim, axes)))
        cki_fail(call->error, CASK_INVALID, NULL,
                 "reshape_blockwise(): blocks of the array do not become blocks of that shape, one "
                 "by one: put neighbouring axes together, or give chunks that split one");
    if (call->error->status != CASK_OK)
        return NULL;
    return cki_node_value(&build, cki_reshape_blocks(&build, x, "reshape-blockwise", ndim, axes));
}

/* ---- the records ---- */

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const cki_operation op_reshape = {
    "reshape",
    CKI_IN_DA,
    "x, shape, merge_chunks=True, limit=None",
    "The same elements in C order in another shape; one length may be -1.",
    run_reshape,
    NULL};
static const cki_operation op_reshape_method = {
    "reshape",
    CKI_ARRAY_METHOD,
    "x, *shape, merge_chunks=True, limit=None",
    "The same elements in C order in another shape; one length may be -1.",
    run_reshape,
    NULL};
static const cki_operation op_ravel = {"ravel",      CKI_IN_DA | CKI_ARRAY_METHOD,
                                       "array_like", "All elements in C order, 1-d.",
                                       run_ravel,    NULL};
static const cki_operation op_flatten = {
    "flatten", CKI_ARRAY_METHOD, "array_like", "All elements in C order, 1-d.", run_ravel, NULL};
static const cki_operation op_repeat = {"repeat",
                                        CKI_IN_DA | CKI_ARRAY_METHOD,
                                        "a, repeats, axis=None",
                                        "Each element of an axis several times.",
                                        run_repeat,
                                        NULL};
static const cki_operation op_reshape_blockwise = {
    "reshape_blockwise",
    CKI_IN_DA,
    "x, shape, chunks=None",
    "Each block in another shape by itself, without moving elements between blocks: they stand in "
    "the order of the blocks, which is not that of the array.",
    run_reshape_blockwise,
    NULL};

const cki_operation *const cki_reshape_operations[] = {
    &op_reshape_blockwise,
    &op_reshape,
    &op_reshape_method,
    &op_ravel,
    &op_flatten,
    &op_repeat,
    NULL,
};
