/* Codecs whose libraries are loaded when the first chunk needs them. */
#ifndef CKI_IO_CODEC_LATE_H
#define CKI_IO_CODEC_LATE_H

#include "io/codec.h"

/* Load one; false with ImportError told, which names the package. Any thread, any number of times.
 */
bool cki_codec_late_blosc(cki_error *error);
bool cki_codec_late_bz2(cki_error *error);
bool cki_codec_late_lzma(cki_error *error);

/* After that. */
bool cki_codec_late_unblosc(const unsigned char *from, size_t length, unsigned char *to,
                            size_t room, size_t *made);
bool cki_codec_late_to_blosc(const cki_codec *codec, const unsigned char *from, size_t length,
                             unsigned char *to, size_t room, size_t *made);
bool cki_codec_late_unbz2(const unsigned char *from, size_t length, unsigned char *to, size_t room,
                          size_t *made);
bool cki_codec_late_to_bz2(const cki_codec *codec, const unsigned char *from, size_t length,
                           unsigned char *to, size_t room, size_t *made);
bool cki_codec_late_unlzma(const cki_codec *codec, const unsigned char *from, size_t length,
                           unsigned char *to, size_t room, size_t *made);
bool cki_codec_late_to_lzma(const cki_codec *codec, const unsigned char *from, size_t length,
                            unsigned char *to, size_t room, size_t *made);

#endif
