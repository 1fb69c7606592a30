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

/* The name of the task made of a row of keys, the last one first; none if the text stays empty.
 * False with the error set. */
typedef struct cki_passes_naming {
    bool (*name)(void *self, const cki_spec *spec, const uint32_t *row, size_t count,
                 cki_text *text, cki_error *error); /* NULL: the last key's */
    void *self;
} cki_passes_naming;
/* Dask's: "a-b-c" of the row c, b, a. */
bool cki_linear_name(void *self, const cki_spec *spec, const uint32_t *row, size_t count,
                     cki_text *text, cki_error *error);
/* Tasks in rows, one task each (linear.c). `keys` go into no other; unless `all`, other keys may
 * vanish for the new names. */
cki_spec *cki_passes_fuse_linear(const cki_spec *spec, const uint32_t *keys, size_t count, bool all,
                                 const cki_passes_naming *naming, cki_error *error);

/* The part of a key that says what it is, as Dask's key_split: "sum-part" of "('sum-part-1f3a',
 * 2)". */
void cki_fusion_prefix(const char *key, cki_text *text);
/* Put a key's term under another name, and that name in its place. */
cask_status cki_fusion_move(cki_spec *made, uint32_t key, uint32_t alias, cki_error *error);

/* A mark for each key: those given. NULL without memory. */
bool *cki_passes_marks(const cki_spec *spec, const uint32_t *keys, size_t count, cki_error *error);

#endif
