/* HDF5's usual filters undone: deflate, shuffle, fletcher32, and h5py's lzf. */
#include "io/hdf5.h"

#include <libdeflate.h>
#include <string.h>

enum { DEFLATE = 1, SHUFFLE = 2, FLETCHER32 = 3, LZF = 32000 };

bool cki_hdf5_filter_known(int id)
{
    return id == DEFLATE || id == SHUFFLE || id == FLETCHER32 || id == LZF;
}

const char *cki_hdf5_filter_name(int id)
{
    static const struct {
        int id;
        const char *name;
    } names[] = {{1, "deflate"},   {2, "shuffle"},     {3, "fletcher32"},     {4, "szip"},
                 {5, "nbit"},      {6, "scaleoffset"}, {307, "bzip2"},        {32000, "lzf"},
                 {32001, "blosc"}, {32004, "lz4"},     {32008, "bitshuffle"}, {32013, "zfp"},
                 {32015, "zstd"},  {32019, "jpeg"},    {32022, "bitgroom"},   {32026, "blosc2"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].id == id)
            return names[i].name;
    return NULL;
}

cki_hdf5_decoder *cki_hdf5_filter_start(cki_error *error)
{
    struct libdeflate_decompressor *decoder = libdeflate_alloc_decompressor();
    if (!decoder)
        cki_fail_memory(error, 0);
    return (cki_hdf5_decoder *)decoder;
}

void cki_hdf5_filter_end(cki_hdf5_decoder *decoder)
{
    if (decoder)
        libdeflate_free_decompressor((struct libdeflate_decompressor *)decoder);
}

/* Bytes of equal rank lie together; put each element's side by side again. The fixed widths become
 * vector interleaves. */
#define UNSHUFFLE(width)                                                                           \
    for (size_t i = 0; i < count; i++)                                                             \
        for (size_t k = 0; k < width; k++)                                                         \
    to[width * i + k] = from[k * count + i]

static void unshuffle(unsigned char *restrict to, const unsigned char *restrict from, size_t length,
                      size_t width)
{
    size_t count = length / width;
    switch (width) {
    case 2:
        UNSHUFFLE(2);
        break;
    case 4:
        UNSHUFFLE(4);
        break;
    case 8:
        UNSHUFFLE(8);
        break;
    default:
        for (size_t k = 0; k < width; k++)
            for (size_t i = 0; i < count; i++)
                to[width * i + k] = from[k * count + i];
        break;
    }
    memcpy(to + count * width, from + count * width, length - count * width);
}

/* HDF5's own form of Fletcher's sum: 16-bit words, first byte high. */
static uint32_t fletcher32(const unsigned char *bytes, size_t length)
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

static bool check_sum(const unsigned char *bytes, size_t *length)
{
    if (*length < 4)
        return false;
    *length -= 4;
    const unsigned char *stored = bytes + *length;
    uint32_t want = (uint32_t)stored[0] | (uint32_t)stored[1] << 8 | (uint32_t)stored[2] << 16 |
                    (uint32_t)stored[3] << 24;
    uint32_t sum = fletcher32(bytes, *length);
    /* very old libraries stored the bytes of each half the other way round */
    uint32_t turned = (sum & 0x00ff00ff) << 8 | (sum & 0xff00ff00) >> 8;
    return want == sum || want == turned;
}

/* LibLZF's form: runs of literals, and copies from up to 8 KiB back. */
static bool unpack_lzf(const unsigned char *from, size_t length, unsigned char *to, size_t room,
                       size_t *made)
{
    size_t in = 0, out = 0;
    while (in < length) {
        size_t control = from[in++];
        if (control < 32) {
            size_t run = control + 1;
            if (run > length - in || run > room - out)
                return false;
            memcpy(to + out, from + in, run);
            in += run;
            out += run;
            continue;
        }
        size_t run = control >> 5;
        if (run == 7) {
            if (in >= length)
                return false;
            run += from[in++];
        }
        run += 2;
        if (in >= length)
            return false;
        size_t back = ((control & 31) << 8 | from[in++]) + 1;
        if (back > out || run > room - out)
            return false;
        for (; run; run--, out++) /* may overlap itself: byte by byte */
            to[out] = to[out - back];
    }
    *made = out;
    return true;
}

bool cki_hdf5_filter_decode(cki_hdf5_decoder *decoder, const cki_hdf5_set *set, uint32_t skipped,
                            unsigned char *a, unsigned char *b, size_t length, size_t room,
                            unsigned char **decoded, const char **why)
{
    for (int i = set->nfilters - 1; i >= 0; i--) {
        if (skipped >> i & 1)
            continue;
        bool good = true, moved = true;
        switch (set->filters[i].id) {
        case DEFLATE:
            *why = "its compressed bytes are damaged";
            good = libdeflate_zlib_decompress((struct libdeflate_decompressor *)decoder, a, length,
                                              b, room, &length) == LIBDEFLATE_SUCCESS;
            break;
        case LZF:
            *why = "its compressed bytes are damaged";
            good = unpack_lzf(a, length, b, room, &length);
            break;
        case FLETCHER32:
            *why = "its checksum is wrong";
            good = check_sum(a, &length);
            moved = false;
            break;
        default:
            if (set->filters[i].value > 1)
                unshuffle(b, a, length, set->filters[i].value);
            moved = set->filters[i].value > 1;
            break;
        }
        if (!good)
            return false;
        if (moved) {
            unsigned char *swap = a;
            a = b;
            b = swap;
        }
    }
    *why = "it has a wrong size";
    *decoded = a;
    return length == set->chunk_bytes;
}
