/* Arrays made and computed in a few calls, the elements of a result, and what an error looks like.
 */
#include <cask/cask.h>
#include <stdio.h>

int main(void)
{
    cask *ck = cask_open(NULL);

    /* 0, 1, 2 ... 14 in three chunks; then (x + 100) and its sum. */
    cask_array x = cask_array_arange(ck, CASK_I64, 0, 15, 1, 5);
    cask_array y = cask_array_add_f64(x, 100);
    cask_value *sum, *part;
    if (cask_array_compute(cask_array_sum(y, NULL), &sum) == CASK_OK)
        printf("sum %g\n", cask_value_f64(sum));
    cask_value_unref(sum);

    /* The elements of a result are a plain array of C. */
    if (cask_array_compute(cask_array_slice(y, "2:14:5"), &part) == CASK_OK) {
        const double *elements = cask_value_data(part);
        for (int64_t i = 0; i < cask_value_shape(part)[0]; i++)
            printf("%g ", elements[i]);
        printf("\n");
    }
    cask_value_unref(part);

    /* Shapes that do not fit: the plan is poison, and says so where it is used. */
    cask_array wrong =
        cask_array_add(x, cask_array_ones(ck, CASK_F64, CASK_SHAPE(4), CASK_SHAPE(4)));
    cask_value *none;
    if (cask_array_compute(cask_array_mean(wrong, NULL), &none) != CASK_OK)
        printf("%s: %s\n", cask_error_class(ck), cask_message(ck));

    cask_close(ck);
    return none != NULL;
}
