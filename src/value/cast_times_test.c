/* Tests of casts between units of time. */
#include "value/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static cki_dtype read_dtype(const char *text)
{
    cki_dtype dtype;
    assert_int_equal(cki_dtype_parse(text, &dtype, NULL, NULL), CASK_OK);
    return dtype;
}

/* Many at once as one by one: floored, NaT stays, and what does not fit is an error. */
static void times_change_their_units(void **state)
{
    (void)state;
    static const char *const units[] = {"W", "D", "h", "m", "s", "25s", "ms", "us", "ns"};
    enum { KINDS = sizeof units / sizeof *units, COUNT = 12 };
    static const int64_t some[COUNT] = {
        0, 1, -1, 86399, 86400, -86400, -86401, 1 << 30, INT64_MIN, INT64_MIN + 1, INT64_MAX, -999};
    for (size_t t = 0; t < 2 * KINDS * KINDS; t++) {
        char from[16], to[16];
        snprintf(from, sizeof from, "%s[%s]", t % 2 ? "M8" : "m8", units[t / 2 % KINDS]);
        snprintf(to, sizeof to, "%s[%s]", t % 2 ? "M8" : "m8", units[t / 2 / KINDS]);
        const cki_dtype old = read_dtype(from), new = read_dtype(to);
        const int64_t count = COUNT;
        cask_value *source = cki_array_new(old, 1, &count, NULL);
        cask_value *target = cki_array_new(new, 1, &count, NULL);
        assert_true(source && target);
        memcpy(source->as.array->data, some, sizeof some);
        int64_t wanted[COUNT];
        cask_status status = CASK_OK;
        for (int i = 0; i < COUNT && status == CASK_OK; i++)
            status = cki_dtype_time_cast(some[i], old, new, &wanted[i]);
        assert_int_equal(cki_array_cast(target->as.array, source->as.array, NULL), status);
        if (status == CASK_OK)
            assert_memory_equal(target->as.array->data, wanted, sizeof wanted);
        cask_value_unref(source);
        cask_value_unref(target);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(times_change_their_units)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
