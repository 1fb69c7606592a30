/* Codecs, one switch each way: libdeflate, zstd and lz4 are linked; Blosc, bzip2 and xz, which
 * fewer files need, are loaded with the first chunk that asks for them (codec_late.c). */
#include "io/codec.h"
#include "core/memory.h"
#include "io/checksum.h"
#include "io/codec_late.h"
#include "io/shuffle.h"

#include <libdeflate.h>
#include <lz4.h>
#include <string.h>
#include <zstd.h>

struct cki_codec_work {
    struct libdeflate_decompressor *inflater;
    struct libdeflate_compressor *deflater;
    int deflate_level;
    ZSTD_DCtx *unzstd;
    ZSTD_CCtx *zstd;
};

cki_codec_work *cki_codec_work_new(cki_error *error)
{
    cki_codec_work *work = cki_memory_calloc(1, sizeof *work);
    if (!work)
        cki_fail_memory(error, sizeof *work);
    return work;
}

void cki_codec_work_free(cki_codec_work *work)
{
    if (!work)
        return;
    if (work->inflater)
        libdeflate_free_decompressor(work->inflater);
    if (work->deflater)
        libdeflate_free_compressor(work->deflater);
    ZSTD_freeDCtx(work->unzstd);
    ZSTD_freeCCtx(work->zstd);
    cki_memory_free(work);
}

static const struct {
    const char *name;
    cki_codec_id id;
} names[] = {{"zlib", CKI_CODEC_ZLIB},       {"gzip", CKI_CODEC_GZIP},
             {"zstd", CKI_CODEC_ZSTD},       {"lz4", CKI_CODEC_LZ4},
             {"blosc", CKI_CODEC_BLOSC},     {"bz2", CKI_CODEC_BZ2},
             {"lzma", CKI_CODEC_LZMA},       {"shuffle", CKI_CODEC_SHUFFLE},
             {"crc32", CKI_CODEC_CRC32},     {"crc32c", CKI_CODEC_CRC32C},
             {"adler32", CKI_CODEC_ADLER32}, {"fletcher32", CKI_CODEC_FLETCHER32},
             {"deflate", CKI_CODEC_ZLIB}};

bool cki_codec_find(const char *name, cki_codec_id *id)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].name, name) == 0) {
            *id = names[i].id;
            return true;
        }
    return false;
}

const char *cki_codec_name(cki_codec_id id)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].id == id)
            return names[i].name;
    return "unknown";
}

cask_status cki_codec_need(const cki_codec *codec, cki_error *error)
{
    switch (codec->id) {
    case CKI_CODEC_BLOSC:
        return cki_codec_late_blosc(error) ? CASK_OK : CASK_UNSUPPORTED;
    case CKI_CODEC_BZ2:
        return cki_codec_late_bz2(error) ? CASK_OK : CASK_UNSUPPORTED;
    case CKI_CODEC_LZMA:
        return cki_codec_late_lzma(error) ? CASK_OK : CASK_UNSUPPORTED;
    case CKI_CODEC_ZLIB:
    case CKI_CODEC_GZIP:
    case CKI_CODEC_ZSTD:
    case CKI_CODEC_LZ4:
    case CKI_CODEC_SHUFFLE:
    case CKI_CODEC_CRC32:
    case CKI_CODEC_CRC32C:
    case CKI_CODEC_ADLER32:
    case CKI_CODEC_FLETCHER32:
        break;
    }
    return CASK_OK;
}

/* ---- sizes ---- */

double cki_codec_ratio(const cki_codec *codec)
{
    switch (codec->id) {
    case CKI_CODEC_ZLIB:
    case CKI_CODEC_GZIP:
        return 1040;
    case CKI_CODEC_LZ4:
        return 256;
    case CKI_CODEC_ZSTD:
    case CKI_CODEC_BLOSC:
        return 60000; /* a zstd block of 128 KiB takes 4 bytes at least */
    case CKI_CODEC_BZ2:
    case CKI_CODEC_LZMA:
        return 2e6;
    case CKI_CODEC_SHUFFLE:
    case CKI_CODEC_CRC32:
    case CKI_CODEC_CRC32C:
    case CKI_CODEC_ADLER32:
    case CKI_CODEC_FLETCHER32:
        break;
    }
    return 1;
}

bool cki_codec_fixed(const cki_codec *codec, size_t length, size_t *encoded)
{
    if (cki_codec_ratio(codec) > 1)
        return false;
    *encoded = codec->id == CKI_CODEC_SHUFFLE ? length : length + 4;
    return true;
}

size_t cki_codec_bound(const cki_codec *codec, size_t length)
{
    size_t encoded;
    if (cki_codec_fixed(codec, length, &encoded))
        return encoded;
    return length + length / 50 + 1024; /* beyond the worst of each */
}

/* ---- decoding ---- */

static bool verify(cki_codec_id id, bool at_start, const unsigned char *from, size_t length,
                   unsigned char *to, size_t *made, const char **why)
{
    *why = "it is too short for its checksum";
    if (length < 4)
        return false;
    size_t count = length - 4;
    const unsigned char *data = at_start ? from + 4 : from;
    uint32_t want = cki_checksum_get(at_start ? from : from + count), sum = 0;
    if (id == CKI_CODEC_CRC32)
        sum = libdeflate_crc32(0, data, count);
    else if (id == CKI_CODEC_ADLER32)
        sum = libdeflate_adler32(1, data, count);
    else if (id == CKI_CODEC_CRC32C)
        sum = cki_checksum_crc32c(data, count);
    else
        sum = cki_checksum_fletcher32(data, count);
    *why = "its checksum is wrong";
    if (sum != want)
        return false;
    memcpy(to, data, count);
    *made = count;
    return true;
}

static bool inflate_bytes(cki_codec_work *work, const unsigned char *from, size_t length,
                          unsigned char *to, size_t room, size_t *made)
{
    if (!work->inflater)
        work->inflater = libdeflate_alloc_decompressor();
    /* numcodecs and others read either wrapping, and files are labelled wrongly at times */
    bool gzip = length > 2 && from[0] == 0x1f && from[1] == 0x8b;
    if (!work->inflater)
        return false;
    return (gzip ? libdeflate_gzip_decompress(work->inflater, from, length, to, room, made)
                 : libdeflate_zlib_decompress(work->inflater, from, length, to, room, made)) ==
           LIBDEFLATE_SUCCESS;
}

static bool decode_zstd(cki_codec_work *work, const unsigned char *from, size_t length,
                        unsigned char *to, size_t room, size_t *made)
{
    if (!work->unzstd && !(work->unzstd = ZSTD_createDCtx()))
        return false;
    *made = ZSTD_decompressDCtx(work->unzstd, to, room, from, length);
    return !ZSTD_isError(*made);
}

static bool decode_lz4(const unsigned char *from, size_t length, unsigned char *to, size_t room,
                       size_t *made)
{
    if (length < 4 || length - 4 > INT32_MAX)
        return false;
    uint32_t size = cki_checksum_get(from);
    if (size > room || size > INT32_MAX)
        return false;
    int done =
        LZ4_decompress_safe((const char *)from + 4, (char *)to, (int)(length - 4), (int)size);
    *made = size;
    return done >= 0 && (uint32_t)done == size;
}

bool cki_codec_decode(cki_codec_work *work, const cki_codec *codec, const unsigned char *from,
                      size_t length, unsigned char *to, size_t room, size_t *made, const char **why)
{
    *why = "its compressed bytes are damaged";
    switch (codec->id) {
    case CKI_CODEC_ZLIB:
    case CKI_CODEC_GZIP:
        return inflate_bytes(work, from, length, to, room, made);
    case CKI_CODEC_ZSTD:
        return decode_zstd(work, from, length, to, room, made);
    case CKI_CODEC_LZ4:
        return decode_lz4(from, length, to, room, made);
    case CKI_CODEC_BLOSC:
        return cki_codec_late_unblosc(from, length, to, room, made);
    case CKI_CODEC_BZ2:
        return cki_codec_late_unbz2(from, length, to, room, made);
    case CKI_CODEC_LZMA:
        return cki_codec_late_unlzma(codec, from, length, to, room, made);
    case CKI_CODEC_SHUFFLE:
        *why = "it has a wrong size";
        if (length > room)
            return false;
        if (codec->width > 1)
            cki_shuffle_undo(to, from, length, (size_t)codec->width);
        else
            memcpy(to, from, length);
        *made = length;
        return true;
    case CKI_CODEC_CRC32:
    case CKI_CODEC_CRC32C:
    case CKI_CODEC_ADLER32:
    case CKI_CODEC_FLETCHER32:
        break;
    }
    *why = "it has a wrong size";
    if (length > room + 4)
        return false;
    return verify(codec->id, codec->at_start, from, length, to, made, why);
}

/* ---- encoding ---- */

static bool deflate_bytes(cki_codec_work *work, const cki_codec *codec, const unsigned char *from,
                          size_t length, unsigned char *to, size_t room, size_t *made)
{
    int level = codec->level < 0 ? 6 : codec->level; /* the usual one too */
    level = level > 12 ? 12 : level;
    if (work->deflater && work->deflate_level != level) {
        libdeflate_free_compressor(work->deflater);
        work->deflater = NULL;
    }
    if (!work->deflater)
        work->deflater = libdeflate_alloc_compressor(level);
    work->deflate_level = level;
    if (!work->deflater)
        return false;
    *made = codec->id == CKI_CODEC_GZIP
                ? libdeflate_gzip_compress(work->deflater, from, length, to, room)
                : libdeflate_zlib_compress(work->deflater, from, length, to, room);
    return *made > 0;
}

static bool encode_zstd(cki_codec_work *work, const cki_codec *codec, const unsigned char *from,
                        size_t length, unsigned char *to, size_t room, size_t *made)
{
    if (!work->zstd && !(work->zstd = ZSTD_createCCtx()))
        return false;
    int level = codec->level == CKI_CODEC_USUAL ? 0 : codec->level; /* 0 is its usual one, 3 */
    ZSTD_CCtx_setParameter(work->zstd, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(work->zstd, ZSTD_c_checksumFlag, codec->checksum);
    *made = ZSTD_compress2(work->zstd, to, room, from, length);
    return !ZSTD_isError(*made);
}

static bool encode_lz4(const unsigned char *from, size_t length, unsigned char *to, size_t room,
                       size_t *made)
{
    if (length > INT32_MAX / 2 || room < 4)
        return false;
    size_t space = room - 4 > INT32_MAX ? INT32_MAX : room - 4;
    cki_checksum_put(to, (uint32_t)length);
    int done = LZ4_compress_default((const char *)from, (char *)to + 4, (int)length, (int)space);
    *made = (size_t)done + 4;
    return done > 0;
}

static void put_sum(const cki_codec *codec, const unsigned char *from, size_t length,
                    unsigned char *to, size_t *made)
{
    uint32_t sum;
    if (codec->id == CKI_CODEC_CRC32)
        sum = libdeflate_crc32(0, from, length);
    else if (codec->id == CKI_CODEC_ADLER32)
        sum = libdeflate_adler32(1, from, length);
    else if (codec->id == CKI_CODEC_CRC32C)
        sum = cki_checksum_crc32c(from, length);
    else
        sum = cki_checksum_fletcher32(from, length);
    memcpy(codec->at_start ? to + 4 : to, from, length);
    cki_checksum_put(codec->at_start ? to : to + length, sum);
    *made = length + 4;
}

bool cki_codec_encode(cki_codec_work *work, const cki_codec *codec, const unsigned char *from,
                      size_t length, unsigned char *to, size_t room, size_t *made, const char **why)
{
    *why = "the codec cannot take so many bytes at once: choose smaller chunks";
    switch (codec->id) {
    case CKI_CODEC_ZLIB:
    case CKI_CODEC_GZIP:
        return deflate_bytes(work, codec, from, length, to, room, made);
    case CKI_CODEC_ZSTD:
        return encode_zstd(work, codec, from, length, to, room, made);
    case CKI_CODEC_LZ4:
        return encode_lz4(from, length, to, room, made);
    case CKI_CODEC_BLOSC:
        return cki_codec_late_to_blosc(codec, from, length, to, room, made);
    case CKI_CODEC_BZ2:
        return cki_codec_late_to_bz2(codec, from, length, to, room, made);
    case CKI_CODEC_LZMA:
        return cki_codec_late_to_lzma(codec, from, length, to, room, made);
    case CKI_CODEC_SHUFFLE:
        if (codec->width > 1)
            cki_shuffle_do(to, from, length, (size_t)codec->width);
        else
            memcpy(to, from, length);
        *made = length;
        return true;
    case CKI_CODEC_CRC32:
    case CKI_CODEC_CRC32C:
    case CKI_CODEC_ADLER32:
    case CKI_CODEC_FLETCHER32:
        break;
    }
    put_sum(codec, from, length, to, made);
    return true;
}
