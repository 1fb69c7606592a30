/* Interpret: nodes to values. What leans to the left (a+b+c, a.b.c, not not a) is a loop over its
 * spine; the rest recurses, no deeper than the parser let it nest and the stack allows. */
#include "eval/interpret.h"
#include "core/memory.h"
#include "core/patience.h"
#include "eval/lambda.h"
#include "eval/operate.h"
#include "eval/scope.h"
#include "eval/walk.h"

#include <string.h>

_Static_assert((int)CKI_SIGN_ADD == (int)CKI_OP_ADD && (int)CKI_SIGN_POW == (int)CKI_OP_POW &&
                   (int)CKI_SIGN_XOR == (int)CKI_OP_XOR && (int)CKI_SIGN_GE == (int)CKI_OP_GE &&
                   (int)CKI_SIGN_INVERT == (int)CKI_OP_INVERT,
               "signs of the tree are operators of the host");

enum { CALL_DEPTH = 1000, STACK_BYTES = 3 << 20, SPINE = 16 };

/* Per thread: how deep calls are nested, where the stack was at the outermost, and steps left. */
static _Thread_local struct {
    int calls;
    const char *base;
    int64_t budget;
    bool bounded;
    const cki_tree *tree;
} running;

const cki_tree *cki_interpret_tree(void)
{
    return running.tree;
}

const cki_tree *cki_interpret_set_tree(const cki_tree *tree)
{
    const cki_tree *former = running.tree;
    running.tree = tree;
    return former;
}

void cki_eval_budget(int64_t steps)
{
    running.budget = steps;
    running.bounded = steps > 0;
}

bool cki_interpret_enter(cki_error *error)
{
    if (running.calls == 0)
        running.base = __builtin_frame_address(0);
    if (running.calls >= CALL_DEPTH) {
        cki_fail(error, CASK_LIMIT, "RecursionError", "maximum recursion depth exceeded");
        return false;
    }
    running.calls++;
    return true;
}

void cki_interpret_exit(void)
{
    running.calls--;
}

bool cki_interpret_step(cki_error *error)
{
    if (cki_patience_check(error) != CASK_OK)
        return false;
    if (running.bounded && --running.budget < 0) {
        cki_fail(error, CASK_LIMIT, "TimeoutError", "the expression takes too many steps");
        return false;
    }
    const char *here = __builtin_frame_address(0);
    ptrdiff_t used = running.calls ? running.base - here : 0;
    if (used > STACK_BYTES || used < -STACK_BYTES) {
        cki_fail(error, CASK_LIMIT, "RecursionError", "maximum recursion depth exceeded");
        return false;
    }
    return true;
}

cask_value *cki_interpret_local(const cki_frame *frame, uint32_t name)
{
    for (; frame; frame = frame->outer) {
        for (size_t i = 0; i < frame->count; i++) {
            if (frame->names[i] == name && frame->values[i])
                return frame->values[i];
        }
    }
    return NULL;
}

bool cki_interpret_bind(cki_frame *frame, uint32_t name, cask_value *value)
{
    for (size_t i = 0; i < frame->count; i++) {
        if (frame->names[i] == name) {
            cask_value_unref(frame->values[i]);
            frame->values[i] = value;
            return true;
        }
    }
    if (frame->count == frame->room) {
        size_t room = frame->room * 2 + 4;
        uint32_t *names = cki_memory_realloc(frame->names, room * sizeof *names);
        if (names)
            frame->names = names;
        cask_value **values =
            names ? cki_memory_realloc(frame->values, room * sizeof(cask_value *)) : NULL;
        if (!values) {
            cki_fail_memory(frame->error, room * sizeof(cask_value *));
            cask_value_unref(value);
            return false;
        }
        frame->values = values;
        frame->room = room;
    }
    frame->names[frame->count] = name;
    frame->values[frame->count++] = value;
    return true;
}

void cki_interpret_leave(cki_frame *frame)
{
    for (size_t i = 0; frame->values && i < frame->count; i++)
        cask_value_unref(frame->values[i]);
    cki_memory_free(frame->names);
    cki_memory_free(frame->values);
    frame->names = NULL;
    frame->values = NULL;
    frame->count = frame->room = 0;
}

static cask_value *name_value(cki_frame *frame, uint32_t name)
{
    cask_value *local = cki_interpret_local(frame, name);
    if (local)
        return cask_value_ref(local);
    return cki_scope_name(frame->scope, frame->tree->names[name], frame->error);
}

/* One comparison of a chain. */
static cask_value *compare_once(cki_frame *frame, cki_sign sign, cask_value *a, cask_value *b)
{
    bool holds = false;
    if (sign == CKI_SIGN_IS || sign == CKI_SIGN_IS_NOT)
        return cki_value_bool(cki_compare_is(a, b) == (sign == CKI_SIGN_IS));
    if (sign == CKI_SIGN_IN || sign == CKI_SIGN_NOT_IN) {
        if (!cki_compare_in(frame->scope, a, b, &holds, frame->error))
            return NULL;
        return cki_value_bool(holds == (sign == CKI_SIGN_IN));
    }
    return cki_eval_operate(frame->scope, (cki_operator)sign, a, b, frame->error);
}

static cask_value *compare_chain(cki_frame *frame, const cki_node *node)
{
    const uint32_t *links = frame->tree->links + node->a;
    cask_value *left = cki_interpret_node(frame, links[0]), *result = NULL;
    for (uint32_t i = 1; left && i < node->b; i += 2) {
        bool holds;
        cask_value *right = cki_interpret_node(frame, links[i + 1]);
        cask_value_unref(result);
        result = right ? compare_once(frame, (cki_sign)links[i], left, right) : NULL;
        cask_value_unref(left);
        left = right;
        if (!result || i + 2 >= node->b)
            break;
        if (!cki_compare_truth(frame->scope, result, &holds, frame->error)) {
            cask_value_unref(result);
            result = NULL;
            break;
        }
        if (!holds)
            break;
    }
    cask_value_unref(left);
    return result;
}

/* Python has its own words for a star before what cannot be iterated over. */
static void reword_star(cki_error *error, const cask_value *value)
{
    if (error->status != CASK_TYPE || cki_operate_is_host(value))
        return;
    *error = (cki_error){0};
    cki_fail(error, CASK_TYPE, NULL, "Value after * must be an iterable, not %s",
             cki_value_type(value));
}

/* Items of a display, starred ones spread out. */
static cask_value *display(cki_frame *frame, const cki_node *node, cki_kind kind)
{
    cki_heap heap = {0};
    for (uint32_t i = 0; i < node->b; i++) {
        uint32_t child = frame->tree->links[node->a + i];
        const cki_node *item = &frame->tree->nodes[child];
        bool star = item->kind == CKI_NODE_STAR;
        cask_value *value = cki_interpret_node(frame, star ? item->a : child);
        cask_value *next;
        cki_walk walk;
        bool ok = value != NULL;
        if (ok && star) {
            ok = cki_walk_start(&walk, frame->scope, value, frame->error);
            if (!ok)
                reword_star(frame->error, value);
            while (ok && (next = cki_walk_next(&walk)))
                ok = cki_walk_keep(&heap, next, frame->error);
            cki_walk_end(&walk);
            cask_value_unref(value);
            ok = ok && frame->error->status == CASK_OK;
        } else if (ok) {
            ok = cki_walk_keep(&heap, value, frame->error);
        }
        if (!ok) {
            cki_walk_drop(&heap);
            return NULL;
        }
    }
    return cki_walk_made(&heap, kind, frame->error);
}

static cask_value *set_display(cki_frame *frame, const cki_node *node)
{
    cask_value *items = display(frame, node, CKI_LIST);
    cask_value *set = items ? cki_value_set(frame->error) : NULL;
    for (size_t i = 0; set && i < items->as.list.count; i++) {
        if (cki_value_set_add(set, cask_value_ref(items->as.list.items[i]), frame->error) !=
            CASK_OK) {
            cask_value_unref(set);
            set = NULL;
        }
    }
    cask_value_unref(items);
    return set;
}

static bool spread_mapping(cki_frame *frame, cask_value *dict, cask_value *mapping)
{
    if (mapping->kind != CKI_DICT) {
        cki_fail(frame->error, CASK_TYPE, NULL, "'%s' object is not a mapping",
                 cki_value_type(mapping));
        return false;
    }
    for (size_t i = 0; i < mapping->as.dict.count; i++) {
        if (cki_value_dict_set(dict, cask_value_ref(mapping->as.dict.keys[i]),
                               cask_value_ref(mapping->as.dict.values[i]), frame->error) != CASK_OK)
            return false;
    }
    return true;
}

static bool dict_entry(cki_frame *frame, cask_value *dict, uint32_t key, uint32_t value)
{
    cask_value *k = NULL, *v;
    if (key != CKI_NO_NODE && !(k = cki_interpret_node(frame, key)))
        return false;
    if (!(v = cki_interpret_node(frame, value))) {
        cask_value_unref(k);
        return false;
    }
    if (k)
        return cki_value_dict_set(dict, k, v, frame->error) == CASK_OK;
    bool ok = spread_mapping(frame, dict, v);
    cask_value_unref(v);
    return ok;
}

static cask_value *dict_display(cki_frame *frame, const cki_node *node)
{
    cask_value *dict = cki_value_dict(frame->error);
    for (uint32_t i = 0; dict && i < node->b; i += 2) {
        const uint32_t *pair = frame->tree->links + node->a + i;
        if (!dict_entry(frame, dict, pair[0], pair[1])) {
            cask_value_unref(dict);
            dict = NULL;
        }
    }
    return dict;
}

static cask_value *slice_value(cki_frame *frame, const cki_node *node)
{
    const uint32_t parts[3] = {node->a, node->b, node->c};
    cask_value *values[3] = {NULL, NULL, NULL};
    for (int i = 0; i < 3; i++) {
        if (parts[i] != CKI_NO_NODE && !(values[i] = cki_interpret_node(frame, parts[i]))) {
            cask_value_unref(values[0]);
            cask_value_unref(values[1]);
            return NULL;
        }
    }
    return cki_value_slice(values[0], values[1], values[2], frame->error);
}

/* Whether the node's value begins with that of its child `a`, and goes on from there. */
static bool is_spine(cki_node_kind kind)
{
    return kind == CKI_NODE_BINARY || kind == CKI_NODE_UNARY || kind == CKI_NODE_NOT ||
           kind == CKI_NODE_AND || kind == CKI_NODE_OR || kind == CKI_NODE_ATTRIBUTE ||
           kind == CKI_NODE_SUBSCRIPT || kind == CKI_NODE_CALL;
}

static cask_value *leaf(cki_frame *frame, uint32_t at)
{
    const cki_node *node = &frame->tree->nodes[at];
    switch ((cki_node_kind)node->kind) {
    case CKI_NODE_CONSTANT:
        return cask_value_ref(frame->tree->constants[node->a]);
    case CKI_NODE_NAME:
        return name_value(frame, node->a);
    case CKI_NODE_COMPARE:
        return compare_chain(frame, node);
    case CKI_NODE_SLICE:
        return slice_value(frame, node);
    case CKI_NODE_LIST:
        return display(frame, node, CKI_LIST);
    case CKI_NODE_TUPLE:
        return display(frame, node, CKI_TUPLE);
    case CKI_NODE_SET:
        return set_display(frame, node);
    case CKI_NODE_DICT:
        return dict_display(frame, node);
    case CKI_NODE_COMPREHENSION:
        return cki_comprehension_run(frame, at);
    case CKI_NODE_LAMBDA:
        return cki_lambda_new(frame, at);
    case CKI_NODE_CONDITION:
        return cki_interpret_node(frame, at);
    case CKI_NODE_UNARY:
    case CKI_NODE_NOT:
    case CKI_NODE_BINARY:
    case CKI_NODE_AND:
    case CKI_NODE_OR:
    case CKI_NODE_ATTRIBUTE:
    case CKI_NODE_SUBSCRIPT:
    case CKI_NODE_CALL:
    case CKI_NODE_STAR:
    case CKI_NODE_DOUBLE_STAR:
    case CKI_NODE_KEYWORD:
        break;
    }
    cki_fail_internal(frame->error, "a node that has no value of its own");
    return NULL;
}

static cask_value *binary(cki_frame *frame, const cki_node *node, cask_value *left)
{
    cask_value *right = cki_interpret_node(frame, node->b), *value = NULL;
    if (right)
        value = cki_eval_operate(frame->scope, (cki_operator)node->sign, left, right, frame->error);
    cask_value_unref(right);
    return value;
}

static cask_value *logical(cki_frame *frame, const cki_node *node, cask_value *left)
{
    bool truth;
    if (!cki_compare_truth(frame->scope, left, &truth, frame->error))
        return NULL;
    if (node->kind == CKI_NODE_NOT)
        return cki_value_bool(!truth);
    return truth == (node->kind == CKI_NODE_OR) ? cask_value_ref(left)
                                                : cki_interpret_node(frame, node->b);
}

static cask_value *subscript(cki_frame *frame, const cki_node *node, cask_value *object)
{
    cask_value *index = cki_interpret_node(frame, node->b), *value = NULL;
    if (index)
        value = cki_index_item(frame->scope, object, index, frame->error);
    cask_value_unref(index);
    return value;
}

/* One step up the spine: the value of a node from that of its first child (borrowed). */
static cask_value *step_up(cki_frame *frame, uint32_t at, cask_value *value)
{
    const cki_node *node = &frame->tree->nodes[at];
    if (node->kind == CKI_NODE_BINARY)
        return binary(frame, node, value);
    if (node->kind == CKI_NODE_UNARY)
        return cki_eval_operate(frame->scope, (cki_operator)node->sign, value, NULL, frame->error);
    if (node->kind == CKI_NODE_ATTRIBUTE)
        return cki_attribute_get(frame->scope, value, frame->tree->names[node->b], frame->error);
    if (node->kind == CKI_NODE_SUBSCRIPT)
        return subscript(frame, node, value);
    if (node->kind == CKI_NODE_CALL)
        return cki_interpret_call(frame, at, value);
    return logical(frame, node, value);
}

static cask_value *climb(cki_frame *frame, uint32_t top)
{
    const cki_node *nodes = frame->tree->nodes;
    uint32_t local[SPINE], *spine = local, bottom = top;
    size_t count = 0;
    for (; is_spine((cki_node_kind)nodes[bottom].kind); bottom = nodes[bottom].a)
        count++;
    if (count > SPINE && !(spine = cki_memory_alloc(count * sizeof *spine))) {
        cki_fail_memory(frame->error, count * sizeof *spine);
        return NULL;
    }
    uint32_t at = top;
    for (size_t i = count; i-- > 0; at = nodes[at].a)
        spine[i] = at;
    cask_value *value = leaf(frame, bottom);
    if (!value)
        cki_fail_place(frame->error, nodes[bottom].begin, nodes[bottom].end);
    for (size_t i = 0; value && i < count; i++) {
        cask_value *next =
            cki_interpret_step(frame->error) ? step_up(frame, spine[i], value) : NULL;
        cask_value_unref(value);
        value = next;
        if (!value)
            cki_fail_place(frame->error, nodes[spine[i]].begin, nodes[spine[i]].end);
    }
    if (spine != local)
        cki_memory_free(spine);
    return value;
}

cask_value *cki_interpret_node(cki_frame *frame, uint32_t at)
{
    if (!cki_interpret_step(frame->error))
        return NULL;
    while (frame->tree->nodes[at].kind == CKI_NODE_CONDITION) {
        const cki_node *node = &frame->tree->nodes[at];
        bool truth;
        cask_value *test = cki_interpret_node(frame, node->b);
        bool ok = test && cki_compare_truth(frame->scope, test, &truth, frame->error);
        cask_value_unref(test);
        if (!ok) {
            cki_fail_place(frame->error, node->begin, node->end);
            return NULL;
        }
        at = truth ? node->a : node->c;
    }
    return climb(frame, at);
}
