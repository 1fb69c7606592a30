/* Selection against the definition, element by element, over strides of every kind.
 */
#include "core/memory.h"
#include "kernel/select.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static cask_value *counting(cask_dtype id, int ndim, const int64_t *shape)
{
    cask_value *numbers = cki_array_new(cki_dtype_of(CASK_I64), ndim, shape, NULL);
    cask_value *value = cki_array_new(cki_dtype_of(id), ndim, shape, NULL);

    for (int64_t i = 0; i < cki_array_size(numbers->as.array); i++)
        memcpy(numbers->as.array->data + i * 8, &i, 8);
    assert_int_equal(cki_array_cast(value->as.array, numbers->as.array, NULL), CASK_OK);
    cask_value_unref(numbers);
    return value;
}

static void check_take(const cki_array *array, int axis)
{
    static const int64_t positions[] = {2, 0, 2, 1};
    int64_t shape[3], index[3];
    size_t size = cki_dtype_size(array->dtype);
    cask_value *out;

    memcpy(shape, array->shape, sizeof shape);
    shape[axis] = 4;
    out = cki_array_new(array->dtype, 3, shape, NULL);
    cki_select_take(array, axis, positions, 4, out->as.array);
    for (index[0] = 0; index[0] < shape[0]; index[0]++) {
        for (index[1] = 0; index[1] < shape[1]; index[1]++) {
            for (index[2] = 0; index[2] < shape[2]; index[2]++) {
                int64_t from[3] = {index[0], index[1], index[2]};

                from[axis] = positions[index[axis]];
                assert_memory_equal(cki_array_at(out->as.array, index), cki_array_at(array, from),
                                    size);
            }
        }
    }
    cask_value_unref(out);
}

static void takes(void **state)
{
    static const cask_dtype types[] = {CASK_I8, CASK_I16, CASK_F32, CASK_I64, CASK_C128};
    int64_t shape[3] = {4, 3, 5}, start[3] = {3, 2, 4}, count[3] = {4, 3, 5},
            step[3] = {-1, -1, -1};
    int axes[3] = {2, 0, 1};

    (void)state;
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        cask_value *value = counting(types[t], 3, shape);
        cask_value *turned = cki_array_permute(value->as.array, axes, NULL);
        cask_value *reversed = cki_array_slice(value->as.array, start, count, step, NULL);

        for (int axis = 0; axis < 3; axis++) {
            check_take(value->as.array, axis);
            check_take(turned->as.array, axis);
            check_take(reversed->as.array, axis);
        }
        cask_value_unref(reversed);
        cask_value_unref(turned);
        cask_value_unref(value);
    }
}

static void masks(void **state)
{
    int64_t shape[2] = {3, 4}, *positions, count;
    int axes[2] = {1, 0};
    cask_value *numbers = counting(CASK_I32, 2, shape), *turned, *out, *row, *mask;
    cki_array first;

    (void)state;
    mask = cki_array_zeros(cki_dtype_of(CASK_BOOL), 2, shape, NULL);
    for (int i = 0; i < 12; i += 5)
        mask->as.array->data[i] = 1; /* elements 0, 5 and 10 */
    assert_int_equal(cki_select_mask(numbers->as.array, mask->as.array, &out, NULL), CASK_OK);
    assert_int_equal(out->as.array->shape[0], 3);
    assert_memory_equal(out->as.array->data, ((int32_t[]){0, 5, 10}), 12);
    cask_value_unref(out);

    turned = cki_array_permute(numbers->as.array, axes, NULL);
    row = cki_array_permute(mask->as.array, axes, NULL);
    assert_int_equal(cki_select_mask(turned->as.array, row->as.array, &out, NULL), CASK_OK);
    assert_memory_equal(out->as.array->data, ((int32_t[]){0, 5, 10}), 12);
    cask_value_unref(out);
    cask_value_unref(row);
    cask_value_unref(turned);

    first = *mask->as.array; /* the first column of the mask, reversed: only its last is true */
    first.ndim = 1;
    first.shape[0] = 3;
    first.data += 2 * first.strides[0];
    first.strides[0] = -first.strides[0];
    assert_int_equal(cki_select_true(&first, &positions, &count, NULL), CASK_OK);
    assert_int_equal(count, 1);
    assert_int_equal(positions[0], 2);
    cki_memory_free(positions);
    cask_value_unref(mask);
    cask_value_unref(numbers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(takes), cmocka_unit_test(masks)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
