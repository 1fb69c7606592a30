/* Tests of functions by name. */
#include "graph/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static cask_status one(const cki_task *task, cask_value **result, cki_error *error)
{
    (void)task;
    *result = NULL;
    return cki_fail(error, CASK_INVALID, NULL, "one");
}

static cask_status two(const cki_task *task, cask_value **result, cki_error *error)
{
    (void)task;
    *result = NULL;
    return cki_fail(error, CASK_INVALID, NULL, "two");
}

static void found_by_name_and_version(void **state)
{
    (void)state;
    static const cki_function functions[] = {
        {"sum", 2, one}, {"mean", 1, one}, {"sum", 1, two}, {"me.hyp", 1, one}, {"sum", 10, one}};
    cki_functions *set = cki_registry_new(NULL);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        assert_int_equal(cki_registry_register(set, &functions[i], NULL), CASK_OK);
    assert_int_equal(cki_registry_count(set), 5);
    assert_ptr_equal(cki_registry_find(set, "sum", 0), &functions[4]);
    assert_ptr_equal(cki_registry_find(set, "sum", 1), &functions[2]);
    assert_ptr_equal(cki_registry_find(set, "sum", 2), &functions[0]);
    assert_null(cki_registry_find(set, "sum", 3));
    assert_null(cki_registry_find(set, "su", 0));
    assert_null(cki_registry_find(set, "zz", 0));
    for (size_t i = 1; i < cki_registry_count(set); i++)
        assert_true(strcmp(cki_registry_at(set, i - 1)->name, cki_registry_at(set, i)->name) <= 0);
    assert_null(cki_registry_at(set, 5));
    cki_registry_free(set);
    cki_registry_free(NULL);
}

static void a_name_means_one_function(void **state)
{
    (void)state;
    const cki_function first = {"f", 1, one}, same = {"f", 1, one}, other = {"f", 1, two};
    const cki_function unnamed = {"", 1, one}, zeroth = {"f", 0, one}, empty = {"f", 3, NULL};
    cki_functions *set = cki_registry_new(NULL);
    cki_error error = {0};
    assert_int_equal(cki_registry_register(set, &first, &error), CASK_OK);
    assert_int_equal(cki_registry_register(set, &same, &error), CASK_OK);
    assert_int_equal(cki_registry_count(set), 1);
    assert_int_equal(cki_registry_register(set, &other, &error), CASK_INVALID);
    assert_non_null(strstr(error.message, "f version 1"));
    assert_int_equal(cki_registry_register(set, &unnamed, NULL), CASK_INVALID);
    assert_int_equal(cki_registry_register(set, &zeroth, NULL), CASK_INVALID);
    assert_int_equal(cki_registry_register(set, &empty, NULL), CASK_INVALID);
    cki_registry_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_by_name_and_version),
        cmocka_unit_test(a_name_means_one_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
