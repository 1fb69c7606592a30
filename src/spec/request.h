/* Requests: what is asked of a graph, as values: {"op": "fuse", "keys": [...]}. */
#ifndef CKI_SPEC_REQUEST_H
#define CKI_SPEC_REQUEST_H

#include "expr/context.h"
#include "spec/passes.h"
#include "spec/spec.h"

/* The values of keys in the shape of `keys`: a text, or lists of them to any depth. */
cask_value *cki_request_get(cask *ck, const cki_spec *spec, const cask_value *keys,
                            cki_error *error);
/* The numbers of the keys in a text or nested lists of them (NULL or None: none), each as often as
 * it occurs. Texts that are no keys are a KeyError, or left out if `lenient`. The caller frees
 * *numbers. */
cask_status cki_request_keys(const cki_spec *spec, const cask_value *keys, bool lenient,
                             uint32_t **numbers, size_t *count, cki_error *error);
/* Do what a dict asks for: a value, or a new graph; the caller frees what it gets. */
cask_status cki_request_run(cask *ck, const cki_spec *spec, const cask_value *request,
                            cask_value **value, cki_spec **made, cki_error *error);
/* Which functions a task may call to be inlined: marks by number of those that `names` (texts, with
 * or without "$") name. NULL without memory. */
bool *cki_request_fast(const cki_spec *spec, const char *const *names, size_t count,
                       cki_error *error);
/* Those whose records say that they are cheap, and the quickest that graphs know. */
bool *cki_request_cheap(const cask *ck, const cki_spec *spec, cki_error *error);
/* Cull, inline constants and cheap functions, fuse. */
cki_spec *cki_request_optimise(cask *ck, const cki_spec *spec, const uint32_t *keys, size_t count,
                               cki_error *error);
/* The bounds of fusing that are 0, as the context is configured. */
void cki_request_bounds(const cask *ck, cki_passes_fusing *bounds);
/* Each key's dependencies, as texts: a dict of lists, as cull() gives it beside the graph. */
cask_value *cki_request_dependencies(const cki_spec *spec, cki_error *error);
/* Keys as a list of texts. */
cask_value *cki_request_texts(const cki_spec *spec, const uint32_t *keys, size_t count,
                              cki_error *error);

#endif
