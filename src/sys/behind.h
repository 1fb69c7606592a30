/* Writing behind the caller's back and past the system's cache: for outputs that are too large to
 * stay in memory, where a copy into the cache would only cost time and room. */
#ifndef CKI_SYS_BEHIND_H
#define CKI_SYS_BEHIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cki_behind cki_behind;

/* For the file open as `plain`, which `path` names in this process; pieces of at most `most` bytes
 * together, or one, are under way at a time. NULL where the file system or memory does not allow
 * it, which is no failure. */
cki_behind *cki_behind_new(int plain, const char *path, size_t most);
/* Write now. 0, or an errno. */
int cki_behind_write(cki_behind *behind, uint64_t offset, const void *bytes, size_t count);
/* Write soon: `release(user)` is called when the bytes are needed no longer, by a later call from
 * whichever thread makes it. 0, or the errno of an earlier failure: then the piece is not written,
 * and released. */
int cki_behind_put(cki_behind *behind, uint64_t offset, const void *bytes, size_t count,
                   void (*release)(void *user), void *user);
/* Wait for all that is under way. 0, or the errno of the first failure. */
int cki_behind_drain(cki_behind *behind);
/* Wait and free. NULL is allowed. */
void cki_behind_free(cki_behind *behind);

#endif
