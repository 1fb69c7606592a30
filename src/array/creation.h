/* Creation: arrays made of nothing but a rule. */
#ifndef CKI_ARRAY_CREATION_H
#define CKI_ARRAY_CREATION_H

#include "array/node.h"

/* arange of dates or durations (creation_time.c): whether it is one; and the array. `values` are
 * start, stop and step, None where not given; dtype id 0: from them. */
bool cki_creation_time_is(const cask_value *start, const cask_value *stop, const cask_value *step,
                          cki_dtype dtype);
cask_array cki_creation_time_arange(cki_build *build, cask_value *const *values, cki_dtype dtype,
                                    cask_value *chunks);

extern const cki_operation *const cki_creation_operations[];

/* Every element `value`, as NumPy would convert it to dtype. Costs nothing however large. */
cask_array cki_creation_full(cki_build *build, const char *label, double value, cki_dtype dtype,
                             int ndim, const cki_axis *axes);

#endif
