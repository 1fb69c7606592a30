/* Settings: a list of keys that were set. Setting a group's name replaces the group, setting a key
 * below a plain value replaces the value. */
#include "config/settings.h"

#include "core/memory.h"

#include <string.h>

/* Whether `key` is `front`, or lies below it. */
static bool is_below(const char *key, const char *front)
{
    size_t length = strlen(front);
    return strncmp(key, front, length) == 0 && (key[length] == '\0' || key[length] == '.');
}

static void free_setting(cki_setting *setting)
{
    cki_memory_free(setting->key);
    cki_memory_free(setting->origin);
    cask_value_unref(setting->value);
}

const cki_setting *cki_settings_find(const cki_settings *settings, const char *key)
{
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->items[i].key, key) == 0)
            return &settings->items[i];
    return NULL;
}

bool cki_settings_remove(cki_settings *settings, const char *key)
{
    size_t kept = 0;
    for (size_t i = 0; i < settings->count; i++) {
        if (is_below(settings->items[i].key, key))
            free_setting(&settings->items[i]);
        else
            settings->items[kept++] = settings->items[i];
    }
    bool removed = kept != settings->count;
    settings->count = kept;
    return removed;
}

void cki_settings_free(cki_settings *settings)
{
    for (size_t i = 0; i < settings->count; i++)
        free_setting(&settings->items[i]);
    cki_memory_free(settings->items);
    cki_text_free(&settings->warnings);
    *settings = (cki_settings){0};
}

static bool make_room(cki_settings *settings)
{
    if (settings->count < settings->capacity)
        return true;
    size_t capacity = settings->capacity ? settings->capacity * 2 : 16;
    cki_setting *items = cki_memory_realloc(settings->items, capacity * sizeof *items);
    if (!items)
        return false;
    settings->items = items;
    settings->capacity = capacity;
    return true;
}

/* One canonical key with a value that is no dict. */
static cask_status insert(cki_settings *settings, const char *key, const cask_value *value,
                          cki_rank rank, const char *origin, cki_error *error)
{
    cki_setting made = {.key = cki_memory_copy(key, strlen(key)),
                        .origin = cki_memory_copy(origin, strlen(origin)),
                        .rank = rank};
    if (!made.key || !made.origin || !make_room(settings)) {
        free_setting(&made);
        return cki_fail_memory(error, sizeof made);
    }
    cki_settings_remove(settings, key);
    /* A plain value that stood where a group is now. */
    for (char *dot = strrchr(made.key, '.'); dot; dot = strrchr(made.key, '.')) {
        *dot = '\0';
        const cki_setting *above = cki_settings_find(settings, made.key);
        if (above)
            cki_settings_remove(settings, made.key);
    }
    memcpy(made.key, key, strlen(key));
    made.value = cask_value_ref((cask_value *)(uintptr_t)value);
    settings->items[settings->count++] = made;
    return CASK_OK;
}

void cki_settings_warn(cki_settings *settings, const char *line)
{
    if (settings->warnings.bytes && strstr(settings->warnings.bytes, line))
        return;
    cki_text_put(&settings->warnings, line);
    cki_text_char(&settings->warnings, '\n');
}

static void warn_unknown(cki_settings *settings, const char *key, const char *origin)
{
    const char *near = cki_keys_nearest(key);
    cki_text line = {0};
    cki_text_format(&line, "configuration key %s (%s) is unknown", key, origin);
    if (near)
        cki_text_format(&line, "; did you mean %s?", near);
    if (!line.failed)
        cki_settings_warn(settings, line.bytes);
    cki_text_free(&line);
}

static void warn_renamed(cki_settings *settings, const char *warning, const char *origin)
{
    cki_text line = {0};
    cki_text_format(&line, "%s (%s)", warning, origin);
    if (!line.failed)
        cki_settings_warn(settings, line.bytes);
    cki_text_free(&line);
}

/* A failure gets the place it comes from. */
static cask_status from(cki_error *error, const cki_error *inner, const char *origin)
{
    return cki_fail(error, inner->status, inner->python, "%s (%s)", inner->message, origin);
}

static cask_status put_plain(cki_settings *settings, const char *key, const cask_value *value,
                             cki_rank rank, cki_merge merge, const char *origin, cki_error *error)
{
    cki_error inner = {0};
    const char *warning;
    const char *now = cki_keys_renamed(key, &warning, &inner);
    if (inner.status != CASK_OK)
        return from(error, &inner, origin);
    if (warning)
        warn_renamed(settings, warning, origin);
    key = now ? now : key;
    const cki_config_key *known = cki_keys_find(key);
    if (known && cki_keys_check(known, value, &inner) != CASK_OK)
        return from(error, &inner, origin);
    if (!known && cki_keys_is_group(key) && value->kind != CKI_NONE)
        return cki_fail(error, CASK_INVALID, NULL,
                        "%s is a group of keys and has no value of its own (%s): see cask config "
                        "list",
                        key, origin);
    const cki_setting *old = cki_settings_find(settings, key);
    if (old && (merge == CKI_MERGE_OLD ||
                (merge == CKI_MERGE_NEW_DEFAULTS && old->rank != CKI_RANK_DEFAULT)))
        return CASK_OK;
    if (!known && !old && rank != CKI_RANK_DEFAULT)
        warn_unknown(settings, key, origin);
    return insert(settings, key, value, rank, origin, error);
}

/* What is still to be set of a dict. */
typedef struct pending {
    char *key;
    const cask_value *value;
} pending;

typedef struct worklist {
    pending *items;
    size_t count, capacity;
} worklist;

/* Takes over `key`, also on failure. */
static cask_status push(worklist *list, char *key, const cask_value *value, cki_error *error)
{
    if (key && list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 16;
        pending *items = cki_memory_realloc(list->items, capacity * sizeof *items);
        if (!items) {
            cki_memory_free(key);
            return cki_fail_memory(error, capacity * sizeof *items);
        }
        list->items = items;
        list->capacity = capacity;
    }
    if (!key)
        return error->status != CASK_OK ? error->status : cki_fail_memory(error, 1);
    list->items[list->count++] = (pending){key, value};
    return CASK_OK;
}

/* The items of a dict under `front`, the last one first, so that they come off in order. */
static cask_status push_items(worklist *list, const char *front, const cask_value *dict,
                              const char *origin, cki_error *error)
{
    cask_status status = CASK_OK;
    for (size_t i = dict->as.dict.count; i-- > 0 && status == CASK_OK;) {
        const cask_value *name = dict->as.dict.keys[i];
        cki_text text = {0};
        if (name->kind != CKI_STR) {
            status = cki_fail(error, CASK_TYPE, NULL,
                              "%s: the names of configuration keys are text, not %s (%s)", front,
                              cki_value_type(name), origin);
            continue;
        }
        cki_text_format(&text, "%s.%s", front, name->as.text.bytes);
        char *key = text.failed ? NULL : cki_keys_canonical(text.bytes, text.length, error);
        cki_text_free(&text);
        status = push(list, key, dict->as.dict.values[i], error);
    }
    return status;
}

cask_status cki_settings_put(cki_settings *settings, const char *key, size_t length,
                             const cask_value *value, cki_rank rank, cki_merge merge,
                             const char *origin, cki_error *error)
{
    cki_error local = {0};
    error = error ? error : &local;
    cki_error inner = {0};
    char *canonical = cki_keys_canonical(key, length, &inner);
    if (!canonical)
        return from(error, &inner, origin);
    worklist list = {0};
    cask_status status = push(&list, canonical, value, error);
    while (list.count) {
        pending next = list.items[--list.count];
        if (status == CASK_OK && next.value->kind == CKI_DICT)
            status = push_items(&list, next.key, next.value, origin, error);
        else if (status == CASK_OK)
            status = put_plain(settings, next.key, next.value, rank, merge, origin, error);
        cki_memory_free(next.key);
    }
    cki_memory_free(list.items);
    return status;
}

cask_status cki_settings_overlay(cki_settings *to, const cki_settings *settings, cki_rank rank,
                                 cki_error *error)
{
    cask_status status = CASK_OK;
    for (size_t i = 0; i < settings->count && status == CASK_OK; i++) {
        const cki_setting *s = &settings->items[i];
        if (s->rank >= rank)
            status = insert(to, s->key, s->value, s->rank, s->origin, error);
    }
    return status;
}

cask_status cki_settings_copy(const cki_settings *settings, cki_settings *copy, cki_error *error)
{
    *copy = (cki_settings){0};
    cask_status status = cki_settings_overlay(copy, settings, CKI_RANK_DEFAULT, error);
    if (settings->warnings.bytes)
        cki_text_put(&copy->warnings, settings->warnings.bytes);
    if (status != CASK_OK)
        cki_settings_free(copy);
    return status;
}
