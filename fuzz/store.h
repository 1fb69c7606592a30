/* What the fuzz targets of the file formats have in common. */
#ifndef FUZZ_STORE_H
#define FUZZ_STORE_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Open `data` as a file and read its variables; `suffix` ends the file's name. Laws: what fails
 * says so in words, and names the file; every second element, read alone, equals those of the
 * whole. */
void fuzz_store(const uint8_t *data, size_t size, const char *suffix);
/* The same, but what begins as HDF5 does is let be: libhdf5's own defects would end the search. */
void fuzz_store_but_hdf5(const uint8_t *data, size_t size, const char *suffix);

#endif
