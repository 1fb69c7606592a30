/* The evaluator: an expression's text or tree, with names bound to values, gives a value. Python's
 * operators, builtins and methods on its own kinds; everything else is the host's. */
#ifndef CKI_EVAL_EVAL_H
#define CKI_EVAL_EVAL_H

#include "eval/host.h"
#include "syntax/syntax.h"

/* A scope of names; a value for each, later ones hide earlier ones. */
typedef struct cki_scope cki_scope;

cki_scope *cki_eval_scope(const cki_host *host, cki_error *error); /* host is copied; may be NULL */
void cki_eval_scope_free(cki_scope *scope);
/* Bind a name; the reference is the scope's own. */
cask_status cki_eval_bind(cki_scope *scope, const char *name, cask_value *value, cki_error *error);

/* Evaluate a tree (which must outlive lambdas made by it: they hold a counted reference). Errors
 * carry Python's class, its message where it is the same, and the place in the tree's text. */
cask_value *cki_eval_tree(cki_scope *scope, cki_tree *tree, cki_error *error);
/* Parse and evaluate. */
cask_value *cki_eval_text(cki_scope *scope, const char *text, cki_error *error);

/* Call a function value (lambda, builtin, method, or one of the host's). */
cask_value *cki_eval_call(cki_scope *scope, cask_value *function, const cki_arguments *arguments,
                          cki_error *error);
/* For this thread: the next evaluations take at most so many steps in all, then TimeoutError; 0
 * lifts the bound. For fuzzing, and for input that is not trusted. */
void cki_eval_budget(int64_t steps);
/* Whether a value can be called. A host's object can if its class is named "function",
 * "builtin_function_or_method", "method", "method_descriptor", "ufunc", "gufunc", "type" or
 * "Delayed". */
bool cki_eval_callable(const cask_value *value);
/* A lambda's text, and for a builtin its name; NULL for what has none. */
const char *cki_eval_function_text(const cask_value *function);

/* Python's operator on two values (b NULL: unary): numbers with 64-bit integers (OverflowError
 * beyond), strings, lists, tuples, sets, dicts; arrays and objects through the host. */
cask_value *cki_eval_operate(cki_scope *scope, cki_operator op, cask_value *a, cask_value *b,
                             cki_error *error);
/* Python's str % values. */
cask_value *cki_eval_format(cki_scope *scope, const char *format, size_t length, cask_value *values,
                            cki_error *error);

#endif
