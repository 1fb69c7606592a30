/* Faults on request: reading and writing by position that tests can make fail or come up short. */
#ifndef CKI_SYS_FAULT_H
#define CKI_SYS_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

/* pread, preadv, pwritev as the system has them, but for what tests ask for. */
ssize_t cki_fault_pread(int descriptor, void *bytes, size_t count, int64_t offset);
ssize_t cki_fault_preadv(int descriptor, const struct iovec *spans, int count, int64_t offset);
ssize_t cki_fault_pwritev(int descriptor, const struct iovec *spans, int count, int64_t offset);

/* Which calls a fault concerns. */
typedef enum cki_fault_what { CKI_FAULT_READS, CKI_FAULT_WRITES } cki_fault_what;

/* Let the n-th such call from now on (1 is the next), and each one after it if `all`, fail with
 * that errno; n = 0: none. For tests, as are the next two. */
void cki_fault_at(cki_fault_what what, int64_t n, bool all, int number);
/* No call moves more than `most` bytes; 0: no bound. */
void cki_fault_short(size_t most);
/* Calls so far, for a sweep over n. */
int64_t cki_fault_count(cki_fault_what what);

#endif
