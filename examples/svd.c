/* Singular value decompositions of a tall and skinny matrix: exact, and compressed to few values.
 *
 *   svd [ROWS COLUMNS]
 *
 * The matrix is all ones, 5000 x 1000 by default, in blocks of 1000 rows: one singular value is the
 * square root of the number of elements, the others are zero but for rounding. */
#include <cask/cask.h>
#include <stdio.h>
#include <stdlib.h>

/* u * s @ v - x, at its largest. */
static cask_array difference(cask_svd d, cask_array x)
{
    cask_array product = cask_array_dot(cask_array_multiply(d.u, d.s), d.v);
    return cask_array_max(cask_array_absolute(cask_array_subtract(product, x)), NULL);
}

int main(int argc, char **argv)
{
    int64_t rows = argc > 2 ? atoll(argv[1]) : 5000, columns = argc > 2 ? atoll(argv[2]) : 1000;
    cask *ck = cask_open(&(cask_options){.memory_limit = "1GB"});

    cask_array x =
        cask_array_ones(ck, CASK_F64, CASK_SHAPE(rows, columns), CASK_SHAPE(1000, columns));
    cask_svd exact = cask_array_svd(x);
    cask_svd few = cask_array_svd_compressed(
        x, 10, &(cask_compression){.power_iterations = 2, .seeded = true});

    const cask_array wanted[] = {cask_array_slice(exact.s, "0"), difference(exact, x),
                                 cask_array_slice(few.s, "0"), difference(few, x)};
    cask_value *values[4] = {NULL, NULL, NULL, NULL};
    cask_status status = cask_arrays_compute(wanted, 4, values);
    if (status == CASK_OK) {
        printf("largest singular value %.6f, compressed %.6f\n", cask_value_f64(values[0]),
               cask_value_f64(values[2]));
        printf("u * s @ v is the matrix: %s, compressed %s\n",
               cask_value_f64(values[1]) < 1e-9 ? "yes" : "no",
               cask_value_f64(values[3]) < 1e-9 ? "yes" : "no");
    } else {
        fprintf(stderr, "%s\n", cask_message(ck));
    }

    for (size_t i = 0; i < 4; i++)
        cask_value_unref(values[i]);
    cask_close(ck);
    return status != CASK_OK;
}
