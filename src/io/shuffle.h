/* Shuffle: the bytes of equal rank of all elements put together, which compress better so. */
#ifndef CKI_IO_SHUFFLE_H
#define CKI_IO_SHUFFLE_H

#include <stddef.h>

/* `width` bytes an element; what is left over behind the last whole one is copied. */
void cki_shuffle_do(unsigned char *restrict to, const unsigned char *restrict from, size_t length,
                    size_t width);
void cki_shuffle_undo(unsigned char *restrict to, const unsigned char *restrict from, size_t length,
                      size_t width);

#endif
