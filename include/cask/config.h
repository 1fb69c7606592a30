/* Configuration: defaults, YAML files, the environment and a program's own settings, one over the
 * other. docs/configuration.md lists the keys.
 *
 * Files are /etc/cask/x.yaml, then ~/.config/cask/x.yaml, then the file or folder $CASK_CONFIG;
 * then count CASK_SPILL__DIRECTORY=/big and the like; then what a program sets for the process, and
 * what it sets for a context. Keys are written "spill.directory"; "-" and "_" are the same in them.
 *
 * Where `ck` is NULL the process's configuration is meant: a context is opened with a copy of it,
 * and later changes of it do not reach the context. Safe from any thread, but a context's settings
 * must not change while it computes. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_CONFIG_H
#define CASK_CONFIG_H

#include "value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The value of a key as it was written ("2GB" stays text), or its default; a dict for a group of
 * keys
 * ("spill"), or all there is (""). A new reference; NULL, and KeyError, if there is none. */
CASK_API
cask_value *cask_config_get(cask *ck, const char *key);

/* Set a key, from text read as a command line's would be ("4", "2GB", "[/a, /b]", "null" for the
 * default) or from a value, of which a dict sets the keys below. ValueError if the key cannot have
 * that value. A program may have keys of its own. */
CASK_API
CASK_CHECKED
cask_status cask_config_set(cask *ck, const char *key, const char *text);
CASK_API
CASK_CHECKED
cask_status cask_config_set_value(cask *ck, const char *key, const cask_value *value);

/* The value of a key, which is then as if it had never been set. A new reference; NULL, and
 * KeyError, if there is none. */
CASK_API
cask_value *cask_config_pop(cask *ck, const char *key);

/* How new settings meet those that are there. */
typedef enum cask_config_merge {
    CASK_CONFIG_NEW,         /* the new ones win */
    CASK_CONFIG_OLD,         /* what is there stays */
    CASK_CONFIG_NEW_DEFAULTS /* what is there stays, but for earlier defaults: how a library gives
                                its keys their defaults, which no setting of a user's loses to */
} cask_config_merge;

/* Set all keys of a YAML text. */
CASK_API
CASK_CHECKED
cask_status cask_config_merge_yaml(cask *ck, const char *yaml, cask_config_merge merge);

/* What is set between begin and end is so for the time being: end restores exactly what was, keys
 * that were not there included. Scopes nest. A process's scopes are those of all its threads. */
CASK_API
CASK_CHECKED
cask_status cask_config_begin(cask *ck);
CASK_API
void cask_config_end(cask *ck);

/* Read files and environment again, for contexts opened from now on. What the process set stays. */
CASK_API
CASK_CHECKED
cask_status cask_config_refresh(void);

/* Where a key's value comes from: "default", "/etc/cask/site.yaml:3", "environment CASK_THREADS",
 * "program". The caller frees it with cask_text_free. NULL, and KeyError, if there is no such key.
 */
CASK_API
char *cask_config_origin(cask *ck, const char *key);

/* What a person should be told of the configuration, a line for each thing, "" for nothing: keys
 * that nobody knows, old names. The caller frees it with cask_text_free; NULL without memory. */
CASK_API
char *cask_config_warnings(cask *ck);

/* What the calling thread's last failed call with `ck` NULL said. */
CASK_API
const char *cask_config_message(void);

/* ---- sizes and times as configuration writes them ---- */

/* "128 MiB", "5kB", "1e6": bytes. False, and nothing given, if it is no such text. */
CASK_API
bool cask_parse_bytes(const char *text, uint64_t *bytes);
/* "100 ms", "1.5h", "3" (seconds): seconds. */
CASK_API
bool cask_parse_timedelta(const char *text, double *seconds);
/* "1.23 GiB", "4.00 s" into a buffer of 32 bytes, which is returned. */
CASK_API
const char *cask_format_bytes(uint64_t bytes, char *buffer);
CASK_API
const char *cask_format_time(double seconds, char *buffer);

#ifdef __cplusplus
}
#endif

#endif
