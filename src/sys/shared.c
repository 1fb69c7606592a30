/* Memory shared with children: an anonymous shared mapping, of which nothing is left when the last
 * process that has it is gone. */
#include "sys/shared.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

size_t cki_shared_page(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

void *cki_shared_map(size_t bytes, size_t least, size_t *got, cki_error *error)
{
    void *memory = MAP_FAILED;
    for (*got = bytes;; *got /= 2) {
        memory = mmap(NULL, *got, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory != MAP_FAILED || *got / 2 < least)
            break;
    }
    if (memory == MAP_FAILED) {
        cki_fail(error, CASK_MEMORY, NULL, "cannot map %zu bytes of shared memory: %s", *got,
                 strerror(errno));
        return NULL;
    }
    madvise(memory, *got, MADV_DONTDUMP);
    return memory;
}

void cki_shared_unmap(void *memory, size_t bytes)
{
    if (memory)
        munmap(memory, bytes);
}

void cki_shared_drop(void *memory, size_t bytes)
{
    size_t page = cki_shared_page();
    unsigned char *from = memory;
    size_t skip = (size_t)(-(uintptr_t)from) % page;
    if (bytes < skip + page)
        return;
    bytes = (bytes - skip) / page * page;
    madvise(from + skip, bytes, MADV_REMOVE);
}
