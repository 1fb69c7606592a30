/* Checksums of chunks. */
#ifndef CKI_IO_CHECKSUM_H
#define CKI_IO_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Castagnoli's polynomial (RFC 3720), as Zarr's crc32c. */
uint32_t cki_checksum_crc32c(const unsigned char *bytes, size_t length);
/* HDF5's own form of Fletcher's sum: 16-bit words, first byte high. */
uint32_t cki_checksum_fletcher32(const unsigned char *bytes, size_t length);
/* A sum as it is stored: low byte first. */
uint32_t cki_checksum_get(const unsigned char bytes[4]);
void cki_checksum_put(unsigned char bytes[4], uint32_t sum);

#endif
