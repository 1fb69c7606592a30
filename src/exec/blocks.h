/* Blocks of the shared heap as the process that began the run holds them: which of them values
 * there refer to, when to tell their owners that this is over, and the heap's own life. */
#ifndef CKI_EXEC_BLOCKS_H
#define CKI_EXEC_BLOCKS_H

#include "exec/sharedheap.h"
#include "value/array.h"

typedef struct cki_blocks cki_blocks;

/* A block that is held, by one or several buffers. */
typedef struct cki_block {
    cki_blocks *blocks;
    struct cki_block *next;
    cki_offset offset;
    size_t bytes;
    uint32_t buffers; /* that keep it */
    uint32_t lent;    /* times that its owner counted it as lent */
} cki_block;

/* Holds the heap, which is closed when the run has ended and the last buffer is gone. What is held
 * counts in the ledger. */
cki_blocks *cki_blocks_new(int segments, size_t bytes, size_t least, cki_ledger *ledger,
                           cki_error *error);
cki_sharedheap *cki_blocks_heap(cki_blocks *blocks);
/* One more holder of the heap, and one less. */
void cki_blocks_ref(cki_blocks *blocks);
void cki_blocks_unref(cki_blocks *blocks);

/* A buffer that stands for the block. `lent`: its owner counts it as lent once more; otherwise it
 * must be held already. FORMAT if there can be no such block. */
cki_buffer *cki_blocks_hold(cki_blocks *blocks, cki_offset offset, size_t bytes, bool lent,
                            cki_error *error);
/* The blocks of a segment that are not held any more since the last call: their owner gets them
 * back as often as they were lent. The list is the caller's, to be given to cki_blocks_forget, one
 * after the other. */
cki_block *cki_blocks_returned(cki_blocks *blocks, int segment);
void cki_blocks_forget(cki_block *block);
/* The owner of a segment is gone: what nobody holds there goes back to the system, and what is held
 * now will later. Gives where a new owner may begin. */
cki_offset cki_blocks_retire(cki_blocks *blocks, int segment);
/* The run has ended, and all owners with it: likewise everywhere but in segment 0. */
void cki_blocks_end(cki_blocks *blocks);

#endif
