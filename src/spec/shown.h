/* Shown: graphs as values of the language: x.dask, a mapping of keys and tasks. */
#ifndef CKI_SPEC_SHOWN_H
#define CKI_SPEC_SHOWN_H

#include "expr/operation.h"
#include "spec/spec.h"

/* A list of a node's blocks, or of their keys, in lists as they stand in the grid; `flat` is the
 * list of all, *next the first of them. A new reference. */
cask_value *cki_shown_nest(const cki_node *node, const cask_value *flat, size_t *next,
                           cki_error *error);
/* The keys of a node's blocks, a list; a new reference. */
cask_value *cki_shown_keys(const cki_node *node, cki_error *error);
/* A value for a graph, which is taken over, also on failure; NULL with the error set. */
cask_value *cki_shown_value(cki_spec *spec, cki_error *error);
/* The graph in such a value; NULL if it is none. */
const cki_spec *cki_shown_own(const cask_value *value);
/* The graph in a value, or the one that a dict is. *made is to be freed; NULL if the graph is the
 * value's own. TypeError for anything else. */
const cki_spec *cki_shown_spec(const cask_value *value, cki_spec **made, cki_error *error);

/* x.dask, x.__dask_graph__(), and what a mapping has: keys, values, items. */
extern const cki_operation *const cki_shown_operations[];

#endif
