/* Non-negative matrix factorization: an algorithm of one's own on top of arrays. V, with blocks of
 * rows, is nearly W H with few columns in W; Lee and Seung's rules improve both in turn. */
#include <cask/cask.h>
#include <stdio.h>

enum { ROWS = 600, COLUMNS = 80, RANK = 4, CHUNK = 100, STEPS = 300 };

static cask *ck;

static cask_array transposed(cask_array x)
{
    return cask_array_transpose(x, (cask_axes){0});
}

/* Numbers from 0.1 to 1.1, the same each time for the same seed. */
static cask_array positive(int64_t rows, int64_t columns, int seed)
{
    cask_array i = cask_array_arange(ck, CASK_F64, 0, (double)(rows * columns), 1, 0);
    cask_array scattered = cask_array_remainder_f64(
        cask_array_multiply_f64(cask_array_square(cask_array_sin(cask_array_add_f64(i, seed))),
                                1e4),
        1);
    return cask_array_rechunk(
        cask_array_reshape(cask_array_add_f64(scattered, 0.1), CASK_SHAPE(rows, columns)),
        CASK_SHAPE(CHUNK, columns));
}

/* part * up / down, where the two are what an approximation should be and what it is. */
static cask_array improved(cask_array part, cask_array up, cask_array down)
{
    return cask_array_divide(cask_array_multiply(part, up), cask_array_add_f64(down, 1e-9));
}

static cask_array norm(cask_array x)
{
    return cask_array_sqrt(cask_array_sum(cask_array_square(x), NULL));
}

int main(void)
{
    ck = cask_open(NULL);
    cask_array v = cask_array_dot(positive(ROWS, RANK, 1), positive(RANK, COLUMNS, 2));
    cask_array w = positive(ROWS, RANK, 3), h = positive(RANK, COLUMNS, 4);
    cask_status status = CASK_OK;
    for (int step = 0; step < STEPS && status == CASK_OK; step++) {
        cask_scope_begin(ck); /* plans of one step are forgotten after it */
        h = improved(h, cask_array_dot(transposed(w), v),
                     cask_array_dot(cask_array_dot(transposed(w), w), h));
        w = improved(w, cask_array_dot(v, transposed(h)),
                     cask_array_dot(w, cask_array_dot(h, transposed(h))));
        const cask_array both[] = {w, h};
        cask_value *values[2] = {NULL, NULL};
        status = cask_arrays_compute(both, 2, values);
        w = cask_keep(cask_array_from_value(ck, values[0], CASK_SHAPE(CHUNK, RANK)));
        h = cask_keep(cask_array_from_value(ck, values[1], (cask_shape){0}));
        cask_value_unref(values[0]);
        cask_value_unref(values[1]);
        cask_scope_end(ck);
    }
    cask_value *error = NULL;
    cask_array rest =
        cask_array_divide(norm(cask_array_subtract(v, cask_array_dot(w, h))), norm(v));
    if (status == CASK_OK)
        status = cask_array_compute(rest, &error);
    if (status == CASK_OK)
        printf("rank %d: %s\n", RANK, cask_value_f64(error) < 0.01 ? "within 1 %" : "not found");
    else
        fprintf(stderr, "%s\n", cask_message(ck));
    cask_value_unref(error);
    cask_close(ck);
    return status != CASK_OK;
}
