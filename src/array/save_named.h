/* What an array that is saved is called: its name, dimensions, coordinates and attributes, as far
 * as the files that it comes from tell. */
#ifndef CKI_ARRAY_SAVE_NAMED_H
#define CKI_ARRAY_SAVE_NAMED_H

#include "array/save.h"
#include "io/store.h"

typedef struct cki_save_names {
    char name[64]; /* "" if nothing is known */
    char texts[CKI_MAX_NDIM][64];
    const char *dims[CKI_MAX_NDIM];              /* NULL: not known */
    cask_value *coordinates[CKI_MAX_NDIM];       /* 1-d, as stored; or NULL */
    const cki_variable *variables[CKI_MAX_NDIM]; /* they are of these */
    cask_value *attributes;                      /* DICT, or NULL */
} cki_save_names;

/* Of x (of no names, if that is NULL), and of what the options say. */
cask_status cki_save_named(cask_array x, const cki_save_options *how, cki_save_names *names,
                           cki_error *error);
void cki_save_named_free(cki_save_names *names);
/* The array's writer in a file at `path`: behind its coordinates, in a format that has several
 * variables with dimensions; then *first is the file's, to be committed (or aborted) after it. */
cki_writer *cki_save_named_open(const char *path, const cki_target *target,
                                const cki_save_names *names, cki_writer **first, cki_error *error);

#endif
