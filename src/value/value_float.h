/* Floats as decimal digits, the shortest that read back as the same number; and numbers read from
 * text as Python reads them. */
#ifndef CKI_VALUE_FLOAT_H
#define CKI_VALUE_FLOAT_H

#include "core/fail.h"
#include "core/text.h"

/* A finite number's magnitude: digits[0].digits[1]... * 10**exponent, no zeros behind. */
typedef struct cki_decimal {
    char digits[20];
    int count, exponent;
} cki_decimal;

/* `bytes` 2, 4 or 8: as a half, float or double. */
void cki_value_float_shortest(double value, int bytes, cki_decimal *decimal);
/* Rounded correctly to `count` digits. */
void cki_value_float_rounded(double value, int count, cki_decimal *decimal);
/* Python's repr of a float, or NumPy's str of a float32 or float16. */
void cki_value_float_text(double value, int bytes, cki_text *text);
/* Python's repr of a complex: "(1+2j)", "1j". */
void cki_value_float_complex(double re, double im, int bytes, cki_text *text);

/* float(), int() in base 10, complex() of a whole text: blanks around and underscores between
 * digits are allowed. False if it is none; *overflow for an integer beyond 64 bits. */
bool cki_value_float_read(const char *text, size_t length, double *value);
bool cki_value_float_read_int(const char *text, size_t length, int64_t *value, bool *overflow);
bool cki_value_float_read_complex(const char *text, size_t length, double *re, double *im);

#endif
