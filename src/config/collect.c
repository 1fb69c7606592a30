/* Collecting configuration: folders of YAML files, one file or folder chosen by name, the
 * environment. */
#include "config/collect.h"

#include "config/expand.h"
#include "config/yaml.h"
#include "core/memory.h"
#include "sys/file.h"

#include <string.h>

enum { FILE_BYTES = 4 << 20 }; /* larger ones are no configuration */

/* One text being read. */
typedef struct reading {
    cki_settings *settings;
    const char *name;
    const char *origin;
    cki_rank rank;
    cki_merge merge;
    const char *const *environment; /* to expand; NULL: nothing is */
} reading;

static cask_status take(void *user, const char *path, size_t length, const cask_value *value,
                        size_t line, cki_error *error)
{
    reading *r = user;
    cki_text origin = {0};
    if (r->origin)
        cki_text_put(&origin, r->origin);
    else
        cki_text_format(&origin, "%s:%zu", r->name, line);
    cask_value *expanded = cki_expand_value(value, r->environment, error);
    cask_status status = origin.failed ? cki_fail_memory(error, length)
                         : !expanded   ? error->status
                                       : cki_settings_put(r->settings, path, length, expanded,
                                                          r->rank, r->merge, origin.bytes, error);
    cask_value_unref(expanded);
    cki_text_free(&origin);
    return status;
}

cask_status cki_collect_text(const char *text, size_t length, const char *name, const char *origin,
                             cki_rank rank, cki_merge merge, cki_settings *settings,
                             cki_error *error)
{
    reading r = {settings, name, origin, rank, merge, NULL};
    return cki_yaml_read(text, length, name, take, &r, error);
}

static cask_status read_file(reading *r, const char *path, cki_error *error)
{
    cki_file *file = cki_file_open(path, error);
    if (!file)
        return error->status;
    uint64_t size = cki_file_size(file);
    cask_status status = CASK_OK;
    char *text = NULL;
    if (size > FILE_BYTES)
        status = cki_fail(error, CASK_FORMAT, "ValueError",
                          "%s: %llu bytes are too many for a configuration file", path,
                          (unsigned long long)size);
    else if (!(text = cki_memory_alloc((size_t)size + 1)))
        status = cki_fail_memory(error, (size_t)size + 1);
    if (status == CASK_OK)
        status = cki_file_read(file, 0, text, (size_t)size, "the configuration", error);
    r->name = path;
    if (status == CASK_OK)
        status = cki_yaml_read(text, (size_t)size, path, take, r, error);
    cki_memory_free(text);
    cki_file_unref(file);
    return status;
}

/* A file of a folder: one that cannot be read is told of, and passed over. */
static cask_status take_file(void *user, const char *path, cki_error *error)
{
    reading *r = user;
    const char *suffix = strrchr(path, '.');
    if (strcmp(suffix, ".yaml") != 0 && strcmp(suffix, ".yml") != 0)
        return CASK_OK;
    cki_error local = {0};
    cask_status status = read_file(r, path, &local);
    if (status == CASK_OK)
        return CASK_OK;
    if (strcmp(local.python, "PermissionError") != 0 &&
        strcmp(local.python, "IsADirectoryError") != 0)
        return cki_fail(error, local.status, local.python, "%s", local.message);
    cki_settings_warn(r->settings, local.message);
    return CASK_OK;
}

static cask_status read_folder(reading *r, const char *folder, cki_error *error)
{
    cki_text pattern = {0};
    for (const char *at = folder; *at; at++)
        cki_text_format(&pattern, strchr("*?[", *at) ? "[%c]" : "%c", *at);
    cki_text_put(&pattern, "/*.y*ml");
    cki_error local = {0};
    cask_status status = pattern.failed ? cki_fail_memory(&local, pattern.length)
                                        : cki_file_glob(pattern.bytes, take_file, r, &local);
    cki_text_free(&pattern);
    if (status == CASK_OK || strcmp(local.python, "FileNotFoundError") == 0)
        return CASK_OK;
    return cki_fail(error, local.status, local.python, "%s", local.message);
}

static cask_status read_chosen(reading *r, const char *path, cki_error *error)
{
    cki_error local = {0};
    if (read_file(r, path, &local) == CASK_OK)
        return CASK_OK;
    if (strcmp(local.python, "IsADirectoryError") == 0)
        return read_folder(r, path, error);
    return cki_fail(error, local.status, local.python, "%s", local.message);
}

/* "CASK_SPILL__DIRECTORY=/big". CASK_CONFIG says where to read and is no key itself. */
static cask_status take_variable(cki_settings *settings, const char *variable, cki_error *error)
{
    static const char prefix[] = "CASK_";
    enum { PREFIX = sizeof prefix - 1 };
    const char *equals = strchr(variable, '=');
    if (strncmp(variable, prefix, PREFIX) != 0 || !equals || equals == variable + PREFIX ||
        strncmp(variable, "CASK_CONFIG=", strlen("CASK_CONFIG=")) == 0)
        return CASK_OK;
    cki_text key = {0}, origin = {0};
    for (const char *at = variable + PREFIX; at < equals; at++) {
        bool nests = at[0] == '_' && at[1] == '_';
        cki_text_char(&key, nests                          ? '.'
                            : at[0] >= 'A' && at[0] <= 'Z' ? (char)(at[0] + 32)
                                                           : at[0]);
        at += nests;
    }
    cki_text_format(&origin, "environment %.*s", (int)(equals - variable), variable);
    cask_value *value = cki_yaml_literal(equals + 1, error);
    cask_status status =
        !value ? error->status
        : key.failed || origin.failed
            ? cki_fail_memory(error, key.length)
            : cki_settings_put(settings, key.bytes, key.length, value, CKI_RANK_ENVIRONMENT,
                               CKI_MERGE_NEW, origin.bytes, error);
    cask_value_unref(value);
    cki_text_free(&key);
    cki_text_free(&origin);
    return status;
}

cask_status cki_collect_places_of(const cki_collect_places *places, cki_settings *settings,
                                  cki_error *error)
{
    reading r = {.settings = settings,
                 .rank = CKI_RANK_FILE,
                 .merge = CKI_MERGE_NEW,
                 .environment = places->environment};
    cask_status status = CASK_OK;
    if (places->system)
        status = read_folder(&r, places->system, error);
    if (status == CASK_OK && places->user)
        status = read_folder(&r, places->user, error);
    if (status == CASK_OK && places->chosen)
        status = read_chosen(&r, places->chosen, error);
    for (const char *const *v = places->environment; status == CASK_OK && v && *v; v++)
        status = take_variable(settings, *v, error);
    return status;
}

cask_status cki_collect_word(const char *word, cki_rank rank, const char *origin,
                             cki_settings *settings, cki_error *error)
{
    const char *equals = strchr(word, '=');
    if (!equals || equals == word)
        return cki_fail(error, CASK_INVALID, NULL, "'%.100s' is not of the form KEY=VALUE (%s)",
                        word, origin);
    cask_value *value = cki_yaml_literal(equals + 1, error);
    cask_status status = value ? cki_settings_put(settings, word, (size_t)(equals - word), value,
                                                  rank, CKI_MERGE_NEW, origin, error)
                               : error->status;
    cask_value_unref(value);
    return status;
}
