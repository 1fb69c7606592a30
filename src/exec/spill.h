/* Spilling: results written to private files and brought back. Thread-safe; it decides nothing. */
#ifndef CKI_EXEC_SPILL_H
#define CKI_EXEC_SPILL_H

#include "core/fail.h"
#include "value/value.h"

#include <stdatomic.h>

typedef struct cki_spill cki_spill;

typedef struct cki_spill_options {
    /* Directories to try in turn, NULL-terminated; the next one takes over when one is full or
     * broken. NULL: the system's temporary directory. */
    const char *const *directories;
    bool compress; /* with LZ4, where that makes it smaller */
    /* Told how many bytes are on disk at the moment, of all that share the counter; NULL: nobody.
     */
    atomic_uint_fast64_t *away;
} cki_spill_options;

/* Where a result was put. */
typedef struct cki_spilled {
    uint64_t offset, length;
    uint32_t file; /* 0: nowhere */
    uint32_t flags;
} cki_spilled;

/* Makes no file until something is written. */
cki_spill *cki_spill_open(const cki_spill_options *options, cki_error *error);
/* Removes all that it wrote. */
void cki_spill_close(cki_spill *spill);
/* Whether this value can be written at all: not if it holds objects of other rooms. */
bool cki_spill_can(const cask_value *value);
/* Write a value. IO with every directory's reason if none could take it; then nothing is lost: the
 * value is still the caller's. */
cask_status cki_spill_write(cki_spill *spill, const cask_value *value, cki_spilled *where,
                            cki_error *error);
/* A new reference to an equal value; the copy in the file stays. Checksummed: IO if it differs. */
cask_value *cki_spill_read(cki_spill *spill, const cki_spilled *where, cki_error *error);
/* Its room in the file may be used again. */
void cki_spill_drop(cki_spill *spill, const cki_spilled *where);
/* Bytes written and read so far, for reports. */
void cki_spill_counts(const cki_spill *spill, uint64_t *written, uint64_t *read);

#endif
