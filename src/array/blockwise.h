/* Blockwise: arrays whose blocks a function of the user's makes of blocks of others. */
#ifndef CKI_ARRAY_BLOCKWISE_H
#define CKI_ARRAY_BLOCKWISE_H

#include "array/node.h"
#include "array/vectorize.h"

enum { CKI_BLOCKWISE_ALL = -1 };

/* What the function is given: blocks of an array, or a value. */
typedef struct cki_blockwise_argument {
    cask_array x; /* NULL: the value. Of a masked array the function is given masked blocks */
    /* Per axis of x: the axis of the result along whose blocks its blocks go, or CKI_BLOCKWISE_ALL:
     * each call is given all of them. An axis of one block gives it to every call. */
    int16_t along[CKI_MAX_NDIM];
    /* Where not 0: blocks at i * group .. i * group + group - 1 of this axis, i being the block's
     * place on the result's axis; they count as several, even if they are one. */
    int32_t group[CKI_MAX_NDIM];
    cask_value *value; /* borrowed; lazy things in it are computed, and given whole */
} cki_blockwise_argument;

/* Such an array in the making. */
typedef struct cki_blockwise {
    cask_value *function; /* borrowed */
    const char *what;     /* the operation's name, for messages */
    const char *label;    /* of the array; NULL: the function's name */
    cki_dtype dtype;      /* results are converted to it */
    int ndim;
    const cki_axis *axes;
    const cki_blockwise_argument *arguments;
    size_t count;
    const char *const *names; /* of the last nnamed arguments */
    size_t nnamed;
    const cki_vectorize *vectorize; /* NULL: called once a block */
    bool concatenate; /* blocks of axes that go along none are put together; else nested lists */
    bool exact;       /* results must have so many axes (enforce_ndim) */
    bool raw;         /* the block is whatever the function gives: a tuple of several results */
    bool block_id, block_info; /* given by these names too, as Dask's map_blocks does */
} cki_blockwise;

/* NULL with the build's error set: ValueError where numbers of blocks do not agree. */
cask_array cki_blockwise_array(cki_build *build, const cki_blockwise *spec);
/* Whether x is one: its blocks, if nobody computes with them, may have other shapes and another
 * type than x says. */
bool cki_blockwise_is(cask_array x);
/* Item `number` of the tuples that a raw array has for blocks, as an array with these blocks. */
cask_array cki_blockwise_part(cki_build *build, cask_array raw, int64_t number, cki_dtype dtype,
                              int ndim, const cki_axis *axes);

/* The same as a masked array, of functions that are given masked blocks, or what they give alone
 * (number -1). NULL with the error set. */
cask_array cki_blockwise_masked(cki_build *build, cask_array raw, int64_t number, cki_dtype dtype,
                                int ndim, const cki_axis *axes);

/* What the function gives for arguments of one element each, as numpy.ones: how Dask finds the type
 * of a result. ValueError "`dtype` inference failed in `map_blocks`. ..." */
cask_value *cki_blockwise_trial(cki_build *build, const cki_blockwise *spec, const char *suggest);
/* Its type. */
cask_status cki_blockwise_infer(cki_build *build, const cki_blockwise *spec, cki_dtype *dtype);
/* The dtype of a value that a function gave. */
cask_status cki_blockwise_dtype(const cask_value *value, cki_dtype *dtype, cki_error *error);

/* A function argument; TypeError if it is none. Text names an operation or a registered function,
 * for programs in C. A new reference. */
cask_value *cki_blockwise_function(cki_build *build, cask_value *value, const char *what);

#endif
