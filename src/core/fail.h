/* Errors: the one record that says what went wrong, and the one function that fills it. */
#ifndef CKI_CORE_FAIL_H
#define CKI_CORE_FAIL_H

#include <cask/cask.h>
#include <stdarg.h>
#include <stdbool.h>

/* What went wrong first. Zero-initialise it ({0}); a later failure does not overwrite the first.
 * `python` is the Python exception class; begin..end is the place in the expression text, if one is
 * known (end > begin). */
typedef struct cki_error {
    cask_status status;
    char python[32];
    char message[900];
    size_t begin, end;
    bool blamed; /* the message names the task that failed */
} cki_error;

/* Record a failure and return its status. `python` NULL takes the usual class of the status (see
 * fail.c). Every error in cask passes here: set a breakpoint on it. `error` may be NULL. */
cask_status cki_fail(cki_error *error, cask_status status, const char *python, const char *format,
                     ...) __attribute__((format(printf, 4, 5), cold));
cask_status cki_fail_va(cki_error *error, cask_status status, const char *python,
                        const char *format, va_list arguments)
    __attribute__((format(printf, 4, 0), cold));

/* The usual failures, in the same words everywhere. */
cask_status cki_fail_memory(cki_error *error, size_t bytes) __attribute__((cold));
cask_status cki_fail_internal(cki_error *error, const char *where) __attribute__((cold));

#ifdef __clang_analyzer__
/* clang-tidy reads one file at a time. This shows it what it has to know of fail.c: a failure is
 * never CASK_OK, and is remembered. */
static inline cask_status cki_fail_seen(cki_error *error, size_t bytes)
{
    (void)bytes;
    if (!error)
        return CASK_MEMORY;
    if (error->status == CASK_OK)
        error->status = CASK_MEMORY;
    return error->status;
}
#define cki_fail_memory cki_fail_seen
#endif

/* Give the place in the expression text, unless an inner one is known already. */
void cki_fail_place(cki_error *error, size_t begin, size_t end);

#endif
