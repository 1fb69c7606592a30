/* Calls: their arguments evaluated in order, stars spread out, and the function called. */
#include "core/memory.h"
#include "eval/function.h"
#include "eval/interpret.h"
#include "eval/walk.h"

#include <string.h>

typedef struct gathered {
    cki_heap positional, named;
    cki_heap keys; /* STR values whose bytes are the names */
    const char **names;
    size_t names_room;
} gathered;

static void drop(gathered *all)
{
    cki_walk_drop(&all->positional);
    cki_walk_drop(&all->named);
    cki_walk_drop(&all->keys);
    cki_memory_free(all->names);
}

/* `name` must outlive the call; the value's reference is taken over. */
static bool add_named(cki_frame *frame, gathered *all, const char *name, cask_value *value)
{
    for (size_t i = 0; value && i < all->named.count; i++) {
        if (strcmp(all->names[i], name) == 0) {
            cki_fail(frame->error, CASK_TYPE, NULL,
                     "call got multiple values for keyword argument '%s'", name);
            cask_value_unref(value);
            return false;
        }
    }
    if (value && all->named.count == all->names_room) {
        size_t room = all->names_room * 2 + 8;
        const char **grown = cki_memory_realloc(all->names, room * sizeof *grown);
        if (!grown) {
            cki_fail_memory(frame->error, room * sizeof *grown);
            cask_value_unref(value);
            return false;
        }
        all->names = grown;
        all->names_room = room;
    }
    if (!cki_walk_keep(&all->named, value, frame->error))
        return false;
    all->names[all->named.count - 1] = name;
    return true;
}

static bool spread_items(cki_frame *frame, gathered *all, cask_value *value)
{
    cki_walk walk;
    cask_value *item;
    bool ok = cki_walk_start(&walk, frame->scope, value, frame->error);
    while (ok && (item = cki_walk_next(&walk)))
        ok = cki_walk_keep(&all->positional, item, frame->error);
    cki_walk_end(&walk);
    return ok && frame->error->status == CASK_OK;
}

static bool spread_names(cki_frame *frame, gathered *all, cask_value *value)
{
    if (value->kind != CKI_DICT) {
        cki_fail(frame->error, CASK_TYPE, NULL, "argument after ** must be a mapping, not %s",
                 cki_value_type(value));
        return false;
    }
    for (size_t i = 0; i < value->as.dict.count; i++) {
        cask_value *key = value->as.dict.keys[i];
        if (key->kind != CKI_STR) {
            cki_fail(frame->error, CASK_TYPE, NULL, "keywords must be strings");
            return false;
        }
        if (!cki_walk_keep(&all->keys, cask_value_ref(key), frame->error) ||
            !add_named(frame, all, key->as.text.bytes, cask_value_ref(value->as.dict.values[i])))
            return false;
    }
    return true;
}

static bool gather(cki_frame *frame, gathered *all, uint32_t at)
{
    const cki_node *node = &frame->tree->nodes[at];
    if (node->kind == CKI_NODE_KEYWORD)
        return add_named(frame, all, frame->tree->names[node->a],
                         cki_interpret_node(frame, node->b));
    if (node->kind != CKI_NODE_STAR && node->kind != CKI_NODE_DOUBLE_STAR)
        return cki_walk_keep(&all->positional, cki_interpret_node(frame, at), frame->error);
    cask_value *value = cki_interpret_node(frame, node->a);
    bool ok = value && (node->kind == CKI_NODE_STAR ? spread_items(frame, all, value)
                                                    : spread_names(frame, all, value));
    cask_value_unref(value);
    return ok;
}

cask_value *cki_interpret_call(cki_frame *frame, uint32_t at, cask_value *function)
{
    const cki_node *node = &frame->tree->nodes[at];
    gathered all = {0};
    cask_value *value = NULL;
    bool ok = true;
    for (uint32_t i = 0; ok && i < node->c; i++)
        ok = gather(frame, &all, frame->tree->links[node->b + i]);
    if (ok) {
        cki_arguments arguments = {.positional = all.positional.items,
                                   .count = all.positional.count,
                                   .names = all.names,
                                   .named = all.named.items,
                                   .nnamed = all.named.count};
        value = cki_function_call(frame->scope, function, &arguments, frame->error);
    }
    drop(&all);
    return value;
}
