/* The index: memory by what is wanted of a layer, not by what the layer could have. A layer of
 * which all blocks are wanted ends as an array; ten blocks of a billion make a table of 32 slots.
 */
#include "graph/index.h"
#include "core/memory.h"

enum { FIRST_BITS = 5, SMALL = 1 << FIRST_BITS, MOST_BITS = 32 };

cask_status cki_index_init(cki_index *index, size_t layers, cki_error *error)
{
    index->layers = layers;
    index->parts = cki_memory_calloc(layers, sizeof *index->parts);
    return index->parts ? CASK_OK : cki_fail_memory(error, layers * sizeof *index->parts);
}

void cki_index_free(cki_index *index)
{
    for (size_t i = 0; index->parts && i < index->layers; i++)
        cki_memory_free(index->parts[i].slots);
    cki_memory_free(index->parts);
    *index = (cki_index){0};
}

/* Fibonacci hashing: neighbouring blocks, and blocks in even steps, spread well. */
static size_t home(int64_t block, unsigned bits)
{
    return (size_t)(((uint64_t)block * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - bits));
}

static uint32_t *probe(const cki_index_part *part, int64_t block, const cki_plan_task *tasks)
{
    size_t mask = ((size_t)1 << part->bits) - 1;
    size_t at = home(block, part->bits);
    while (part->slots[at] != 0 && tasks[part->slots[at] - 1].block != block)
        at = (at + 1) & mask;
    return &part->slots[at];
}

/* Make room for twice as much, as an array where the layer is not larger than the table. */
static bool grow(cki_index_part *part, int64_t blocks, const cki_plan_task *tasks)
{
    cki_index_part wider = {.count = part->count};
    wider.bits = part->slots ? (uint8_t)(part->bits + 1) : FIRST_BITS;
    if (wider.bits > MOST_BITS)
        return false;
    size_t slots = (size_t)1 << wider.bits;
    if ((uint64_t)blocks <= slots || blocks <= SMALL) {
        wider.dense = true;
        slots = (size_t)blocks;
    }
    wider.slots = cki_memory_calloc(slots, sizeof *wider.slots);
    if (!wider.slots)
        return false;
    size_t filled = part->slots ? (size_t)1 << part->bits : 0;
    for (size_t i = 0; i < filled; i++)
        if (part->slots[i] != 0) {
            int64_t block = tasks[part->slots[i] - 1].block;
            *(wider.dense ? &wider.slots[block] : probe(&wider, block, tasks)) = part->slots[i];
        }
    cki_memory_free(part->slots);
    *part = wider;
    return true;
}

uint32_t *cki_index_slot(cki_index *index, uint32_t layer, int64_t block, int64_t blocks,
                         const cki_plan_task *tasks)
{
    cki_index_part *part = &index->parts[layer];
    if (blocks == 1)
        return &part->count;
    if (part->dense)
        return &part->slots[block];
    if (part->slots) {
        uint32_t *slot = probe(part, block, tasks);
        if (*slot != 0)
            return slot;
        if (2 * (uint64_t)part->count < (uint64_t)1 << part->bits) {
            part->count++;
            return slot;
        }
    }
    if (!grow(part, blocks, tasks))
        return NULL;
    part->count++;
    return part->dense ? &part->slots[block] : probe(part, block, tasks);
}
