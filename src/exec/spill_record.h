/* Records: a value as it is kept on a disk, with checksums and perhaps compressed. Where the bytes
 * go is the caller's: spill files and chests share this. */
#ifndef CKI_EXEC_SPILL_RECORD_H
#define CKI_EXEC_SPILL_RECORD_H

#include "sys/scratch.h"
#include "value/binary.h"

/* Move all bytes of the spans to or from the record's place `offset`; an errno, or 0. Reading
 * answers ENODATA past the end. */
typedef int (*cki_record_move)(void *user, uint64_t offset, cki_span *spans, size_t count);

/* The most bytes that the record of a written value can take. */
uint64_t cki_spill_record_bound(const cki_binary *form);
/* Write it; *length is what it took. Each part of the value is compressed (LZ4) if `compress`, and
 * a sample of it becomes a tenth smaller. An errno (ENOMEM: no memory), or 0. */
int cki_spill_record_write(const cki_binary *form, bool compress, cki_record_move put, void *user,
                           uint64_t *length);
/* The value of a record of `length` bytes, arrays in buffers of the current ledger: a new
 * reference. NULL: *number is an errno; EBADMSG where checksums or lengths are wrong; or ENOMEM. */
cask_value *cki_spill_record_read(uint64_t length, cki_record_move get, void *user, int *number);

#endif
