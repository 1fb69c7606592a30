/* The shared heap: one range of addresses that a run's processes all have, cut into a segment for
 * each. Who owns a segment allocates in it; all others read what lies there, in place. */
#ifndef CKI_EXEC_SHAREDHEAP_H
#define CKI_EXEC_SHAREDHEAP_H

#include "core/memory.h"
#include "sys/thread.h"

enum { CKI_SHAREDHEAP_RANKS = 160 };

/* Where a block lies: bytes from the beginning of the heap. 0 is nowhere. */
typedef uint64_t cki_offset;

typedef struct cki_sharedheap {
    unsigned char *base;
    size_t bytes, segment; /* of all, and of each segment */
    int segments;
} cki_sharedheap;

/* The owner's books, which nobody else has: they need not survive it. */
typedef struct cki_segment {
    cki_sharedheap *heap;
    cki_spin lock;
    cki_offset begin, top, end;
    size_t spare, most_spare; /* bytes of free blocks that have their pages, and how many may */
    /* Free blocks by size: with their pages, and without. */
    cki_offset warm[CKI_SHAREDHEAP_RANKS], cold[CKI_SHAREDHEAP_RANKS];
} cki_segment;

/* Map `segments` segments of `bytes` each, or less (but at least `least`) where the system does not
 * give so many addresses. Memory is taken when it is touched. */
cask_status cki_sharedheap_open(cki_sharedheap *heap, int segments, size_t bytes, size_t least,
                                cki_error *error);
void cki_sharedheap_close(cki_sharedheap *heap);

static inline void *cki_sharedheap_at(const cki_sharedheap *heap, cki_offset offset)
{
    return heap->base + offset;
}
/* The offset of an address; 0 if it is not in the heap. */
cki_offset cki_sharedheap_offset(const cki_sharedheap *heap, const void *address);
/* The segment that an offset lies in. */
static inline int cki_sharedheap_segment(const cki_sharedheap *heap, cki_offset offset)
{
    return (int)(offset / heap->segment);
}
/* Where a segment begins. */
static inline cki_offset cki_sharedheap_begin(const cki_sharedheap *heap, int segment)
{
    return (cki_offset)segment * heap->segment;
}

/* Own segment `number`, from `begin` (within it) on: nothing that is there counts any more. */
void cki_sharedheap_own(cki_segment *segment, cki_sharedheap *heap, int number, cki_offset begin,
                        size_t most_spare);
/* A new block, 64-byte aligned, which its owner uses; NULL where the segment is full. */
void *cki_sharedheap_take(cki_segment *segment, size_t bytes);
/* The owner does not use it any more; it is free unless others do. */
void cki_sharedheap_give(cki_segment *segment, void *block);
/* Others use it (once more); and they do not any more, `times` times. */
void cki_sharedheap_lend(cki_segment *segment, void *block);
void cki_sharedheap_return(cki_segment *segment, void *block, uint32_t times);
/* The bytes that were asked for. */
size_t cki_sharedheap_bytes(const void *block);
/* Whether this segment's owner made the block. */
bool cki_sharedheap_owns(const cki_segment *segment, const void *block);
/* Give the system back the whole pages between two offsets: nobody needs them. */
void cki_sharedheap_drop(cki_sharedheap *heap, cki_offset from, cki_offset to);
/* From now on keep the pages of no more than so many bytes of free blocks, large ones. */
void cki_sharedheap_trim(cki_segment *segment, size_t most_spare);

/* A ledger whose memory comes from the segment, which must outlive it and all its memory. */
cki_ledger *cki_sharedheap_ledger(cki_segment *segment);

#endif
