/* Tests of the binary form: every kind of value and every layout of arrays comes back as it was,
 * without copying where that is promised; damaged bytes are refused; allocations fail in turn. */
#include "core/memory.h"
#include "value/array.h"
#include "value/binary.h"
#include "value/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The value written as one run of bytes (to be freed). */
static unsigned char *run_of(const cask_value *value, size_t *length)
{
    cki_binary form;
    assert_int_equal(cki_binary_write(&form, value, NULL), CASK_OK);
    *length = cki_binary_size(&form);
    unsigned char *bytes = cki_memory_alloc(*length);
    assert_non_null(bytes);
    cki_binary_copy(&form, bytes);
    cki_binary_free(&form);
    return bytes;
}

static cask_value *there_and_back(const cask_value *value)
{
    size_t length;
    unsigned char *bytes = run_of(value, &length);
    cki_error error = {0};
    cask_value *back = cki_binary_read_run(bytes, length, NULL, &error);
    assert_string_equal(error.message, "");
    assert_non_null(back);
    assert_int_equal(back->kind, value->kind);
    assert_true(cki_token_same(cki_token_of(value), cki_token_of(back)));
    cki_memory_free(bytes);
    return back;
}

/* Takes the value over. */
static void comes_back(cask_value *value)
{
    assert_non_null(value);
    assert_true(cki_binary_can(value));
    cask_value_unref(there_and_back(value));
    cask_value_unref(value);
}

static cask_value *read_json(const char *text)
{
    cask_value *value = cki_value_from_json(text, strlen(text), NULL);
    assert_non_null(value);
    return value;
}

static void plain_values_come_back(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "null",
        "true",
        "false",
        "0",
        "-9223372036854775808",
        "0.1",
        "-0.0",
        "NaN",
        "\"\"",
        "\"h\\u00e9llo \\u0000 \\ud83d\\ude00\"",
        "[]",
        "{}",
        "[[], [[]], {}, [{}]]",
        "{\"a\": 1, \"b\": [1, 2.5, null, {\"c\": \"d\"}], \"e\": {}}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        comes_back(read_json(texts[i]));
    comes_back(cki_value_ellipsis());
    comes_back(cki_value_complex(1.5, -2.5, NULL));
    comes_back(cki_value_bytes("a\0b", 3, NULL));
    comes_back(cki_value_range(-3, 1 << 30, 7, NULL));
    comes_back(cki_value_slice(cki_value_int(1, NULL), NULL, cki_value_string("x", NULL), NULL));
    comes_back(cki_value_dtype((cki_dtype){CASK_TIMEDELTA, CKI_UNIT_SECOND, 25}, NULL));
    comes_back(cki_value_ints(CKI_TUPLE, (int64_t[]){1, 2, 3}, 3, NULL));
    comes_back(cki_value_list(CKI_TUPLE, 0, NULL));
    comes_back(cki_value_set(NULL));
    cask_value *set = cki_value_set(NULL), *dict = cki_value_dict(NULL);
    for (int64_t i = 0; i < 100; i++) {
        cki_value_set_add(set, cki_value_int(i * i, NULL), NULL);
        cki_value_dict_set(dict, cki_value_ints(CKI_TUPLE, (int64_t[]){i, -i}, 2, NULL),
                           cki_value_float((double)i, NULL), NULL);
    }
    comes_back(set);
    cask_value *back = there_and_back(dict);
    cask_value *key = cki_value_ints(CKI_TUPLE, (int64_t[]){42, -42}, 2, NULL);
    assert_true(cki_value_dict_get(back, key, NULL)->as.real == 42.0);
    cask_value_unref(key);
    cask_value_unref(back);
    cask_value_unref(dict);
    static char large[100000];
    memset(large, 'x', sizeof large);
    comes_back(cki_value_bytes(large, sizeof large, NULL));
    comes_back(cki_value_str(large, sizeof large, NULL));
}

/* 0, 1, 2, ... of a shape. */
static cask_value *counted(cki_dtype dtype, int ndim, const int64_t *shape)
{
    cask_value *value = cki_array_zeros(dtype, ndim, shape, NULL);
    size_t bytes;
    assert_int_equal(cki_array_bytes(dtype, ndim, shape, &bytes, NULL), CASK_OK);
    for (size_t i = 0; i < bytes; i++)
        value->as.array->data[i] = (unsigned char)(i * 37 % 251);
    return value;
}

static void arrays_of_every_type_come_back(void **state)
{
    (void)state;
    static const int64_t shapes[][3] = {{2, 3, 5}, {7, 100, 11}, {1, 1, 1}, {4, 0, 2}};
    for (int id = CASK_BOOL; id < CASK_DTYPE_COUNT; id++)
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
            cki_dtype dtype = cki_dtype_of((cask_dtype)id);
            if (cki_dtype_is_time(dtype))
                dtype.unit = CKI_UNIT_NANO;
            if (cki_dtype_is_text(dtype))
                dtype.count = (int32_t)i * 3; /* none at first */
            comes_back(counted(dtype, 3, shapes[i]));
            comes_back(counted(dtype, 0, NULL));
        }
}

/* A view comes back with its strides, and takes at most `bytes` apart from its head. Taken over. */
static void view_comes_back(cask_value *view, size_t bytes, bool strides)
{
    cki_binary form;
    assert_int_equal(cki_binary_write(&form, view, NULL), CASK_OK);
    size_t apart = 0;
    for (size_t i = 0; i < form.nparts; i++)
        apart += form.parts[i].length;
    assert_int_equal(apart, bytes);
    cki_binary_free(&form);
    cask_value *back = there_and_back(view);
    const cki_array *a = view->as.array, *b = back->as.array;
    for (int axis = 0; axis < a->ndim && strides; axis++)
        assert_int_equal(a->strides[axis], b->strides[axis]);
    cask_value_unref(back);
    cask_value_unref(view);
}

static void views_come_back_compact(void **state)
{
    (void)state;
    int64_t shape[2] = {200, 300};
    cask_value *value = counted(cki_dtype_of(CASK_F64), 2, shape);
    const cki_array *array = value->as.array;
    view_comes_back(cki_array_permute(array, (int[]){1, 0}, NULL), 480000, true);
    view_comes_back(cki_array_slice(array, (int64_t[]){199, 299}, shape, (int64_t[]){-1, -1}, NULL),
                    480000, true);
    /* every other column: a copy */
    view_comes_back(
        cki_array_slice(array, (int64_t[]){0, 1}, (int64_t[]){200, 150}, (int64_t[]){1, 2}, NULL),
        240000, false);
    view_comes_back(
        cki_array_slice(array, (int64_t[]){50, 0}, (int64_t[]){10, 300}, (int64_t[]){1, 1}, NULL),
        24000, true);
    /* one row a million times; a spread of every other element of it */
    cask_value *row =
        cki_array_slice(array, (int64_t[]){3, 0}, (int64_t[]){1, 300}, (int64_t[]){1, 1}, NULL);
    view_comes_back(cki_array_broadcast(row->as.array, 2, (int64_t[]){5000, 300}, NULL), 2400,
                    true);
    cask_value *other = cki_array_slice(row->as.array, (int64_t[]){0, 0}, (int64_t[]){1, 150},
                                        (int64_t[]){1, 2}, NULL);
    cask_value *spread = cki_array_broadcast(other->as.array, 2, (int64_t[]){5000, 150}, NULL);
    cask_value *back = there_and_back(spread);
    assert_int_equal(back->as.array->strides[0], 0);
    assert_true(cki_value_nbytes(back) < 150 * 8 + 1000); /* each element counts once */
    assert_int_equal(back->as.array->strides[1], 8);
    /* windows of 100 that overlap */
    view_comes_back(cki_array_view(array->buffer, array->data, array->dtype, 2,
                                   (int64_t[]){500, 100}, (int64_t[]){8, 8}, NULL),
                    599 * 8, true);
    cask_value *all[] = {value, row, other, spread, back};
    for (size_t i = 0; i < 5; i++)
        cask_value_unref(all[i]);
}

static void what_lies_apart_is_not_copied(void **state)
{
    (void)state;
    int64_t shape[2] = {100, 100};
    cask_value *value = counted(cki_dtype_of(CASK_I32), 2, shape);
    cask_value *list = cki_value_list(CKI_LIST, 3, NULL);
    for (size_t i = 0; i < 3; i++)
        list->as.list.items[i] = cask_value_ref(value);
    cki_binary form;
    assert_int_equal(cki_binary_write(&form, list, NULL), CASK_OK);
    assert_int_equal(form.nparts, 1);
    assert_ptr_equal(form.parts[0].bytes, value->as.array->data);
    assert_ptr_equal(form.parts[0].buffer, value->as.array->buffer);
    assert_int_equal(cki_binary_head(form.head), form.length);
    /* read as views on a buffer, here the array's own */
    cki_binary_part *parts;
    size_t nparts;
    assert_int_equal(cki_binary_parts(form.head, form.length, &parts, &nparts, NULL), CASK_OK);
    assert_int_equal(nparts, 1);
    assert_int_equal(parts[0].length, 40000);
    parts[0].bytes = value->as.array->data;
    parts[0].buffer = value->as.array->buffer;
    cask_value *back = cki_binary_read(form.head, form.length, parts, nparts, NULL);
    assert_int_equal(back->as.list.count, 3);
    assert_ptr_equal(back->as.list.items[0], back->as.list.items[2]);
    assert_ptr_equal(back->as.list.items[1]->as.array->data, value->as.array->data);
    parts[0].length--;
    cki_error error = {0};
    assert_null(cki_binary_read(form.head, form.length, parts, nparts, &error));
    assert_int_equal(error.status, CASK_FORMAT);
    cask_value_unref(list);
    cask_value_unref(value);
    assert_int_equal(back->as.list.items[2]->as.array->data[1], 37);
    cki_memory_free(parts);
    cki_binary_free(&form);
    cask_value_unref(back);
}

static void deep_nests_come_back(void **state)
{
    (void)state;
    enum { DEPTH = 1000000 };
    cask_value *value = cki_value_list(CKI_LIST, 0, NULL);
    for (int i = 0; i < DEPTH; i++) {
        cask_value *outer = cki_value_list(CKI_LIST, 1, NULL);
        outer->as.list.items[0] = value;
        value = outer;
    }
    assert_true(cki_binary_can(value));
    size_t length;
    unsigned char *bytes = run_of(value, &length);
    cask_value *back = cki_binary_read_run(bytes, length, NULL, NULL);
    int depth = 0;
    for (const cask_value *at = back; at->as.list.count; at = at->as.list.items[0])
        depth++;
    assert_int_equal(depth, DEPTH);
    cki_memory_free(bytes);
    cask_value_unref(back);
    cask_value_unref(value);
}

static void objects_have_no_form(void **state)
{
    (void)state;
    static const cki_class class = {.name = "function"};
    cask_value *list = cki_value_list(CKI_LIST, 2, NULL);
    list->as.list.items[0] = cki_value_int(1, NULL);
    list->as.list.items[1] = cki_value_object(&class, NULL, NULL);
    cki_binary form;
    cki_error error = {0};
    assert_false(cki_binary_can(list));
    assert_int_equal(cki_binary_write(&form, list, &error), CASK_TYPE);
    assert_string_equal(error.message, "a value of type 'function' has no binary form");
    assert_null(form.head);
    cask_value_unref(list);
}

/* Something with every kind of mark. */
static cask_value *specimen(void)
{
    cask_value *dict = read_json("{\"a\": [1, 2.5, null, true, \"text\"], \"b\": {}}");
    cask_value *tuple = cki_value_list(CKI_TUPLE, 6, NULL);
    cask_value *array = counted(cki_dtype_of(CASK_F32), 2, (int64_t[]){30, 30});
    cask_value **items = tuple->as.list.items;
    items[0] = cki_value_slice(cki_value_int(3, NULL), NULL, NULL, NULL);
    items[1] = cki_array_permute(array->as.array, (int[]){1, 0}, NULL);
    items[2] = array;
    items[3] = cask_value_ref(array);
    items[4] = cki_value_dtype(cki_dtype_of(CASK_U8), NULL);
    items[5] = counted(cki_dtype_of(CASK_C64), 1, (int64_t[]){3});
    cki_value_dict_set(dict, cki_value_string("c", NULL), tuple, NULL);
    return dict;
}

static void damaged_bytes_are_refused_or_read(void **state)
{
    (void)state;
    cask_value *value = specimen();
    size_t length;
    unsigned char *bytes = run_of(value, &length);
    for (size_t cut = 0; cut < length; cut++) {
        cki_error error = {0};
        unsigned char *part = cki_memory_alloc(cut ? cut : 1);
        memcpy(part, bytes, cut);
        assert_null(cki_binary_read_run(part, cut, NULL, &error));
        assert_int_equal(error.status, CASK_FORMAT);
        cki_memory_free(part);
    }
    size_t head = cki_binary_head(bytes), refused = 0;
    for (size_t i = 0; i < head; i++)
        for (unsigned flip = 1; flip < 256; flip += 2 + flip / 3) {
            cki_error error = {0};
            bytes[i] ^= (unsigned char)flip;
            cask_value *back = cki_binary_read_run(bytes, length, NULL, &error);
            assert_true((back != NULL) == (error.status == CASK_OK));
            refused += !back;
            cask_value_unref(back);
            bytes[i] ^= (unsigned char)flip;
        }
    assert_true(refused > head * 8);
    cki_memory_free(bytes);
    cask_value_unref(value);
}

static void nested_promises_take_no_memory(void **state)
{
    (void)state;
    /* lists within one another, each saying that all bytes left are items of its own */
    enum { BODY = 1 << 20 };
    unsigned char *bytes = cki_memory_calloc(1, BODY + CKI_BINARY_FIRST);
    size_t length;
    cask_value *empty = cki_value_list(CKI_LIST, 0, NULL);
    unsigned char *plain = run_of(empty, &length);
    memcpy(bytes, plain, length);
    uint64_t body = BODY;
    memcpy(bytes + 16, &body, sizeof body);
    for (size_t at = CKI_BINARY_FIRST; at + 9 <= BODY; at += 9) {
        uint64_t count = BODY + CKI_BINARY_FIRST - at - 9;
        bytes[at] = CKI_LIST;
        memcpy(bytes + at + 1, &count, sizeof count);
    }
    int64_t before = cki_memory_count();
    cki_error error = {0};
    assert_null(cki_binary_read_run(bytes, BODY + CKI_BINARY_FIRST, NULL, &error));
    assert_int_equal(error.status, CASK_FORMAT);
    assert_true(cki_memory_count() - before < 100);
    cki_memory_free(plain);
    cki_memory_free(bytes);
    cask_value_unref(empty);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    cask_value *value = specimen();
    cki_token token = cki_token_of(value);
    size_t length;
    unsigned char *bytes = run_of(value, &length);
    bool done = false;
    for (int64_t n = 1; !done; n++) {
        cki_binary form;
        cki_error error = {0};
        cki_memory_fail_at(n, false);
        bool written = cki_binary_write(&form, value, &error) == CASK_OK;
        cask_value *back = written ? cki_binary_read_run(bytes, length, NULL, &error) : NULL;
        cki_memory_fail_at(0, false);
        done = written && back;
        assert_int_equal(error.status, done ? CASK_OK : CASK_MEMORY);
        if (back)
            assert_true(cki_token_same(token, cki_token_of(back)));
        cki_binary_free(&form);
        cask_value_unref(back);
        assert_true(n < 1000);
    }
    cki_memory_free(bytes);
    cask_value_unref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_values_come_back),
        cmocka_unit_test(arrays_of_every_type_come_back),
        cmocka_unit_test(views_come_back_compact),
        cmocka_unit_test(what_lies_apart_is_not_copied),
        cmocka_unit_test(deep_nests_come_back),
        cmocka_unit_test(objects_have_no_form),
        cmocka_unit_test(damaged_bytes_are_refused_or_read),
        cmocka_unit_test(nested_promises_take_no_memory),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
