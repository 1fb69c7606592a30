/* Every reduction against what NumPy gave (tests/golden/record_reduce.py): of whole arrays, of
 * arrays in blocks, and of arrays whose elements lie in another order.
 */
#include "core/memory.h"
#include "kernel/reduce_loop.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct golden {
    struct {
        char key[32];
        cask_value *value;
    } arrays[64];
    int count, records, failures;
} golden;

static cki_reduce_kind kind_of(const char *name)
{
    static const char *const names[] = {"sum",  "prod", "min", "max",    "any",    "all",
                                        "mean", "var",  "std", "argmin", "argmax", "count"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0)
            return (cki_reduce_kind)i;
    }
    fail_msg("no kind %s", name);
    return CKI_REDUCE_SUM;
}

static cki_dtype dtype_of(const char *code)
{
    cki_dtype dtype = {0};

    if (strcmp(code, "-") != 0)
        assert_int_equal(cki_dtype_parse(code, &dtype, NULL, NULL), CASK_OK);
    return dtype;
}

static cki_program *identity(cki_dtype dtype)
{
    cki_program *program = cki_program_new(NULL);

    assert_int_equal(cki_program_finish(program, cki_program_input(program, dtype), NULL), CASK_OK);
    return program;
}

/* Reduce block number `which` of those that cut each reduced axis in `cuts`. */
static cask_value *one_block(const cki_reduction *r, const cki_program *program,
                             const cki_array *array, const bool *axes, int64_t cuts, int64_t which,
                             cask_value *partial, cki_error *error)
{
    cki_array part = *array;
    const cki_array *inputs[1] = {&part};
    int64_t offset[CKI_MAX_NDIM] = {0};
    cki_block_place place = {.offset = offset, .shape = array->shape};

    for (int i = array->ndim - 1; i >= 0; i--) {
        int64_t at = axes[i] ? which % cuts : 0, end;

        if (!axes[i])
            continue;
        which /= cuts;
        offset[i] = array->shape[i] * at / cuts;
        end = array->shape[i] * (at + 1) / cuts;
        part.shape[i] = end - offset[i];
        part.data += offset[i] * array->strides[i];
    }
    cki_reduce_block(r, program, inputs, part.ndim, part.shape, axes, &place, &partial, error);
    return partial;
}

static cask_value *reduce(const cki_reduction *r, const cki_array *array, const bool *axes,
                          int64_t cuts, bool backwards, cki_error *error)
{
    cki_program *program = identity(array->dtype);
    cask_value *partials[64] = {0}, *combined = NULL, *result = NULL;
    bool runs = r->kind != CKI_REDUCE_ARGMIN && r->kind != CKI_REDUCE_ARGMAX;
    int64_t blocks = 1, made = 0;

    for (int i = 0; i < array->ndim; i++)
        blocks *= axes[i] ? cuts : 1;
    assert_true(blocks <= 64);
    for (int64_t i = 0; i < blocks && error->status == CASK_OK; i++) {
        bool goes_on = runs && i % 3 == 2; /* with the partial result of the block before */
        int64_t at = goes_on ? made - 1 : made++;

        partials[at] = one_block(r, program, array, axes, cuts, backwards ? blocks - 1 - i : i,
                                 partials[at], error);
    }
    if (error->status == CASK_OK)
        cki_reduce_combine(r, partials, (size_t)made, &combined, error);
    if (combined)
        cki_reduce_finish(r, combined, &result, error);
    for (int64_t i = 0; i < blocks; i++)
        cask_value_unref(partials[i]);
    cask_value_unref(combined);
    cki_program_free(program);
    return result;
}

static double real_at(cki_dtype dtype, const unsigned char *at)
{
    uint16_t half;
    float single;
    double number;

    if (dtype.id == CASK_F16)
        return (double)cki_dtype_from_half(*(uint16_t *)memcpy(&half, at, 2));
    if (dtype.id == CASK_F32)
        return (double)*(float *)memcpy(&single, at, 4);
    return *(double *)memcpy(&number, at, 8);
}

static bool near(cki_dtype real, double a, double b, double scale)
{
    double tolerance = real.id == CASK_F16 ? 4e-3 : real.id == CASK_F32 ? 3e-6 : 1e-12;

    if (a != a || b != b)
        return a != a && b != b;
    return a == b || fabs(a - b) <= tolerance * fmax(fmax(fabs(a), fabs(b)), scale);
}

static bool nan_at(cki_dtype real, const unsigned char *at, size_t parts)
{
    size_t size = cki_dtype_size(real);
    bool nan = false;

    for (size_t k = 0; k < parts; k++)
        nan |= isnan(real_at(real, at + k * size)) != 0;
    return nan;
}

/* Element by element; a complex number of which NaN is a part is NaN. */
static bool agree_whole(const cki_array *out, const unsigned char *expected)
{
    cki_dtype real = cki_dtype_real(out->dtype);
    size_t size = cki_dtype_size(real), parts = cki_dtype_size(out->dtype) / size;
    size_t count = (size_t)cki_array_size(out);

    if (!cki_dtype_is_float(real))
        return memcmp(out->data, expected, count * size) == 0;
    for (size_t i = 0; i < count; i++) {
        if (nan_at(real, expected + i * parts * size, parts) &&
            nan_at(real, out->data + i * parts * size, parts))
            continue;
        for (size_t k = 0; k < parts; k++) {
            size_t at = (i * parts + k) * size;
            /* Of a complex number the larger part is the scale of both. */
            double other = fabs(real_at(real, expected + (i * parts + parts - 1 - k) * size));

            if (!near(real, real_at(real, out->data + at), real_at(real, expected + at),
                      isfinite(other) ? other : 0))
                return false;
        }
    }
    return true;
}

/* Every `step`-th element. */
static bool agree(const cki_array *out, const unsigned char *expected, int64_t step)
{
    cki_array some = {.dtype = out->dtype, .ndim = 1};
    size_t size = cki_dtype_size(out->dtype);
    bool same;

    some.shape[0] = (cki_array_size(out) + step - 1) / step;
    some.strides[0] = (int64_t)size;
    some.data = cki_memory_alloc((size_t)some.shape[0] * size + 1);
    for (int64_t i = 0; i < some.shape[0]; i++)
        memcpy(some.data + (size_t)i * size, out->data + (size_t)(i * step) * size, size);
    same = agree_whole(&some, expected);
    cki_memory_free(some.data);
    return same;
}

static void report(golden *g, const char *line, const char *how, const cki_array *out,
                   const unsigned char *expected, const cki_error *error)
{
    cki_dtype real = out ? cki_dtype_real(out->dtype) : (cki_dtype){0};

    if (++g->failures > 50)
        return;
    print_message("%.70s, %s: %s", line, how, error->message);
    if (out && cki_dtype_is_float(real))
        print_message(" NumPy %.17g, cask %.17g", real_at(real, expected),
                      real_at(real, out->data));
    print_message("\n");
}

/* The same elements in Fortran order. */
static cask_value *transposed(const cki_array *array)
{
    int axes[CKI_MAX_NDIM];
    cask_value *turned, *compact, *back;

    for (int i = 0; i < array->ndim; i++)
        axes[i] = array->ndim - 1 - i;
    turned = cki_array_permute(array, axes, NULL);
    compact = cki_array_compact(turned, NULL);
    back = cki_array_permute(compact->as.array, axes, NULL);
    cask_value_unref(turned);
    cask_value_unref(compact);
    return back;
}

static void run_record(golden *g, const char *line, const cki_array *array, const char *kind,
                       bool skip, const char *mask, cki_dtype argument, double ddof,
                       cki_dtype dtype, int64_t step, const unsigned char *expected)
{
    static const struct {
        const char *name;
        int64_t cuts;
        bool backwards, turned;
    } ways[] = {{"whole", 1, false, false},
                {"in blocks", 2, false, false},
                {"in blocks, backwards", 3, true, false},
                {"turned", 1, false, true}};
    bool axes[CKI_MAX_NDIM] = {0};
    cki_reduction r;
    cki_error error = {0};
    cask_value *turned = transposed(array);

    for (int i = 0; i < array->ndim; i++)
        axes[i] = mask[i] == '1';
    g->records++;
    if (cki_reduce_resolve(kind_of(kind), skip, array->dtype, argument, ddof, &r, &error) !=
            CASK_OK ||
        !cki_dtype_same(r.out, dtype)) {
        report(g, line, "type", NULL, NULL, &error);
        cask_value_unref(turned);
        return;
    }
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        cask_value *result = reduce(&r, ways[i].turned ? turned->as.array : array, axes,
                                    ways[i].cuts, ways[i].backwards, &error);

        if (!result || !agree(result->as.array, expected, step))
            report(g, line, ways[i].name, result ? result->as.array : NULL, expected, &error);
        cask_value_unref(result);
    }
    cask_value_unref(turned);
}

static void read_array(golden *g, const char *line, FILE *file)
{
    char code[32], text[64];
    int64_t shape[CKI_MAX_NDIM];
    int ndim = 0;
    size_t bytes;
    cask_value *value;

    assert_int_equal(
        sscanf(line, "array %31s %31s %63s %zu", g->arrays[g->count].key, code, text, &bytes), 4);
    for (char *at = text; strcmp(text, "0d") != 0 && *at;) {
        shape[ndim++] = strtoll(at, &at, 10);
        at += *at == 'x';
    }
    value = cki_array_new(dtype_of(code), ndim, shape, NULL);
    assert_int_equal(fread(value->as.array->data, 1, bytes, file), bytes);
    g->arrays[g->count++].value = value;
}

static void make_noise(golden *g, const char *line)
{
    char code[32], text[64];
    int64_t shape[CKI_MAX_NDIM];
    int ndim = 0;
    double divisor, offset, *x;
    cask_value *value;

    assert_int_equal(sscanf(line, "noise %31s %31s %63s %lf %lf", g->arrays[g->count].key, code,
                            text, &divisor, &offset),
                     5);
    for (char *at = text; *at;) {
        shape[ndim++] = strtoll(at, &at, 10);
        at += *at == 'x';
    }
    value = cki_array_new(cki_dtype_of(CASK_F64), ndim, shape, NULL);
    x = (double *)(void *)value->as.array->data;
    for (int64_t i = 0; i < cki_array_size(value->as.array); i++)
        x[i] = (double)(i * 7919 % 10007 - 5000) / divisor + offset;
    g->arrays[g->count].value = cki_array_new(dtype_of(code), ndim, shape, NULL);
    assert_int_equal(cki_array_cast(g->arrays[g->count].value->as.array, value->as.array, NULL),
                     CASK_OK);
    g->count++;
    cask_value_unref(value);
}

static const cki_array *find_array(const golden *g, const char *key)
{
    for (int i = 0; i < g->count; i++) {
        if (strcmp(g->arrays[i].key, key) == 0)
            return g->arrays[i].value->as.array;
    }
    fail_msg("no array %s", key);
    return NULL;
}

/* Where NumPy's own rounding is far from the exact value. */
static bool inexact(const char *key, const char *kind)
{
    return strcmp(key, "huge") == 0 &&
           (strcmp(kind, "sum") == 0 || strcmp(kind, "mean") == 0 || kind[0] == 'p');
}

static void results_are_numpys(void **state)
{
    static golden g;
    char path[512], line[256];
    FILE *file;

    (void)state;
    snprintf(path, sizeof path, "%s/reduce_values.bin", CASK_GOLDEN);
    file = fopen(path, "rb");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        char kind[16], mask[16], argument[16], key[32], code[32];
        int skip;
        double ddof;
        long long step;
        size_t bytes;
        unsigned char *expected;

        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, "noise", 5) == 0) {
            make_noise(&g, line);
            continue;
        }
        if (strncmp(line, "array", 5) == 0) {
            read_array(&g, line, file);
            assert_int_equal(fgetc(file), '\n');
            continue;
        }
        assert_int_equal(sscanf(line, "result %15s %d %15s %15s %lf %31s %31s %lld %zu", kind,
                                &skip, mask, argument, &ddof, key, code, &step, &bytes),
                         9);
        expected = cki_memory_alloc(bytes + 1);
        assert_int_equal(fread(expected, 1, bytes, file), bytes);
        assert_int_equal(fgetc(file), '\n');
        if (!inexact(key, kind))
            run_record(&g, line, find_array(&g, key), kind, skip, mask, dtype_of(argument), ddof,
                       dtype_of(code), step, expected);
        cki_memory_free(expected);
    }
    fclose(file);
    for (int i = 0; i < g.count; i++)
        cask_value_unref(g.arrays[i].value);
    assert_true(g.records > 1500);
    assert_int_equal(g.failures, 0);
}

static cask_value *whole_array(cki_reduce_kind kind, bool skip, cask_value *value, cki_error *error)
{
    const cki_array *array = value->as.array;
    bool axes[CKI_MAX_NDIM] = {true, true, true};
    cki_reduction r;

    if (cki_reduce_resolve(kind, skip, array->dtype, (cki_dtype){0}, 0, &r, error) != CASK_OK)
        return NULL;
    return reduce(&r, array, axes, 1, false, error);
}

static void refusals(void **state)
{
    static const struct {
        cki_reduce_kind kind;
        bool skip;
        const char *message;
    } cases[] = {
        {CKI_REDUCE_MIN, false,
         "zero-size array to reduction operation minimum which has no identity"},
        {CKI_REDUCE_MAX, true, "zero-size array to reduction operation fmax which has no identity"},
        {CKI_REDUCE_ARGMIN, false, "attempt to get argmin of an empty sequence"},
        {CKI_REDUCE_ARGMAX, true, "All-NaN slice encountered"},
    };
    cki_dtype date = {CASK_DATETIME, CKI_UNIT_DAY, 1};
    cki_reduction r;
    cki_error error = {0};
    int64_t shape[2] = {0, 3};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cask_value *none = cki_array_new(cki_dtype_of(CASK_F64), 2, shape, NULL);

        error = (cki_error){0};
        assert_null(whole_array(cases[i].kind, cases[i].skip, none, &error));
        assert_string_equal(error.message, cases[i].message);
        assert_string_equal(error.python, "ValueError");
        cask_value_unref(none);
    }
    error = (cki_error){0};
    cki_reduce_resolve(CKI_REDUCE_SUM, false, date, (cki_dtype){0}, 0, &r, &error);
    assert_string_equal(error.message, "ufunc 'add' cannot use operands with types "
                                       "dtype('<M8[D]') and dtype('<M8[D]')");
}

/* What is too small for a sum of tiles is kept beside it. */
static void sums_keep_small_terms(void **state)
{
    int64_t shape[1] = {80000};
    cask_value *value = cki_array_new(cki_dtype_of(CASK_F64), 1, shape, NULL), *result;
    cki_error error = {0};
    double *x = (double *)(void *)value->as.array->data;

    (void)state;
    for (int i = 0; i < 80000; i++)
        x[i] = i < 40000 ? 1e12 : -1e12;
    x[0] += 0.5;
    result = whole_array(CKI_REDUCE_SUM, false, value, &error);
    assert_true(cask_value_f64(result) == 0.5);
    cask_value_unref(result);
    cask_value_unref(value);
}

/* One row of doubles, element by element: the extreme's place, or -1; NaN is one unless skipped. */
static int place_of_extreme(const double *x, int columns, bool largest, bool skip)
{
    int place = -1;

    for (int i = 0; i < columns; i++) {
        if (isnan(x[i]) && skip)
            continue;
        if (place < 0 || (isnan(x[i]) && !isnan(x[place])) ||
            (largest ? x[i] > x[place] : x[i] < x[place]))
            place = i;
    }
    return place;
}

static void check_rows(cki_reduce_kind kind, bool skip, const double *x, int rows, int columns)
{
    enum { MOST = 130 };
    const cki_reduce_loops *loops = cki_reduce_find(kind, skip, cki_dtype_of(CASK_F64));
    const bool places = kind == CKI_REDUCE_ARGMIN || kind == CKI_REDUCE_ARGMAX;
    double a[MOST], identity = 0;
    int64_t b[MOST];

    assert_non_null(loops);
    if (loops->identity)
        memcpy(&identity, loops->identity, sizeof identity);
    for (int r = 0; r < rows; r++) {
        a[r] = identity;
        b[r] = -1;
    }
    loops->rows(&(cki_reduce_run){.x = x,
                                  .rows = (size_t)rows,
                                  .columns = (size_t)columns,
                                  .a = a,
                                  .b = b,
                                  .step = 1,
                                  .index_step = columns});
    for (int r = 0; r < rows; r++) {
        const double *row = x + r * columns;
        int place = place_of_extreme(row, columns,
                                     kind == CKI_REDUCE_MAX || kind == CKI_REDUCE_ARGMAX, skip);

        if (places)
            assert_int_equal(b[r], place < 0 ? -1 : r * columns + place);
        if (place >= 0 && !isnan(row[place]))
            assert_true(a[r] == row[place]);
        else if (!places)
            assert_true(isnan(a[r]));
    }
}

/* Extremes of short rows and their places, for every number of elements that vectors leave over. */
static void extremes_of_short_rows(void **state)
{
    static double x[130 * 70];
    uint64_t seed = 3;

    (void)state;
    for (int nans = 0; nans < 3; nans++) { /* none, some, most */
        for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            x[i] = (double)((int)(seed >> 50) % 50 - 25);
            if ((seed >> 33) % 40 < (nans == 2 ? 38u : (unsigned)nans))
                x[i] = (double)NAN;
            else if ((seed >> 33) % 200 > 197)
                x[i] = x[i] < 0 ? -HUGE_VAL : HUGE_VAL;
        }
        for (int columns = 1; columns <= 70; columns++) {
            for (int skip = 0; skip < 2; skip++) {
                check_rows(CKI_REDUCE_MIN, skip != 0, x, 130, columns);
                check_rows(CKI_REDUCE_MAX, skip != 0, x, 130, columns);
                check_rows(CKI_REDUCE_ARGMIN, skip != 0, x, 130, columns);
                check_rows(CKI_REDUCE_ARGMAX, skip != 0, x, 130, columns);
            }
        }
    }
}

#if defined(__x86_64__)
enum { ROWS = 3, COLUMNS = 77 };

/* The loops of two instruction sets on the same elements, bit for bit. */
static void compare_loops(const cki_reduce_loops *mine, const cki_reduce_loops *theirs,
                          const void *x)
{
    for (int columns = 0; columns < 2; columns++) {
        unsigned char a[2][16 * COLUMNS], b[2][16 * COLUMNS];
        int64_t n[2][COLUMNS];

        memset(a, 0, sizeof a);
        memset(b, 0, sizeof b);
        memset(n, 0, sizeof n);
        for (int k = 0; k < 2; k++) {
            const cki_reduce_loops *loops = k ? theirs : mine;
            cki_reduce_run run = {.x = x,
                                  .rows = ROWS,
                                  .columns = COLUMNS,
                                  .a = a[k],
                                  .b = b[k],
                                  .n = n[k],
                                  .step = columns ? 0 : 1};

            (columns ? loops->columns : loops->rows)(&run);
        }
        assert_memory_equal(a[0], a[1], sizeof a[0]);
        assert_memory_equal(b[0], b[1], sizeof b[0]);
        assert_memory_equal(n[0], n[1], sizeof n[0]);
    }
}

static void instruction_sets_agree(void **state)
{
    static const cki_reduce_table *const tables[2][2] = {
        {&cki_reduce_fold_baseline[0], &cki_reduce_fold_v3[0]},
        {&cki_reduce_moment_baseline[0], &cki_reduce_moment_v3[0]}};
    static double numbers[2 * ROWS * COLUMNS];
    uint64_t seed = 1;
    int compared = 0;
    (void)state;
    if (!__builtin_cpu_supports("avx2"))
        skip();
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        numbers[i] = ((double)(int64_t)seed) * 0x1p-40 / (1 + (double)(seed % 1000));
    }
    for (int t = 0; t < 2; t++)
        for (int kind = 0; kind < CKI_REDUCE_KINDS; kind++)
            for (int skip_nan = 0; skip_nan < 2; skip_nan++)
                for (int type = 1; type < CASK_DTYPE_COUNT; type++) {
                    const cki_reduce_loops *mine = &tables[t][0][kind][skip_nan][type];
                    const cki_reduce_loops *theirs = &tables[t][1][kind][skip_nan][type];

                    assert_int_equal(mine->rows != NULL, theirs->rows != NULL);
                    if (!mine->rows || type == CASK_BOOL)
                        continue;
                    compare_loops(mine, theirs, numbers);
                    compared++;
                }
    assert_true(compared > 30);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_numpys),
        cmocka_unit_test(refusals),
        cmocka_unit_test(sums_keep_small_terms),
        cmocka_unit_test(extremes_of_short_rows),
#if defined(__x86_64__)
        cmocka_unit_test(instruction_sets_agree),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
