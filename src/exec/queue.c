/* Queues: sorted rings under a lock that is held for a few instructions, and binary heaps. */
#include "exec/queue.h"
#include "core/memory.h"

enum { FIRST = 64, MOST_STOLEN = 64 };

/* ---- heaps ---- */

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

/* ---- queues ---- */

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
    queue->capacity = queue->length = 0;
    cki_queue_heap_free(&queue->rest);
}

static bool grow(cki_queue *queue)
{
    size_t capacity = queue->capacity ? 2 * queue->capacity : FIRST;
    uint32_t *items = cki_memory_alloc(capacity * sizeof *items);
    if (!items)
        return false;
    for (size_t i = 0; i < queue->length; i++)
        items[i] = *at(queue, i);
    cki_memory_free(queue->items);
    queue->items = items;
    queue->capacity = capacity;
    queue->first = 0;
    return true;
}

static bool put(cki_queue *queue, uint32_t task)
{
    if (queue->length > 0 && *at(queue, queue->length - 1) > task)
        return cki_queue_heap_push(&queue->rest, task);
    if (queue->length == queue->capacity && !grow(queue))
        return false;
    *at(queue, queue->length++) = task;
    return true;
}

static uint32_t lowest(const cki_queue *queue)
{
    uint32_t front = queue->length > 0 ? *at(queue, 0) : CKI_QUEUE_NONE;
    uint32_t top = cki_queue_heap_top(&queue->rest);
    return front < top ? front : top;
}

static void drop_lowest(cki_queue *queue, uint32_t task)
{
    if (queue->length > 0 && *at(queue, 0) == task) {
        queue->first = (queue->first + 1) & (queue->capacity - 1);
        queue->length--;
    } else {
        cki_queue_heap_pop(&queue->rest);
    }
}

bool cki_queue_push(cki_queue *queue, uint32_t task)
{
    cki_thread_spin_lock(&queue->spin);
    bool fits = put(queue, task);
    if (fits)
        set_count(queue, count_of(queue) + 1);
    cki_thread_spin_unlock(&queue->spin);
    return fits;
}

uint32_t cki_queue_pop(cki_queue *queue)
{
    if (count_of(queue) == 0) /* only the owner adds, so this cannot miss one */
        return CKI_QUEUE_NONE;
    cki_thread_spin_lock(&queue->spin);
    uint32_t task = lowest(queue);
    if (task != CKI_QUEUE_NONE) {
        drop_lowest(queue, task);
        atomic_store_explicit(&queue->count, count_of(queue) - 1, memory_order_relaxed);
    }
    cki_thread_spin_unlock(&queue->spin);
    return task;
}

uint32_t cki_queue_swap(cki_queue *queue, uint32_t task)
{
    if (count_of(queue) == 0)
        return task;
    cki_thread_spin_lock(&queue->spin);
    uint32_t lower = lowest(queue);
    if (lower < task && put(queue, task))
        drop_lowest(queue, lower);
    else
        lower = task;
    cki_thread_spin_unlock(&queue->spin);
    return lower;
}

/* The highest half, in no order; `most` at most. How many. */
static size_t take_upper(cki_queue *from, uint32_t *taken, size_t most)
{
    size_t count = count_of(from), half = (count + 1) / 2, n = 0;
    half = half > most ? most : half;
    while (n < half && from->length > 0)
        taken[n++] = *at(from, --from->length);
    while (n < half && from->rest.count > 0)
        taken[n++] = from->rest.items[--from->rest.count]; /* a leaf of the heap */
    if (n > 0)
        set_count(from, count - n);
    return n;
}

static void sort(uint32_t *tasks, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t moving = tasks[i];
        size_t hole = i;
        for (; hole > 0 && tasks[hole - 1] > moving; hole--)
            tasks[hole] = tasks[hole - 1];
        tasks[hole] = moving;
    }
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
    size_t count = take_upper(from, stolen, most);
    cki_thread_spin_unlock(&from->spin);
    if (count == 0)
        return CKI_QUEUE_NONE;
    sort(stolen, count);
    cki_thread_spin_lock(&queue->spin);
    for (size_t i = 1; i < count; i++)
        *at(queue, queue->length++) = stolen[i];
    set_count(queue, count - 1);
    cki_thread_spin_unlock(&queue->spin);
    return stolen[0];
}
