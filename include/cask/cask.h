/* cask: parallel, out-of-core computing by task graphs. The context, its errors and its settings;
 * this header includes the others, one for each kind of thing.
 *
 * What holds everywhere:
 *
 * - Ownership. No star, as of cask_array: a handle that the context owns, copied like a number and
 *   never freed. A star, as of cask_value: yours, to be unref'd, freed or closed. What is given is
 *   only lent for the call, texts too, where nothing else is said.
 * - Errors. What plans returns a plan: if it cannot be made a poison one, which every call passes
 * on. What does something returns a cask_status. The context keeps the first error, with its
 * message and Python's exception class, until cask_clear(). Results are NULL after a failure.
 * - Options are structs of which zero in every field, and NULL in place of all, means the default;
 *   write (cask_reduce){.keepdims = true}. Fields are only appended, with a new soname.
 * - NULL for a context, a handle, a name or where a result goes is an error (CASK_INVALID) like
 *   others, where there is a context to tell it; freeing NULL does nothing. Caches, chests,
 *   futures, recordings, and what functions are called with, must be there.
 * - Threads. One thread at a time uses a context: builds, computes, asks for its error. Different
 *   contexts are independent. From any thread, at any time: cask_cancel(), values (immutable once
 *   shared; their counts are atomic), futures, caches, chests. Functions, sources, sinks and
 *   callbacks of yours are called from worker threads, several at once where nothing else is said.
 * - Sizes and indices of elements are int64_t, bytes size_t; strides are bytes. A shape that
 *   overflows is an error. Times are seconds. */
#ifndef CASK_CASK_H
#define CASK_CASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) && !defined(CASK_STATIC)
#define CASK_API __attribute__((visibility("default")))
#else
#define CASK_API
#endif
#if defined(__GNUC__)
#define CASK_CHECKED __attribute__((warn_unused_result))
#else
#define CASK_CHECKED
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a call that does something says of how it went. X(name, text) for each: one list gives the
 * constants and cask_status_text(). */
#define CASK_STATUSES(X)                                                                           \
    X(OK, "no error")                                                                              \
    X(INVALID, "a value that the operation cannot take")                                           \
    X(TYPE, "an operand of the wrong type")                                                        \
    X(SHAPE, "shapes that do not fit")                                                             \
    X(INDEX, "an index outside its axis")                                                          \
    X(NOT_FOUND, "no such name, key or file")                                                      \
    X(IO, "reading or writing failed")                                                             \
    X(FORMAT, "a file that is not what its format says")                                           \
    X(SYNTAX, "text that is not an expression")                                                    \
    X(ARITHMETIC, "a number out of range, or a division by zero")                                  \
    X(MEMORY, "no memory left")                                                                    \
    X(LIMIT, "a plan that cannot keep the memory limit")                                           \
    X(UNSUPPORTED, "something that cask does not do")                                              \
    X(CANCELLED, "cancelled")                                                                      \
    X(INTERNAL, "a defect in cask itself")

typedef enum cask_status {
#define CASK_STATUS_NAME(name, text) CASK_##name,
    CASK_STATUSES(CASK_STATUS_NAME)
#undef CASK_STATUS_NAME
} cask_status;

/* A context: it owns every plan built in it, the threads that compute, and the last message.
 * One thread at a time builds in one context; any number of contexts may live at once. */
typedef struct cask cask;

/* How to open a context; NULL, and zero in a field, mean what configuration files and the
 * environment say (cask/config.h), and else the default. Texts are copied. */
typedef struct cask_options {
    int threads;              /* worker threads; default: the processors this process may use */
    const char *memory_limit; /* bytes as "2GB", "500MB", "1GiB", or "50%"; default: 60 % of the
                                 machine's or the cgroup's memory */
    const char *scheduler;    /* "threads" (default), "processes", "sync": everything on the calling
                                 thread, or another one: see cask/scheduler.h */
    /* Called with each error as it happens, from the thread where it does; message is only lent. */
    void (*on_error)(void *user, cask_status status, const char *message);
    /* Called now and then during a computation with tasks done and in all, from any worker thread.
     */
    void (*on_progress)(void *user, int64_t done, int64_t total);
    void *user;                  /* handed to the two functions above */
    const char *config;          /* a file, or a folder, to read in the place of $CASK_CONFIG */
    const char *const *set;      /* more settings, "KEY=VALUE" each; NULL after the last */
    const char *spill_directory; /* where results go that do not fit into memory; several with
                                    colons between them, of which the next takes over when one is
                                    full; default: the system's temporary folder */
    int retries;                 /* how often a task that failed is tried again */
    const char *cache;           /* bytes of results to keep for later computations, as "1GB" */
    double timeout; /* seconds that one computation may take: then it fails with CASK_CANCELLED and
                       the class TimeoutError; default: for ever */
} cask_options;

/* Open a context. Never NULL: where there is no memory for one, or an option cannot be used, what
 * comes back is a context on which every call fails and whose message says why. */
CASK_API
cask *cask_open(const cask_options *options);

/* Close a context and free all that was built in it; NULL is accepted. Values live on. */
CASK_API
void cask_close(cask *ck);

/* The status and message of the first error since the context was opened or cask_clear() was
 * called: "" if there was none. The text is the context's and lives until the next call with it. */
CASK_API
cask_status cask_error(const cask *ck);
CASK_API
const char *cask_message(const cask *ck);
CASK_API
void cask_clear(cask *ck);

/* The Python exception class that the first error corresponds to ("ValueError"); "" if none. */
CASK_API
const char *cask_error_class(const cask *ck);

/* What a status means, in a few words; static text. */
CASK_API
const char *cask_status_text(cask_status status);

/* Bytes of chunk memory that the context holds now, and at most held. */
CASK_API
size_t cask_memory_now(const cask *ck);
CASK_API
size_t cask_memory_peak(const cask *ck);

/* Bytes of files that this context's computations have set out to read so far, as their plans
 * declared them. */
CASK_API
uint64_t cask_bytes_read(const cask *ck);

/* End the computation under way in the context (or the next one, if there is none): it fails with
 * CASK_CANCELLED. From any thread, or a signal handler. */
CASK_API
void cask_cancel(cask *ck);

/* Plans built between begin and end are freed at end; cask_keep() (cask/array.h) lets one out. */
CASK_API
void cask_scope_begin(cask *ck);
CASK_API
void cask_scope_end(cask *ck);

/* "0.1.0" */
CASK_API
const char *cask_version(void);

#ifdef __cplusplus
}
#endif

#include "argument.h"
#include "array.h"
#include "blocks.h"
#include "cache.h"
#include "callbacks.h"
#include "chest.h"
#include "config.h"
#include "delayed.h"
#include "expression.h"
#include "files.h"
#include "function.h"
#include "future.h"
#include "graph.h"
#include "lazy.h"
#include "linalg.h"
#include "profile.h"
#include "scheduler.h"
#include "value.h"

#endif
