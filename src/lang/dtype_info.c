/* finfo and iinfo, whose attributes are a type's limits; issubdtype and can_cast. */
#include "lang/dtype_info.h"
#include "lang/numpy_type.h"
#include "value/array.h"

#include <float.h>
#include <string.h>

/* ---- limits ---- */

static void keep(void *self) /* they are static */
{
    (void)self;
}

static const cki_class finfo_class = {"finfo", keep, NULL, NULL},
                       iinfo_class = {"iinfo", keep, NULL, NULL};

/* By the IEEE 754 formats. */
static struct floats {
    cask_dtype id;
    int bits, precision, nmant, minexp, maxexp;
    double eps, epsneg, max, tiny, least, resolution;
} floats[] = {
    {CASK_F16, 16, 3, 10, -14, 16, 0x1p-10, 0x1p-11, 65504, 0x1p-14, 0x1p-24, 1e-3},
    {CASK_F32, 32, 6, 23, -126, 128, 0x1p-23, 0x1p-24, 0x1.fffffep127, 0x1p-126, 0x1p-149, 1e-6},
    {CASK_F64, 64, 15, 52, -1022, 1024, DBL_EPSILON, DBL_EPSILON / 2, DBL_MAX, DBL_MIN, 0x1p-1074,
     1e-15},
};

static struct integers {
    cask_dtype id;
    int bits;
    int64_t min, max;
} integers[] = {
    {CASK_I8, 8, INT8_MIN, INT8_MAX},     {CASK_I16, 16, INT16_MIN, INT16_MAX},
    {CASK_I32, 32, INT32_MIN, INT32_MAX}, {CASK_I64, 64, INT64_MIN, INT64_MAX},
    {CASK_U8, 8, 0, UINT8_MAX},           {CASK_U16, 16, 0, UINT16_MAX},
    {CASK_U32, 32, 0, UINT32_MAX},        {CASK_U64, 64, 0, -1},
};

/* The type that is asked about: a dtype, a type, its name, or something of the type. */
static cask_status read_type(const cask_value *given, cki_dtype *dtype, cki_error *error)
{
    const cki_array *array = cki_array_of(given);
    if (array)
        *dtype = array->dtype;
    else if (given->kind == CKI_INT)
        *dtype = cki_dtype_of(CASK_I64);
    else if (given->kind == CKI_FLOAT)
        *dtype = cki_dtype_of(CASK_F64);
    else
        return cki_numpy_type_dtype(given, dtype, error);
    return CASK_OK;
}

static cask_value *run_finfo(cki_call *call)
{
    cki_dtype dtype;
    if (read_type(call->arguments[0], &dtype, call->error) != CASK_OK)
        return NULL;
    dtype = cki_dtype_real(dtype);
    for (size_t i = 0; i < sizeof floats / sizeof *floats; i++)
        if (floats[i].id == dtype.id)
            return cki_value_object(&finfo_class, &floats[i], call->error);
    char name[48];
    cki_fail(call->error, CASK_INVALID, NULL, "data type dtype('%s') not inexact",
             cki_dtype_name(dtype, name));
    return NULL;
}

static cask_value *run_iinfo(cki_call *call)
{
    cki_dtype dtype;
    if (read_type(call->arguments[0], &dtype, call->error) != CASK_OK)
        return NULL;
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
        if (integers[i].id == dtype.id)
            return cki_value_object(&iinfo_class, &integers[i], call->error);
    cki_fail(call->error, CASK_INVALID, NULL, "Invalid integer data type '%c'.",
             cki_dtype_kind(dtype));
    return NULL;
}

/* A number of the type itself, as NumPy gives it. */
static cask_value *number(double real, cask_dtype id, cki_error *error)
{
    cask_value *value = cki_value_float(real, error);
    cask_value *made = value ? cki_array_from_scalar(value, cki_dtype_of(id), error) : NULL;
    cask_value_unref(value);
    return made;
}

static cask_value *of_floats(const struct floats *f, const char *name, cki_error *error)
{
    const struct {
        const char *name;
        double value;
    } reals[] = {{"eps", f->eps},
                 {"epsneg", f->epsneg},
                 {"max", f->max},
                 {"min", -f->max},
                 {"tiny", f->tiny},
                 {"smallest_normal", f->tiny},
                 {"resolution", f->resolution},
                 {"smallest_subnormal", f->least}};
    const struct {
        const char *name;
        int value;
    } counts[] = {{"bits", f->bits},     {"precision", f->precision}, {"nmant", f->nmant},
                  {"minexp", f->minexp}, {"maxexp", f->maxexp},       {"machep", -f->nmant}};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        if (!strcmp(reals[i].name, name))
            return number(reals[i].value, f->id, error);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (!strcmp(counts[i].name, name))
            return cki_value_int(counts[i].value, error);
    return !strcmp(name, "dtype") ? cki_value_dtype(cki_dtype_of(f->id), error) : NULL;
}

static cask_value *of_integers(const struct integers *n, const char *name, cki_error *error)
{
    const uint64_t most = UINT64_MAX;
    if (!strcmp(name, "max") && n->id == CASK_U64)
        return cki_array_scalar(cki_dtype_of(CASK_U64), &most, error);
    if (!strcmp(name, "max"))
        return cki_value_int(n->max, error);
    if (!strcmp(name, "min"))
        return cki_value_int(n->min, error);
    if (!strcmp(name, "bits"))
        return cki_value_int(n->bits, error);
    return !strcmp(name, "dtype") ? cki_value_dtype(cki_dtype_of(n->id), error) : NULL;
}

cask_value *cki_dtype_info_attribute(const cask_value *object, const char *name, cki_error *error)
{
    const struct floats *f = cki_value_self(object, &finfo_class);
    const struct integers *n = cki_value_self(object, &iinfo_class);
    return f ? of_floats(f, name, error) : n ? of_integers(n, name, error) : NULL;
}

/* ---- how types are related ---- */

/* The kinds of elements that an abstract type has. */
static const char *kinds_of(const char *abstract)
{
    static const char *const rows[][2] = {
        {"generic", "biufcMmSU"}, {"number", "iufcm"}, {"integer", "ium"}, {"signedinteger", "im"},
        {"unsignedinteger", "u"}, {"inexact", "fc"},   {"floating", "f"},  {"complexfloating", "c"},
        {"flexible", "SU"},       {"character", "SU"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i][0], abstract))
            return rows[i][1];
    return "";
}

static cask_value *run_issubdtype(cki_call *call)
{
    const char *below = cki_numpy_type_abstract(call->arguments[0]);
    const char *above = cki_numpy_type_abstract(call->arguments[1]);
    cki_dtype a, b;
    if (below) {
        const char *own = kinds_of(below);
        return cki_value_bool(above && strspn(own, kinds_of(above)) == strlen(own));
    }
    if (read_type(call->arguments[0], &a, call->error) != CASK_OK)
        return NULL;
    if (above)
        return cki_value_bool(strchr(kinds_of(above), cki_dtype_kind(a)) != NULL);
    if (read_type(call->arguments[1], &b, call->error) != CASK_OK)
        return NULL;
    bool alike = cki_dtype_is_text(a) || cki_dtype_is_time(a);
    return cki_value_bool(alike ? a.id == b.id : cki_dtype_same(a, b));
}

static cask_value *run_can_cast(cki_call *call)
{
    const cask_value *from = call->arguments[0], *casting = call->arguments[2];
    static const char *const rules[] = {"no", "equiv", "safe", "same_kind", "unsafe"};
    bool known = false;
    for (size_t i = 0; casting->kind == CKI_STR && i < sizeof rules / sizeof *rules; i++)
        known = known || !strcmp(casting->as.text.bytes, rules[i]);
    cki_dtype a, b;
    if (!known) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "casting must be one of 'no', 'equiv', 'safe', 'same_kind', or 'unsafe'");
        return NULL;
    }
    if (cki_numpy_type_dtype(call->arguments[1], &b, call->error) != CASK_OK)
        return NULL;
    if (from->kind == CKI_INT || from->kind == CKI_BOOL) { /* by its value */
        int64_t n = from->kind == CKI_INT ? from->as.integer : from->as.boolean;
        const cki_operand both[2] = {
            {.dtype = cki_dtype_of(from->kind == CKI_BOOL ? CASK_BOOL : CASK_I64),
             .scalar = true,
             .negative = n < 0,
             .magnitude = n < 0 ? -(uint64_t)n : (uint64_t)n},
            {.dtype = b}};
        if (cki_dtype_result(both, 2, &a, call->error) != CASK_OK)
            return NULL;
        return cki_value_bool(cki_dtype_can_cast(a, b, casting->as.text.bytes));
    }
    if (read_type(from, &a, call->error) != CASK_OK)
        return NULL;
    return cki_value_bool(cki_dtype_can_cast(a, b, casting->as.text.bytes));
}

static const cki_operation op_finfo = {
    "finfo",   CKI_IN_NP,
    "dtype",   "A float type's limits: eps, max, min, tiny, resolution, bits, precision.",
    run_finfo, NULL};
static const cki_operation op_iinfo = {
    "iinfo", CKI_IN_NP, "type", "An integer type's limits: min, max, bits.", run_iinfo, NULL};
static const cki_operation op_issubdtype = {
    "issubdtype",
    CKI_IN_NP,
    "arg1, arg2",
    "Whether a type is the second one, or one of those: integer, floating, number, generic.",
    run_issubdtype,
    NULL};
static const cki_operation op_can_cast = {
    "can_cast",
    CKI_IN_NP,
    "from_, to, casting='safe'",
    "Whether elements of one type, or this number, can become another type by a rule of casting.",
    run_can_cast,
    NULL};

const cki_operation *const cki_dtype_info_operations[] = {&op_finfo, &op_iinfo, &op_issubdtype,
                                                          &op_can_cast, NULL};
