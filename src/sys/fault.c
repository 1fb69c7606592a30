/* Reading and writing by position, with faults on request. */
#include "sys/fault.h"

#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

/* Of reads and writes: calls so far, the one to fail, whether those after it do, and how. */
static struct {
    atomic_int_fast64_t count, at;
    atomic_bool all;
    atomic_int number;
} faults[2];
static atomic_size_t most_bytes;

static bool strikes(cki_fault_what what)
{
    int64_t count = atomic_fetch_add_explicit(&faults[what].count, 1, memory_order_relaxed) + 1;
    int64_t at = atomic_load_explicit(&faults[what].at, memory_order_relaxed);
    if (!at || count < at || (count > at && !atomic_load(&faults[what].all)))
        return false;
    errno = atomic_load(&faults[what].number);
    return true;
}

static size_t bounded(size_t count)
{
    size_t most = atomic_load_explicit(&most_bytes, memory_order_relaxed);
    return most && count > most ? most : count;
}

ssize_t cki_fault_pread(int descriptor, void *bytes, size_t count, int64_t offset)
{
    return strikes(CKI_FAULT_READS) ? -1 : pread(descriptor, bytes, bounded(count), offset);
}

ssize_t cki_fault_preadv(int descriptor, const struct iovec *spans, int count, int64_t offset)
{
    if (strikes(CKI_FAULT_READS))
        return -1;
    if (atomic_load_explicit(&most_bytes, memory_order_relaxed))
        return pread(descriptor, spans[0].iov_base, bounded(spans[0].iov_len), offset);
    return preadv(descriptor, spans, count, offset);
}

ssize_t cki_fault_pwritev(int descriptor, const struct iovec *spans, int count, int64_t offset)
{
    if (strikes(CKI_FAULT_WRITES))
        return -1;
    if (atomic_load_explicit(&most_bytes, memory_order_relaxed))
        return pwrite(descriptor, spans[0].iov_base, bounded(spans[0].iov_len), offset);
    return pwritev(descriptor, spans, count, offset);
}

void cki_fault_at(cki_fault_what what, int64_t n, bool all, int number)
{
    atomic_store(&faults[what].number, number);
    atomic_store(&faults[what].all, all);
    atomic_store(&faults[what].at, n ? atomic_load(&faults[what].count) + n : 0);
}

void cki_fault_short(size_t most)
{
    atomic_store(&most_bytes, most);
}

int64_t cki_fault_count(cki_fault_what what)
{
    return atomic_load(&faults[what].count);
}
