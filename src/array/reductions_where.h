/* Reductions of some elements only, and with a value to begin with: where= and initial=. */
#ifndef CKI_ARRAY_REDUCTIONS_WHERE_H
#define CKI_ARRAY_REDUCTIONS_WHERE_H

#include "array/reductions.h"

/* The reduction of x where `where` is true (None or True: everywhere), with `initial` (None:
 * nothing) taken in. Sums, products, minima, maxima, any and all. */
cask_array cki_reductions_where_reduce(cki_build *build, cask_array x, const cki_reduce_spec *spec,
                                       cask_value *where, cask_value *initial);

#endif
