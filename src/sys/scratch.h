/* Scratch files: what a process puts on a disk for itself alone. Where the system allows, such a
 * file has no name, so that it vanishes with the process, however that ends. */
#ifndef CKI_SYS_SCRATCH_H
#define CKI_SYS_SCRATCH_H

#include "core/fail.h"

typedef struct cki_scratch cki_scratch;

/* Bytes to be written, or room for those read. */
typedef struct cki_span {
    void *bytes;
    size_t length;
} cki_span;

/* All functions that return int give an errno, or 0. */

/* A new, empty file in a private folder cask-spill-<pid>-... of a directory. Removes what dead
 * processes left there. */
int cki_scratch_open(const char *directory, cki_scratch **scratch);
/* NULL is accepted. */
void cki_scratch_close(cki_scratch *scratch);

/* All spans' bytes from `offset` on, any thread. Short and interrupted calls are continued. Spans
 * are used up: their contents are undefined after. Reading past the end: ENODATA. */
int cki_scratch_write(cki_scratch *scratch, uint64_t offset, cki_span *spans, size_t count);
int cki_scratch_read(cki_scratch *scratch, uint64_t offset, cki_span *spans, size_t count);

/* Nobody needs these bytes any more: give their room back to the disk, as far as it can do that. */
void cki_scratch_discard(cki_scratch *scratch, uint64_t offset, uint64_t length);
/* Nor those from here to the end. */
void cki_scratch_cut(cki_scratch *scratch, uint64_t size);

#endif
