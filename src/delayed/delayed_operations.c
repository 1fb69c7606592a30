/* Delayed: the operations that the language has for them. */
#include "call/call.h"
#include "delayed/delayed.h"

#include <string.h>

/* What its key begins with: a function's name, or the name of its type. */
static const char *label_of(const cask_value *value)
{
    const char *name = cki_call_callable(value) ? cki_call_name(value) : cki_value_type(value);
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* nout: None, or a number that is not negative. */
static cask_status read_outputs(cki_call *call, int64_t *outputs)
{
    cask_value *value = cki_operation_argument(call, "nout");
    cki_error ignored = {0};
    *outputs = -1;
    if (value->kind == CKI_NONE ||
        (value->kind == CKI_INT && cki_value_index(value, outputs, &ignored) == CASK_OK &&
         *outputs >= 0))
        return CASK_OK;
    cki_text text = {0};
    cki_value_print(value, &text);
    cki_fail(call->error, CASK_INVALID, NULL, "nout must be None or a non-negative integer, got %s",
             text.bytes ? text.bytes : "");
    cki_text_free(&text);
    return call->error->status;
}

static cki_purity purity_of(cki_call *call)
{
    if (cki_operation_is_none(call, "pure"))
        return CKI_UNSAID;
    return cki_operation_flag(call, "pure") ? CKI_PURE : CKI_IMPURE;
}

static cask_value *run_delayed(cki_call *call)
{
    cki_build build = {call->ck, &call->ck->arena, call->error};
    cask_value *value = cki_operation_argument(call, "obj");
    int64_t outputs;
    if (cki_delayed_of(value))
        return cask_value_ref(value);
    if (read_outputs(call, &outputs) != CASK_OK)
        return NULL;
    cki_text key = {0};
    if (!cki_operation_is_none(call, "name"))
        cki_value_print(cki_operation_argument(call, "name"), &key);
    const cki_delayed_spec spec = {.label = label_of(value),
                                   .arguments = {.positional = &value, .count = 1},
                                   .untraversed = !cki_operation_flag(call, "traverse"),
                                   .purity = purity_of(call),
                                   .key = key.bytes,
                                   .outputs = cki_call_callable(value) ? -1 : outputs};
    cask_delayed made = key.failed ? NULL : cki_delayed_make(&build, &spec);
    if (key.failed)
        cki_fail_memory(call->error, key.length);
    cki_text_free(&key);
    struct cask_delayed_node *own = made ? cki_arena_copy(build.arena, made, sizeof *own) : NULL;
    if (made && !own)
        cki_fail_memory(call->error, sizeof *own);
    if (!own)
        return NULL;
    own->call_outputs = outputs;
    own->call_purity = spec.purity;
    return cki_operation_wrap(&own->base, call->error);
}

/* ---- blocks ---- */

/* The blocks of one place in the outer axes, as lists within lists; *next counts them. */
static cask_value *lists_of(cki_build *build, const cki_node *node, const int64_t *blocks, int axes,
                            int64_t *next)
{
    if (axes == 0) {
        cask_delayed block = cki_delayed_block(build, node, (*next)++);
        return block ? cki_operation_wrap(&block->base, build->error) : NULL;
    }
    cask_value *list = cki_value_list(CKI_LIST, (size_t)*blocks, build->error);
    for (int64_t i = 0; list && i < *blocks; i++)
        if (!(list->as.list.items[i] = lists_of(build, node, blocks + 1, axes - 1, next))) {
            cask_value_unref(list);
            return NULL;
        }
    return list;
}

/* The grid of blocks, as Dask gives it in an array of objects. */
static cask_value *run_to_delayed(cki_call *call)
{
    cki_build build = {call->ck, &call->ck->arena, call->error};
    const cki_node *node = cki_operation_node(call->arguments[0]);
    int64_t blocks[CKI_MAX_NDIM], next = 0;
    int axes = 1;
    if (node->collection == &cki_delayed_collection)
        return cask_value_ref(call->arguments[0]);
    blocks[0] = node->collection->blocks(node);
    if (node->collection->grid)
        axes = node->collection->grid(node, blocks);
    return lists_of(&build, node, blocks, axes, &next);
}

static const cki_operation delayed = {
    "delayed",
    CKI_IN_DASK,
    "obj, name=None, pure=None, nout=None, traverse=True",
    "A function whose calls are put off, or a value as a delayed one. pure=True: equal calls give "
    "equal results and are made once; nout: how many values a call gives, to unpack it.",
    run_delayed,
    NULL};
static const cki_operation to_delayed = {
    "to_delayed",   CKI_LAZY_METHOD,
    "x, **ignored", "The blocks as delayed values, in lists as they stand in the grid.",
    run_to_delayed, NULL};

const cki_operation *const cki_delayed_operations[] = {&delayed, &to_delayed, NULL};
