/* Tests of arrays: views and copies against one element at a time, and arrays made of lists against
 * what NumPy 1.24 makes of them. */
#include "core/memory.h"
#include "value/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Bytes 0, 1, 2, ... so that every element differs. */
static cask_value *counted(cki_dtype dtype, int ndim, const int64_t *shape)
{
    cask_value *value = cki_array_new(dtype, ndim, shape, NULL);
    size_t bytes;
    assert_int_equal(cki_array_bytes(dtype, ndim, shape, &bytes, NULL), CASK_OK);
    uint32_t state = 1;
    for (size_t i = 0; i < bytes; i++) {
        state = state * 1664525 + 1013904223;
        value->as.array->data[i] = (unsigned char)(state >> 24);
    }
    return value;
}

static bool next_index(const cki_array *array, int64_t *index)
{
    for (int axis = array->ndim - 1; axis >= 0; axis--) {
        if (++index[axis] < array->shape[axis])
            return true;
        index[axis] = 0;
    }
    return false;
}

static void check_same(const cki_array *a, const cki_array *b)
{
    int64_t index[CKI_MAX_NDIM] = {0};
    size_t size = cki_dtype_size(a->dtype);
    if (cki_array_size(a))
        do
            assert_memory_equal(cki_array_at(a, index), cki_array_at(b, index), size);
        while (next_index(a, index));
}

static const uint8_t ids[] = {CASK_U8, CASK_I16, CASK_F32, CASK_F64, CASK_C128, CASK_BYTES};

static cki_dtype type_at(size_t i)
{
    cki_dtype dtype = cki_dtype_of((cask_dtype)ids[i]);
    dtype.count = ids[i] == CASK_BYTES ? 7 : 0;
    return dtype;
}

/* Every order of three axes, and steps of 1, 2, -1, into dense and into permuted targets. */
static void copies_move_every_element(void **state)
{
    (void)state;
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    const int64_t shape[3] = {5, 67, 70};
    for (size_t t = 0; t < sizeof ids; t++)
        for (int order = 0; order < 6; order++)
            for (int64_t by = -1; by < 3; by += by ? 1 : 2) {
                cask_value *base = counted(type_at(t), 3, shape);
                cask_value *turned = cki_array_permute(base->as.array, orders[order], NULL);
                const cki_array *a = turned->as.array;
                int64_t start[3], count[3], step[3] = {1, by, by};
                for (int axis = 0; axis < 3; axis++) {
                    count[axis] = step[axis] == 2 ? (a->shape[axis] + 1) / 2 : a->shape[axis];
                    start[axis] = step[axis] < 0 ? a->shape[axis] - 1 : 0;
                }
                cask_value *source = cki_array_slice(a, start, count, step, NULL);
                cask_value *dense = cki_array_compact(source, NULL);
                assert_true(cki_array_contiguous(dense->as.array));
                check_same(dense->as.array, source->as.array);
                int64_t other_shape[3] = {count[2], count[0], count[1]};
                cask_value *other = cki_array_zeros(type_at(t), 3, other_shape, NULL);
                cask_value *view = cki_array_permute(other->as.array, (int[]){1, 2, 0}, NULL);
                cki_array_copy(view->as.array, source->as.array);
                check_same(view->as.array, source->as.array);
                cask_value *all[] = {base, turned, source, dense, other, view};
                for (size_t i = 0; i < 6; i++)
                    cask_value_unref(all[i]);
            }
}

static void broadcasts_repeat(void **state)
{
    (void)state;
    const int64_t shape[2] = {3, 1}, wide[3] = {2, 3, 4};
    cask_value *column = counted(cki_dtype_of(CASK_I32), 2, shape);
    cask_value *view = cki_array_broadcast(column->as.array, 3, wide, NULL);
    assert_true(view->as.array->data == column->as.array->data);
    cask_value *dense = cki_array_compact(view, NULL);
    check_same(dense->as.array, view->as.array);
    int64_t at[3] = {1, 2, 3}, from[2] = {2, 0};
    assert_memory_equal(cki_array_at(dense->as.array, at), cki_array_at(column->as.array, from), 4);
    cki_error error = {0};
    assert_null(cki_array_broadcast(column->as.array, 2, (int64_t[]){4, 4}, &error));
    assert_string_equal(error.message,
                        "could not broadcast input array from shape (3,1) into shape (4,4)");
    cask_value_unref(column);
    cask_value_unref(view);
    cask_value_unref(dense);
}

/* A reshape of `turned` views: strides as numpy's reshape gives them, or a copy. */
static void reshapes_view_where_they_can(void **state)
{
    (void)state;
    const int64_t shape[3] = {4, 1, 6};
    cask_value *base = counted(cki_dtype_of(CASK_I16), 3, shape);
    cask_value *flat = cki_array_reshape(base, 1, (int64_t[]){24}, NULL);
    cask_value *cube = cki_array_reshape(base, 4, (int64_t[]){2, 2, 3, 2}, NULL);
    assert_true(flat->as.array->buffer == base->as.array->buffer);
    assert_int_equal(cube->as.array->strides[0], 24);
    assert_int_equal(cube->as.array->strides[2], 4);
    cask_value *turned = cki_array_permute(base->as.array, (int[]){2, 1, 0}, NULL);
    cask_value *split = cki_array_reshape(turned, 3, (int64_t[]){3, 2, 4}, NULL);
    assert_true(split->as.array->buffer == base->as.array->buffer);
    assert_int_equal(split->as.array->strides[0], 4);
    assert_int_equal(split->as.array->strides[2], 12);
    cask_value *merged = cki_array_reshape(turned, 1, (int64_t[]){24}, NULL);
    assert_true(merged->as.array->buffer != base->as.array->buffer);
    int64_t one[1] = {1}, from[3] = {0, 0, 1};
    assert_memory_equal(cki_array_at(merged->as.array, one), cki_array_at(turned->as.array, from),
                        2);
    cki_error error = {0};
    assert_null(cki_array_reshape(base, 2, (int64_t[]){5, 5}, &error));
    assert_string_equal(error.message, "cannot reshape array of size 24 into shape (5,5)");
    cask_value *all[] = {base, flat, cube, turned, split, merged};
    for (size_t i = 0; i < 6; i++)
        cask_value_unref(all[i]);
}

static void empty_and_scalar_arrays_work(void **state)
{
    (void)state;
    const int64_t shape[2] = {0, 3};
    cask_value *empty = cki_array_new(cki_dtype_of(CASK_F64), 2, shape, NULL);
    assert_int_equal(cki_array_size(empty->as.array), 0);
    assert_true(cki_array_contiguous(empty->as.array));
    cask_value *flat = cki_array_reshape(empty, 1, (int64_t[]){0}, NULL);
    cask_value *list = cki_array_tolist(empty->as.array, NULL);
    assert_int_equal(list->as.list.count, 0);
    cki_array_copy(empty->as.array, empty->as.array);
    double pi = 3.25;
    cask_value *scalar = cki_array_scalar(cki_dtype_of(CASK_F64), &pi, NULL);
    cask_value *item = cki_array_tolist(scalar->as.array, NULL);
    assert_true(item->kind == CKI_FLOAT && item->as.real == 3.25);
    cask_value *all[] = {empty, flat, list, scalar, item};
    for (size_t i = 0; i < 5; i++)
        cask_value_unref(all[i]);
}

static void impossible_shapes_are_refused(void **state)
{
    (void)state;
    size_t bytes;
    cki_error error = {0};
    const int64_t huge[2] = {INT64_MAX / 2, 5}, hollow[3] = {INT64_MAX, INT64_MAX, 0};
    assert_null(cki_array_new(cki_dtype_of(CASK_F64), 2, huge, &error));
    assert_string_equal(error.python, "MemoryError");
    error = (cki_error){0};
    assert_null(cki_array_new(cki_dtype_of(CASK_F64), 1, (int64_t[]){-1}, &error));
    assert_string_equal(error.message, "negative dimensions are not allowed");
    assert_int_equal(cki_array_bytes(cki_dtype_of(CASK_F64), 3, hollow, &bytes, NULL), CASK_OK);
    assert_int_equal(bytes, 0);
    cask_value *empty = cki_array_new(cki_dtype_of(CASK_F64), 3, hollow, NULL);
    assert_non_null(empty);
    cask_value_unref(empty);
}

/* numpy.array(json.loads(text), dtype): repr, or the exception and the start of its message. */
static const struct {
    const char *text, *dtype, *result;
} built[] = {
    {"[1, 2]", "", "array([1, 2])"},
    {"[1, 2.5]", "", "array([1. , 2.5])"},
    {"[true, 2]", "", "array([1, 2])"},
    {"[true, false]", "", "array([ True, False])"},
    {"[1, \"a\"]", "", "array(['1', 'a'], dtype='<U21')"},
    {"[\"a\", \"bcd\"]", "", "array(['a', 'bcd'], dtype='<U3')"},
    {"[[1, 2], [3, 4]]", "", "array([[1, 2],\n       [3, 4]])"},
    {"5", "", "array(5)"},
    {"\"abc\"", "", "array('abc', dtype='<U3')"},
    {"[]", "", "array([], dtype=float64)"},
    {"[[], []]", "", "array([], shape=(2, 0), dtype=float64)"},
    {"[[1, 2], [3]]", "",
     "ValueError: setting an array element with a sequence. The requested array has an "
     "inhomogeneous shape after 1 dimensions. The detected shape was (2,) + inhomogeneous part."},
    {"[1, [2, 3]]", "",
     "ValueError: setting an array element with a sequence. The requested array has an "
     "inhomogeneous shape after 1 dimensions. The detected shape was (2,) + inhomogeneous part."},
    {"[[[1], [2]], [[3], 4]]", "",
     "ValueError: setting an array element with a sequence. The requested array has an "
     "inhomogeneous shape after 2 dimensions. The detected shape was (2, 2) + inhomogeneous part."},
    {"[1.9, -1.9]", "i4", "array([ 1, -1], dtype=int32)"},
    {"[1, 0]", "?", "array([ True, False])"},
    {"[300]", "u1", "array([44], dtype=uint8)"},
    {"[NaN]", "i8", "ValueError: cannot convert float NaN to integer"},
    {"[Infinity]", "i8", "OverflowError: cannot convert float infinity to integer"},
    {"[null, 1]", "f8", "array([nan,  1.])"},
    {"[\"1.5\", 2]", "f8", "array([1.5, 2. ])"},
    {"[\"x\"]", "f8", "ValueError: could not convert string to float: 'x'"},
    {"[1, 22, \"abc\"]", "U", "array(['1', '22', 'abc'], dtype='<U3')"},
    {"[\"abc\"]", "U2", "array(['ab'], dtype='<U2')"},
    {"[\"2000-01-01\", \"2000-01-01T03\"]", "M8",
     "array(['2000-01-01T00', '2000-01-01T03'], dtype='datetime64[h]')"},
    {"[1, 2]", "M8[D]", "array(['1970-01-02', '1970-01-03'], dtype='datetime64[D]')"},
    {"[{}]", "", "TypeError: an array of 'dict' objects: elements are numbers, text or dates"},
};

static void lists_become_arrays_as_in_numpy(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof built / sizeof *built; i++) {
        cki_error error = {0};
        cki_dtype dtype = {0};
        if (*built[i].dtype)
            assert_int_equal(cki_dtype_parse(built[i].dtype, &dtype, NULL, NULL), CASK_OK);
        cask_value *list = cki_value_from_json(built[i].text, strlen(built[i].text), NULL);
        cask_value *array = cki_array_from_value(list, dtype, &error);
        cki_text text = {0};
        if (array)
            cki_array_repr(array->as.array, &text);
        else
            cki_text_format(&text, "%s: %s", error.python, error.message);
        assert_string_equal(text.bytes, built[i].result);
        cki_text_free(&text);
        cask_value_unref(list);
        cask_value_unref(array);
    }
}

static void arrays_and_ranges_in_lists_become_axes(void **state)
{
    (void)state;
    cask_value *list = cki_value_list(CKI_LIST, 2, NULL);
    list->as.list.items[0] = cki_value_range(0, 3, 1, NULL);
    list->as.list.items[1] = counted(cki_dtype_of(CASK_F32), 1, (int64_t[]){3});
    memset(list->as.list.items[1]->as.array->data, 0, 12);
    cask_value *array = cki_array_from_value(list, (cki_dtype){0}, NULL);
    cki_text text = {0};
    cki_array_repr(array->as.array, &text);
    assert_string_equal(text.bytes, "array([[0., 1., 2.],\n       [0., 0., 0.]])");
    cki_text_free(&text);
    cask_value *back = cki_array_tolist(array->as.array, NULL);
    cki_value_repr(back, &text);
    assert_string_equal(text.bytes, "[[0.0, 1.0, 2.0], [0.0, 0.0, 0.0]]");
    cki_text_free(&text);
    cask_value_unref(list);
    cask_value_unref(array);
    cask_value_unref(back);
}

static void give_back(void *user)
{
    ++*(int *)user;
}

static void buffers_are_counted_and_entered(void **state)
{
    (void)state;
    cki_ledger *ledger = cki_ledger_new(0), *before = cki_ledger_enter(ledger);
    int given = 0;
    static int64_t memory[4] = {1, 2, 3, 4};
    cki_buffer *buffer = cki_array_foreign(sizeof memory, give_back, &given, NULL);
    cask_value *view =
        cki_array_view(buffer, memory, cki_dtype_of(CASK_I64), 1, (int64_t[]){4}, NULL, NULL);
    cask_value *part = cki_value_item(view, 2, NULL);
    cki_array_buffer_unref(buffer);
    cask_value_unref(view);
    assert_int_equal(given, 0);
    assert_int_equal(cki_ledger_now(ledger), sizeof memory);
    assert_int_equal(cask_value_i64(part), 3);
    cask_value_unref(part);
    assert_int_equal(given, 1);
    cask_value *own = cki_array_new(cki_dtype_of(CASK_F64), 1, (int64_t[]){1000}, NULL);
    assert_in_range(cki_ledger_now(ledger), 8000, 8192);
    cki_ledger_enter(before);
    cki_ledger_unref(ledger);
    cask_value_unref(own); /* the buffer outlives the context's own reference */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_move_every_element),
        cmocka_unit_test(broadcasts_repeat),
        cmocka_unit_test(reshapes_view_where_they_can),
        cmocka_unit_test(empty_and_scalar_arrays_work),
        cmocka_unit_test(impossible_shapes_are_refused),
        cmocka_unit_test(lists_become_arrays_as_in_numpy),
        cmocka_unit_test(arrays_and_ranges_in_lists_become_axes),
        cmocka_unit_test(buffers_are_counted_and_entered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
