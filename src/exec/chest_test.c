/* Tests of chests: the example of the introduction, against a plain dict, what is written and when,
 * reopening, formats, threads, and every fault. */
#include "core/memory.h"
#include "sys/fault.h"
#include "sys/folder.h"
#include "sys/thread.h"
#include "value/array.h"
#include "value/token.h"
#include <cask/chest.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char home[] = "/tmp/cask-chesttest-XXXXXX";
static char lasting[64];

static int make_home(void **state)
{
    (void)state;
    bool made = mkdtemp(home) && setenv("TMPDIR", home, 1) == 0;
    snprintf(lasting, sizeof lasting, "%s/kept.chest", home);
    return made ? 0 : -1;
}

static int remove_home(void **state)
{
    (void)state;
    return rmdir(home); /* so nothing was left in it */
}

static bool add_name(void *user, const char *name)
{
    cki_value_set_add(user, cki_value_string(name, NULL), NULL);
    return true;
}

/* Whether a folder holds just these files, as text with a blank before each. */
static bool holds(const char *folder, const char *names)
{
    cask_value *set = cki_value_set(NULL);
    size_t length = 0;
    assert_int_equal(cki_folder_list(folder, add_name, set), 0);
    bool all = true;
    for (size_t i = 0; i < set->as.list.count; i++) {
        char name[200];
        snprintf(name, sizeof name, " %s", set->as.list.items[i]->as.text.bytes);
        all &= strstr(names, name) != NULL;
        length += strlen(name);
    }
    cask_value_unref(set);
    return all && length == strlen(names);
}

static bool prints(cask_value *value, const char *text)
{
    cki_text repr = {0};
    cki_value_repr(value, &repr);
    bool same = strcmp(repr.bytes, text) == 0;
    if (!same)
        printf("%s is not %s\n", repr.bytes, text);
    cki_text_free(&repr);
    cask_value_unref(value);
    return same;
}

static cask_status set(cask_chest *chest, const char *name, int64_t number)
{
    cask_value *key = cask_value_from_text(name), *value = cask_value_from_int(number);
    cask_status status = cask_chest_set(chest, key, value);
    cask_value_unref(key);
    cask_value_unref(value);
    return status;
}

/* The number under a key; -1 if there is none. */
static int64_t look(cask_chest *chest, const char *name)
{
    cask_value *key = cask_value_from_text(name), *value = cask_chest_get(chest, key);
    int64_t number = value ? cask_value_i64(value) : -1;
    cask_value_unref(key);
    cask_value_unref(value);
    return number;
}

static void the_introduction_holds(void **state)
{
    (void)state;
    cask_chest *chest = cask_chest_open(&(cask_chest_options){.available_memory = 24});
    assert_non_null(chest);
    assert_int_equal(set(chest, "one", 1), CASK_OK);
    assert_int_equal(set(chest, "two", 2), CASK_OK);
    assert_int_equal(set(chest, "three", 3), CASK_OK);
    assert_int_equal(look(chest, "three"), 3);
    assert_true(prints(cask_chest_keys(chest), "['one', 'two', 'three']"));
    assert_true(prints(cask_chest_inmem(chest), "{'three': 3}"));
    const char *path = cask_chest_path(chest);
    assert_string_equal(path + strlen(path) - 6, ".chest");
    assert_true(holds(path, " one two"));
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
    assert_int_equal(look(chest, "one"), 1);
    assert_true(prints(cask_chest_inmem(chest), "{'one': 1}"));
    assert_int_equal(cask_chest_length(chest), 3);
    assert_int_equal(cask_chest_memory(chest), 24);
    assert_int_equal(look(chest, "four"), -1);
    assert_string_equal(cask_chest_error_class(), "KeyError");
    assert_string_equal(cask_chest_message(), "'four'");
    cask_value *key = cask_value_from_text("two");
    assert_true(cask_chest_contains(chest, key));
    assert_int_equal(cask_chest_delete(chest, key), CASK_OK);
    assert_false(cask_chest_contains(chest, key));
    assert_int_equal(cask_chest_delete(chest, key), CASK_NOT_FOUND);
    assert_string_equal(cask_chest_message(), "'two'");
    assert_true(holds(path, " one three"));
    cask_value_unref(key);
    assert_int_equal(cask_chest_close(chest), CASK_OK);
    assert_true(holds(home, ""));
}

static void clean_values_are_not_written_again(void **state)
{
    (void)state;
    cask_chest *chest = cask_chest_open(&(cask_chest_options){.available_memory = 48});
    for (int i = 0; i < 4; i++)
        set(chest, (const char *[]){"a", "b", "c", "d"}[i], i);
    assert_int_equal(cask_chest_writes(chest), 2);
    for (int round = 0; round < 5; round++) /* each comes back and pushes another out */
        for (int i = 0; i < 4; i++)
            assert_int_equal(look(chest, (const char *[]){"a", "b", "c", "d"}[i]), i);
    assert_int_equal(cask_chest_writes(chest), 4);
    assert_int_equal(look(chest, "a"), 0);
    assert_int_equal(set(chest, "a", 7), CASK_OK); /* changed: once more */
    look(chest, "b");
    look(chest, "c");
    assert_int_equal(cask_chest_writes(chest), 5);
    assert_int_equal(look(chest, "a"), 7);
    assert_true(prints(cask_chest_keys(chest), "['a', 'b', 'c', 'd']"));
    assert_int_equal(cask_chest_drop(chest), CASK_OK);
}

static cask_value *specimen(int64_t size)
{
    cask_value *dict = cki_value_dict(NULL);
    cask_value *array = cki_array_zeros(cki_dtype_of(CASK_F64), 1, &size, NULL);
    for (int64_t i = 0; i < size; i++)
        ((double *)(void *)array->as.array->data)[i] = (double)i / 7;
    cki_value_dict_set(dict, cki_value_string("array", NULL), array, NULL);
    cki_value_dict_set(dict, cki_value_string("tuple", NULL),
                       cki_value_ints(CKI_TUPLE, &size, 1, NULL), NULL);
    return dict;
}

static void a_chest_with_a_path_is_opened_again(void **state)
{
    (void)state;
    const cask_chest_options options = {.path = lasting, .available_memory = 10000};
    cask_value *keys[3] = {cask_value_from_text("a word"), cask_value_from_int(-5),
                           cki_value_list(CKI_TUPLE, 2, NULL)};
    keys[2]->as.list.items[0] = cask_value_from_text("x");
    keys[2]->as.list.items[1] = cask_value_from_int(1);
    cask_value *values[3];
    cask_chest *chest = cask_chest_open(&options);
    assert_non_null(chest);
    for (int i = 0; i < 3; i++) {
        values[i] = specimen(1000 * i + 3);
        assert_int_equal(cask_chest_set(chest, keys[i], values[i]), CASK_OK);
    }
    set(chest, "gone", 1);
    assert_int_equal(cask_chest_flush(chest), CASK_OK);
    size_t writes = cask_chest_writes(chest);
    assert_int_equal(cask_chest_flush(chest), CASK_OK);
    assert_int_equal(cask_chest_writes(chest), writes);
    cask_value *gone = cask_value_from_text("gone");
    assert_int_equal(cask_chest_delete(chest, gone), CASK_OK); /* the list on disk still has it */
    cask_chest *again = cask_chest_open(&options);
    assert_true(prints(cask_chest_keys(again), "['a word', -5, ('x', 1)]"));
    assert_true(prints(cask_chest_inmem(again), "{}"));
    for (int i = 0; i < 3; i++) {
        cask_value *back = cask_chest_get(again, keys[i]);
        assert_true(cki_token_same(cki_token_of(back), cki_token_of(values[i])));
        cask_value_unref(back);
    }
    assert_int_equal(cask_chest_writes(again), 0);
    assert_int_equal(cask_chest_close(chest), CASK_OK);
    assert_int_equal(cask_chest_drop(again), CASK_OK);
    assert_true(holds(home, ""));
    for (int i = 0; i < 3; i++) {
        cask_value_unref(keys[i]);
        cask_value_unref(values[i]);
    }
    cask_value_unref(gone);
    assert_null(cask_chest_open(&(cask_chest_options){.path = home}));
    assert_non_null(strstr(cask_chest_message(), "path ends in '.chest'"));
    assert_null(cask_chest_open(&(cask_chest_options){.path = "/nonexistent/x.chest"}));
    assert_string_equal(cask_chest_error_class(), "FileNotFoundError");
}

static void damage_is_told(void **state)
{
    (void)state;
    char name[100];
    cask_chest *chest = cask_chest_open(&(cask_chest_options){.path = lasting});
    set(chest, "one", 1);
    assert_int_equal(cask_chest_close(chest), CASK_OK);
    snprintf(name, sizeof name, "%s/one", lasting);
    FILE *file = fopen(name, "r+b");
    fseek(file, -1, SEEK_END);
    int last = getc(file);
    fseek(file, -1, SEEK_END);
    putc(last ^ 1, file);
    fclose(file);
    chest = cask_chest_open(&(cask_chest_options){.path = lasting});
    assert_int_equal(look(chest, "one"), -1);
    assert_non_null(strstr(cask_chest_message(), "its checksum is wrong"));
    assert_int_equal(cask_chest_close(chest), CASK_OK);
    snprintf(name, sizeof name, "%s/.keys", lasting);
    file = fopen(name, "wb");
    fputs("no list", file);
    fclose(file);
    assert_null(cask_chest_open(&(cask_chest_options){.path = lasting}));
    assert_non_null(strstr(cask_chest_message(), "not a chest's value"));
    assert_int_equal(cki_folder_remove(lasting), 0);
}

/* A number as its digits backwards. */
static bool dump_backwards(void *user, const cask_value *value, cask_chest_output *output)
{
    ++*(int *)user;
    for (int64_t left = cask_value_i64(value); left; left /= 10)
        if (!cask_chest_write(output, (char[]){(char)('0' + left % 10)}, 1))
            return false;
    return cask_value_i64(value) != 13; /* which it refuses */
}

static cask_value *load_backwards(void *user, const void *bytes, size_t length)
{
    int64_t number = 0;
    ++*(int *)user;
    while (length--)
        number = number * 10 + ((const char *)bytes)[length] - '0';
    return cask_value_from_int(number);
}

static void formats_can_be_chosen(void **state)
{
    (void)state;
    char name[100], text[100] = {0};
    int used = 0;
    cask_chest *chest = cask_chest_open(&(cask_chest_options){
        .available_memory = 24, .dump = dump_backwards, .load = load_backwards, .user = &used});
    set(chest, "n", 1234);
    assert_int_equal(set(chest, "m", 13), CASK_OK);
    snprintf(name, sizeof name, "%s/n", cask_chest_path(chest));
    FILE *file = fopen(name, "r");
    assert_int_equal(fread(text, 1, 99, file), 4);
    fclose(file);
    assert_string_equal(text, "4321");
    assert_int_equal(look(chest, "n"), 1234); /* though 13 could not leave */
    assert_int_equal(look(chest, "m"), 13);
    assert_int_equal(set(chest, "k", 5), CASK_INVALID); /* m would have to leave */
    assert_string_equal(cask_chest_message(),
                        "the chest's dump cannot write a value of type 'int'");
    assert_true(used > 3);
    cask_chest_close(chest);

    chest = cask_chest_open(&(cask_chest_options){.available_memory = 100, .format = "json"});
    cask_value *value = cki_value_from_json("{\"a\": [1, 2.5, null]}", 21, NULL);
    cask_value *key = cask_value_from_text("key");
    assert_int_equal(cask_chest_set(chest, key, value), CASK_OK);
    assert_true(prints(cask_chest_inmem(chest), "{}"));
    assert_true(prints(cask_chest_get(chest, key), "{'a': [1, 2.5, None]}"));
    cask_value *complex = cki_value_complex(1, 2, NULL);
    cask_value_unref(value);
    value = cki_value_list(CKI_LIST, 2, NULL);
    value->as.list.items[0] = complex;
    value->as.list.items[1] = cki_value_string("more than memory may hold, by some bytes", NULL);
    assert_int_equal(cask_chest_set(chest, key, value), CASK_TYPE);
    assert_string_equal(cask_chest_error_class(), "TypeError");
    assert_int_equal(cask_chest_set(chest, value, value), CASK_TYPE);
    assert_string_equal(cask_chest_message(),
                        "a chest's keys are strings, integers and tuples of them, not 'list'");
    cask_value_unref(key);
    cask_value_unref(value);
    cask_chest_close(chest);
    assert_null(cask_chest_open(&(cask_chest_options){.format = "pickle"}));
    assert_null(cask_chest_open(&(cask_chest_options){.dump = dump_backwards}));
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void it_is_a_mapping(void **state)
{
    (void)state;
    enum { KEYS = 60 };
    int64_t model[KEYS];
    size_t count = 0;
    for (int i = 0; i < KEYS; i++)
        model[i] = -1;
    uint64_t seed = 3;
    cask_chest *chest = cask_chest_open(&(cask_chest_options){.available_memory = 240});
    for (int round = 0; round < 3000; round++) {
        char name[16];
        size_t k = next_random(&seed) % KEYS;
        snprintf(name, sizeof name, "key %zu", k);
        cask_value *key = cask_value_from_text(name);
        switch (next_random(&seed) % 4) {
        case 0:
            assert_int_equal(cask_chest_delete(chest, key),
                             model[k] < 0 ? CASK_NOT_FOUND : CASK_OK);
            count -= model[k] >= 0;
            model[k] = -1;
            break;
        case 1:
            count += model[k] < 0;
            model[k] = round;
            assert_int_equal(set(chest, name, round), CASK_OK);
            break;
        default:
            assert_int_equal(look(chest, name), model[k]);
            assert_true(cask_chest_contains(chest, key) == (model[k] >= 0));
            break;
        }
        assert_int_equal(cask_chest_length(chest), count);
        assert_true(cask_chest_memory(chest) <= 240);
        cask_value_unref(key);
    }
    cask_chest_close(chest);
}

static void use_it(void *argument)
{
    cask_chest *chest = argument;
    uint64_t seed = (uint64_t)(uintptr_t)&seed;
    for (int i = 0; i < 300; i++) {
        char name[16];
        int64_t k = (int64_t)(next_random(&seed) % 20);
        snprintf(name, sizeof name, "%d", (int)k);
        if (i % 3 == 0)
            set(chest, name, k);
        int64_t found = look(chest, name);
        if (found != k && found != -1)
            abort();
    }
}

static void threads_share_it(void **state)
{
    (void)state;
    cask_chest *chest = cask_chest_open(&(cask_chest_options){.available_memory = 240});
    cki_thread threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(cki_thread_start(&threads[i], use_it, chest, "chest", NULL), CASK_OK);
    for (int i = 0; i < 4; i++)
        cki_thread_join(&threads[i]);
    cask_chest_close(chest);
}

/* Three values through a chest that holds one, then all read. True if all calls succeeded; what
 * could be set is right in any case. */
static bool use_once(const char *path)
{
    static const char *const names[] = {"a", "b", "c"};
    cask_chest *chest =
        cask_chest_open(&(cask_chest_options){.path = path, .available_memory = 24});
    if (!chest)
        return false;
    bool good = true;
    for (int i = 0; i < 3; i++)
        good &= set(chest, names[i], i + 1) == CASK_OK;
    for (int i = 0; i < 3; i++) {
        int64_t found = look(chest, names[i]);
        if (found != i + 1 && found != -1)
            abort();
        good &= found == i + 1;
    }
    cki_fault_at(CKI_FAULT_READS, 0, false, 0);
    cki_fault_at(CKI_FAULT_WRITES, 0, false, 0);
    bool whole = good;
    cki_memory_fail_at(0, false);
    for (int i = 0; i < 3; i++) /* nothing is lost */
        if (whole && look(chest, names[i]) != i + 1)
            abort();
    return cask_chest_drop(chest) == CASK_OK && good;
}

static void no_fault_loses_anything(void **state)
{
    (void)state;
    for (int kept = 0; kept < 2; kept++) {
        for (int what = CKI_FAULT_READS; what <= CKI_FAULT_WRITES; what++) {
            cki_fault_short(3);
            int64_t before = cki_fault_count((cki_fault_what)what);
            assert_true(use_once(kept ? lasting : NULL));
            int64_t calls = cki_fault_count((cki_fault_what)what) - before;
            assert_true(calls > 20);
            for (int64_t n = 1; n < calls; n += 1 + n / 8) {
                cki_fault_at((cki_fault_what)what, n, n % 2, n % 3 ? ENOSPC : EIO);
                use_once(kept ? lasting : NULL);
            }
            cki_fault_short(0);
        }
        bool done = false;
        for (int64_t n = 1; !done; n++) {
            cki_memory_fail_at(n, false);
            int64_t before = cki_memory_count();
            done = use_once(kept ? lasting : NULL) && cki_memory_count() - before < n;
            cki_memory_fail_at(0, false);
            assert_true(n < 5000);
            if (kept)
                cki_folder_remove(lasting);
        }
    }
    assert_true(holds(home, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_introduction_holds),
        cmocka_unit_test(clean_values_are_not_written_again),
        cmocka_unit_test(a_chest_with_a_path_is_opened_again),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(formats_can_be_chosen),
        cmocka_unit_test(it_is_a_mapping),
        cmocka_unit_test(threads_share_it),
        cmocka_unit_test(no_fault_loses_anything),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
