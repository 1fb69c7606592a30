/* Every operation by its name, with arguments that it may not expect: it gives an array that can be
 * computed, or says what is wrong, in words, and the context goes on. */
#include "expr/operation.h"
#include "testing.h"

enum { FEW = 100000 }; /* elements that are worth computing */

static bool is_called(const cki_operation *operation)
{
    static const char *const writing[] = {"to_", "store", "save"};
    for (size_t i = 0; i < sizeof writing / sizeof *writing; i++)
        if (strstr(operation->name, writing[i]))
            return false;
    return operation->places & (CKI_IN_DA | CKI_ARRAY_METHOD | CKI_ARRAY_ATTRIBUTE);
}

/* What operations are tried with. */
typedef struct things {
    cask_array x, square, empty, scalar, unknown;
    cask_value *list, *pair, *none;
} things;

static things make_things(cask *ck)
{
    cask_array x = cask_array_arange(ck, CASK_F64, 0, 12, 1, 0);
    x = cask_array_rechunk(cask_array_reshape(x, CASK_SHAPE(3, 4)), CASK_SHAPE(2, 2));
    cask_array mask = cask_array_greater_f64(x, 3);
    return (things){.x = x,
                    .square = cask_array_ones(ck, CASK_F64, CASK_SHAPE(4, 4), CASK_SHAPE(4, 4)),
                    .empty = cask_array_zeros(ck, CASK_I32, CASK_SHAPE(0, 3), (cask_shape){0}),
                    .scalar = cask_array_sum(x, NULL),
                    .unknown = cask_array_index(x, CASK_ARGUMENTS(mask)),
                    .list = cask_value_list(CASK_ARGUMENTS(1, -2, 3)),
                    .pair = cask_value_tuple(CASK_ARGUMENTS(2, 2)),
                    .none = cask_value_list((cask_arguments){0})};
}

static void try_call(cask *ck, const cki_operation *operation, cask_arguments arguments, int *good)
{
    cask_array result = cask_array_apply(ck, operation->name, arguments);
    cask_value *value = NULL;
    if (!cask_array_failed(result) && cask_array_size(result) > FEW)
        return;
    if (cask_array_compute(result, &value) == CASK_OK)
        ++*good;
    else if (!*cask_message(ck) || cask_error(ck) == CASK_INTERNAL)
        fail_msg("%s: %s: '%s'", operation->name, cask_error_class(ck), cask_message(ck));
    cask_value_unref(value);
    cask_clear(ck);
}

static void try_operation(cask *ck, const cki_operation *operation, int *good)
{
    things t = make_things(ck);
    const cask_arguments forms[] = {
        {0},
        CASK_ARGUMENTS(t.x),
        CASK_ARGUMENTS(t.square),
        CASK_ARGUMENTS(t.empty),
        CASK_ARGUMENTS(t.scalar),
        CASK_ARGUMENTS(t.unknown),
        CASK_ARGUMENTS(t.x, t.x),
        CASK_ARGUMENTS(t.square, t.square),
        CASK_ARGUMENTS(t.empty, t.empty),
        CASK_ARGUMENTS(t.x, t.x, t.x),
        CASK_ARGUMENTS(t.unknown, t.unknown, t.unknown),
        CASK_ARGUMENTS(t.x, 1),
        CASK_ARGUMENTS(t.x, -7),
        CASK_ARGUMENTS(t.x, 1.5),
        CASK_ARGUMENTS(t.x, INT64_MIN),
        CASK_ARGUMENTS(t.x, 1, 2, 3),
        CASK_ARGUMENTS(t.x, "abc"),
        CASK_ARGUMENTS(t.x, t.list),
        CASK_ARGUMENTS(t.x, t.pair),
        CASK_ARGUMENTS(t.x, t.none),
        CASK_ARGUMENTS(t.list, t.x),
        CASK_ARGUMENTS(t.pair, t.x),
        CASK_ARGUMENTS(t.x, CASK_ARGUMENT_NONE),
        CASK_ARGUMENTS(t.x, CASK_NAMED("axis", 1)),
        CASK_ARGUMENTS("lambda a: a", t.x),
        CASK_ARGUMENTS(t.pair),
        CASK_ARGUMENTS(t.none),
        CASK_ARGUMENTS(-5),
        CASK_ARGUMENTS(INT64_MAX),
        CASK_ARGUMENTS(1e300, 2.5),
        CASK_ARGUMENTS("x"),
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        try_call(ck, operation, forms[i], good);
    cask_value_unref(t.list);
    cask_value_unref(t.pair);
    cask_value_unref(t.none);
}

static void anything_goes(void **state)
{
    (void)state;
    int good = 0, tried = 0;
    cask *ck = cask_open(&(cask_options){.memory_limit = "200MB", .threads = 2});
    const cki_operation *operation;
    for (size_t i = 0; (operation = cki_operation_at(ck, i)) != NULL; i++) {
        if (!is_called(operation))
            continue;
        cask_scope_begin(ck);
        try_operation(ck, operation, &good);
        cask_scope_end(ck);
        tried++;
    }
    assert_true(tried > 400);
    assert_true(good > 4 * tried);
    cask_close(ck);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(anything_goes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
