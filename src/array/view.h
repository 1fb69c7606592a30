/* Views: the same elements with axes permuted, added, dropped or repeated. No copying. */
#ifndef CKI_ARRAY_VIEW_H
#define CKI_ARRAY_VIEW_H

#include "array/node.h"

/* axes[i]: which axis of x becomes axis i. */
cask_array cki_view_transpose(cki_build *build, cask_array x, const int *axes);
/* A new axis of length 1 before axis `axis` (0 to ndim). */
cask_array cki_view_expand(cki_build *build, cask_array x, int axis);
/* Without the axes flagged, each of length 1. */
cask_array cki_view_squeeze(cki_build *build, cask_array x, const bool *axes);
/* Broadcast to axes (ndim of them, aligned from the last). */
cask_array cki_view_broadcast(cki_build *build, cask_array x, int ndim, const cki_axis *axes);

#endif
