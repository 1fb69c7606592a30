/* Configuration: the settings of the process and of each context. Thread-safe. */
#ifndef CKI_CONFIG_CONFIG_H
#define CKI_CONFIG_CONFIG_H

#include "config/settings.h"

typedef struct cki_config cki_config;

/* The process's: what files and the environment say, collected when it is first asked for, and what
 * was set since. NULL if that fails; the next call tries again. Never freed. */
cki_config *cki_config_process(cki_error *error);
/* Read files and environment again; what was set while running stays. */
cask_status cki_config_refresh(cki_error *error);
/* A context's: a copy of the process's as it is now. `chosen`, if not NULL, is a file or folder
 * that stands in the place of $CASK_CONFIG. */
cki_config *cki_config_open(const char *chosen, cki_error *error);
void cki_config_close(cki_config *config); /* accepts NULL */

/* cki_settings_put(), and "KEY=VALUE". */
cask_status cki_config_put(cki_config *config, const char *key, const cask_value *value,
                           cki_rank rank, cki_merge merge, const char *origin, cki_error *error);
cask_status cki_config_put_word(cki_config *config, const char *word, cki_rank rank,
                                const char *origin, cki_error *error);
/* All keys of a YAML text. */
cask_status cki_config_put_text(cki_config *config, const char *yaml, cki_rank rank,
                                cki_merge merge, const char *origin, cki_error *error);
/* The value under a key in any form, its default if none was set, a dict for a group, everything
 * for
 * "": a new reference. KeyError, with the nearest key, if there is none. */
cask_value *cki_config_get(cki_config *config, const char *key, cki_error *error);
/* Remove a key and all below it: defaults hold again. Whether anything was set. */
bool cki_config_remove(cki_config *config, const char *key, cki_error *error);
/* Where the value comes from, "default" if it was not set: new text. KeyError as above. */
char *cki_config_origin(cki_config *config, const char *key, cki_error *error);

/* From begin to end all changes are for the time being: end restores what was. Scopes nest. */
cask_status cki_config_begin(cki_config *config, cki_error *error);
void cki_config_end(cki_config *config);
/* End the innermost scope, but let what was set in it stay. */
void cki_config_keep(cki_config *config);

/* What people should be told, a line each: unknown keys, old names. New text, "" if nothing. */
char *cki_config_warnings(cki_config *config, cki_error *error);

/* Each key with its value and origin, known ones in the table's order, then others, until `take`
 * says no. `key` is NULL for others. The lock is held meanwhile. */
typedef cask_status (*cki_config_take)(void *user, const cki_config_key *key, const char *name,
                                       const cask_value *value, const char *origin,
                                       cki_error *error);
cask_status cki_config_each(cki_config *config, cki_config_take take, void *user, cki_error *error);

/* The settings themselves, for a moment. */
cki_settings *cki_config_lock(cki_config *config);
void cki_config_unlock(cki_config *config);

/* ---- values of known keys, as what reads them wants them; failures are of memory alone ---- */

/* Of a COUNT, REAL, FLAG (0, 1) or TIME (seconds); `otherwise` where there is none. */
double cki_config_number(cki_config *config, const char *key, double otherwise, cki_error *error);
/* Of BYTES or MEMORY; a part is one of `whole`. */
uint64_t cki_config_bytes(cki_config *config, const char *key, uint64_t whole, cki_error *error);
/* Of TEXT or a CHOICE: new text, NULL (no failure) where there is none. */
char *cki_config_text(cki_config *config, const char *key, cki_error *error);
/* Of PATHS: NULL-terminated, "~/" replaced; one block, freed by cki_memory_free. NULL (no failure)
 * where there are none. */
char **cki_config_paths(cki_config *config, const char *key, cki_error *error);

/* The user's folder of configuration files: new text, "" if there is none. */
char *cki_config_folder(cki_error *error);

#endif
