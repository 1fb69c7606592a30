/* Tests of the core: memory, arena, text, ledger, failures. */
#include "core/arena.h"
#include "core/fail.h"
#include "core/memory.h"
#include "core/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void first_failure_stays(void **state)
{
    (void)state;
    cki_error error = {0};
    assert_int_equal(cki_fail(&error, CASK_TYPE, NULL, "no %d", 1), CASK_TYPE);
    assert_int_equal(cki_fail(&error, CASK_IO, NULL, "later"), CASK_TYPE);
    assert_string_equal(error.message, "no 1");
    assert_string_equal(error.python, "TypeError");
    cki_fail_place(&error, 3, 5);
    cki_fail_place(&error, 0, 9);
    assert_int_equal(error.begin, 3);
}

static void long_messages_are_cut_at_a_character(void **state)
{
    (void)state;
    char text[2000];
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "é", 2);
    text[sizeof text - 2] = '\0';
    cki_error error = {0};
    cki_fail(&error, CASK_INVALID, NULL, "%s", text);
    size_t length = strlen(error.message);
    assert_string_equal(error.message + length - 3, "...");
    assert_int_equal(cki_text_codes(error.message, length) - 3, (length - 3) / 2);
}

static void allocations_fail_on_demand(void **state)
{
    (void)state;
    cki_memory_fail_at(2, false);
    void *a = cki_memory_alloc(8), *b = cki_memory_alloc(8), *c = cki_memory_alloc(8);
    assert_non_null(a);
    assert_null(b);
    assert_non_null(c);
    cki_memory_free(a);
    cki_memory_free(c);
    cki_memory_fail_at(0, false);
}

static void arena_rewinds_to_a_mark(void **state)
{
    (void)state;
    cki_arena arena = {0};
    char *kept = cki_arena_text(&arena, "kept", 4);
    cki_arena_mark mark = cki_arena_now(&arena);
    for (int i = 0; i < 100; i++)
        assert_non_null(cki_arena_alloc(&arena, 1000));
    assert_non_null(cki_arena_alloc(&arena, 1 << 20));
    assert_null(cki_arena_array(&arena, SIZE_MAX / 2, 3));
    cki_arena_rewind(&arena, mark);
    assert_string_equal(kept, "kept");
    cki_arena_free(&arena);
}

static void ledger_counts_and_reuses(void **state)
{
    (void)state;
    cki_ledger *ledger = cki_ledger_new(1 << 22);
    void *block = cki_ledger_take(ledger, 100000, true);
    assert_true(cki_ledger_now(ledger) >= 100000);
    cki_ledger_give(ledger, block, 100000);
    assert_int_equal(cki_ledger_now(ledger), 0);
    assert_true(cki_ledger_peak(ledger) >= 100000);
    void *again = cki_ledger_take(ledger, 100000, false);
    assert_ptr_equal(again, block);
    cki_ledger_give(ledger, again, 100000);
    assert_null(cki_ledger_take(ledger, SIZE_MAX - 5, false));
    cki_ledger_unref(ledger);
}

static int trims;

static void *map_plainly(size_t bytes)
{
    return aligned_alloc(64, bytes);
}

static void unmap_plainly(void *block, size_t bytes)
{
    (void)bytes;
    free(block);
}

static void count_trim(void)
{
    trims++;
}

/* Many small blocks give way to a large one, or to what somebody is to use: the C library is told
 * once they would not fit together. */
static void check_holes(size_t large_bytes, int64_t expected)
{
    static const cki_ledger_pages pages = {map_plainly, unmap_plainly, count_trim};
    enum { SMALL = 5000, COUNT = 200 };
    cki_ledger *ledger = cki_ledger_new(0);
    void *blocks[COUNT];
    trims = 0;
    assert_non_null(ledger);
    cki_ledger_map(ledger, &pages);
    cki_ledger_limit(ledger, 1200000);
    for (int i = 0; i < COUNT; i++)
        blocks[i] = cki_ledger_take(ledger, SMALL, false);
    for (int i = 0; i < COUNT / 2; i++)
        cki_ledger_give(ledger, blocks[i], SMALL);
    assert_int_equal(trims, 0); /* they and their holes are within the limit */
    void *large = cki_ledger_take(ledger, large_bytes, false);
    cki_ledger_expect(ledger, expected);
    for (int i = COUNT / 2; i < COUNT; i++)
        cki_ledger_give(ledger, blocks[i], SMALL);
    assert_true(trims > 0 && trims < COUNT / 4);
    cki_ledger_expect(ledger, -expected);
    cki_ledger_give(ledger, large, large_bytes);
    cki_ledger_unref(ledger);
}

static void holes_are_given_back(void **state)
{
    (void)state;
    check_holes(1 << 19, 0);
    check_holes(1, 1 << 19);
}

static void utf8_round_trips(void **state)
{
    (void)state;
    const char bytes[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xFF\xC0\xAF";
    size_t length = sizeof bytes - 1;
    cki_text text = {0};
    for (size_t at = 0; at < length;)
        cki_text_code(&text, cki_text_decode(bytes, length, &at));
    assert_int_equal(text.length, length);
    assert_memory_equal(text.bytes, bytes, length);
    assert_int_equal(cki_text_codes(bytes, length), 7);
    cki_text_free(&text);
}

static void sizes_are_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {{"500MB", 500000000}, {"2 GB", 2000000000}, {"1.5GiB", 1610612736}, {"64k", 64000},
                 {"100", 100},         {"1e3", 1000},        {"128MiB", 134217728}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t bytes = 0;
        assert_true(cki_text_bytes(cases[i].text, &bytes));
        assert_int_equal(bytes, cases[i].bytes);
    }
    uint64_t bytes;
    assert_false(cki_text_bytes("", &bytes));
    assert_false(cki_text_bytes("-1", &bytes));
    assert_false(cki_text_bytes("5 apples", &bytes));
    assert_false(cki_text_bytes("nan", &bytes));
    char buffer[32];
    assert_string_equal(cki_text_size(12345678, buffer), "12.3 MB");
    assert_string_equal(cki_text_size(999, buffer), "999 B");
}

/* Recorded from dask.utils. */
static void times_are_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double seconds;
    } read[] = {
        {"3s", 3},          {"3.5 seconds", 3.5}, {"300ms", 0.3},  {"1h", 3600},  {"100 us", 1e-4},
        {"2 days", 172800}, {"MS", 0.001},        {"7", 7},        {"1e3 ms", 1}, {"1 Minute", 60},
        {"2w", 1209600},    {"hour", 3600},       {"1.5 H", 5400},
    };
    for (size_t i = 0; i < sizeof read / sizeof *read; i++) {
        double seconds = -1;
        assert_true(cki_text_seconds(read[i].text, &seconds));
        assert_float_equal(seconds, read[i].seconds, 1e-12);
    }
    double seconds;
    assert_false(cki_text_seconds("", &seconds));
    assert_false(cki_text_seconds("5 foos", &seconds));
    assert_false(cki_text_seconds("3 parsecs", &seconds));
    assert_false(cki_text_seconds("-", &seconds));
    assert_false(cki_text_seconds("ss", &seconds));
    static const struct {
        double seconds;
        const char *text;
    } written[] = {
        {0, "0.00 us"},      {1e-7, "0.10 us"}, {0.0005, "500.00 us"}, {0.001, "1.00 ms"},
        {0.25, "250.00 ms"}, {1, "1.00 s"},     {59.999, "60.00 s"},   {600, "600.00 s"},
        {601, "10m 1s"},     {7200, "120m 0s"}, {7300, "2hr 1m"},      {172800, "48hr 0m"},
        {172801, "2d 0hr"},  {1e6, "11d 13hr"},
    };
    char buffer[32];
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        assert_string_equal(cki_text_duration(written[i].seconds, buffer), written[i].text);
    static const struct {
        uint64_t bytes;
        const char *text;
    } sizes[] = {
        {0, "0 B"},
        {921, "921 B"},
        {922, "0.90 kiB"},
        {12345, "12.06 kiB"},
        {1234567, "1.18 MiB"},
        {1000000000, "0.93 GiB"},
        {1ULL << 40, "1.00 TiB"},
        {3ULL << 50, "3.00 PiB"},
        {1ULL << 63, "8192.00 PiB"},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        assert_string_equal(cki_text_binary_size(sizes[i].bytes, buffer), sizes[i].text);
}

static void distance_counts_edits(void **state)
{
    (void)state;
    assert_int_equal(cki_text_distance("mean", "mean"), 0);
    assert_int_equal(cki_text_distance("maen", "mean"), 1);
    assert_int_equal(cki_text_distance("kitten", "sitting"), 3);
    assert_int_equal(cki_text_distance("", "abc"), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_failure_stays),
        cmocka_unit_test(long_messages_are_cut_at_a_character),
        cmocka_unit_test(allocations_fail_on_demand),
        cmocka_unit_test(arena_rewinds_to_a_mark),
        cmocka_unit_test(ledger_counts_and_reuses),
        cmocka_unit_test(holes_are_given_back),
        cmocka_unit_test(utf8_round_trips),
        cmocka_unit_test(sizes_are_read_and_written),
        cmocka_unit_test(times_are_read_and_written),
        cmocka_unit_test(distance_counts_edits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
