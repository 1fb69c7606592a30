/* The reference manual in Markdown, from the operations' records.
 */
#ifndef CKI_LANG_REFERENCE_H
#define CKI_LANG_REFERENCE_H

#include "core/text.h"
#include "expr/operation.h"

/* A chapter for each family, an entry for each name; `sorted` by name. */
void cki_reference_put(const cki_operation *const *sorted, size_t count, cki_text *out);

/* The ways to call an operation, a line each, indented by four: "    da.mean(a, axis=None)". */
void cki_help_put_forms(const cki_operation *operation, cki_text *out);

#endif
