/* Topology: what keys need, in order, and whether they go in a circle. */
#ifndef CKI_SPEC_TOPOLOGY_H
#define CKI_SPEC_TOPOLOGY_H

#include "spec/spec.h"

typedef struct cki_topology {
    uint32_t *sequence; /* keys, inputs before users */
    size_t count;
    uint32_t *places; /* by key: its place in the sequence, + 1; 0 if it is not needed */
} cki_topology;

/* What `wanted` need; NULL: every key. RuntimeError "Cycle detected in Dask: a->b->a"; KeyError for
 * a key that is wanted or referred to strictly and is not there. */
cask_status cki_topology_find(const cki_spec *spec, const uint32_t *wanted, size_t count,
                              cki_topology *topology, cki_error *error);
void cki_topology_free(cki_topology *topology);
/* A circle below these keys (NULL: anywhere): a, b, a. None: *length is 0. The caller frees it. */
cask_status cki_topology_cycle(const cki_spec *spec, const uint32_t *wanted, size_t count,
                               uint32_t **cycle, size_t *length, cki_error *error);

/* Each key's direct dependencies: those of key k are items[first[k]] up to items[first[k + 1]], in
 * the order in which its term names them, as often as it does. */
typedef struct cki_topology_links {
    uint32_t *items;
    size_t *first; /* by key, one more than there are keys */
} cki_topology_links;
cask_status cki_topology_dependencies(const cki_spec *spec, cki_topology_links *links,
                                      cki_error *error);
/* The other way round: who names each key. */
cask_status cki_topology_dependents(const cki_spec *spec, const cki_topology_links *dependencies,
                                    cki_topology_links *links, cki_error *error);
void cki_topology_links_free(cki_topology_links *links);

#endif
