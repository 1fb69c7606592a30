/* Standard: the functions that graphs know by name beside Python's builtins. */
#ifndef CKI_CALL_STANDARD_H
#define CKI_CALL_STANDARD_H

#include "core/fail.h"
#include "value/value.h"

/* inc dec double neg add sub mul div floordiv mod pow range getitem identity concat upper lower
 * split; a new reference. NULL without error if there is none of that name. */
cask_value *cki_standard_find(const char *name, cki_error *error);
/* The i-th name, Python's builtin functions among them; NULL past the last. */
const char *cki_standard_nth(size_t i);

#endif
