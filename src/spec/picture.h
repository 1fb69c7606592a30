/* Pictures: drawings of graphs and collections, coloured by how they run. */
#ifndef CKI_SPEC_PICTURE_H
#define CKI_SPEC_PICTURE_H

#include "expr/context.h"
#include "spec/spec.h"

/* What is drawn: keys of a graph by hand, or nodes of collections. */
typedef struct cki_picture {
    cask *ck;
    const cki_spec *spec; /* or else: */
    const uint32_t *keys;
    const cki_node *const *nodes;
    size_t count; /* of keys or nodes */
} cki_picture;

/* Draw it to a file; `how` may be NULL. */
cask_status cki_picture_save(const cki_picture *picture, const char *path, const cask_drawing *how,
                             cki_error *error);
/* The graph and plan of it, as it would run or as it was built; the caller frees the plan, then the
 * graph. */
cask_status cki_picture_plan(const cki_picture *picture, bool optimise, struct cki_graph **graph,
                             struct cki_plan **plan, cki_error *error);

#endif
