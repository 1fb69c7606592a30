/* Blosc, bzip2 and xz by tables of their functions, filled at the first use: they bring several
 * libraries more, whose loading would be most of the time that a small command takes. */
#include "io/codec_late.h"
#include "sys/library.h"
#include "sys/thread.h"

#include <blosc.h>
#include <bzlib.h>
#include <lzma.h>
#include <string.h>

/* The functions that are called, under their own names. X(name) */
#define BLOSC_CALLS(X) X(blosc_compress_ctx) X(blosc_decompress_ctx) X(blosc_cbuffer_validate)
#define BZ2_CALLS(X)   X(BZ2_bzBuffToBuffCompress) X(BZ2_bzBuffToBuffDecompress)
#define LZMA_CALLS(X)                                                                              \
    X(lzma_auto_decoder)                                                                           \
    X(lzma_raw_decoder)                                                                            \
    X(lzma_lzma_preset) X(lzma_code) X(lzma_end) X(lzma_easy_buffer_encode)

#define MEMBER(name) __typeof__(name) *name;
#define NAME(name)   #name,

/* A library: its table, and whether it could be loaded. */
#define LATE(late, calls, soname, package)                                                         \
    static struct {                                                                                \
        calls(MEMBER)                                                                              \
    } late;                                                                                        \
    static cki_error late##_error;                                                                 \
    static void load_##late(void)                                                                  \
    {                                                                                              \
        static const char *const names[] = {calls(NAME)};                                          \
        cki_library_load(soname, package, names, sizeof names / sizeof *names, &(late),            \
                         &late##_error);                                                           \
    }                                                                                              \
    bool cki_codec_late_##late(cki_error *error)                                                   \
    {                                                                                              \
        static cki_once once = CKI_ONCE_INIT;                                                      \
        cki_thread_once(&once, load_##late);                                                       \
        if (late##_error.status != CASK_OK)                                                        \
            cki_fail(error, late##_error.status, late##_error.python, "%s", late##_error.message); \
        return late##_error.status == CASK_OK;                                                     \
    }

LATE(blosc, BLOSC_CALLS, CASK_BLOSC_SONAME, "libblosc1")
LATE(bz2, BZ2_CALLS, CASK_BZ2_SONAME, "libbz2-1.0")
LATE(lzma, LZMA_CALLS, CASK_LZMA_SONAME, "liblzma5")

/* ---- Blosc ---- */

bool cki_codec_late_unblosc(const unsigned char *from, size_t length, unsigned char *to,
                            size_t room, size_t *made)
{
    if (length < BLOSC_MIN_HEADER_LENGTH || blosc.blosc_cbuffer_validate(from, length, made) < 0 ||
        *made > room)
        return false;
    int done = blosc.blosc_decompress_ctx(from, to, room, 1);
    return done >= 0 && (size_t)done == *made;
}

bool cki_codec_late_to_blosc(const cki_codec *codec, const unsigned char *from, size_t length,
                             unsigned char *to, size_t room, size_t *made)
{
    if (length > BLOSC_MAX_BUFFERSIZE)
        return false;
    int level = codec->level == CKI_CODEC_USUAL ? 5 : codec->level;
    size_t width =
        codec->width > 0 && codec->width <= BLOSC_MAX_TYPESIZE ? (size_t)codec->width : 1;
    int done = blosc.blosc_compress_ctx(level, codec->shuffle, width, length, from, to, room,
                                        codec->cname, (size_t)codec->blocksize, 1);
    *made = done > 0 ? (size_t)done : 0;
    return done > 0;
}

/* ---- bzip2 ---- */

bool cki_codec_late_unbz2(const unsigned char *from, size_t length, unsigned char *to, size_t room,
                          size_t *made)
{
    unsigned made_here = room > UINT32_MAX ? UINT32_MAX : (unsigned)room;
    if (length > UINT32_MAX)
        return false;
    int result = bz2.BZ2_bzBuffToBuffDecompress((char *)to, &made_here, (char *)(uintptr_t)from,
                                                (unsigned)length, 0, 0);
    *made = made_here;
    return result == BZ_OK;
}

bool cki_codec_late_to_bz2(const cki_codec *codec, const unsigned char *from, size_t length,
                           unsigned char *to, size_t room, size_t *made)
{
    unsigned made_here = room > UINT32_MAX ? UINT32_MAX : (unsigned)room;
    int level = codec->level < 1 || codec->level > 9 ? 1 : codec->level;
    if (length > UINT32_MAX)
        return false;
    int result = bz2.BZ2_bzBuffToBuffCompress((char *)to, &made_here, (char *)(uintptr_t)from,
                                              (unsigned)length, level, 0, 0);
    *made = made_here;
    return result == BZ_OK;
}

/* ---- xz ---- */

bool cki_codec_late_unlzma(const cki_codec *codec, const unsigned char *from, size_t length,
                           unsigned char *to, size_t room, size_t *made)
{
    static const uint64_t most = (uint64_t)256 << 20; /* bytes for its own tables */
    lzma_stream stream = LZMA_STREAM_INIT;
    lzma_options_lzma options;
    lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, NULL}};
    lzma_ret result = LZMA_OK;
    if (codec->format != 3)
        result = lzma.lzma_auto_decoder(&stream, most, 0);
    else if (lzma.lzma_lzma_preset(&options, codec->level < 0 ? 6 : (uint32_t)codec->level))
        return false;
    else
        result = lzma.lzma_raw_decoder(&stream, filters);
    if (result != LZMA_OK)
        return false;
    stream.next_in = from;
    stream.avail_in = length;
    stream.next_out = to;
    stream.avail_out = room;
    result = lzma.lzma_code(&stream, LZMA_FINISH);
    *made = (size_t)stream.total_out;
    lzma.lzma_end(&stream);
    return result == LZMA_STREAM_END;
}

bool cki_codec_late_to_lzma(const cki_codec *codec, const unsigned char *from, size_t length,
                            unsigned char *to, size_t room, size_t *made)
{
    uint32_t preset = codec->level < 0 || codec->level > 9 ? 6 : (uint32_t)codec->level;
    *made = 0;
    return lzma.lzma_easy_buffer_encode(preset, LZMA_CHECK_CRC64, NULL, from, length, to, made,
                                        room) == LZMA_OK;
}
