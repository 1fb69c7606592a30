/* Scopes: bound names and the host, and what builtins and evaluator ask of them. */
#ifndef CKI_EVAL_SCOPE_H
#define CKI_EVAL_SCOPE_H

#include "eval/eval.h"

struct cki_scope {
    cki_host host;
    struct binding {
        char *name;
        cask_value *value;
    } * bindings;
    size_t count, room;
};

/* A bound value, borrowed; NULL if there is none. */
cask_value *cki_scope_bound(const cki_scope *scope, const char *name);
/* A name's value: bound, builtin or the host's. NameError with the nearest name. */
cask_value *cki_scope_name(cki_scope *scope, const char *name, cki_error *error);

#endif
