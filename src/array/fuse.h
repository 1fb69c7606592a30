/* Fusing: element-wise nodes computed inside their user, as one program over tiles. */
#ifndef CKI_ARRAY_FUSE_H
#define CKI_ARRAY_FUSE_H

#include "array/node.h"
#include "kernel/program.h"

/* The absorbing rule handed to cki_lower_nodes(). */
void cki_fuse_rule(cki_optimiser *optimiser, const cki_node *node);

/* What a node reads once its element-wise inputs are taken in: a program and its inputs. */
typedef struct cki_fused {
    cki_program *program; /* owned by the graph being built */
    const cki_node *const *inputs;
    size_t ninputs;
    size_t steps;      /* nodes taken in */
    const char *names; /* of them: "add, multiply" */
    /* Those nodes, in the order of their names, and what they had as inputs. */
    const cki_node *const *members, *const *sources;
} cki_fused;

/* The program for `value`, an input of the node `root` (or root itself): one that just passes its
 * input on if nothing was absorbed. For primitives' fuse functions. */
cask_status cki_fuse_program(cki_optimiser *optimiser, const cki_node *root, const cki_node *value,
                             cki_fused *fused, cki_error *error);

/* The arguments of the nodes taken in, in their order: inputs and constants; of several an input
 * only where it comes first. */
void cki_fuse_spell(const cki_fused *fused, cki_spelling *spelling);

/* The keys of the blocks of `fused->inputs` that block at grid `position` of an array with `ndim`
 * axes needs: axes are aligned from the last, and an input axis of one block is broadcast. */
void cki_fuse_inputs(const uint32_t *layers, const cki_node *const *inputs, size_t ninputs,
                     int ndim, const int64_t *position, cki_keys *keys);

#endif
