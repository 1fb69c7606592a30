/* Queues: rings under a lock that is held for a few instructions, and a binary heap. */
#include "exec/queue.h"
#include "core/memory.h"

enum { FIRST = 64, MOST_STOLEN = 64 };

static size_t count_of(const cki_queue *queue)
{
    return atomic_load_explicit(&queue->count, memory_order_relaxed);
}

/* Sequentially consistent, as workers that go to sleep look at it after saying so. */
static void set_count(cki_queue *queue, size_t count)
{
    atomic_store(&queue->count, count);
}

static uint32_t *at(const cki_queue *queue, size_t i)
{
    return &queue->items[(queue->first + i) & (queue->capacity - 1)];
}

void cki_queue_free(cki_queue *queue)
{
    cki_memory_free(queue->items);
    queue->items = NULL;
    queue->capacity = 0;
}

static bool grow(cki_queue *queue)
{
    size_t capacity = queue->capacity ? 2 * queue->capacity : FIRST, count = count_of(queue);
    uint32_t *items = cki_memory_alloc(capacity * sizeof *items);
    if (!items)
        return false;
    for (size_t i = 0; i < count; i++)
        items[i] = *at(queue, i);
    cki_memory_free(queue->items);
    queue->items = items;
    queue->capacity = capacity;
    queue->first = 0;
    return true;
}

bool cki_queue_push(cki_queue *queue, uint32_t task)
{
    cki_thread_spin_lock(&queue->spin);
    size_t count = count_of(queue);
    bool fits = count < queue->capacity || grow(queue);
    if (fits) {
        *at(queue, count) = task;
        set_count(queue, count + 1);
    }
    cki_thread_spin_unlock(&queue->spin);
    return fits;
}

uint32_t cki_queue_pop(cki_queue *queue)
{
    if (count_of(queue) == 0) /* only the owner adds, so this cannot miss one */
        return CKI_QUEUE_NONE;
    cki_thread_spin_lock(&queue->spin);
    size_t count = count_of(queue);
    uint32_t task = CKI_QUEUE_NONE;
    if (count > 0) {
        task = *at(queue, count - 1);
        atomic_store_explicit(&queue->count, count - 1, memory_order_relaxed);
    }
    cki_thread_spin_unlock(&queue->spin);
    return task;
}

uint32_t cki_queue_swap(cki_queue *queue, uint32_t task)
{
    if (count_of(queue) == 0)
        return task;
    cki_thread_spin_lock(&queue->spin);
    size_t count = count_of(queue);
    uint32_t *newest = count > 0 ? at(queue, count - 1) : NULL;
    if (newest && *newest < task) {
        uint32_t lower = *newest;
        *newest = task;
        task = lower;
    }
    cki_thread_spin_unlock(&queue->spin);
    return task;
}

uint32_t cki_queue_steal(cki_queue *queue, cki_queue *from)
{
    if (atomic_load(&from->count) == 0)
        return CKI_QUEUE_NONE;
    uint32_t stolen[MOST_STOLEN];
    cki_thread_spin_lock(&queue->spin);
    size_t most = queue->capacity >= MOST_STOLEN || grow(queue) ? MOST_STOLEN : 1;
    cki_thread_spin_unlock(&queue->spin);
    cki_thread_spin_lock(&from->spin);
    size_t count = count_of(from), half = (count + 1) / 2;
    half = half > most ? most : half;
    for (size_t i = 0; i < half; i++)
        stolen[i] = *at(from, i);
    if (half > 0) {
        from->first = (from->first + half) & (from->capacity - 1);
        set_count(from, count - half);
    }
    cki_thread_spin_unlock(&from->spin);
    if (half == 0)
        return CKI_QUEUE_NONE;
    cki_thread_spin_lock(&queue->spin);
    for (size_t i = 0; i + 1 < half; i++)
        *at(queue, i) = stolen[i];
    set_count(queue, half - 1);
    cki_thread_spin_unlock(&queue->spin);
    return stolen[half - 1];
}

void cki_queue_heap_free(cki_heap *heap)
{
    cki_memory_free(heap->items);
    *heap = (cki_heap){0};
}

bool cki_queue_heap_push(cki_heap *heap, uint32_t task)
{
    if (heap->count == heap->capacity) {
        size_t capacity = heap->capacity ? 2 * heap->capacity : FIRST;
        uint32_t *items = cki_memory_realloc(heap->items, capacity * sizeof *items);
        if (!items)
            return false;
        heap->items = items;
        heap->capacity = capacity;
    }
    size_t hole = heap->count++;
    for (; hole > 0 && heap->items[(hole - 1) / 2] > task; hole = (hole - 1) / 2)
        heap->items[hole] = heap->items[(hole - 1) / 2];
    heap->items[hole] = task;
    return true;
}

uint32_t cki_queue_heap_pop(cki_heap *heap)
{
    if (heap->count == 0)
        return CKI_QUEUE_NONE;
    uint32_t lowest = heap->items[0], moving = heap->items[--heap->count];
    size_t hole = 0;
    for (size_t child; (child = 2 * hole + 1) < heap->count; hole = child) {
        if (child + 1 < heap->count && heap->items[child + 1] < heap->items[child])
            child++;
        if (heap->items[child] >= moving)
            break;
        heap->items[hole] = heap->items[child];
    }
    if (heap->count > 0)
        heap->items[hole] = moving;
    return lowest;
}
