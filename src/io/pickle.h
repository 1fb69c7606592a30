/* Pickles, the little of them that describes a stack of npy files. */
#ifndef CKI_IO_PICKLE_H
#define CKI_IO_PICKLE_H

#include "value/value.h"

/* The dict, tuples, ints and strs of a pickle (protocols 2 to 5). Objects are None: nothing is ever
 * called. ValueError for what has other things. */
cask_value *cki_pickle_read(const unsigned char *bytes, size_t length, cki_error *error);
/* {"chunks": chunks, "dtype": numpy.dtype(code), "axis": axis} in protocol 2. */
void cki_pickle_write_stack(const cask_value *chunks, const char *code, int axis, cki_text *text);

#endif
