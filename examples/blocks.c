/* Functions of one's own on the blocks of arrays: a map, a filter that looks at the neighbours, the
 * blocks' own numbers, and a lambda. */
#include <cask/cask.h>
#include <math.h>
#include <stdio.h>

/* The elements of a 2-d block of doubles stand by strides, which may be any. */
static double at(const cask_value *block, int64_t i, int64_t j)
{
    const int64_t *strides = cask_value_strides(block);
    const char *data = cask_value_data(block);
    return *(const double *)(const void *)(data + i * strides[0] + j * strides[1]);
}

/* Distance of two components, element by element: a new block of the shape of the first. */
static cask_value *length_of(cask_call *call)
{
    const cask_value *u = cask_call_argument(call, 0), *v = cask_call_argument(call, 1);
    const int64_t *shape = cask_value_shape(u);
    void *data;
    if (cask_value_ndim(u) != 2 || cask_value_dtype(u) != CASK_F64)
        return cask_call_fail(call, CASK_TYPE, "wind.speed takes 2-d arrays of doubles");
    cask_value *made = cask_value_array(CASK_F64, 2, shape, &data);
    if (!made)
        return cask_call_fail(call, CASK_MEMORY, "no memory for a block");
    for (int64_t i = 0; i < shape[0]; i++)
        for (int64_t j = 0; j < shape[1]; j++)
            ((double *)data)[i * shape[1] + j] = hypot(at(u, i, j), at(v, i, j));
    return made;
}

/* The mean of each element and its four neighbours. The outermost rows and columns are the
 * neighbours' and will be taken off: they are left as they are. */
static cask_value *smooth(cask_call *call)
{
    const cask_value *x = cask_call_argument(call, 0);
    const int64_t *shape = cask_value_shape(x);
    void *data;
    cask_value *made = cask_value_array(CASK_F64, 2, shape, &data);
    if (!made)
        return cask_call_fail(call, CASK_MEMORY, "no memory for a block");
    for (int64_t i = 0; i < shape[0]; i++)
        for (int64_t j = 0; j < shape[1]; j++) {
            bool inside = i > 0 && j > 0 && i + 1 < shape[0] && j + 1 < shape[1];
            double sum = at(x, i, j);
            if (inside)
                sum += at(x, i - 1, j) + at(x, i + 1, j) + at(x, i, j - 1) + at(x, i, j + 1);
            ((double *)data)[i * shape[1] + j] = inside ? sum / 5 : sum;
        }
    return made;
}

/* One number for each block: which one it is, counted row by row. */
static cask_value *number(cask_call *call)
{
    void *data;
    cask_value *row = cask_value_item(cask_call_named(call, "block_id"), 0);
    cask_value *column = cask_value_item(cask_call_named(call, "block_id"), 1);
    cask_value *made = cask_value_array(CASK_I64, 2, (int64_t[]){1, 1}, &data);
    if (made)
        *(int64_t *)data = 10 * cask_value_i64(row) + cask_value_i64(column);
    cask_value_unref(row);
    cask_value_unref(column);
    return made ? made : cask_call_fail(call, CASK_MEMORY, "no memory for a block");
}

static const cask_function functions[] = {{.name = "wind.speed", .run = length_of},
                                          {.name = "image.smooth", .run = smooth},
                                          {.name = "block.number", .run = number}};

static void show(const char *what, cask *ck, cask_array x)
{
    cask_value *value;
    if (cask_array_compute(x, &value) != CASK_OK) {
        printf("%s: %s: %s\n", what, cask_error_class(ck), cask_message(ck));
        cask_clear(ck);
        return;
    }
    char *text = cask_value_text(value);
    printf("%s %s\n", what, text);
    cask_text_free(text);
    cask_value_unref(value);
}

int main(void)
{
    cask *ck = cask_open(NULL);
    if (cask_register(ck, functions, sizeof functions / sizeof *functions) != CASK_OK)
        return 1;
    cask_array ramp =
        cask_array_reshape(cask_array_arange(ck, CASK_F64, 0, 48, 1, 0), CASK_SHAPE(6, 8));
    cask_array u = cask_array_rechunk(ramp, CASK_SHAPE(3, 4));
    cask_array v = cask_array_multiply_f64(u, 0.75);

    cask_array speed = cask_array_map_blocks((cask_array[]){u, v}, 2, "wind.speed",
                                             &(cask_blocks){.dtype = CASK_F64});
    show("fastest", ck, cask_array_max(speed, NULL));

    cask_array smoothed = cask_array_map_overlap(
        &speed, 1, "image.smooth",
        &(cask_overlap){.depth = CASK_SHAPE(1, 1), .beyond = CASK_BEYOND_REFLECT},
        &(cask_blocks){.dtype = CASK_F64});
    show("smoothed corner", ck, cask_array_slice(smoothed, ":2, :3"));

    show("blocks", ck,
         cask_array_map_blocks(
             &u, 1, "block.number",
             &(cask_blocks){.dtype = CASK_I64, .chunks = CASK_SHAPE(1, 1), .block_id = true}));
    show("centred", ck,
         cask_array_slice(cask_array_map_blocks(&u, 1, "lambda b: b - b.mean()", NULL), "0, :4"));
    show("refused", ck, cask_array_map_blocks(&u, 1, "wind.sped", NULL));
    cask_close(ck);
}
