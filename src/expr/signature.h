/* Signatures: the parameters that an operation's record states as text, and binding a call to them.
 */
#ifndef CKI_EXPR_SIGNATURE_H
#define CKI_EXPR_SIGNATURE_H

#include "value/arguments.h"

enum { CKI_PARAMETERS = 24 };

typedef enum cki_parameter_kind {
    CKI_PARAMETER_PLAIN,
    CKI_PARAMETER_NAMED, /* by name only */
    CKI_PARAMETER_REST,  /* *name: a tuple of the remaining positional arguments */
    CKI_PARAMETER_IGNORE /* **name: other names, in a dict; **ignored drops them */
} cki_parameter_kind;

typedef struct cki_parameter {
    char name[40];
    cki_parameter_kind kind;
    const char *fallback; /* the text of its default, in the signature; NULL if required */
    size_t length;
} cki_parameter;

/* "a, axis=None, *, keepdims=False" to parameters; false if the text is ill-formed. */
bool cki_signature_parse(const char *text, cki_parameter parameters[CKI_PARAMETERS], size_t *count);
/* The value of a literal: None, True, False, a number, a quoted text, (), []. */
cask_value *cki_signature_literal(const char *text, size_t length, cki_error *error);
/* Values for the parameters, each a new reference; on failure there are none. `function` is for
 * the TypeErrors, which are Python's. */
cask_status cki_signature_bind(const char *function, const cki_parameter *parameters, size_t count,
                               const cki_arguments *arguments, cask_value *bound[CKI_PARAMETERS],
                               cki_error *error);

#endif
