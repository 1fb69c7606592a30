/* Checksums: CRC-32C by the processor where it can, by a table elsewhere, and HDF5's Fletcher-32.
 */
#include "io/checksum.h"

#include <string.h>

uint32_t cki_checksum_get(const unsigned char bytes[4])
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

void cki_checksum_put(unsigned char bytes[4], uint32_t sum)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(sum >> 8 * i & 0xff);
}

/* A nibble at a time: small, and only for processors without the instruction. */
static uint32_t crc32c_by_table(uint32_t crc, const unsigned char *bytes, size_t length)
{
    static const uint32_t table[16] = {0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
                                       0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
                                       0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
                                       0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t
crc32c_by_instruction(uint32_t crc, const unsigned char *bytes, size_t length)
{
    uint64_t wide = crc;
    for (; length >= 8; bytes += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    crc = (uint32_t)wide;
    for (; length; bytes++, length--)
        crc = __builtin_ia32_crc32qi(crc, *bytes);
    return crc;
}
#endif

uint32_t cki_checksum_crc32c(const unsigned char *bytes, size_t length)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2"))
        return ~crc32c_by_instruction(~0U, bytes, length);
#endif
    return ~crc32c_by_table(~0U, bytes, length);
}

uint32_t cki_checksum_fletcher32(const unsigned char *bytes, size_t length)
{
    uint32_t low = 0, high = 0;
    size_t words = length / 2;
    while (words) {
        size_t block = words > 360 ? 360 : words;
        words -= block;
        for (; block; block--, bytes += 2) {
            low += (uint32_t)(bytes[0] << 8 | bytes[1]);
            high += low;
        }
        low = (low & 0xffff) + (low >> 16);
        high = (high & 0xffff) + (high >> 16);
    }
    if (length % 2) {
        low += (uint32_t)*bytes << 8;
        high += low;
        low = (low & 0xffff) + (low >> 16);
        high = (high & 0xffff) + (high >> 16);
    }
    low = (low & 0xffff) + (low >> 16);
    high = (high & 0xffff) + (high >> 16);
    return high << 16 | low;
}
