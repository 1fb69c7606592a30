/* Pages: large blocks of memory in few pages, where the system has such. */
#ifndef CKI_SYS_PAGES_H
#define CKI_SYS_PAGES_H

#include "core/memory.h"

/* Say that a block fresh from the allocator will be used from end to end: touching it the first
 * time then costs a third. Does nothing for small ones. */
void cki_pages_expect(void *block, size_t bytes);

/* For programs, not libraries: have the allocator give large blocks back to the system when they
 * are freed, each time. By itself it begins to keep those of a size that was freed once. */
void cki_pages_give_back(void);

/* Whether so many bytes more could be mapped: no only where the process's address space is bounded
 * (ulimit -v), and then for this moment. For what libraries map that cannot do without it. */
bool cki_pages_spare(size_t bytes);

/* Pages straight from the system for the large buffers of a ledger; NULL in builds whose checks
 * watch the allocator instead. */
const cki_ledger_pages *cki_pages_source(void);

#endif
