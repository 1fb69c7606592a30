/* blockwise: a function of blocks in index notation, as `blockwise(f, 'ik', x, 'ij', y, 'jk')`. */
#include "array/blockwise_calls.h"
#include "array/blockwise_index.h"
#include "array/map_blocks.h"

#include <string.h>

/* The labels met so far: single characters, or any values. Few, so they are looked through. */
typedef struct labels {
    cask_value *names[CKI_BLOCKWISE_LABELS];
    int count;
} labels;

static int label_of(labels *known, cask_value *name, cki_error *error)
{
    for (int i = 0; i < known->count; i++)
        if (cki_value_equal(known->names[i], name))
            return i;
    if (known->count == CKI_BLOCKWISE_LABELS) {
        cki_fail(error, CASK_LIMIT, NULL, "blockwise: more than %d indices", CKI_BLOCKWISE_LABELS);
        return -1;
    }
    known->names[known->count] = cask_value_ref(name);
    return known->count++;
}

static void drop_labels(labels *known)
{
    while (known->count)
        cask_value_unref(known->names[--known->count]);
}

/* An index as labels: the characters of a text, or the items of a sequence. */
static cask_status read_index(labels *known, cask_value *index, int16_t *out, int *count,
                              cki_error *error)
{
    cask_value *items = cki_value_items(index, error);
    *count = 0;
    for (size_t i = 0; items && i < items->as.list.count; i++) {
        int label = label_of(known, items->as.list.items[i], error);
        if (label >= 0 && *count == CKI_MAX_NDIM)
            cki_fail(error, CASK_INVALID, NULL, "an index of more than %d axes", CKI_MAX_NDIM);
        if (error->status != CASK_OK)
            break;
        out[(*count)++] = (int16_t)label;
    }
    cask_value_unref(items);
    return error->status;
}

/* Pairs of an argument and its index (None: given as it is), then the keyword arguments. */
static cask_status read_arguments(cki_call *call, cki_build *build, labels *known,
                                  cki_blockwise_index *index)
{
    const cask_value *pairs = cki_operation_argument(call, "args");
    const cask_value *named = cki_operation_argument(call, "kwargs");
    size_t npairs = pairs->as.list.count / 2, count = npairs + named->as.dict.count;
    if (pairs->as.list.count % 2)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "blockwise takes arrays and indices in pairs: the last argument has no "
                        "index");
    cki_blockwise_argument *arguments = cki_arena_array(build->arena, count + 1, sizeof *arguments);
    index->labels = cki_arena_array(build->arena, count + 1, sizeof *index->labels);
    index->spec.names = cki_map_blocks_names(build, named);
    if (!arguments || !index->labels || !index->spec.names)
        return cki_fail_memory(call->error, count * sizeof *arguments);
    for (size_t i = 0; i < npairs; i++) {
        cask_value *value = pairs->as.list.items[2 * i], *which = pairs->as.list.items[2 * i + 1];
        int ndim;
        arguments[i] = (cki_blockwise_argument){.value = value};
        if (which->kind == CKI_NONE)
            continue;
        arguments[i].x = cki_node_from_value(build, value);
        if (!arguments[i].x ||
            read_index(known, which, index->labels[i], &ndim, call->error) != CASK_OK)
            return call->error->status;
        if (ndim != arguments[i].x->ndim) {
            cki_text text = {0};
            cki_value_print(which, &text);
            cki_fail(call->error, CASK_INVALID, NULL,
                     "Index string %s does not match array dimension %d",
                     text.bytes ? text.bytes : "", arguments[i].x->ndim);
            cki_text_free(&text);
            return call->error->status;
        }
    }
    for (size_t i = npairs; i < count; i++)
        arguments[i] = (cki_blockwise_argument){.value = named->as.dict.values[i - npairs]};
    index->arguments = arguments;
    index->spec.arguments = arguments;
    index->spec.count = count;
    index->spec.nnamed = named->as.dict.count;
    return CASK_OK;
}

/* A dict from labels to something, as an array by label. */
static cask_status read_dict(cki_call *call, const char *name, labels *known, cask_value **by_label)
{
    const cask_value *dict = cki_operation_argument(call, name);
    if (dict->kind == CKI_NONE)
        return CASK_OK;
    if (dict->kind != CKI_DICT)
        return cki_fail(call->error, CASK_TYPE, NULL, "%s must be a dict, not %s", name,
                        cki_value_type(dict));
    for (size_t i = 0; i < dict->as.dict.count; i++) {
        int label = label_of(known, dict->as.dict.keys[i], call->error);
        if (label < 0)
            return call->error->status;
        by_label[label] = dict->as.dict.values[i];
    }
    return CASK_OK;
}

static cask_status infer(cki_build *build, cki_blockwise_index *index)
{
    cki_error own = {0};
    cki_build trying = {build->ck, build->arena, &own};
    if (index->spec.dtype.id || !cki_blockwise_infer(&trying, &index->spec, &index->spec.dtype))
        return CASK_OK;
    if (own.status == CASK_MEMORY)
        return cki_fail(build->error, own.status, own.python, "%s", own.message);
    return cki_fail(build->error, CASK_INVALID, NULL,
                    "You must specify the meta or dtype of the array: %s", own.message);
}

static cask_array make(cki_call *call, cki_build *build, cki_blockwise_index *index, labels *known)
{
    cask_value *out = cki_operation_argument(call, "out_ind");
    if (read_index(known, out, index->out, &index->spec.ndim, call->error) != CASK_OK ||
        read_arguments(call, build, known, index) != CASK_OK ||
        read_dict(call, "new_axes", known, index->added) != CASK_OK ||
        read_dict(call, "adjust_chunks", known, index->adjusted) != CASK_OK ||
        cki_map_blocks_dtype(cki_operation_argument(call, "dtype"),
                             cki_operation_argument(call, "meta"), &index->spec.dtype,
                             call->error) != CASK_OK ||
        cki_blockwise_index_resolve(build, index) != CASK_OK || infer(build, index) != CASK_OK)
        return NULL;
    return cki_blockwise_array(build, &index->spec);
}

static cask_value *run_blockwise(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_blockwise_index *index = cki_arena_alloc(build.arena, sizeof *index);
    cask_value *function =
        cki_blockwise_function(&build, cki_operation_argument(call, "func"), "blockwise");
    const cask_value *name = cki_operation_argument(call, "name");
    const cask_value *token = cki_operation_argument(call, "token");
    labels known = {.count = 0};
    if (!index)
        cki_fail_memory(call->error, sizeof *index);
    if (!index || !function) {
        cask_value_unref(function);
        return NULL;
    }
    *index = (cki_blockwise_index){.spec = {.function = function,
                                            .what = "blockwise",
                                            .label = name->kind == CKI_STR    ? name->as.text.bytes
                                                     : token->kind == CKI_STR ? token->as.text.bytes
                                                                              : NULL,
                                            .concatenate = cki_operation_flag(call, "concatenate")},
                                   .align = cki_operation_flag(call, "align_arrays")};
    cask_array made = make(call, &build, index, &known);
    drop_labels(&known);
    cask_value_unref(function);
    return cki_node_value(&build, made);
}

/* ---- unify_chunks ---- */

/* The chunks by label: of the longest axis that has it. */
static cask_value *chunks_by_label(cki_build *build, const cki_blockwise_index *index,
                                   const labels *known)
{
    cask_value *dict = cki_value_dict(build->error);
    for (int label = 0; dict && label < known->count; label++) {
        const cki_axis *longest = NULL;
        for (size_t i = 0; i < index->spec.count; i++) {
            cask_array x = index->arguments[i].x;
            for (int k = 0; x && k < x->ndim; k++)
                if (index->labels[i][k] == label &&
                    (!longest || longest->length == 1 || x->axes[k].blocks > longest->blocks))
                    longest = &x->axes[k];
        }
        cask_value *sizes = longest ? cki_chunks_value(longest, build->error) : NULL;
        if (!sizes || cki_value_dict_set(dict, cask_value_ref(known->names[label]), sizes,
                                         build->error) != CASK_OK) {
            cask_value_unref(dict);
            return NULL;
        }
    }
    return dict;
}

/* The arguments, arrays among them in common chunks. */
static cask_value *unified(cki_build *build, const cki_blockwise_index *index)
{
    cask_value *list = cki_value_list(CKI_LIST, index->spec.count, build->error);
    for (size_t i = 0; list && i < index->spec.count; i++) {
        const cki_blockwise_argument *a = &index->arguments[i];
        cask_value *own = a->x ? cki_node_value(build, a->x) : cask_value_ref(a->value);
        if (!own) {
            list->as.list.count = i;
            cask_value_unref(list);
            return NULL;
        }
        list->as.list.items[i] = own;
    }
    return list;
}

static cask_value *run_unify(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_blockwise_index *index = cki_arena_alloc(build.arena, sizeof *index);
    labels known = {.count = 0};
    if (!index) {
        cki_fail_memory(call->error, sizeof *index);
        return NULL;
    }
    *index = (cki_blockwise_index){.spec = {.what = "unify_chunks"}, .align = true};
    cask_value *dict = NULL, *list = NULL, *pair = NULL;
    if (read_arguments(call, &build, &known, index) == CASK_OK &&
        cki_blockwise_index_resolve(&build, index) == CASK_OK &&
        (dict = chunks_by_label(&build, index, &known)) && (list = unified(&build, index)))
        pair = cki_value_list(CKI_TUPLE, 2, call->error);
    drop_labels(&known);
    if (!pair) {
        cask_value_unref(dict);
        cask_value_unref(list);
        return NULL;
    }
    pair->as.list.items[0] = dict;
    pair->as.list.items[1] = list;
    return pair;
}

#define SIGNATURE                                                                                  \
    "func, out_ind, *args, name=None, token=None, dtype=None, adjust_chunks=None, new_axes=None, " \
    "align_arrays=True, concatenate=None, meta=None, **kwargs"
#define DOC                                                                                        \
    "A function of blocks in index notation: the result's index, then pairs of arrays and their "  \
    "indices. An index that the result lacks gives the function lists of blocks, or with "         \
    "concatenate=True one block; arguments with the index None are given as they are."

static const cki_operation op_blockwise = {"blockwise", CKI_IN_DA,     SIGNATURE,
                                           DOC,         run_blockwise, NULL};
static const cki_operation op_core = {"core.blockwise", CKI_IN_DA, SIGNATURE, DOC,
                                      run_blockwise,    NULL};

static const cki_operation op_unify = {"unify_chunks",
                                       CKI_IN_DA,
                                       "*args, **kwargs",
                                       "Arrays in common chunks: pairs of an array and its index, "
                                       "as blockwise has them, give the chunks "
                                       "of each index and the arrays.",
                                       run_unify,
                                       NULL};

const cki_operation *const cki_blockwise_operations[] = {&op_blockwise, &op_core, &op_unify, NULL};
