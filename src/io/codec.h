/* Codecs: bytes to fewer bytes and back, by the names that Zarr and HDF5 give them. */
#ifndef CKI_IO_CODEC_H
#define CKI_IO_CODEC_H

#include "core/fail.h"

typedef enum cki_codec_id {
    CKI_CODEC_ZLIB,
    CKI_CODEC_GZIP,
    CKI_CODEC_ZSTD,
    CKI_CODEC_LZ4, /* numcodecs': the decoded size before one block */
    CKI_CODEC_BLOSC,
    CKI_CODEC_BZ2,
    CKI_CODEC_LZMA,
    CKI_CODEC_SHUFFLE,
    CKI_CODEC_CRC32,
    CKI_CODEC_CRC32C,
    CKI_CODEC_ADLER32,
    CKI_CODEC_FLETCHER32
} cki_codec_id;

enum { CKI_CODEC_USUAL = -1000 }; /* a level that nobody chose */

/* One codec with its parameters; those that do not concern it are not looked at. */
typedef struct cki_codec {
    cki_codec_id id;
    int level;      /* of compression */
    int width;      /* bytes of an element, for shuffle and Blosc */
    int shuffle;    /* Blosc: 0 none, 1 bytes, 2 bits */
    int blocksize;  /* Blosc: 0 is its own choice */
    char cname[12]; /* Blosc: lz4, zstd, ... */
    int format;     /* LZMA: 1 xz, 2 alone, 3 raw */
    bool at_start;  /* where a checksum lies */
    bool checksum;  /* Zstandard: whether frames end with one */
} cki_codec;

/* What libraries keep between one chunk and the next; one thread's. NULL when there is no memory.
 */
typedef struct cki_codec_work cki_codec_work;
cki_codec_work *cki_codec_work_new(cki_error *error);
void cki_codec_work_free(cki_codec_work *work);

/* The codec of that name ("zstd", "gzip", ...; "zlib" and "deflate" are one); false if unknown. */
bool cki_codec_find(const char *name, cki_codec_id *id);
const char *cki_codec_name(cki_codec_id id);
/* "zstd:5", "blosc:zstd:5:bitshuffle", "gzip", as people write them: ValueError that lists what
 * there is. *none is set by "none". `width` is of the elements to come. */
cask_status cki_codec_parse(const char *text, int width, cki_codec *codec, bool *none,
                            cki_error *error);
/* Load what the codec needs; ImportError that names the package. Before any other use. */
cask_status cki_codec_need(const cki_codec *codec, cki_error *error);

/* How many times larger decoded bytes can be at most; bounds what a file can claim. */
double cki_codec_ratio(const cki_codec *codec);
/* The size of what `length` bytes become if that does not depend on them; false if it does. */
bool cki_codec_fixed(const cki_codec *codec, size_t length, size_t *encoded);
/* The most that `length` bytes become. */
size_t cki_codec_bound(const cki_codec *codec, size_t length);

/* Exactly `want` bytes of `length` encoded ones, or fewer (*made). False with *why in a few words
 * if the bytes are not what they should be. */
bool cki_codec_decode(cki_codec_work *work, const cki_codec *codec, const unsigned char *from,
                      size_t length, unsigned char *to, size_t room, size_t *made,
                      const char **why);
/* `room` is at least the bound. False when there is no memory, or too much for the codec. */
bool cki_codec_encode(cki_codec_work *work, const cki_codec *codec, const unsigned char *from,
                      size_t length, unsigned char *to, size_t room, size_t *made,
                      const char **why);

#endif
