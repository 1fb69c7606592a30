/* Configuring: the public calls of <cask/config.h>, and the way from keys to what a context runs
 * with. A key that is read here is in the table of config/keys.c, and the other way round. */
#include "configure.h"

#include "config/config.h"
#include "config/yaml.h"
#include "core/memory.h"
#include "scheduler.h"
#include "sys/machine.h"

#include <stdio.h>
#include <string.h>

/* ---- from keys to fields ---- */

static cask_status use_scheduler(cask *ck, cki_error *error)
{
    char *name = cki_config_text(ck->config, "scheduler", error);
    if (!name)
        return error->status;
    cki_scheduler_choose(ck, name, error);
    cki_memory_free(name);
    return error->status;
}

/* Where to spill: the context's own list, NULL for the system's folder. */
static char **find_directories(cki_config *config, cki_error *error)
{
    char **directories = cki_config_paths(config, "spill.directory", error);
    if (!directories && error->status == CASK_OK)
        directories = cki_config_paths(config, "temporary-directory", error);
    return directories;
}

static bool compresses(cki_config *config, cki_error *error)
{
    char *compression = cki_config_text(config, "spill.compression", error);
    bool compress = compression && strcmp(compression, "none") != 0;
    cki_memory_free(compression);
    return compress;
}

/* Set the context's fields from its configuration. */
static cask_status use(cask *ck)
{
    cki_error error = {0};
    cki_config *config = ck->config;
    double threads = cki_config_number(config, "threads", 0, &error);
    uint64_t memory = cki_config_bytes(config, "memory-limit", cki_machine_memory(), &error);
    const cki_tuning tuning = {
        .chunk_bytes = cki_config_bytes(config, "array.chunk-size", 0, &error),
        .file_chunk_bytes = cki_config_bytes(config, "array.file-chunk-size", 0, &error),
        .piece_bytes = cki_config_bytes(config, "array.rechunk-piece-size", 0, &error),
        .split_every = (int)cki_config_number(config, "split-every", 0, &error),
        .fuse = cki_config_number(config, "optimization.fuse.active", 1, &error) > 0,
        .fuse_delayed = cki_config_number(config, "optimization.fuse.delayed", 1, &error) > 0,
        .fuse_annotated = cki_config_number(config, "optimization.annotations.fuse", 1, &error) > 0,
        .fuse_ave_width = cki_config_number(config, "optimization.fuse.ave-width", 0, &error),
        .fuse_max_width = cki_config_number(config, "optimization.fuse.max-width", 0, &error),
        .fuse_max_height = cki_config_number(config, "optimization.fuse.max-height", 0, &error),
        .fuse_max_depth =
            cki_config_number(config, "optimization.fuse.max-depth-new-edges", 0, &error),
        .retries = (int)cki_config_number(config, "retries", 0, &error),
        .compress = compresses(config, &error),
        .directories = find_directories(config, &error),
    };
    if (error.status == CASK_OK)
        use_scheduler(ck, &error);
    if (error.status != CASK_OK) {
        cki_memory_free(tuning.directories);
        return cki_context_fail(ck, &error);
    }
    cki_memory_free(ck->tuning.directories);
    ck->threads = threads >= 1 ? (int)threads : cki_machine_processors();
    ck->memory_limit = memory ? (size_t)memory : 1;
    ck->tuning = tuning;
    return CASK_OK;
}

static cask_status put(cki_config *config, const char *key, cask_value *value, cki_error *error)
{
    cask_status status =
        value ? cki_config_put(config, key, value, CKI_RANK_CONTEXT, CKI_MERGE_NEW, "option", error)
              : error->status;
    cask_value_unref(value);
    return status;
}

static cask_status put_options(cki_config *config, const cask_options *options, cki_error *error)
{
    cask_status status = CASK_OK;
    for (const char *const *word = options->set; word && *word && status == CASK_OK; word++)
        status = cki_config_put_word(config, *word, CKI_RANK_CONTEXT, "option", error);
    if (status == CASK_OK && options->threads)
        status = put(config, "threads", cki_value_int(options->threads, error), error);
    if (status == CASK_OK && options->memory_limit)
        status = put(config, "memory-limit", cki_value_string(options->memory_limit, error), error);
    if (status == CASK_OK && options->scheduler)
        status = put(config, "scheduler", cki_value_string(options->scheduler, error), error);
    if (status == CASK_OK && options->retries)
        status = put(config, "retries", cki_value_int(options->retries, error), error);
    if (status == CASK_OK && options->spill_directory)
        status = put(config, "spill.directory", cki_value_string(options->spill_directory, error),
                     error);
    if (status == CASK_OK && options->cache)
        status = put(config, "cache.bytes", cki_value_string(options->cache, error), error);
    return status;
}

/* A cache of the context's own, if that is configured. */
static cask_status open_cache(cask *ck)
{
    cki_error error = {0};
    uint64_t bytes = cki_config_bytes(ck->config, "cache.bytes", 0, &error);
    const cask_cache_options options = {
        .limit = cki_config_number(ck->config, "cache.limit", 0, &error),
        .halflife = cki_config_number(ck->config, "cache.halflife", 0, &error),
    };
    if (error.status == CASK_OK && bytes) {
        ck->own_cache = cask_cache_new((size_t)bytes, &options);
        if (!ck->own_cache)
            cki_fail_memory(&error, (size_t)bytes);
    }
    if (error.status != CASK_OK)
        return cki_context_fail(ck, &error);
    return bytes ? cask_cache_register(ck, ck->own_cache) : CASK_OK;
}

cask_status cki_configure_open(cask *ck, const cask_options *options)
{
    cki_error error = {0};
    if (options)
        ck->options = *options;
    ck->config = cki_config_open(ck->options.config, &error);
    if (ck->config && options)
        put_options(ck->config, options, &error);
    /* The caller's texts may go. */
    ck->options.config = ck->options.memory_limit = ck->options.scheduler = NULL;
    ck->options.spill_directory = ck->options.cache = NULL;
    ck->options.set = NULL;
    if (error.status != CASK_OK)
        return cki_context_fail(ck, &error);
    cask_status status = use(ck);
    return status == CASK_OK ? open_cache(ck) : status;
}

void cki_configure_close(cask *ck)
{
    cask_cache_free(ck->own_cache);
    cki_memory_free(ck->tuning.directories);
    cki_config_close(ck->config);
}

/* ---- the public calls ---- */

/* What the last failed call without a context said. */
static _Thread_local char message[sizeof((cki_error *)NULL)->message];

static cask_status tell(cask *ck, const cki_error *error)
{
    if (ck)
        return cki_context_fail(ck, error);
    snprintf(message, sizeof message, "%s", error->message);
    return error->status;
}

const char *cask_config_message(void)
{
    return message;
}

/* The configuration that a call means; NULL after a failure. */
static cki_config *config_of(cask *ck, cki_error *error)
{
    if (!ck)
        return cki_config_process(error);
    if (!ck->config)
        cki_fail(error, CASK_INVALID, NULL, "the context could not be opened: %s",
                 ck->error.message);
    return ck->config;
}

static cki_rank rank_of(const cask *ck)
{
    return ck ? CKI_RANK_CONTEXT : CKI_RANK_PROCESS;
}

static cask_status tell_null(cask *ck, const char *function, const char *parameter)
{
    cki_error error = {0};
    cki_fail(&error, CASK_INVALID, NULL, "%s: '%s' is NULL", function, parameter);
    return tell(ck, &error);
}

cask_value *cask_config_get(cask *ck, const char *key)
{
    cki_error error = {0};
    if (!key) {
        tell_null(ck, "cask_config_get", "key");
        return NULL;
    }
    cki_config *config = config_of(ck, &error);
    cask_value *value = config ? cki_config_get(config, key, &error) : NULL;
    if (!value)
        tell(ck, &error);
    return value;
}

/* A change is made in a scope, so that it can be taken back: if it failed, or if the context cannot
 * follow it. */
static cki_config *begin_change(cask *ck, cki_error *error)
{
    cki_config *config = config_of(ck, error);
    return config && cki_config_begin(config, error) == CASK_OK ? config : NULL;
}

static cask_status end_change(cask *ck, cki_config *config, const cki_error *error)
{
    cask_status status = error->status == CASK_OK && ck ? use(ck) : error->status;
    if (config && status == CASK_OK)
        cki_config_keep(config);
    else if (config)
        cki_config_end(config);
    return error->status == CASK_OK ? status : tell(ck, error);
}

cask_status cask_config_set_value(cask *ck, const char *key, const cask_value *value)
{
    cki_error error = {0};
    if (!key || !value)
        return tell_null(ck, "cask_config_set_value", key ? "value" : "key");
    cki_config *config = begin_change(ck, &error);
    if (config)
        cki_config_put(config, key, value, rank_of(ck), CKI_MERGE_NEW, "program", &error);
    return end_change(ck, config, &error);
}

cask_status cask_config_set(cask *ck, const char *key, const char *text)
{
    cki_error error = {0};
    if (!key || !text)
        return tell_null(ck, "cask_config_set", key ? "text" : "key");
    cask_value *value = cki_yaml_literal(text, &error);
    if (!value)
        return tell(ck, &error);
    cask_status status = cask_config_set_value(ck, key, value);
    cask_value_unref(value);
    return status;
}

cask_value *cask_config_pop(cask *ck, const char *key)
{
    cki_error error = {0};
    if (!key) {
        tell_null(ck, "cask_config_pop", "key");
        return NULL;
    }
    cki_config *config = begin_change(ck, &error);
    cask_value *value = config ? cki_config_get(config, key, &error) : NULL;
    if (value)
        cki_config_remove(config, key, &error);
    if (end_change(ck, config, &error) == CASK_OK)
        return value;
    cask_value_unref(value);
    return NULL;
}

cask_status cask_config_merge_yaml(cask *ck, const char *yaml, cask_config_merge merge)
{
    cki_error error = {0};
    if (!yaml)
        return tell_null(ck, "cask_config_merge_yaml", "yaml");
    cki_config *config = begin_change(ck, &error);
    bool defaults = merge == CASK_CONFIG_NEW_DEFAULTS;
    if (config)
        cki_config_put_text(config, yaml, defaults ? CKI_RANK_DEFAULT : rank_of(ck),
                            defaults                   ? CKI_MERGE_NEW_DEFAULTS
                            : merge == CASK_CONFIG_OLD ? CKI_MERGE_OLD
                                                       : CKI_MERGE_NEW,
                            "program", &error);
    return end_change(ck, config, &error);
}

cask_status cask_config_begin(cask *ck)
{
    cki_error error = {0};
    cki_config *config = begin_change(ck, &error);
    return config ? CASK_OK : tell(ck, &error);
}

void cask_config_end(cask *ck)
{
    cki_error error = {0};
    cki_config *config = config_of(ck, &error);
    if (!config)
        return;
    cki_config_end(config);
    if (ck)
        use(ck);
}

cask_status cask_config_refresh(void)
{
    cki_error error = {0};
    return cki_config_refresh(&error) == CASK_OK ? CASK_OK : tell(NULL, &error);
}

char *cask_config_origin(cask *ck, const char *key)
{
    cki_error error = {0};
    if (!key) {
        tell_null(ck, "cask_config_origin", "key");
        return NULL;
    }
    cki_config *config = config_of(ck, &error);
    char *origin = config ? cki_config_origin(config, key, &error) : NULL;
    if (!origin)
        tell(ck, &error);
    return origin;
}

char *cask_config_warnings(cask *ck)
{
    cki_error error = {0};
    cki_config *config = config_of(ck, &error);
    char *warnings = config ? cki_config_warnings(config, &error) : NULL;
    if (!warnings)
        tell(ck, &error);
    return warnings;
}

bool cask_parse_bytes(const char *text, uint64_t *bytes)
{
    return cki_text_bytes(text, bytes);
}

bool cask_parse_timedelta(const char *text, double *seconds)
{
    return cki_text_seconds(text, seconds);
}

const char *cask_format_bytes(uint64_t bytes, char *buffer)
{
    return cki_text_binary_size(bytes, buffer);
}

const char *cask_format_time(double seconds, char *buffer)
{
    return cki_text_duration(seconds, buffer);
}
