/* Conversion of elements: rows of numbers, and single texts. Private to the array_*.c files. */
#ifndef CKI_VALUE_ARRAY_CAST_H
#define CKI_VALUE_ARRAY_CAST_H

#include "value/array.h"

/* `count` elements, strides in bytes. */
typedef void cki_cast_row(unsigned char *to, int64_t to_stride, const unsigned char *from,
                          int64_t from_stride, int64_t count);

/* Between numbers; dates and durations are the 64-bit integers they hold. NULL for text. */
cki_cast_row *cki_array_cast_numbers(cask_dtype to, cask_dtype from);

/* One element where one side is text (or both). */
cask_status cki_array_cast_text(cki_dtype to, unsigned char *out, cki_dtype from,
                                const unsigned char *in, cki_error *error);

/* The element as NumPy's str() of it, "1.0", "True", "5 days"; text itself as it is (BYTES by
 * Latin-1), without the NULs behind it. */
void cki_array_cast_print(cki_dtype dtype, const unsigned char *element, cki_text *text);

/* UTF-8 into an element of a STR or BYTES dtype: cut or padded. UnicodeEncodeError for BYTES and a
 * character beyond ASCII. */
cask_status cki_array_cast_put(cki_dtype to, unsigned char *out, const char *utf8, size_t length,
                               cki_error *error);

/* UTF-8 read as a number, date or duration. ValueError in Python's words. */
cask_status cki_array_cast_parse(cki_dtype to, unsigned char *out, const char *utf8, size_t length,
                                 cki_error *error);

#endif
