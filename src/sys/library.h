/* Libraries: plug-ins loaded while running. */
#ifndef CKI_SYS_LIBRARY_H
#define CKI_SYS_LIBRARY_H

#include "core/fail.h"

typedef void (*cki_library_function)(void);

/* Load a shared library, which stays, and find a function in it; loading it again is no harm.
 * OSError (or ImportError without the function) in the words of the system. */
cki_library_function cki_library_find(const char *path, const char *function, cki_error *error);

#endif
