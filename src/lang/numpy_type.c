/* NumPy's types as values: np.float64, np.datetime64, np.ndarray; what they make, and what they are
 * called.
 */
#include "lang/numpy_type.h"

#include "value/array.h"

#include <string.h>

typedef struct numpy_type {
    const char *name;
    const char *code; /* as dtype() reads it; NULL: of no elements; "": of what is lazy */
} numpy_type;

static void keep(void *self) /* they are static */
{
    (void)self;
}

static void print_type(void *self, cki_text *text)
{
    const numpy_type *type = self;
    bool lazy = type->code && !*type->code;
    cki_text_format(text, "<class '%s.%s'>", lazy ? "cask" : "numpy", type->name);
}

static const char *name_of(const void *self)
{
    return ((const numpy_type *)self)->name;
}

static const cki_class type_class = {"type", keep, print_type, name_of};

/* The first of each code is what a type is called. */
static numpy_type types[] = {
    {"bool_", "?"},
    {"int8", "i1"},
    {"int16", "i2"},
    {"int32", "i4"},
    {"int64", "i8"},
    {"uint8", "u1"},
    {"uint16", "u2"},
    {"uint32", "u4"},
    {"uint64", "u8"},
    {"float16", "f2"},
    {"float32", "f4"},
    {"float64", "f8"},
    {"complex64", "c8"},
    {"complex128", "c16"},
    {"datetime64", "M8"},
    {"timedelta64", "m8"},
    {"str_", "U"},
    {"bytes_", "S"},
    {"intp", "i8"},
    {"int_", "i8"},
    {"longlong", "i8"},
    {"intc", "i4"},
    {"short", "i2"},
    {"byte", "i1"},
    {"uintp", "u8"},
    {"uint", "u8"},
    {"ulonglong", "u8"},
    {"uintc", "u4"},
    {"ushort", "u2"},
    {"ubyte", "u1"},
    {"float_", "f8"},
    {"double", "f8"},
    {"single", "f4"},
    {"half", "f2"},
    {"complex_", "c16"},
    {"cdouble", "c16"},
    {"cfloat", "c16"},
    {"csingle", "c8"},
    {"singlecomplex", "c8"},
    {"unicode_", "U"},
    {"string_", "S"},
    {"bool8", "?"},
    {"dtype", NULL},
    {"ndarray", NULL},
    {"Array", ""},
    {"Delayed", ""},
    {"MaskedArray", ""},
    {"generic", NULL},
    {"number", NULL},
    {"integer", NULL},
    {"signedinteger", NULL},
    {"unsignedinteger", NULL},
    {"inexact", NULL},
    {"floating", NULL},
    {"complexfloating", NULL},
    {"flexible", NULL},
    {"character", NULL},
    {"object_", NULL},
};

/* np.datetime64('2000-01-01', 'D') and np.timedelta64(3, 'h'). */
static cask_value *make_time(const char *code, const cki_arguments *arguments, cki_error *error)
{
    cki_dtype dtype;
    char text[32];
    const cask_value *unit = arguments->count > 1 ? arguments->positional[1] : NULL;
    if (unit && unit->kind == CKI_STR && unit->as.text.length < 16) {
        int length = (int)unit->as.text.length;
        cki_text word = {0};
        cki_text_format(&word, "%s[%.*s]", code, length, unit->as.text.bytes);
        strncpy(text, word.bytes ? word.bytes : code, sizeof text - 1);
        text[sizeof text - 1] = '\0';
        bool failed = word.failed;
        cki_text_free(&word);
        if (failed) {
            cki_fail_memory(error, sizeof text);
            return NULL;
        }
    } else {
        strcpy(text, code);
    }
    if (cki_dtype_parse(text, &dtype, NULL, error) != CASK_OK)
        return NULL;
    if (!arguments->count)
        return cki_array_scalar(dtype, &(int64_t){CKI_NAT}, error);
    const cask_value *value = arguments->positional[0];
    const cki_array *array = cki_array_of(value);
    if (value->kind == CKI_STR && dtype.id == CASK_DATETIME) {
        int64_t count;
        if (cki_dtype_time_parse(value->as.text.bytes, &dtype, &count, error) != CASK_OK)
            return NULL;
        return cki_array_scalar(dtype, &count, error);
    }
    if (array && array->ndim == 0 && cki_dtype_is_time(array->dtype) && !unit)
        dtype = array->dtype;
    return cki_array_from_scalar(value, dtype, error);
}

cask_status cki_numpy_type_dtype(const cask_value *value, cki_dtype *dtype, cki_error *error)
{
    if (value->kind == CKI_DTYPE) {
        *dtype = value->as.dtype;
        return CASK_OK;
    }
    const numpy_type *type = cki_value_self(value, &type_class);
    if (type && type->code && *type->code)
        return cki_dtype_parse(type->code, dtype, NULL, error);
    if (value->kind == CKI_STR)
        return cki_dtype_parse(value->as.text.bytes, dtype, NULL, error);
    cki_text text = {0}; /* Python's own types: <class 'float'> */
    cki_value_repr(value, &text);
    char *word = text.bytes && !type ? strchr(text.bytes, '\'') : NULL;
    word = word && value->kind == CKI_OBJECT ? word + 1 : NULL;
    if (word)
        word[strcspn(word, "'")] = '\0';
    cask_status status =
        text.failed ? cki_fail_memory(error, text.length + 1)
        : word      ? cki_dtype_parse(word, dtype, NULL, error)
                    : cki_fail(error, CASK_TYPE, NULL, "Cannot interpret '%.100s' as a data type",
                          text.bytes ? text.bytes : "");
    cki_text_free(&text);
    return status;
}

/* dtype('f8'): of nothing or None that of float64. */
static cask_value *call_dtype(const cki_arguments *arguments, cki_error *error)
{
    cki_dtype dtype = cki_dtype_of(CASK_F64);
    const cask_value *given = arguments->count ? arguments->positional[0] : NULL;
    if (given && given->kind != CKI_NONE && cki_numpy_type_dtype(given, &dtype, error) != CASK_OK)
        return NULL;
    return cki_value_dtype(dtype, error);
}

static cask_value *call_type(const numpy_type *type, const cki_arguments *arguments,
                             cki_error *error)
{
    if (!type->code && !strcmp(type->name, "dtype"))
        return call_dtype(arguments, error);
    if (!type->code || !*type->code) {
        cki_fail(error, CASK_TYPE, NULL, "cannot create '%s.%s' instances",
                 type->code ? "cask" : "numpy", type->name);
        return NULL;
    }
    if (*type->code == 'M' || *type->code == 'm')
        return make_time(type->code, arguments, error);
    cki_dtype dtype;
    if (cki_dtype_parse(type->code, &dtype, NULL, error) != CASK_OK)
        return NULL;
    if (!arguments->count) {
        cask_value *zero = cki_value_bool(false);
        cask_value *made = cki_array_from_scalar(zero, dtype, error);
        cask_value_unref(zero);
        return made;
    }
    cask_value *natural = cki_array_from_value(arguments->positional[0], (cki_dtype){0}, error);
    const cki_array *from = cki_array_of(natural);
    if (from && cki_dtype_is_text(dtype))
        dtype.count = from->dtype.count;
    cask_value *made = from ? cki_array_new(dtype, from->ndim, from->shape, error) : NULL;
    if (made && cki_array_cast(cki_array_of(made), from, error) != CASK_OK) {
        cask_value_unref(made);
        made = NULL;
    }
    cask_value_unref(natural);
    return made;
}

cask_value *cki_numpy_type_call(const cask_value *callee, const cki_arguments *arguments,
                                cki_error *error)
{
    const numpy_type *type = cki_value_self(callee, &type_class);
    return type ? call_type(type, arguments, error) : NULL;
}

/* The first of that code. */
static cask_value *of_code(const char *code, size_t length, cki_error *error)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].code && length && strlen(types[i].code) == length &&
            !memcmp(types[i].code, code, length))
            return cki_value_object(&type_class, &types[i], error);
    return NULL;
}

cask_value *cki_numpy_type_find(const char *name, cki_error *error)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(types[i].name, name))
            return types[i].code && *types[i].code
                       ? of_code(types[i].code, strlen(types[i].code), error)
                       : cki_value_object(&type_class, &types[i], error);
    return NULL;
}

cask_value *cki_numpy_type_of(const cask_value *value, cki_error *error)
{
    const cki_array *array = cki_array_of(value);
    char code[48];
    if (value->kind == CKI_OBJECT) /* lazy */
        return cki_numpy_type_find(value->as.object.class->name, error);
    if (array && array->ndim)
        return cki_numpy_type_find("ndarray", error);
    cki_dtype dtype = array ? array->dtype : value->as.dtype;
    const char *letters = cki_dtype_code(dtype, code) + 1;
    if (dtype.id == CASK_BOOL)
        return of_code("?", 1, error);
    bool plain = !cki_dtype_is_time(dtype) && !cki_dtype_is_text(dtype);
    return of_code(letters, plain ? strlen(letters) : cki_dtype_is_time(dtype) ? 2 : 1, error);
}

const char *cki_numpy_type_abstract(const cask_value *value)
{
    const numpy_type *type = cki_value_self(value, &type_class);
    return type && (!type->code || !*type->code) ? type->name : NULL;
}
