/* Tests of what NetCDF attributes say of packed numbers. */
#include "array/files_unpack.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void set(cask_value *dict, const char *name, cask_value *value)
{
    assert_non_null(value);
    assert_int_equal(cki_value_dict_set(dict, cki_value_string(name, NULL), value, NULL), CASK_OK);
}

static cki_packing packing_of(cask_dtype id, cask_value *attributes)
{
    cki_variable v = {.name = "x", .dtype = cki_dtype_of(id), .attributes = attributes};
    cki_packing packing;
    cki_files_packing(&v, true, true, &packing);
    cask_value_unref(attributes);
    return packing;
}

/* netCDF4-python gives float64 for packed integers. */
static void test_scale(void **state)
{
    (void)state;
    cask_value *a = cki_value_dict(NULL);
    set(a, "scale_factor", cki_value_float(0.01, NULL));
    set(a, "add_offset", cki_value_int(5, NULL));
    cki_packing p = packing_of(CASK_I16, a);
    assert_int_equal(p.out.id, CASK_F64);
    assert_true(p.scaled && p.shifted && !p.resign);
    assert_true(p.scale == 0.01 && p.offset == 5 && p.nmissing == 0);
}

static void test_plain(void **state)
{
    (void)state;
    cask_value *a = cki_value_dict(NULL);
    set(a, "units", cki_value_string("K", NULL));
    set(a, "_FillValue", cki_value_float((double)NAN, NULL));
    cki_packing p = packing_of(CASK_I32, a); /* NaN is no integer: nothing can be missing */
    assert_int_equal(p.out.id, CASK_I32);
    assert_true(!p.scaled && !p.shifted && p.nmissing == 0);
}

/* Floats keep their type; equal fill values count once. */
static void test_missing(void **state)
{
    (void)state;
    cask_value *a = cki_value_dict(NULL);
    set(a, "_FillValue", cki_value_float(-1e34, NULL));
    set(a, "missing_value", cki_value_float(-1e34, NULL));
    cki_packing p = packing_of(CASK_F32, a);
    assert_int_equal(p.out.id, CASK_F32);
    assert_int_equal(p.nmissing, 1);
    assert_true(p.missing[0] == -1e34);
}

/* _Unsigned bytes: -1 as the fill value is 255. */
static void test_unsigned(void **state)
{
    (void)state;
    cask_value *a = cki_value_dict(NULL);
    set(a, "_Unsigned", cki_value_string("true", NULL));
    set(a, "_FillValue", cki_value_int(-1, NULL));
    cki_packing p = packing_of(CASK_I8, a);
    assert_int_equal(p.raw.id, CASK_U8);
    assert_int_equal(p.out.id, CASK_F64);
    assert_true(p.resign && p.nmissing == 1 && p.missing[0] == 255);
}

static void test_same(void **state)
{
    (void)state;
    cask_value *a = cki_value_dict(NULL), *b = cki_value_dict(NULL);
    set(a, "scale_factor", cki_value_float(2, NULL));
    set(b, "scale_factor", cki_value_float(3, NULL));
    cki_packing p = packing_of(CASK_I16, a), q = packing_of(CASK_I16, b);
    assert_true(cki_files_same_packing(&p, &p));
    assert_false(cki_files_same_packing(&p, &q));
}

/* xarray's attribute `dtype` names what integers stand for. */
static void test_meant(void **state)
{
    (void)state;
    cask_value *a = cki_value_dict(NULL);
    set(a, "dtype", cki_value_string("bool", NULL));
    cki_packing p = packing_of(CASK_I8, a);
    assert_true(p.logical && p.out.id == CASK_BOOL && p.raw.id == CASK_I8);
    for (int good = 0; good < 2; good++) {
        a = cki_value_dict(NULL);
        set(a, "dtype", cki_value_string("timedelta64[ms]", NULL));
        set(a, "units", cki_value_string("hours", NULL));
        set(a, "_FillValue", cki_value_int(good ? INT64_MIN : -1, NULL));
        p = packing_of(CASK_I64, a);
        assert_int_equal(p.out.id, good ? CASK_TIMEDELTA : CASK_F64);
        assert_int_equal(p.span.id, good ? CASK_TIMEDELTA : 0);
        assert_true(!good || (p.out.unit == CKI_UNIT_MILLI && p.span.unit == CKI_UNIT_HOUR));
    }
    a = cki_value_dict(NULL); /* without it, seconds are a number */
    set(a, "units", cki_value_string("seconds", NULL));
    p = packing_of(CASK_I64, a);
    assert_int_equal(p.out.id, CASK_I64);
}

/* Bounds are as numbers are stored; a range goes before single bounds. */
static void test_bounds(void **state)
{
    (void)state;
    cask_value *a = cki_value_dict(NULL);
    set(a, "valid_max", cki_value_int(-56, NULL));
    set(a, "_Unsigned", cki_value_string("true", NULL));
    cki_packing p = packing_of(CASK_I8, a);
    assert_true(!p.bounded[0] && p.bounded[1] && p.bounds[1] == 200);
    assert_int_equal(p.out.id, CASK_F64);
    a = cki_value_dict(NULL);
    const int64_t two = 2;
    cask_value *range = cki_array_zeros(cki_dtype_of(CASK_F32), 1, &two, NULL);
    ((float *)(void *)cki_array_of(range)->data)[1] = 2.5F;
    set(a, "valid_range", range);
    set(a, "valid_max", cki_value_int(1, NULL));
    p = packing_of(CASK_F32, a);
    assert_true(p.bounded[0] && p.bounded[1] && p.bounds[0] == 0 && p.bounds[1] == 2.5);
    cki_variable v = {.name = "x", .dtype = cki_dtype_of(CASK_F32)};
    cki_files_packing(&v, true, false, &p);
    assert_true(!p.bounded[0] && !p.bounded[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scale),   cmocka_unit_test(test_plain),
        cmocka_unit_test(test_missing), cmocka_unit_test(test_unsigned),
        cmocka_unit_test(test_same),    cmocka_unit_test(test_meant),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
