/* Terminals: whether a person is looking, and writing to them. */
#ifndef CKI_SYS_TERMINAL_H
#define CKI_SYS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

enum { CKI_STDIN, CKI_STDOUT, CKI_STDERR };

bool cki_terminal_is(int stream);
/* Columns; 80 where that is not known. */
int cki_terminal_width(int stream);
/* Write all of it past any buffer. False if that failed. */
bool cki_terminal_write(int stream, const char *bytes, size_t length);

#endif
