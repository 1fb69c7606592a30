/* Expressions: the language of `cask eval` from a program: Python's syntax with NumPy's and Dask's
 * words, where that says it shorter than calls of C do.
 *
 *     cask_array y = cask_array_eval(ck, "x[x > limit].mean()",
 *                                    CASK_ARGUMENTS(CASK_NAMED("x", x), CASK_NAMED("limit", 2.5)));
 *
 * Names stand for what is given by name: arrays, delayed values, numbers, texts, values. Beside
 * them there are da, np, dask, Python's builtins, and functions that were registered
 * (cask/function.h). The text is parsed at each call, in some microseconds; it is never run by
 * Python. Bounds on what it may take are for whoever passes on text of others: see
 * docs/expressions.md. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_EXPRESSION_H
#define CASK_EXPRESSION_H

#include "array.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The lazy array that an expression gives; a number, or an array in memory, becomes one. TypeError
 * if it is something else, SyntaxError, NameError and all that operations say; the message quotes
 * the place. */
CASK_API
cask_array cask_array_eval(cask *ck, const char *expression, cask_arguments names);
/* The `count` arrays of one that gives a tuple or list of them: "np.nonzero(x > 0)". All are poison
 * if it fails, or gives another number. */
CASK_API
void cask_arrays_eval(cask *ck, const char *expression, cask_arguments names, cask_array *results,
                      size_t count);
/* The value of an expression, whatever it is, with all that is lazy in it computed in one run: a
 * new reference that the caller unrefs; NULL after a failure. "{'mean': x.mean(), 'chunks':
 * x.chunks}" is a dict, for cask_value_get(). */
CASK_API
CASK_CHECKED
cask_status cask_eval(cask *ck, const char *expression, cask_arguments names, cask_value **value);

#ifdef __cplusplus
}
#endif

#endif
