/* Reading configuration: values with their defaults, groups as dicts, and typed values. */
#include "config/config.h"
#include "config/yaml.h"
#include "core/memory.h"
#include "sys/environment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- any key ---- */

static cask_value *fallback(const cki_config_key *key, cki_error *error)
{
    return key->fallback ? cki_yaml_literal(key->fallback, error) : cki_value_none();
}

/* The value that holds for a key of the table: a new reference. */
static cask_value *effective(const cki_settings *settings, const cki_config_key *key,
                             const cki_setting **setting, cki_error *error)
{
    const cki_setting *found = cki_settings_find(settings, key->name);
    *setting = found;
    if (found && found->value->kind != CKI_NONE)
        return cask_value_ref(found->value);
    return fallback(key, error);
}

/* Put `value`, whose reference is taken over, at a dotted path of nested dicts. */
static cask_status place(cask_value *root, const char *path, cask_value *value, cki_error *error)
{
    cask_value *dict = root;
    cask_status status = CASK_OK;
    for (const char *dot; (dot = strchr(path, '.')) != NULL && status == CASK_OK; path = dot + 1) {
        cask_value *name = cki_value_str(path, (size_t)(dot - path), error);
        cask_value *next = name ? cki_value_dict_get(dict, name, NULL) : NULL;
        if (name && !next) {
            next = cki_value_dict(error);
            status =
                next ? cki_value_dict_set(dict, cask_value_ref(name), next, error) : error->status;
        }
        if (!name)
            status = error->status;
        cask_value_unref(name);
        dict = next;
    }
    if (status != CASK_OK) {
        cask_value_unref(value);
        return status;
    }
    cask_value *name = cki_value_string(path, error);
    if (!name) {
        cask_value_unref(value);
        return error->status;
    }
    return cki_value_dict_set(dict, name, value, error);
}

typedef struct tree {
    cask_value *root;
    const char *front; /* only keys below it; "" for all */
    bool any;
} tree;

static cask_status grow(void *user, const cki_config_key *key, const char *name,
                        const cask_value *value, const char *origin, cki_error *error)
{
    tree *t = user;
    (void)key, (void)origin;
    size_t length = strlen(t->front);
    if (length && (strncmp(name, t->front, length) != 0 || name[length] != '.'))
        return CASK_OK;
    t->any = true;
    return place(t->root, name + (length ? length + 1 : 0),
                 cask_value_ref((cask_value *)(uintptr_t)value), error);
}

cask_status cki_config_each(cki_config *config, cki_config_take take, void *user, cki_error *error)
{
    const cki_settings *settings = cki_config_lock(config);
    cask_status status = CASK_OK;
    const cki_config_key *key;
    for (size_t i = 0; (key = cki_keys_at(i)) != NULL && status == CASK_OK; i++) {
        const cki_setting *setting;
        cask_value *value = effective(settings, key, &setting, error);
        status =
            value ? take(user, key, key->name, value, setting ? setting->origin : "default", error)
                  : error->status;
        cask_value_unref(value);
    }
    for (size_t i = 0; i < settings->count && status == CASK_OK; i++) {
        const cki_setting *s = &settings->items[i];
        if (!cki_keys_find(s->key))
            status = take(user, NULL, s->key, s->value, s->origin, error);
    }
    cki_config_unlock(config);
    return status;
}

/* The canonical present name: new text. */
static char *present_name(const char *key, cki_error *error)
{
    char *name = cki_keys_canonical(key, strlen(key), error);
    const char *warning;
    const char *now = name ? cki_keys_renamed(name, &warning, error) : NULL;
    if (now || (name && error->status != CASK_OK)) {
        cki_memory_free(name);
        name = now ? cki_memory_copy(now, strlen(now)) : NULL;
        if (now && !name)
            cki_fail_memory(error, 1);
    }
    return name;
}

static void fail_unknown(const char *name, cki_error *error)
{
    const char *near = cki_keys_nearest(name);
    cki_fail(error, CASK_NOT_FOUND, NULL, "there is no configuration key %s%s%s%s", name,
             near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static cask_value *group(cki_config *config, const char *name, cki_error *error)
{
    tree t = {.root = cki_value_dict(error), .front = name};
    if (t.root && cki_config_each(config, grow, &t, error) == CASK_OK && t.any)
        return t.root;
    if (t.root && error->status == CASK_OK)
        fail_unknown(name, error);
    cask_value_unref(t.root);
    return NULL;
}

cask_value *cki_config_get(cki_config *config, const char *key, cki_error *error)
{
    if (!*key)
        return group(config, "", error);
    char *name = present_name(key, error);
    if (!name)
        return NULL;
    const cki_config_key *known = cki_keys_find(name);
    const cki_setting *setting;
    cask_value *value = NULL;
    const cki_settings *settings = cki_config_lock(config);
    if (known)
        value = effective(settings, known, &setting, error);
    else if ((setting = cki_settings_find(settings, name)) != NULL)
        value = cask_value_ref(setting->value);
    cki_config_unlock(config);
    if (!value && error->status == CASK_OK)
        value = group(config, name, error);
    cki_memory_free(name);
    return value;
}

char *cki_config_origin(cki_config *config, const char *key, cki_error *error)
{
    char *name = present_name(key, error);
    if (!name)
        return NULL;
    const cki_settings *settings = cki_config_lock(config);
    const cki_setting *setting = cki_settings_find(settings, name);
    const char *origin = setting ? setting->origin : cki_keys_find(name) ? "default" : NULL;
    char *copy = origin ? cki_memory_copy(origin, strlen(origin)) : NULL;
    cki_config_unlock(config);
    if (!origin)
        fail_unknown(name, error);
    else if (!copy)
        cki_fail_memory(error, 1);
    cki_memory_free(name);
    return copy;
}

/* ---- known keys ---- */

/* A known key's value; NULL where there is none, or no memory. */
static cask_value *known_value(cki_config *config, const char *name, cki_error *error)
{
    const cki_config_key *key = cki_keys_find(name);
    if (!key) {
        cki_fail_internal(error, name);
        return NULL;
    }
    const cki_setting *setting;
    cask_value *value = effective(cki_config_lock(config), key, &setting, error);
    cki_config_unlock(config);
    if (value && value->kind == CKI_NONE) {
        cask_value_unref(value);
        value = NULL;
    }
    return value;
}

double cki_config_number(cki_config *config, const char *key, double otherwise, cki_error *error)
{
    cask_value *value = known_value(config, key, error);
    double number = otherwise;
    if (value && value->kind == CKI_STR)
        cki_text_seconds(value->as.text.bytes, &number);
    else if (value && value->kind == CKI_BOOL)
        number = value->as.boolean;
    else if (value)
        number = cask_value_f64(value);
    cask_value_unref(value);
    return number;
}

uint64_t cki_config_bytes(cki_config *config, const char *key, uint64_t whole, cki_error *error)
{
    cask_value *value = known_value(config, key, error);
    uint64_t bytes = whole;
    if (value && value->kind == CKI_STR) {
        char *end;
        double part = strtod(value->as.text.bytes, &end);
        if (*end == '%')
            bytes = (uint64_t)((double)whole * part / 100);
        else
            cki_text_bytes(value->as.text.bytes, &bytes);
    } else if (value) {
        bytes = (uint64_t)cask_value_f64(value);
    }
    cask_value_unref(value);
    return bytes;
}

char *cki_config_text(cki_config *config, const char *key, cki_error *error)
{
    cask_value *value = known_value(config, key, error);
    if (!value)
        return NULL;
    char *text = cki_memory_copy(value->as.text.bytes, value->as.text.length);
    if (!text)
        cki_fail_memory(error, value->as.text.length);
    cask_value_unref(value);
    return text;
}

/* The paths one after the other, each with its NUL; "a:b" is two. */
static size_t add_paths(cki_text *text, const char *paths)
{
    const char *home = cki_environment_get("HOME");
    size_t count = 0;
    for (const char *at = paths; *at;) {
        size_t length = strcspn(at, ":");
        if (length) {
            if (home && at[0] == '~' && (length == 1 || at[1] == '/')) {
                cki_text_put(text, home);
                cki_text_add(text, at + 1, length - 1);
            } else {
                cki_text_add(text, at, length);
            }
            cki_text_char(text, '\0');
            count++;
        }
        at += length + (at[length] == ':');
    }
    return count;
}

char **cki_config_paths(cki_config *config, const char *key, cki_error *error)
{
    cask_value *value = known_value(config, key, error);
    if (!value)
        return NULL;
    cki_text text = {0};
    size_t count = 0;
    if (value->kind == CKI_STR)
        count = add_paths(&text, value->as.text.bytes);
    else
        for (size_t i = 0; i < value->as.list.count; i++)
            count += add_paths(&text, value->as.list.items[i]->as.text.bytes);
    cask_value_unref(value);
    char **paths =
        count && !text.failed ? cki_memory_alloc((count + 1) * sizeof *paths + text.length) : NULL;
    if (paths) {
        char *bytes = (char *)(paths + count + 1);
        memcpy(bytes, text.bytes, text.length);
        for (size_t i = 0; i < count; i++, bytes += strlen(bytes) + 1)
            paths[i] = bytes;
        paths[count] = NULL;
    } else if (count) {
        cki_fail_memory(error, text.length);
    }
    cki_text_free(&text);
    return paths;
}
