/* Text: a growing string whose failures are remembered and asked for once, and UTF-8. */
#ifndef CKI_CORE_TEXT_H
#define CKI_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* {0} is an empty text. `bytes` is NUL-terminated (or NULL while empty). After a failed allocation
 * `failed` is set and nothing more is added. */
typedef struct cki_text {
    char *bytes;
    size_t length, capacity;
    bool failed;
} cki_text;

void cki_text_add(cki_text *text, const char *bytes, size_t length);
void cki_text_put(cki_text *text, const char *string);
void cki_text_char(cki_text *text, char c);
void cki_text_repeat(cki_text *text, char c, size_t count);
void cki_text_format(cki_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One code point as UTF-8. */
void cki_text_code(cki_text *text, uint32_t code);
void cki_text_free(cki_text *text);
/* The bytes, now the caller's (cki_memory_free); NULL if anything failed. Empties the text. */
char *cki_text_take(cki_text *text);

/* The code point at *at (< length), which is moved past it; an ill-formed byte is U+DC80 + its low
 * 7 bits, as Python's surrogateescape has it. */
uint32_t cki_text_decode(const char *bytes, size_t length, size_t *at);
/* Code points in well-formed or ill-formed UTF-8. */
size_t cki_text_codes(const char *bytes, size_t length);
/* The largest length <= limit that does not cut a character. */
size_t cki_text_cut(const char *bytes, size_t limit);

/* How many edits make `a` from `b`, two letters changing places being one, for "did you mean";
 * large words give a bound. */
int cki_text_distance(const char *a, const char *b);

/* "500MB", "1.5 GiB", "64k", "1e9": bytes as Dask reads them. False if it is no such text. */
bool cki_text_bytes(const char *text, uint64_t *bytes);
/* "12.35 GB" for people, in powers of 1000, into a static thread-local buffer of the caller's. */
const char *cki_text_size(uint64_t bytes, char buffer[32]);
/* "1.23 GiB", in powers of 1024, as Dask's format_bytes. */
const char *cki_text_binary_size(uint64_t bytes, char buffer[32]);

/* "10s", "100 ms", "1.5 hours", "3" (seconds): a time as Dask reads it. False if it is no such
 * text. */
bool cki_text_seconds(const char *text, double *seconds);
/* "1.50 s", "3.20 ms", "12m 5s", "2d 3hr", as Dask's format_time. */
const char *cki_text_duration(double seconds, char buffer[32]);

#endif
