/* Tokens: 128-bit names of values, equal for equal values, the same in every run (XXH3). */
#ifndef CKI_VALUE_TOKEN_H
#define CKI_VALUE_TOKEN_H

#include "value/value.h"

typedef struct cki_token {
    uint64_t low, high;
} cki_token;

/* A running hash that things are added to; sizes and kinds are mixed in, so no two sequences of
 * additions collide by concatenation. The state is on the heap: start may fail. */
typedef struct cki_hasher cki_hasher;
cki_hasher *cki_token_start(cki_error *error);
void cki_token_bytes(cki_hasher *hasher, const void *bytes, size_t count);
void cki_token_int(cki_hasher *hasher, int64_t number);
void cki_token_text(cki_hasher *hasher, const char *text);
void cki_token_token(cki_hasher *hasher, cki_token token);
/* Any value; a set's order does not count. Objects by class name and address (not stable over runs)
 * unless their class says otherwise later. */
void cki_token_value(cki_hasher *hasher, const cask_value *value);
cki_token cki_token_end(cki_hasher *hasher); /* frees the hasher */

cki_token cki_token_of(const cask_value *value);
/* Of one among many things of one token. */
cki_token cki_token_nth(cki_token token, int64_t n);
bool cki_token_same(cki_token a, cki_token b);
/* 32 hexadecimal digits. */
const char *cki_token_hex(cki_token token, char buffer[33]);

#endif
