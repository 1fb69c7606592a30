/* Regions of an n-d array that lies in a file element by element: any order of axes, any gaps. */
#ifndef CKI_IO_REGION_H
#define CKI_IO_REGION_H

#include "sys/file.h"
#include "value/array.h"

/* Where the elements lie. Byte strides are positive; the maker has checked that the last byte's
 * position fits 63 bits. */
typedef struct cki_region_layout {
    uint64_t offset; /* of element [0, 0, ...] */
    size_t itemsize;
    size_t word; /* bytes whose order is reversed: 8 for big-endian doubles; 1 for none */
    int ndim;
    int64_t strides[CKI_MAX_NDIM];
} cki_region_layout;

/* Bytes to reverse for elements in the other order of bytes, or not. */
size_t cki_region_word(cki_dtype dtype, bool swapped);
/* Strides of C order (or of Fortran's) for `shape`; false if the size overflows 63 bits. */
bool cki_region_order(cki_region_layout *layout, const int64_t *shape, bool fortran,
                      uint64_t *bytes);

/* Elements start + j * step into `out`: nearby ones in one read, each piece put in native order
 * while it is in the cache. */
cask_status cki_region_read(cki_file *file, const cki_region_layout *layout, const int64_t *start,
                            const int64_t *count, const int64_t *step, const cki_array *out,
                            const char *what, cki_error *error);
/* Bytes that such a read takes from the file. */
size_t cki_region_bytes(const cki_region_layout *layout, const int64_t *count, const int64_t *step);
/* The same from memory: `bytes` holds the array from its element [0, 0, ...] on. */
void cki_region_copy(const unsigned char *bytes, const cki_region_layout *layout,
                     const int64_t *start, const int64_t *count, const int64_t *step,
                     const cki_array *out);
/* The array's elements to start, start + 1, ...; where the output's large pieces are written later,
 * its buffer is held until then, and must not change. */
cask_status cki_region_write(cki_file_output *output, const cki_region_layout *layout,
                             const int64_t *start, const cki_array *array, cki_error *error);
/* Reverse the bytes of each of `count` words of 2, 4 or 8 bytes. */
void cki_region_swap(void *bytes, size_t count, size_t word);
/* Every element of `out` set to the one at `element`. */
void cki_region_fill(const cki_array *out, const void *element);

#endif
