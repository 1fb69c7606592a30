/* Generalised ufuncs: functions of whole axes, looped over all others. */
#ifndef CKI_ARRAY_GUFUNC_H
#define CKI_ARRAY_GUFUNC_H

#include "array/node.h"

/* A call of apply_gufunc; values that are not given are None. All borrowed. */
typedef struct cki_gufunc_call {
    cask_value *function, *signature;
    cask_value *const *arguments;
    size_t count;
    cask_value *named; /* a dict */
    cask_value *axes, *axis, *output_dtypes, *output_sizes, *meta;
    bool keepdims, vectorize, allow_rechunk;
} cki_gufunc_call;

/* An array, or a tuple of them as the signature says. */
cask_value *cki_gufunc_apply(cki_build *build, const cki_gufunc_call *call);

extern const cki_operation *const cki_gufunc_operations[];
/* gufunc, as_gufunc, frompyfunc, vectorize (gufunc_object.c) */
extern const cki_operation *const cki_gufunc_object_operations[];

#endif
