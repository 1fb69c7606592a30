/* The index: memory by what is wanted of a layer, not by what the layer could have. A layer of
 * which many blocks are wanted ends as an array; ten blocks of a billion make a table of 32 slots.
 */
#include "graph/index.h"
#include "core/memory.h"
#include "sys/pages.h"

#include <stdlib.h>

/* An array may be SPARSE times as large as what is wanted: what is not touched costs little.
 * Hashing keeps the NEAR blocks around one in one cache line. */
enum { FIRST_BITS = 5, SMALL = 1 << FIRST_BITS, MOST_BITS = 32, SPARSE = 4, NEAR = 15 };

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

/* Fibonacci hashing of where a block is about, its last bits as they are: blocks in even steps
 * spread well, neighbours stay together. */
static size_t home(int64_t block, unsigned bits)
{
    uint64_t near = (uint64_t)block & NEAR, far = (uint64_t)block & ~(uint64_t)NEAR;
    return (size_t)((far * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - bits)) ^ near;
}

static uint32_t *probe(const cki_index_part *part, int64_t block, const int64_t *blocks)
{
    size_t mask = ((size_t)1 << part->bits) - 1;
    size_t at = home(block, part->bits);
    while (part->slots[at] != 0 && blocks[part->slots[at] - 1] != block)
        at = (at + 1) & mask;
    return &part->slots[at];
}

/* Make room for twice as much, as an array where the layer is not much larger than the table. */
static bool grow(cki_index_part *part, int64_t all, const int64_t *blocks, size_t likely)
{
    cki_index_part wider = {.count = part->count};
    wider.bits = part->slots ? (uint8_t)(part->bits + 1) : FIRST_BITS;
    if (wider.bits > MOST_BITS)
        return false;
    size_t slots = (size_t)1 << wider.bits;
    if ((uint64_t)all / SPARSE <= (slots > likely ? slots : likely)) {
        wider.dense = true;
        slots = (size_t)all;
    }
    wider.slots = cki_memory_calloc(slots, sizeof *wider.slots);
    if (!wider.slots)
        return false;
    if (slots <= 2 * likely) /* else little of it may be touched */
        cki_pages_expect(wider.slots, slots * sizeof *wider.slots);
    size_t filled = part->slots ? (size_t)1 << part->bits : 0;
    for (size_t i = 0; i < filled; i++)
        if (part->slots[i] != 0) {
            int64_t block = blocks[part->slots[i] - 1];
            *(wider.dense ? &wider.slots[block] : probe(&wider, block, blocks)) = part->slots[i];
        }
    cki_memory_free(part->slots);
    *part = wider;
    return true;
}

uint32_t *cki_index_slot_slowly(cki_index *index, uint32_t layer, int64_t block, int64_t all,
                                const int64_t *blocks, size_t likely)
{
    cki_index_part *part = &index->parts[layer];
    if (all == 1)
        return &part->count;
    if (part->slots) {
        uint32_t *slot = probe(part, block, blocks);
        if (*slot != 0)
            return slot;
        if (2 * (uint64_t)part->count < (uint64_t)1 << part->bits) {
            part->count++;
            return slot;
        }
    }
    if (!grow(part, all, blocks, likely))
        return NULL;
    part->count++;
    return part->dense ? &part->slots[block] : probe(part, block, blocks);
}

typedef struct ranked {
    int64_t block;
    uint32_t task;
} ranked;

static int by_block(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return (x->block > y->block) - (x->block < y->block);
}

static bool sort_blocks(const cki_plan *plan, uint32_t *tasks, size_t count)
{
    ranked *blocks = cki_memory_alloc(count * sizeof *blocks);
    if (!blocks)
        return false;
    for (size_t i = 0; i < count; i++)
        blocks[i] = (ranked){plan->block[tasks[i]], tasks[i]};
    qsort(blocks, count, sizeof *blocks, by_block);
    for (size_t i = 0; i < count; i++)
        tasks[i] = blocks[i].task;
    cki_memory_free(blocks);
    return true;
}

cask_status cki_index_list(const cki_index *index, const cki_plan *plan, uint32_t *sequence,
                           cki_error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < index->layers; i++) {
        const cki_index_part *part = &index->parts[i];
        size_t slots = (size_t)1 << part->bits, before = count;
        if (part->dense)
            slots = (size_t)plan->layers[i]->blocks;
        if (!part->slots && part->count)
            sequence[count++] = part->count - 1;
        for (size_t at = 0; part->slots && at < slots; at++)
            if (part->slots[at] != 0)
                sequence[count++] = part->slots[at] - 1;
        if (!part->dense && plan->layers[i]->inward && count > before + 1 &&
            !sort_blocks(plan, sequence + before, count - before))
            return cki_fail_memory(error, (count - before) * sizeof(ranked));
    }
    return CASK_OK;
}
