/* map_blocks: blocks of arrays that stand at the same place, counted from the last axis, go through
 * a function together. */
#include "array/map_blocks.h"
#include "array/blockwise_index.h"
#include "array/runs.h"
#include "call/call.h"

#include <string.h>

static bool given(const cask_value *value)
{
    return value && value->kind != CKI_NONE;
}

cask_status cki_map_blocks_dtype(cask_value *dtype, cask_value *meta, cki_dtype *result,
                                 cki_error *error)
{
    if (cki_node_dtype(dtype, result, error) != CASK_OK || result->id || !given(meta))
        return error->status;
    cask_array lazy = cki_node_lazy(meta);
    if (lazy)
        *result = lazy->dtype;
    else if (meta->kind == CKI_DTYPE || meta->kind == CKI_OBJECT)
        return cki_node_dtype(meta, result, error);
    else
        return cki_blockwise_dtype(meta, result, error);
    return CASK_OK;
}

const char *const *cki_map_blocks_names(cki_build *build, const cask_value *named)
{
    size_t count = named ? named->as.dict.count : 0;
    const char **names = (const char **)cki_arena_array(build->arena, count + 1, sizeof *names);
    if (!names) {
        cki_fail_memory(build->error, count * sizeof *names);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        names[i] = named->as.dict.keys[i]->as.text.bytes;
    return names;
}

/* ---- axes ---- */

/* A list of axes from a number or a sequence of them, within -ndim .. ndim - 1 or, with `end`, any
 * that are not negative. */
typedef struct axis_list {
    int axes[CKI_MAX_NDIM];
    int count;
} axis_list;

static cask_status read_axes(cki_build *build, cask_value *value, axis_list *list)
{
    list->count = 0;
    if (!given(value))
        return CASK_OK;
    cask_value *items = NULL;
    int64_t number;
    if (value->kind == CKI_INT || value->kind == CKI_BOOL) {
        list->axes[list->count++] = (int)(value->kind == CKI_INT ? value->as.integer : 1);
        return CASK_OK;
    }
    if (!(items = cki_value_items(value, build->error)))
        return build->error->status;
    for (size_t i = 0; i < items->as.list.count; i++) {
        if (cki_value_index(items->as.list.items[i], &number, build->error) != CASK_OK)
            break;
        if (list->count == CKI_MAX_NDIM || number > CKI_MAX_NDIM || number < -CKI_MAX_NDIM) {
            cki_fail(build->error, CASK_INVALID, NULL, "axis %lld is out of range",
                     (long long)number);
            break;
        }
        list->axes[list->count++] = (int)number;
    }
    cask_value_unref(items);
    return build->error->status;
}

/* The result's labels without dropped axes. */
static cask_status drop_axes(cki_build *build, cki_blockwise_index *index, const axis_list *drop)
{
    int ndim = index->spec.ndim, kept = 0;
    bool dropped[CKI_MAX_NDIM] = {false};
    for (int i = 0; i < drop->count; i++) {
        int axis = drop->axes[i];
        if (axis < -ndim || axis >= ndim)
            return cki_fail(build->error, CASK_INVALID, NULL,
                            "drop_axis out of range (drop_axis=[%d], but output is %dd).", axis,
                            ndim);
        dropped[axis < 0 ? axis + ndim : axis] = true;
    }
    for (int k = 0; k < ndim; k++)
        if (!dropped[k])
            index->out[kept++] = index->out[k];
    index->spec.ndim = kept;
    return CASK_OK;
}

/* New axes get labels of their own, and the chunks said for them, or one chunk of length 1. */
static cask_status insert_axes(cki_build *build, cki_blockwise_index *index, axis_list *added,
                               const cask_value *chunks, cask_value *one, int label)
{
    for (int i = 1; i < added->count; i++) /* in rising order: they are few */
        for (int j = i; j > 0 && added->axes[j - 1] > added->axes[j]; j--) {
            int axis = added->axes[j];
            added->axes[j] = added->axes[j - 1];
            added->axes[j - 1] = axis;
        }
    for (int i = 0; i < added->count; i++, label++) {
        int axis = added->axes[i], ndim = index->spec.ndim;
        axis = axis < 0 ? axis + ndim + 1 : axis;
        if (axis < 0 || axis > ndim || ndim == CKI_MAX_NDIM)
            return cki_fail(build->error, CASK_INVALID, NULL,
                            "New_axis values do not fill in all dimensions");
        for (int k = ndim; k > axis; k--)
            index->out[k] = index->out[k - 1];
        index->out[axis] = (int16_t)label;
        index->spec.ndim++;
        bool listed = chunks && (size_t)axis < chunks->as.list.count;
        index->added[label] = listed ? chunks->as.list.items[axis] : one;
    }
    return CASK_OK;
}

/* Labels count from the last axis: 0 is the last one of every array. */
static void label_arguments(cki_blockwise_index *index)
{
    int ndim = 0;
    for (size_t i = 0; i < index->spec.count; i++) {
        cask_array x = index->arguments[i].x;
        for (int k = 0; x && k < x->ndim; k++)
            index->labels[i][k] = (int16_t)(x->ndim - 1 - k);
        ndim = x && x->ndim > ndim ? x->ndim : ndim;
    }
    index->spec.ndim = ndim;
    for (int k = 0; k < ndim; k++)
        index->out[k] = (int16_t)(ndim - 1 - k);
}

/* `chunks` as a tuple of one entry an axis; a new reference. */
static cask_value *chunks_tuple(const cki_map_blocks *spec, cki_error *error)
{
    if (spec->chunks->kind == CKI_TUPLE || spec->chunks->kind == CKI_LIST)
        return cask_value_ref(spec->chunks);
    cask_value *tuple = cki_value_list(CKI_TUPLE, 1, error);
    if (tuple)
        tuple->as.list.items[0] = cask_value_ref(spec->chunks);
    return tuple;
}

static cask_status shape_result(cki_build *build, cki_blockwise_index *index,
                                const cki_map_blocks *spec, const cask_value *chunks,
                                cask_value *one)
{
    axis_list drop, added;
    int label = index->spec.ndim;
    if (read_axes(build, spec->drop_axis, &drop) != CASK_OK ||
        read_axes(build, spec->new_axis, &added) != CASK_OK ||
        drop_axes(build, index, &drop) != CASK_OK)
        return build->error->status;
    size_t listed = chunks ? chunks->as.list.count : 0;
    if (listed > CKI_MAX_NDIM)
        return cki_fail(build->error, CASK_INVALID, NULL, "chunks of %zu axes: at most %d", listed,
                        CKI_MAX_NDIM);
    if (!given(spec->new_axis) && chunks && index->spec.ndim < (int)listed)
        while (index->spec.ndim + added.count < (int)listed) {
            added.axes[added.count] = added.count;
            added.count++;
        }
    if (insert_axes(build, index, &added, chunks, one, label) != CASK_OK)
        return build->error->status;
    if (chunks && (int)listed != index->spec.ndim)
        return cki_fail(build->error, CASK_INVALID, NULL,
                        "Provided chunks have %zu dims; expected %d dims", listed,
                        index->spec.ndim);
    for (int k = 0; chunks && k < index->spec.ndim; k++)
        index->adjusted[index->out[k]] = chunks->as.list.items[k];
    return CASK_OK;
}

/* ---- arguments ---- */

static cask_status fill_arguments(cki_build *build, cki_blockwise_index *index,
                                  const cki_map_blocks *spec)
{
    size_t nnamed = spec->named ? spec->named->as.dict.count : 0, count = spec->count + nnamed;
    cki_blockwise_argument *arguments = cki_arena_array(build->arena, count + 1, sizeof *arguments);
    index->labels = cki_arena_array(build->arena, count + 1, sizeof *index->labels);
    index->spec.names = cki_map_blocks_names(build, spec->named);
    if (!arguments || !index->labels || !index->spec.names)
        return cki_fail_memory(build->error, count * sizeof *arguments);
    for (size_t i = 0; i < count; i++) {
        cask_value *value =
            i < spec->count ? spec->arguments[i] : spec->named->as.dict.values[i - spec->count];
        arguments[i] = (cki_blockwise_argument){.value = value};
        if (i < spec->count)
            arguments[i].x = cki_node_lazy(value);
    }
    index->arguments = arguments;
    index->spec.arguments = arguments;
    index->spec.count = count;
    index->spec.nnamed = nnamed;
    return CASK_OK;
}

static cask_array build_mapped(cki_build *build, const cki_map_blocks *spec,
                               cki_blockwise_index *index)
{
    cask_array made = NULL;
    cask_value *one = cki_value_int(1, build->error);
    cask_value *chunks = given(spec->chunks) ? chunks_tuple(spec, build->error) : NULL;
    index->spec.block_id = spec->block_id || cki_call_takes(spec->function, "block_id");
    index->spec.block_info = cki_call_takes(spec->function, "block_info");
    label_arguments(index);
    if (build->error->status == CASK_OK && one &&
        shape_result(build, index, spec, chunks, one) == CASK_OK &&
        cki_blockwise_index_resolve(build, index) == CASK_OK &&
        (index->spec.dtype.id ||
         cki_blockwise_infer(build, &index->spec, &index->spec.dtype) == CASK_OK))
        made = cki_blockwise_array(build, &index->spec);
    cask_value_unref(one);
    cask_value_unref(chunks);
    return made;
}

cask_array cki_map_blocks_array(cki_build *build, const cki_map_blocks *spec)
{
    cki_blockwise_index *index = cki_arena_alloc(build->arena, sizeof *index);
    if (!index) {
        cki_fail_memory(build->error, sizeof *index);
        return NULL;
    }
    bool named = spec->name && spec->name->kind == CKI_STR;
    *index = (cki_blockwise_index){
        .spec = {.function = spec->function,
                 .what = spec->what,
                 .label = named ? spec->name->as.text.bytes : NULL,
                 .concatenate = true,
                 .exact = spec->exact},
    };
    if (fill_arguments(build, index, spec) != CASK_OK ||
        cki_map_blocks_dtype(spec->dtype, spec->meta, &index->spec.dtype, build->error) != CASK_OK)
        return NULL;
    return build_mapped(build, spec, index);
}

/* ---- the operation ---- */

static cask_value *run_map_blocks(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *function =
        cki_blockwise_function(&build, cki_operation_argument(call, "func"), "map_blocks");
    if (!function)
        return NULL;
    const cask_value *rest = cki_operation_argument(call, "args");
    cask_value *x = cki_operation_argument(call, "x"); /* of the method */
    size_t count = rest->as.list.count + (x != NULL);
    cask_value **arguments =
        (cask_value **)cki_arena_array(build.arena, count + 1, sizeof *arguments);
    cask_value *name = cki_operation_is_none(call, "name") ? cki_operation_argument(call, "token")
                                                           : cki_operation_argument(call, "name");
    cask_array made = NULL;
    if (!arguments) {
        cki_fail_memory(call->error, count * sizeof *arguments);
    } else {
        if (x)
            arguments[0] = x;
        for (size_t i = 0; i < rest->as.list.count; i++)
            arguments[i + (x != NULL)] = rest->as.list.items[i];
        made = cki_map_blocks_array(
            &build, &(cki_map_blocks){.function = function,
                                      .what = "map_blocks",
                                      .arguments = arguments,
                                      .count = count,
                                      .named = cki_operation_argument(call, "kwargs"),
                                      .name = name,
                                      .dtype = cki_operation_argument(call, "dtype"),
                                      .chunks = cki_operation_argument(call, "chunks"),
                                      .drop_axis = cki_operation_argument(call, "drop_axis"),
                                      .new_axis = cki_operation_argument(call, "new_axis"),
                                      .meta = cki_operation_argument(call, "meta"),
                                      .exact = cki_operation_flag(call, "enforce_ndim")});
    }
    cask_value_unref(function);
    return cki_node_value(&build, made);
}

#define OPTIONS                                                                                    \
    "name=None, token=None, dtype=None, chunks=None, drop_axis=None, new_axis=None, "              \
    "enforce_ndim=False, meta=None, **kwargs"
#define DOC                                                                                        \
    "A function applied to each block, blocks of several arrays going together by their places; "  \
    "other arguments are given as they are. chunks: the sizes that result, where they differ; "    \
    "drop_axis, new_axis: axes that the function removes (their blocks are put together first) "   \
    "or adds. A lambda with a parameter block_id or block_info is told which block it is."

static const cki_operation op_function = {"map_blocks", CKI_IN_DA,      "func, *args, " OPTIONS,
                                          DOC,          run_map_blocks, NULL};
static const cki_operation op_core = {"core.map_blocks", CKI_IN_DA, "func, *args, " OPTIONS, DOC,
                                      run_map_blocks,    NULL};
static const cki_operation op_method = {"map_blocks", CKI_ARRAY_METHOD, "x, func, *args, " OPTIONS,
                                        DOC,          run_map_blocks,   NULL};

const cki_operation *const cki_map_blocks_operations[] = {&op_function, &op_core, &op_method, NULL};
