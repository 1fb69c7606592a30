/* An array's elements as doubles, a small piece at a time. */
#ifndef CKI_IO_NUMBERS_H
#define CKI_IO_NUMBERS_H

#include "value/array.h"

/* `count` elements beside each other on the last axis, the first of which is the `at`-th there. */
typedef void (*cki_numbers_piece)(void *user, const double *numbers, int64_t count, int64_t at);
/* All pieces, in C order. An array without axes is one piece. */
cask_status cki_numbers_each(const cki_array *array, cki_numbers_piece each, void *user,
                             cki_error *error);

#endif
