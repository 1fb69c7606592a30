/* Tests of element types. The tables are recorded from NumPy 1.24. */
#include "value/dtype.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char letters[] = "?bBhHiIqQefdFD";

static cki_dtype read_dtype(const char *text)
{
    cki_dtype dtype;
    assert_int_equal(cki_dtype_parse(text, &dtype, NULL, NULL), CASK_OK);
    return dtype;
}

static cki_dtype of_letter(char letter)
{
    char text[2] = {letter, 0};
    return read_dtype(text);
}

/* promote_types of every pair of numbers, rows and columns as in `letters`. */
static const char *const promoted[] = {
    "?bBhHiIqQefdFD", "bbhhiiqqdefdFD", "BhBhHiIqQefdFD", "hhhhiiqqdffdFD", "HiHiHiIqQffdFD",
    "iiiiiiqqddddDD", "IqIqIqIqQdddDD", "qqqqqqqqddddDD", "QdQdQdQdQdddDD", "eeeffddddefdFD",
    "fffffddddffdFD", "ddddddddddddDD", "FFFFFDDDDFFDFD", "DDDDDDDDDDDDDD",
};

/* can_cast, likewise. */
static const char *const safe[] = {
    "##############", ".#.#.#.#.#####", "..############", "...#.#.#..####", "....#####.####",
    ".....#.#...#.#", "......###..#.#", ".......#...#.#", "........#..#.#", ".........#####",
    "..........####", "...........#.#", "............##", ".............#",
};

static const char *const same_kind[] = {
    "##############", ".#.#.#.#.#####", ".#############", ".#.#.#.#.#####", ".#############",
    ".#.#.#.#.#####", ".#############", ".#.#.#.#.#####", ".#############", ".........#####",
    ".........#####", ".........#####", "............##", "............##",
};

static void numbers_promote_as_in_numpy(void **state)
{
    (void)state;
    for (size_t i = 0; letters[i]; i++)
        for (size_t j = 0; letters[j]; j++) {
            cki_dtype result, a = of_letter(letters[i]), b = of_letter(letters[j]);
            assert_int_equal(cki_dtype_promote(a, b, &result, NULL), CASK_OK);
            assert_true(cki_dtype_same(result, of_letter(promoted[i][j])));
            assert_int_equal(cki_dtype_can_cast(a, b, "safe"), safe[i][j] == '#');
            assert_int_equal(cki_dtype_can_cast(a, b, "same_kind"), same_kind[i][j] == '#');
            assert_int_equal(cki_dtype_can_cast(a, b, "no"), i == j);
            assert_true(cki_dtype_can_cast(a, b, "unsafe"));
        }
}

/* Of three types in a row the order may count only where NumPy's own table has it so. */
static void promotion_is_symmetric_and_nearly_associative(void **state)
{
    (void)state;
    for (size_t i = 0; letters[i]; i++)
        for (size_t j = 0; letters[j]; j++) {
            cki_dtype ab, ba, a = of_letter(letters[i]), b = of_letter(letters[j]);
            cki_dtype_promote(a, b, &ab, NULL);
            cki_dtype_promote(b, a, &ba, NULL);
            assert_true(cki_dtype_same(ab, ba));
            for (size_t k = 0; letters[k]; k++) {
                cki_dtype c = of_letter(letters[k]), bc, left, right;
                cki_dtype_promote(b, c, &bc, NULL);
                cki_dtype_promote(ab, c, &left, NULL);
                cki_dtype_promote(a, bc, &right, NULL);
                size_t x = (size_t)(strchr(letters, promoted[i][j]) - letters);
                size_t y = (size_t)(strchr(letters, promoted[j][k]) - letters);
                assert_int_equal(cki_dtype_same(left, right), promoted[x][k] == promoted[i][y]);
            }
        }
}

typedef struct pair {
    const char *a, *b, *result;
} pair;

static const pair others[] = {
    {"M8", "M8", "<M8"},
    {"M8", "M8[W]", "<M8[W]"},
    {"M8", "M8[25s]", "<M8[25s]"},
    {"M8", "m8", "<M8"},
    {"M8", "m8[W]", "<M8[W]"},
    {"M8", "m8[4h]", "<M8[4h]"},
    {"M8", "S3", "TypeError"},
    {"M8[Y]", "M8[Y]", "<M8[Y]"},
    {"M8[Y]", "M8[D]", "<M8[D]"},
    {"M8[Y]", "M8[ms]", "<M8[ms]"},
    {"M8[Y]", "m8[Y]", "<M8[Y]"},
    {"M8[Y]", "m8[D]", "<M8[D]"},
    {"M8[Y]", "m8[ns]", "<M8[ns]"},
    {"M8[Y]", "U30", "TypeError"},
    {"M8[M]", "M8[M]", "<M8[M]"},
    {"M8[M]", "M8[h]", "<M8[h]"},
    {"M8[M]", "M8[ns]", "<M8[ns]"},
    {"M8[M]", "m8[M]", "<M8[M]"},
    {"M8[M]", "m8[6h]", "<M8[6h]"},
    {"M8[M]", "m8[ps]", "OverflowError"},
    {"M8[W]", "M8[W]", "<M8[W]"},
    {"M8[W]", "M8[25s]", "<M8[25s]"},
    {"M8[W]", "m8", "<M8[W]"},
    {"M8[W]", "m8[W]", "<M8[W]"},
    {"M8[W]", "m8[4h]", "<M8[4h]"},
    {"M8[W]", "S3", "TypeError"},
    {"M8[D]", "M8", "<M8[D]"},
    {"M8[D]", "M8[Y]", "<M8[D]"},
    {"M8[D]", "M8[M]", "<M8[D]"},
    {"M8[D]", "M8[W]", "<M8[D]"},
    {"M8[D]", "M8[D]", "<M8[D]"},
    {"M8[D]", "M8[h]", "<M8[h]"},
    {"M8[D]", "M8[25s]", "<M8[25s]"},
    {"M8[D]", "M8[ms]", "<M8[ms]"},
    {"M8[D]", "M8[ns]", "<M8[ns]"},
    {"M8[D]", "m8", "<M8[D]"},
    {"M8[D]", "m8[Y]", "<M8[D]"},
    {"M8[D]", "m8[M]", "<M8[D]"},
    {"M8[D]", "m8[W]", "<M8[D]"},
    {"M8[D]", "m8[D]", "<M8[D]"},
    {"M8[D]", "m8[6h]", "<M8[6h]"},
    {"M8[D]", "m8[4h]", "<M8[4h]"},
    {"M8[D]", "m8[ns]", "<M8[ns]"},
    {"M8[D]", "m8[ps]", "OverflowError"},
    {"M8[D]", "S3", "TypeError"},
    {"M8[D]", "U30", "TypeError"},
    {"M8[h]", "M8[h]", "<M8[h]"},
    {"M8[h]", "M8[ns]", "<M8[ns]"},
    {"M8[h]", "m8[M]", "<M8[h]"},
    {"M8[h]", "m8[6h]", "<M8[h]"},
    {"M8[h]", "m8[ps]", "<M8[ps]"},
    {"M8[25s]", "M8[25s]", "<M8[25s]"},
    {"M8[25s]", "m8", "<M8[25s]"},
    {"M8[25s]", "m8[W]", "<M8[25s]"},
    {"M8[25s]", "m8[4h]", "<M8[25s]"},
    {"M8[25s]", "S3", "TypeError"},
    {"M8[ms]", "M8[ms]", "<M8[ms]"},
    {"M8[ms]", "m8[Y]", "<M8[ms]"},
    {"M8[ms]", "m8[D]", "<M8[ms]"},
    {"M8[ms]", "m8[ns]", "<M8[ns]"},
    {"M8[ms]", "U30", "TypeError"},
    {"M8[ns]", "M8[ns]", "<M8[ns]"},
    {"M8[ns]", "m8[M]", "<M8[ns]"},
    {"M8[ns]", "m8[6h]", "<M8[ns]"},
    {"M8[ns]", "m8[ps]", "<M8[ps]"},
    {"m8", "m8", "<m8"},
    {"m8", "m8[W]", "<m8[W]"},
    {"m8", "m8[4h]", "<m8[4h]"},
    {"m8", "S3", "TypeError"},
    {"m8[Y]", "M8", "<M8[Y]"},
    {"m8[Y]", "M8[Y]", "<M8[Y]"},
    {"m8[Y]", "M8[M]", "<M8[M]"},
    {"m8[Y]", "M8[W]", "<M8[W]"},
    {"m8[Y]", "M8[D]", "<M8[D]"},
    {"m8[Y]", "M8[h]", "<M8[h]"},
    {"m8[Y]", "M8[25s]", "<M8[25s]"},
    {"m8[Y]", "M8[ms]", "<M8[ms]"},
    {"m8[Y]", "M8[ns]", "<M8[ns]"},
    {"m8[Y]", "m8", "<m8[Y]"},
    {"m8[Y]", "m8[Y]", "<m8[Y]"},
    {"m8[Y]", "m8[M]", "<m8[M]"},
    {"m8[Y]", "m8[W]", "TypeError"},
    {"m8[Y]", "m8[D]", "TypeError"},
    {"m8[Y]", "m8[6h]", "TypeError"},
    {"m8[Y]", "m8[4h]", "TypeError"},
    {"m8[Y]", "m8[ns]", "TypeError"},
    {"m8[Y]", "m8[ps]", "TypeError"},
    {"m8[Y]", "S3", "TypeError"},
    {"m8[Y]", "U30", "TypeError"},
    {"m8[M]", "m8[M]", "<m8[M]"},
    {"m8[M]", "m8[6h]", "TypeError"},
    {"m8[M]", "m8[ps]", "TypeError"},
    {"m8[W]", "m8[W]", "<m8[W]"},
    {"m8[W]", "m8[4h]", "<m8[4h]"},
    {"m8[W]", "S3", "TypeError"},
    {"m8[D]", "m8[D]", "<m8[D]"},
    {"m8[D]", "m8[ns]", "<m8[ns]"},
    {"m8[D]", "U30", "TypeError"},
    {"m8[6h]", "m8[6h]", "<m8[6h]"},
    {"m8[6h]", "m8[ps]", "<m8[ps]"},
    {"m8[4h]", "M8", "<M8[4h]"},
    {"m8[4h]", "M8[Y]", "<M8[4h]"},
    {"m8[4h]", "M8[M]", "<M8[4h]"},
    {"m8[4h]", "M8[W]", "<M8[4h]"},
    {"m8[4h]", "M8[D]", "<M8[4h]"},
    {"m8[4h]", "M8[h]", "<M8[h]"},
    {"m8[4h]", "M8[25s]", "<M8[25s]"},
    {"m8[4h]", "M8[ms]", "<M8[ms]"},
    {"m8[4h]", "M8[ns]", "<M8[ns]"},
    {"m8[4h]", "m8", "<m8[4h]"},
    {"m8[4h]", "m8[Y]", "TypeError"},
    {"m8[4h]", "m8[M]", "TypeError"},
    {"m8[4h]", "m8[W]", "<m8[4h]"},
    {"m8[4h]", "m8[D]", "<m8[4h]"},
    {"m8[4h]", "m8[6h]", "<m8[2h]"},
    {"m8[4h]", "m8[4h]", "<m8[4h]"},
    {"m8[4h]", "m8[ns]", "<m8[ns]"},
    {"m8[4h]", "m8[ps]", "<m8[ps]"},
    {"m8[4h]", "S3", "TypeError"},
    {"m8[4h]", "U30", "TypeError"},
    {"m8[ns]", "m8[ns]", "<m8[ns]"},
    {"m8[ns]", "U30", "TypeError"},
    {"m8[ps]", "M8", "<M8[ps]"},
    {"m8[ps]", "M8[Y]", "OverflowError"},
    {"m8[ps]", "M8[M]", "OverflowError"},
    {"m8[ps]", "M8[W]", "OverflowError"},
    {"m8[ps]", "M8[D]", "OverflowError"},
    {"m8[ps]", "M8[h]", "<M8[ps]"},
    {"m8[ps]", "M8[25s]", "<M8[ps]"},
    {"m8[ps]", "M8[ms]", "<M8[ps]"},
    {"m8[ps]", "M8[ns]", "<M8[ps]"},
    {"m8[ps]", "m8", "<m8[ps]"},
    {"m8[ps]", "m8[Y]", "TypeError"},
    {"m8[ps]", "m8[M]", "TypeError"},
    {"m8[ps]", "m8[W]", "OverflowError"},
    {"m8[ps]", "m8[D]", "OverflowError"},
    {"m8[ps]", "m8[6h]", "<m8[ps]"},
    {"m8[ps]", "m8[4h]", "<m8[ps]"},
    {"m8[ps]", "m8[ns]", "<m8[ps]"},
    {"m8[ps]", "m8[ps]", "<m8[ps]"},
    {"m8[ps]", "S3", "TypeError"},
    {"m8[ps]", "U30", "TypeError"},
    {"S3", "S3", "|S3"},
    {"U30", "U30", "<U30"},
    {"?", "S3", "|S5"},
    {"?", "U30", "<U30"},
    {"?", "m8[s]", "<m8[s]"},
    {"?", "M8[s]", "TypeError"},
    {"b", "S3", "|S4"},
    {"b", "U30", "<U30"},
    {"b", "m8[s]", "<m8[s]"},
    {"b", "M8[s]", "TypeError"},
    {"B", "S3", "|S3"},
    {"B", "U30", "<U30"},
    {"B", "m8[s]", "<m8[s]"},
    {"B", "M8[s]", "TypeError"},
    {"h", "S3", "|S6"},
    {"h", "U30", "<U30"},
    {"h", "m8[s]", "<m8[s]"},
    {"h", "M8[s]", "TypeError"},
    {"H", "S3", "|S5"},
    {"H", "U30", "<U30"},
    {"H", "m8[s]", "<m8[s]"},
    {"H", "M8[s]", "TypeError"},
    {"i", "S3", "|S11"},
    {"i", "U30", "<U30"},
    {"i", "m8[s]", "<m8[s]"},
    {"i", "M8[s]", "TypeError"},
    {"I", "S3", "|S10"},
    {"I", "U30", "<U30"},
    {"I", "m8[s]", "<m8[s]"},
    {"I", "M8[s]", "TypeError"},
    {"q", "S3", "|S21"},
    {"q", "U30", "<U30"},
    {"q", "m8[s]", "<m8[s]"},
    {"q", "M8[s]", "TypeError"},
    {"Q", "S3", "|S20"},
    {"Q", "U30", "<U30"},
    {"Q", "m8[s]", "TypeError"},
    {"Q", "M8[s]", "TypeError"},
    {"e", "S3", "|S32"},
    {"e", "U30", "<U32"},
    {"e", "m8[s]", "TypeError"},
    {"e", "M8[s]", "TypeError"},
    {"f", "S3", "|S32"},
    {"f", "U30", "<U32"},
    {"f", "m8[s]", "TypeError"},
    {"f", "M8[s]", "TypeError"},
    {"d", "S3", "|S32"},
    {"d", "U30", "<U32"},
    {"d", "m8[s]", "TypeError"},
    {"d", "M8[s]", "TypeError"},
    {"F", "S3", "|S64"},
    {"F", "U30", "<U64"},
    {"F", "m8[s]", "TypeError"},
    {"F", "M8[s]", "TypeError"},
    {"D", "S3", "|S64"},
    {"D", "U30", "<U64"},
    {"D", "m8[s]", "TypeError"},
    {"D", "M8[s]", "TypeError"},
};

static void dates_and_text_promote_as_in_numpy(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        for (int turned = 0; turned < 2; turned++) {
            cki_error error = {0};
            char text[48];
            cki_dtype result, a = read_dtype(others[i].a), b = read_dtype(others[i].b);
            cask_status status = cki_dtype_promote(turned ? b : a, turned ? a : b, &result, &error);
            const char *got = status == CASK_OK ? cki_dtype_code(result, text) : error.python;
            assert_string_equal(got, others[i].result);
        }
}

static const struct {
    double re, im;
    char kind; /* b, i, f or c */
    const char *results;
} scalars[] = {
    {(double)1.0, 0.0, 'b', "?bBhHiIqQefdFD"},
    {(double)0.0, 0.0, 'i', "qbBhHiIqQefdFD"},
    {(double)1.0, 0.0, 'i', "qbBhHiIqQefdFD"},
    {(double)-1.0, 0.0, 'i', "qbhhiiqqdefdFD"},
    {(double)127.0, 0.0, 'i', "qbBhHiIqQefdFD"},
    {(double)128.0, 0.0, 'i', "qhBhHiIqQefdFD"},
    {(double)-128.0, 0.0, 'i', "qbhhiiqqdefdFD"},
    {(double)-129.0, 0.0, 'i', "qhhhiiqqdffdFD"},
    {(double)255.0, 0.0, 'i', "qhBhHiIqQefdFD"},
    {(double)256.0, 0.0, 'i', "qhHhHiIqQffdFD"},
    {(double)300.0, 0.0, 'i', "qhHhHiIqQffdFD"},
    {(double)32767.0, 0.0, 'i', "qhHhHiIqQffdFD"},
    {(double)32768.0, 0.0, 'i', "qiHiHiIqQffdFD"},
    {(double)65535.0, 0.0, 'i', "qiHiHiIqQffdFD"},
    {(double)65536.0, 0.0, 'i', "qiIiIiIqQdddDD"},
    {(double)-32769.0, 0.0, 'i', "qiiiiiqqddddDD"},
    {(double)2147483647.0, 0.0, 'i', "qiIiIiIqQdddDD"},
    {(double)2147483648.0, 0.0, 'i', "qqIqIqIqQdddDD"},
    {(double)4294967296.0, 0.0, 'i', "qqQqQqQqQdddDD"},
    {(double)-2147483649.0, 0.0, 'i', "qqqqqqqqddddDD"},
    {(double)0.0, 0.0, 'f', "dddddddddefdFD"},
    {(double)1.5, 0.0, 'f', "dddddddddefdFD"},
    {(double)64999.9, 0.0, 'f', "dddddddddefdFD"},
    {(double)65000.0, 0.0, 'f', "dddddddddffdFD"},
    {(double)10000000000.0, 0.0, 'f', "dddddddddffdFD"},
    {(double)1e+300, 0.0, 'f', "ddddddddddddDD"},
    {(double)INFINITY, 0.0, 'f', "dddddddddefdFD"},
    {(double)NAN, 0.0, 'f', "dddddddddefdFD"},
    {(double)0.0, 1.0, 'c', "DDDDDDDDDFFDFD"},
    {(double)0.0, 1e+300, 'c', "DDDDDDDDDDDDDD"},
};

static cki_operand scalar_operand(double re, double im, char kind)
{
    cask_dtype id = kind == 'b'   ? CASK_BOOL
                    : kind == 'i' ? CASK_I64
                    : kind == 'f' ? CASK_F64
                                  : CASK_C128;
    cki_operand operand = {.dtype = cki_dtype_of(id), .scalar = true, .real = re, .imaginary = im};
    if (kind == 'i') {
        operand.negative = re < 0;
        operand.magnitude = (uint64_t)fabs(re);
    }
    return operand;
}

static void scalars_count_by_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
        for (size_t j = 0; letters[j]; j++) {
            cki_operand two[2] = {{.dtype = of_letter(letters[j])},
                                  scalar_operand(scalars[i].re, scalars[i].im, scalars[i].kind)};
            cki_dtype result;
            assert_int_equal(cki_dtype_result(two, 2, &result, NULL), CASK_OK);
            assert_true(cki_dtype_same(result, of_letter(scalars[i].results[j])));
        }
}

static void scalars_alone_promote_by_type(void **state)
{
    (void)state;
    cki_operand two[2] = {{.dtype = cki_dtype_of(CASK_I8), .scalar = true, .magnitude = 3},
                          scalar_operand(1, 0, 'i')};
    cki_dtype result;
    cki_dtype_result(two, 2, &result, NULL);
    assert_int_equal(result.id, CASK_I64);
    cki_error error = {0};
    assert_int_not_equal(cki_dtype_result(two, 0, &result, &error), CASK_OK);
    assert_string_equal(error.message, "at least one array or dtype is required");
}

static const struct {
    const char *text, *code; /* code: dtype.str, or the exception */
} parsed[] = {
    {"x", "TypeError"},
    {"i3", "TypeError"},
    {"", "TypeError"},
    {"<", "TypeError"},
    {"u", "TypeError"},
    {"float", "<f8"},
    {"int", "<i8"},
    {"bool", "|b1"},
    {"complex", "<c16"},
    {"str", "<U0"},
    {"bytes", "|S0"},
    {"U", "<U0"},
    {"U3", "<U3"},
    {"S", "|S0"},
    {"<U3", "<U3"},
    {"=i4", "<i4"},
    {"|b1", "|b1"},
    {"datetime64", "<M8"},
    {"M8", "<M8"},
    {"M8[D]", "<M8[D]"},
    {"datetime64[25s]", "<M8[25s]"},
    {"timedelta64[ns]", "<m8[ns]"},
    {"m8[generic]", "<m8"},
    {"M8[1D]", "<M8[D]"},
    {"f", "<f4"},
    {"d", "<f8"},
    {"e", "<f2"},
    {"F", "<c8"},
    {"D", "<c16"},
    {"q", "<i8"},
    {"Q", "<u8"},
    {"l", "<i8"},
    {"L", "<u8"},
    {"p", "<i8"},
    {"P", "<u8"},
    {"b", "|i1"},
    {"B", "|u1"},
    {"h", "<i2"},
    {"H", "<u2"},
    {"i", "<i4"},
    {"I", "<u4"},
    {"?", "|b1"},
    {"c", "|S1"},
    {"a5", "|S5"},
    {"c8", "<c8"},
    {"c16", "<c16"},
    {"f2", "<f2"},
    {"half", "<f2"},
    {"single", "<f4"},
    {"double", "<f8"},
    {"cdouble", "<c16"},
    {"short", "<i2"},
    {"ushort", "<u2"},
    {"intc", "<i4"},
    {"uint", "<u8"},
    {"longlong", "<i8"},
    {"byte", "|i1"},
    {"uintp", "<u8"},
    {"str_", "<U0"},
    {"bytes_", "|S0"},
    {"bool_", "|b1"},
    {"float_", "<f8"},
    {"Float64", "TypeError"},
    {"M8[us]", "<M8[us]"},
    {"b8", "TypeError"},
    {"i4 ", "TypeError"},
    {"M", "<M8"},
    {"m", "<m8"},
    {"!f8", "TypeError"},
    {"d8", "TypeError"},
    {"M8[foo]", "TypeError"},
    {"M8[D", "TypeError"},
    {"timedelta64[D]5", "TypeError"},
    {"M8[]", "TypeError"},
    {"S99999999999999999999", "TypeError"},
};

static void names_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof parsed / sizeof *parsed; i++) {
        cki_error error = {0};
        cki_dtype dtype;
        char text[48];
        cask_status status = cki_dtype_parse(parsed[i].text, &dtype, NULL, &error);
        assert_string_equal(status == CASK_OK ? cki_dtype_code(dtype, text) : error.python,
                            parsed[i].code);
    }
    bool swapped;
    cki_dtype dtype;
    assert_int_equal(cki_dtype_parse(">u2", &dtype, &swapped, NULL), CASK_OK);
    assert_true(swapped && dtype.id == CASK_U16);
    assert_int_equal(cki_dtype_parse(">u1", &dtype, &swapped, NULL), CASK_OK);
    assert_false(swapped);
    cki_error error = {0};
    assert_int_equal(cki_dtype_parse(">u2", &dtype, NULL, &error), CASK_TYPE);
    assert_int_equal(cki_dtype_parse("nope", &dtype, NULL, &(cki_error){0}), CASK_TYPE);
}

static void names_are_written(void **state)
{
    (void)state;
    char text[48];
    assert_string_equal(cki_dtype_name(read_dtype("f4"), text), "float32");
    assert_string_equal(cki_dtype_name(read_dtype("M8[25s]"), text), "datetime64[25s]");
    assert_string_equal(cki_dtype_name(read_dtype("m8"), text), "timedelta64");
    assert_string_equal(cki_dtype_name(read_dtype("U3"), text), "<U3");
    assert_string_equal(cki_dtype_name(read_dtype("S3"), text), "|S3");
    assert_string_equal(cki_dtype_code(read_dtype("?"), text), "|b1");
}

static const struct {
    const char *text, *shown; /* as str(numpy.datetime64(text)), or the message */
} dates[] = {
    {"5", "0005"},
    {"-5", "-005"},
    {" 2000", "2000"},
    {" 2000 ", "Error parsing datetime string \" 2000 \" at position 5"},
    {"2000-", "Error parsing datetime string \"2000-\" at position 5"},
    {"2000-1", "Error parsing datetime string \"2000-1\" at position 5"},
    {"200001", "200001"},
    {"2000T", "Error parsing datetime string \"2000T\" at position 4"},
    {"2000-01T03", "Error parsing datetime string \"2000-01T03\" at position 7"},
    {"2000-01-02T0304", "Error parsing datetime string \"2000-01-02T0304\" at position 13"},
    {"2000-01-02T03:04:60", "Seconds out of range in datetime string \"2000-01-02T03:04:60\""},
    {"2000-01-02T24:00", "Hours out of range in datetime string \"2000-01-02T24:00\""},
    {"2000-01-02T03:04:05.", "2000-01-02T03:04:05.000"},
    {"2000-01-02T03:04:05.1", "2000-01-02T03:04:05.100"},
    {"1970-01-01T00:00:01.1234", "1970-01-01T00:00:01.123400"},
    {"1970-01-01T00:00:01.123456789", "1970-01-01T00:00:01.123456789"},
    {"1970-01-01T00:00:01.12345678901", "1970-01-01T00:00:01.123456789010"},
    {"1969-12-31T23:59:59.1234567890123", "1969-12-31T23:59:59.123456789012300"},
    {"1970-01-01T00:00:01.1234567890123456", "1970-01-01T00:00:01.123456789012345600"},
    {"2000-01-02T03:04:05Z", "2000-01-02T03:04:05"},
    {"2000-01-02T03:04:05+0130", "2000-01-02T01:34:05"},
    {"2000-01-02T03:04:05-01", "2000-01-02T04:04:05"},
    {"2000-01-02 03", "2000-01-02T03"},
    {"2000-00-01", "Month out of range in datetime string \"2000-00-01\""},
    {"2001-02-29", "Day out of range in datetime string \"2001-02-29\""},
    {"2000-02-29", "2000-02-29"},
    {"1900-02-29", "Day out of range in datetime string \"1900-02-29\""},
    {"2000-01-02x", "Error parsing datetime string \"2000-01-02x\" at position 10"},
    {"0000-01-01", "0000-01-01"},
    {"2000-01-02T03:04:05+25:00",
     "Timezone hours offset out of range in datetime string \"2000-01-02T03:04:05+25:00\""},
    {"NAT", "NaT"},
    {"2000-12-31T23:59-00:30", "2001-01-01T00:29"},
    {"2000-01-01T00:00+00:30", "1999-12-31T23:30"},
    {"-0001-03-04", "-001-03-04"},
    {"123456-07-08T09", "123456-07-08T09"},
};

static void dates_are_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        cki_error error = {0};
        cki_dtype dtype = cki_dtype_of(CASK_DATETIME);
        int64_t value;
        char text[64];
        cask_status status = cki_dtype_time_parse(dates[i].text, &dtype, &value, &error);
        assert_string_equal(status == CASK_OK ? cki_dtype_time_text(value, dtype, text)
                                              : error.message,
                            dates[i].shown);
    }
}

static const struct {
    const char *from;
    int64_t value;
    const char *to;
    int64_t result;
} moves[] = {
    {"M8[D]", -1, "M8[Y]", -1},
    {"M8[D]", -1, "M8[M]", -1},
    {"M8[D]", -1, "M8[W]", -1},
    {"M8[D]", -1, "M8[D]", -1},
    {"M8[D]", -1, "M8[3h]", -8},
    {"M8[D]", -1, "M8[s]", -86400},
    {"M8[D]", -1, "M8[ms]", -86400000},
    {"M8[D]", 10957, "M8[Y]", 30},
    {"M8[D]", 10957, "M8[M]", 360},
    {"M8[D]", 10957, "M8[W]", 1565},
    {"M8[D]", 10957, "M8[D]", 10957},
    {"M8[D]", 10957, "M8[3h]", 87656},
    {"M8[D]", 10957, "M8[s]", 946684800},
    {"M8[D]", 10957, "M8[ms]", 946684800000},
    {"M8[D]", -719529, "M8[Y]", -1971},
    {"M8[D]", -719529, "M8[M]", -23641},
    {"M8[D]", -719529, "M8[W]", -102790},
    {"M8[D]", -719529, "M8[D]", -719529},
    {"M8[D]", -719529, "M8[3h]", -5756232},
    {"M8[D]", -719529, "M8[s]", -62167305600},
    {"M8[D]", -719529, "M8[ms]", -62167305600000},
    {"M8[M]", 13, "M8[Y]", 1},
    {"M8[M]", 13, "M8[M]", 13},
    {"M8[M]", 13, "M8[W]", 56},
    {"M8[M]", 13, "M8[D]", 396},
    {"M8[M]", 13, "M8[3h]", 3168},
    {"M8[M]", 13, "M8[s]", 34214400},
    {"M8[M]", 13, "M8[ms]", 34214400000},
    {"M8[M]", -1, "M8[Y]", -1},
    {"M8[M]", -1, "M8[M]", -1},
    {"M8[M]", -1, "M8[W]", -5},
    {"M8[M]", -1, "M8[D]", -31},
    {"M8[M]", -1, "M8[3h]", -248},
    {"M8[M]", -1, "M8[s]", -2678400},
    {"M8[M]", -1, "M8[ms]", -2678400000},
    {"M8[Y]", -1971, "M8[Y]", -1971},
    {"M8[Y]", -1971, "M8[M]", -23652},
    {"M8[Y]", -1971, "M8[W]", -102842},
    {"M8[Y]", -1971, "M8[D]", -719893},
    {"M8[Y]", -1971, "M8[3h]", -5759144},
    {"M8[Y]", -1971, "M8[s]", -62198755200},
    {"M8[Y]", -1971, "M8[ms]", -62198755200000},
    {"M8[h]", -1, "M8[Y]", -1},
    {"M8[h]", -1, "M8[M]", -1},
    {"M8[h]", -1, "M8[W]", -1},
    {"M8[h]", -1, "M8[D]", -1},
    {"M8[h]", -1, "M8[3h]", -1},
    {"M8[h]", -1, "M8[s]", -3600},
    {"M8[h]", -1, "M8[ms]", -3600000},
    {"M8[ns]", -1, "M8[Y]", -1},
    {"M8[ns]", -1, "M8[M]", -1},
    {"M8[ns]", -1, "M8[W]", -1},
    {"M8[ns]", -1, "M8[D]", -1},
    {"M8[ns]", -1, "M8[3h]", -1},
    {"M8[ns]", -1, "M8[s]", -1},
    {"M8[ns]", -1, "M8[ms]", -1},
    {"M8[25s]", 7, "M8[Y]", 0},
    {"M8[25s]", 7, "M8[M]", 0},
    {"M8[25s]", 7, "M8[W]", 0},
    {"M8[25s]", 7, "M8[D]", 0},
    {"M8[25s]", 7, "M8[3h]", 0},
    {"M8[25s]", 7, "M8[s]", 175},
    {"M8[25s]", 7, "M8[ms]", 175000},
    {"m8[D]", -25, "m8[Y]", -1},
    {"m8[D]", -25, "m8[M]", -1},
    {"m8[D]", -25, "m8[W]", -4},
    {"m8[D]", -25, "m8[D]", -25},
    {"m8[D]", -25, "m8[3h]", -200},
    {"m8[D]", -25, "m8[s]", -2160000},
    {"m8[D]", -25, "m8[ms]", -2160000000},
    {"m8[Y]", 7, "m8[Y]", 7},
    {"m8[Y]", 7, "m8[M]", 84},
    {"m8[Y]", 7, "m8[W]", 365},
    {"m8[Y]", 7, "m8[D]", 2556},
    {"m8[Y]", 7, "m8[3h]", 20453},
    {"m8[Y]", 7, "m8[s]", 220898664},
    {"m8[Y]", 7, "m8[ms]", 220898664000},
    {"m8[M]", -100, "m8[Y]", -9},
    {"m8[M]", -100, "m8[M]", -100},
    {"m8[M]", -100, "m8[W]", -435},
    {"m8[M]", -100, "m8[D]", -3044},
    {"m8[M]", -100, "m8[3h]", -24350},
    {"m8[M]", -100, "m8[s]", -262974600},
    {"m8[M]", -100, "m8[ms]", -262974600000},
    {"m8[h]", 25, "m8[Y]", 0},
    {"m8[h]", 25, "m8[M]", 0},
    {"m8[h]", 25, "m8[W]", 0},
    {"m8[h]", 25, "m8[D]", 1},
    {"m8[h]", 25, "m8[3h]", 8},
    {"m8[h]", 25, "m8[s]", 90000},
    {"m8[h]", 25, "m8[ms]", 90000000},
    {"m8[ns]", 123456789012345, "m8[Y]", 0},
    {"m8[ns]", 123456789012345, "m8[M]", 0},
    {"m8[ns]", 123456789012345, "m8[W]", 0},
    {"m8[ns]", 123456789012345, "m8[D]", 1},
    {"m8[ns]", 123456789012345, "m8[3h]", 11},
    {"m8[ns]", 123456789012345, "m8[s]", 123456},
    {"m8[ns]", 123456789012345, "m8[ms]", 123456789},
};

static void dates_move_between_units(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        int64_t result;
        assert_int_equal(cki_dtype_time_cast(moves[i].value, read_dtype(moves[i].from),
                                             read_dtype(moves[i].to), &result),
                         CASK_OK);
        assert_int_equal(result, moves[i].result);
    }
    int64_t result, multiply, divide;
    assert_int_equal(
        cki_dtype_time_cast(CKI_NAT, read_dtype("M8[Y]"), read_dtype("M8[ns]"), &result), CASK_OK);
    assert_true(result == CKI_NAT);
    assert_int_equal(
        cki_dtype_time_cast(1000000, read_dtype("M8[Y]"), read_dtype("M8[ns]"), &result),
        CASK_ARITHMETIC);
    assert_true(
        cki_dtype_unit_ratio(read_dtype("m8[6h]"), read_dtype("m8[4h]"), &multiply, &divide));
    assert_int_equal(multiply, 3);
    assert_int_equal(divide, 2);
    assert_false(
        cki_dtype_unit_ratio(read_dtype("m8[M]"), read_dtype("m8[D]"), &multiply, &divide));
}

/* Every half is a float and back the same; between two halves the nearer (or the even) one wins. */
static void halves_round_to_even(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits < 65536; bits++) {
        float value = cki_dtype_from_half((uint16_t)bits);
        if (isnan(value))
            assert_true(isnan(cki_dtype_from_half(cki_dtype_to_half(value))));
        else
            assert_int_equal(cki_dtype_to_half(value), bits);
    }
    for (uint16_t bits = 0; bits < 0x7BFF; bits++) {
        float low = cki_dtype_from_half(bits), high = cki_dtype_from_half((uint16_t)(bits + 1));
        float middle = (low + high) / 2;
        assert_int_equal(cki_dtype_to_half(middle), bits + (bits & 1));
        assert_int_equal(cki_dtype_to_half(nextafterf(middle, INFINITY)), bits + 1);
        assert_int_equal(cki_dtype_to_half(nextafterf(middle, 0)), bits);
    }
    assert_int_equal(cki_dtype_to_half(65519.996F), 0x7BFF);
    assert_int_equal(cki_dtype_to_half(65520.0F), 0x7C00);
    assert_int_equal(cki_dtype_to_half(-1e30F), 0xFC00);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_promote_as_in_numpy),
        cmocka_unit_test(promotion_is_symmetric_and_nearly_associative),
        cmocka_unit_test(dates_and_text_promote_as_in_numpy),
        cmocka_unit_test(scalars_count_by_value),
        cmocka_unit_test(scalars_alone_promote_by_type),
        cmocka_unit_test(names_are_read),
        cmocka_unit_test(names_are_written),
        cmocka_unit_test(dates_are_read_and_written),
        cmocka_unit_test(dates_move_between_units),
        cmocka_unit_test(halves_round_to_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
