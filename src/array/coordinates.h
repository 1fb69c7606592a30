/* Coordinates: which axes of which file's variable an array's axes come from. */
#ifndef CKI_ARRAY_COORDINATES_H
#define CKI_ARRAY_COORDINATES_H

#include "array/calendar.h"
#include "array/node.h"
#include "io/store.h"

/* One axis of an array, found in a file. */
typedef struct cki_coordinate {
    char name[64];      /* the dimension's */
    cask_value *values; /* float64, 1-d, of the axis' length; the caller's reference */
    bool latitude, longitude, time;
    char units[32];        /* in words; "" if there are none, or too many */
    cki_calendar calendar; /* of times: what the values mean */
} cki_coordinate;

/* The coordinates of an axis, by following it down to a file: through element-wise operations,
 * selections, views, reductions of other axes and rechunking, and no further. False (and no error)
 * if it leads elsewhere, or the file has no such coordinates. */
bool cki_coordinates_find(cask_array x, int axis, cki_coordinate *found);
/* The same as they are stored: 1-d, a new reference, and the variable they are of; NULL if there
 * are none, or with an error. name[64] is the dimension's all the same, or "". */
cask_value *cki_coordinates_stored(cask_array x, int axis, char *name,
                                   const cki_variable **variable, cki_error *error);
/* The variable of a file that the array comes from, in the ways above; NULL if it does not. *same:
 * its elements are still of that kind: selected, or put together to a mean, a least or a largest
 * one, a sum or a deviation. */
const cki_variable *cki_coordinates_source(cask_array x, bool *same);

#endif
