/* Shuffle and back, as HDF5 and numcodecs do it. The fixed widths become vector interleaves. */
#include "io/shuffle.h"

#include <string.h>

#define MOVE_EACH(width, target, source)                                                           \
    for (size_t i = 0; i < count; i++)                                                             \
        for (size_t k = 0; k < (width); k++)                                                       \
    to[target] = from[source]
#define JOINED(width) ((width)*i + k)
#define PARTED        (k * count + i)

void cki_shuffle_undo(unsigned char *restrict to, const unsigned char *restrict from, size_t length,
                      size_t width)
{
    size_t count = length / width;
    switch (width) {
    case 2:
        MOVE_EACH(2, JOINED(2), PARTED);
        break;
    case 4:
        MOVE_EACH(4, JOINED(4), PARTED);
        break;
    case 8:
        MOVE_EACH(8, JOINED(8), PARTED);
        break;
    default:
        for (size_t k = 0; k < width; k++)
            for (size_t i = 0; i < count; i++)
                to[JOINED(width)] = from[PARTED];
        break;
    }
    memcpy(to + count * width, from + count * width, length - count * width);
}

void cki_shuffle_do(unsigned char *restrict to, const unsigned char *restrict from, size_t length,
                    size_t width)
{
    size_t count = length / width;
    switch (width) {
    case 2:
        MOVE_EACH(2, PARTED, JOINED(2));
        break;
    case 4:
        MOVE_EACH(4, PARTED, JOINED(4));
        break;
    case 8:
        MOVE_EACH(8, PARTED, JOINED(8));
        break;
    default:
        for (size_t k = 0; k < width; k++)
            for (size_t i = 0; i < count; i++)
                to[PARTED] = from[JOINED(width)];
        break;
    }
    memcpy(to + count * width, from + count * width, length - count * width);
}
