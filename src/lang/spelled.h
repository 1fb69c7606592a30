/* Spelled operations: records whose meaning is an expression of the language over other operations.
 * What NumPy has for convenience, and Dask not, needs no more than that. */
#ifndef CKI_LANG_SPELLED_H
#define CKI_LANG_SPELLED_H

#include "expr/operation.h"

enum { CKI_SPELLED_CHECKS = 3 };

/* An operation's `detail`. Its parameters are names in all of these. */
typedef struct cki_spelled {
    const char *text; /* what it gives */
    /* Before that, in order: what has to hold, else this is raised. */
    struct {
        const char *holds, *python, *message;
    } checks[CKI_SPELLED_CHECKS];
} cki_spelled;

/* The operation's `run`. */
cask_value *cki_spelled_run(cki_call *call);

extern const cki_operation *const cki_spelled_numpy_operations[];
extern const cki_operation *const cki_spelled_array_operations[];
extern const cki_operation *const cki_spelled_masked_operations[];
extern const cki_operation *const cki_spelled_dask_operations[];
extern const cki_operation *const cki_spelled_protocol_operations[];
extern const cki_operation *const cki_spelled_signatures_operations[];
extern const cki_operation *const cki_spelled_ufunc_operations[];
extern const cki_operation *const cki_poly1d_operations[]; /* poly1d.c */

#endif
