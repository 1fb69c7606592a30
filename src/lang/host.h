/* The host: what names, operators, attributes and calls mean for arrays and lazy collections. All
 * of it comes from the operations' records. */
#ifndef CKI_LANG_HOST_H
#define CKI_LANG_HOST_H

#include "eval/eval.h"
#include "expr/operation.h"
#include "lang/lang.h"

struct cki_session {
    cask *ck;
    cki_scope *scope;
};

cki_host cki_host_of(cki_session *session);

/* Call a record; if `eager`, and no argument was lazy, compute what comes out. */
cask_value *cki_host_run(cki_session *session, const cki_operation *operation,
                         const cki_arguments *arguments, bool eager, cki_error *error);
/* Call the record of that name and place with positional arguments. */
cask_value *cki_host_invoke(cki_session *session, const char *name, unsigned places,
                            cask_value *const *arguments, size_t count, cki_error *error);

#endif
