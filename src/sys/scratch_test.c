/* Tests of scratch files and private folders: nothing is left behind, by the living or the dead;
 * short calls are continued, failures told. */
#include "core/memory.h"
#include "sys/fault.h"
#include "sys/folder.h"
#include "sys/scratch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char home[] = "/tmp/cask-scratch-XXXXXX";

static int make_home(void **state)
{
    (void)state;
    return mkdtemp(home) ? 0 : -1;
}

static int remove_home(void **state)
{
    (void)state;
    return rmdir(home);
}

static bool count_one(void *user, const char *name)
{
    (void)name;
    ++*(int *)user;
    return true;
}

static int entries(const char *path)
{
    int count = 0;
    assert_int_equal(cki_folder_list(path, count_one, &count), 0);
    return count;
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    static unsigned char out[100000], in[100000];
    for (size_t i = 0; i < sizeof out; i++)
        out[i] = (unsigned char)(i * 7 + i / 256);
    cki_scratch *scratch;
    assert_int_equal(cki_scratch_open(home, &scratch), 0);
    assert_int_equal(entries(home), 0); /* it has no name already */
    static const size_t most[] = {0, 1, 7, 4096, 99999};
    for (size_t k = 0; k < sizeof most / sizeof *most; k++) {
        cki_fault_short(most[k]);
        memset(in, 0, sizeof in);
        /* 80 spans, some empty */
        cki_span from[80], to[3] = {{in, 5}, {in + 5, 0}, {in + 5, sizeof in - 5}};
        for (size_t i = 0; i < 80; i++)
            from[i] = (cki_span){out + i / 2 * 2500, i % 2 ? 2500 : 0};
        assert_int_equal(cki_scratch_write(scratch, 4096 * k, from, 80), 0);
        assert_int_equal(cki_scratch_read(scratch, 4096 * k, to, 3), 0);
        assert_memory_equal(in, out, sizeof in);
    }
    cki_fault_short(0);
    cki_span past = {in, 10};
    assert_int_equal(cki_scratch_read(scratch, 1 << 20, &past, 1), ENODATA);
    cki_scratch_discard(scratch, 0, 8192);
    past = (cki_span){in, 10};
    assert_int_equal(cki_scratch_read(scratch, 0, &past, 1), 0);
    assert_int_equal(in[0] | in[9], 0);
    cki_scratch_cut(scratch, 100);
    past = (cki_span){in, 10};
    assert_int_equal(cki_scratch_read(scratch, 95, &past, 1), ENODATA);
    cki_scratch_close(scratch);
}

static void faults_are_told(void **state)
{
    (void)state;
    char bytes[10] = {0};
    cki_scratch *scratch;
    assert_int_equal(cki_scratch_open(home, &scratch), 0);
    static const int numbers[] = {ENOSPC, EIO, EINTR};
    for (size_t i = 0; i < 3; i++) {
        cki_span span = {bytes, sizeof bytes};
        cki_fault_at(CKI_FAULT_WRITES, 1, false, numbers[i]);
        assert_int_equal(cki_scratch_write(scratch, 0, &span, 1),
                         numbers[i] == EINTR ? 0 : numbers[i]);
        cki_fault_at(CKI_FAULT_WRITES, 0, false, 0);
        span = (cki_span){bytes, sizeof bytes};
        assert_int_equal(cki_scratch_write(scratch, 0, &span, 1), 0);
        cki_fault_at(CKI_FAULT_READS, 1, false, numbers[i]);
        span = (cki_span){bytes, sizeof bytes};
        assert_int_equal(cki_scratch_read(scratch, 0, &span, 1),
                         numbers[i] == EINTR ? 0 : numbers[i]);
        cki_fault_at(CKI_FAULT_READS, 0, false, 0);
    }
    cki_scratch_close(scratch);
    assert_int_equal(cki_scratch_open("/nonexistent", &scratch), ENOENT);
    assert_null(scratch);
    bool done = false;
    for (int64_t n = 1; !done; n++) {
        cki_memory_fail_at(n, false);
        int number = cki_scratch_open(home, &scratch);
        cki_memory_fail_at(0, false);
        done = number == 0;
        assert_true(done || number == ENOMEM);
        cki_scratch_close(scratch);
    }
    assert_int_equal(entries(home), 0);
}

static void folders_are_private_and_swept(void **state)
{
    (void)state;
    char *mine;
    int lock;
    assert_int_equal(cki_folder_temporary(home, "cask-x-", ".chest", &mine, &lock), 0);
    struct stat about;
    assert_int_equal(stat(mine, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
    assert_string_equal(mine + strlen(mine) - 6, ".chest");
    pid_t child = fork();
    if (child == 0) { /* leaves a folder with a file in it */
        char *left, name[200];
        int held;
        if (cki_folder_temporary(home, "cask-x-", ".chest", &left, &held) != 0)
            _exit(1);
        snprintf(name, sizeof name, "%s/file", left);
        FILE *file = fopen(name, "w");
        _exit(!file || fclose(file) != 0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(entries(home), 2);
    char other[200];
    snprintf(other, sizeof other, "%s/cask-x-notes", home);
    assert_int_equal(cki_folder_make(other), 0);
    assert_int_equal(cki_folder_make(other), 0);
    cki_folder_sweep(home, "cask-x-", ".chest");
    assert_int_equal(entries(home), 2); /* the dead one's is gone; ours and what is no such stay */
    assert_int_equal(stat(mine, &about), 0);
    cki_folder_unlock(lock);
    assert_int_equal(cki_folder_remove(mine), 0);
    assert_int_equal(cki_folder_remove(other), 0);
    assert_int_equal(cki_folder_remove(mine), ENOENT);
    cki_memory_free(mine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(faults_are_told),
        cmocka_unit_test(folders_are_private_and_swept),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
