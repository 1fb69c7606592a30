/* Graphs as text: JSON, and as Python would show them. */
#ifndef CKI_SPEC_SPEC_WRITE_H
#define CKI_SPEC_SPEC_WRITE_H

#include "spec/spec.h"

typedef enum cki_spec_style {
    CKI_SPEC_JSON,  /* ["$add", "x", 10] */
    CKI_SPEC_PYTHON /* (add, 'x', 10) */
} cki_spec_style;

/* A whole graph: in JSON a key a line. TypeError for a literal that JSON has no form for. */
cask_status cki_spec_write(const cki_spec *spec, cki_spec_style style, cki_text *text,
                           cki_error *error);
/* One term, given as words. */
cask_status cki_spec_write_term(const cki_spec *spec, const cki_word *words, cki_spec_style style,
                                cki_text *text, cki_error *error);
/* A key: 'x', or ('x', 0) as it stands. */
void cki_spec_write_key(const char *key, cki_spec_style style, cki_text *text);
/* Whether a key is the text of a tuple of a name and integers. */
bool cki_spec_is_tuple(const char *key);
/* That text, from its parts. */
void cki_spec_write_tuple(const char *name, const int64_t *index, size_t count, cki_text *text);

#endif
