/* The brain's choice of what to spill: the result that is needed last. A heap of those that could
 * go is kept from the moment that memory first runs short. */
#include "exec/brain_state.h"

#include "core/memory.h"

#define NONE CKI_BRAIN_NONE

/* Results this many times smaller than the limit go last: a file's page each for nothing. */
enum { SMALL_PART = 1 << 16, FIRST_ITEMS = 64 };

/* ---- a heap whose items know their places ---- */

static void put(cki_brain_evictable *heap, size_t at, uint32_t task, uint64_t key)
{
    heap->items[at] = task;
    heap->keys[at] = key;
    heap->place[task] = (uint32_t)at + 1;
}

static void sift_up(cki_brain_evictable *heap, size_t at, uint32_t task, uint64_t key)
{
    for (; at > 0 && heap->keys[(at - 1) / 2] < key; at = (at - 1) / 2)
        put(heap, at, heap->items[(at - 1) / 2], heap->keys[(at - 1) / 2]);
    put(heap, at, task, key);
}

static void sift_down(cki_brain_evictable *heap, size_t at, uint32_t task, uint64_t key)
{
    for (size_t child; (child = 2 * at + 1) < heap->count; at = child) {
        if (child + 1 < heap->count && heap->keys[child + 1] > heap->keys[child])
            child++;
        if (heap->keys[child] <= key)
            break;
        put(heap, at, heap->items[child], heap->keys[child]);
    }
    put(heap, at, task, key);
}

static void drop(cki_brain *brain, size_t at)
{
    cki_brain_evictable *heap = &brain->evictable;
    uint32_t task = heap->items[at];
    heap->place[task] = 0;
    heap->bytes -= brain->sizes[task];
    size_t last = --heap->count;
    if (at == last)
        return;
    uint32_t moving = heap->items[last];
    uint64_t key = heap->keys[last];
    if (at > 0 && heap->keys[(at - 1) / 2] < key)
        sift_up(heap, at, moving, key);
    else
        sift_down(heap, at, moving, key);
}

static bool grow(cki_brain_evictable *heap)
{
    size_t capacity = heap->capacity ? 2 * heap->capacity : FIRST_ITEMS;
    uint32_t *items = cki_memory_realloc(heap->items, capacity * sizeof *items);
    if (items)
        heap->items = items;
    uint64_t *keys = cki_memory_realloc(heap->keys, capacity * sizeof *keys);
    if (keys)
        heap->keys = keys;
    if (items && keys)
        heap->capacity = capacity;
    return items && keys;
}

/* ---- what can go, and when it is needed ---- */

/* The first user of a task's result that has not run; NONE if there is none. */
static uint32_t next_user(cki_brain *brain, uint32_t task)
{
    cki_plan_list users = cki_plan_users(brain->plan, task);
    uint32_t *cursor = &brain->evictable.cursor[task];
    while (*cursor < users.count &&
           atomic_load(&brain->marks[users.items[*cursor]]) & CKI_BRAIN_RAN)
        (*cursor)++;
    return *cursor < users.count ? users.items[*cursor] : NONE;
}

static bool can_go(uint32_t mark)
{
    return (mark & (CKI_BRAIN_RESIDENT | CKI_BRAIN_MOVING | CKI_BRAIN_FIXED)) ==
               CKI_BRAIN_RESIDENT &&
           (mark & CKI_BRAIN_PINS) == 0;
}

void cki_brain_evict_consider(cki_brain *brain, uint32_t task)
{
    cki_brain_evictable *heap = &brain->evictable;
    if (!heap->place) /* there was no memory for it: the run stops */
        return;
    uint32_t user = can_go(atomic_load(&brain->marks[task])) ? next_user(brain, task) : NONE;
    if (user == NONE) {
        cki_brain_evict_remove(brain, task);
        return;
    }
    uint64_t big = brain->sizes[task] > brain->limit / SMALL_PART, key = big << 32 | user;
    if (heap->place[task] != 0) {
        size_t at = heap->place[task] - 1;
        if (heap->keys[at] < key) /* never less */
            sift_up(heap, at, task, key);
    } else if (heap->count < heap->capacity || grow(heap)) {
        heap->bytes += brain->sizes[task];
        sift_up(heap, heap->count++, task, key);
    } else {
        cki_brain_give_up(brain);
    }
}

void cki_brain_evict_remove(cki_brain *brain, uint32_t task)
{
    if (brain->evictable.place && brain->evictable.place[task] != 0)
        drop(brain, brain->evictable.place[task] - 1);
}

bool cki_brain_evict_begin(cki_brain *brain)
{
    cki_brain_evictable *heap = &brain->evictable;
    size_t count = brain->plan->count;
    heap->place = cki_memory_calloc(count, sizeof *heap->place);
    heap->cursor = cki_memory_calloc(count, sizeof *heap->cursor);
    if (!heap->place || !heap->cursor) {
        cki_memory_free(heap->place);
        heap->place = NULL;
        cki_brain_give_up(brain);
        return false;
    }
    /* From here on whoever ends or begins a task looks in; who did before is seen by its marks. */
    atomic_store(&brain->pressed, true);
    for (uint32_t i = 0; i < count; i++)
        if (atomic_load(&brain->marks[i]) & CKI_BRAIN_RESIDENT)
            cki_brain_evict_consider(brain, i);
    return true;
}

void cki_brain_evict_free(cki_brain_evictable *heap)
{
    cki_memory_free(heap->items);
    cki_memory_free(heap->keys);
    cki_memory_free(heap->place);
    cki_memory_free(heap->cursor);
}

/* Take the top off and mark it as being spilled; false if it is in use after all. */
static bool take(cki_brain *brain, uint32_t task)
{
    drop(brain, 0);
    uint32_t mark = atomic_load(&brain->marks[task]);
    while (can_go(mark))
        if (atomic_compare_exchange_weak(&brain->marks[task], &mark, mark | CKI_BRAIN_MOVING))
            return true;
    return false;
}

uint32_t cki_brain_evict_choose(cki_brain *brain, uint32_t task)
{
    cki_brain_evictable *heap = &brain->evictable;
    bool quiet = cki_brain_ready_quiet(brain);
    int64_t lacks = atomic_load(&brain->live) + cki_brain_memory_need(brain, task) - brain->limit;
    if (!heap->place || lacks <= brain->leaving)
        return NONE;
    uint32_t chosen = NONE;
    cki_brain_memory_pin(brain, task);                   /* not its own inputs */
    bool enough = lacks <= brain->leaving + heap->bytes; /* if not, running tasks may give more */
    while ((enough || quiet) && chosen == NONE && heap->count > 0) {
        if (!quiet && (uint32_t)heap->keys[0] < task)
            break; /* needed sooner than this task itself */
        uint32_t top = heap->items[0];
        if (take(brain, top))
            chosen = top;
    }
    if (chosen != NONE)
        brain->leaving += brain->sizes[chosen];
    cki_brain_memory_unpin(brain, task);
    return chosen;
}
