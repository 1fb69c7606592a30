/* Delayed: calls that are put off. A delayed value stands for the result of a call that has not
 * been made; it can be an argument of further calls, which so make a graph of tasks, to be computed
 * in parallel.
 *
 *     cask_delayed x = cask_delayed_call(ck, "inc", 1);
 *     cask_delayed y = cask_delayed_call(ck, "inc", 2);
 *     cask_delayed z = cask_delayed_call(ck, "add", x, y);
 *     cask_value *five;
 *     cask_status status = cask_delayed_compute(z, &five);
 *
 * Handles are the context's, copied like numbers and never freed. A call that cannot be made gives
 * a poison one, as of arrays (array.h): check once, when computing. Functions must not change their
 * arguments. One thread at a time builds in one context. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_DELAYED_H
#define CASK_DELAYED_H

#include "array.h"
#include "lazy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- making ---- */

/* How a call is put off; NULL and zero are the defaults. */
typedef struct cask_delaying {
    const char *key; /* its name in graphs; default: the function's name and a token. What has the
                        same key is taken to have the same result */
    bool pure;       /* equal arguments give equal results: equal calls are then one */
    int outputs;     /* how many parts cask_delayed_part() may take; 0: that is not known */
} cask_delaying;

/* Call a function later: cask_delayed_call(ck, "me.inc", x). What is to be called comes first: a
 * registered function's name, a builtin of the expression language ("len", "math.sqrt", "np.dot"),
 * a lambda's text ("lambda x, y: x + y"), or a delayed value or value that can be called. Arguments
 * are numbers, texts, values, delayed values and arrays (which are computed and passed whole);
 * CASK_NAMED("axis", 0) gives one by name. KeyError for a name that stands for nothing. */
#define cask_delayed_call(ck, ...) cask_delayed_apply(ck, CASK_ARGUMENTS(__VA_ARGS__), NULL)
CASK_API
cask_delayed cask_delayed_apply(cask *ck, cask_arguments call, const cask_delaying *how);

/* A value as a delayed one; a reference to it is held. */
CASK_API
cask_delayed cask_delayed_from_value(cask *ck, cask_value *value);
/* An array as one value, computed and passed whole. */
CASK_API
cask_delayed cask_delayed_from_array(cask_array x);
/* A list, or a tuple, of anything, some of it lazy. */
CASK_API
cask_delayed cask_delayed_list(cask *ck, cask_arguments items);
CASK_API
cask_delayed cask_delayed_tuple(cask *ck, cask_arguments items);
/* The same of `count` delayed values. */
CASK_API
cask_delayed cask_delayed_gather(cask *ck, const cask_delayed *items, size_t count);
/* A dict of keys and their values in turn: CASK_ARGUMENTS("a", x, "b", y). TypeError for a key
 * that Python could not hash. */
CASK_API
cask_delayed cask_delayed_dict(cask *ck, cask_arguments pairs);

/* ---- operating ---- */

/* Python's operators, by their sign: cask_delayed_operate(ck, "+", x, 1), with one operand "-", "+"
 * and "~". ValueError for a sign that is none. */
#define cask_delayed_operate(ck, sign, ...)                                                        \
    cask_delayed_operator(ck, sign, CASK_ARGUMENTS(__VA_ARGS__))
CASK_API
cask_delayed cask_delayed_operator(cask *ck, const char *sign, cask_arguments operands);
/* x[index], where index is text as between Python's brackets: "0", "'name'", "::2". */
CASK_API
cask_delayed cask_delayed_item(cask_delayed x, const char *index);
/* x.name; and cask_delayed_method(x, "split", ","): x.split(','). An attribute that is not there
 * is an AttributeError when computing. */
CASK_API
cask_delayed cask_delayed_attribute(cask_delayed x, const char *name);
#define cask_delayed_method(x, ...) cask_delayed_method_of(x, CASK_ARGUMENTS(__VA_ARGS__))
CASK_API
cask_delayed cask_delayed_method_of(cask_delayed x, cask_arguments call);
/* x[i], where the call that made x was said to have so many outputs; IndexError beyond. */
CASK_API
cask_delayed cask_delayed_part(cask_delayed x, int i);

/* ---- arrays ---- */

/* Block `block` of an array (in C order over the grid of blocks) as a delayed value. */
CASK_API
cask_delayed cask_delayed_block(cask_array x, int64_t block);
/* A delayed value that will be an array of that type and shape as an array of one block; ValueError
 * when computing if it turns out to be another. */
CASK_API
cask_array cask_array_from_delayed(cask_delayed x, cask_dtype dtype, cask_shape shape);

/* ---- asking ---- */

/* Its key, "inc-1f3a...", written to the caller's buffer, which is returned; shorter buffers cut
 * it. Of a poison one "". */
CASK_API
const char *cask_delayed_key(cask_delayed x, char *buffer, size_t size);
/* Whether it stands for a failed call; the context's message says which. */
CASK_API
bool cask_delayed_failed(cask_delayed x);

/* ---- computing ---- */

/* The value, a new reference that the caller unrefs; *value is NULL on failure. cask_compute() in
 * lazy.h computes several at once, arrays among them. */
CASK_API
CASK_CHECKED
cask_status cask_delayed_compute(cask_delayed x, cask_value **value);
/* The same, with its value computed now and held by the context; poison on failure. */
CASK_API
cask_delayed cask_delayed_persist(cask_delayed x);

#ifdef __cplusplus
}
#endif

#endif
