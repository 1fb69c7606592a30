/* Speed of the kernels on one core, each beside the plainest loop that does the same: GB/s of
 * input, data in memory. Build the target kernel_bench; an argument gives the MB of the arrays.
 */
#include "kernel/reduce.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); /* so that busy neighbours count less */
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int apply(cki_program *program, const char *name, int a, int b, cki_dtype dtype)
{
    const cki_ufunc *ufunc = cki_ufunc_find(name);
    cki_operand operands[2] = {{.dtype = dtype}, {.dtype = dtype}};
    cki_signature signature;
    int arguments[2] = {a, b};

    if (cki_ufunc_resolve(ufunc, operands, &signature, NULL) != CASK_OK)
        return -1;
    return cki_program_apply(program, ufunc, &signature, arguments);
}

static int number(cki_program *program, double x, cki_dtype dtype)
{
    return cki_program_cast(program, cki_program_constant(program, cki_dtype_of(CASK_F64), &x),
                            dtype);
}

/* Each case makes a program of one input. */
static int plain(cki_program *program, int a, cki_dtype dtype)
{
    (void)program;
    (void)dtype;
    return a;
}

static int chain(cki_program *program, int a, cki_dtype dtype)
{
    int sum = apply(program, "add", a, number(program, 1, dtype), dtype);
    int twice = apply(program, "multiply", sum, number(program, 2, dtype), dtype);

    return apply(program, "power", twice, number(program, 3, dtype), dtype);
}

static int sine(cki_program *program, int a, cki_dtype dtype)
{
    return apply(program, "sin", a, -1, dtype);
}

static int exponential(cki_program *program, int a, cki_dtype dtype)
{
    return apply(program, "exp", a, -1, dtype);
}

static cki_program *make(int (*build)(cki_program *, int, cki_dtype), cki_dtype dtype)
{
    cki_program *program = cki_program_new(NULL);
    int a = cki_program_input(program, dtype);

    if (cki_program_finish(program, build(program, a, dtype), NULL) != CASK_OK)
        exit(1);
    return program;
}

static void report(const char *what, double bytes, double seconds, double plain_seconds)
{
    printf("%-44s %7.2f GB/s", what, bytes / seconds / 1e9);
    if (plain_seconds > 0)
        printf("   by hand %7.2f GB/s", bytes / plain_seconds / 1e9);
    printf("\n");
}

static double by_hand_sum(const double *x, int64_t n)
{
    double lane[8] = {0};

    for (int64_t i = 0; i + 8 <= n; i += 8) {
        for (int k = 0; k < 8; k++) {
            double y = (x[i + k] + 1) * 2;

            lane[k] += y * y * y;
        }
    }
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
           ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

static void by_hand_map(const double *x, double *out, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        double y = (x[i] + 1) * 2;

        out[i] = y * y * y;
    }
}

/* Reduce in blocks of `rows` rows, as an executor would. */
static double time_reduce(cki_reduce_kind kind, const cki_program *program, const cki_array *array,
                          int axis, int64_t rows)
{
    cki_reduction r;
    double best = 1e9;

    cki_reduce_resolve(kind, false, array->dtype, (cki_dtype){0}, 0, &r, NULL);
    for (int run = 0; run < 4; run++) {
        double start = now();

        for (int64_t row = 0; row < array->shape[0]; row += rows) {
            cki_array part = *array;
            const cki_array *inputs[1] = {&part};
            bool axes[2] = {axis != 1, axis != 0};
            int64_t offset[2] = {row, 0};
            cki_block_place place = {offset, array->shape};
            cask_value *partial = NULL;

            part.shape[0] = rows < array->shape[0] - row ? rows : array->shape[0] - row;
            part.data += row * array->strides[0];
            if (cki_reduce_block(&r, program, inputs, 2, part.shape, axes, &place, &partial,
                                 NULL) != CASK_OK)
                exit(1);
            cask_value_unref(partial);
        }
        best = now() - start < best ? now() - start : best;
    }
    return best;
}

static double time_map(const cki_program *program, const cki_array *array, const cki_array *out)
{
    double best = 1e9;

    for (int run = 0; run < 4; run++) {
        double start = now();

        if (cki_program_run(program, &array, out, NULL) != CASK_OK)
            exit(1);
        best = now() - start < best ? now() - start : best;
    }
    return best;
}

static cask_value *numbers(cki_dtype dtype, int64_t rows, int64_t columns)
{
    int64_t shape[2] = {rows, columns};
    cask_value *value = cki_array_new(dtype, 2, shape, NULL);

    if (!value)
        exit(1);
    for (int64_t i = 0; i < rows * columns; i++) {
        double x = (double)(i % 1000) / 1000;
        float single = (float)x;

        memcpy(value->as.array->data + (size_t)i * cki_dtype_size(dtype),
               dtype.id == CASK_F64 ? (const void *)&x : (const void *)&single,
               cki_dtype_size(dtype));
    }
    return value;
}

static void doubles(int64_t n)
{
    cki_dtype f64 = cki_dtype_of(CASK_F64);
    cask_value *value = numbers(f64, n / 1000, 1000), *out = numbers(f64, n / 1000, 1000);
    const cki_array *array = value->as.array;
    const double *x = (const double *)(const void *)array->data;
    double *y = (double *)(void *)out->as.array->data, bytes = 8.0 * (double)n, hand = 1e9, start;
    cki_program *three = make(chain, f64), *none = make(plain, f64);
    volatile double sink = 0;

    for (int run = 0; run < 4; run++) {
        start = now();
        sink = sink + by_hand_sum(x, n);
        hand = now() - start < hand ? now() - start : hand;
    }
    report("(((A+1)*2)**3).sum()", bytes, time_reduce(CKI_REDUCE_SUM, three, array, 2, 1000), hand);
    report("A.sum()", bytes, time_reduce(CKI_REDUCE_SUM, none, array, 2, 1000), 0);
    report("A.sum(axis=0), rows of 1000", bytes, time_reduce(CKI_REDUCE_SUM, none, array, 0, 1000),
           0);
    report("A.sum(axis=1), rows of 1000", bytes, time_reduce(CKI_REDUCE_SUM, none, array, 1, 1000),
           0);
    report("A.var()", bytes, time_reduce(CKI_REDUCE_VAR, none, array, 2, 1000), 0);
    report("A.var(axis=0)", bytes, time_reduce(CKI_REDUCE_VAR, none, array, 0, 1000), 0);
    report("A.max()", bytes, time_reduce(CKI_REDUCE_MAX, none, array, 2, 1000), 0);
    report("A.argmax()", bytes, time_reduce(CKI_REDUCE_ARGMAX, none, array, 2, 1000), 0);
    hand = 1e9;
    for (int run = 0; run < 4; run++) {
        start = now();
        by_hand_map(x, y, n);
        hand = now() - start < hand ? now() - start : hand;
    }
    report("((A+1)*2)**3, written", bytes, time_map(three, array, out->as.array), hand);
    cki_program_free(three);
    cki_program_free(none);
    three = make(sine, f64);
    report("sin(A), written", bytes, time_map(three, array, out->as.array), 0);
    cki_program_free(three);
    three = make(exponential, f64);
    report("exp(A), written", bytes, time_map(three, array, out->as.array), 0);
    cki_program_free(three);
    cask_value_unref(value);
    cask_value_unref(out);
    value = numbers(f64, n / 3, 3);
    none = make(plain, f64);
    report("A.sum(axis=1), rows of 3", bytes,
           time_reduce(CKI_REDUCE_SUM, none, value->as.array, 1, 100000), 0);
    report("A.sum(axis=0), rows of 3", bytes,
           time_reduce(CKI_REDUCE_SUM, none, value->as.array, 0, 100000), 0);
    cask_value_unref(value);
    value = numbers(f64, 100, n / 100);
    report("A.mean(axis=0), 100 long rows", bytes,
           time_reduce(CKI_REDUCE_MEAN, none, value->as.array, 0, 100), 0);
    cki_program_free(none);
    cask_value_unref(value);
}

static void floats(int64_t n)
{
    cki_dtype f32 = cki_dtype_of(CASK_F32);
    cask_value *value = numbers(f32, n / 1000, 1000);
    cki_program *three = make(chain, f32), *none = make(plain, f32);

    report("float32: (((A+1)*2)**3).sum()", 4.0 * (double)n,
           time_reduce(CKI_REDUCE_SUM, three, value->as.array, 2, 1000), 0);
    report("float32: A.mean(axis=0)", 4.0 * (double)n,
           time_reduce(CKI_REDUCE_MEAN, none, value->as.array, 0, 1000), 0);
    cki_program_free(three);
    cki_program_free(none);
    cask_value_unref(value);
}

int main(int argc, char **argv)
{
    int64_t megabytes = argc > 1 ? strtoll(argv[1], NULL, 10) : 400;

    printf("%s, arrays of %lld MB\n", cki_program_isa(), (long long)megabytes);
    doubles(megabytes * 125000);
    floats(megabytes * 125000);
    return 0;
}
