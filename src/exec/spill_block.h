/* Compressed runs of bytes in a record: blocks of LZ4, each with its length before it, so that a
 * run of any size needs little memory besides. */
#ifndef CKI_EXEC_SPILL_BLOCK_H
#define CKI_EXEC_SPILL_BLOCK_H

#include "exec/spill_record.h"

/* Whether a sample of the bytes becomes at least a tenth smaller. */
bool cki_spill_block_pays(const void *bytes, size_t length);
/* The most that a run of that length can take. */
uint64_t cki_spill_block_bound(uint64_t length);
/* Write a run as blocks from place `offset` on; *stored is what they took. An errno, or 0. */
int cki_spill_block_write(const void *bytes, size_t length, cki_record_move put, void *user,
                          uint64_t offset, uint64_t *stored);
/* Read it back from its `stored` bytes. EBADMSG if these are not such blocks. */
int cki_spill_block_read(void *bytes, size_t length, cki_record_move get, void *user,
                         uint64_t offset, uint64_t stored);

#endif
