/* Vectorizing: a function of single elements, or of arrays of few axes, called for each of them. */
#ifndef CKI_ARRAY_VECTORIZE_H
#define CKI_ARRAY_VECTORIZE_H

#include "array/node.h"

enum { CKI_VECTORIZE_RESULTS = 16 };

/* What the function takes and gives. Axes before the last `core` ones of an argument are looped
 * over, broadcast against each other as NumPy does. */
typedef struct cki_vectorize {
    size_t ninputs;      /* positional arguments; the named ones are given to each call */
    const int16_t *core; /* axes that the function sees, of each; -1: given as it is */
    int nresults;        /* 0: one result, given alone; else a tuple of so many */
    struct {
        cki_dtype dtype;             /* id 0: as the first call's */
        int ndim;                    /* axes of a call's result; -1: as the first call's */
        int64_t shape[CKI_MAX_NDIM]; /* where there is nothing to call it for */
    } results[CKI_VECTORIZE_RESULTS];
} cki_vectorize;

/* Results of all calls as arrays: loop axes first. `run` is the task's. */
cask_value *cki_vectorize_run(cask *ck, cask_value *function, const cki_arguments *arguments,
                              const cki_vectorize *how, void *run, cki_error *error);

#endif
