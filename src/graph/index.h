/* The index of a plan in the making: from a key to the number of its task. */
#ifndef CKI_GRAPH_INDEX_H
#define CKI_GRAPH_INDEX_H

#include "graph/plan.h"

/* One layer's part: a hash table of task numbers (+ 1, so that 0 is free), found by comparing with
 * the tasks' own blocks; or, once that would be nearly as large, a plain array by block. A layer of
 * one block has its number in `count`, so that a chain of a million layers allocates nothing. */
typedef struct cki_index_part {
    uint32_t *slots;
    uint32_t count;
    uint8_t bits; /* the hash table has 2^bits slots */
    bool dense;
} cki_index_part;

typedef struct cki_index {
    cki_index_part *parts; /* one a layer */
    size_t layers;
} cki_index;

cask_status cki_index_init(cki_index *index, size_t layers, cki_error *error);
void cki_index_free(cki_index *index);
/* Where the number of block `block`'s task is or goes: 0 if there is none yet, and then the caller
 * puts it there (+ 1) before the next call. NULL if there is no memory. `all` is how many the layer
 * has; `blocks` are those of the tasks, by number; `likely` how many tasks there are about, to
 * guess how many of a layer's there will be. */
uint32_t *cki_index_slot_slowly(cki_index *index, uint32_t layer, int64_t block, int64_t all,
                                const int64_t *blocks, size_t likely);
static inline uint32_t *cki_index_slot(cki_index *index, uint32_t layer, int64_t block, int64_t all,
                                       const int64_t *blocks, size_t likely)
{
    const cki_index_part *part = &index->parts[layer];
    return part->dense ? &part->slots[block]
                       : cki_index_slot_slowly(index, layer, block, all, blocks, likely);
}

/* All task numbers of the layers of a plan, by layer, those of inward layers by block: inputs
 * before users. `sequence` has room for as many as there are tasks. */
cask_status cki_index_list(const cki_index *index, const cki_plan *plan, uint32_t *sequence,
                           cki_error *error);

#endif
