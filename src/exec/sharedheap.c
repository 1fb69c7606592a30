/* The shared heap: size classes by quarters of powers of two, a header before each block, freed
 * blocks kept for reuse: a bounded amount of them with their pages, the others without. */
#include "exec/sharedheap.h"

#include "sys/shared.h"

#include <string.h>

enum {
    HEADER = 64,        /* keeps blocks aligned */
    SMALLEST = 8,       /* log2 of the bytes of the smallest one */
    DROP_FROM = 1 << 16 /* smaller blocks keep their pages */
};

typedef struct header {
    size_t bytes; /* that were asked for */
    uint32_t rank;
    uint32_t lent; /* times that others were told of it */
    bool used;     /* by its owner */
    cki_offset next;
} header;

_Static_assert(sizeof(header) <= HEADER, "the header fits");

/* The size class ("rank") of blocks with at least `bytes`, and how many they have. */
static int rank_of(size_t bytes, size_t *rounded)
{
    int power = SMALLEST;
    while (power < 62 && bytes > (size_t)1 << (power + 1))
        power++;
    size_t base = (size_t)1 << power, step = base / 4;
    size_t quarter = bytes <= base ? 0 : (bytes - base + step - 1) / step;
    *rounded = base + quarter * step;
    return (power - SMALLEST) * 4 + (int)quarter;
}

static size_t rank_bytes(int rank)
{
    size_t base = (size_t)1 << (rank / 4 + SMALLEST);
    return base + base / 4 * (size_t)(rank % 4);
}

cask_status cki_sharedheap_open(cki_sharedheap *heap, int segments, size_t bytes, size_t least,
                                cki_error *error)
{
    size_t page = cki_shared_page(), all = (size_t)segments * bytes;
    *heap = (cki_sharedheap){.segments = segments};
    heap->base = cki_shared_map(all, (size_t)segments * least, &heap->bytes, error);
    if (!heap->base)
        return error->status;
    heap->segment = heap->bytes / (size_t)segments / page * page;
    return CASK_OK;
}

void cki_sharedheap_close(cki_sharedheap *heap)
{
    cki_shared_unmap(heap->base, heap->bytes);
    heap->base = NULL;
}

cki_offset cki_sharedheap_offset(const cki_sharedheap *heap, const void *address)
{
    uintptr_t base = (uintptr_t)heap->base, at = (uintptr_t)address;
    return at > base && at - base < heap->bytes ? at - base : 0;
}

void cki_sharedheap_own(cki_segment *segment, cki_sharedheap *heap, int number, cki_offset begin,
                        size_t most_spare)
{
    *segment = (cki_segment){.heap = heap,
                             .begin = begin,
                             .top = begin,
                             .end = cki_sharedheap_begin(heap, number + 1),
                             .most_spare = most_spare};
}

static header *header_of(const void *block)
{
    return (header *)(uintptr_t)((const unsigned char *)block - HEADER);
}

static header *header_at(const cki_sharedheap *heap, cki_offset block)
{
    return header_of(cki_sharedheap_at(heap, block));
}

static cki_offset take_spare(cki_segment *segment, int rank)
{
    bool warm = segment->warm[rank] != 0;
    cki_offset *list = warm ? &segment->warm[rank] : &segment->cold[rank];
    cki_offset block = *list;
    if (!block)
        return 0;
    *list = header_at(segment->heap, block)->next;
    segment->spare -= warm ? rank_bytes(rank) : 0;
    return block;
}

void *cki_sharedheap_take(cki_segment *segment, size_t bytes)
{
    size_t rounded;
    if (bytes > segment->heap->segment)
        return NULL;
    int rank = rank_of(bytes + HEADER, &rounded);
    cki_thread_spin_lock(&segment->lock);
    cki_offset block = take_spare(segment, rank);
    if (!block && rounded <= segment->end - segment->top) {
        block = segment->top + HEADER;
        segment->top += rounded;
    }
    cki_thread_spin_unlock(&segment->lock);
    if (!block)
        return NULL;
    *header_at(segment->heap, block) =
        (header){.bytes = bytes, .rank = (uint32_t)rank, .used = true};
    return cki_sharedheap_at(segment->heap, block);
}

/* Let the pages of a block go, but for the one with its header. */
static void cool(const cki_segment *segment, cki_offset block, int rank)
{
    cki_sharedheap_drop(segment->heap, block, block - HEADER + rank_bytes(rank));
}

/* With the lock. */
static void release(cki_segment *segment, header *head, cki_offset block)
{
    int rank = (int)head->rank;
    size_t bytes = rank_bytes(rank);
    bool keep = bytes < DROP_FROM || segment->spare + bytes <= segment->most_spare;
    cki_offset *list = keep ? &segment->warm[rank] : &segment->cold[rank];
    if (keep)
        segment->spare += bytes;
    else
        cool(segment, block, rank);
    head->next = *list;
    *list = block;
}

void cki_sharedheap_give(cki_segment *segment, void *block)
{
    header *head = header_of(block);
    cki_thread_spin_lock(&segment->lock);
    head->used = false;
    if (head->lent == 0)
        release(segment, head, cki_sharedheap_offset(segment->heap, block));
    cki_thread_spin_unlock(&segment->lock);
}

void cki_sharedheap_lend(cki_segment *segment, void *block)
{
    cki_thread_spin_lock(&segment->lock);
    header_of(block)->lent++;
    cki_thread_spin_unlock(&segment->lock);
}

void cki_sharedheap_return(cki_segment *segment, void *block, uint32_t times)
{
    header *head = header_of(block);
    cki_thread_spin_lock(&segment->lock);
    head->lent -= times;
    if (head->lent == 0 && !head->used)
        release(segment, head, cki_sharedheap_offset(segment->heap, block));
    cki_thread_spin_unlock(&segment->lock);
}

size_t cki_sharedheap_bytes(const void *block)
{
    return header_of(block)->bytes;
}

bool cki_sharedheap_owns(const cki_segment *segment, const void *block)
{
    cki_offset at = cki_sharedheap_offset(segment->heap, block);
    return at > segment->begin && at < segment->top;
}

void cki_sharedheap_drop(cki_sharedheap *heap, cki_offset from, cki_offset to)
{
    if (to > from)
        cki_shared_drop(cki_sharedheap_at(heap, from), to - from);
}

void cki_sharedheap_trim(cki_segment *segment, size_t most_spare)
{
    cki_thread_spin_lock(&segment->lock);
    segment->most_spare = most_spare;
    for (int rank = CKI_SHAREDHEAP_RANKS; rank-- > 0 && segment->spare > most_spare;) {
        size_t bytes = rank_bytes(rank);
        while (bytes >= DROP_FROM && segment->spare > most_spare && segment->warm[rank]) {
            cki_offset block = segment->warm[rank];
            header *head = header_at(segment->heap, block);
            segment->warm[rank] = head->next;
            segment->spare -= bytes;
            cool(segment, block, rank);
            head->next = segment->cold[rank];
            segment->cold[rank] = block;
        }
    }
    cki_thread_spin_unlock(&segment->lock);
}

static void *take(void *user, size_t bytes)
{
    return cki_sharedheap_take(user, bytes);
}

static void give(void *user, void *block)
{
    cki_sharedheap_give(user, block);
}

cki_ledger *cki_sharedheap_ledger(cki_segment *segment)
{
    static const cki_ledger_source source = {take, give};
    return cki_ledger_new_over(&source, segment);
}
