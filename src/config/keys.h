/* Keys of the configuration: one table says what there is, its kind, default and meaning; what a
 * value must be to stand under its key. */
#ifndef CKI_CONFIG_KEYS_H
#define CKI_CONFIG_KEYS_H

#include "core/fail.h"
#include "core/text.h"
#include "value/value.h"

typedef enum cki_config_kind {
    CKI_CONFIG_TEXT,
    CKI_CONFIG_CHOICE, /* one of `choices` */
    CKI_CONFIG_COUNT,  /* whole, least..most */
    CKI_CONFIG_REAL,   /* least..most */
    CKI_CONFIG_FLAG,
    CKI_CONFIG_BYTES,  /* 1000000, "500MB", "1GiB" */
    CKI_CONFIG_MEMORY, /* the same, or a part of the machine's memory: "60%" */
    CKI_CONFIG_TIME,   /* seconds, or "100ms" */
    CKI_CONFIG_PATHS   /* one path, several with colons between them, or a list */
} cki_config_kind;

/* Every known key may also be null, which is its default. */
typedef struct cki_config_key {
    const char *name; /* "memory-limit", "spill.directory": lower case, hyphens, dots */
    cki_config_kind kind;
    const char *fallback;  /* the default as a file would write it; NULL: none */
    const char *otherwise; /* what holds where there is none; NULL if there is one */
    const char *doc;       /* one or two sentences */
    const char *choices;   /* of a CHOICE: "auto lz4 none" */
    double least, most;    /* of a COUNT and a REAL */
} cki_config_key;

/* All of them, in the order of the manual; NULL after the last. */
const cki_config_key *cki_keys_at(size_t i);
/* Of a canonical name; NULL if it is not in the table. */
const cki_config_key *cki_keys_find(const char *name);
/* Whether `name` is the front of known keys ("spill" of "spill.directory"). */
bool cki_keys_is_group(const char *name);
/* The known key or group that a hand may have meant; NULL if none is near. */
const char *cki_keys_nearest(const char *name);

/* The name as the table writes it: hyphens for underscores. New text; NULL without memory, or
 * (ValueError) if it is no name: empty parts, blanks, more than 200 bytes. */
char *cki_keys_canonical(const char *name, size_t length, cki_error *error);

/* Old names and other people's names for a key: the present name, NULL if `name` is none of them.
 * `*warning` says what to tell, NULL if nothing; a name that went for good is KeyError. */
const char *cki_keys_renamed(const char *name, const char **warning, cki_error *error);

/* ValueError, or TypeError, that names the key, the value and what it should be. */
cask_status cki_keys_check(const cki_config_key *key, const cask_value *value, cki_error *error);

#endif
