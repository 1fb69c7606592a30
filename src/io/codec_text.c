/* Codecs as people write them: "zstd", "gzip:9", "blosc:zstd:5:bitshuffle", "none". */
#include "io/codec.h"

#include <stdlib.h>
#include <string.h>

static cask_status refuse(const char *text, cki_error *error)
{
    return cki_fail(
        error, CASK_INVALID, "ValueError",
        "'%s' is no codec: write none, or NAME[:LEVEL] with zstd, gzip, zlib, lz4, bz2, "
        "lzma, or blosc[:lz4|lz4hc|blosclz|zlib|zstd|snappy][:LEVEL]"
        "[:shuffle|bitshuffle|noshuffle]",
        text);
}

static bool is_word(const char *word, size_t length, const char *other)
{
    return strlen(other) == length && memcmp(word, other, length) == 0;
}

/* A part behind the name: a level, or one of Blosc's words. */
static bool take_part(const char *part, size_t length, cki_codec *codec)
{
    static const char *const inner[] = {"lz4", "lz4hc", "blosclz", "zlib", "zstd", "snappy"};
    static const char *const shuffles[] = {"noshuffle", "shuffle", "bitshuffle"};
    char *end;
    long level = strtol(part, &end, 10);
    if (length && end == part + length && level >= -100 && level <= 100) {
        codec->level = (int)level;
        return true;
    }
    for (size_t i = 0; codec->id == CKI_CODEC_BLOSC && i < sizeof inner / sizeof *inner; i++)
        if (is_word(part, length, inner[i])) {
            memcpy(codec->cname, inner[i], strlen(inner[i]) + 1);
            return true;
        }
    bool shuffles_too = codec->id == CKI_CODEC_ZLIB || codec->id == CKI_CODEC_GZIP; /* in HDF5 */
    for (int i = 0; (codec->id == CKI_CODEC_BLOSC || (shuffles_too && i < 2)) && i < 3; i++)
        if (is_word(part, length, shuffles[i])) {
            codec->shuffle = i;
            return true;
        }
    return false;
}

cask_status cki_codec_parse(const char *text, int width, cki_codec *codec, bool *none,
                            cki_error *error)
{
    char name[16];
    size_t length = strcspn(text, ":");
    *codec = (cki_codec){.level = CKI_CODEC_USUAL, .width = width, .shuffle = 1, .cname = "lz4"};
    codec->format = 1;
    *none = is_word(text, length, "none");
    if (*none && !text[length])
        return CASK_OK;
    if (length >= sizeof name)
        return refuse(text, error);
    memcpy(name, text, length);
    name[length] = '\0';
    if (!cki_codec_find(name, &codec->id))
        return refuse(text, error);
    codec->at_start = codec->id == CKI_CODEC_CRC32 || codec->id == CKI_CODEC_ADLER32;
    while (text[length]) {
        const char *part = text + length + 1;
        size_t size = strcspn(part, ":");
        if (!take_part(part, size, codec))
            return refuse(text, error);
        length += 1 + size;
    }
    return cki_codec_need(codec, error);
}
