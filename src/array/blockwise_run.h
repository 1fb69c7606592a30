/* What a task of a blockwise array needs to know, and what it does: gather blocks, call, check. */
#ifndef CKI_ARRAY_BLOCKWISE_RUN_H
#define CKI_ARRAY_BLOCKWISE_RUN_H

#include "array/blockwise.h"

typedef struct cki_blockwise_place {
    int input; /* of the node: an array; -1: the value */
    int16_t along[CKI_MAX_NDIM];
    int32_t group[CKI_MAX_NDIM];
    cask_value *value;
    bool open; /* a term: lazy things in it are the node's first inputs */
} cki_blockwise_place;

/* A node's parameters. */
typedef struct cki_blockwise_plan {
    cask *ck;
    cask_value *function;
    const char *what;
    const cki_blockwise_place *places;
    size_t count, nnamed;
    const char *const *names;
    size_t nterms; /* inputs of one block that terms take */
    const cki_vectorize *vectorize;
    bool concatenate, exact, raw, block_id, block_info;
    bool last; /* nobody computes with its blocks: they may have other shapes and types than was
                  said */
} cki_blockwise_plan;

/* The node in a graph. */
typedef struct cki_blockwise_lowered {
    const cki_blockwise_plan *plan;
    cask_array out;
    const cask_array *in;   /* by the node's inputs; NULL for terms' */
    const uint32_t *layers; /* likewise */
} cki_blockwise_lowered;

/* How many blocks of x a place takes, and their range along each axis for the result's block at
 * `position`. */
int64_t cki_blockwise_blocks(const cki_blockwise_place *place, cask_array x,
                             const int64_t *position, int64_t *first, int64_t *end);

/* The function's argument from so many blocks of x along each axis, in C order. */
cask_value *cki_blockwise_gather(const cki_blockwise_plan *plan, const cki_blockwise_place *place,
                                 cask_array x, const int64_t *counts, cask_value *const *blocks,
                                 cki_error *error);
/* What a function gave for a block of `out`, as an array; unless it is `last` of its type and
 * shape.
 */
cask_value *cki_blockwise_convert(cask_array out, int64_t block, cask_value *given,
                                  const char *what, bool exact, bool last, cki_error *error);
/* Dask's block_info for a block. */
cask_value *cki_blockwise_info(const cki_blockwise_lowered *l, int64_t block, cki_error *error);

#endif
