/* Queues of task numbers: each worker's ready tasks, and those that wait for memory. */
#ifndef CKI_EXEC_QUEUE_H
#define CKI_EXEC_QUEUE_H

#include "sys/thread.h"

#define CKI_QUEUE_NONE UINT32_MAX

/* A heap: the lowest number first. Not for several threads at once. */
typedef struct cki_heap {
    uint32_t *items;
    size_t count, capacity;
} cki_heap;

void cki_queue_heap_free(cki_heap *heap);
bool cki_queue_heap_push(cki_heap *heap, uint32_t task);
uint32_t cki_queue_heap_pop(cki_heap *heap);
static inline uint32_t cki_queue_heap_top(const cki_heap *heap)
{
    return heap->count ? heap->items[0] : CKI_QUEUE_NONE;
}

/* What its owner takes lowest number first, and anybody may steal the highest of. Numbers mostly
 * come in ascending order: those stand in a ring, the others in a heap. */
typedef struct cki_queue {
    cki_spin spin;
    _Atomic size_t count; /* of both, to look at without the lock */
    uint32_t *items;      /* the ring: lowest at `first` */
    size_t first, length, capacity;
    cki_heap rest;
} cki_queue;

/* {0} is an empty queue. */
void cki_queue_free(cki_queue *queue);
/* False when there is no memory. */
bool cki_queue_push(cki_queue *queue, uint32_t task);
/* The lowest; NONE if there is none. */
uint32_t cki_queue_pop(cki_queue *queue);
/* The lowest of those in the queue and `task`, which then is in its place. */
uint32_t cki_queue_swap(cki_queue *queue, uint32_t task);
/* Move the upper half of another's tasks, and no more than some dozens, to the owner's own queue,
 * which is empty, but for the lowest of them, which is returned. What finds no memory stays where
 * it was. */
uint32_t cki_queue_steal(cki_queue *queue, cki_queue *from);

#endif
