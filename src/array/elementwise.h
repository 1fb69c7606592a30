/* Element-wise operations on lazy arrays: broadcasting, alignment of chunks, types. */
#ifndef CKI_ARRAY_ELEMENTWISE_H
#define CKI_ARRAY_ELEMENTWISE_H

#include "array/node.h"
#include "kernel/ufunc.h"

/* What an element-wise node does. Its inputs are the node's; constants have their places between.
 */
typedef struct cki_elementwise {
    const cki_ufunc *ufunc; /* NULL: conversion to signature.out */
    cki_signature signature;
    int arguments;
    /* Per argument: which input of the node, or -1 and then the constant, of type signature.in. */
    int input[CKI_UFUNC_INPUTS];
    const void *constant[CKI_UFUNC_INPUTS];
} cki_elementwise;

extern const cki_operation *const cki_compound_operations[];
extern const cki_operation *const cki_ufuncs_operations[];
extern const cki_operation *const cki_ufunc_object_operations[]; /* ufunc_object.c */

/* A ufunc of values: lazy arrays, eager arrays and scalars (whose value counts for the type). */
cask_array cki_elementwise_values(cki_build *build, const char *ufunc, cask_value *const *arguments,
                                  size_t count);
/* The same of lazy arrays only. */
cask_array cki_elementwise_arrays(cki_build *build, const char *ufunc, const cask_array *arguments,
                                  size_t count);
/* astype; x itself if it has the type already. */
cask_array cki_elementwise_cast(cki_build *build, cask_array x, cki_dtype dtype);
/* The same operation on other inputs, whose broadcast result has these axes. */
cask_array cki_elementwise_rebuild(cki_build *build, cask_array node, const cask_array *inputs,
                                   int ndim, const cki_axis *axes);
/* Rechunk arrays so that where they have an axis in common (counted from the last; length 1
 * broadcasts) they have the same chunks: the common refinement, as Dask. ValueError "operands could
 * not be broadcast together with shapes (2,) (3,)". The chunks of the broadcast result go to
 * axes[CKI_MAX_NDIM], their number to *ndim. */
cask_status cki_elementwise_unify(cki_build *build, cask_array *arrays, size_t count,
                                  cki_axis *axes, int *ndim);

/* Take one array's axis into the common one. A length of 1 gives way to any other. The arrays are
 * for the message. */
cask_status cki_unify_meet(cki_build *build, const cki_axis *axis, cki_axis *common,
                           const cask_array *arrays, size_t count);

/* The parameters of an element-wise node; NULL if it is none. */
const cki_elementwise *cki_elementwise_of(const cki_node *node);
bool cki_elementwise_is(const cki_node *node);

/* Whether each element is something: not zero, or no empty text. */
cask_array cki_elementwise_nonzero(cki_build *build, cask_array x);

#endif
