/* Repeating: in x - x.mean() every block of x is needed before the mean is known and again after.
 * To keep them all would take as much memory as x; a source is read again instead. */
#include "core/map.h"
#include "expr/node.h"

#include <string.h>

/* A node as it is at one level: level n is what can only run after n barriers. */
typedef struct version {
    struct version *next;
    uint32_t level;
    const cki_node *node;
} version;

typedef struct entry {
    const cki_node *node;
    uint32_t level; /* the barriers under it, itself included */
    bool repeats;
    version *versions;
} entry;

typedef struct repeater {
    cki_build *build;
    cki_map places; /* node -> place in entries + 1; 0 while its inputs are under way */
    entry *entries;
    size_t count, capacity;
    const cki_node **stack;
    size_t depth, room;
} repeater;

static bool push(repeater *r, const cki_node *node)
{
    if (r->depth == r->room) {
        size_t room = r->room * 2 + 64;
        const cki_node **stack = cki_memory_realloc(r->stack, room * sizeof *stack);
        if (!stack)
            return false;
        r->stack = stack;
        r->room = room;
    }
    r->stack[r->depth++] = node;
    return true;
}

static entry *entry_of(const repeater *r, const cki_node *node)
{
    uint64_t place = 0;
    cki_map_get(&r->places, cki_map_key(node), &place);
    return place ? &r->entries[place - 1] : NULL;
}

/* All inputs have their entries: this node gets its. */
static bool add_entry(repeater *r, const cki_node *node)
{
    if (r->count == r->capacity) {
        size_t capacity = r->capacity * 2 + 64;
        entry *entries = cki_memory_realloc(r->entries, capacity * sizeof *entries);
        if (!entries)
            return false;
        r->entries = entries;
        r->capacity = capacity;
    }
    uint32_t level = 0;
    for (size_t i = 0; i < node->ninputs; i++) {
        const entry *input = entry_of(r, node->inputs[i]);
        level = input->level > level ? input->level : level;
    }
    uint64_t bytes = node->primitive->repeatable ? node->primitive->repeatable(node) : 0;
    r->entries[r->count++] = (entry){.node = node,
                                     .level = level + node->primitive->barrier,
                                     .repeats = bytes > r->build->ck->memory_limit / 8};
    return cki_map_set(&r->places, cki_map_key(node), r->count);
}

static cask_status gather(repeater *r, const cki_node *wanted)
{
    bool ok = push(r, wanted);
    while (ok && r->depth) {
        const cki_node *node = r->stack[r->depth - 1];
        uint64_t place;
        if (!cki_map_get(&r->places, cki_map_key(node), &place)) {
            ok = cki_map_set(&r->places, cki_map_key(node), 0);
            for (size_t i = 0; ok && i < node->ninputs; i++)
                if (!entry_of(r, node->inputs[i]))
                    ok = push(r, node->inputs[i]);
        } else {
            r->depth--;
            ok = place || add_entry(r, node);
        }
    }
    return ok ? CASK_OK : cki_fail_memory(r->build->error, sizeof(entry));
}

/* Say that the entry is needed at a level; what does not repeat is needed at its own. */
static bool need(repeater *r, entry *e, uint32_t level)
{
    if (!e->repeats)
        level = e->level;
    for (const version *v = e->versions; v; v = v->next)
        if (v->level == level)
            return true;
    version *made = cki_arena_alloc(r->build->arena, sizeof *made);
    if (!made)
        return false;
    *made = (version){.next = e->versions, .level = level};
    e->versions = made;
    return true;
}

/* The level at which a version reads its inputs. */
static uint32_t reading_level(const entry *e, const version *v)
{
    return e->node->primitive->barrier ? e->level - 1 : v->level;
}

static const cki_node *find(const entry *e, uint32_t level)
{
    if (!e->repeats)
        level = e->level;
    const version *v = e->versions;
    while (v && v->level != level)
        v = v->next;
    return v ? v->node : e->node;
}

/* The node of a version: a copy unless it is the only one and its inputs are what they were. */
static const cki_node *make(repeater *r, const entry *e, const version *v)
{
    const cki_node *node = e->node;
    const cki_node **inputs = cki_arena_array(r->build->arena, node->ninputs, sizeof *inputs);
    bool changed = e->versions->next != NULL;
    if (!inputs) {
        cki_fail_memory(r->build->error, node->ninputs * sizeof *inputs);
        return NULL;
    }
    for (size_t i = 0; i < node->ninputs; i++) {
        inputs[i] = find(entry_of(r, node->inputs[i]), reading_level(e, v));
        changed |= inputs[i] != node->inputs[i];
    }
    return changed ? cki_node_with_inputs(r->build, node, inputs) : node;
}

static cask_status find_versions(repeater *r)
{
    bool ok = true;
    for (size_t i = r->count; ok && i-- > 0;) /* users before inputs */
        for (const version *v = r->entries[i].versions; ok && v; v = v->next)
            for (size_t k = 0; ok && k < r->entries[i].node->ninputs; k++)
                ok = need(r, entry_of(r, r->entries[i].node->inputs[k]),
                          reading_level(&r->entries[i], v));
    for (size_t i = 0; ok && i < r->count; i++)
        for (version *v = r->entries[i].versions; ok && v; v = v->next)
            ok = (v->node = make(r, &r->entries[i], v)) != NULL;
    return ok ? CASK_OK : cki_fail_memory(r->build->error, sizeof(version));
}

cask_status cki_repeat_nodes(cki_build *build, const cki_node **wanted, size_t count)
{
    repeater r = {.build = build};
    cask_status status = CASK_OK;
    bool any = false;
    for (size_t i = 0; i < count && status == CASK_OK; i++)
        status = gather(&r, wanted[i]);
    for (size_t i = 0; i < r.count; i++)
        any |= r.entries[i].repeats;
    if (status == CASK_OK && any) {
        for (size_t i = 0; i < count && status == CASK_OK; i++) {
            entry *e = entry_of(&r, wanted[i]);
            if (!need(&r, e, e->level))
                status = cki_fail_memory(build->error, sizeof(version));
        }
        if (status == CASK_OK)
            status = find_versions(&r);
        for (size_t i = 0; i < count && status == CASK_OK; i++) {
            const entry *e = entry_of(&r, wanted[i]);
            wanted[i] = find(e, e->level);
        }
    }
    cki_map_free(&r.places);
    cki_memory_free(r.entries);
    cki_memory_free(r.stack);
    return status;
}
