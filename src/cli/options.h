/* Options of a subcommand: named by a table, standing anywhere among the other words, ended by --.
 */
#ifndef CKI_CLI_OPTIONS_H
#define CKI_CLI_OPTIONS_H

#include "core/fail.h"

#include <stdbool.h>

typedef enum cki_option_kind {
    CKI_OPTION_FLAG,  /* bool */
    CKI_OPTION_TEXT,  /* const char *, pointing into argv */
    CKI_OPTION_COUNT, /* int, at least 1 */
    CKI_OPTION_REAL,  /* double, finite */
    CKI_OPTION_BYTES, /* const char *, checked to be a size such as 500MB, or a part as 50% */
    CKI_OPTION_TEXTS  /* cki_option_texts: may stand several times */
} cki_option_kind;

enum { CKI_OPTION_MOST = 64 };

/* {0} is none; ends with NULL. */
typedef struct cki_option_texts {
    const char *items[CKI_OPTION_MOST + 1];
    size_t count;
} cki_option_texts;

typedef struct cki_option {
    const char *name;      /* "--threads" */
    const char *shorthand; /* "-o", or NULL */
    cki_option_kind kind;
    void *target; /* of the kind's type */
    bool *given;  /* set if the option stands; may be NULL */
} cki_option;

/* Read options, in a table that ends with a NULL name, out of argv; what is left is moved to the
 * front, and its number given in *count. A word is an option if it begins with "--" or is one of
 * the shorthands; so "-x.sum()" is an expression. */
cask_status cki_options_parse(const cki_option *options, int argc, char **argv, int *count,
                              cki_error *error);

/* Whether a word binds a name: an identifier, then "=" that is not "==". Gives where the name ends
 * and where the expression begins. */
bool cki_options_binding(const char *word, size_t *name_begin, size_t *name_end,
                         size_t *expression);

#endif
