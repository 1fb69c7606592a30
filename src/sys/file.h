/* Files: counted reading by position, output that appears whole or not at all, and names by
 * pattern. Failures carry the errno in Python's classes and words. */
#ifndef CKI_SYS_FILE_H
#define CKI_SYS_FILE_H

#include "core/fail.h"
#include "core/text.h"

#include <stdbool.h>

/* Record what the operating system said about `path`: FileNotFoundError "[Errno 2] No such file or
 * directory: 'x.nc'", PermissionError, IsADirectoryError, ..., OSError for the rest. */
cask_status cki_file_fail(cki_error *error, int number, const char *path) __attribute__((cold));

/* ---- reading ---- */

/* A regular file, read by position from any thread. Between reads it may hold no descriptor: a
 * small cache shared by all files keeps those last used, so thousands may be open at once. Each
 * reopening checks that it is still the same file. */
typedef struct cki_file cki_file;
cki_file *cki_file_open(const char *path, cki_error *error);
cki_file *cki_file_ref(cki_file *file);
void cki_file_unref(cki_file *file);
const char *cki_file_path(const cki_file *file);
uint64_t cki_file_size(const cki_file *file); /* when it was opened */
/* What tells it from any other file, and from itself when it is changed: device, number, bytes, and
 * the time of the last change in nanoseconds. */
void cki_file_stamp(const cki_file *file, uint64_t stamp[4]);
/* Exactly `count` bytes from `offset` on. OSError "x.nc: truncated: ..." where the file ends
 * before; `what` names the part that is read, for that message. */
cask_status cki_file_read(cki_file *file, uint64_t offset, void *bytes, size_t count,
                          const char *what, cki_error *error);
/* For a process that has one thread as yet: make room for the descriptors of many files. Later the
 * kernel would let the thread that needs it wait for all others, for milliseconds. */
void cki_file_expect_many(void);
/* Bytes read so by this process, and those that libraries read for it and told us of. */
uint64_t cki_file_bytes_read(void);
void cki_file_count_read(size_t bytes);

/* ---- writing ---- */

/* A file that appears under its name at commit, whole, or never. Until then it has no name at all
 * where the file system can do that (so even a killed process leaves nothing), else a hidden one
 * in the same directory. */
typedef struct cki_file_output cki_file_output;
cki_file_output *cki_file_create(const char *path, cki_error *error);
/* A file that is there, to be written in place: nothing is whole or undone. */
cki_file_output *cki_file_amend(const char *path, cki_error *error);
/* The bytes of another file at the beginning of an output. */
cask_status cki_file_copy(cki_file_output *output, const char *path, cki_error *error);
/* A name by which this process can open it meanwhile. */
const char *cki_file_temporary(const cki_file_output *output);
/* Give it its hidden name already, for libraries that take no other. */
cask_status cki_file_reveal(cki_file_output *output, cki_error *error);
int cki_file_descriptor(const cki_file_output *output);
/* Any thread, any order. */
cask_status cki_file_write(cki_file_output *output, uint64_t offset, const void *bytes,
                           size_t count, cki_error *error);
/* It is too large to be kept in the system's memory: large pieces go past that to the disk, where
 * the file system can do so, and up to `most` bytes may be under way behind the callers' backs. */
void cki_file_bypass(cki_file_output *output, size_t most);
/* Whether they do: best if pieces lie at multiples of 4096 bytes, in the file as in memory. */
bool cki_file_bypasses(const cki_file_output *output);
/* The same as cki_file_write, but the bytes may be written later: `release(user)` is called, now or
 * by a later call from whichever thread, when they are needed no longer. A failure may show as late
 * as at the commit. */
cask_status cki_file_write_behind(cki_file_output *output, uint64_t offset, const void *bytes,
                                  size_t count, void (*release)(void *user), void *user,
                                  cki_error *error);
/* What was written there. */
cask_status cki_file_reread(cki_file_output *output, uint64_t offset, void *bytes, size_t count,
                            cki_error *error);
/* Make it `size` bytes long, zeros where nothing was written. */
cask_status cki_file_resize(cki_file_output *output, uint64_t size, cki_error *error);
/* Flush, and give it its name; publish gives it its name without waiting for the disk: if the
 * machine dies soon, it may be there damaged. All three free it; abort accepts NULL. */
cask_status cki_file_commit(cki_file_output *output, cki_error *error);
cask_status cki_file_publish(cki_file_output *output, cki_error *error);
void cki_file_abort(cki_file_output *output);

/* ---- names ---- */

/* The names that match a shell pattern (* ? [..]), sorted by bytes, each handed to `take` until
 * that says no. FileNotFoundError if there is none. */
cask_status cki_file_glob(const char *pattern,
                          cask_status (*take)(void *user, const char *name, cki_error *error),
                          void *user, cki_error *error);

#endif
