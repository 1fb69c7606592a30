/* Selection: taking elements of arrays by position or by mask. Same dtype in and out. */
#ifndef CKI_KERNEL_SELECT_H
#define CKI_KERNEL_SELECT_H

#include "value/array.h"

/* out[..., i, ...] = array[..., positions[i], ...] on `axis`. Positions are in range. */
void cki_select_take(const cki_array *array, int axis, const int64_t *positions, int64_t count,
                     const cki_array *out);
/* Positions of the true elements of a 1-d bool array; *positions is the caller's (cki_memory_free).
 */
cask_status cki_select_true(const cki_array *mask, int64_t **positions, int64_t *count,
                            cki_error *error);
/* The elements where a bool array of the same shape is true, in C order, as a new 1-d array. */
cask_status cki_select_mask(const cki_array *array, const cki_array *mask, cask_value **out,
                            cki_error *error);

#endif
