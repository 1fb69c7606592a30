/* The loops of cumulative sums and products over one array. */
#ifndef CKI_ARRAY_CUMULATIVE_LOOP_H
#define CKI_ARRAY_CUMULATIVE_LOOP_H

#include "value/array.h"

/* The type that a scan of `out` is computed in: 64 bits for integers, else its own. */
cki_dtype cki_cumulative_loop_dtype(cki_dtype out);
/* In place along an axis of a C-contiguous array of such a type, beginning with `before` (of shape
 * 1 along the axis, or NULL). */
cask_status cki_cumulative_loop_scan(const cki_array *array, int axis, bool product,
                                     const cki_array *before, cki_error *error);
/* In place: to += from, or to *= from; same shape, C-contiguous. */
cask_status cki_cumulative_loop_combine(const cki_array *to, const cki_array *from, bool product,
                                        cki_error *error);

#endif
