/* HDF5's global heap: values of variable length, found by the references in a dataset. */
#ifndef CKI_IO_HDF5_HEAP_H
#define CKI_IO_HDF5_HEAP_H

#include "sys/file.h"

enum { CKI_HDF5_REFERENCE = 16 }; /* bytes: a length, an address, a number */

/* Collections read lately; for one thread. */
typedef struct cki_hdf5_heap cki_hdf5_heap;

cki_hdf5_heap *cki_hdf5_heap_open(cki_file *file, cki_error *error);
void cki_hdf5_heap_close(cki_hdf5_heap *heap);
/* What a reference leads to, valid until the next call: at least `length` bytes. CASK_FORMAT with
 * no error told if that is not there; `name` is for failures to read. */
cask_status cki_hdf5_heap_find(cki_hdf5_heap *heap, const unsigned char *reference,
                               const char *name, const char **bytes, size_t *length,
                               cki_error *error);

#endif
