/* Civil time: datetime64 values taken apart into year, month, day, ... and put together again.
 * For the dtype_*.c files, and for calendars. */
#ifndef CKI_VALUE_DTYPE_CIVIL_H
#define CKI_VALUE_DTYPE_CIVIL_H

#include "value/dtype.h"

/* Wide enough for any count of days in any unit. */
__extension__ typedef __int128 cki_wide;

typedef struct cki_civil {
    cki_wide year;
    int month, day, hour, minute, second; /* month and day from 1 */
    int64_t atto;                         /* 1e-18 seconds */
} cki_civil;

/* Days since 1970-01-01 of the civil date, and back (proleptic Gregorian). */
cki_wide cki_dtype_civil_days(cki_wide year, int month, int day);
void cki_dtype_civil_date(cki_wide days, cki_civil *civil);
int cki_dtype_civil_month_days(cki_wide year, int month);

/* A datetime64 value (not NaT, unit not generic) taken apart. */
void cki_dtype_civil_split(int64_t value, cki_dtype dtype, cki_civil *civil);
/* The value in dtype's unit; floors. False if it is out of int64's range. */
bool cki_dtype_civil_join(const cki_civil *civil, cki_dtype dtype, int64_t *value);

/* How many of `fine` are in one `coarse` (days and below; and weeks); 0 if `coarse` is finer. */
int64_t cki_dtype_civil_factor(int coarse, int fine);

#endif
