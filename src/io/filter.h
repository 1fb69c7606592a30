/* Filters: element by element transformations of a chunk before it is compressed, as numcodecs has
 * them. */
#ifndef CKI_IO_FILTER_H
#define CKI_IO_FILTER_H

#include "value/array.h"

typedef enum cki_filter_id {
    CKI_FILTER_DELTA,    /* differences to the element before */
    CKI_FILTER_SCALE,    /* fixedscaleoffset: round((x - offset) * scale) */
    CKI_FILTER_QUANTIZE, /* rounded to so many digits */
    CKI_FILTER_ASTYPE,   /* another type */
    CKI_FILTER_BITROUND, /* fewer bits of the mantissa; nothing is undone */
    CKI_FILTER_PACKBITS  /* eight booleans a byte, behind the number of bits left over */
} cki_filter_id;

typedef struct cki_filter {
    cki_filter_id id;
    cki_dtype inner, outer;            /* decoded and encoded elements */
    bool inner_swapped, outer_swapped; /* whether their bytes are not in native order */
    double scale, offset;
    int digits; /* of QUANTIZE; mantissa bits of BITROUND */
} cki_filter;

/* Bytes of `count` encoded elements. */
size_t cki_filter_bytes(const cki_filter *filter, size_t count);
/* `count` elements from one form to the other; neither buffer needs alignment beyond its elements'.
 * `from` may be changed. ValueError for bytes that no encoder makes. */
cask_status cki_filter_decode(const cki_filter *filter, unsigned char *from, unsigned char *to,
                              size_t count, cki_error *error);
cask_status cki_filter_encode(const cki_filter *filter, unsigned char *from, unsigned char *to,
                              size_t count, cki_error *error);

#endif
