/* Handles: graphs by hand as their users hold them. */
#ifndef CKI_SPEC_HANDLE_H
#define CKI_SPEC_HANDLE_H

#include "expr/context.h"
#include "spec/spec.h"

struct cask_graph {
    cask *ck;
    cki_spec *spec;
};

/* A graph of this spec, which is taken over, also on failure; NULL may stand for a failure that
 * `error` tells, and is recorded as the context's. */
cask_graph *cki_handle_of(cask *ck, cki_spec *spec, const cki_error *error);
/* Record a failure, if it is one, as the context's; the status. */
cask_status cki_handle_fail(const cask_graph *graph, const cki_error *error);
/* Whether the graph can be worked with: it is there, and so is its context. */
bool cki_handle_is_open(const cask_graph *graph);
/* Put a term, which the caller then defines a key by. No recursion over its depth. */
bool cki_handle_put(cki_spec *spec, const cask_term *term, cki_error *error);
/* Numbers of keys by their texts; those that are not there are a KeyError, or left out. The caller
 * frees *numbers. */
cask_status cki_handle_keys(const cask_graph *graph, cask_keys keys, bool lenient,
                            uint32_t **numbers, size_t *count, cki_error *error);

#endif
