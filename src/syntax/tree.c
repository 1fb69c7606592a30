/* Trees: their tables, grown while parsing and counted afterwards. */
#include "syntax/tree.h"
#include "core/memory.h"

#include <string.h>

cki_tree *cki_tree_new(const char *text, size_t length, cki_error *error)
{
    if (length >= CKI_NO_NODE / 2) {
        cki_fail(error, CASK_MEMORY, NULL, "an expression of %zu bytes is too long", length);
        return NULL;
    }
    cki_tree *tree = cki_memory_calloc(1, sizeof *tree);
    char *copy = tree ? cki_memory_copy(text, length) : NULL;
    if (!copy) {
        cki_memory_free(tree);
        cki_fail_memory(error, sizeof *tree + length);
        return NULL;
    }
    tree->references = 1;
    tree->text = copy;
    tree->length = length;
    tree->root = CKI_NO_NODE;
    return tree;
}

/* Room for `more` entries of `size` bytes in a table. */
static bool reserve(void **table, uint32_t *room, uint32_t used, size_t more, size_t size,
                    cki_error *error)
{
    if (more <= *room - used)
        return true;
    uint64_t want = ((uint64_t)used + more) * 3 / 2 + 16;
    void *grown = NULL;
    if (want < CKI_NO_NODE)
        grown = cki_memory_realloc(*table, (size_t)want * size);
    if (!grown) {
        cki_fail_memory(error, (size_t)want * size);
        return false;
    }
    *table = grown;
    *room = (uint32_t)want;
    return true;
}

uint32_t cki_tree_node(cki_tree *tree, cki_node node, cki_error *error)
{
    if (!reserve((void **)&tree->nodes, &tree->nodes_room, tree->nnodes, 1, sizeof node, error))
        return CKI_NO_NODE;
    tree->nodes[tree->nnodes] = node;
    return tree->nnodes++;
}

uint32_t cki_tree_link(cki_tree *tree, const uint32_t *links, size_t count, cki_error *error)
{
    uint32_t first = tree->nlinks;
    if (!reserve((void **)&tree->links, &tree->links_room, first, count, sizeof *links, error))
        return CKI_NO_NODE;
    if (count)
        memcpy(tree->links + first, links, count * sizeof *links);
    tree->nlinks += (uint32_t)count;
    return first;
}

static uint32_t hash(const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint32_t sum = 2166136261U;
    for (size_t i = 0; i < length; i++)
        sum = (sum ^ at[i]) * 16777619U;
    return sum ^ sum >> 16;
}

static bool same_integer(const cask_value *a, const cask_value *b)
{
    return a->kind == CKI_INT && b->kind == CKI_INT && a->as.integer == b->as.integer;
}

uint32_t cki_tree_constant(cki_tree *tree, cask_value *value, cki_error *error)
{
    if (!value)
        return CKI_NO_NODE;
    uint32_t *recent = NULL;
    if (value->kind == CKI_INT) {
        recent = &tree->recent_constant[hash(&value->as.integer, sizeof value->as.integer) & 255];
        if (*recent && same_integer(tree->constants[*recent - 1], value)) {
            cask_value_unref(value);
            return *recent - 1;
        }
    }
    if (!reserve((void **)&tree->constants, &tree->constants_room, tree->nconstants, 1,
                 sizeof value, error)) {
        cask_value_unref(value);
        return CKI_NO_NODE;
    }
    tree->constants[tree->nconstants++] = value;
    if (recent)
        *recent = tree->nconstants;
    return tree->nconstants - 1;
}

/* The slot where a name is, or is to go. */
static uint32_t *find_slot(cki_tree *tree, const char *name, size_t length)
{
    uint32_t at = hash(name, length) & (tree->nslots - 1);
    while (tree->name_slots[at]) {
        const char *there = tree->names[tree->name_slots[at] - 1];
        if (strncmp(there, name, length) == 0 && there[length] == '\0')
            break;
        at = (at + 1) & (tree->nslots - 1);
    }
    return &tree->name_slots[at];
}

static bool grow_slots(cki_tree *tree, cki_error *error)
{
    uint32_t nslots = tree->nslots ? tree->nslots * 4 : 64;
    uint32_t *slots = cki_memory_calloc(nslots, sizeof *slots);
    if (!slots) {
        cki_fail_memory(error, nslots * sizeof *slots);
        return false;
    }
    cki_memory_free(tree->name_slots);
    tree->name_slots = slots;
    tree->nslots = nslots;
    for (uint32_t i = 0; i < tree->nnames; i++)
        *find_slot(tree, tree->names[i], strlen(tree->names[i])) = i + 1;
    return true;
}

uint32_t cki_tree_name(cki_tree *tree, const char *name, size_t length, cki_error *error)
{
    if (tree->nnames >= tree->nslots / 2 && !grow_slots(tree, error))
        return CKI_NO_NODE;
    uint32_t *slot = find_slot(tree, name, length);
    if (*slot)
        return *slot - 1;
    if (!reserve((void **)&tree->names, &tree->names_room, tree->nnames, 1, sizeof *tree->names,
                 error))
        return CKI_NO_NODE;
    char *copy = cki_memory_copy(name, length);
    if (!copy) {
        cki_fail_memory(error, length);
        return CKI_NO_NODE;
    }
    tree->names[tree->nnames++] = copy;
    *slot = tree->nnames;
    return tree->nnames - 1;
}
