/* What ufuncs tell of themselves: np.add.nin, nout, nargs, ntypes, types, identity, signature. */
#include "array/elementwise.h"

#include <math.h>
#include <string.h>

/* Functions that are computed as ufuncs are, and are none in NumPy. */
static bool is_ufunc(const char *name)
{
    static const char *const others[] = {"angle",  "real",      "imag",      "sinc",     "i0",
                                         "isreal", "iscomplex", "isneginf",  "isposinf", "fix",
                                         "where",  "clip",      "nan_to_num"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!strcmp(others[i], name))
            return false;
    return cki_ufunc_find(name) != NULL;
}

/* The ufunc that is asked; AttributeError for other functions. */
static const cki_ufunc *asked(const cki_call *call)
{
    const cask_value *object = call->arguments[0];
    const cki_class *class = object->kind == CKI_OBJECT ? object->as.object.class : NULL;
    const char *name = class && class->called ? class->called(object->as.object.self) : "";
    if (is_ufunc(name))
        return cki_ufunc_find(name);
    cki_fail(call->error, CASK_NOT_FOUND, "AttributeError", "'%s' object has no attribute '%s'",
             cki_value_type(object), strchr(call->operation->name, '.') + 1);
    return NULL;
}

static cask_value *run_nin(cki_call *call)
{
    const cki_ufunc *ufunc = asked(call);
    return ufunc ? cki_value_int(cki_ufunc_inputs(ufunc), call->error) : NULL;
}

static cask_value *run_nout(cki_call *call)
{
    return asked(call) ? cki_value_int(1, call->error) : NULL;
}

static cask_value *run_nargs(cki_call *call)
{
    const cki_ufunc *ufunc = asked(call);
    return ufunc ? cki_value_int(cki_ufunc_inputs(ufunc) + 1, call->error) : NULL;
}

static cask_value *run_ntypes(cki_call *call)
{
    const cki_ufunc *ufunc = asked(call);
    return ufunc ? cki_value_int((int64_t)strlen(cki_ufunc_letters(ufunc)), call->error) : NULL;
}

/* "dd->d": NumPy's letters of the inputs and of the result. */
static cask_value *run_types(cki_call *call)
{
    const cki_ufunc *ufunc = asked(call);
    const char *letters = ufunc ? cki_ufunc_letters(ufunc) : "";
    size_t count = strlen(letters);
    cask_value *list = ufunc ? cki_value_list(CKI_LIST, count, call->error) : NULL;
    for (size_t i = 0; list && i < count; i++) {
        char text[8] = {letters[i], letters[i]};
        size_t inputs = (size_t)cki_ufunc_inputs(ufunc);
        const char end[] = {'-', '>', cki_ufunc_result(ufunc, letters[i]), '\0'};
        memcpy(text + inputs, end, sizeof end);
        if (!(list->as.list.items[i] = cki_value_string(text, call->error))) {
            list->as.list.count = i;
            cask_value_unref(list);
            return NULL;
        }
    }
    return list;
}

/* What changes nothing. */
static cask_value *run_identity(cki_call *call)
{
    const cki_ufunc *ufunc = asked(call);
    static const struct {
        const char *name;
        int number;
    } numbers[] = {{"add", 0},         {"multiply", 1}, {"bitwise_and", -1}, {"bitwise_or", 0},
                   {"bitwise_xor", 0}, {"gcd", 0},      {"hypot", 0}};
    if (!ufunc)
        return NULL;
    const char *name = cki_ufunc_name(ufunc);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!strcmp(numbers[i].name, name))
            return cki_value_int(numbers[i].number, call->error);
    if (!strncmp(name, "logical_", 8) && cki_ufunc_inputs(ufunc) == 2)
        return cki_value_bool(!strcmp(name, "logical_and"));
    return !strncmp(name, "logaddexp", 9) ? cki_value_float(-(double)INFINITY, call->error)
                                          : cki_value_none();
}

static cask_value *run_signature(cki_call *call)
{
    return asked(call) ? cki_value_none() : NULL;
}

#define ATTRIBUTE(id, run, doc)                                                                    \
    static const cki_operation op_##id = {                                                         \
        "function." #id, CKI_ARRAY_PROTOCOL | CKI_OWN_ATTRIBUTE, "f", doc, run, NULL}

ATTRIBUTE(nin, run_nin, "How many arguments a ufunc takes.");
ATTRIBUTE(nout, run_nout, "How many results a ufunc has.");
ATTRIBUTE(nargs, run_nargs, "How many arguments and results a ufunc has.");
ATTRIBUTE(ntypes, run_ntypes, "For how many types a ufunc has loops.");
ATTRIBUTE(types, run_types, "The types that a ufunc has loops for, as 'dd->d'.");
ATTRIBUTE(identity, run_identity, "What changes nothing as a ufunc's argument, or None.");
ATTRIBUTE(signature, run_signature, "None: a ufunc goes element by element.");

const cki_operation *const cki_ufunc_object_operations[] = {
    &op_nin, &op_nout, &op_nargs, &op_ntypes, &op_types, &op_identity, &op_signature, NULL};
