/* Tests of writing past the cache and behind the callers' backs: any place, any thread, and
 * failures of the disk. */
#include "sys/fault.h"
#include "sys/file.h"
#include "sys/thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECES = 24, PIECE = (1 << 20) + 4096, THREADS = 3 };

static unsigned char *pages; /* PIECES of them, each begins a page */
static atomic_int released[PIECES];

static int make_pages(void **state)
{
    (void)state;
    pages = aligned_alloc(4096, (size_t)PIECES * PIECE);
    for (size_t i = 0; pages && i < (size_t)PIECES * PIECE; i++)
        pages[i] = (unsigned char)(i * 2654435761u >> 13);
    return pages == NULL;
}

static int free_pages(void **state)
{
    (void)state;
    free(pages);
    return 0;
}

static void count_release(void *counter)
{
    atomic_fetch_add((atomic_int *)counter, 1);
}

typedef struct writer {
    cki_file_output *output;
    size_t shift;
    int first;
    cki_thread thread;
    cask_status status;
} writer;

/* Every third piece, from the last to the first. */
static void write_some(void *given)
{
    writer *w = given;
    cki_error error = {0};
    for (int i = PIECES - THREADS + w->first; i >= 0; i -= THREADS) {
        size_t at = (size_t)i * PIECE;
        cask_status status = cki_file_write_behind(w->output, w->shift + at, pages + at, PIECE,
                                                   count_release, &released[i], &error);
        w->status = w->status ? w->status : status;
    }
}

static cki_file_output *open_output(const char *path, size_t most)
{
    cki_error error = {0};
    cki_file_output *output = cki_file_create(path, &error);
    assert_non_null(output);
    cki_file_bypass(output, most);
    memset(released, 0, sizeof released);
    return output;
}

static cask_status write_all(cki_file_output *output, size_t shift)
{
    writer writers[THREADS];
    cask_status status = CASK_OK;
    for (int i = 0; i < THREADS; i++) {
        writers[i] = (writer){.output = output, .shift = shift, .first = i};
        assert_int_equal(
            cki_thread_start(&writers[i].thread, write_some, &writers[i], "test", NULL), CASK_OK);
    }
    for (int i = 0; i < THREADS; i++) {
        cki_thread_join(&writers[i].thread);
        status = status ? status : writers[i].status;
    }
    return status;
}

static void assert_released(void)
{
    for (int i = 0; i < PIECES; i++)
        assert_int_equal(released[i], 1);
}

static void check_file(const char *path, size_t shift)
{
    cki_error error = {0};
    cki_file *file = cki_file_open(path, &error);
    unsigned char *back = malloc((size_t)PIECES * PIECE);
    assert_true(file && back);
    assert_int_equal(cki_file_size(file), shift + (size_t)PIECES * PIECE);
    assert_int_equal(cki_file_read(file, shift, back, (size_t)PIECES * PIECE, "it", &error),
                     CASK_OK);
    assert_memory_equal(back, pages, (size_t)PIECES * PIECE);
    cki_file_unref(file);
    free(back);
    unlink(path);
}

/* At offsets that disks like and that they do not; few and many bytes under way; cut short. */
static void writes_everything(void **state)
{
    (void)state;
    static const size_t shifts[] = {0, 4096, 512, 128, 1}, mosts[] = {0, 3 * PIECE, SIZE_MAX / 2};
    for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++)
        for (size_t k = 0; k < sizeof mosts / sizeof *mosts; k++) {
            cki_error error = {0};
            cki_file_output *output = open_output("behind_test_x", mosts[k]);
            cki_fault_short(i == k ? 300001 : 0);
            assert_int_equal(write_all(output, shifts[i]), CASK_OK);
            assert_int_equal(cki_file_commit(output, &error), CASK_OK);
            cki_fault_short(0);
            assert_released();
            check_file("behind_test_x", shifts[i]);
        }
}

static void reads_what_is_under_way(void **state)
{
    (void)state;
    cki_error error = {0};
    cki_file_output *output = open_output("behind_test_x", SIZE_MAX / 2);
    unsigned char *back = malloc(PIECE);
    assert_non_null(back);
    assert_int_equal(write_all(output, 0), CASK_OK);
    assert_int_equal(cki_file_reread(output, PIECE, back, PIECE, &error), CASK_OK);
    assert_memory_equal(back, pages + PIECE, PIECE);
    cki_file_abort(output);
    assert_released();
    assert_int_equal(access("behind_test_x", F_OK), -1);
    free(back);
}

/* Whichever write fails, the file does not appear, the error says why, and nothing is kept. */
static void tells_of_a_full_disk(void **state)
{
    (void)state;
    for (int n = 1; n <= PIECES; n += 5) {
        cki_error error = {0};
        cki_file_output *output = open_output("behind_test_x", 2 * PIECE);
        cki_fault_at(CKI_FAULT_WRITES, n, true, ENOSPC);
        cask_status status = write_all(output, 0);
        cask_status last = cki_file_commit(output, &error);
        cki_fault_at(CKI_FAULT_WRITES, 0, false, 0);
        assert_true(status != CASK_OK || last != CASK_OK);
        assert_int_equal(last, CASK_IO);
        assert_non_null(strstr(error.message, "No space left on device: 'behind_test_x'"));
        assert_released();
        assert_int_equal(access("behind_test_x", F_OK), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_everything),
        cmocka_unit_test(reads_what_is_under_way),
        cmocka_unit_test(tells_of_a_full_disk),
    };
    return cmocka_run_group_tests(tests, make_pages, free_pages);
}
