/* Views: the same elements with axes permuted, added, dropped or repeated. No copying. */
#ifndef CKI_ARRAY_VIEW_H
#define CKI_ARRAY_VIEW_H

#include "array/index.h"

/* axes[i]: which axis of x becomes axis i. */
cask_array cki_view_transpose(cki_build *build, cask_array x, const int *axes);
/* A new axis of length 1 before axis `axis` (0 to ndim). */
cask_array cki_view_expand(cki_build *build, cask_array x, int axis);
/* Without the axes flagged, each of length 1. */
cask_array cki_view_squeeze(cki_build *build, cask_array x, const bool *axes);
/* Broadcast to axes (ndim of them, aligned from the last). */
cask_array cki_view_broadcast(cki_build *build, cask_array x, int ndim, const cki_axis *axes);

/* All of these at once: axis i of the result is axis from[i] of x, or a new one if that is -1. Axes
 * of x that are not named have one element. An axis whose length in `axes` is not x's is repeated:
 * it has one element, in one chunk. Otherwise the chunks are x's. */
cask_array cki_view_make(cki_build *build, cask_array x, const char *label, int ndim,
                         const int *from, const cki_axis *axes);
/* The view of the picked part, made of that part of the view's input; NULL without error if `node`
 * is no view. */
cask_array cki_view_push(cki_build *build, cask_array node, const cki_pick *picks,
                         const cki_axis *axes);

/* The input of a view, and which of its axes each axis is (-1: a new one); NULL if it is none. */
cask_array cki_view_is(cask_array node, const int **from);

extern const cki_operation *const cki_view_operations[];

#endif
