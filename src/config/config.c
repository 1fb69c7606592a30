/* Configuration: settings behind a lock, the process's and those of contexts, and scopes. */
#include "config/config.h"

#include "config/collect.h"
#include "config/yaml.h"
#include "core/memory.h"
#include "sys/environment.h"
#include "sys/thread.h"

#include <string.h>

/* What was in force before a scope began. */
typedef struct scope {
    cki_settings saved;
    struct scope *outer;
} scope;

struct cki_config {
    cki_mutex lock;
    cki_settings now;
    scope *scopes;
};

static struct {
    cki_once once;
    cki_config config;
    bool collected; /* under the config's lock */
} process = {.once = CKI_ONCE_INIT};

static void init_process(void)
{
    cki_thread_mutex_init(&process.config.lock);
}

/* ---- collecting ---- */

char *cki_config_folder(cki_error *error)
{
    const char *base = cki_environment_get("XDG_CONFIG_HOME");
    cki_text text = {0};
    if (base && base[0] == '/') {
        cki_text_format(&text, "%s/cask", base);
    } else if ((base = cki_environment_get("HOME")) && base[0] == '/') {
        cki_text_format(&text, "%s/.config/cask", base);
    } else {
        cki_text_put(&text, "");
    }
    char *folder = text.length ? cki_text_take(&text) : cki_memory_copy("", 0);
    if (!folder)
        cki_fail_memory(error, 1);
    cki_text_free(&text);
    return folder;
}

static cask_status collect(const char *chosen, cki_settings *settings, cki_error *error)
{
    char *user = cki_config_folder(error);
    if (!user)
        return error->status;
    const char *variable = cki_environment_get("CASK_CONFIG");
    const cki_collect_places places = {
        .system = "/etc/cask",
        .user = *user ? user : NULL,
        .chosen = chosen                  ? chosen
                  : variable && *variable ? variable
                                          : NULL,
        .environment = cki_environment_all(),
    };
    cask_status status = cki_collect_places_of(&places, settings, error);
    cki_memory_free(user);
    return status;
}

/* Collect anew, and put on top what was set while running. Under the process's lock. */
static cask_status collect_process(const char *chosen, cki_settings *settings, cki_error *error)
{
    *settings = (cki_settings){0};
    cask_status status = collect(chosen, settings, error);
    if (status == CASK_OK)
        status = cki_settings_overlay(settings, &process.config.now, CKI_RANK_PROCESS, error);
    if (status != CASK_OK)
        cki_settings_free(settings);
    return status;
}

static cask_status collect_if_not_yet(cki_error *error)
{
    if (process.collected)
        return CASK_OK;
    cki_settings made;
    cask_status status = collect_process(NULL, &made, error);
    if (status != CASK_OK)
        return status;
    cki_settings_free(&process.config.now);
    process.config.now = made;
    process.collected = true;
    return CASK_OK;
}

cki_config *cki_config_process(cki_error *error)
{
    cki_thread_once(&process.once, init_process);
    cki_thread_lock(&process.config.lock);
    cask_status status = collect_if_not_yet(error);
    cki_thread_unlock(&process.config.lock);
    return status == CASK_OK ? &process.config : NULL;
}

cask_status cki_config_refresh(cki_error *error)
{
    cki_thread_once(&process.once, init_process);
    cki_thread_lock(&process.config.lock);
    cki_settings made;
    cask_status status = collect_process(NULL, &made, error);
    if (status == CASK_OK) {
        cki_settings_free(&process.config.now);
        process.config.now = made;
        process.collected = true;
    }
    cki_thread_unlock(&process.config.lock);
    return status;
}

cki_config *cki_config_open(const char *chosen, cki_error *error)
{
    cki_thread_once(&process.once, init_process);
    cki_config *config = cki_memory_calloc(1, sizeof *config);
    if (!config) {
        cki_fail_memory(error, sizeof *config);
        return NULL;
    }
    cki_thread_mutex_init(&config->lock);
    cki_thread_lock(&process.config.lock);
    cask_status status = chosen ? CASK_OK : collect_if_not_yet(error);
    if (status == CASK_OK)
        status = chosen ? collect_process(chosen, &config->now, error)
                        : cki_settings_copy(&process.config.now, &config->now, error);
    cki_thread_unlock(&process.config.lock);
    if (status == CASK_OK)
        return config;
    cki_config_close(config);
    return NULL;
}

void cki_config_close(cki_config *config)
{
    if (!config)
        return;
    while (config->scopes)
        cki_config_end(config);
    cki_settings_free(&config->now);
    cki_thread_mutex_free(&config->lock);
    cki_memory_free(config);
}

/* ---- setting ---- */

cask_status cki_config_put(cki_config *config, const char *key, const cask_value *value,
                           cki_rank rank, cki_merge merge, const char *origin, cki_error *error)
{
    cki_thread_lock(&config->lock);
    cask_status status =
        cki_settings_put(&config->now, key, strlen(key), value, rank, merge, origin, error);
    cki_thread_unlock(&config->lock);
    return status;
}

cask_status cki_config_put_word(cki_config *config, const char *word, cki_rank rank,
                                const char *origin, cki_error *error)
{
    cki_thread_lock(&config->lock);
    cask_status status = cki_collect_word(word, rank, origin, &config->now, error);
    cki_thread_unlock(&config->lock);
    return status;
}

cask_status cki_config_put_text(cki_config *config, const char *yaml, cki_rank rank,
                                cki_merge merge, const char *origin, cki_error *error)
{
    cki_thread_lock(&config->lock);
    cask_status status =
        cki_collect_text(yaml, strlen(yaml), origin, origin, rank, merge, &config->now, error);
    cki_thread_unlock(&config->lock);
    return status;
}

bool cki_config_remove(cki_config *config, const char *key, cki_error *error)
{
    char *name = cki_keys_canonical(key, strlen(key), error);
    if (!name)
        return false;
    const char *warning;
    const char *now = cki_keys_renamed(name, &warning, NULL);
    cki_thread_lock(&config->lock);
    bool removed = cki_settings_remove(&config->now, now ? now : name);
    cki_thread_unlock(&config->lock);
    cki_memory_free(name);
    return removed;
}

cask_status cki_config_begin(cki_config *config, cki_error *error)
{
    scope *s = cki_memory_calloc(1, sizeof *s);
    if (!s)
        return cki_fail_memory(error, sizeof *s);
    cki_thread_lock(&config->lock);
    cask_status status = cki_settings_copy(&config->now, &s->saved, error);
    if (status == CASK_OK) {
        s->outer = config->scopes;
        config->scopes = s;
    }
    cki_thread_unlock(&config->lock);
    if (status != CASK_OK)
        cki_memory_free(s);
    return status;
}

/* Take the innermost scope off; what the settings are afterwards. */
static void end(cki_config *config, bool restore)
{
    cki_thread_lock(&config->lock);
    scope *s = config->scopes;
    if (s) {
        cki_settings gone = restore ? config->now : s->saved;
        if (restore)
            config->now = s->saved;
        config->scopes = s->outer;
        cki_settings_free(&gone);
    }
    cki_thread_unlock(&config->lock);
    cki_memory_free(s);
}

void cki_config_end(cki_config *config)
{
    end(config, true);
}

void cki_config_keep(cki_config *config)
{
    end(config, false);
}

/* ---- reading ---- */

cki_settings *cki_config_lock(cki_config *config)
{
    cki_thread_lock(&config->lock);
    return &config->now;
}

void cki_config_unlock(cki_config *config)
{
    cki_thread_unlock(&config->lock);
}

char *cki_config_warnings(cki_config *config, cki_error *error)
{
    cki_thread_lock(&config->lock);
    const cki_text *warnings = &config->now.warnings;
    char *text = cki_memory_copy(warnings->bytes ? warnings->bytes : "", warnings->length);
    cki_thread_unlock(&config->lock);
    if (!text)
        cki_fail_memory(error, 1);
    return text;
}
