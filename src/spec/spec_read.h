/* Graphs from JSON. */
#ifndef CKI_SPEC_SPEC_READ_H
#define CKI_SPEC_SPEC_READ_H

#include "spec/spec.h"

/* Define what an object in JSON says: {"x": 1, "y": ["$inc", "x"]}. JSONDecodeError with line and
 * column. */
cask_status cki_spec_read(cki_spec *spec, const char *text, size_t length, cki_error *error);
/* Put one term; the caller defines a key by it. */
cask_status cki_spec_read_term(cki_spec *spec, const char *text, size_t length, cki_error *error);

/* What is asked of a graph: {"graph": {...}, "op": ..., "keys": ...}. */
typedef struct cki_spec_request {
    const char *graph; /* its text within the whole */
    size_t length;
    cask_value *others; /* a dict of all members but the graph; NULL: the whole is a graph */
} cki_spec_request;

/* The caller unrefs `others`. */
cask_status cki_spec_read_request(const char *text, size_t length, cki_spec_request *request,
                                  cki_error *error);

#endif
