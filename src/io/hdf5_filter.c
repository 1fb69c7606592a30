/* HDF5's usual filters undone: deflate, shuffle, fletcher32, and h5py's lzf. */
#include "io/checksum.h"
#include "io/hdf5.h"
#include "io/shuffle.h"

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

static bool check_sum(const unsigned char *bytes, size_t *length)
{
    if (*length < 4)
        return false;
    *length -= 4;
    uint32_t want = cki_checksum_get(bytes + *length);
    uint32_t sum = cki_checksum_fletcher32(bytes, *length);
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
                cki_shuffle_undo(b, a, length, set->filters[i].value);
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
