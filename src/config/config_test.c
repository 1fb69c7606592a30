/* Tests of configuration: keys and their values, files and environment, precedence, scopes. */
#include "config/collect.h"
#include "config/config.h"
#include "config/expand.h"
#include "config/yaml.h"
#include "core/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- settings ---- */

static cask_status put(cki_settings *settings, const char *key, const char *text, cki_rank rank,
                       cki_merge merge, const char *origin, cki_error *error)
{
    cask_value *value = cki_yaml_literal(text, error);
    assert_non_null(value);
    cask_status status =
        cki_settings_put(settings, key, strlen(key), value, rank, merge, origin, error);
    cask_value_unref(value);
    return status;
}

static void set(cki_settings *settings, const char *key, const char *text)
{
    cki_error error = {0};
    assert_int_equal(put(settings, key, text, CKI_RANK_FILE, CKI_MERGE_NEW, "test", &error),
                     CASK_OK);
}

/* "key=value;" in the order of setting. */
static void holds(const cki_settings *settings, const char *wanted)
{
    cki_text text = {0};
    for (size_t i = 0; i < settings->count; i++) {
        cki_text_format(&text, "%s=", settings->items[i].key);
        cki_value_repr(settings->items[i].value, &text);
        cki_text_char(&text, ';');
    }
    assert_string_equal(text.bytes ? text.bytes : "", wanted);
    cki_text_free(&text);
}

static void setting_replaces_what_cannot_stand_beside_it(void **state)
{
    (void)state;
    cki_settings s = {0};
    set(&s, "a.b_c", "1");
    set(&s, "a.b-c", "2");
    holds(&s, "a.b-c=2;");
    set(&s, "a", "{d: {e: 3, f: [4]}, b_c: 5}");
    holds(&s, "a.d.e=3;a.d.f=[4];a.b-c=5;");
    set(&s, "a.d", "6");
    holds(&s, "a.b-c=5;a.d=6;");
    set(&s, "a.d.g.h", "7");
    holds(&s, "a.b-c=5;a.d.g.h=7;");
    assert_true(cki_settings_remove(&s, "a.d"));
    assert_false(cki_settings_remove(&s, "a.d"));
    holds(&s, "a.b-c=5;");
    cki_settings_free(&s);
}

static void values_are_checked_and_their_origin_told(void **state)
{
    (void)state;
    static const char *const good[][2] = {
        {"threads", "4"},        {"threads", "null"},          {"num_workers", "2"},
        {"memory-limit", "2GB"}, {"memory_limit", "1e9"},      {"memory-limit", "12.5%"},
        {"scheduler", "my.own"}, {"array.chunk-size", "1MiB"}, {"array", "{chunk_size: 1000}"},
    };
    static const char *const bad[][3] = {
        {"threads", "0", "threads: 0 is no whole number from 1 to 4096 (file:7)"},
        {"threads", "2.5", "threads: 2.5 is no whole number from 1 to 4096 (file:7)"},
        {"threads", "many", "threads: 'many' is no whole number from 1 to 4096 (file:7)"},
        {"memory-limit", "0", "memory-limit: 0 is no size: write 2GB, 500MB or 60% (file:7)"},
        {"memory-limit", "150%",
         "memory-limit: '150%' is no size: write 2GB, 500MB or 60% (file:7)"},
        {"array.chunk-size", "[1]",
         "array.chunk-size: [1] is no size: write 2GB or 500MB (file:7)"},
        {"scheduler", "3", "scheduler: 3 is no text (file:7)"},
        {"array", "5",
         "array is a group of keys and has no value of its own (file:7): see cask config list"},
        {"get", "x", "the key get is gone: name a scheduler (scheduler: threads) (file:7)"},
        {"a..b", "1",
         "'a..b' is no name of a configuration key: write it as spill.directory (file:7)"},
        {"", "1", "'' is no name of a configuration key: write it as spill.directory (file:7)"},
    };
    cki_settings s = {0};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        set(&s, good[i][0], good[i][1]);
    holds(&s, "threads=2;memory-limit='12.5%';scheduler='my.own';array.chunk-size=1000;");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cki_error error = {0};
        assert_int_not_equal(
            put(&s, bad[i][0], bad[i][1], CKI_RANK_FILE, CKI_MERGE_NEW, "file:7", &error), CASK_OK);
        assert_string_equal(error.message, bad[i][2]);
    }
    holds(&s, "threads=2;memory-limit='12.5%';scheduler='my.own';array.chunk-size=1000;");
    assert_null(s.warnings.bytes);
    cki_settings_free(&s);
}

static void unknown_keys_warn_once_with_the_nearest(void **state)
{
    (void)state;
    cki_settings s = {0};
    set(&s, "thread", "3");
    set(&s, "thread", "4");
    set(&s, "chunk_size", "1MB");
    set(&s, "me.own.thing", "5");
    cki_error error = {0};
    put(&s, "mine.default", "6", CKI_RANK_DEFAULT, CKI_MERGE_NEW_DEFAULTS, "test", &error);
    assert_string_equal(s.warnings.bytes,
                        "configuration key thread (test) is unknown; did you mean threads?\n"
                        "configuration key chunk-size (test) is unknown; did you mean "
                        "array.chunk-size?\n"
                        "configuration key me.own.thing (test) is unknown\n");
    cki_settings_free(&s);
}

static void merging_keeps_old_or_new(void **state)
{
    (void)state;
    cki_settings s = {0};
    cki_error error = {0};
    put(&s, "x.a", "1", CKI_RANK_DEFAULT, CKI_MERGE_NEW, "test", &error);
    put(&s, "x.b", "1", CKI_RANK_FILE, CKI_MERGE_NEW, "test", &error);
    put(&s, "x", "{a: 2, b: 2, c: 2}", CKI_RANK_FILE, CKI_MERGE_OLD, "test", &error);
    holds(&s, "x.a=1;x.b=1;x.c=2;");
    put(&s, "x", "{a: 3, b: 3, d: 3}", CKI_RANK_DEFAULT, CKI_MERGE_NEW_DEFAULTS, "test", &error);
    holds(&s, "x.b=1;x.c=2;x.a=3;x.d=3;");
    put(&s, "x", "{a: 4, b: 4}", CKI_RANK_FILE, CKI_MERGE_NEW, "test", &error);
    holds(&s, "x.c=2;x.d=3;x.a=4;x.b=4;");
    assert_int_equal(error.status, CASK_OK);
    cki_settings_free(&s);
}

/* ---- files and environment ---- */

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

typedef struct folders {
    char system[64], user[64], file[96];
} folders;

static int make_folders(void **state)
{
    folders *f = calloc(1, sizeof *f);
    strcpy(f->system, "/tmp/cask-config-[test]-XXXXXX");
    strcpy(f->user, "/tmp/cask-config-test-XXXXXX");
    *state = f;
    return !mkdtemp(f->system) || !mkdtemp(f->user);
}

static int remove_folders(void **state)
{
    folders *f = *state;
    char command[300];
    snprintf(command, sizeof command, "rm -rf '%s' '%s'", f->system, f->user);
    int status = system(command);
    free(f);
    return status;
}

static void later_places_win(void **state)
{
    folders *f = *state;
    write_file(f->system, "b.yaml", "threads: 2\nscheduler: sync\nx: {y: 1, z: 1}\n");
    write_file(f->system, "a.yml", "threads: 1\nmemory-limit: 1GB\n");
    write_file(f->system, "note.txt", "[");
    write_file(f->user, "c.yaml",
               "memory_limit: 2GB\nx:\n  y: $WHO/${WHO}$NOBODY\n  w: [\"$WHO\", 3]\n");
    snprintf(f->file, sizeof f->file, "%s/chosen", f->user);
    write_file(f->user, "chosen", "x.z: 5\narray:\n  chunk-size: 1MiB\n");
    const char *const environment[] = {"WHO=me",
                                       "CASK_ARRAY__CHUNK_SIZE=2MiB",
                                       "CASK_CONFIG=/none",
                                       "CASK_X__Q=[1, two]",
                                       "CASKET=1",
                                       "CASK_=2",
                                       NULL};
    const cki_collect_places places = {f->system, f->user, f->file, environment};
    cki_settings s = {0};
    cki_error error = {0};
    assert_int_equal(cki_collect_places_of(&places, &s, &error), CASK_OK);
    holds(&s, "threads=2;scheduler='sync';memory-limit='2GB';x.y='me/me$NOBODY';x.w=['me', 3];"
              "x.z=5;array.chunk-size='2MiB';x.q=[1, 'two'];");
    char origin[200];
    snprintf(origin, sizeof origin, "%s/c.yaml:1", f->user);
    assert_string_equal(cki_settings_find(&s, "memory-limit")->origin, origin);
    assert_string_equal(cki_settings_find(&s, "array.chunk-size")->origin,
                        "environment CASK_ARRAY__CHUNK_SIZE");
    cki_settings_free(&s);

    const cki_collect_places folder = {.chosen = f->user};
    assert_int_equal(cki_collect_places_of(&folder, &s, &error), CASK_OK);
    assert_non_null(cki_settings_find(&s, "x.w"));
    assert_null(cki_settings_find(&s, "x.z")); /* the file without a suffix is no part of it */
    cki_settings_free(&s);
}

static void fails_with(const cki_collect_places *places, const char *python, const char *message)
{
    cki_settings s = {0};
    cki_error error = {0};
    assert_int_not_equal(cki_collect_places_of(places, &s, &error), CASK_OK);
    assert_string_equal(error.python, python);
    assert_non_null(strstr(error.message, message));
    cki_settings_free(&s);
}

static void bad_places_are_errors(void **state)
{
    folders *f = *state;
    fails_with(&(cki_collect_places){.chosen = "/nowhere/at/all"}, "FileNotFoundError",
               "'/nowhere/at/all'");
    write_file(f->user, "z.yaml", "a: 1\n  b: 2\n");
    fails_with(&(cki_collect_places){.user = f->user}, "ValueError",
               "/z.yaml:2:4: mapping values are not allowed in this context");
    write_file(f->user, "z.yaml", "\n\nthreads: x\n");
    fails_with(&(cki_collect_places){.user = f->user}, "ValueError", "/z.yaml:3)");
    fails_with(&(cki_collect_places){.environment = (const char *const[]){"CASK_THREADS=x", NULL}},
               "ValueError", "(environment CASK_THREADS)");
    cki_settings s = {0};
    cki_error error = {0};
    assert_int_equal(cki_collect_places_of(&(cki_collect_places){.system = "/nowhere"}, &s, &error),
                     CASK_OK);
}

/* ---- configurations ---- */

static void is(cki_config *config, const char *key, const char *wanted)
{
    cki_error error = {0};
    cask_value *value = cki_config_get(config, key, &error);
    cki_text text = {0};
    if (value)
        cki_value_repr(value, &text);
    assert_string_equal(value ? text.bytes : error.message, wanted);
    cki_text_free(&text);
    cask_value_unref(value);
}

static void word(cki_config *config, const char *text)
{
    cki_error error = {0};
    assert_int_equal(cki_config_put_word(config, text, CKI_RANK_CONTEXT, "option", &error),
                     CASK_OK);
}

static void keys_are_read_with_their_defaults(void **state)
{
    (void)state;
    cki_error error = {0};
    cki_config *c = cki_config_open(NULL, &error);
    assert_non_null(c);
    is(c, "memory_limit", "'60%'");
    is(c, "array",
       "{'chunk-size': '128MiB', 'file-chunk-size': '2MiB', 'rechunk-piece-size': '64KiB'}");
    is(c, "thread", "there is no configuration key thread; did you mean threads?");
    is(c, "bananas.are.yellow", "there is no configuration key bananas.are.yellow");
    word(c, "x.y.z=1");
    word(c, "x.y.w=2");
    is(c, "x", "{'y': {'z': 1, 'w': 2}}");
    cask_value *all = cki_config_get(c, "", &error);
    assert_non_null(all);
    assert_int_equal(cask_value_i64(cki_value_dict_find(all, "split-every")), 4);
    assert_non_null(cki_value_dict_find(cki_value_dict_find(all, "x"), "y"));
    cask_value_unref(all);
    word(c, "memory-limit=null");
    is(c, "memory-limit", "'60%'");
    assert_int_equal(cki_config_bytes(c, "memory-limit", 1000, &error), 600);
    word(c, "memory-limit=2kB");
    assert_int_equal(cki_config_bytes(c, "memory-limit", 1000, &error), 2000);
    assert_float_equal(cki_config_number(c, "threads", -1, &error), -1, 0);
    word(c, "num-workers=3");
    assert_float_equal(cki_config_number(c, "threads", -1, &error), 3, 0);
    char *origin = cki_config_origin(c, "threads", &error);
    assert_string_equal(origin, "option");
    cki_memory_free(origin);
    assert_true(cki_config_remove(c, "x.y", &error));
    is(c, "x", "there is no configuration key x");
    assert_int_equal(error.status, CASK_OK);
    cki_config_close(c);
}

static void scopes_restore_exactly(void **state)
{
    (void)state;
    cki_error error = {0};
    cki_config *c = cki_config_open(NULL, &error);
    word(c, "x.a=1");
    assert_int_equal(cki_config_begin(c, &error), CASK_OK);
    word(c, "x.a=2");
    word(c, "x.b=3");
    word(c, "threads=7");
    assert_int_equal(cki_config_begin(c, &error), CASK_OK);
    cki_config_remove(c, "x", &error);
    is(c, "x", "there is no configuration key x");
    cki_config_end(c);
    is(c, "x", "{'a': 2, 'b': 3}");
    cki_config_end(c);
    is(c, "x", "{'a': 1}");
    is(c, "threads", "None");
    assert_int_equal(cki_config_begin(c, &error), CASK_OK);
    word(c, "x.a=9");
    cki_config_keep(c);
    cki_config_end(c); /* one too many is none */
    is(c, "x", "{'a': 9}");
    cki_config_begin(c, &error); /* left open: closing frees it */
    cki_config_close(c);
}

/* Every allocation fails in turn: an error, nothing changed by halves that cannot be read. */
static void allocations_may_fail(void **state)
{
    (void)state;
    cki_error none = {0};
    cki_config *c = cki_config_open(NULL, &none);
    bool done = false;
    int n = 1;
    for (; !done && n < 2000; n++) {
        cki_error error = {0};
        cki_memory_fail_at(n, false);
        cask_status status = cki_config_begin(c, &error);
        bool scoped = status == CASK_OK;
        if (status == CASK_OK)
            status = cki_config_put_text(c, "x: {a: [1, two], b: 3}\nthrads: 1\nthreads: 5\n",
                                         CKI_RANK_CONTEXT, CKI_MERGE_NEW, "test", &error);
        cask_value *all = status == CASK_OK ? cki_config_get(c, "", &error) : NULL;
        cki_memory_fail_at(0, false);
        done = all != NULL && error.status == CASK_OK;
        if (!done)
            assert_string_equal(error.python, "MemoryError");
        cask_value_unref(all);
        if (scoped)
            cki_config_end(c);
        is(c, "threads", "None");
    }
    assert_true(done && n > 10);
    cki_config_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_replaces_what_cannot_stand_beside_it),
        cmocka_unit_test(values_are_checked_and_their_origin_told),
        cmocka_unit_test(unknown_keys_warn_once_with_the_nearest),
        cmocka_unit_test(merging_keeps_old_or_new),
        cmocka_unit_test_setup_teardown(later_places_win, make_folders, remove_folders),
        cmocka_unit_test_setup_teardown(bad_places_are_errors, make_folders, remove_folders),
        cmocka_unit_test(keys_are_read_with_their_defaults),
        cmocka_unit_test(scopes_restore_exactly),
        cmocka_unit_test(allocations_may_fail),
    };
    /* What the caller's environment says is not to matter. */
    for (char **at = environ; *at;) {
        if (strncmp(*at, "CASK_", 5) == 0) {
            char name[200];
            snprintf(name, sizeof name, "%.*s", (int)strcspn(*at, "="), *at);
            unsetenv(name);
            at = environ;
        } else {
            at++;
        }
    }
    setenv("XDG_CONFIG_HOME", "/nowhere", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
