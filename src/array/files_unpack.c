/* Unpacking: scale_factor, add_offset, _FillValue, missing_value and _Unsigned as element-wise
 * operations, so that slices pass through them and they fuse with what follows. */
#include "array/files_unpack.h"
#include "array/elementwise.h"
#include "array/files_times.h"

#include <math.h>
#include <string.h>

/* The numbers of an attribute, `room` at most; 0 if it has none. */
static size_t numbers_of(const cki_variable *v, const char *name, double *numbers, size_t room)
{
    cask_value *value = v->attributes ? cki_value_dict_find(v->attributes, name) : NULL;
    const cki_array *array = cki_array_of(value);
    if (!value || room == 0)
        return 0;
    if (!array || array->ndim == 0) {
        cki_error none = {0};
        bool number = value->kind == CKI_INT || value->kind == CKI_FLOAT || array;
        return number && cki_value_real(value, numbers, &none) == CASK_OK ? 1 : 0;
    }
    if (array->ndim != 1 || !cki_dtype_is_number(array->dtype))
        return 0;
    size_t count = 0;
    for (int64_t i = 0; i < array->shape[0] && count < room; i++)
        if (cki_array_cast_element(cki_dtype_of(CASK_F64), &numbers[count], array->dtype,
                                   array->data + i * array->strides[0], NULL) == CASK_OK)
            count++;
    return count;
}

static cki_dtype other_sign(cki_dtype dtype)
{
    static const uint8_t twins[][2] = {
        {CASK_I8, CASK_U8}, {CASK_I16, CASK_U16}, {CASK_I32, CASK_U32}, {CASK_I64, CASK_U64}};
    for (size_t i = 0; i < sizeof twins / sizeof *twins; i++)
        for (int k = 0; k < 2; k++)
            if (dtype.id == twins[i][k])
                return cki_dtype_of((cask_dtype)twins[i][1 - k]);
    return dtype;
}

/* _Unsigned says whether the bits are to be read as an unsigned number. */
static bool is_resigned(const cki_variable *v)
{
    cask_value *value = v->attributes ? cki_value_dict_find(v->attributes, "_Unsigned") : NULL;
    if (!value || value->kind != CKI_STR || !cki_dtype_is_integer(v->dtype))
        return false;
    bool is_unsigned = cki_dtype_is_unsigned(v->dtype);
    return is_unsigned ? strcmp(value->as.text.bytes, "false") == 0
                       : strcmp(value->as.text.bytes, "true") == 0;
}

/* A fill value is written in the stored type: -1 of a signed byte that means 255. */
static double resigned(double number, cki_dtype to)
{
    if (cki_dtype_is_unsigned(to))
        return number < 0 ? number + ldexp(1, (int)cki_dtype_size(to) * 8) : number;
    double half = ldexp(1, (int)cki_dtype_size(to) * 8 - 1);
    return number >= half ? number - 2 * half : number;
}

static const char *text_of(const cki_variable *v, const char *name)
{
    cask_value *value = v->attributes ? cki_value_dict_find(v->attributes, name) : NULL;
    return value && value->kind == CKI_STR ? value->as.text.bytes : "";
}

/* What xarray's attribute `dtype` says that integers are: truth values, or durations, in which the
 * smallest number is not-a-time. False if they are just numbers. */
static bool find_meant(const cki_variable *v, cki_packing *packing)
{
    static const struct {
        const char *word;
        uint8_t unit;
    } units[] = {{"days", CKI_UNIT_DAY},           {"hours", CKI_UNIT_HOUR},
                 {"minutes", CKI_UNIT_MINUTE},     {"seconds", CKI_UNIT_SECOND},
                 {"milliseconds", CKI_UNIT_MILLI}, {"microseconds", CKI_UNIT_MICRO},
                 {"nanoseconds", CKI_UNIT_NANO}};
    const char *meant = text_of(v, "dtype");
    cki_error none = {0};
    cki_dtype dtype;
    bool swapped;
    if (strcmp(meant, "bool") == 0 && packing->nmissing == 0) {
        packing->logical = true;
        packing->out = cki_dtype_of(CASK_BOOL);
        return true;
    }
    if (strncmp(meant, "timedelta64[", 12) != 0 || packing->raw.id != CASK_I64 ||
        packing->nmissing > 1 || (packing->nmissing == 1 && packing->missing[0] != -0x1p63) ||
        cki_dtype_parse(meant, &dtype, &swapped, &none) != CASK_OK)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units && !packing->span.id; i++)
        if (strcmp(text_of(v, "units"), units[i].word) == 0)
            packing->span = (cki_dtype){.id = CASK_TIMEDELTA, .unit = units[i].unit, .count = 1};
    if (packing->span.id)
        packing->out = dtype;
    return packing->span.id != 0;
}

/* The bounds of valid numbers as they are stored; valid_range goes before the other two. */
static void find_bounds(const cki_variable *v, cki_packing *packing)
{
    static const char *const names[2] = {"valid_min", "valid_max"};
    bool both = numbers_of(v, "valid_range", packing->bounds, 2) == 2;
    for (int i = 0; i < 2; i++) {
        packing->bounded[i] = both || numbers_of(v, names[i], &packing->bounds[i], 1) == 1;
        if (!packing->bounded[i] || isnan(packing->bounds[i]))
            packing->bounds[i] = packing->bounded[i] = 0;
        if (packing->bounded[i] && packing->resign)
            packing->bounds[i] = resigned(packing->bounds[i], packing->raw);
    }
}

void cki_files_packing(const cki_variable *variable, bool unpack, bool valid, cki_packing *packing)
{
    memset(packing, 0, sizeof *packing); /* padding too: packings are compared as bytes */
    packing->raw = packing->out = variable->dtype;
    bool integer = cki_dtype_is_integer(variable->dtype);
    if (!unpack || !(integer || cki_dtype_is_float(variable->dtype)))
        return;
    packing->resign = is_resigned(variable);
    if (packing->resign)
        packing->raw = packing->out = other_sign(variable->dtype);
    packing->scaled = numbers_of(variable, "scale_factor", &packing->scale, 1) == 1;
    packing->shifted = numbers_of(variable, "add_offset", &packing->offset, 1) == 1;
    double all[CKI_MISSING];
    size_t count = numbers_of(variable, "_FillValue", all, 1);
    count += numbers_of(variable, "missing_value", all + count, CKI_MISSING - count);
    for (size_t i = 0; i < count; i++) {
        double number = packing->resign ? resigned(all[i], packing->raw) : all[i];
        bool known = isnan(number);
        for (size_t k = 0; k < packing->nmissing; k++)
            known |= packing->missing[k] == number;
        if (!known)
            packing->missing[packing->nmissing++] = number;
    }
    if (integer && !packing->scaled && !packing->shifted && find_meant(variable, packing))
        return;
    if (valid)
        find_bounds(variable, packing);
    bool bounded = packing->bounded[0] || packing->bounded[1];
    if (integer && (packing->scaled || packing->shifted || packing->nmissing || bounded))
        packing->out = cki_dtype_of(CASK_F64);
}

bool cki_files_same_packing(const cki_packing *a, const cki_packing *b)
{
    bool same = cki_dtype_same(a->raw, b->raw) && cki_dtype_same(a->out, b->out) &&
                a->resign == b->resign && a->scaled == b->scaled && a->shifted == b->shifted &&
                a->scale == b->scale && a->offset == b->offset && a->nmissing == b->nmissing &&
                a->logical == b->logical && cki_dtype_same(a->span, b->span) &&
                a->times == b->times && a->calendar.kind == b->calendar.kind &&
                a->calendar.unit == b->calendar.unit && a->calendar.origin == b->calendar.origin;
    for (int i = 0; i < 2; i++)
        same = same && a->bounded[i] == b->bounded[i] && a->bounds[i] == b->bounds[i];
    return same && memcmp(a->missing, b->missing, sizeof a->missing) == 0;
}

/* A ufunc of an array and a number, whose type gives way to the array's: a whole number is compared
 * with integers as one, which need not become floats for it. */
static cask_array with_number(cki_build *build, const char *ufunc, cask_array x, double number)
{
    bool whole = cki_dtype_is_integer(x->dtype) && fabs(number) < 0x1p53 && number == trunc(number);
    cask_value *pair[2] = {cki_node_value(build, x),
                           whole ? cki_value_int((int64_t)number, build->error)
                                 : cki_value_float(number, build->error)};
    cask_array result = pair[0] && pair[1] ? cki_elementwise_values(build, ufunc, pair, 2) : NULL;
    cask_value_unref(pair[0]);
    cask_value_unref(pair[1]);
    return result;
}

/* `value` where `missing` is false, NaN where it is true. */
static cask_array blank(cki_build *build, cask_array missing, cask_array value)
{
    cask_value *three[3] = {cki_node_value(build, missing),
                            cki_value_float((double)NAN, build->error),
                            cki_node_value(build, value)};
    cask_array result =
        three[0] && three[1] && three[2] ? cki_elementwise_values(build, "where", three, 3) : NULL;
    for (int i = 0; i < 3; i++)
        cask_value_unref(three[i]);
    return result;
}

/* Dates are made of the numbers as they are stored, unless those are packed. */
static cask_array unpack_times(cki_build *build, cask_array raw, const cki_packing *packing)
{
    if (!packing->scaled && !packing->shifted)
        return cki_files_times_decode(build, raw, packing);
    cki_packing numbers = *packing, dates = *packing;
    numbers.times = false;
    numbers.out = cki_dtype_of(CASK_F64);
    dates.nmissing = 0; /* NaN, by then */
    return cki_files_times_decode(build, cki_files_unpack(build, raw, &numbers), &dates);
}

/* Where a comparison with a number holds, too. */
static bool add_missing(cki_build *build, const char *ufunc, cask_array raw, double number,
                        cask_array *missing)
{
    cask_array own = with_number(build, ufunc, raw, number);
    *missing = !own ? NULL
               : *missing
                   ? cki_elementwise_arrays(build, "logical_or", (cask_array[]){*missing, own}, 2)
                   : own;
    return *missing != NULL;
}

cask_array cki_files_unpack(cki_build *build, cask_array raw, const cki_packing *packing)
{
    if (packing->resign)
        raw = cki_elementwise_cast(build, raw, packing->raw);
    if (packing->times)
        return raw ? unpack_times(build, raw, packing) : NULL;
    if (packing->span.id) {
        raw = raw ? cki_elementwise_cast(build, raw, packing->span) : NULL;
        return raw ? cki_elementwise_cast(build, raw, packing->out) : NULL;
    }
    cask_array x = raw ? cki_elementwise_cast(build, raw, packing->out) : NULL;
    cask_array missing = NULL;
    bool good = x != NULL;
    for (size_t i = 0; i < packing->nmissing && good; i++)
        good = add_missing(build, "equal", raw, packing->missing[i], &missing);
    for (int i = 0; i < 2 && good; i++)
        if (packing->bounded[i])
            good = add_missing(build, i ? "greater" : "less", raw, packing->bounds[i], &missing);
    if (!good)
        return NULL;
    if (x && missing)
        x = blank(build, missing, x);
    if (x && packing->scaled)
        x = with_number(build, "multiply", x, packing->scale);
    if (x && packing->shifted)
        x = with_number(build, "add", x, packing->offset);
    return x;
}
