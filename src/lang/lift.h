/* Lifting: computed values that are no arrays have a collection's operations by becoming it. */
#ifndef CKI_LANG_LIFT_H
#define CKI_LANG_LIFT_H

#include "lang/host.h"

/* "Array.shape" and the like: an operation by the class of the object it belongs to. */
const cki_operation *cki_lift_class(const cki_session *session, const cask_value *object,
                                    const char *name, cki_error *error);
/* Whether a value is an object, and not lazy; NULL is none. */
bool cki_lift_is_object(const cask_value *value);
/* A computed value whose operations are those of a collection, as that (its class has __lazy__);
 * others as they are: a new reference, NULL for NULL. */
cask_value *cki_lift_value(cki_session *session, cask_value *value, cki_error *error);
/* An operation of arrays, its arguments lifted where they can be; others as they are. */
cask_value *cki_lift_run(cki_session *session, const cki_operation *operation,
                         const cki_arguments *arguments, cki_error *error);

#endif
