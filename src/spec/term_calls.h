/* Term calls: what dask.core and dask.optimization have for single tasks and their dependencies. */
#ifndef CKI_SPEC_TERM_CALLS_H
#define CKI_SPEC_TERM_CALLS_H

#include "expr/operation.h"

/* How deep tasks may be nested here: expressions cannot nest them deeper. */
enum { CKI_TERM_CALLS_DEEPEST = 200 };

/* A tuple that begins with what can be called. */
bool cki_term_calls_is_task(const cask_value *value);
/* The task with a value in the place of a key, everywhere within; dask.core.subs. A new reference.
 */
cask_value *cki_term_calls_substitute(cask_value *task, const cask_value *key, cask_value *value,
                                      cki_error *error);

extern const cki_operation *const cki_term_calls_operations[];

#endif
