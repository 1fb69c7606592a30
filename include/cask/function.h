/* Functions of the user's own: registered once by name, then used in delayed calls, graphs by hand,
 * futures and collections, on every scheduler. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_FUNCTION_H
#define CASK_FUNCTION_H

#ifdef __cplusplus
extern "C" {
#endif

/* One call of a function, while it runs. */
typedef struct cask_call cask_call;

/* A function: a static record, borrowed for as long as the context lives. */
typedef struct cask_function {
    const char *name; /* "me.inc": letters, digits, _ and dots */
    /* Gives a new reference, or NULL after cask_call_fail(). Called from any worker thread or
     * process, several at once; must not change its arguments. */
    cask_value *(*run)(cask_call *call);
    const char *doc; /* one sentence; may be NULL */
    void *user;      /* for cask_call_user() */
    int version;     /* part of what it is: a result is not reused over versions; 0 means 1 */
    bool cheap;      /* so quick that running it twice is better than keeping its result */
    /* Called with `user` once, when the context that it was registered in is closed, or at once if
     * it could not be registered; may be NULL. */
    void (*release)(void *user);
} cask_function;

/* Make functions known to a context. ValueError if another one has that name and version; to
 * register the same again changes nothing. */
CASK_API
CASK_CHECKED
cask_status cask_register(cask *ck, const cask_function *functions, size_t count);

/* A function as a value, to be an argument of operations that take functions ("reduction",
 * "apply_gufunc"), by its name: one that was registered, a builtin of the expression language
 * ("math.sqrt"), or the text of a lambda. A new reference; NULL, with KeyError, if there is none.
 */
CASK_API
cask_value *cask_value_function(cask *ck, const char *name);

/* Load a plug-in, a shared library that defines `cask_status cask_plugin(cask *ck)`, which
 * registers what it has (functions, schedulers). It stays loaded. */
CASK_API
CASK_CHECKED
cask_status cask_preload(cask *ck, const char *path);

/* The arguments, by position: borrowed; NULL past the last. */
CASK_API
size_t cask_call_count(const cask_call *call);
CASK_API
cask_value *cask_call_argument(const cask_call *call, size_t i);
/* One given by name: borrowed; NULL if there is none. */
CASK_API
cask_value *cask_call_named(const cask_call *call, const char *name);
/* The record's `user`. */
CASK_API
void *cask_call_user(const cask_call *call);
/* The context that the call belongs to, for cask_submit() from inside (cask/future.h). Nothing else
 * may be built in it there. */
CASK_API
cask *cask_call_context(const cask_call *call);
/* Whether the computation was cancelled, for long functions to ask now and then. */
CASK_API
bool cask_call_cancelled(const cask_call *call);
/* Say what is wrong; returns NULL, to be returned in turn. */
CASK_API
cask_value *cask_call_fail(cask_call *call, cask_status status, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

#ifdef __cplusplus
}
#endif

#endif
