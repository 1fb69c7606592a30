/* Composing: operations made of others, called by their names as a user would. */
#ifndef CKI_ARRAY_COMPOSE_H
#define CKI_ARRAY_COMPOSE_H

#include "array/node.h"

enum { CKI_COMPOSE_VALUES = 96 };

/* Values made on the way. A NULL one stands for a failure and makes the next NULL, so that a chain
 * of calls is checked once, at its end. */
typedef struct cki_compose {
    cki_build *build;
    cask_value *made[CKI_COMPOSE_VALUES];
    size_t count;
} cki_compose;

/* Keep a value (taken over) until cki_compose_drop(); gives it back, borrowed. */
cask_value *cki_compose_keep(cki_compose *steps, cask_value *value);
cask_value *cki_compose_int(cki_compose *steps, int64_t number);
cask_value *cki_compose_float(cki_compose *steps, double number);
cask_value *cki_compose_bool(cki_compose *steps, bool truth);
cask_value *cki_compose_text(cki_compose *steps, const char *text);
cask_value *cki_compose_array(cki_compose *steps, cask_array x);
/* x[:, ..., start:stop:step, ...] of axis `axis` of a lazy array. */
cask_value *cki_compose_range(cki_compose *steps, cask_value *x, int axis, int64_t start,
                              int64_t stop);
/* An operation of up to four positional arguments; those behind the last are NULL. */
cask_value *cki_compose_call(cki_compose *steps, const char *operation, cask_value *a,
                             cask_value *b, cask_value *c, cask_value *d);
/* The same with one more argument by name. */
cask_value *cki_compose_named(cki_compose *steps, const char *operation, cask_value *a,
                              cask_value *b, const char *name, cask_value *value);
/* Item i of a tuple or list. */
cask_value *cki_compose_item(cki_compose *steps, const cask_value *list, size_t i);
/* The array in a value; NULL if that is NULL. */
cask_array cki_compose_lazy(cki_compose *steps, cask_value *value);
/* Releases what was made; a new reference to `result`, which may be NULL. */
cask_value *cki_compose_drop(cki_compose *steps, cask_value *result);

#endif
