/* Pages: transparent huge pages, which must be asked for on most systems. */
#include "sys/pages.h"

#include <stdint.h>
#include <sys/mman.h>

enum { LARGE = 1 << 21 }; /* a huge page on the machines that have them */

void cki_pages_expect(void *block, size_t bytes)
{
    unsigned char *first = block;
    size_t before = (LARGE - (uintptr_t)block % LARGE) % LARGE;
    if (block && bytes >= before + 2 * LARGE)
        madvise(first + before, (bytes - before) / LARGE * LARGE, MADV_HUGEPAGE);
}
