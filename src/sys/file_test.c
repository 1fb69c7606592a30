/* Tests of the file services: errors in Python's words, the cache of descriptors, whole-or-nothing
 * output. */
#include "core/memory.h"
#include "sys/file.h"
#include "sys/hidden.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANY = 200 }; /* more than the cache holds */

static void put_file(const char *path, const char *text)
{
    cki_error error = {0};
    cki_file_output *output = cki_file_create(path, &error);
    assert_non_null(output);
    assert_int_equal(cki_file_write(output, 0, text, strlen(text), &error), CASK_OK);
    assert_int_equal(cki_file_commit(output, &error), CASK_OK);
}

static int open_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int count = 0;
    while (directory && readdir(directory))
        count++;
    if (directory)
        closedir(directory);
    return count;
}

static void keeps_few_descriptors(void **state)
{
    (void)state;
    cki_file *files[MANY];
    char name[40], text[8] = "";
    cki_error error = {0};
    int before = open_descriptors();
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "file_test_%d", i);
        snprintf(text, sizeof text, "%05d", i);
        put_file(name, text);
        files[i] = cki_file_open(name, &error);
        assert_non_null(files[i]);
    }
    assert_true(open_descriptors() >= before + 64 && open_descriptors() <= before + 80);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < MANY; i++) {
            int which = i * 77 % MANY;
            snprintf(name, sizeof name, "%05d", which);
            assert_int_equal(cki_file_read(files[which], 0, text, 5, "it", &error), CASK_OK);
            assert_memory_equal(text, name, 5);
        }
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "file_test_%d", i);
        cki_file_unref(files[i]);
        remove(name);
    }
    assert_int_equal(open_descriptors(), before);
}

static void notices_a_file_that_shrank(void **state)
{
    (void)state;
    char bytes[10];
    cki_error error = {0};
    put_file("file_test_s", "0123456789");
    cki_file *file = cki_file_open("file_test_s", &error);
    uint64_t before = cki_file_bytes_read();
    assert_int_equal(cki_file_read(file, 2, bytes, 8, "it", &error), CASK_OK);
    assert_memory_equal(bytes, "23456789", 8);
    assert_int_equal(cki_file_bytes_read() - before, 8);
    assert_int_equal(truncate("file_test_s", 6), 0);
    assert_int_equal(cki_file_read(file, 2, bytes, 8, "variable 'x'", &error), CASK_FORMAT);
    assert_string_equal(error.python, "OSError");
    assert_string_equal(error.message, "file_test_s: truncated: variable 'x' needs bytes 2 to 10, "
                                       "4 of them are missing");
    cki_file_unref(file);
    remove("file_test_s");
}

static void expect_open_error(const char *path, const char *python, const char *message)
{
    cki_error error = {0};
    assert_null(cki_file_open(path, &error));
    assert_string_equal(error.python, python);
    assert_string_equal(error.message, message);
}

/* The messages are those of Python 3.11's open(). */
static void says_what_python_says(void **state)
{
    (void)state;
    expect_open_error("nowhere.nc", "FileNotFoundError",
                      "[Errno 2] No such file or directory: 'nowhere.nc'");
    expect_open_error("/tmp", "IsADirectoryError", "[Errno 21] Is a directory: '/tmp'");
    expect_open_error("/dev/null/x", "NotADirectoryError",
                      "[Errno 20] Not a directory: '/dev/null/x'");
    expect_open_error("/dev/null", "OSError",
                      "'/dev/null' is not a regular file; copy it into one first");
    static const struct {
        const char *path, *python;
    } outputs[] = {{"/tmp", "IsADirectoryError"},
                   {"nowhere/x", "FileNotFoundError"},
                   {"", "FileNotFoundError"},
                   {"/dev/null", "OSError"},
                   {"/dev/null/x", "NotADirectoryError"}};
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        cki_error error = {0};
        assert_null(cki_file_create(outputs[i].path, &error));
        assert_string_equal(error.python, outputs[i].python);
    }
}

static int count_entries(const char *path)
{
    DIR *directory = opendir(path);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(directory));)
        count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    closedir(directory);
    return count;
}

static void tells_the_name_that_was_asked_for(void **state)
{
    (void)state;
    char *hidden = cki_hidden_name("some/where/x.zarr");
    assert_non_null(hidden);
    cki_text path = {0};
    cki_text_format(&path, "%s/0.1", hidden);
    const char *const paths[] = {path.bytes, hidden, "some/.x.cask-1-2", ""};
    const char *const told[] = {"'some/where/x.zarr/0.1'", "'some/where/x.zarr'",
                                "'some/.x.cask-1-2'", "''"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        cki_error error = {0};
        assert_int_equal(cki_file_fail(&error, ENOSPC, paths[i]), CASK_IO);
        assert_non_null(strstr(error.message, told[i]));
    }
    cki_text_free(&path);
    cki_memory_free(hidden);
}

static void appears_whole_or_not_at_all(void **state)
{
    (void)state;
    char text[4];
    cki_error error = {0};
    assert_int_equal(mkdir("file_test_d", 0777), 0);
    cki_file_output *output = cki_file_create("file_test_d/x", &error);
    assert_int_equal(cki_file_write(output, 0, "new", 3, &error), CASK_OK);
    assert_int_equal(access("file_test_d/x", F_OK), -1);
    assert_int_equal(access(cki_file_temporary(output), F_OK), 0);
    cki_file_abort(output);
    assert_int_equal(count_entries("file_test_d"), 0);
    put_file("file_test_d/x", "old");
    assert_int_equal(chmod("file_test_d/x", 0640), 0);
    assert_int_equal(symlink("x", "file_test_d/link"), 0);
    output = cki_file_create("file_test_d/link", &error);
    assert_int_equal(cki_file_write(output, 0, "new", 3, &error), CASK_OK);
    cki_file *file = cki_file_open("file_test_d/x", &error);
    assert_int_equal(cki_file_read(file, 0, text, 3, "it", &error), CASK_OK);
    assert_memory_equal(text, "old", 3);
    assert_int_equal(cki_file_commit(output, &error), CASK_OK);
    cki_file_unref(file);
    /* the link still leads to the file, which has its new content and old permissions */
    struct stat about;
    assert_int_equal(lstat("file_test_d/link", &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_int_equal(stat("file_test_d/x", &about), 0);
    assert_int_equal(about.st_mode & 0777, 0640);
    file = cki_file_open("file_test_d/link", &error);
    assert_int_equal(cki_file_read(file, 0, text, 3, "it", &error), CASK_OK);
    assert_memory_equal(text, "new", 3);
    cki_file_unref(file);
    assert_int_equal(count_entries("file_test_d"), 2);
    remove("file_test_d/link");
    remove("file_test_d/x");
    remove("file_test_d");
}

/* As where a process may have few: a quarter of them is kept. */
static int allow_few(void **state)
{
    struct rlimit files;
    (void)state;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return -1;
    files.rlim_cur = 256;
    return setrlimit(RLIMIT_NOFILE, &files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_few_descriptors),
        cmocka_unit_test(notices_a_file_that_shrank),
        cmocka_unit_test(says_what_python_says),
        cmocka_unit_test(tells_the_name_that_was_asked_for),
        cmocka_unit_test(appears_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, allow_few, NULL);
}
