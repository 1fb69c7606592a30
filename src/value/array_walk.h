/* Walks two arrays of one shape together, as few and as long rows as their strides allow. Private
 * to the array_*.c files. */
#ifndef CKI_VALUE_ARRAY_WALK_H
#define CKI_VALUE_ARRAY_WALK_H

#include "value/array.h"

/* The common shape after axes of length 1 are dropped, axes ordered by the strides of `to` (largest
 * first), and neighbours that lie like one joined. ndim may be 0: one element. */
typedef struct cki_walk {
    int ndim;
    bool empty;
    int64_t shape[CKI_MAX_NDIM], to[CKI_MAX_NDIM], from[CKI_MAX_NDIM];
    unsigned char *target, *source;
} cki_walk;

void cki_array_walk(cki_walk *walk, const cki_array *to, const cki_array *from);

#endif
