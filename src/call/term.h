/* Terms: values with places in them that are filled when a task runs: another task's result, or a
 * call nested in this task. They are what delayed calls and graphs by hand give their tasks. */
#ifndef CKI_CALL_TERM_H
#define CKI_CALL_TERM_H

#include "call/call.h"

/* A place that takes the task's i-th input. */
cask_value *cki_term_input(size_t i, cki_error *error);
/* Whether a term is nothing but such a place, and then which input it takes. */
bool cki_term_number(const cask_value *term, size_t *number);
/* A place that takes the result of a call; arguments are terms. All references are shared. */
cask_value *cki_term_call(cask_value *function, const cki_arguments *arguments, cki_error *error);
/* Whether a value is such a place, or holds one (in lists, tuples, sets, dicts and slices, to any
 * depth).
 */
bool cki_term_is_open(const cask_value *term);
/* The value: places filled, lists, tuples, sets, dicts and slices that hold some rebuilt, all else
 * shared. No recursion over its depth: a chain of a million calls in one term is allowed. Errors
 * name the function that failed. From any thread. A new reference. */
cask_value *cki_term_run(cask *ck, const cask_value *term, cask_value *const *inputs,
                         size_t ninputs, void *run, cki_error *error);

#endif
