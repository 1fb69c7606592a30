/* Mapped arrays: each block made by one task from blocks of the inputs; and folding the blocks of
 * an axis into one by a tree of such tasks. */
#ifndef CKI_ARRAY_MAPPED_H
#define CKI_ARRAY_MAPPED_H

#include "array/node.h"

enum { CKI_MAPPED_INPUTS = 3, CKI_MAPPED_ALL = -1 };

/* Which blocks of an input a block of the result takes. Along axis k of the input: those at `i *
 * group .. i * group + group - 1`, i being the block's place on axis along[k] of the result; all of
 * them if along[k] is CKI_MAPPED_ALL. Group 0 is 1. */
typedef struct cki_mapping {
    cask_array x;
    int8_t along[CKI_MAX_NDIM];
    int32_t group[CKI_MAX_NDIM];
} cki_mapping;

/* A mapped array in the making, and what its tasks see of it. */
typedef struct cki_mapped {
    const cki_function *function; /* its inputs come in order, the blocks of each in C order */
    const char *label;
    cki_dtype dtype;
    int ndim;
    const cki_axis *axes;
    cki_mapping inputs[CKI_MAPPED_INPUTS];
    size_t ninputs;
    const void *parameters; /* in the build's arena */
    cki_token token;        /* of the parameters */
    /* Bytes a task needs: while it works, and for its result where that is more than a block's. */
    size_t working, output;
    bool view; /* results are views of the inputs */
    /* Optional: what the function is given beside blocks, for people. NULL: what the operation's
     * call said. */
    void (*spell)(const void *parameters, cki_spelling *spelling);
    cask_value *said; /* that; set by mapped.c */
    cask_array out;   /* set for the tasks */
} cki_mapped;

/* An input whose axis k goes along axis k of the result. */
cki_mapping cki_mapped_same(cask_array x);
/* An input all of whose blocks every task takes. */
cki_mapping cki_mapped_whole(cask_array x);

cask_array cki_mapped_array(cki_build *build, const cki_mapped *spec);
const cki_mapped *cki_mapped_of(const cki_task *task);

/* `x` with every `every` blocks of an axis combined into one of `most` elements (-1: unknown),
 * until one is left; spec->function combines, and also takes a single block. Of spec the label,
 * function, parameters and bytes count. x itself if it has one block there. */
cask_array cki_mapped_fold(cki_build *build, cask_array x, int axis, int64_t every, int64_t most,
                           const cki_mapped *spec);

/* A split_every argument: None is 4; ValueError if it is not 2 or more. */
cask_status cki_mapped_every(cask_value *value, int64_t *every, cki_error *error);

#endif
