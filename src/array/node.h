/* Array nodes: what stands behind a `cask_array`: element type and chunks beside the expression. */
#ifndef CKI_ARRAY_NODE_H
#define CKI_ARRAY_NODE_H

#include "array/chunks.h"
#include "expr/node.h"
#include "expr/operation.h"
#include "value/array.h"
#include <cask/array.h>

struct cask_array_node {
    cki_node base;
    const char *label; /* what the name begins with: "ones", "sum-aggregate" */
    const char *name;  /* all of its name, if it was given one; NULL: the label and the token */
    cki_dtype dtype;
    int ndim;
    const cki_axis *axes; /* ndim of them */
};

/* A node in the making: fields are set by the maker, then cki_node_array_new seals it. */
typedef struct cki_array_spec {
    const cki_primitive *primitive;
    const char *label;
    cki_dtype dtype;
    int ndim;
    const cki_axis *axes;     /* in the build's arena, or copied from an existing node */
    const cask_array *inputs; /* copied */
    size_t ninputs;
    const void *parameters; /* in the build's arena */
    cki_token token;        /* of the parameters */
    bool fleeting;          /* which says nothing once the context is closed */
} cki_array_spec;

/* NULL with build->error set when there is no memory. */
cask_array cki_node_array(cki_build *build, const cki_array_spec *spec);

static inline cask_array cki_node_as_array(const cki_node *node)
{
    return (cask_array)(const void *)node;
}

/* Length of an axis, -1 if unknown; blocks in all; elements (-1 if unknown). */
static inline int64_t cki_node_length(cask_array x, int axis)
{
    return x->axes[axis].length;
}
int64_t cki_node_blocks(cask_array x);
int64_t cki_node_size(cask_array x);
/* Lengths into shape[CKI_MAX_NDIM]; false if one is unknown. */
bool cki_node_shape(cask_array x, int64_t *shape);
/* Block number (C order over the grid of blocks) <-> position in the grid. */
void cki_node_position(cask_array x, int64_t block, int64_t *position);
int64_t cki_node_block(cask_array x, const int64_t *position);
/* A block's shape (-1 where unknown) and its first element's index. */
void cki_node_block_shape(cask_array x, const int64_t *position, int64_t *shape);
void cki_node_block_start(cask_array x, const int64_t *position, int64_t *start);
/* Upper bound of a block's bytes; unknown lengths count as `whole` does where known, else 0. */
size_t cki_node_block_bytes(cask_array x, int64_t block);
/* Bytes of all blocks, for primitives whose results are better made again than kept; 0 if a length
 * is unknown. */
uint64_t cki_node_bytes(const cki_node *node);
/* The largest block's bytes. */
size_t cki_node_largest_block(cask_array x);

/* The context's build (arena of the plan). */
cki_build cki_node_build(cask *ck, cki_error *error);

/* The lazy array in a value, or one made from it (numbers, lists and eager arrays become constant
 * arrays of one chunk); NULL with TypeError otherwise. */
cask_array cki_node_from_value(cki_build *build, cask_value *value);
/* NULL if the value is not a lazy array. */
cask_array cki_node_lazy(const cask_value *value);
/* As a value, a new reference; NULL stays NULL. */
cask_value *cki_node_value(cki_build *build, cask_array x);
/* Several as a tuple; NULL if one of them is. */
cask_value *cki_node_tuple(cki_build *build, const cask_array *arrays, size_t count);

/* Axis arguments: None, an int, a tuple; negative ones count from the end. AxisError (status INDEX)
 * "axis 5 is out of bounds for array of dimension 2"; duplicates are ValueError. */
cask_status cki_node_axis(cask_value *value, int ndim, int *axis, cki_error *error);
cask_status cki_node_axes(cask_value *value, int ndim, bool *flags, int *order, int *count,
                          cki_error *error);
/* A dtype argument: None (id 0), a dtype, its name, or a type: float, int, bool, complex, str. */
cask_status cki_node_dtype(cask_value *value, cki_dtype *dtype, cki_error *error);
/* A shape argument: int or sequence of ints; ValueError for negative ones. */
cask_status cki_node_shape_argument(cask_value *value, int64_t *shape, int *ndim, cki_error *error);

/* A new layer for the node being lowered, its blocks being the node's; its number is recorded as
 * the node's result. `layer` is a template: function, parameters, inputs, cost or alias set. */
cask_status cki_node_lower(cki_lowering *lowering, cask_array x, cki_layer layer, const char *part,
                           cki_error *error);

#endif
