/* How the elements of one array are printed: widths and precision found from those shown. Private
 * to the array_*.c files. */
#ifndef CKI_VALUE_ARRAY_FORMAT_H
#define CKI_VALUE_ARRAY_FORMAT_H

#include "value/array.h"

/* Widths of real numbers (or of the real or imaginary parts). */
typedef struct cki_float_format {
    bool exponent;     /* 1.5e+10 */
    int left, right;   /* characters before and behind the point */
    int precision;     /* digits behind the point with an exponent */
    int exponent_size; /* digits of the exponent */
} cki_float_format;

typedef struct cki_format {
    cki_dtype dtype;
    bool scalar; /* of a 0-d array */
    int width;   /* of integers and dates */
    cki_float_format real, imaginary;
    /* While looking at elements. */
    struct cki_format_extremes {
        double least, most; /* of finite nonzero magnitudes */
        bool any, odd, negative_infinity;
        int left, plain_right, exponent_right, exponent_size, exponent_left;
    } parts[2];
    bool nat;
} cki_format;

/* Start, look at every element shown, finish, then put each. */
void cki_array_format_start(cki_format *format, const cki_array *array);
void cki_array_format_look(cki_format *format, const unsigned char *element);
void cki_array_format_finish(cki_format *format);
void cki_array_format_put(const cki_format *format, const unsigned char *element, cki_text *out);

#endif
