/* Standard output whose failures are errors: a closed pipe, a full disk.
 */
#ifndef CKI_CLI_OUTPUT_H
#define CKI_CLI_OUTPUT_H

#include <stddef.h>

/* Write; a failure is remembered. */
void cki_output_put(const char *text);
void cki_output_add(const char *bytes, size_t length);

/* Flush and close: the exit status, with a message on stderr if anything failed. May be called
 * again, and then answers the same. */
int cki_output_close(void);

#endif
