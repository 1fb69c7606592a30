/* Sorting along an axis: lines of one block at once; lines of several blocks through files of
 * sorted pieces, if need be (sort_external.c). */
#ifndef CKI_ARRAY_SORT_H
#define CKI_ARRAY_SORT_H

#include "array/node.h"

/* x sorted along an axis, NaN and NaT last, equal elements as they stand; or, for `places`, where
 * each element of that is in x. The chunks are x's. */
cask_array cki_sort_array(cki_build *build, cask_array x, int axis, bool places);
/* The same of 1-d x in several blocks. Chunks of unknown sizes result if x's are. */
cask_array cki_sort_external(cki_build *build, cask_array x, bool places);
/* x with some axes in one chunk, and the others in such chunks as suit. */
cask_array cki_sort_gathered(cki_build *build, cask_array x, const bool *axes);

/* The same for one axis, if it is not in one chunk yet. */
cask_array cki_sort_one_chunk(cki_build *build, cask_array x, int axis);

/* What makes lines along the last axis of a C-contiguous array into those of another. */
typedef cask_status cki_sort_lines(const cki_array *x, const cki_array *out, const void *how,
                                   cki_error *error);
/* A block's lines along an axis made into those of a new array. */
cask_value *cki_sort_along(const cki_array *x, int axis, cki_dtype dtype, cki_sort_lines *lines,
                           const void *how, cki_error *error);
/* One block's elements sorted along an axis: a new array. */
cask_value *cki_sort_block(const cki_array *x, int axis, bool places, cki_error *error);
/* 1-d C-contiguous `values` in rising order, and 1-d int64 `places` (may be NULL) with them: in
 * place, so nobody else may hold these arrays. Equal ones stay as they are; with `exact`, -0.0 is
 * before 0.0, which is quicker. */
cask_status cki_sort_values(const cki_array *values, const cki_array *places, bool exact,
                            cki_error *error);
/* Bytes that cki_sort_block() needs for lines of so many elements beside its result. */
size_t cki_sort_bytes(cki_dtype dtype, int64_t length, bool places);

/* The arguments a (with axis=None as one line) and axis; kind= is checked. NULL with the error. */
cask_array cki_sort_argument(cki_call *call, cki_build *build, int *axis);

extern const cki_operation *const cki_sort_operations[];
extern const cki_operation *const cki_partition_operations[]; /* partition.c */

#endif
