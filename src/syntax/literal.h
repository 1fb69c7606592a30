/* Literals: the values of numbers and strings as they are written. */
#ifndef CKI_SYNTAX_LITERAL_H
#define CKI_SYNTAX_LITERAL_H

#include "value/value.h"

/* The value of a well-formed number. `negative`: the number stands behind a minus, which the value
 * is to include (only so can -2**63 be written). OverflowError beyond 64 bits. */
cask_value *cki_literal_number(const char *text, size_t length, bool negative, cki_error *error);
/* Adds the bytes of one string literal (prefix and quotes included) to `out`, and tells whether it
 * is a bytes literal. `at` is where it stands in the expression, for errors. */
cask_status cki_literal_string(const char *text, size_t length, size_t at, cki_text *out,
                               bool *bytes, cki_error *error);
/* Whether the number is 9223372036854775808, which needs its minus. */
bool cki_literal_is_limit(const char *text, size_t length);

#endif
