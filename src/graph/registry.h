/* Functions by name: so that a task can be printed, hashed and sent instead of a pointer. */
#ifndef CKI_GRAPH_REGISTRY_H
#define CKI_GRAPH_REGISTRY_H

#include "graph/graph.h"

/* A set of functions. Filled by one thread, then found from any. */
typedef struct cki_functions cki_functions;

cki_functions *cki_registry_new(cki_error *error);
void cki_registry_free(cki_functions *set);

/* Make a function known; the record is borrowed and lives as long as the set. Registering it twice
 * is no error; another function of the same name and version is a ValueError. */
cask_status cki_registry_register(cki_functions *set, const cki_function *function,
                                  cki_error *error);
/* A version of a function, or with version 0 the newest. NULL if there is none. */
const cki_function *cki_registry_find(const cki_functions *set, const char *name, int version);

/* All of them, by name and then version. */
size_t cki_registry_count(const cki_functions *set);
const cki_function *cki_registry_at(const cki_functions *set, size_t i);

#endif
