/* The order that NumPy's default argsort leaves equal elements in: an introsort by Musser's plan
 * ("Introspective Sorting and Selection Algorithms", 1997): quicksort by the median of three, with
 * insertion where 16 elements or fewer are left. What weighs elements in their order, as the
 * merging of percentiles does, gives NumPy's numbers only in this one. */
#include "array/order.h"
#include "core/memory.h"

enum { SMALL = 15, DEEPEST = 128 };

typedef struct part {
    int64_t first, last;
    int depth;
} part;

static bool less(const cki_order *order, int64_t i, int64_t j)
{
    return cki_order_compare(order, i, order, j) < 0;
}

static void swap(int64_t *at, int64_t i, int64_t j)
{
    int64_t kept = at[i];
    at[i] = at[j];
    at[j] = kept;
}

static void insert_small(const cki_order *order, int64_t *at, int64_t first, int64_t last)
{
    for (int64_t i = first + 1; i <= last; i++) {
        int64_t moved = at[i], j = i;
        for (; j > first && less(order, moved, at[j - 1]); j--)
            at[j] = at[j - 1];
        at[j] = moved;
    }
}

/* Elements less than the median of first, middle and last go before it; its place. */
static int64_t divide(const cki_order *order, int64_t *at, int64_t first, int64_t last)
{
    int64_t middle = first + ((last - first) >> 1);
    if (less(order, at[middle], at[first]))
        swap(at, middle, first);
    if (less(order, at[last], at[middle]))
        swap(at, last, middle);
    if (less(order, at[middle], at[first]))
        swap(at, middle, first);
    const int64_t pivot = at[middle];
    int64_t i = first, j = last - 1;
    swap(at, middle, j);
    for (;;) {
        do
            i++;
        while (less(order, at[i], pivot));
        do
            j--;
        while (less(order, pivot, at[j]));
        if (i >= j)
            break;
        swap(at, i, j);
    }
    swap(at, i, last - 1);
    return i;
}

/* False where the parts shrink too slowly, as they may by design. */
static bool sort(const cki_order *order, int64_t *at, int64_t count)
{
    part waiting[DEEPEST], now = {0, count - 1, 0};
    size_t nwaiting = 0;
    for (int64_t n = count; n > 1; n >>= 1)
        now.depth += 2;
    for (;;) {
        if (now.depth < 0)
            return false;
        while (now.last - now.first > SMALL) {
            if (nwaiting == DEEPEST)
                return false;
            int64_t middle = divide(order, at, now.first, now.last);
            part before = {now.first, middle - 1, --now.depth};
            part after = {middle + 1, now.last, now.depth};
            bool smaller = middle - now.first < now.last - middle;
            now = smaller ? before : after;
            waiting[nwaiting++] = smaller ? after : before;
        }
        insert_small(order, at, now.first, now.last);
        if (!nwaiting)
            return true;
        now = waiting[--nwaiting];
    }
}

int64_t *cki_order_quick(const cki_order *order, cki_error *error)
{
    int64_t *at = cki_memory_alloc(((size_t)order->count + 1) * sizeof *at);
    if (!at) {
        cki_fail_memory(error, (size_t)order->count * sizeof *at);
        return NULL;
    }
    for (int64_t i = 0; i < order->count; i++)
        at[i] = i;
    if (order->count < 2 || sort(order, at, order->count))
        return at;
    cki_memory_free(at);
    return cki_order_sorted(order, error);
}
