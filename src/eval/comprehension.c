/* Comprehensions: nested loops over their clauses, with targets unpacked as in assignments. The
 * loops are a stack of walks, not of calls. */
#include "core/memory.h"
#include "eval/interpret.h"
#include "eval/operate.h"
#include "eval/walk.h"

#include <string.h>

static bool assign(cki_frame *frame, uint32_t target, cask_value *value);

/* a, *b, c = items: the reference to `items` (a LIST) is borrowed. */
static bool unpack(cki_frame *frame, const cki_node *target, const cask_value *items)
{
    const uint32_t *links = frame->tree->links + target->a;
    size_t have = items->as.list.count, want = target->b, star = want;
    for (size_t i = 0; i < want; i++) {
        if (frame->tree->nodes[links[i]].kind == CKI_NODE_STAR)
            star = i;
    }
    if (star == want ? have != want : have < want - 1) {
        if (star != want)
            cki_fail(frame->error, CASK_INVALID, NULL,
                     "not enough values to unpack (expected at least %zu, got %zu)", want - 1,
                     have);
        else if (have > want)
            cki_fail(frame->error, CASK_INVALID, NULL, "too many values to unpack (expected %zu)",
                     want);
        else
            cki_fail(frame->error, CASK_INVALID, NULL,
                     "not enough values to unpack (expected %zu, got %zu)", want, have);
        return false;
    }
    for (size_t i = 0, at = 0; i < want; i++) {
        uint32_t child = links[i];
        if (i != star) {
            if (!assign(frame, child, cask_value_ref(items->as.list.items[at++])))
                return false;
            continue;
        }
        size_t rest = have - (want - 1);
        cask_value *list = cki_value_list(CKI_LIST, rest, frame->error);
        for (size_t k = 0; list && k < rest; k++)
            list->as.list.items[k] = cask_value_ref(items->as.list.items[at + k]);
        at += rest;
        if (!list || !assign(frame, frame->tree->nodes[child].a, list))
            return false;
    }
    return true;
}

/* The reference is taken over. Targets nest no deeper than brackets may. */
static bool assign(cki_frame *frame, uint32_t target, cask_value *value)
{
    const cki_node *node = &frame->tree->nodes[target];
    if (node->kind == CKI_NODE_NAME)
        return cki_interpret_bind(frame, node->a, value);
    cask_value *items = cki_walk_all(frame->scope, value, CKI_LIST, frame->error);
    if (!items && frame->error->status == CASK_TYPE) { /* Python has its own words here */
        const char *type = cki_value_type(value);
        *frame->error = (cki_error){0};
        cki_fail(frame->error, CASK_TYPE, NULL, "cannot unpack non-iterable %s object", type);
    }
    bool ok = items && unpack(frame, node, items);
    if (!ok)
        cki_fail_place(frame->error, node->begin, node->end);
    cask_value_unref(items);
    cask_value_unref(value);
    return ok;
}

/* A comprehension while it runs. */
typedef struct running {
    cki_frame frame; /* its variables */
    const cki_node *node;
    cki_walk *walks; /* by clause */
    const uint32_t **clauses;
    uint32_t nclauses;
    cki_heap list;
    cask_value *result; /* a set or dict */
} running;

static bool start_clause(running *all, uint32_t clause, cki_frame *frame)
{
    uint32_t at = all->clauses[clause][1];
    const cki_node *node = &frame->tree->nodes[at];
    cask_value *iterable = cki_interpret_node(frame, at);
    bool ok = iterable && cki_walk_start(&all->walks[clause], frame->scope, iterable, frame->error);
    cask_value_unref(iterable);
    if (!ok)
        cki_fail_place(frame->error, node->begin, node->end);
    return ok;
}

static bool conditions_hold(running *all, uint32_t clause, bool *hold)
{
    const uint32_t *links = all->clauses[clause];
    *hold = true;
    for (uint32_t i = 0; *hold && i < links[2]; i++) {
        cask_value *test = cki_interpret_node(&all->frame, links[3 + i]);
        bool ok = test && cki_compare_truth(all->frame.scope, test, hold, all->frame.error);
        cask_value_unref(test);
        if (!ok)
            return false;
    }
    return true;
}

static bool add_element(running *all)
{
    cki_frame *frame = &all->frame;
    cask_value *element = cki_interpret_node(frame, all->node->a), *value;
    if (!element)
        return false;
    if (all->node->sign == CKI_LIST)
        return cki_walk_keep(&all->list, element, frame->error);
    if (all->node->sign == CKI_SET)
        return cki_value_set_add(all->result, element, frame->error) == CASK_OK;
    if (!(value = cki_interpret_node(frame, all->node->b))) {
        cask_value_unref(element);
        return false;
    }
    return cki_value_dict_set(all->result, element, value, frame->error) == CASK_OK;
}

/* The loops: `clause` goes in where conditions hold, and out where a walk ends. */
static bool loop(running *all)
{
    uint32_t clause = 0;
    for (;;) {
        cask_value *item = cki_walk_next(&all->walks[clause]);
        bool hold;
        if (!item) {
            if (all->frame.error->status != CASK_OK)
                return false;
            cki_walk_end(&all->walks[clause]);
            if (clause-- == 0)
                return true;
            continue;
        }
        if (!assign(&all->frame, all->clauses[clause][0], item) ||
            !conditions_hold(all, clause, &hold))
            return false;
        if (!hold)
            continue;
        if (clause + 1 < all->nclauses) {
            if (!start_clause(all, clause + 1, &all->frame))
                return false;
            clause++;
        } else if (!add_element(all)) {
            return false;
        }
    }
}

static bool prepare(running *all, const uint32_t *links)
{
    all->nclauses = links[0];
    all->walks = cki_memory_calloc(all->nclauses, sizeof *all->walks);
    all->clauses = cki_memory_calloc(all->nclauses, sizeof *all->clauses);
    if (!all->walks || !all->clauses) {
        cki_fail_memory(all->frame.error, all->nclauses * sizeof *all->walks);
        return false;
    }
    const uint32_t *at = links + 1;
    for (uint32_t i = 0; i < all->nclauses; i++, at += 3 + at[2])
        all->clauses[i] = at;
    if (all->node->sign == CKI_SET)
        all->result = cki_value_set(all->frame.error);
    else if (all->node->sign == CKI_DICT)
        all->result = cki_value_dict(all->frame.error);
    return all->result || all->node->sign == CKI_LIST;
}

cask_value *cki_comprehension_run(cki_frame *frame, uint32_t at)
{
    running all = {.node = &frame->tree->nodes[at]};
    all.frame = (cki_frame){
        .scope = frame->scope, .tree = frame->tree, .outer = frame, .error = frame->error};
    /* the first iterable belongs to what is around: its names are not yet the comprehension's */
    bool ok = prepare(&all, frame->tree->links + all.node->c) && start_clause(&all, 0, frame) &&
              loop(&all);
    for (uint32_t i = 0; all.walks && i < all.nclauses; i++)
        cki_walk_end(&all.walks[i]);
    cki_memory_free(all.walks);
    cki_memory_free(all.clauses);
    cki_interpret_leave(&all.frame);
    if (ok && all.node->sign == CKI_LIST)
        return cki_walk_made(&all.list, CKI_LIST, frame->error);
    cki_walk_drop(&all.list);
    if (ok)
        return all.result;
    cask_value_unref(all.result);
    return NULL;
}
