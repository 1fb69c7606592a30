/* Packed numbers: what NetCDF's conventions say of scale, offset and missing values. */
#ifndef CKI_ARRAY_FILES_UNPACK_H
#define CKI_ARRAY_FILES_UNPACK_H

#include "array/calendar.h"
#include "array/node.h"
#include "io/store.h"

enum { CKI_MISSING = 8 };

/* How a variable's numbers become values: missing ones NaN, the others raw * scale + offset. */
typedef struct cki_packing {
    cki_dtype raw,
        out;     /* as stored (turned unsigned if the file says so), and as the array has it */
    bool resign; /* the stored type is of the other signedness than its attribute says */
    bool scaled, shifted;
    double scale, offset;
    size_t nmissing; /* numbers that stand for nothing; NaN is one anyhow */
    double missing[CKI_MISSING];
    bool bounded[2]; /* numbers below, or above, stand for nothing either */
    double bounds[2];
    bool logical;   /* truth values, stored as small integers */
    cki_dtype span; /* durations are stored as whole numbers of this type's unit; 0 for others */
    bool times;     /* the values are dates of this calendar: files_times.h */
    cki_calendar calendar;
} cki_packing;

/* From the variable's attributes; with `unpack` false nothing is done. `valid`: what valid_range,
 * valid_min and valid_max leave out counts as missing. */
void cki_files_packing(const cki_variable *variable, bool unpack, bool valid, cki_packing *packing);
bool cki_files_same_packing(const cki_packing *a, const cki_packing *b);
/* The element-wise operations that do it. */
cask_array cki_files_unpack(cki_build *build, cask_array raw, const cki_packing *packing);

#endif
