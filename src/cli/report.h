/* How errors look on stderr: the class and message, the line of the text at fault, a caret.
 */
#ifndef CKI_CLI_REPORT_H
#define CKI_CLI_REPORT_H

#include "core/fail.h"
#include "core/text.h"

/* "ValueError: message\n", and if the error has a place in `text` (may be NULL) the line it is in
 * and a line with a caret; `shift` is where in `text` the expression begins that the place counts
 * from. Long lines are cut to what is round the place. */
void cki_report_text(const cki_error *error, const char *text, size_t shift, cki_text *out);

/* The same on stderr; the exit status for a failure. */
int cki_report_error(const cki_error *error, const char *text, size_t shift);

/* "cask: NAME: what\n" and the usage text on stderr; the exit status for it. `name` may be NULL. */
int cki_report_usage(const char *name, const char *what, const char *usage);

#endif
