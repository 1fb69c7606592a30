/* What the fuzz targets of the file formats have in common. */
#ifndef FUZZ_STORE_H
#define FUZZ_STORE_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Open `data` as a file and read its variables. Laws: what fails says so in words, and names the
 * file; every second element, read alone, equals those of the whole. */
void fuzz_store(const uint8_t *data, size_t size);
/* The same with a suffix behind the file's name, for formats that are told by it. */
void fuzz_store_named(const uint8_t *data, size_t size, const char *suffix);

#endif
