/* Literals: a value behind a call, literal(x)() is x; so that (literal(x),) in a graph is a task
 * that gives x, whatever x looks like. */
#include "spec/literal.h"

#include "call/call.h"

#include <string.h>

static void release(void *self)
{
    cask_value_unref(self);
}

static void print(void *self, cki_text *text)
{
    const char *type = cki_value_type(self), *dot = strrchr(type, '.');
    cki_text_format(text, "literal<type=%s>", dot ? dot + 1 : type);
}

static const cki_class literal_class = {"literal", release, print, NULL};

static cask_value *run_literal(cki_call *call)
{
    return cki_value_object(&literal_class, cask_value_ref(call->arguments[0]), call->error);
}

static cask_value *run_data(cki_call *call)
{
    return cask_value_ref(cki_value_self(call->arguments[0], &literal_class));
}

cask_value *cki_literal_task(cask_value *value, cki_error *error)
{
    cask_value *literal = cki_value_object(&literal_class, cask_value_ref(value), error);
    cask_value *tuple = literal ? cki_value_list(CKI_TUPLE, 1, error) : NULL;
    if (tuple)
        tuple->as.list.items[0] = literal;
    else
        cask_value_unref(literal);
    return tuple;
}

static cask_value *run_quote(cki_call *call)
{
    cask_value *given = call->arguments[0];
    bool task = given->kind == CKI_TUPLE && given->as.list.count &&
                cki_call_callable(given->as.list.items[0]);
    if (!task && given->kind != CKI_LIST && given->kind != CKI_DICT)
        return cask_value_ref(given);
    return cki_literal_task(given, call->error);
}

static const cki_operation quote = {
    "core.quote",
    CKI_IN_DASK,
    "x",
    "The value as a graph by hand takes it for itself: a task, list or dict as (literal,).",
    run_quote,
    NULL};
static const cki_operation literal = {
    "core.literal", CKI_IN_DASK,
    "data",         "A value that gives itself when it is called: no task, and no list of keys.",
    run_literal,    NULL};
static const cki_operation literal_call = {"literal.__call__", CKI_ARRAY_PROTOCOL, "self",
                                           "The value.",       run_data,           NULL};
static const cki_operation literal_data = {
    "literal.data", CKI_ARRAY_PROTOCOL | CKI_OWN_ATTRIBUTE, "self", "The value.", run_data, NULL};

const cki_operation *const cki_literal_operations[] = {&quote, &literal, &literal_call,
                                                       &literal_data, NULL};
