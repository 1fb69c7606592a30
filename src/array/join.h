/* Joining: arrays one after the other along an axis, old or new. */
#ifndef CKI_ARRAY_JOIN_H
#define CKI_ARRAY_JOIN_H

#include "array/index.h"

/* Types are promoted, other axes unified. ValueError in NumPy's words where shapes do not fit. */
cask_array cki_join_concatenate(cki_build *build, const cask_array *arrays, size_t count, int axis);
/* The same where lengths may be unknown and are taken to agree. */
cask_array cki_join_unknown(cki_build *build, const cask_array *arrays, size_t count, int axis);
cask_array cki_join_stack(cki_build *build, const cask_array *arrays, size_t count, int axis);
/* The picked part of a join, made of those inputs that it touches; NULL without error if `node` is
 * no join, or there is no such form. */
cask_array cki_join_push(cki_build *build, cask_array node, const cki_pick *picks,
                         const cki_axis *axes);

extern const cki_operation cki_join_insert, cki_join_delete; /* join_insert.c */
extern const cki_operation *const cki_join_operations[];

#endif
