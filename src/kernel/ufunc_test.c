/* Every element-wise operation on edge values of every type, and its type for every pair of types,
 * against what NumPy gave (tests/golden/record_ufunc.py).
 */
#include "core/memory.h"
#include "kernel/program.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char letters[] = "?bBhHiIlLefdFD";
static const cask_dtype letter_ids[] = {CASK_BOOL, CASK_I8,  CASK_U8,  CASK_I16, CASK_U16,
                                        CASK_I32,  CASK_U32, CASK_I64, CASK_U64, CASK_F16,
                                        CASK_F32,  CASK_F64, CASK_C64, CASK_C128};
enum { LETTERS = 14, SCALARS = 12 };

static FILE *open_golden(const char *name)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", CASK_GOLDEN, name);
    file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s", path);
    return file;
}

/* ---- types ---- */

static cki_operand scalar_operand(int i)
{
    static const double numbers[SCALARS] = {1,     3,   -3,  200, 300,   -300,
                                            70000, 3e9, 2.5, 1e6, 1e300, 0};
    cki_operand operand = {.scalar = true};

    if (i == 0)
        operand.dtype = cki_dtype_of(CASK_BOOL);
    else if (i < 8)
        operand.dtype = cki_dtype_of(CASK_I64);
    else
        operand.dtype = cki_dtype_of(i < 11 ? CASK_F64 : CASK_C128);
    operand.negative = numbers[i] < 0;
    operand.magnitude = (uint64_t)(i < 8 ? fabs(numbers[i]) : 0);
    operand.real = numbers[i];
    operand.imaginary = i == 11;
    return operand;
}

static void check_type(const char *name, const cki_operand *operands, char expected,
                       const char *where, int *failures)
{
    const cki_ufunc *ufunc = cki_ufunc_find(name);
    cki_signature signature;
    cki_error error = {0};
    cask_status status;
    char got = '-';

    assert_non_null(ufunc);
    status = cki_ufunc_resolve(ufunc, operands, &signature, &error);
    for (int i = 0; i < LETTERS && status == CASK_OK; i++) {
        if (letter_ids[i] == signature.out.id)
            got = letters[i];
    }
    if (status != CASK_OK)
        assert_string_equal(error.python, "TypeError");
    if (got != expected && ++*failures < 40)
        print_message("%s of %s: NumPy %c, cask %c\n", name, where, expected, got);
}

static void check_pairs(const char *name, const char *arrays, const char *right, const char *left,
                        int *failures)
{
    char where[64];

    for (int i = 0; i < LETTERS; i++) {
        cki_operand array = {.dtype = cki_dtype_of(letter_ids[i])};

        for (int k = 0; k < LETTERS; k++) {
            cki_operand pair[2] = {array, {.dtype = cki_dtype_of(letter_ids[k])}};

            snprintf(where, sizeof where, "%c %c", letters[i], letters[k]);
            check_type(name, pair, arrays[i * LETTERS + k], where, failures);
        }
        for (int k = 0; k < SCALARS; k++) {
            cki_operand pair[2] = {array, scalar_operand(k)};
            cki_operand turned[2] = {pair[1], pair[0]};

            snprintf(where, sizeof where, "%c and scalar %d", letters[i], k);
            check_type(name, pair, right[i * SCALARS + k], where, failures);
            snprintf(where, sizeof where, "scalar %d and %c", k, letters[i]);
            check_type(name, turned, left[i * SCALARS + k], where, failures);
        }
    }
}

static void types_are_numpys(void **state)
{
    FILE *file = open_golden("ufunc_types.txt");
    char line[2048], name[64], arrays[512], right[512], left[512];
    int inputs, lines = 0, failures = 0;

    (void)state;
    while (fgets(line, sizeof line, file)) {
        lines++;
        if (sscanf(line, "%63s %d %511s %511s %511s", name, &inputs, arrays, right, left) < 3)
            fail_msg("a bad line: %s", line);
        for (int i = 0; i < LETTERS && inputs == 1; i++) {
            cki_operand one = {.dtype = cki_dtype_of(letter_ids[i])};
            char where[2] = {letters[i], 0};

            check_type(name, &one, arrays[i], where, &failures);
        }
        if (inputs == 2)
            check_pairs(name, arrays, right, left, &failures);
    }
    fclose(file);
    assert_true(lines > 90);
    assert_int_equal(failures, 0);
}

/* ---- values ---- */

typedef struct edges {
    char key[32];
    int64_t count;
    unsigned char *bytes;
} edges;

typedef struct golden {
    edges edges[128];
    int count;
    int records, failures;
} golden;

static cki_dtype key_dtype(const char *key)
{
    char code[32];
    cki_dtype dtype = {0};

    snprintf(code, sizeof code, "%.*s", (int)strcspn(key, ":"), key);
    assert_int_equal(cki_dtype_parse(code, &dtype, NULL, NULL), CASK_OK);
    return dtype;
}

static const edges *find_edges(const golden *g, const char *key)
{
    for (int i = 0; i < g->count; i++) {
        if (strcmp(g->edges[i].key, key) == 0)
            return &g->edges[i];
    }
    fail_msg("no edges %s", key);
    return NULL;
}

static bool near(double a, double b, double tolerance)
{
    if (a != a || b != b)
        return a != a && b != b;
    return a == b || fabs(a - b) <= tolerance * fmax(fabs(a), fabs(b)) || fabs(a - b) < 1e-300;
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

/* Equal, bits and all but NaN's; or near, if the operation is one of the mathematical library. */
static bool agree(cki_dtype dtype, const unsigned char *a, const unsigned char *b, bool exact)
{
    cki_dtype real = cki_dtype_real(dtype);
    size_t size = cki_dtype_size(real);
    int parts = cki_dtype_is_complex(dtype) ? 2 : 1;
    double tolerance = real.id == CASK_F16 ? 2e-3 : real.id == CASK_F32 ? 1e-6 : 4e-15;

    if (memcmp(a, b, size * (size_t)parts) == 0)
        return true;
    if (!cki_dtype_is_float(real))
        return false;
    for (int i = 0; i < parts; i++) {
        double x = real_at(real, a + (size_t)i * size), y = real_at(real, b + (size_t)i * size);

        if (exact && x == x && (x != y || signbit(x) != signbit(y)))
            return false;
        if (!near(x, y, tolerance))
            return false;
    }
    return true;
}

/* Where cask is right and NumPy is not: sinc of float16, which rounds on the way, and i0(inf). */
static bool better(const char *name, const unsigned char *got, cki_dtype dtype)
{
    double value = cki_dtype_is_float(dtype) ? real_at(dtype, got) : 0;

    return (strcmp(name, "sinc") == 0 && dtype.id == CASK_F16 && fabs(value) <= 1) ||
           (strcmp(name, "i0") == 0 && value == HUGE_VAL);
}

/* Operations whose zeros may have either sign in NumPy, by the loop that it picks. */
static bool free_sign(const char *name)
{
    return strstr(name, "max") || strstr(name, "min") || strcmp(name, "clip") == 0 ||
           strcmp(name, "multiply") == 0 || strcmp(name, "square") == 0;
}

static void compare(golden *g, const char *line, const char *name, const cki_array *out,
                    const unsigned char *expected, bool exact)
{
    size_t size = cki_dtype_size(out->dtype);
    int64_t count = cki_array_size(out);

    g->records++;
    for (int64_t i = 0; i < count; i++) {
        const unsigned char *got = out->data + (size_t)i * size,
                            *want = expected + (size_t)i * size;

        if (agree(out->dtype, got, want, exact && !free_sign(name)) ||
            better(name, got, out->dtype))
            continue;
        if (++g->failures < 60) {
            print_message("%.60s element %lld: NumPy ", line, (long long)i);
            for (size_t k = size; k-- > 0;)
                print_message("%02x", want[k]);
            if (cki_dtype_is_float(cki_dtype_real(out->dtype)))
                print_message(" (%g)", real_at(cki_dtype_real(out->dtype), want));
            print_message(", cask ");
            for (size_t k = size; k-- > 0;)
                print_message("%02x", got[k]);
            if (cki_dtype_is_float(cki_dtype_real(out->dtype)))
                print_message(" (%g)", real_at(cki_dtype_real(out->dtype), got));
            print_message("\n");
        }
        return;
    }
}

/* Axis `axis` of `inputs` holds the edge values of one input; the others broadcast. */
static cki_array spread(const edges *e, cki_dtype dtype, int axis, int inputs)
{
    cki_array array = {.dtype = dtype, .ndim = inputs, .data = e->bytes};

    for (int i = 0; i < inputs; i++) {
        array.shape[i] = i == axis ? e->count : 1;
        array.strides[i] = i == axis ? (int64_t)cki_dtype_size(dtype) : 0;
    }
    return array;
}

static void run_record(golden *g, const char *line, const char *name, int inputs, char keys[3][32],
                       cki_dtype dtype, const unsigned char *expected, size_t bytes, bool exact)
{
    const cki_ufunc *ufunc = cki_ufunc_find(name);
    cki_array arrays[3];
    const cki_array *pointers[3];
    cki_operand operands[3] = {0};
    cki_error error = {0};
    cki_signature signature;
    cki_program *program = cki_program_new(&error);
    cask_value *out;
    int64_t shape[3], size = 1;
    int steps[3], result;

    assert_non_null(ufunc);
    for (int i = 0; i < inputs; i++) {
        const edges *e = find_edges(g, keys[i]);

        operands[i].dtype = key_dtype(keys[i]);
        arrays[i] = spread(e, operands[i].dtype, i, inputs);
        pointers[i] = &arrays[i];
        shape[i] = e->count;
        size *= e->count;
        steps[i] = cki_program_input(program, operands[i].dtype);
    }
    if (cki_ufunc_resolve(ufunc, operands, &signature, &error) != CASK_OK) {
        print_message("%.60s: %s\n", line, error.message);
        g->failures++;
        cki_program_free(program);
        return;
    }
    result = cki_program_apply(program, ufunc, &signature, steps);
    if (cki_program_finish(program, result, &error) != CASK_OK) {
        print_message("%.60s: %s\n", line, error.message);
        g->failures++;
    } else if (!cki_dtype_same(cki_program_dtype(program), dtype)) {
        char a[48], b[48];

        print_message("%.60s: NumPy %s, cask %s\n", line, cki_dtype_code(dtype, a),
                      cki_dtype_code(signature.out, b));
        g->failures++;
    } else {
        assert_int_equal(bytes, (size_t)size * cki_dtype_size(dtype));
        out = cki_array_new(dtype, inputs, shape, &error);
        assert_non_null(out);
        if (cki_program_run(program, pointers, out->as.array, &error) != CASK_OK) {
            print_message("%.60s: %s\n", line, error.message);
            g->failures++;
        } else {
            compare(g, line, name, out->as.array, expected, exact);
        }
        cask_value_unref(out);
    }
    cki_program_free(program);
}

static void values_are_numpys(void **state)
{
    static golden g;
    FILE *file = open_golden("ufunc_values.bin");
    char line[256];

    (void)state;
    while (fgets(line, sizeof line, file)) {
        char name[64], code[32], class[16], keys[3][32];
        int inputs, at = 0;
        size_t bytes = 0;
        unsigned char *data;

        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, "edges ", 6) == 0) {
            edges *e = &g.edges[g.count++];
            long long count;

            assert_int_equal(sscanf(line, "edges %31s %lld", e->key, &count), 2);
            e->count = count;
            bytes = (size_t)count * cki_dtype_size(key_dtype(e->key));
            e->bytes = data = cki_memory_alloc(bytes);
            assert_int_equal(fread(data, 1, bytes, file), bytes);
        } else {
            assert_int_equal(sscanf(line, "%63s %31s %15s %d%n", name, code, class, &inputs, &at),
                             4);
            for (int i = 0; i < inputs; i++) {
                int more;

                assert_int_equal(sscanf(line + at, "%31s%n", keys[i], &more), 1);
                at += more;
            }
            assert_int_equal(sscanf(line + at, "%zu", &bytes), 1);
            data = cki_memory_alloc(bytes);
            assert_int_equal(fread(data, 1, bytes, file), bytes);
            run_record(&g, line, name, inputs, keys, key_dtype(code), data, bytes,
                       strcmp(class, "exact") == 0);
            cki_memory_free(data);
        }
        assert_int_equal(fgetc(file), '\n');
    }
    fclose(file);
    for (int i = 0; i < g.count; i++)
        cki_memory_free(g.edges[i].bytes);
    assert_true(g.records > 1000);
    assert_int_equal(g.failures, 0);
}

/* ---- names and refusals ---- */

static void names(void **state)
{
    size_t count = 0;

    (void)state;
    while (cki_ufunc_at(count)) {
        assert_ptr_equal(cki_ufunc_find(cki_ufunc_name(cki_ufunc_at(count))), cki_ufunc_at(count));
        count++;
    }
    assert_true(count > 95);
    assert_ptr_equal(cki_ufunc_find("mod"), cki_ufunc_find("remainder"));
    assert_ptr_equal(cki_ufunc_find("true_divide"), cki_ufunc_find("divide"));
    assert_null(cki_ufunc_find("nope"));
    assert_int_equal(cki_ufunc_inputs(cki_ufunc_find("where")), 3);
}

static void refusals(void **state)
{
    cki_operand bools[2] = {{.dtype = cki_dtype_of(CASK_BOOL)}, {.dtype = cki_dtype_of(CASK_BOOL)}};
    cki_operand dates[2] = {{.dtype = {CASK_DATETIME, CKI_UNIT_DAY, 1}},
                            {.dtype = {CASK_DATETIME, CKI_UNIT_DAY, 1}}};
    cki_signature signature;
    cki_error error = {0};

    (void)state;
    cki_ufunc_resolve(cki_ufunc_find("subtract"), bools, &signature, &error);
    assert_string_equal(error.message,
                        "numpy boolean subtract, the `-` operator, is not supported, use the "
                        "bitwise_xor, the `^` operator, or the logical_xor function instead.");
    error = (cki_error){0};
    cki_ufunc_resolve(cki_ufunc_find("add"), dates, &signature, &error);
    assert_string_equal(error.message, "ufunc 'add' cannot use operands with types "
                                       "dtype('<M8[D]') and dtype('<M8[D]')");
    error = (cki_error){0};
    cki_ufunc_resolve(cki_ufunc_find("isnat"), bools, &signature, &error);
    assert_string_equal(error.message,
                        "ufunc 'isnat' is only defined for np.datetime64 and np.timedelta64.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(refusals),
        cmocka_unit_test(types_are_numpys),
        cmocka_unit_test(values_are_numpys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
