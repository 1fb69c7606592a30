/* The ledger of chunk bytes, and its pool: released buffers kept by size class for reuse. */
#include "core/memory.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64, CLASSES = 96, POOLED_FROM = 1 << 14, MAPPED_FROM = 1 << 18 };

typedef struct spare {
    struct spare *next;
} spare;

struct cki_ledger {
    atomic_size_t references;
    const cki_ledger_source *source; /* NULL: what follows and the pool */
    const cki_ledger_pages *pages;   /* NULL: the C library */
    void *user;
    atomic_size_t now, peak;
    atomic_size_t expected; /* beside them: what running tasks said they use themselves */
    /* Bytes from the C library; and what of its memory may be in use: since it was trimmed, every
     * block it gave may have been at another place. */
    atomic_size_t small, touched;
    size_t pool_limit;
    _Atomic size_t limit;
    atomic_flag busy; /* guards changes of the two below, for a few instructions only */
    atomic_size_t pooled;
    spare *spares[CLASSES];
};

static _Thread_local cki_ledger *current;
static _Thread_local int64_t balance;

/* Size classes step by a quarter of a power of two, so at most a fifth of a buffer is unused. */
static int class_of(size_t bytes, size_t *rounded)
{
    int power = 14;
    while (power < 62 && bytes > (size_t)1 << (power + 1))
        power++;
    size_t base = (size_t)1 << power, step = base / 4;
    size_t quarter = bytes <= base ? 0 : (bytes - base + step - 1) / step;
    *rounded = base + quarter * step;
    int class = (power - 14) * 4 + (int)quarter;
    return class < CLASSES ? class : -1;
}

static size_t size_of(int class)
{
    size_t base = (size_t)1 << (14 + class / 4);
    return base + (size_t)(class % 4) * (base / 4);
}

static void lock(cki_ledger *ledger)
{
    while (atomic_flag_test_and_set_explicit(&ledger->busy, memory_order_acquire))
        continue; /* held for a few instructions only */
}

static void unlock(cki_ledger *ledger)
{
    atomic_flag_clear_explicit(&ledger->busy, memory_order_release);
}

static bool is_mapped(const cki_ledger *ledger, size_t rounded)
{
    return ledger && ledger->pages && rounded >= MAPPED_FROM;
}

static size_t add_to(atomic_size_t *number, size_t bytes)
{
    return atomic_fetch_add_explicit(number, bytes, memory_order_relaxed) + bytes;
}

static void raise_to(atomic_size_t *most, size_t now)
{
    size_t before = atomic_load_explicit(most, memory_order_relaxed);
    while (now > before && !atomic_compare_exchange_weak_explicit(
                               most, &before, now, memory_order_relaxed, memory_order_relaxed))
        continue;
}

/* Whether `more` bytes beside those in use, expected and in the pool would pass the limit. */
static bool passes_limit(cki_ledger *ledger, size_t more)
{
    size_t limit = atomic_load_explicit(&ledger->limit, memory_order_relaxed);
    return limit != 0 && cki_ledger_resident(ledger) + more > limit;
}

/* Whether the pool must be smaller for that. It leaves an eighth of the limit free, as libraries
 * have memory of their own. */
static bool crowds(cki_ledger *ledger, size_t more)
{
    return passes_limit(ledger,
                        more + atomic_load_explicit(&ledger->limit, memory_order_relaxed) / 8);
}

/* The C library keeps what is freed among blocks still in use. Where many small ones gave way to
 * large ones, that and the limit's worth in use, with `more`, would pass the limit together. */
static void watch_holes(cki_ledger *ledger, size_t more)
{
    size_t small = atomic_load_explicit(&ledger->small, memory_order_relaxed);
    size_t touched = atomic_load_explicit(&ledger->touched, memory_order_relaxed);
    size_t holes = touched > small ? touched - small : 0;
    size_t limit = atomic_load_explicit(&ledger->limit, memory_order_relaxed);
    if (limit == 0 || holes < limit / 32 || !passes_limit(ledger, holes + more))
        return;
    if (atomic_compare_exchange_strong(&ledger->touched, &touched, small))
        ledger->pages->trim();
}

void cki_ledger_trim(cki_ledger *ledger)
{
    if (!ledger || !ledger->pages)
        return;
    atomic_store(&ledger->touched, atomic_load(&ledger->small));
    ledger->pages->trim();
}

/* Aligned memory from the C library. Its own aligned_alloc() looks for a block that is larger by
 * the alignment: what was freed never fits the next request of the same size, and memory grows by
 * half. */
static void *take_aligned(size_t bytes)
{
    unsigned char *raw = malloc(bytes + ALIGNMENT);
    if (!raw)
        return NULL;
    size_t shift = ALIGNMENT - (uintptr_t)raw % ALIGNMENT;
    raw[shift - 1] = (unsigned char)shift;
    return raw + shift;
}

static void give_aligned(void *block)
{
    unsigned char *bytes = block;
    free(bytes - bytes[-1]);
}

/* Memory that is not in the pool: zeroed if *zero says so afterwards. */
static void *make_block(cki_ledger *ledger, size_t rounded, bool *zero)
{
    if (ledger && ledger->source)
        return ledger->source->take(ledger->user, rounded);
    if (is_mapped(ledger, rounded)) {
        *zero = true;
        watch_holes(ledger, rounded);
        return ledger->pages->map(rounded);
    }
    if (ledger && ledger->pages) {
        add_to(&ledger->small, rounded);
        add_to(&ledger->touched, rounded);
    }
    return take_aligned(rounded);
}

static void free_block(cki_ledger *ledger, void *block, size_t rounded)
{
    if (is_mapped(ledger, rounded)) {
        ledger->pages->unmap(block, rounded);
        return;
    }
    give_aligned(block);
    if (ledger && ledger->pages) {
        add_to(&ledger->small, -rounded);
        watch_holes(ledger, 0);
    }
}

static void free_spares(cki_ledger *ledger, spare *block, size_t rounded)
{
    for (spare *next; block; block = next) {
        next = block->next;
        free_block(ledger, block, rounded);
    }
}

void cki_ledger_map(cki_ledger *ledger, const cki_ledger_pages *pages)
{
    ledger->pages = pages;
}

cki_ledger *cki_ledger_new(size_t pool_bytes)
{
    cki_ledger *ledger = cki_memory_calloc(1, sizeof *ledger);
    if (!ledger)
        return NULL;
    atomic_init(&ledger->references, 1);
    atomic_flag_clear(&ledger->busy);
    ledger->pool_limit = pool_bytes;
    return ledger;
}

cki_ledger *cki_ledger_new_over(const cki_ledger_source *source, void *user)
{
    cki_ledger *ledger = cki_ledger_new(0);
    if (!ledger)
        return NULL;
    ledger->source = source;
    ledger->user = user;
    return ledger;
}

cki_ledger *cki_ledger_ref(cki_ledger *ledger)
{
    if (ledger)
        atomic_fetch_add_explicit(&ledger->references, 1, memory_order_relaxed);
    return ledger;
}

void cki_ledger_unref(cki_ledger *ledger)
{
    if (!ledger || atomic_fetch_sub_explicit(&ledger->references, 1, memory_order_acq_rel) != 1)
        return;
    for (int class = 0; class < CLASSES; class ++)
        free_spares(ledger, ledger->spares[class], size_of(class));
    cki_memory_free(ledger);
}

void cki_ledger_abandon(cki_ledger *ledger)
{
    if (!ledger)
        return;
    memset(ledger->spares, 0, sizeof ledger->spares);
    ledger->pooled = 0;
    unlock(ledger);
}

size_t cki_ledger_now(const cki_ledger *ledger)
{
    return ledger ? atomic_load_explicit(&ledger->now, memory_order_relaxed) : 0;
}

size_t cki_ledger_resident(const cki_ledger *ledger)
{
    return ledger ? atomic_load_explicit(&ledger->now, memory_order_relaxed) +
                        atomic_load_explicit(&ledger->expected, memory_order_relaxed) +
                        atomic_load_explicit(&ledger->pooled, memory_order_relaxed)
                  : 0;
}

size_t cki_ledger_peak(const cki_ledger *ledger)
{
    return ledger ? atomic_load_explicit(&ledger->peak, memory_order_relaxed) : 0;
}

cki_ledger *cki_ledger_enter(cki_ledger *ledger)
{
    cki_ledger *previous = current;
    current = ledger;
    return previous;
}

cki_ledger *cki_ledger_current(void)
{
    return current;
}

int64_t cki_ledger_balance(void)
{
    return balance;
}

void cki_ledger_limit(cki_ledger *ledger, size_t bytes)
{
    atomic_store(&ledger->limit, bytes);
}

size_t cki_ledger_bound(const cki_ledger *ledger)
{
    return ledger ? atomic_load_explicit(&ledger->limit, memory_order_relaxed) : 0;
}

void cki_ledger_expect(cki_ledger *ledger, int64_t bytes)
{
    if (ledger)
        add_to(&ledger->expected, (size_t)bytes);
}

static void count(cki_ledger *ledger, int64_t bytes)
{
    size_t now = add_to(&ledger->now, (size_t)bytes);
    if (bytes > 0)
        raise_to(&ledger->peak, now);
}

void cki_ledger_count(cki_ledger *ledger, int64_t bytes)
{
    balance += bytes;
    if (ledger)
        count(ledger, bytes);
}

/* A pooled buffer. If there is none, others leave the pool, the largest first, until there is room
 * for a new one beside it. */
static void *reuse(cki_ledger *ledger, int class, size_t rounded)
{
    spare *dropped[CLASSES] = {NULL};
    bool any = false;
    lock(ledger);
    spare *found = ledger->spares[class];
    if (found) {
        ledger->spares[class] = found->next;
        ledger->pooled -= rounded;
    }
    for (int i = CLASSES - 1; !found && i >= 0 && crowds(ledger, rounded); i--)
        while (ledger->spares[i] && crowds(ledger, rounded)) {
            spare *block = ledger->spares[i];
            ledger->spares[i] = block->next;
            ledger->pooled -= size_of(i);
            block->next = dropped[i];
            dropped[i] = block;
            any = true;
        }
    unlock(ledger);
    for (int i = 0; any && i < CLASSES; i++)
        free_spares(ledger, dropped[i], size_of(i));
    return found;
}

/* The class may be -1: not pooled. */
static size_t round_up(size_t bytes, int *class)
{
    size_t rounded = (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    *class = bytes >= POOLED_FROM ? class_of(bytes, &rounded) : -1;
    return rounded;
}

size_t cki_ledger_size(size_t bytes)
{
    int class;
    return bytes > SIZE_MAX / 2 ? bytes : round_up(bytes, &class);
}

void *cki_ledger_take(cki_ledger *ledger, size_t bytes, bool zero)
{
    if (bytes > SIZE_MAX / 2)
        return NULL;
    int class;
    size_t rounded = round_up(bytes, &class);
    void *block = ledger && class >= 0 ? reuse(ledger, class, rounded) : NULL;
    bool zeroed = false;
    if (!block) {
        void *raw = cki_memory_alloc(1); /* asks whether a test wants this one to fail */
        cki_memory_free(raw);
        block = raw ? make_block(ledger, rounded, &zeroed) : NULL;
    }
    if (!block)
        return NULL;
    cki_ledger_count(ledger, (int64_t)rounded);
    if (zero && !zeroed)
        memset(block, 0, bytes);
    return block;
}

void cki_ledger_give(cki_ledger *ledger, void *block, size_t bytes)
{
    if (!block)
        return;
    int class;
    size_t rounded = round_up(bytes, &class);
    cki_ledger_count(ledger, -(int64_t)rounded);
    if (ledger && ledger->source) {
        ledger->source->give(ledger->user, block);
        return;
    }
    if (ledger && class >= 0) {
        lock(ledger);
        bool keep = ledger->pooled + rounded <= ledger->pool_limit && !crowds(ledger, rounded);
        if (keep) {
            spare *head = block;
            head->next = ledger->spares[class];
            ledger->spares[class] = head;
            ledger->pooled += rounded;
        }
        unlock(ledger);
        if (keep)
            return;
    }
    free_block(ledger, block, rounded);
}
