/* np.poly1d: a polynomial in one variable, which is called, added, multiplied, divided, derived and
 * integrated. It holds its coefficients, that of the highest power first; the rest is spelled. */
#include "core/memory.h"
#include "lang/host.h"
#include "lang/spelled.h"
#include "value/array.h"

typedef struct polynomial {
    cask_value *coefficients; /* 1-d, at least one; the first is 0 of a constant 0 alone */
    cask_value *variable;
} polynomial;

static void release(void *self)
{
    polynomial *p = self;
    cask_value_unref(p->coefficients);
    cask_value_unref(p->variable);
    cki_memory_free(p);
}

/* As NumPy: "poly1d([1, 2, 3])", after "array(" and before ")" what an array prints. */
static void print(void *self, cki_text *text)
{
    const polynomial *p = self;
    cki_text whole = {0};
    cki_value_repr(p->coefficients, &whole);
    if (whole.length > 6)
        cki_text_format(text, "poly1d(%s", whole.bytes + 6);
    text->failed = text->failed || whole.failed;
    cki_text_free(&whole);
}

static const cki_class class = {"poly1d", release, print, NULL};

/* ---- making ---- */

/* The argument as an array in memory; of roots the polynomial's coefficients. */
static cask_value *read_coefficients(cki_call *call, bool roots)
{
    cki_session *session = call->ck->language;
    const cki_operation *poly = cki_operation_find(call->ck, "poly", CKI_IN_NP);
    const cki_arguments given = {.positional = call->arguments, .count = 1};
    cask_value *lazy = roots && poly ? cki_host_run(session, poly, &given, false, call->error)
                                     : cask_value_ref(call->arguments[0]);
    cask_value *value = lazy ? cki_lang_compute(session, lazy, call->error) : NULL;
    cask_value *array = value ? cki_array_from_value(value, (cki_dtype){0}, call->error) : NULL;
    cask_value *compact = array ? cki_array_compact(array, call->error) : NULL;
    cask_value_unref(lazy);
    cask_value_unref(value);
    cask_value_unref(array);
    return compact;
}

/* Without the zeros in front. */
static cask_value *trimmed(const cki_array *all, cki_error *error)
{
    const int64_t count = cki_array_size(all), one = 1;
    const size_t size = cki_dtype_size(all->dtype);
    int64_t zeros = 0;
    bool some = false;
    for (; zeros < count && !some; zeros += !some) {
        cask_value *item = cki_array_item(all->dtype, all->data + (size_t)zeros * size, error);
        if (!item || cki_value_truth(item, &some, error) != CASK_OK) {
            cask_value_unref(item);
            return NULL;
        }
        cask_value_unref(item);
    }
    const int64_t left = count - zeros;
    return left ? cki_array_view(all->buffer, all->data + (size_t)zeros * size, all->dtype, 1,
                                 &left, NULL, error)
                : cki_array_zeros(all->dtype, 1, &one, error);
}

static cask_value *run_new(cki_call *call)
{
    bool roots = cki_operation_flag(call, "r");
    if (cki_value_self(call->arguments[0], &class) && !roots)
        return cask_value_ref(call->arguments[0]);
    cask_value *whole = read_coefficients(call, roots), *coefficients = NULL;
    const cki_array *all = whole ? cki_array_of(whole) : NULL;
    if (all && all->ndim > 1)
        cki_fail(call->error, CASK_INVALID, NULL, "Polynomial must be 1d only.");
    else if (all)
        coefficients = trimmed(all, call->error);
    cask_value_unref(whole);
    polynomial *p = coefficients ? cki_memory_alloc(sizeof *p) : NULL;
    if (!p) {
        if (coefficients)
            cki_fail_memory(call->error, sizeof *p);
        cask_value_unref(coefficients);
        return NULL;
    }
    cask_value *variable = cki_operation_argument(call, "variable");
    *p = (polynomial){coefficients, variable->kind == CKI_NONE ? cki_value_string("x", call->error)
                                                               : cask_value_ref(variable)};
    if (p->variable)
        return cki_value_object(&class, p, call->error);
    release(p);
    return NULL;
}

static cask_value *run_coefficients(cki_call *call)
{
    const polynomial *p = cki_value_self(call->arguments[0], &class);
    return p ? cask_value_ref(p->coefficients) : NULL;
}

static cask_value *run_variable(cki_call *call)
{
    const polynomial *p = cki_value_self(call->arguments[0], &class);
    return p ? cask_value_ref(p->variable) : NULL;
}

static const cki_operation new = {
    "poly1d",
    CKI_IN_NP,
    "c_or_r, r=False, variable=None",
    "A polynomial with these coefficients, that of the highest power first, or with r=True these "
    "zeros. It is called with where it is wanted; + - * / ** == go, and coeffs, order, roots, "
    "deriv(m) and integ(m, k) are known.",
    run_new,
    NULL};

/* ---- what it is asked ---- */

#define ATTRIBUTE(id, name, run, detail)                                                           \
    static const cki_operation id = {"poly1d." name,                                               \
                                     CKI_ARRAY_PROTOCOL | CKI_OWN_ATTRIBUTE,                       \
                                     "p",                                                          \
                                     "See np.poly1d.",                                             \
                                     run,                                                          \
                                     detail}
#define TOLD(id, name, text)                                                                       \
    static const cki_spelled id##_text = {text, {{NULL, NULL, NULL}}};                             \
    ATTRIBUTE(id, name, cki_spelled_run, &id##_text)
#define METHOD(id, name, signature, text)                                                          \
    static const cki_spelled id##_text = {text, {{NULL, NULL, NULL}}};                             \
    static const cki_operation id = {"poly1d." name,   CKI_ARRAY_PROTOCOL, signature,              \
                                     "See np.poly1d.", cki_spelled_run,    &id##_text}

ATTRIBUTE(coeffs, "coeffs", run_coefficients, NULL);
ATTRIBUTE(coefficients, "coefficients", run_coefficients, NULL);
ATTRIBUTE(coef, "coef", run_coefficients, NULL);
ATTRIBUTE(c, "c", run_coefficients, NULL);
ATTRIBUTE(variable, "variable", run_variable, NULL);
TOLD(order, "order", "len(p.coeffs) - 1");
TOLD(o, "o", "len(p.coeffs) - 1");
TOLD(roots, "roots", "np.roots(p.coeffs)");
TOLD(r, "r", "np.roots(p.coeffs)");

METHOD(call, "__call__", "p, val",
       "accumulate([np.poly1d([0])] + list(p.coeffs), lambda sum, k: sum * val + k)[-1] "
       "if hasattr(val, 'deriv') else np.polyval(p.coeffs, val)");
METHOD(item, "__getitem__", "p, power",
       "p.coeffs[p.order - power] if 0 <= power <= p.order else p.coeffs[0] * 0");
METHOD(length, "__len__", "p", "p.order");
METHOD(iterate, "__iter__", "p", "list(p.coeffs)");
METHOD(deriv, "deriv", "p, m=1", "np.poly1d(np.polyder(p.coeffs, m))");
METHOD(integ, "integ", "p, m=1, k=0", "np.poly1d(np.polyint(p.coeffs, m, k))");

/* ---- arithmetic: either operand may be another polynomial, or coefficients, or a number ---- */

#define EACH "np.poly1d(a).coeffs, np.poly1d(b).coeffs"

METHOD(add, "add", "a, b", "np.poly1d(np.polyadd(" EACH "))");
METHOD(subtract, "subtract", "a, b", "np.poly1d(np.polysub(" EACH "))");
METHOD(multiply, "multiply", "a, b", "np.poly1d(np.polymul(" EACH "))");
METHOD(divide, "divide", "a, b",
       "np.poly1d(a.coeffs / b) if np.isscalar(b) else "
       "tuple([np.poly1d(c) for c in np.polydiv(" EACH ")])");
METHOD(negative, "negative", "a", "np.poly1d(-a.coeffs)");
METHOD(positive, "positive", "a", "a");
METHOD(equal, "equal", "a, b",
       "hasattr(a, 'deriv') and hasattr(b, 'deriv') and a.coeffs.shape == b.coeffs.shape and "
       "bool((a.coeffs == "
       "b.coeffs).all())");
METHOD(not_equal, "not_equal", "a, b", "not (a == b)");

static const cki_spelled power_text = {
    "accumulate([np.poly1d([1])] + [a] * int(b), lambda x, y: x * y)[-1]",
    {{"np.isscalar(b) and int(b) == b and b >= 0", NULL, "Power to non-negative integers only."}}};
static const cki_operation power = {"poly1d.power",   CKI_ARRAY_PROTOCOL, "a, b",
                                    "See np.poly1d.", cki_spelled_run,    &power_text};

const cki_operation *const cki_poly1d_operations[] = {
    &new,      &coeffs, &coefficients, &coef,     &c,       &variable,  &order, &o,   &roots,
    &r,        &call,   &item,         &length,   &iterate, &deriv,     &integ, &add, &subtract,
    &multiply, &divide, &negative,     &positive, &equal,   &not_equal, &power, NULL};
