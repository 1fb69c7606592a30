/* apply_gufunc: core axes are made one chunk and moved to the end; blocks along the others are
 * given to the function together. */
#include "array/gufunc.h"
#include "array/blockwise_index.h"
#include "array/gufunc_signature.h"
#include "array/map_blocks.h"
#include "array/masked.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "array/view.h"
#include "call/call.h"

#include <math.h>
#include <string.h>

/* A call being made. */
typedef struct applying {
    cki_build *build;
    const cki_gufunc_call *call;
    cki_gufunc_signature signature;
    cask_array arrays[CKI_GUFUNC_ARGUMENTS]; /* core axes last */
    int loops;                               /* axes that are looped over */
    int64_t sizes[CKI_GUFUNC_NAMES];         /* of core axes, -1 where unknown */
    bool sized[CKI_GUFUNC_NAMES];
    cki_dtype dtypes[CKI_GUFUNC_ARGUMENTS];
    cki_vectorize *vectorize;               /* NULL: the function loops itself */
    cask_array masks[CKI_GUFUNC_ARGUMENTS]; /* of masked arguments; NULL: it is none */
    bool masked;                            /* any is, and so are the results */
} applying;

static bool given(const cask_value *value)
{
    return value && value->kind != CKI_NONE;
}

/* ---- arguments ---- */

/* x with the operand's axes at the end, in its order. */
static cask_array core_last(applying *a, cask_array x, const cki_gufunc_operand *operand)
{
    int order[CKI_MAX_NDIM], count = 0;
    bool core[CKI_MAX_NDIM] = {false}, same = true;
    if (x->ndim < operand->ndim) {
        cki_fail(a->build->error, CASK_INVALID, NULL,
                 "an argument of %d axes has fewer than the %d of the signature", x->ndim,
                 operand->ndim);
        return NULL;
    }
    for (int k = 0; k < operand->ndim; k++) {
        int axis = operand->axes[k] < 0 ? operand->axes[k] + x->ndim : operand->axes[k];
        if (axis < 0 || axis >= x->ndim || core[axis]) {
            cki_fail(a->build->error, CASK_INDEX, "AxisError",
                     "axis %d is out of bounds for array of dimension %d", operand->axes[k],
                     x->ndim);
            return NULL;
        }
        core[axis] = true;
        order[x->ndim - operand->ndim + k] = axis;
    }
    for (int k = 0; k < x->ndim; k++)
        if (!core[k])
            order[count++] = k;
    for (int k = 0; k < x->ndim; k++)
        same = same && order[k] == k;
    return same ? x : cki_view_transpose(a->build, x, order);
}

static cask_status read_arguments(applying *a)
{
    const cki_gufunc_call *call = a->call;
    if ((size_t)a->signature.ninputs != call->count)
        return cki_fail(a->build->error, CASK_INVALID, NULL,
                        "According to `signature`, `func` requires %d arguments, but %zu given",
                        a->signature.ninputs, call->count);
    for (size_t i = 0; i < call->count; i++) {
        const cki_gufunc_operand *operand = &a->signature.inputs[i];
        cki_masked m = {0};
        bool masked = cki_masked_of(call->arguments[i], &m);
        cask_array x = masked ? m.data : cki_node_from_value(a->build, call->arguments[i]);
        if (!x || !(a->arrays[i] = core_last(a, x, operand)))
            return a->build->error->status;
        a->masked = a->masked || masked;
        if (masked && !(a->masks[i] = core_last(a, m.mask, operand)))
            return a->build->error->status;
        int loops = x->ndim - operand->ndim;
        a->loops = loops > a->loops ? loops : a->loops;
        for (int k = 0; k < operand->ndim; k++) {
            a->sizes[operand->names[k]] = a->arrays[i]->axes[loops + k].length;
            a->sized[operand->names[k]] = true;
        }
    }
    return CASK_OK;
}

/* Sizes of axes that only results have. */
static cask_status read_sizes(applying *a)
{
    const cask_value *dict = a->call->output_sizes;
    if (!given(dict))
        return CASK_OK;
    if (dict->kind != CKI_DICT)
        return cki_fail(a->build->error, CASK_TYPE, NULL, "output_sizes must be a dict");
    for (int i = 0; i < a->signature.nnames; i++) {
        const cask_value *size = cki_value_dict_find(dict, a->signature.names[i]);
        if (size && cki_value_index(size, &a->sizes[i], a->build->error) != CASK_OK)
            return a->build->error->status;
        a->sized[i] = a->sized[i] || size;
    }
    return CASK_OK;
}

/* ---- checking ---- */

/* What arrays have by one name, or as one looped axis. */
typedef struct dimension {
    const char *name;
    bool core;
    int64_t most;                     /* the longest */
    const cki_axis *first, *long_one; /* the first, and the first longer than 1 */
} dimension;

static cask_status check(applying *a, dimension *d, const cki_axis *axis)
{
    cki_error *error = a->build->error;
    if (axis->length > 1 && d->most > 1 && axis->length != d->most)
        return cki_fail(error, CASK_INVALID, NULL,
                        "Dimension `'%s'` with different lengths in arrays", d->name);
    d->most = axis->length > d->most ? axis->length : d->most;
    if (!d->first)
        d->first = axis;
    if (a->call->allow_rechunk)
        return CASK_OK;
    if (d->core && axis->blocks > 1)
        return cki_fail(error, CASK_INVALID, NULL,
                        "Core dimension `'%s'` consists of multiple chunks. To fix, rechunk into "
                        "a single chunk along this dimension or set `allow_rechunk=True`, but "
                        "beware that this may increase memory usage significantly.",
                        d->name);
    if (axis->length != 1 && d->long_one && !cki_chunks_same(axis, d->long_one))
        return cki_fail(error, CASK_INVALID, NULL,
                        "Dimension `'%s'` with different chunksize present", d->name);
    if (axis->length != 1)
        d->long_one = axis;
    return CASK_OK;
}

static cask_status check_dimensions(applying *a)
{
    char names[CKI_MAX_NDIM][24];
    dimension loops[CKI_MAX_NDIM], cores[CKI_GUFUNC_NAMES];
    memset(loops, 0, sizeof loops);
    memset(cores, 0, sizeof cores);
    for (int k = 0; k < a->loops; k++) {
        cki_text text = {0};
        cki_text_format(&text, "__loopdim%d__", k);
        strncpy(names[k], text.bytes ? text.bytes : "", sizeof names[k] - 1);
        names[k][sizeof names[k] - 1] = '\0';
        cki_text_free(&text);
        loops[k].name = names[k];
    }
    for (int i = 0; i < a->signature.nnames; i++)
        cores[i] = (dimension){.name = a->signature.names[i], .core = true};
    for (int i = 0; i < a->signature.ninputs; i++) {
        const cki_gufunc_operand *operand = &a->signature.inputs[i];
        cask_array x = a->arrays[i];
        int n = x->ndim - operand->ndim;
        for (int k = 0; k < x->ndim; k++)
            if (check(a, k < n ? &loops[a->loops - n + k] : &cores[operand->names[k - n]],
                      &x->axes[k]) != CASK_OK)
                return a->build->error->status;
    }
    return CASK_OK;
}

/* ---- types ---- */

static cask_status listed_dtypes(applying *a, cask_value *list)
{
    cki_error *error = a->build->error;
    bool sequence = list->kind == CKI_TUPLE || list->kind == CKI_LIST;
    int count = a->signature.noutputs;
    if (a->signature.single && sequence && list->as.list.count != 1)
        return cki_fail(error, CASK_INVALID, NULL,
                        "For a function with one output, must give a single item for "
                        "`output_dtypes`/`meta`, not a tuple or list.");
    if (!a->signature.single && !sequence)
        return cki_fail(error, CASK_TYPE, NULL,
                        "For a function with %d outputs, must give a tuple or list for "
                        "`output_dtypes`/`meta`, not a single item.",
                        count);
    if (sequence && list->as.list.count != (size_t)count)
        return cki_fail(error, CASK_INVALID, NULL,
                        "For a function with %d outputs, must give a tuple or list of %d items "
                        "for `output_dtypes`/`meta`, not %zu.",
                        count, count, list->as.list.count);
    for (int i = 0; i < count; i++) {
        cask_value *item = sequence ? list->as.list.items[i] : list;
        bool type = item->kind == CKI_STR || item->kind == CKI_DTYPE ||
                    (item->kind == CKI_OBJECT && !cki_node_lazy(item));
        if (cki_map_blocks_dtype(type ? item : NULL, type ? NULL : item, &a->dtypes[i], error))
            return error->status;
    }
    return CASK_OK;
}

static cask_status inferred_dtypes(applying *a, const cki_blockwise *spec)
{
    cki_error *error = a->build->error;
    cask_value *result = cki_blockwise_trial(a->build, spec, "output_dtypes");
    bool list = result && (result->kind == CKI_TUPLE || result->kind == CKI_LIST);
    if (result && a->signature.single)
        cki_blockwise_dtype(result, &a->dtypes[0], error);
    else if (result && (!list || result->as.list.count != (size_t)a->signature.noutputs))
        cki_fail(error, CASK_INVALID, NULL,
                 "For a function with %d outputs, must give a tuple of so many",
                 a->signature.noutputs);
    for (int i = 0; result && !a->signature.single && i < a->signature.noutputs; i++)
        if (error->status == CASK_OK)
            cki_blockwise_dtype(result->as.list.items[i], &a->dtypes[i], error);
    cask_value_unref(result);
    return error->status;
}

static cask_status find_dtypes(applying *a, const cki_blockwise *spec)
{
    const cki_gufunc_call *call = a->call;
    if (given(call->meta) && given(call->output_dtypes))
        return cki_fail(a->build->error, CASK_INVALID, NULL,
                        "Only one of `meta` and `output_dtypes` should be given (`meta` is "
                        "preferred).");
    if (given(call->meta))
        return listed_dtypes(a, call->meta);
    return given(call->output_dtypes) ? listed_dtypes(a, call->output_dtypes)
                                      : inferred_dtypes(a, spec);
}

/* ---- results ---- */

static cask_status core_axes(applying *a, const cki_gufunc_operand *output, cki_axis *axes)
{
    for (int k = 0; k < output->ndim; k++) {
        int name = output->names[k];
        if (!a->sized[name])
            return cki_fail(a->build->error, CASK_NOT_FOUND, "KeyError",
                            "'%s': the length of this axis of the result is not known: give it "
                            "with output_sizes",
                            a->signature.names[name]);
        bool made = a->sizes[name] < 0
                        ? cki_chunks_unknown(a->build->arena, 1, &axes[k])
                        : cki_chunks_single(a->build->arena, a->sizes[name], &axes[k]);
        if (!made)
            return cki_fail_memory(a->build->error, sizeof(cki_run));
    }
    return CASK_OK;
}

/* Core axes from the end to where they are wanted; with keepdims new ones of length 1. */
static cask_array place_axes(applying *a, cask_array x, const cki_gufunc_operand *output)
{
    int count = output->ndim;
    if (a->call->keepdims) {
        count = a->signature.ninputs ? a->signature.inputs[0].ndim : 0;
        output = &a->signature.inputs[0];
        for (int k = 0; k < count && x; k++)
            x = cki_view_expand(a->build, x, x->ndim);
    }
    int order[CKI_MAX_NDIM], next = 0;
    if (!x)
        return NULL;
    for (int k = 0; k < x->ndim; k++)
        order[k] = -1;
    for (int k = 0; k < count; k++) {
        int axis = output->axes[k] < 0 ? output->axes[k] + x->ndim : output->axes[k];
        if (axis < 0 || axis >= x->ndim || order[axis] >= 0) {
            cki_fail(a->build->error, CASK_INDEX, "AxisError",
                     "axis %d is out of bounds for array of dimension %d", output->axes[k],
                     x->ndim);
            return NULL;
        }
        order[axis] = x->ndim - count + k;
    }
    bool same = true;
    for (int k = 0; k < x->ndim; k++) {
        if (order[k] < 0)
            order[k] = next++;
        same = same && order[k] == k;
    }
    return same ? x : cki_view_transpose(a->build, x, order);
}

/* The loop over elements, if it is asked for. */
static cask_status prepare_loop(applying *a)
{
    if (!a->call->vectorize)
        return CASK_OK;
    cki_vectorize *v = cki_arena_alloc(a->build->arena, sizeof *v);
    int16_t *core =
        cki_arena_array(a->build->arena, (size_t)a->signature.ninputs + 1, sizeof *core);
    if (!v || !core)
        return cki_fail_memory(a->build->error, sizeof *v);
    memset(v, 0, sizeof *v);
    *v = (cki_vectorize){.ninputs = (size_t)a->signature.ninputs,
                         .core = core,
                         .nresults = a->signature.single ? 0 : a->signature.noutputs};
    for (int i = 0; i < a->signature.ninputs; i++)
        core[i] = (int16_t)a->signature.inputs[i].ndim;
    for (int i = 0; i < a->signature.noutputs; i++) {
        const cki_gufunc_operand *output = &a->signature.outputs[i];
        v->results[i].ndim = output->ndim;
        for (int k = 0; k < output->ndim; k++)
            v->results[i].shape[k] = a->sizes[output->names[k]];
    }
    a->vectorize = v;
    return CASK_OK;
}

static void label_axes(const applying *a, int i, int16_t *labels)
{
    const cki_gufunc_operand *operand = &a->signature.inputs[i];
    int n = a->arrays[i]->ndim - operand->ndim;
    for (int k = 0; k < a->arrays[i]->ndim; k++)
        labels[k] = (int16_t)(k < n ? n - 1 - k : CKI_MAX_NDIM + operand->names[k - n]);
}

/* Labels: looped axes count from the last, core axes follow. Masks come last, until chunks are
 * common. */
static cask_status fill_index(applying *a, cki_blockwise_index *index)
{
    const cask_value *named = a->call->named;
    size_t ninputs = (size_t)a->signature.ninputs, nnamed = named ? named->as.dict.count : 0;
    size_t count = ninputs + nnamed, room = count + ninputs + 1;
    index->arguments = cki_arena_array(a->build->arena, room, sizeof *index->arguments);
    index->labels = cki_arena_array(a->build->arena, room, sizeof *index->labels);
    index->spec.names = cki_map_blocks_names(a->build, named);
    if (!index->arguments || !index->labels || !index->spec.names)
        return cki_fail_memory(a->build->error, count * sizeof *index->labels);
    for (size_t i = 0; i < ninputs; i++) {
        index->arguments[i] = (cki_blockwise_argument){.x = a->arrays[i]};
        label_axes(a, (int)i, index->labels[i]);
    }
    for (size_t i = 0; i < nnamed; i++)
        index->arguments[ninputs + i] = (cki_blockwise_argument){.value = named->as.dict.values[i]};
    for (size_t i = 0; i < ninputs; i++)
        if (a->masks[i]) {
            label_axes(a, (int)i, index->labels[count]);
            index->arguments[count++] = (cki_blockwise_argument){.x = a->masks[i]};
        }
    for (int k = 0; k < a->loops; k++)
        index->out[k] = (int16_t)(a->loops - 1 - k);
    index->spec.arguments = index->arguments;
    index->spec.count = count;
    index->spec.nnamed = nnamed;
    index->spec.ndim = a->loops;
    index->spec.vectorize = a->vectorize;
    return CASK_OK;
}

/* Elements and masks, in common chunks now, as one argument each. */
static cask_status join_masks(applying *a, cki_blockwise_index *index)
{
    size_t next = (size_t)a->signature.ninputs + index->spec.nnamed;
    for (int i = 0; i < a->signature.ninputs; i++) {
        if (!a->masks[i])
            continue;
        const cki_masked parts = {.data = index->arguments[i].x,
                                  .mask = index->arguments[next++].x};
        if (!(index->arguments[i].x = cki_masked_array(a->build, &parts)))
            return a->build->error->status;
    }
    index->spec.count = (size_t)a->signature.ninputs + index->spec.nnamed;
    return CASK_OK;
}

static cask_array one_result(applying *a, cki_blockwise *spec, cask_array raw, int i)
{
    const cki_gufunc_operand *output = &a->signature.outputs[i];
    int ndim = a->loops + output->ndim;
    cki_axis *axes = ndim <= CKI_MAX_NDIM ? cki_runs_axes(a->build, ndim) : NULL;
    if (!axes) {
        if (ndim > CKI_MAX_NDIM)
            cki_fail(a->build->error, CASK_INVALID, NULL, "a result of more than %d axes",
                     CKI_MAX_NDIM);
        return NULL;
    }
    memcpy(axes, raw ? raw->axes : spec->axes, (size_t)a->loops * sizeof *axes);
    if (core_axes(a, output, axes + a->loops) != CASK_OK)
        return NULL;
    cask_array made;
    if (raw) {
        int number = a->signature.single ? -1 : i;
        made = a->masked ? cki_blockwise_masked(a->build, raw, number, a->dtypes[i], ndim, axes)
                         : cki_blockwise_part(a->build, raw, number, a->dtypes[i], ndim, axes);
    } else {
        spec->dtype = a->dtypes[i];
        spec->axes = axes;
        spec->ndim = ndim;
        made = cki_blockwise_array(a->build, spec);
    }
    if (!made || !a->masked)
        return made ? place_axes(a, made, output) : NULL;
    cki_masked parts = cki_masked_parts(made);
    parts.data = place_axes(a, parts.data, output);
    parts.mask = parts.data ? place_axes(a, parts.mask, output) : NULL;
    return cki_masked_array(a->build, &parts);
}

static cask_value *results(applying *a, cki_blockwise *spec)
{
    for (int i = 0; a->vectorize && i < a->signature.noutputs; i++)
        a->vectorize->results[i].dtype = a->dtypes[i];
    if (a->signature.single && !a->masked)
        return cki_node_value(a->build, one_result(a, spec, NULL, 0));
    spec->raw = true;
    spec->dtype = a->dtypes[0];
    cask_array raw = cki_blockwise_array(a->build, spec);
    size_t count = (size_t)a->signature.noutputs;
    if (a->signature.single)
        return raw ? cki_node_value(a->build, one_result(a, spec, raw, 0)) : NULL;
    cask_value *tuple = raw ? cki_value_list(CKI_TUPLE, count, a->build->error) : NULL;
    for (size_t i = 0; tuple && i < count; i++) {
        tuple->as.list.items[i] = cki_node_value(a->build, one_result(a, spec, raw, (int)i));
        if (!tuple->as.list.items[i]) {
            tuple->as.list.count = i;
            cask_value_unref(tuple);
            return NULL;
        }
    }
    return tuple;
}

cask_value *cki_gufunc_apply(cki_build *build, const cki_gufunc_call *call)
{
    applying *a = cki_arena_alloc(build->arena, sizeof *a);
    cki_blockwise_index *index = cki_arena_alloc(build->arena, sizeof *index);
    if (!a || !index) {
        cki_fail_memory(build->error, sizeof *a);
        return NULL;
    }
    memset(a, 0, sizeof *a);
    memset(index, 0, sizeof *index);
    a->build = build;
    a->call = call;
    *index = (cki_blockwise_index){
        .spec = {.function = call->function, .what = "apply_gufunc", .concatenate = true},
        .align = true};
    if (!call->signature || call->signature->kind != CKI_STR) {
        cki_fail(build->error, CASK_TYPE, NULL, "`signature` has to be of type string");
        return NULL;
    }
    if (cki_gufunc_signature_parse(call->signature->as.text.bytes, &a->signature, build->error) ||
        cki_gufunc_signature_axes(&a->signature, call->axes, call->axis, call->keepdims,
                                  build->error) != CASK_OK ||
        read_arguments(a) != CASK_OK || read_sizes(a) != CASK_OK ||
        check_dimensions(a) != CASK_OK || prepare_loop(a) != CASK_OK ||
        fill_index(a, index) != CASK_OK || cki_blockwise_index_resolve(build, index) != CASK_OK ||
        join_masks(a, index) != CASK_OK || find_dtypes(a, &index->spec) != CASK_OK)
        return NULL;
    return results(a, &index->spec);
}

/* ---- the operation ---- */

static cask_value *run_apply_gufunc(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *function =
        cki_blockwise_function(&build, cki_operation_argument(call, "func"), "apply_gufunc");
    const cask_value *arguments = cki_operation_argument(call, "args");
    if (!function)
        return NULL;
    cask_value *made = cki_gufunc_apply(
        &build, &(cki_gufunc_call){.function = function,
                                   .signature = cki_operation_argument(call, "signature"),
                                   .arguments = arguments->as.list.items,
                                   .count = arguments->as.list.count,
                                   .named = cki_operation_argument(call, "kwargs"),
                                   .axes = cki_operation_argument(call, "axes"),
                                   .axis = cki_operation_argument(call, "axis"),
                                   .output_dtypes = cki_operation_argument(call, "output_dtypes"),
                                   .output_sizes = cki_operation_argument(call, "output_sizes"),
                                   .meta = cki_operation_argument(call, "meta"),
                                   .keepdims = cki_operation_flag(call, "keepdims"),
                                   .vectorize = cki_operation_flag(call, "vectorize"),
                                   .allow_rechunk = cki_operation_flag(call, "allow_rechunk")});
    cask_value_unref(function);
    return made;
}

#define GUFUNC                                                                                     \
    "func, signature, *args, axes=None, axis=None, keepdims=False, output_dtypes=None, "           \
    "output_sizes=None, vectorize=None, allow_rechunk=False, meta=None, **kwargs",                 \
        "A function of whole axes, looped over the others: its signature names them, as "          \
        "'(i,j),(j)->(i)'. vectorize: it takes one set of these axes at a time.",                  \
        run_apply_gufunc, NULL

static const cki_operation op_apply = {"apply_gufunc", CKI_IN_DA, GUFUNC};
static const cki_operation op_apply_in = {"gufunc.apply_gufunc", CKI_IN_DA, GUFUNC};

const cki_operation *const cki_gufunc_operations[] = {&op_apply, &op_apply_in, NULL};
