/* Passes: optimisations of graphs by hand. Each gives a new graph, which the caller frees, or NULL
 * with the error set. `keys` are numbers of keys in the graph. */
#ifndef CKI_SPEC_PASSES_H
#define CKI_SPEC_PASSES_H

#include "spec/spec.h"
#include "spec/topology.h"

/* Only what the keys need; a circle is no hindrance. */
cki_spec *cki_passes_cull(const cki_spec *spec, const uint32_t *keys, size_t count,
                          cki_error *error);
/* Terms in the places of the keys, and of constants and aliases if asked for. */
cki_spec *cki_passes_inline(const cki_spec *spec, const uint32_t *keys, size_t count,
                            bool constants, cki_error *error);
/* Tasks that call nothing but functions marked in `fast` (by number), but not `keys`. */
cki_spec *cki_passes_inline_functions(const cki_spec *spec, const uint32_t *keys, size_t count,
                                      const bool *fast, bool constants, cki_error *error);
/* Equal terms under one key (common.c). */
cki_spec *cki_passes_common(const cki_spec *spec, const uint32_t *keys, size_t count,
                            cki_error *error);

typedef struct cki_passes_fusing {
    double ave_width, max_width, max_height, max_depth_new_edges;
    bool rename;
} cki_passes_fusing;
/* Dask's bounds where a field is 0. */
void cki_passes_fusing_defaults(cki_passes_fusing *fusing);
/* Tasks into their only users (fusion.c). */
cki_spec *cki_passes_fuse(const cki_spec *spec, const uint32_t *keys, size_t count,
                          const cki_passes_fusing *fusing, cki_error *error);

/* A mark for each key: those given. NULL without memory. */
bool *cki_passes_marks(const cki_spec *spec, const uint32_t *keys, size_t count, cki_error *error);

#endif
