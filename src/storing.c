/* Storing: results that go into a chest, block by block, as they are made: of any size, and none
 * stays in memory for longer than the chest lets it. */
#include "storing.h"

#include "expr/collection.h"

#include <cask/chest.h>
#include <cask/lazy.h>

typedef struct shelf {
    const cki_node *node;
    cask_chest *chest;
} shelf;

static cask_status put(void *user, int64_t block, cask_value *value, cki_error *error)
{
    const shelf *s = user;
    cask_value *key = cki_collection_key(s->node, block, error);
    cask_status status = key ? cask_chest_set(s->chest, key, value) : error->status;
    if (key && status != CASK_OK)
        cki_fail(error, cask_chest_error(), cask_chest_error_class(), "%s", cask_chest_message());
    cask_value_unref(key);
    return status;
}

static cask_status put_all(cask *ck, const cki_node *const *nodes, size_t count, cask_chest *chest,
                           cki_error *error)
{
    cki_want *wants = cki_memory_calloc(count, sizeof *wants);
    shelf *shelves = cki_memory_calloc(count, sizeof *shelves);
    for (size_t i = 0; wants && shelves && i < count; i++) {
        shelves[i] = (shelf){nodes[i], chest};
        wants[i] = (cki_want){nodes[i], &shelves[i], put};
    }
    cask_status status = wants && shelves ? ck->compute(ck, wants, count, error)
                                          : cki_fail_memory(error, count * sizeof *wants);
    cki_memory_free(wants);
    cki_memory_free(shelves);
    return status;
}

/* What the chest holds of a thing, as one value. */
static cask_value *take_from(const cki_node *node, cask_chest *chest, cki_error *error)
{
    size_t count = (size_t)node->collection->blocks(node), found = 0;
    cask_value **blocks = cki_memory_calloc(count + 1, sizeof *blocks), *value = NULL;
    if (!blocks) {
        cki_fail_memory(error, count * sizeof *blocks);
        return NULL;
    }
    for (; found < count; found++) {
        cask_value *key = cki_collection_key(node, (int64_t)found, error);
        blocks[found] = key ? cask_chest_get(chest, key) : NULL;
        cask_value_unref(key);
        if (!blocks[found])
            break;
    }
    if (found == count)
        value = cki_collection_join(node, blocks, count, error);
    else if (error->status == CASK_OK)
        cki_fail(error, cask_chest_error(), cask_chest_error_class(), "%s", cask_chest_message());
    for (size_t i = 0; i < found; i++)
        cask_value_unref(blocks[i]);
    cki_memory_free(blocks);
    return value;
}

cask_status cki_storing_run(cask *ck, const cki_node *const *nodes, size_t count,
                            cask_value **values, cki_error *error)
{
    cask_chest *chest = ck->how->chest;
    put_all(ck, nodes, count, chest, error);
    for (size_t i = 0; values && i < count && error->status == CASK_OK; i++)
        values[i] = take_from(nodes[i], chest, error);
    return error->status;
}
