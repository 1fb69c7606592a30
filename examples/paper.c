/* The arrays of the paper "Dask: Parallel Computation with Blocked algorithms and Task Scheduling"
 * (SciPy 2015): a sum by blocks, chunks after slicing and transposing, stacking, products. */
#include <cask/cask.h>
#include <stdio.h>

/* "((5, 5), (8,))" */
static void print_chunks(const char *what, cask_array x)
{
    printf("%s: (", what);
    for (int axis = 0; axis < cask_array_ndim(x); axis++) {
        printf("%s(", axis ? ", " : "");
        for (int64_t i = 0; i < cask_array_blocks(x, axis); i++)
            printf("%s%lld", i ? ", " : "", (long long)cask_array_chunk(x, axis, i));
        printf("%s)", cask_array_blocks(x, axis) == 1 ? "," : "");
    }
    printf(")\n");
}

static void print_shape(const char *what, cask_array x)
{
    cask_shape shape = cask_array_shape(x);
    printf("%s: (", what);
    for (int axis = 0; axis < shape.ndim; axis++)
        printf("%s%lld", axis ? ", " : "", (long long)shape.sizes[axis]);
    printf(")\n");
}

static double number(cask_array x)
{
    cask_value *value = NULL;
    double result = cask_array_compute(x, &value) == CASK_OK ? cask_value_f64(value) : -1;
    cask_value_unref(value);
    return result;
}

int main(void)
{
    cask *ck = cask_open(NULL);
    const cask_axes reversed = {0};

    cask_array x = cask_array_arange(ck, CASK_I64, 0, 15, 1, 5);
    printf("(x + 100).sum(): %g\n", number(cask_array_sum(cask_array_add_f64(x, 100), NULL)));

    cask_array a = cask_array_ones(ck, CASK_F64, CASK_SHAPE(20, 24), CASK_SHAPE(5, 8));
    cask_array half = cask_array_slice(a, "::2");
    print_chunks("a", a);
    print_chunks("a[::2]", half);
    print_chunks("a[::2].T", cask_array_transpose(half, reversed));

    cask_array wide = cask_array_ones(ck, CASK_F64, CASK_SHAPE(1000, 1000), CASK_SHAPE(100, 100));
    print_shape("wide[:100, 500:100:-2]", cask_array_slice(wide, ":100, 500:100:-2"));
    print_shape("wide[10::3, [1, 2, 5]]", cask_array_slice(wide, "10::3, [1, 2, 5]"));

    cask_array square = cask_array_ones(ck, CASK_F64, CASK_SHAPE(4, 4), CASK_SHAPE(2, 2));
    const cask_array three[] = {square, square, square};
    print_shape("stack(axis=1)", cask_array_stack(three, 3, 1));
    print_chunks("concatenate(axis=0)", cask_array_concatenate(three, 3, 0));

    cask_array b = cask_array_ones(ck, CASK_F64, CASK_SHAPE(15, 15), CASK_SHAPE(5, 5));
    cask_array product =
        cask_array_dot(b, cask_array_add_f64(cask_array_transpose(b, reversed), 1));
    printf("b.dot(b.T + 1): all from %g to %g\n", number(cask_array_min(product, NULL)),
           number(cask_array_max(product, NULL)));
    /* What a greedy scheduler would keep a row of products for: the means are taken first here. */
    cask_array less = cask_array_subtract(cask_array_dot(cask_array_transpose(b, reversed), b),
                                          cask_array_mean(b, &(cask_reduce){.axes = CASK_AXES(0)}));
    printf("b.T.dot(b) - b.mean(axis=0): all from %g to %g\n", number(cask_array_min(less, NULL)),
           number(cask_array_max(less, NULL)));

    cask_array normal =
        cask_array_random(ck, "normal", CASK_ARGUMENTS(10, 0.1), CASK_SHAPE(4000000),
                          &(cask_random){.chunks = CASK_SHAPE(100000)});
    printf("mean of four million normals: %.2f\n", number(cask_array_mean(normal, NULL)));

    bool failed = cask_error(ck) != CASK_OK;
    if (failed)
        fprintf(stderr, "%s\n", cask_message(ck));
    cask_close(ck);
    return failed;
}
