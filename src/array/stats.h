/* Statistics: moments and tests of dask.array.stats. */
#ifndef CKI_ARRAY_STATS_H
#define CKI_ARRAY_STATS_H

#include "array/node.h"

extern const cki_operation *const cki_stats_operations[];
extern const cki_operation *const cki_stats_tests_operations[];

/* ---- shared by both ---- */

/* What statistics are taken of: numbers as floats, along one axis of known length or (axis None) of
 * all of them. */
typedef struct cki_stats_sample {
    cask_array x;
    bool axes[CKI_MAX_NDIM];
    double n; /* how many numbers there are on them */
} cki_stats_sample;

/* An argument and the axis argument; and what nan_policy makes of it: with 'omit' numbers that are
 * left are one line, with 'raise' NaN is a ValueError; both look now. */
cask_status cki_stats_read(cki_call *call, cki_build *build, const char *parameter,
                           cki_stats_sample *sample);
/* A sample of the same axes. */
cki_stats_sample cki_stats_same(const cki_stats_sample *sample, cask_array x);
cask_array cki_stats_mean(cki_build *build, const cki_stats_sample *s, bool keepdims);
cask_array cki_stats_var(cki_build *build, const cki_stats_sample *s, double ddof);
cask_array cki_stats_sum(cki_build *build, const cki_stats_sample *s);
/* The mean of (x - mean) ** order. */
cask_array cki_stats_moment(cki_build *build, const cki_stats_sample *s, int64_t order);
cask_array cki_stats_skew(cki_build *build, const cki_stats_sample *s, bool bias);
cask_array cki_stats_kurtosis(cki_build *build, const cki_stats_sample *s, bool fisher, bool bias);

#endif
