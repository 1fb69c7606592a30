/* Out of core: A^T @ B from files and into a file, all of them larger than the memory allowed.
 *
 *   transpose_dot [INNER COLUMNS [MEMORY]]
 *
 * A is INNER x COLUMNS and B is INNER x INNER (400 and 2000 by default; 4000 and 200000 are 6.4 GB
 * each way), both really written to HDF5 files in the folder where it runs, with numbers whose
 * products can be checked: element (i, j) of the result is the sum over k of (i % 7 + 1) * (j % 5 +
 * 1), and no block is left out. */
#include <cask/cask.h>
#include <stdio.h>
#include <stdlib.h>

static cask *ck;

/* 1 .. period, again and again, as a row (rows = 1) spread over a matrix. */
static cask_array counting(int64_t rows, int64_t columns, double period, cask_shape chunks)
{
    cask_array number = cask_array_arange(ck, CASK_F64, 0, (double)columns, 1, 0);
    cask_array row = cask_array_add_f64(cask_array_remainder_f64(number, period), 1);
    return cask_array_multiply(cask_array_ones(ck, CASK_F64, CASK_SHAPE(rows, columns), chunks),
                               row);
}

int main(int argc, char **argv)
{
    int64_t inner = argc > 2 ? atoll(argv[1]) : 400, columns = argc > 2 ? atoll(argv[2]) : 2000;
    int64_t chunk = inner < 1000 ? inner / 4 + 1 : 1000;
    ck = cask_open(&(cask_options){.memory_limit = argc > 3 ? argv[3] : "64MB"});

    cask_status status =
        cask_array_save(counting(inner, columns, 7, CASK_SHAPE(chunk, chunk)), "a.h5", NULL);
    if (status == CASK_OK)
        status = cask_array_save(counting(inner, inner, 5, CASK_SHAPE(chunk, chunk)), "b.h5", NULL);

    cask_array a = cask_array_from_hdf5(ck, "a.h5", "data", NULL);
    cask_array b = cask_array_from_hdf5(ck, "b.h5", "data", NULL);
    cask_array product = cask_array_dot(cask_array_transpose(a, (cask_axes){0}), b);
    if (status == CASK_OK)
        status = cask_array_save(product, "c.h5", NULL);

    /* What it should be, element by element, beside what was stored. */
    cask_array c = cask_array_from_hdf5(ck, "c.h5", "data", NULL);
    cask_array rows = cask_array_reshape(
        cask_array_slice(counting(1, columns, 7, CASK_SHAPE(1, 1000)), "0"), CASK_SHAPE(-1, 1));
    cask_array expected = cask_array_multiply_f64(
        cask_array_multiply(rows, counting(1, inner, 5, CASK_SHAPE(1, 1000))), (double)inner);
    cask_value *same = NULL;
    if (status == CASK_OK)
        status = cask_array_compute(cask_array_all(cask_array_equal(c, expected), NULL), &same);

    if (status == CASK_OK)
        printf("%lld x %lld stored, every element right: %s\n", (long long)columns,
               (long long)inner, cask_value_f64(same) != 0 ? "yes" : "no");
    else
        fprintf(stderr, "%s\n", cask_message(ck));
    cask_value_unref(same);
    cask_close(ck);
    return status != CASK_OK;
}
