/* Settings: what was set, key by key, with where it came from. Not thread-safe; config.h is. */
#ifndef CKI_CONFIG_SETTINGS_H
#define CKI_CONFIG_SETTINGS_H

#include "config/keys.h"

/* Who set it; a later one of a higher or equal rank wins. */
typedef enum cki_rank {
    CKI_RANK_DEFAULT, /* of a plug-in or program for keys of its own */
    CKI_RANK_FILE,
    CKI_RANK_ENVIRONMENT,
    CKI_RANK_PROCESS, /* set while running, for all contexts opened later */
    CKI_RANK_CONTEXT  /* options of a context, or set in it */
} cki_rank;

/* What an existing value means for a new one. */
typedef enum cki_merge {
    CKI_MERGE_NEW,         /* it goes */
    CKI_MERGE_OLD,         /* it stays */
    CKI_MERGE_NEW_DEFAULTS /* it stays unless it is itself a default */
} cki_merge;

typedef struct cki_setting {
    char *key; /* canonical */
    cask_value *value;
    char *origin; /* "/etc/cask/site.yaml:3", "environment CASK_THREADS", "option" */
    cki_rank rank;
} cki_setting;

/* {0} is empty. */
typedef struct cki_settings {
    cki_setting *items;
    size_t count, capacity;
    cki_text warnings; /* lines */
} cki_settings;

/* Set a key, written in any form. A dict sets the keys below. A known key's value is checked
 * (ValueError "threads: 'x' is no ... (file:3)"); an unknown key is set too, with a warning unless
 * it is a default. On failure nothing, or part of a dict, is set. */
cask_status cki_settings_put(cki_settings *settings, const char *key, size_t length,
                             const cask_value *value, cki_rank rank, cki_merge merge,
                             const char *origin, cki_error *error);
/* One more line of warning, unless it was said before. */
void cki_settings_warn(cki_settings *settings, const char *line);
/* What was set under a canonical key itself; NULL if nothing was. */
const cki_setting *cki_settings_find(const cki_settings *settings, const char *key);
/* Remove a key and all below it; whether there was any. */
bool cki_settings_remove(cki_settings *settings, const char *key);
/* All of `settings` of at least that rank, put into `to`. */
cask_status cki_settings_overlay(cki_settings *to, const cki_settings *settings, cki_rank rank,
                                 cki_error *error);
cask_status cki_settings_copy(const cki_settings *settings, cki_settings *copy, cki_error *error);
void cki_settings_free(cki_settings *settings);

#endif
