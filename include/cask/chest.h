/* A mapping whose values go to disk when they are more than memory should hold: the least recently
 * used first, one file a key. Any thread may use a chest. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_CHEST_H
#define CASK_CHEST_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cask_chest cask_chest;

/* Where a chest's `dump` writes to. False: no memory. */
typedef struct cask_chest_output cask_chest_output;
CASK_API
bool cask_chest_write(cask_chest_output *output, const void *bytes, size_t length);

/* NULL, and zero in a field, mean the default. */
typedef struct cask_chest_options {
    /* The folder, whose name must end in ".chest"; it is made if need be, and what an earlier chest
     * left there is in this one. NULL: a folder of its own where temporary files go, which is
     * removed with the chest, or by the next chest if this process is killed. */
    const char *path;
    size_t available_memory; /* bytes of values in memory; default 1e9. A number counts 24. */
    const char *format;      /* "binary" (default: exact, checksummed) or "json" (readable; tuples
                                come back as lists) */
    /* A format of your own: `dump` writes a value with cask_chest_write(), `load` makes a new one
     * from those bytes; false and NULL where they cannot. They must not use the chest. */
    bool (*dump)(void *user, const cask_value *value, cask_chest_output *output);
    cask_value *(*load)(void *user, const void *bytes, size_t length);
    void *user;
} cask_chest_options;

/* NULL with the reason in cask_chest_message(). */
CASK_API
cask_chest *cask_chest_open(const cask_chest_options *options);
/* Free a chest; NULL is accepted. A temporary one is removed from the disk; one with a path is
 * flushed first, and only the status of that is returned: it is freed whatever happens. */
CASK_API
cask_status cask_chest_close(cask_chest *chest);
/* Free it, and remove its folder. */
CASK_API
cask_status cask_chest_drop(cask_chest *chest);

/* Keys are strings, integers, and tuples of these; TypeError else. The chest takes references of
 * its own. A key that is there keeps its place and gets the new value. OSError if what has to leave
 * the memory cannot be written: then it stays there, and the new value too. */
CASK_API
cask_status cask_chest_set(cask_chest *chest, cask_value *key, cask_value *value);
/* A new reference; NULL with a KeyError, or OSError, in cask_chest_message(). What is read from
 * disk is in memory again, and may push something else out. */
CASK_API
cask_value *cask_chest_get(cask_chest *chest, const cask_value *key);
/* KeyError if it is not there. */
CASK_API
cask_status cask_chest_delete(cask_chest *chest, const cask_value *key);
CASK_API
bool cask_chest_contains(cask_chest *chest, const cask_value *key);
CASK_API
size_t cask_chest_length(cask_chest *chest);
/* A new list of all keys, in memory and on disk, in the order in which they first came. */
CASK_API
cask_value *cask_chest_keys(cask_chest *chest);
/* A new dict of what is in memory now. */
CASK_API
cask_value *cask_chest_inmem(cask_chest *chest);
/* Its folder; the text is the chest's. */
CASK_API
const char *cask_chest_path(const cask_chest *chest);
/* Bytes of values in memory, and how many values were written to disk so far: one that did not
 * change since is not written again. */
CASK_API
size_t cask_chest_memory(cask_chest *chest);
CASK_API
size_t cask_chest_writes(cask_chest *chest);

/* Write what is not on disk yet, and the list of keys: from then on another process can open the
 * folder. Files, and the list, appear whole or not at all. */
CASK_API
cask_status cask_chest_flush(cask_chest *chest);

/* What the last call of this thread that failed said, its status, and the Python exception class of
 * it. */
CASK_API
cask_status cask_chest_error(void);
CASK_API
const char *cask_chest_message(void);
CASK_API
const char *cask_chest_error_class(void);

#ifdef __cplusplus
}
#endif

#endif
