/* Rules of quantiles: which elements of a sorted line a quantile lies between, and how they are
 * weighed: NumPy's thirteen methods, and the median. */
#ifndef CKI_ARRAY_QUANTILE_RULE_H
#define CKI_ARRAY_QUANTILE_RULE_H

#include "value/array.h"

typedef enum cki_quantile_method {
    CKI_QUANTILE_LINEAR,
    CKI_QUANTILE_LOWER,
    CKI_QUANTILE_HIGHER,
    CKI_QUANTILE_MIDPOINT,
    CKI_QUANTILE_NEAREST,
    CKI_QUANTILE_INVERTED_CDF,
    CKI_QUANTILE_AVERAGED_INVERTED_CDF,
    CKI_QUANTILE_CLOSEST_OBSERVATION,
    CKI_QUANTILE_INTERPOLATED_INVERTED_CDF,
    CKI_QUANTILE_HAZEN,
    CKI_QUANTILE_WEIBULL,
    CKI_QUANTILE_MEDIAN_UNBIASED,
    CKI_QUANTILE_NORMAL_UNBIASED,
    CKI_QUANTILE_MEDIAN /* the mean of the middle element or two: median() */
} cki_quantile_method;

/* By NumPy's name. ValueError that lists them. */
cask_status cki_quantile_rule_method(const char *name, cki_quantile_method *method,
                                     cki_error *error);
/* The type of results. TypeError where elements cannot be averaged. */
cask_status cki_quantile_rule_dtype(cki_quantile_method method, cki_dtype dtype, cki_dtype *result,
                                    cki_error *error);

/* Where quantile q of n sorted elements lies (n > 0): between two of them. */
typedef struct cki_quantile_place {
    int64_t previous, next;
    double weight; /* of the next one; not used by methods that take one element */
} cki_quantile_place;
cki_quantile_place cki_quantile_rule_place(cki_quantile_method method, double q, int64_t n);
/* The quantile from these two elements, in the type that the rule gives. */
void cki_quantile_rule_value(cki_quantile_method method, cki_dtype dtype, const void *previous,
                             const void *next, double weight, void *out);
/* NaN or NaT in that type; zero bits in one that has none. */
void cki_quantile_rule_missing(cki_dtype result, void *out);

#endif
