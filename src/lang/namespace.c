/* Namespaces: da and np, their members, and the function values that records become. */
#include "lang/namespace.h"

#include "core/memory.h"
#include "value/array.h"

#include <math.h>
#include <string.h>

/* ---- namespaces ---- */

typedef struct space {
    const char *name, *prefix; /* of its operations: "linalg." */
    unsigned places;
    bool eager;
} space;

static void keep(void *self) /* namespaces are static */
{
    (void)self;
}

static void print_space(void *self, cki_text *text)
{
    const space *s = self;
    cki_text_format(text, "<module '%s'>", s->name);
}

static const cki_class space_class = {"module", keep, print_space};

static space spaces[] = {
    {"da", "", CKI_IN_DA, false},
    {"np", "", CKI_IN_NP, true},
    {"da.image", "image.", CKI_IN_DA, false},
    {"da.linalg", "linalg.", CKI_IN_DA, false},
    {"np.linalg", "linalg.", CKI_IN_NP, true},
    {"da.fft", "fft.", CKI_IN_DA, false},
    {"np.fft", "fft.", CKI_IN_NP, true},
    {"da.random", "random.", CKI_IN_DA, false},
    {"da.ma", "ma.", CKI_IN_DA, false},
    {"da.stats", "stats.", CKI_IN_DA, false},
    {"da.core", "core.", CKI_IN_DA, false},
    {"da.overlap", "overlap.", CKI_IN_DA, false},
    {"da.reductions", "reductions.", CKI_IN_DA, false},
    {"da.gufunc", "gufunc.", CKI_IN_DA, false},
    {"da.lib", "lib.", CKI_IN_DA, false},
    {"da.lib.stride_tricks", "lib.stride_tricks.", CKI_IN_DA, false},
    {"np.lib", "lib.", CKI_IN_NP, true},
    {"np.lib.stride_tricks", "lib.stride_tricks.", CKI_IN_NP, true},
    {"dask", "", CKI_IN_DASK, false},
    {"dask.array", "", CKI_IN_DA, false},
    {"dask.base", "base.", CKI_IN_DASK, false},
    {"dask.config", "config.", CKI_IN_DASK, false},
    {"dask.core", "core.", CKI_IN_DASK, false},
    {"dask.local", "local.", CKI_IN_DASK, false},
    {"dask.multiprocessing", "multiprocessing.", CKI_IN_DASK, false},
    {"dask.optimization", "optimization.", CKI_IN_DASK, false},
    {"dask.order", "order.", CKI_IN_DASK, false},
    {"dask.threaded", "threaded.", CKI_IN_DASK, false},
    {"dask.utils", "utils.", CKI_IN_DASK, false},
    {"db", "", 0, false}, /* bags and frames have their names; members come with their rooms */
    {"dd", "", 0, false},
};

cask_value *cki_namespace_find(const char *name, cki_error *error)
{
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        if (!strcmp(spaces[i].name, name))
            return cki_value_object(&space_class, &spaces[i], error);
    return NULL;
}

bool cki_namespace_is(const cask_value *value)
{
    return cki_value_self(value, &space_class) != NULL;
}

/* ---- types: np.float64, np.datetime64 ---- */

typedef struct numpy_type {
    const char *name;
    const char *code; /* as dtype() reads it */
} numpy_type;

static void print_type(void *self, cki_text *text)
{
    const numpy_type *type = self;
    cki_text_format(text, "<class 'numpy.%s'>", type->name);
}

static const cki_class type_class = {"type", keep, print_type};

static numpy_type types[] = {
    {"bool_", "?"},       {"int8", "i1"},        {"int16", "i2"},   {"int32", "i4"},
    {"int64", "i8"},      {"uint8", "u1"},       {"uint16", "u2"},  {"uint32", "u4"},
    {"uint64", "u8"},     {"float16", "f2"},     {"float32", "f4"}, {"float64", "f8"},
    {"complex64", "c8"},  {"complex128", "c16"}, {"intp", "i8"},    {"int_", "i8"},
    {"float_", "f8"},     {"double", "f8"},      {"single", "f4"},  {"half", "f2"},
    {"datetime64", "M8"}, {"timedelta64", "m8"}, {"str_", "U"},     {"bytes_", "S"},
    {"dtype", NULL},
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

static cask_value *call_type(const numpy_type *type, const cki_arguments *arguments,
                             cki_error *error)
{
    if (!type->code) { /* dtype('f8') */
        const cask_value *given = arguments->count ? arguments->positional[0] : NULL;
        cki_dtype dtype;
        if (given && given->kind == CKI_DTYPE)
            return cask_value_ref(arguments->positional[0]);
        cki_text text = {0};
        if (given && given->kind == CKI_OBJECT)
            cki_value_repr(given, &text);
        else if (given)
            cki_value_print(given, &text);
        char *word = text.bytes ? strrchr(text.bytes, '.') : NULL;
        if (!word && text.bytes)
            word = strchr(text.bytes, '\'');
        word = given && given->kind == CKI_OBJECT && word ? word + 1 : text.bytes;
        if (word)
            word[strcspn(word, "'")] = '\0';
        cask_status status = text.failed ? cki_fail_memory(error, text.length + 1)
                                         : cki_dtype_parse(word ? word : "", &dtype, NULL, error);
        cki_text_free(&text);
        return status == CASK_OK ? cki_value_dtype(dtype, error) : NULL;
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

/* ---- functions ---- */

typedef struct function {
    const cki_operation *operation;
    bool eager;
    cask_value *self;
} function;

static void release_function(void *self)
{
    function *f = self;
    cask_value_unref(f->self);
    cki_memory_free(f);
}

static void print_function(void *self, cki_text *text)
{
    const function *f = self;
    cki_text_format(text, "<%s %s(%s)>", f->self ? "bound method" : "function", f->operation->name,
                    f->operation->signature);
}

static const cki_class function_class = {"function", release_function, print_function};

cask_value *cki_namespace_function(const cki_operation *operation, bool eager, cask_value *self,
                                   cki_error *error)
{
    function *f = cki_memory_alloc(sizeof *f);
    if (!f) {
        cki_fail_memory(error, sizeof *f);
        return NULL;
    }
    *f = (function){operation, eager, cask_value_ref(self)};
    return cki_value_object(&function_class, f, error);
}

static cask_value *call_bound(cki_session *session, const function *f,
                              const cki_arguments *arguments, cki_error *error)
{
    cask_value **positional = cki_memory_alloc((arguments->count + 1) * sizeof *positional);
    if (!positional) {
        cki_fail_memory(error, arguments->count * sizeof *positional);
        return NULL;
    }
    positional[0] = f->self;
    for (size_t i = 0; i < arguments->count; i++)
        positional[i + 1] = arguments->positional[i];
    cki_arguments all = *arguments;
    all.positional = positional;
    all.count++;
    cask_value *result = cki_host_run(session, f->operation, &all, f->eager, error);
    cki_memory_free(positional);
    return result;
}

cask_value *cki_namespace_call(cki_session *session, cask_value *callee,
                               const cki_arguments *arguments, cki_error *error)
{
    const function *f = cki_value_self(callee, &function_class);
    if (f && f->self)
        return call_bound(session, f, arguments, error);
    if (f)
        return cki_host_run(session, f->operation, arguments, f->eager, error);
    const numpy_type *type = cki_value_self(callee, &type_class);
    return type ? call_type(type, arguments, error) : NULL;
}

/* ---- members ---- */

static cask_value *constant(const char *name, cki_error *error)
{
    static const struct {
        const char *name;
        double value;
    } numbers[] = {{"pi", M_PI},
                   {"e", M_E},
                   {"nan", (double)NAN},
                   {"NaN", (double)NAN},
                   {"inf", (double)INFINITY},
                   {"Inf", (double)INFINITY},
                   {"infty", (double)INFINITY},
                   {"PINF", (double)INFINITY},
                   {"NINF", -(double)INFINITY},
                   {"euler_gamma", 0.57721566490153286}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!strcmp(numbers[i].name, name))
            return cki_value_float(numbers[i].value, error);
    if (!strcmp(name, "newaxis"))
        return cki_value_none();
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(types[i].name, name))
            return cki_value_object(&type_class, &types[i], error);
    return NULL;
}

/* "linalg" of "da" is the namespace "da.linalg". */
static cask_value *inner_space(const space *outer, const char *name, cki_error *error)
{
    cki_text full = {0};
    cki_text_format(&full, "%s.%s", outer->name, name);
    cask_value *inner = NULL;
    if (full.failed)
        cki_fail_memory(error, strlen(name));
    else
        inner = cki_namespace_find(full.bytes, error);
    cki_text_free(&full);
    return inner;
}

cask_value *cki_namespace_member(cki_session *session, cask_value *object, const char *name,
                                 cki_error *error)
{
    const space *s = cki_value_self(object, &space_class);
    if (!s)
        return NULL;
    cki_text full = {0};
    cki_text_format(&full, "%s%s", s->prefix, name);
    const cki_operation *operation = NULL;
    if (full.failed)
        cki_fail_memory(error, strlen(name));
    else if (full.length)
        operation = cki_operation_find(session->ck, full.bytes, s->places);
    cki_text_free(&full);
    if (error->status != CASK_OK)
        return NULL;
    if (operation)
        return cki_namespace_function(operation, s->eager, NULL, error);
    cask_value *inner = inner_space(s, name, error);
    return inner || error->status != CASK_OK || *s->prefix || !s->places ? inner
                                                                         : constant(name, error);
}

void cki_namespace_missing(cki_session *session, cask_value *object, const char *name,
                           cki_error *error)
{
    const space *s = cki_value_self(object, &space_class);
    const char *near = cki_operation_nearest(session->ck, name, s->places);
    if (near)
        cki_fail(error, CASK_NOT_FOUND, "AttributeError",
                 "module '%s' has no attribute '%s'. Did you mean: '%s'?", s->name, name, near);
    else
        cki_fail(error, CASK_NOT_FOUND, "AttributeError", "module '%s' has no attribute '%s'",
                 s->name, name);
}
