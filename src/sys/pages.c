/* Pages: transparent huge pages, which must be asked for on most systems. */
#include "sys/pages.h"

#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { LARGE = 1 << 21 }; /* a huge page on the machines that have them */

void cki_pages_expect(void *block, size_t bytes)
{
    unsigned char *first = block;
    size_t before = (LARGE - (uintptr_t)block % LARGE) % LARGE;
    if (block && bytes >= before + 2 * LARGE)
        madvise(first + before, (bytes - before) / LARGE * LARGE, MADV_HUGEPAGE);
}

void cki_pages_give_back(void)
{
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, LARGE);
#endif
}

bool cki_pages_spare(size_t bytes)
{
    struct rlimit space;
    if (getrlimit(RLIMIT_AS, &space) != 0 || space.rlim_cur == RLIM_INFINITY)
        return true;
    void *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block == MAP_FAILED)
        return false;
    munmap(block, bytes);
    return true;
}

static void *map(size_t bytes)
{
    void *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
        return NULL;
    cki_pages_expect(block, bytes);
    return block;
}

static void unmap(void *block, size_t bytes)
{
    munmap(block, bytes);
}

static void trim(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

#if defined(__SANITIZE_ADDRESS__)
#define WATCHED true
#elif defined(__has_feature)
#define WATCHED __has_feature(address_sanitizer)
#else
#define WATCHED false
#endif

const cki_ledger_pages *cki_pages_source(void)
{
    static const cki_ledger_pages pages = {map, unmap, trim};
    return WATCHED ? NULL : &pages;
}
