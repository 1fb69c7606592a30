/* Functions made into operations on arrays: gufunc, as_gufunc, frompyfunc, vectorize. What they
 * give is called like a function; the language finds `__call__` of its class. */
#include "array/blockwise.h"
#include "array/gufunc.h"
#include "call/call.h"
#include "call/call_token.h"
#include "core/memory.h"

#include <string.h>

typedef struct object {
    cask_value *function; /* NULL: of as_gufunc, which is still to be given one */
    cask_value *signature;
    cask_value *options; /* a dict: axes, axis, keepdims, ... */
    char token[33];      /* of all that decides what it does */
} object;

static void release(void *self)
{
    object *o = self;
    cask_value_unref(o->function);
    cask_value_unref(o->signature);
    cask_value_unref(o->options);
    cki_memory_free(o);
}

/* The token tells calls of different ones apart: see cki_call_token(). */
static void print(void *self, cki_text *text)
{
    const object *o = self;
    cki_text_put(text, "<gufunc ");
    cki_value_print(o->signature, text);
    cki_text_format(text, " %s>", o->token);
}

static const cki_class class = {"gufunc", release, print, NULL};

/* References are shared. */
static cask_value *new_object(cask_value *function, cask_value *signature, cask_value *options,
                              cki_error *error)
{
    object *o = cki_memory_calloc(1, sizeof *o);
    cki_hasher *hasher = o ? cki_token_start(error) : NULL;
    if (!hasher) {
        cki_memory_free(o);
        cki_fail_memory(error, sizeof *o);
        return NULL;
    }
    *o = (object){function ? cask_value_ref(function) : NULL, cask_value_ref(signature),
                  cask_value_ref(options), ""};
    bool known = !function || cki_call_token_add(hasher, function, 0, error);
    known = cki_call_token_add(hasher, signature, 0, error) &&
            cki_call_token_add(hasher, options, 0, error) && known;
    if (!known) /* nobody can tell: it is itself alone */
        cki_token_int(hasher, (int64_t)(uintptr_t)o);
    cki_token_hex(cki_token_end(hasher), o->token);
    return cki_value_object(&class, o, error);
}

/* ---- calling ---- */

static cask_value *option(const object *o, const char *name)
{
    cask_value *found = cki_value_dict_find(o->options, name);
    return found ? found : cki_value_none();
}

static bool flag(const object *o, const char *name)
{
    bool truth = false;
    (void)cki_value_truth(option(o, name), &truth, NULL);
    return truth;
}

static cask_value *run_call(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const object *o = cki_value_self(call->arguments[0], &class);
    const cask_value *arguments = cki_operation_argument(call, "args");
    if (!o)
        return NULL;
    if (!o->function) { /* as_gufunc(...)(f) */
        cask_value *function =
            arguments->as.list.count
                ? cki_blockwise_function(&build, arguments->as.list.items[0], "as_gufunc")
                : NULL;
        cask_value *made =
            function ? new_object(function, o->signature, o->options, call->error) : NULL;
        if (!function && call->error->status == CASK_OK)
            cki_fail(call->error, CASK_TYPE, NULL, "as_gufunc() takes a function");
        cask_value_unref(function);
        return made;
    }
    return cki_gufunc_apply(
        &build, &(cki_gufunc_call){.function = o->function,
                                   .signature = o->signature,
                                   .arguments = arguments->as.list.items,
                                   .count = arguments->as.list.count,
                                   .named = cki_operation_argument(call, "kwargs"),
                                   .axes = option(o, "axes"),
                                   .axis = option(o, "axis"),
                                   .output_dtypes = option(o, "output_dtypes"),
                                   .output_sizes = option(o, "output_sizes"),
                                   .meta = option(o, "meta"),
                                   .keepdims = flag(o, "keepdims"),
                                   .vectorize = flag(o, "vectorize"),
                                   .allow_rechunk = flag(o, "allow_rechunk") ||
                                                    cki_operation_flag(call, "allow_rechunk")});
}

/* ---- making ---- */

static cask_status set(cask_value *dict, const char *name, cask_value *value, cki_error *error)
{
    cask_value *key = value ? cki_value_string(name, error) : NULL;
    if (key)
        return cki_value_dict_set(dict, key, value, error);
    cask_value_unref(value);
    return error->status;
}

static cask_value *run_gufunc(cki_call *call)
{
    static const char *const names[] = {"vectorize",     "axes",         "axis",
                                        "keepdims",      "output_sizes", "output_dtypes",
                                        "allow_rechunk", "meta"};
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *given = cki_operation_argument(call, "pyfunc"); /* not of as_gufunc */
    cask_value *signature = cki_operation_argument(call, "signature");
    cask_value *function = given ? cki_blockwise_function(&build, given, "gufunc") : NULL;
    cask_value *options = call->error->status == CASK_OK ? cki_value_dict(call->error) : NULL;
    cask_value *made = NULL;
    for (size_t i = 0; options && i < sizeof names / sizeof *names; i++)
        set(options, names[i], cask_value_ref(cki_operation_argument(call, names[i])), call->error);
    if (signature->kind != CKI_STR)
        cki_fail(call->error, CASK_TYPE, NULL, "`signature` has to be of type string");
    else if (call->error->status == CASK_OK)
        made = new_object(function, signature, options, call->error);
    cask_value_unref(function);
    cask_value_unref(options);
    return made;
}

/* Element by element: "(),()->()" for two arguments. */
static cask_value *elementwise(cask_value *function, int64_t inputs, cask_value *signature,
                               cask_value *dtype, cki_error *error)
{
    cki_text text = {0};
    for (int64_t i = 0; i < inputs; i++)
        cki_text_put(&text, i ? ",()" : "()");
    cki_text_put(&text, "->()");
    if (text.failed) {
        cki_text_free(&text);
        cki_fail_memory(error, (size_t)inputs * 3);
        return NULL;
    }
    cask_value *own =
        signature ? cask_value_ref(signature) : cki_value_str(text.bytes, text.length, error);
    cask_value *options = own ? cki_value_dict(error) : NULL;
    cask_value *made = NULL;
    if (options && set(options, "vectorize", cki_value_bool(true), error) == CASK_OK &&
        set(options, "allow_rechunk", cki_value_bool(true), error) == CASK_OK &&
        set(options, "output_dtypes", cask_value_ref(dtype), error) == CASK_OK)
        made = new_object(function, own, options, error);
    cki_text_free(&text);
    cask_value_unref(own);
    cask_value_unref(options);
    return made;
}

static cask_value *run_frompyfunc(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    int64_t nin, nout;
    if (cki_value_index(cki_operation_argument(call, "nin"), &nin, call->error) ||
        cki_value_index(cki_operation_argument(call, "nout"), &nout, call->error))
        return NULL;
    if (nout != 1) {
        cki_fail(call->error, CASK_UNSUPPORTED, "NotImplementedError",
                 "frompyfunc with more than one output");
        return NULL;
    }
    if (nin < 1 || nin > 16) {
        cki_fail(call->error, CASK_INVALID, NULL, "frompyfunc: from 1 to 16 inputs, not %lld",
                 (long long)nin);
        return NULL;
    }
    cask_value *function =
        cki_blockwise_function(&build, cki_operation_argument(call, "func"), "frompyfunc");
    cask_value *made =
        function ? elementwise(function, nin, NULL, cki_value_none(), call->error) : NULL;
    cask_value_unref(function);
    return made;
}

#define OPTIONS                                                                                    \
    "signature=None, vectorize=False, axes=None, axis=None, keepdims=False, output_sizes=None, "   \
    "output_dtypes=None, allow_rechunk=False, meta=None"
#define GUFUNC                                                                                     \
    "pyfunc, *, " OPTIONS,                                                                         \
        "A function of whole axes as one of arrays: calling it is apply_gufunc().", run_gufunc,    \
        NULL
#define AS_GUFUNC                                                                                  \
    OPTIONS, "What makes a gufunc of a function: as_gufunc(signature='(i)->()')(f).", run_gufunc,  \
        NULL

static const cki_operation op_gufunc = {"gufunc", CKI_IN_DA, GUFUNC};
static const cki_operation op_gufunc_in = {"gufunc.gufunc", CKI_IN_DA, GUFUNC};
static const cki_operation op_as = {"as_gufunc", CKI_IN_DA, AS_GUFUNC};
static const cki_operation op_as_in = {"gufunc.as_gufunc", CKI_IN_DA, AS_GUFUNC};
static const cki_operation op_frompyfunc = {
    "frompyfunc",
    CKI_IN_DA | CKI_IN_NP,
    "func, nin, nout",
    "A function of numbers as one of arrays, element by element, broadcast against each other.",
    run_frompyfunc,
    NULL};
static const cki_operation op_call = {
    "gufunc.__call__",       CKI_ARRAY_PROTOCOL, "self, *args, allow_rechunk=False, **kwargs",
    "Call such a function.", run_call,           NULL};

const cki_operation *const cki_gufunc_object_operations[] = {
    &op_gufunc, &op_gufunc_in, &op_as, &op_as_in, &op_frompyfunc, &op_call, NULL};
