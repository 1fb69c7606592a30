/* Rules of quantiles, after Hyndman and Fan, Sample Quantiles in Statistical Packages (1996), and
 * as NumPy computes them, rounding for rounding. */
#include "array/quantile_rule.h"

#include <math.h>
#include <string.h>

static const char *const names[] = {"linear",
                                    "lower",
                                    "higher",
                                    "midpoint",
                                    "nearest",
                                    "inverted_cdf",
                                    "averaged_inverted_cdf",
                                    "closest_observation",
                                    "interpolated_inverted_cdf",
                                    "hazen",
                                    "weibull",
                                    "median_unbiased",
                                    "normal_unbiased"};

cask_status cki_quantile_rule_method(const char *name, cki_quantile_method *method,
                                     cki_error *error)
{
    cki_text all = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            *method = (cki_quantile_method)i;
            cki_text_free(&all);
            return CASK_OK;
        }
        cki_text_format(&all, "%s'%s'", i ? ", " : "", names[i]);
    }
    cki_fail(error, CASK_INVALID, NULL, "'%.60s' is not a valid method. Use one of: %s", name,
             all.bytes ? all.bytes : "");
    cki_text_free(&all);
    return CASK_INVALID;
}

/* Methods that take one element as it is. */
static bool takes_one(cki_quantile_method method)
{
    return method == CKI_QUANTILE_LOWER || method == CKI_QUANTILE_HIGHER ||
           method == CKI_QUANTILE_NEAREST || method == CKI_QUANTILE_INVERTED_CDF ||
           method == CKI_QUANTILE_CLOSEST_OBSERVATION;
}

cask_status cki_quantile_rule_dtype(cki_quantile_method method, cki_dtype dtype, cki_dtype *result,
                                    cki_error *error)
{
    *result = dtype;
    if (takes_one(method))
        return CASK_OK;
    char name[48];
    bool median = method == CKI_QUANTILE_MEDIAN;
    if (cki_dtype_is_text(dtype) || (median && cki_dtype_is_time(dtype)) ||
        (!median && dtype.id == CASK_BOOL))
        return cki_fail(error, CASK_TYPE, NULL,
                        "quantiles between two elements: elements of type %s cannot be "
                        "averaged: use a method that takes one, as 'lower', 'higher' or 'nearest'",
                        cki_dtype_name(dtype, name));
    if (!cki_dtype_is_time(dtype) &&
        !(median && (cki_dtype_is_float(dtype) || cki_dtype_is_complex(dtype))))
        *result = cki_dtype_of(cki_dtype_is_complex(dtype) ? CASK_C128 : CASK_F64);
    return CASK_OK;
}

/* ---- places ---- */

static double general(double n, double q, double alpha, double beta)
{
    return n * q + (alpha + q * (1 - alpha - beta)) - 1;
}

/* A place between elements, counted from 0. */
static double virtual_place(cki_quantile_method method, double q, double n)
{
    switch (method) {
    case CKI_QUANTILE_LINEAR:
        return (n - 1) * q;
    case CKI_QUANTILE_LOWER:
        return floor((n - 1) * q);
    case CKI_QUANTILE_HIGHER:
        return ceil((n - 1) * q);
    case CKI_QUANTILE_MIDPOINT:
        return 0.5 * (floor((n - 1) * q) + ceil((n - 1) * q));
    case CKI_QUANTILE_NEAREST:
        return rint((n - 1) * q);
    case CKI_QUANTILE_INVERTED_CDF:
    case CKI_QUANTILE_AVERAGED_INVERTED_CDF:
        return n * q - 1;
    case CKI_QUANTILE_CLOSEST_OBSERVATION:
        return n * q - 1 - 0.5;
    case CKI_QUANTILE_INTERPOLATED_INVERTED_CDF:
        return general(n, q, 0, 1);
    case CKI_QUANTILE_HAZEN:
        return general(n, q, 0.5, 0.5);
    case CKI_QUANTILE_WEIBULL:
        return general(n, q, 0, 0);
    case CKI_QUANTILE_MEDIAN_UNBIASED:
        return general(n, q, 1 / 3.0, 1 / 3.0);
    case CKI_QUANTILE_NORMAL_UNBIASED:
        return general(n, q, 3 / 8.0, 3 / 8.0);
    case CKI_QUANTILE_MEDIAN:
        break;
    }
    return (n - 1) / 2;
}

/* One element: at or behind the place. */
static int64_t discrete(cki_quantile_method method, double place, int64_t n)
{
    double below = floor(place);
    bool stays = place == below;
    if (method == CKI_QUANTILE_CLOSEST_OBSERVATION)
        stays = stays && fmod(below, 2) == 0;
    if (method == CKI_QUANTILE_CLOSEST_OBSERVATION || method == CKI_QUANTILE_INVERTED_CDF)
        place = stays ? below : below + 1;
    int64_t at = place > 0 ? (int64_t)place : 0;
    return at < n ? at : n - 1;
}

cki_quantile_place cki_quantile_rule_place(cki_quantile_method method, double q, int64_t n)
{
    cki_quantile_place found = {0};
    double place = virtual_place(method, q, (double)n);
    if (takes_one(method)) {
        found.previous = found.next = discrete(method, place, n);
        return found;
    }
    if (method == CKI_QUANTILE_MEDIAN)
        return (cki_quantile_place){(n - 1) / 2, n / 2, n % 2 ? 0 : 0.5};
    double below = floor(place), from = below;
    found.previous = (int64_t)below;
    found.next = found.previous + 1;
    if (place >= (double)(n - 1)) {
        found.previous = found.next = n - 1;
        from = -1; /* as NumPy counts it: both elements are one, but for infinities */
    }
    if (place < 0) {
        found.previous = found.next = 0;
        from = 0;
    }
    found.weight = place - from;
    if (method == CKI_QUANTILE_AVERAGED_INVERTED_CDF)
        found.weight = found.weight == 0 ? 0.5 : 1;
    if (method == CKI_QUANTILE_MIDPOINT)
        found.weight = fmod(place, 1) == 0 ? 0 : 0.5;
    return found;
}

/* ---- values ---- */

static double number_of(cki_dtype dtype, const void *element)
{
    double number = 0;
    (void)cki_array_cast_element(cki_dtype_of(CASK_F64), &number, dtype, element, NULL);
    return number;
}

/* b - a in the elements' own type, whose rounding counts. */
static double difference(cki_dtype dtype, const void *a, const void *b)
{
    double one = number_of(dtype, a), two = number_of(dtype, b);
    if (cki_dtype_is_integer(dtype)) {
        int64_t first = 0, second = 0, gap;
        (void)cki_array_cast_element(cki_dtype_of(CASK_I64), &first, dtype, a, NULL);
        (void)cki_array_cast_element(cki_dtype_of(CASK_I64), &second, dtype, b, NULL);
        return __builtin_sub_overflow(second, first, &gap) || dtype.id == CASK_U64 ? two - one
                                                                                   : (double)gap;
    }
    if (dtype.id == CASK_F32)
        return (double)((float)two - (float)one);
    if (dtype.id == CASK_F16)
        return (double)cki_dtype_from_half(cki_dtype_to_half((float)two - (float)one));
    return two - one;
}

static void complex_mean(cki_dtype dtype, const void *a, const void *b, void *out)
{
    double first[2] = {0}, second[2] = {0};
    cki_dtype wide = cki_dtype_of(CASK_C128);
    (void)cki_array_cast_element(wide, first, dtype, a, NULL);
    (void)cki_array_cast_element(wide, second, dtype, b, NULL);
    for (int i = 0; i < 2; i++)
        first[i] = dtype.id == CASK_C64 ? (double)(((float)first[i] + (float)second[i]) / 2)
                                        : (first[i] + second[i]) / 2;
    (void)cki_array_cast_element(dtype, out, wide, first, NULL);
}

static void mean_of_two(cki_dtype dtype, const void *a, const void *b, bool one, void *out)
{
    if (cki_dtype_is_complex(dtype)) {
        complex_mean(dtype, a, one ? a : b, out);
        return;
    }
    double first = number_of(dtype, a), second = number_of(dtype, b), mean;
    if (one)
        mean = first;
    else if (dtype.id == CASK_F32 || dtype.id == CASK_F16)
        mean = (double)(((float)first + (float)second) / 2);
    else
        mean = (first + second) / 2;
    cki_dtype result = cki_dtype_is_float(dtype) ? dtype : cki_dtype_of(CASK_F64);
    (void)cki_array_cast_element(result, out, cki_dtype_of(CASK_F64), &mean, NULL);
}

/* Part by part. */
static void between_complex(cki_dtype dtype, const void *a, const void *b, double weight, void *out)
{
    double first[2] = {0}, second[2] = {0};
    cki_dtype wide = cki_dtype_of(CASK_C128);
    (void)cki_array_cast_element(wide, first, dtype, a, NULL);
    (void)cki_array_cast_element(wide, second, dtype, b, NULL);
    for (int i = 0; i < 2; i++) {
        double gap = dtype.id == CASK_C64 ? (double)((float)second[i] - (float)first[i])
                                          : second[i] - first[i];
        first[i] = weight >= 0.5 ? second[i] - gap * (1 - weight) : first[i] + gap * weight;
    }
    memcpy(out, first, sizeof first);
}

static void between_times(const void *a, const void *b, double weight, void *out)
{
    int64_t first, second, gap, value;
    memcpy(&first, a, sizeof first);
    memcpy(&second, b, sizeof second);
    if (first == CKI_NAT || second == CKI_NAT || __builtin_sub_overflow(second, first, &gap))
        value = CKI_NAT;
    else if (weight >= 0.5)
        value = second - (int64_t)((double)gap * (1 - weight));
    else
        value = first + (int64_t)((double)gap * weight);
    memcpy(out, &value, sizeof value);
}

void cki_quantile_rule_value(cki_quantile_method method, cki_dtype dtype, const void *previous,
                             const void *next, double weight, void *out)
{
    if (takes_one(method)) {
        memcpy(out, previous, cki_dtype_size(dtype));
        return;
    }
    if (method == CKI_QUANTILE_MEDIAN) {
        mean_of_two(dtype, previous, next, weight == 0, out);
        return;
    }
    if (cki_dtype_is_time(dtype)) {
        between_times(previous, next, weight, out);
        return;
    }
    if (cki_dtype_is_complex(dtype)) {
        between_complex(dtype, previous, next, weight, out);
        return;
    }
    double gap = difference(dtype, previous, next), value;
    if (weight >= 0.5)
        value = number_of(dtype, next) - gap * (1 - weight);
    else
        value = number_of(dtype, previous) + gap * weight;
    memcpy(out, &value, sizeof value);
}

void cki_quantile_rule_missing(cki_dtype result, void *out)
{
    double nan = (double)NAN;
    int64_t nat = CKI_NAT;
    memset(out, 0, cki_dtype_size(result));
    if (cki_dtype_is_time(result))
        memcpy(out, &nat, sizeof nat);
    else if (cki_dtype_is_float(result) || cki_dtype_is_complex(result))
        (void)cki_array_cast_element(result, out, cki_dtype_of(CASK_F64), &nan, NULL);
}
