/* Blocks that are held: a hash table by offset. Buffers may be let go of by any thread and after
 * the run, so a lock guards it, and the last one closes the heap. */
#include "exec/blocks.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64, BLOCK_SHIFT = 6 /* offsets are multiples of 64 */ };

struct cki_blocks {
    cki_sharedheap heap;
    atomic_size_t references;
    cki_spin lock;
    cki_block **slots;
    size_t nslots, count;
    cki_ledger *ledger;
    cki_block **returned; /* a list for each segment */
    cki_offset *floors;   /* for each segment: what lies below it has no owner any more */
    bool ended;
};

cki_blocks *cki_blocks_new(int segments, size_t bytes, size_t least, cki_ledger *ledger,
                           cki_error *error)
{
    cki_blocks *blocks = cki_memory_calloc(1, sizeof *blocks);
    if (!blocks) {
        cki_fail_memory(error, sizeof *blocks);
        return NULL;
    }
    atomic_init(&blocks->references, 1);
    blocks->ledger = cki_ledger_ref(ledger);
    blocks->nslots = FIRST_SLOTS;
    blocks->slots = cki_memory_calloc(FIRST_SLOTS, sizeof *blocks->slots);
    blocks->returned = cki_memory_calloc((size_t)segments, sizeof *blocks->returned);
    blocks->floors = cki_memory_calloc((size_t)segments, sizeof *blocks->floors);
    if (!blocks->slots || !blocks->returned || !blocks->floors) {
        cki_fail_memory(error, FIRST_SLOTS * sizeof *blocks->slots);
        cki_blocks_unref(blocks);
        return NULL;
    }
    if (cki_sharedheap_open(&blocks->heap, segments, bytes, least, error) != CASK_OK) {
        cki_blocks_unref(blocks);
        return NULL;
    }
    return blocks;
}

cki_sharedheap *cki_blocks_heap(cki_blocks *blocks)
{
    return &blocks->heap;
}

void cki_blocks_ref(cki_blocks *blocks)
{
    atomic_fetch_add_explicit(&blocks->references, 1, memory_order_relaxed);
}

void cki_blocks_unref(cki_blocks *blocks)
{
    if (!blocks || atomic_fetch_sub_explicit(&blocks->references, 1, memory_order_acq_rel) != 1)
        return;
    cki_sharedheap_close(&blocks->heap);
    cki_ledger_unref(blocks->ledger);
    cki_memory_free(blocks->slots);
    cki_memory_free(blocks->returned);
    cki_memory_free(blocks->floors);
    cki_memory_free(blocks);
}

static cki_block **slot_of(const cki_blocks *blocks, cki_offset offset)
{
    uint64_t hash = (offset >> BLOCK_SHIFT) * UINT64_C(0x9E3779B97F4A7C15);
    cki_block **slot = &blocks->slots[(hash >> 32) & (blocks->nslots - 1)];
    while (*slot && (*slot)->offset != offset)
        slot = &(*slot)->next;
    return slot;
}

/* Twice as many slots; with fewer than wished for it only gets slower. */
static void grow(cki_blocks *blocks)
{
    size_t before = blocks->nslots;
    cki_block **old = blocks->slots;
    cki_block **slots = cki_memory_calloc(2 * before, sizeof *slots);
    if (!slots)
        return;
    blocks->slots = slots;
    blocks->nslots = 2 * before;
    for (size_t i = 0; i < before; i++)
        for (cki_block *block = old[i], *next; block; block = next) {
            next = block->next;
            block->next = NULL;
            *slot_of(blocks, block->offset) = block;
        }
    cki_memory_free(old);
}

/* Nobody holds it any more. With the lock. */
static void let_go(cki_blocks *blocks, cki_block **slot)
{
    cki_block *block = *slot;
    if (!block)
        return; /* it is there: whoever asks holds a buffer of it */
    int segment = cki_sharedheap_segment(&blocks->heap, block->offset);
    *slot = block->next;
    blocks->count--;
    cki_ledger_count(blocks->ledger, -(int64_t)block->bytes);
    if (blocks->ended || block->offset < blocks->floors[segment]) {
        cki_sharedheap_drop(&blocks->heap, block->offset, block->offset + block->bytes);
        cki_memory_free(block);
        return;
    }
    block->next = blocks->returned[segment];
    blocks->returned[segment] = block;
}

/* A buffer is gone. */
static void release(void *user)
{
    cki_block *block = user;
    cki_blocks *blocks = block->blocks;
    cki_thread_spin_lock(&blocks->lock);
    if (--block->buffers == 0)
        let_go(blocks, slot_of(blocks, block->offset));
    cki_thread_spin_unlock(&blocks->lock);
    cki_blocks_unref(blocks);
}

static bool is_possible(const cki_sharedheap *heap, cki_offset offset, size_t bytes)
{
    return offset % 64 == 0 && offset > 0 && offset < heap->bytes &&
           bytes <= heap->bytes - offset &&
           cki_sharedheap_segment(heap, offset) ==
               cki_sharedheap_segment(heap, offset + bytes - (bytes > 0));
}

/* The block's entry, with one more buffer; with the lock. `made` is for a new one. */
static cki_block *enter(cki_blocks *blocks, cki_block **made, cki_offset offset, size_t bytes,
                        bool lent)
{
    cki_block **slot = slot_of(blocks, offset);
    if (!*slot && lent) {
        **made = (cki_block){.blocks = blocks, .offset = offset, .bytes = bytes};
        *slot = *made;
        *made = NULL;
        blocks->count++;
        cki_ledger_count(blocks->ledger, (int64_t)bytes);
    }
    if (!*slot)
        return NULL;
    (*slot)->buffers++;
    (*slot)->lent += lent;
    return *slot;
}

cki_buffer *cki_blocks_hold(cki_blocks *blocks, cki_offset offset, size_t bytes, bool lent,
                            cki_error *error)
{
    if (!is_possible(&blocks->heap, offset, bytes)) {
        cki_fail(error, CASK_FORMAT, NULL, "a worker process gave an impossible result");
        return NULL;
    }
    cki_block *made = cki_memory_alloc(sizeof *made);
    if (!made) {
        cki_fail_memory(error, sizeof *made);
        return NULL;
    }
    cki_thread_spin_lock(&blocks->lock);
    if (blocks->count >= blocks->nslots)
        grow(blocks);
    cki_block *block = enter(blocks, &made, offset, bytes, lent);
    cki_thread_spin_unlock(&blocks->lock);
    cki_memory_free(made);
    if (!block) {
        cki_fail(error, CASK_FORMAT, NULL, "a worker process gave an impossible result");
        return NULL;
    }
    cki_blocks_ref(blocks);
    cki_buffer *buffer = cki_array_foreign(0, release, block, error); /* counted once, here */
    if (!buffer)
        release(block);
    return buffer;
}

cki_block *cki_blocks_returned(cki_blocks *blocks, int segment)
{
    cki_thread_spin_lock(&blocks->lock);
    cki_block *list = blocks->returned[segment];
    blocks->returned[segment] = NULL;
    cki_thread_spin_unlock(&blocks->lock);
    return list;
}

void cki_blocks_forget(cki_block *block)
{
    cki_memory_free(block);
}

static int by_offset(const void *a, const void *b)
{
    cki_offset x = *(const cki_offset *)a, y = *(const cki_offset *)b;
    return x < y ? -1 : x > y;
}

/* The offsets and ends of the blocks held in a segment, by turns; NULL if there is no memory. */
static cki_offset *bounds_of(const cki_blocks *blocks, int segment, size_t *count)
{
    cki_offset *bounds = cki_memory_alloc((2 * blocks->count + 2) * sizeof *bounds);
    *count = 0;
    for (size_t i = 0; bounds && i < blocks->nslots; i++)
        for (const cki_block *block = blocks->slots[i]; block; block = block->next)
            if (cki_sharedheap_segment(&blocks->heap, block->offset) == segment) {
                bounds[(*count)++] = block->offset;
                bounds[(*count)++] = block->offset + block->bytes;
            }
    if (bounds)
        qsort(bounds, *count, sizeof *bounds, by_offset); /* blocks do not overlap */
    return bounds;
}

/* With the lock. */
static cki_offset retire(cki_blocks *blocks, int segment)
{
    cki_sharedheap *heap = &blocks->heap;
    cki_offset at = cki_sharedheap_begin(heap, segment);
    cki_offset end = cki_sharedheap_begin(heap, segment + 1);
    for (cki_block *block = blocks->returned[segment], *next; block; block = next) {
        next = block->next;
        cki_memory_free(block);
    }
    blocks->returned[segment] = NULL;
    blocks->floors[segment] = end;
    size_t count;
    cki_offset *bounds = bounds_of(blocks, segment, &count);
    if (!bounds)
        return end; /* no place is known to be free */
    for (size_t i = 0; i < count; i += 2) {
        cki_sharedheap_drop(heap, at, bounds[i]);
        at = bounds[i + 1];
    }
    cki_memory_free(bounds);
    at = (at + 63) / 64 * 64;
    cki_sharedheap_drop(heap, at, end);
    return blocks->floors[segment] = at;
}

cki_offset cki_blocks_retire(cki_blocks *blocks, int segment)
{
    cki_thread_spin_lock(&blocks->lock);
    cki_offset begin = retire(blocks, segment);
    cki_thread_spin_unlock(&blocks->lock);
    return begin;
}

void cki_blocks_end(cki_blocks *blocks)
{
    cki_thread_spin_lock(&blocks->lock);
    for (int segment = 1; segment < blocks->heap.segments; segment++)
        retire(blocks, segment);
    blocks->ended = true;
    cki_thread_spin_unlock(&blocks->lock);
}
