/* Calling: what tasks can call, found by name or given as a value. */
#ifndef CKI_CALL_CALL_H
#define CKI_CALL_CALL_H

#include "expr/context.h"
#include "value/arguments.h"
#include "value/token.h"

/* The function of that name as a value: one that the user registered, one of those that graphs know
 * (inc, add, getitem, ...), a builtin of the language ("len", "math.sqrt"), or the text of a lambda
 * or of any expression that can be called. A new reference. KeyError (NameError for an expression's
 * free name) that names it and the nearest one. */
cask_value *cki_call_find(cask *ck, const char *name, cki_error *error);
/* Whether a value can be called. */
bool cki_call_callable(const cask_value *function);
/* The name to show for it: a registered or builtin name, "lambda"; never NULL. */
const char *cki_call_name(const cask_value *function);
/* The same, but of a lambda that needs nothing beside it its text. */
const char *cki_call_text(const cask_value *function);
/* Whether it is known to take an argument by that name: a lambda that has such a parameter. */
bool cki_call_takes(const cask_value *function, const char *name);
/* Of all that decides what it does: name and version, or a lambda's text and what it captured.
 * False if nobody can tell, and with the error set where memory was short. */
bool cki_call_token(const cask_value *function, cki_token *token, cki_error *error);
/* Call it. From any thread, several at once; lambdas and builtins included. `run` is the task's
 * (see cki_task) or NULL. A new reference. */
cask_value *cki_call_run(cask *ck, cask_value *function, const cki_arguments *arguments, void *run,
                         cki_error *error);

#endif
