/* Tests of region.c: every region of small arrays, in every layout, against plain indexing. */
#include "core/memory.h"
#include "io/region.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { SIDE = 5 };

/* The bytes of the number that stands at (i, j, k). */
static uint32_t number_at(int64_t i, int64_t j, int64_t k)
{
    return (uint32_t)(1000003 * i + 1009 * j + k + 0x01020304);
}

/* A file of SIDE**3 numbers, with `gap` bytes between the outer rows. */
static cki_region_layout make_file(char *path, bool fortran, bool swapped, int64_t gap)
{
    cki_region_layout layout = {.offset = 3, .itemsize = 4, .word = swapped ? 4 : 1, .ndim = 3};
    int64_t shape[3] = {SIDE, SIDE, SIDE};
    uint64_t bytes;
    assert_true(cki_region_order(&layout, shape, fortran, &bytes));
    assert_int_equal(bytes, 4 * SIDE * SIDE * SIDE);
    layout.strides[fortran ? 2 : 0] += gap;
    cki_error error = {0};
    cki_file_output *output = cki_file_create(path, &error);
    assert_non_null(output);
    for (int64_t i = 0; i < SIDE; i++)
        for (int64_t j = 0; j < SIDE; j++)
            for (int64_t k = 0; k < SIDE; k++) {
                uint32_t number = number_at(i, j, k);
                if (swapped)
                    number = __builtin_bswap32(number);
                uint64_t at =
                    layout.offset + (uint64_t)(i * layout.strides[0] + j * layout.strides[1] +
                                               k * layout.strides[2]);
                assert_int_equal(cki_file_write(output, at, &number, 4, &error), CASK_OK);
            }
    assert_int_equal(cki_file_commit(output, &error), CASK_OK);
    return layout;
}

static void check_region(cki_file *file, const cki_region_layout *layout, const int64_t *start,
                         const int64_t *count, const int64_t *step)
{
    cki_error error = {0};
    /* into the middle of something larger, axes turned: strides of all kinds */
    int64_t large[3] = {SIDE + 1, SIDE + 2, SIDE};
    cask_value *room = cki_array_zeros(cki_dtype_of(CASK_U32), 3, large, &error);
    cki_array out = *cki_array_of(room);
    for (int k = 0; k < 3; k++)
        out.shape[k] = count[k];
    int64_t stride = out.strides[0];
    out.strides[0] = out.strides[2];
    out.strides[2] = stride;
    assert_int_equal(cki_region_read(file, layout, start, count, step, &out, "it", &error),
                     CASK_OK);
    for (int64_t i = 0; i < count[0]; i++)
        for (int64_t j = 0; j < count[1]; j++)
            for (int64_t k = 0; k < count[2]; k++) {
                int64_t at[3] = {i, j, k};
                uint32_t found;
                memcpy(&found, cki_array_at(&out, at), 4);
                assert_int_equal(found, number_at(start[0] + i * step[0], start[1] + j * step[1],
                                                  start[2] + k * step[2]));
            }
    cask_value_unref(room);
}

static void reads_every_region(void **state)
{
    (void)state;
    for (int kind = 0; kind < 12; kind++) {
        char path[] = "region_test.bin";
        static const int64_t gaps[] = {0, 2, 5000};
        cki_region_layout layout = make_file(path, kind & 1, kind & 2, gaps[kind / 4]);
        cki_error error = {0};
        cki_file *file = cki_file_open(path, &error);
        for (unsigned n = 0; n < 600; n++) {
            int64_t start[3], count[3], step[3];
            unsigned seed = n * 2654435761U >> 3;
            for (int k = 0; k < 3; k++, seed /= 17) {
                start[k] = seed % SIDE;
                step[k] = 1 + seed / SIDE % 3;
                int64_t most = (SIDE - start[k] + step[k] - 1) / step[k];
                count[k] = (int64_t)(seed / 15) % (most + 1);
            }
            check_region(file, &layout, start, count, step);
        }
        int64_t zero[3] = {0}, all[3] = {SIDE, SIDE, SIDE}, one[3] = {1, 1, 1};
        check_region(file, &layout, zero, all, one);
        cki_file_unref(file);
        remove(path);
    }
}

/* Large enough that it is cut into pieces, in each of the ways; written, then read. */
static void cuts_large_regions(void **state)
{
    (void)state;
    const char *path = "region_test_large.bin";
    for (size_t word = 1; word <= 8; word *= 8) {
        int64_t shape[2] = {300, 1100}, start[2] = {0, 0}, one[2] = {1, 1};
        cki_region_layout layout = {.offset = 128, .itemsize = 8, .word = word, .ndim = 2};
        uint64_t bytes;
        cki_error error = {0};
        assert_true(cki_region_order(&layout, shape, false, &bytes));
        cask_value *from = cki_array_new(cki_dtype_of(CASK_I64), 2, shape, &error);
        cask_value *to = cki_array_zeros(cki_dtype_of(CASK_I64), 2, shape, &error);
        int64_t *numbers = (int64_t *)(void *)cki_array_of(from)->data;
        for (int64_t i = 0; i < shape[0] * shape[1]; i++)
            numbers[i] = i * 0x01020304050;
        cki_file_output *output = cki_file_create(path, &error);
        assert_int_equal(cki_region_write(output, &layout, start, cki_array_of(from), &error),
                         CASK_OK);
        assert_int_equal(cki_file_commit(output, &error), CASK_OK);
        cki_file *file = cki_file_open(path, &error);
        assert_int_equal(cki_file_size(file), 128 + bytes);
        assert_int_equal(
            cki_region_read(file, &layout, start, shape, one, cki_array_of(to), "it", &error),
            CASK_OK);
        assert_memory_equal(cki_array_of(to)->data, numbers, bytes);
        /* every third column of every second row */
        int64_t step[2] = {2, 3}, count[2] = {150, 367};
        cki_array part = *cki_array_of(to);
        part.shape[0] = count[0];
        part.shape[1] = count[1];
        assert_int_equal(cki_region_read(file, &layout, start, count, step, &part, "it", &error),
                         CASK_OK);
        int64_t last[2] = {149, 366}, found;
        memcpy(&found, cki_array_at(&part, last), 8);
        assert_int_equal(found, numbers[298 * 1100 + 366 * 3]);
        cki_file_unref(file);
        cask_value_unref(from);
        cask_value_unref(to);
        remove(path);
    }
}

static void counts_bytes(void **state)
{
    (void)state;
    cki_region_layout layout = {.itemsize = 2, .word = 2, .ndim = 2};
    int64_t shape[2] = {100, 100000}, one[2] = {1, 1}, four[2] = {4, 1}, quarter[2] = {25, 100000};
    uint64_t bytes;
    assert_true(cki_region_order(&layout, shape, false, &bytes));
    assert_int_equal(cki_region_bytes(&layout, shape, one), 20000000);
    assert_int_equal(cki_region_bytes(&layout, quarter, four), 5000000);
    int64_t huge[2] = {INT64_MAX / 2, 2};
    assert_false(cki_region_order(&layout, huge, false, &bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_region),
        cmocka_unit_test(cuts_large_regions),
        cmocka_unit_test(counts_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
