/* Functions: builtins as static records, the values that stand for them, and how they are called.
 * A record says how its arguments are named; binding them, and complaining as Python does when they
 * do not fit, is done in one place. */
#ifndef CKI_EVAL_FUNCTION_H
#define CKI_EVAL_FUNCTION_H

#include "eval/eval.h"

enum { CKI_FUNCTION_SLOTS = 8 };

typedef struct cki_builtin cki_builtin;

/* One call of a builtin: what it gets. All references are borrowed. */
typedef struct cki_call {
    cki_scope *scope;
    const cki_builtin *builtin;
    cask_value *self; /* of a method */
    const cki_arguments *arguments;
    cask_value *slot[CKI_FUNCTION_SLOTS]; /* by parameter; NULL if not given */
    cki_error *error;
} cki_call;

/* A builtin. `parameters`: names separated by spaces; `x=` may be left out, those before a `/` go
 * by position only and those after a `*` by name only; NULL takes anything and reads `arguments`.
 */
struct cki_builtin {
    const char *name;
    cask_value *(*run)(cki_call *call);
    const char *parameters;
    const char *owner; /* type or module; NULL for a plain builtin */
};

/* A type: what makes its instances, and what they have. Tables end with a NULL name. */
typedef struct cki_type {
    const char *name;
    int kind; /* of its instances: a cki_kind, or -1 if they are of none of these */
    cask_value *(*construct)(cki_call *call);
    const char *parameters;
    const cki_builtin *methods, *properties, *statics;
} cki_type;

typedef struct cki_constant {
    const char *name;
    double value;
} cki_constant;

typedef struct cki_module {
    const char *name;
    const cki_builtin *functions;
    const cki_constant *constants;
} cki_module;

/* Values for these; new references. */
cask_value *cki_function_builtin(const cki_builtin *builtin, cki_error *error);
cask_value *cki_function_method(const cki_builtin *builtin, cask_value *self, cki_error *error);
cask_value *cki_function_descriptor(const cki_builtin *builtin, cki_error *error);
cask_value *cki_function_type(const cki_type *type, cki_error *error);
cask_value *cki_function_module(const cki_module *module, cki_error *error);

/* What a value stands for; NULL if for something else. */
const cki_type *cki_function_as_type(const cask_value *value);
const cki_module *cki_function_as_module(const cask_value *value);
/* Whether the value is of the evaluator's own classes, and not the host's. */
bool cki_function_is_own(const cask_value *value);
/* Two values that are one function. */
bool cki_function_same(const cask_value *a, const cask_value *b);
/* A function's or type's __name__; NULL if it has none. */
const char *cki_function_name(const cask_value *value);
/* The type or module that a builtin belongs to; NULL if it has none. */
const char *cki_function_owner(const cask_value *value);
/* A record by name in a table; NULL if there is none (or no table). */
const cki_builtin *cki_function_find(const cki_builtin *table, const char *name);

/* Call anything; what is not the evaluator's own goes to the host. */
cask_value *cki_function_call(cki_scope *scope, cask_value *function,
                              const cki_arguments *arguments, cki_error *error);
/* With one positional argument. */
cask_value *cki_function_call1(cki_scope *scope, cask_value *function, cask_value *a,
                               cki_error *error);

/* Arguments to slots by a record's parameters; false with Python's TypeError. */
bool cki_function_bind(cki_call *call);

/* ---- for the functions themselves ---- */

/* NULL, with the error set: TypeError, ValueError, or any class. */
cask_value *cki_function_type_error(cki_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3), cold));
cask_value *cki_function_value_error(cki_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3), cold));
/* A slot as an integer (Python's __index__), `absent` if it is not given or None. */
bool cki_function_int(cki_call *call, int slot, int64_t absent, int64_t *number);
/* A slot's truth. */
bool cki_function_flag(cki_call *call, int slot, bool absent, bool *flag);
/* Whether a slot is given and not None. */
bool cki_function_given(const cki_call *call, int slot);
/* The value itself or, of something lazy, its concrete value; a new reference. */
cask_value *cki_function_concrete(cki_scope *scope, cask_value *value, cki_error *error);
/* The text made, as a str or bytes; the text is freed. */
cask_value *cki_function_str(cki_text *text, cki_error *error);
cask_value *cki_function_bytes(cki_text *text, cki_error *error);

#endif
