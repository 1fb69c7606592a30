/* Getters: what operator.itemgetter, attrgetter and methodcaller give. */
#ifndef CKI_EVAL_GETTER_H
#define CKI_EVAL_GETTER_H

#include "eval/function.h"

bool cki_getter_is(const cask_value *value);
cask_value *cki_getter_call(cki_scope *scope, cask_value *function, const cki_arguments *arguments,
                            cki_error *error);
/* The operator module's functions of these names. */
cask_value *cki_getter_item(cki_call *call);
cask_value *cki_getter_attribute(cki_call *call);
cask_value *cki_getter_method(cki_call *call);

#endif
