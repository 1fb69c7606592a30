/* Overlap: blocks together with what lies around them in their neighbours, and taking it off again.
 */
#ifndef CKI_ARRAY_OVERLAP_H
#define CKI_ARRAY_OVERLAP_H

#include "array/node.h"

typedef enum cki_boundary {
    CKI_BOUNDARY_NONE, /* the outermost blocks have nothing around them there */
    CKI_BOUNDARY_PERIODIC,
    CKI_BOUNDARY_REFLECT,
    CKI_BOUNDARY_NEAREST,
    CKI_BOUNDARY_CONSTANT
} cki_boundary;

/* What is taken of the neighbours along an axis, and what stands beyond the array's ends. */
typedef struct cki_depth {
    int64_t before, after;
    cki_boundary boundary;
    cask_value *constant; /* borrowed */
} cki_depth;

/* Each block of x with its surroundings; one depth an axis. Chunks smaller than a depth are joined
 * first, or with `strict` refused. ValueError "The overlapping depth 5 is larger than your
 * array 4."
 */
cask_array cki_overlap_array(cki_build *build, cask_array x, const cki_depth *depths, bool strict);
/* Blocks without their surroundings. */
cask_array cki_overlap_trim(cki_build *build, cask_array x, const cki_depth *depths);
/* x with chunks of at least `least[k]` elements along axis k, as Dask joins them. */
cask_array cki_overlap_joined(cki_build *build, cask_array x, const int64_t *least);

extern const cki_operation *const cki_overlap_operations[];

#endif
