/* Names: texts numbered in the order in which they were first seen, found by hashing. */
#ifndef CKI_SPEC_NAMES_H
#define CKI_SPEC_NAMES_H

#include "core/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CKI_NO_NAME UINT32_MAX

typedef struct cki_name {
    size_t at; /* in the bytes: NUL-terminated */
    uint32_t length;
    uint32_t hash;
} cki_name;

/* {0} is an empty set. */
typedef struct cki_names {
    cki_name *items;
    uint32_t count, room;
    char *bytes;
    size_t used, bytes_room;
    uint64_t *slots; /* number + 1 and, in the upper half, the hash */
    size_t nslots;   /* a power of 2 */
} cki_names;

/* The number of a text, which is new if need be; CKI_NO_NAME without memory. */
uint32_t cki_names_put(cki_names *names, const char *text, size_t length, cki_error *error);
/* The number of a text; CKI_NO_NAME if it has none. */
uint32_t cki_names_find(const cki_names *names, const char *text, size_t length);
/* Its text, good until the next put. */
const char *cki_names_text(const cki_names *names, uint32_t number);
/* A copy with the same numbers; `copy` is empty before, and after a failure. */
cask_status cki_names_copy(cki_names *copy, const cki_names *names, cki_error *error);
void cki_names_free(cki_names *names);

#endif
