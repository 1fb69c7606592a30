/* Namespaces: da and np, their members, and the function values that records become. */
#include "lang/namespace.h"
#include "lang/numpy_type.h"

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

static void print_callable(void *self, cki_text *text)
{
    const space *s = self;
    cki_text_format(text, "<class '%s'>", s->name);
}

/* Those that are types besides: what they make is the operation __call__ among theirs. */
static const cki_class space_class = {"module", keep, print_space, NULL},
                       callable_class = {"type", keep, print_callable, NULL};

static const space *space_of(const cask_value *value)
{
    const space *s = cki_value_self(value, &space_class);
    return s ? s : cki_value_self(value, &callable_class);
}

static space spaces[] = {
    {"da", "", CKI_IN_DA, false},
    {"np", "", CKI_IN_NP, true},
    {"da.image", "image.", CKI_IN_DA, false},
    {"da.linalg", "linalg.", CKI_IN_DA, false},
    {"np.linalg", "linalg.", CKI_IN_NP, true},
    {"da.fft", "fft.", CKI_IN_DA, false},
    {"np.fft", "fft.", CKI_IN_NP, true},
    {"np.random", "random.", CKI_IN_DA, true}, /* cask's own numbers, computed at once */
    {"np.ma", "ma.", CKI_IN_DA, false},
    {"da.random", "random.", CKI_IN_DA, false},
    {"da.ma", "ma.", CKI_IN_DA, false},
    {"da.stats", "stats.", CKI_IN_DA, false},
    {"da.core", "core.", CKI_IN_DA, false},
    {"da.overlap", "overlap.", CKI_IN_DA, false},
    {"da.reductions", "reductions.", CKI_IN_DA, false},
    {"da.gufunc", "gufunc.", CKI_IN_DA, false},
    {"da.utils", "utils.", CKI_IN_DA, false},
    {"da.lib", "lib.", CKI_IN_DA, false},
    {"da.lib.stride_tricks", "lib.stride_tricks.", CKI_IN_DA, false},
    {"np.lib", "lib.", CKI_IN_NP, true},
    {"np.lib.stride_tricks", "lib.stride_tricks.", CKI_IN_NP, true},
    {"dask", "", CKI_IN_DASK, false},
    {"dask.array", "", CKI_IN_DA, false},
    {"dask.base", "base.", CKI_IN_DASK, false},
    {"dask.config", "config.", CKI_IN_DASK, false},
    {"dask.core", "core.", CKI_IN_DASK, false},
    {"dask.graph_manipulation", "graph_manipulation.", CKI_IN_DASK, false},
    {"dask.highlevelgraph", "highlevelgraph.", CKI_IN_DASK, false},
    {"dask.highlevelgraph.HighLevelGraph", "highlevelgraph.HighLevelGraph.", CKI_IN_DASK, false},
    {"HighLevelGraph", "highlevelgraph.HighLevelGraph.", CKI_IN_DASK, false},
    {"dask.local", "local.", CKI_IN_DASK, false},
    {"dask.multiprocessing", "multiprocessing.", CKI_IN_DASK, false},
    {"dask.optimization", "optimization.", CKI_IN_DASK, false},
    {"dask.rewrite", "rewrite.", CKI_IN_DASK, false},
    {"dask.order", "order.", CKI_IN_DASK, false},
    {"dask.sizeof", "sizeof.", CKI_IN_DASK, false},
    {"dask.system", "system.", CKI_IN_DASK, false},
    {"dask.threaded", "threaded.", CKI_IN_DASK, false},
    {"dask.utils", "utils.", CKI_IN_DASK, false},
    {"db", "", 0, false}, /* bags and frames have their names; members come with their rooms */
    {"dd", "", 0, false},
};

cask_value *cki_namespace_find(const char *name, cki_error *error)
{
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        if (!strcmp(spaces[i].name, name))
            return cki_value_object(strstr(name, "HighLevelGraph") ? &callable_class : &space_class,
                                    &spaces[i], error);
    return strcmp(name, "Delayed") ? NULL : cki_numpy_type_find(name, error);
}

bool cki_namespace_is(const cask_value *value)
{
    return space_of(value) != NULL;
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

static const char *name_of(const void *self)
{
    const function *f = self;
    const char *dot = strrchr(f->operation->name, '.');
    return dot ? dot + 1 : f->operation->name;
}

static const cki_class function_class = {"function", release_function, print_function, name_of};

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

/* What a type of ours is made by; NULL if it is none that is. */
static const cki_operation *maker_of(cki_session *session, const cask_value *callee,
                                     cki_error *error)
{
    const space *s = cki_value_self(callee, &callable_class);
    const char *type = cki_numpy_type_abstract(callee);
    cki_text name = {0};
    if (s)
        cki_text_format(&name, "%s__call__", s->prefix);
    else if (type)
        cki_text_format(&name, "%s.__new__", type);
    const cki_operation *found = NULL;
    if (name.failed)
        cki_fail_memory(error, name.length);
    else if (name.length)
        found = cki_operation_find(session->ck, name.bytes,
                                   s ? s->places : (unsigned)CKI_ARRAY_PROTOCOL);
    cki_text_free(&name);
    return found;
}

cask_value *cki_namespace_call(cki_session *session, cask_value *callee,
                               const cki_arguments *arguments, cki_error *error)
{
    const function *f = cki_value_self(callee, &function_class);
    if (f && f->self)
        return call_bound(session, f, arguments, error);
    if (f)
        return cki_host_run(session, f->operation, arguments, f->eager, error);
    const cki_operation *maker = maker_of(session, callee, error);
    if (maker)
        return cki_host_run(session, maker, arguments, false, error);
    return error->status == CASK_OK ? cki_numpy_type_call(callee, arguments, error) : NULL;
}

bool cki_namespace_eager(const cask_value *function_value)
{
    const function *f = cki_value_self(function_value, &function_class);
    return f && f->eager;
}

/* ---- members ---- */

/* np.mgrid[0:2, 0:3] and its kin: things that are indexed, by records of their class's name. */
static struct indexer {
    const char *name;
    cki_class class;
} indexers[] = {
    {"mgrid", {"mgrid", keep, NULL, NULL}},
    {"ogrid", {"ogrid", keep, NULL, NULL}},
    {"r_", {"RClass", keep, NULL, NULL}},
    {"c_", {"CClass", keep, NULL, NULL}},
    {"s_", {"IndexExpression", keep, NULL, NULL}},
    {"index_exp", {"IndexExpression", keep, NULL, NULL}},
};

static cask_value *constant(const space *s, const char *name, cki_error *error)
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
                   {"NAN", (double)NAN},
                   {"Infinity", (double)INFINITY},
                   {"PZERO", 0.0},
                   {"NZERO", -0.0},
                   {"euler_gamma", 0.57721566490153286}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!strcmp(numbers[i].name, name))
            return cki_value_float(numbers[i].value, error);
    if (!strcmp(name, "newaxis"))
        return cki_value_none();
    if (!strcmp(name, "True_") || !strcmp(name, "False_"))
        return cki_value_bool(*name == 'T');
    for (size_t i = 0; i < sizeof indexers / sizeof *indexers; i++)
        if (s->eager && !strcmp(indexers[i].name, name))
            return cki_value_object(&indexers[i].class, &indexers[i], error);
    return cki_numpy_type_find(name, error);
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
    const space *s = space_of(object);
    if (!s)
        return NULL;
    cki_text full = {0};
    cki_text_format(&full, "%s%s", s->prefix, name);
    const cki_operation *operation = NULL;
    if (full.failed)
        cki_fail_memory(error, strlen(name));
    else if (full.length)
        operation = cki_operation_find(session->ck, full.bytes, s->places);
    if (!operation && !strcmp(s->prefix, "base.")) /* dask.base has what dask has */
        operation = cki_operation_find(session->ck, name, s->places);
    cki_text_free(&full);
    if (error->status != CASK_OK)
        return NULL;
    if (operation)
        return cki_namespace_function(operation, s->eager, NULL, error);
    cask_value *inner = inner_space(s, name, error);
    return inner || error->status != CASK_OK || *s->prefix || !s->places ? inner
                                                                         : constant(s, name, error);
}

void cki_namespace_missing(cki_session *session, cask_value *object, const char *name,
                           cki_error *error)
{
    const space *s = space_of(object);
    const char *near = cki_operation_nearest(session->ck, name, s->places);
    if (near)
        cki_fail(error, CASK_NOT_FOUND, "AttributeError",
                 "module '%s' has no attribute '%s'. Did you mean: '%s'?", s->name, name, near);
    else
        cki_fail(error, CASK_NOT_FOUND, "AttributeError", "module '%s' has no attribute '%s'",
                 s->name, name);
}
