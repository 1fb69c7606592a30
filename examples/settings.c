/* Settings from a program: of one context, for the time being, and for all contexts. */
#include <cask/cask.h>
#include <stdio.h>
#include <string.h>

static int failures;

static void check(const char *what, bool good)
{
    if (!good) {
        failures++;
        printf("not so: %s\n", what);
    }
}

/* Whether a key of a context has this text. */
static bool has(cask *ck, const char *key, const char *wanted)
{
    cask_value *value = cask_config_get(ck, key);
    char *text = cask_value_text(value);
    bool good = text && strcmp(text, wanted) == 0;
    cask_text_free(text);
    cask_value_unref(value);
    return good;
}

static void scopes(cask *ck)
{
    check("settings can be made", !cask_config_set(ck, "my.unit", "m/s") &&
                                      !cask_config_begin(ck) &&
                                      !cask_config_set(ck, "array.chunk-size", "1 MiB") &&
                                      !cask_config_set(ck, "my.unit", "km/h") &&
                                      !cask_config_set(ck, "my.other", "[1, 2]"));
    check("what was set is there", has(ck, "my", "{'unit': 'km/h', 'other': [1, 2]}"));
    cask_array x = cask_array_linspace(ck, 0, 1, 1 << 20, 0);
    check("chunks are of the size that was set", cask_array_blocks(x, 0) == 8);
    cask_config_end(ck);
    check("all is as it was", has(ck, "my", "{'unit': 'm/s'}"));
    check("the default is back", has(ck, "array.chunk-size", "128MiB"));
}

static void mistakes(cask *ck)
{
    check("a bad value is refused", cask_config_set(ck, "threads", "many") == CASK_INVALID);
    check("the message says what is wrong",
          strstr(cask_message(ck), "threads: 'many' is no whole number") != NULL);
    cask_clear(ck);
    check("an unknown scheduler is refused", cask_config_set(ck, "scheduler", "magic") != CASK_OK);
    cask_clear(ck);
    check("and nothing has changed", has(ck, "scheduler", "sync"));
    check("a missing key is an error", cask_config_get(ck, "array.chunksize") == NULL &&
                                           strcmp(cask_error_class(ck), "KeyError") == 0);
    cask_clear(ck);
    check("so it is without a context", cask_config_set(NULL, "threads", "-1") == CASK_INVALID &&
                                            strstr(cask_config_message(), "threads") != NULL);
}

/* A library gives keys of its own their defaults, which lose to whatever a user says. */
static void defaults(void)
{
    const char *const own = "my: {speed: 1, depth: 2}";
    check("process", cask_config_set(NULL, "my.speed", "7") == CASK_OK);
    check("defaults", cask_config_merge_yaml(NULL, own, CASK_CONFIG_NEW_DEFAULTS) == CASK_OK);
    cask *ck = cask_open(NULL);
    check("what was said stays", has(ck, "my", "{'speed': 7, 'depth': 2}"));
    cask_value *popped = cask_config_pop(ck, "my.speed");
    check("a key can be taken out", cask_value_i64(popped) == 7 && has(ck, "my", "{'depth': 2}"));
    cask_value_unref(popped);
    char *origin = cask_config_origin(ck, "memory_limit");
    check("origins are told", origin && *origin);
    cask_text_free(origin);
    cask_close(ck);
}

/* Bytes of chunks that a context still holds after a computation: a cache's, if one is configured.
 */
static size_t bytes_held(const char *setting)
{
    const char *const more[] = {setting, NULL};
    cask *ck = cask_open(&(cask_options){.memory_limit = "100MB", .set = more});
    cask_array x = cask_array_linspace(ck, 0, 1, 100000, 10000);
    cask_value *sum = NULL;
    check("a sum", cask_array_compute(cask_array_sum(x, NULL), &sum) == CASK_OK);
    cask_value_unref(sum);
    size_t held = cask_memory_now(ck);
    cask_close(ck);
    return held;
}

int main(void)
{
    const char *const more[] = {"array.chunk_size=1MiB", NULL};
    cask *ck = cask_open(&(cask_options){.scheduler = "sync", .memory_limit = "50%", .set = more});
    check("options are settings", has(ck, "scheduler", "sync") && has(ck, "memory-limit", "50%"));
    check("and so are their words", has(ck, "array.chunk-size", "1MiB"));
    cask_value_unref(cask_config_pop(ck, "array.chunk-size"));
    scopes(ck);
    mistakes(ck);
    cask_close(ck);
    defaults();
    check("nothing is held without a cache", bytes_held("cache.bytes=null") == 0);
    check("a cache holds results", bytes_held("cache.bytes=10MB") > 0);

    uint64_t bytes = 0;
    double seconds = 0;
    char text[32];
    check("sizes", cask_parse_bytes("1.5 GiB", &bytes) && bytes == 1610612736);
    check("sizes as text", strcmp(cask_format_bytes(bytes, text), "1.50 GiB") == 0);
    check("times", cask_parse_timedelta("90 minutes", &seconds) && seconds > 5399.9);
    check("times as text", strcmp(cask_format_time(seconds, text), "90m 0s") == 0);
    if (!failures)
        puts("settings hold");
    return failures > 0;
}
