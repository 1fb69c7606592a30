/* File names by shell pattern, in an order that does not depend on the locale. */
#include "sys/file.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

static int by_bytes(const void *a, const void *b)
{
    char *const *left = a;
    char *const *right = b;
    return strcmp(*left, *right);
}

cask_status cki_file_glob(const char *pattern,
                          cask_status (*take)(void *user, const char *name, cki_error *error),
                          void *user, cki_error *error)
{
    glob_t found = {0};
    /* NOESCAPE: as in Python's glob, a backslash is an ordinary character */
    int result = glob(pattern, GLOB_NOSORT | GLOB_NOESCAPE, NULL, &found);
    cask_status status = CASK_OK;
    if (result == GLOB_NOSPACE) {
        status = cki_fail_memory(error, 0);
    } else if (result != 0 || found.gl_pathc == 0) {
        status = cki_fail(error, CASK_NOT_FOUND, "FileNotFoundError",
                          "no file matches the pattern '%s'", pattern);
    } else {
        qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, by_bytes);
        for (size_t i = 0; status == CASK_OK && i < found.gl_pathc; i++)
            status = take(user, found.gl_pathv[i], error);
    }
    globfree(&found);
    return status;
}
