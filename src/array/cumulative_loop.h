/* The loops of cumulative sums and products over one array. */
#ifndef CKI_ARRAY_CUMULATIVE_LOOP_H
#define CKI_ARRAY_CUMULATIVE_LOOP_H

#include "value/array.h"

/* What the elements so far come to. */
typedef enum cki_cumulative_kind {
    CKI_CUMULATIVE_SUM,
    CKI_CUMULATIVE_PRODUCT,
    CKI_CUMULATIVE_MAX, /* NaN and NaT, once there, stay */
    CKI_CUMULATIVE_MIN,
    CKI_CUMULATIVE_FILL /* the last that is not NaN or NaT */
} cki_cumulative_kind;

/* The type that a scan of `out` is computed in: 64 bits for integers, else its own. */
cki_dtype cki_cumulative_loop_dtype(cki_dtype out);
/* In place along an axis of a C-contiguous array of such a type, beginning with `before` (of shape
 * 1 along the axis, or NULL). */
cask_status cki_cumulative_loop_scan(const cki_array *array, int axis, cki_cumulative_kind kind,
                                     const cki_array *before, cki_error *error);
/* In place: `to` becomes what it comes to after `from`; same shape, C-contiguous. */
cask_status cki_cumulative_loop_combine(const cki_array *to, const cki_array *from,
                                        cki_cumulative_kind kind, cki_error *error);

/* The element before which nothing changes: 0, 1, the lowest, the highest, NaN. */
cask_status cki_cumulative_loop_identity(cki_dtype dtype, cki_cumulative_kind kind, void *element,
                                         cki_error *error);

#endif
