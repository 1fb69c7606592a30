/* Namespaces: da, np and theirs, with the constants and types that are no operations. */
#ifndef CKI_LANG_NAMESPACE_H
#define CKI_LANG_NAMESPACE_H

#include "lang/host.h"

/* da, np; NULL without error if there is no such namespace. */
cask_value *cki_namespace_find(const char *name, cki_error *error);
/* A member of a namespace; NULL without error if `object` is no namespace or has no such member. */
cask_value *cki_namespace_member(cki_session *session, cask_value *object, const char *name,
                                 cki_error *error);
/* AttributeError for a member that is not there, with the nearest name that is. */
void cki_namespace_missing(cki_session *session, cask_value *object, const char *name,
                           cki_error *error);
bool cki_namespace_is(const cask_value *value);

/* A record as a function value. `eager`: as np has it. `self` (may be NULL) is its first argument.
 */
cask_value *cki_namespace_function(const cki_operation *operation, bool eager, cask_value *self,
                                   cki_error *error);
/* Whether it computes at once. */
bool cki_namespace_eager(const cask_value *function_value);
/* Call a function value or a type of ours; NULL without error if it is none. */
cask_value *cki_namespace_call(cki_session *session, cask_value *callee,
                               const cki_arguments *arguments, cki_error *error);

#endif
