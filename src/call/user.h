/* User: functions that the user registered, as records and as values. */
#ifndef CKI_CALL_USER_H
#define CKI_CALL_USER_H

#include "expr/context.h"

/* The functions of a context. Filled by one thread while nothing runs, then found from any. */
typedef struct cki_user cki_user;

cki_user *cki_user_new(cki_error *error);
void cki_user_free(cki_user *set);

/* The newest version of that name; NULL if there is none. */
const cask_function *cki_user_find(const cki_user *set, const char *name);
/* The i-th; NULL past the last. */
const cask_function *cki_user_at(const cki_user *set, size_t i);

/* A function as a value, of class "function"; a new reference. */
cask_value *cki_user_value(const cask_function *function, cki_error *error);
/* The same for a record that lives in another value, which it holds a reference to; its name is no
 * more than a label, and `token` says which one it is. */
cask_value *cki_user_value_in(const cask_function *function, cki_token token, cask_value *owner,
                              cki_error *error);
/* That token; NULL if the value is something else. */
const cki_token *cki_user_token(const cask_value *value);
/* What a name means in an expression: a function, or (me, where there is me.inc) a space of them. A
 * new reference; NULL without error if it means neither. */
cask_value *cki_user_name(const cki_user *set, const char *name, cki_error *error);
/* The same for a member of such a space; AttributeError if it has none of that name. NULL without
 * error if `value` is something else. */
cask_value *cki_user_member(const cask_value *value, const char *name, cki_error *error);
/* What such a value stands for; NULL if it is something else. */
const cask_function *cki_user_of(const cask_value *value);
/* Call it; a new reference. */
cask_value *cki_user_run(cask *ck, const cask_function *function, const cki_arguments *arguments,
                         void *run, cki_error *error);

/* ---- for functions of our own that are called so ---- */

const cki_arguments *cki_user_arguments(const cask_call *call);
void *cki_user_task_run(const cask_call *call); /* the task's `run` */
cki_error *cki_user_error(cask_call *call);

#endif
