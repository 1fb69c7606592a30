/* Libraries: plug-ins, and what only some work needs, loaded while running. */
#ifndef CKI_SYS_LIBRARY_H
#define CKI_SYS_LIBRARY_H

#include "core/fail.h"

typedef void (*cki_library_function)(void);

/* Load a shared library, which stays, and find a function in it; loading it again is no harm.
 * OSError (or ImportError without the function) in the words of the system. */
cki_library_function cki_library_find(const char *path, const char *function, cki_error *error);

/* Load a library that the process may do without, and put the addresses of `count` functions or
 * variables of it into `table`, a pointer each. ImportError that names the package to install. */
cask_status cki_library_load(const char *soname, const char *package, const char *const *names,
                             size_t count, void *table, cki_error *error);

#endif
