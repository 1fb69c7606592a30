/* Expressions from programs: the text is evaluated in a scope of its own, with the names given. */
#include <cask/expression.h>

#include "array/api.h"
#include "core/patience.h"
#include "expr/argument.h"
#include "expr/collection.h"
#include "lang/host.h"

#include <stdio.h>
#include <string.h>

enum { QUOTED = 60 };

/* What lazy arguments must be: of this context, and not failed. */
static cask_status check(cask *ck, const cki_node *node, cki_error *error)
{
    cask_status status = node->collection->status(node);
    if (status != CASK_OK)
        return error->status = status; /* told already, where it failed */
    if (node->ck != ck)
        return cki_fail(error, CASK_INVALID, NULL,
                        "things of two contexts cannot meet in one expression");
    return CASK_OK;
}

static cask_status put_name(cask *ck, cki_scope *scope, const cask_argument *argument,
                            cki_error *error)
{
    const cki_node *node = cki_argument_node(argument);
    if (!argument->name)
        return cki_fail(error, CASK_TYPE, NULL,
                        "what an expression is given needs a name: CASK_NAMED(\"x\", x)");
    if (node && check(ck, node, error) != CASK_OK)
        return error->status;
    cask_value *value = cki_argument_value(argument, error);
    cask_status status = value ? cki_eval_bind(scope, argument->name, value, error) : error->status;
    cask_value_unref(value);
    return status;
}

/* Say where in the text it went wrong. */
static void quote(const char *text, cki_error *error)
{
    size_t length = strlen(text), used = strlen(error->message);
    size_t count = error->end > error->begin ? error->end - error->begin : 0;
    if (count && error->end <= length && count < length)
        snprintf(error->message + used, sizeof error->message - used, " (at '%.*s%s')",
                 (int)(count < QUOTED ? count : QUOTED), text + error->begin,
                 count < QUOTED ? "" : "...");
    error->begin = error->end = 0;
}

/* The value of the text, which may be lazy; NULL with the error. */
static cask_value *evaluate(cask *ck, const char *text, cask_arguments names, cki_error *error)
{
    cki_session *session = ck->language, *own = NULL;
    if (!session) /* a program that has not used the language so far */
        session = own = cki_lang_open(ck, error);
    if (!session)
        return NULL;
    const atomic_bool *before = cki_patience_until(ck->cancel);
    const cki_host host = cki_host_of(session);
    cki_scope *scope = cki_eval_scope(&host, error);
    for (size_t i = 0; scope && i < names.count && error->status == CASK_OK; i++)
        put_name(ck, scope, &names.items[i], error);
    cask_value *value =
        scope && error->status == CASK_OK ? cki_eval_text(scope, text, error) : NULL;
    if (value && cki_patience_check(error) != CASK_OK) {
        cask_value_unref(value);
        value = NULL;
    }
    if (error->status == CASK_CANCELLED)
        atomic_store(&ck->cancelled, false); /* it has had its effect */
    cki_eval_scope_free(scope);
    cki_patience_until(before);
    cki_lang_close(own);
    quote(text, error);
    return value;
}

/* Whether there is all that evaluating needs. */
static bool is_ready(cask *ck, const char *expression, cask_arguments names, cki_error *error)
{
    if (!ck || !expression || (names.count && !names.items))
        cki_fail(error, CASK_INVALID, NULL, "cask_eval: '%s' is NULL",
                 !ck          ? "ck"
                 : expression ? "names"
                              : "expression");
    else if (!ck->compute) /* a context that could not be opened */
        *error = ck->error;
    return error->status == CASK_OK;
}

void cask_arrays_eval(cask *ck, const char *expression, cask_arguments names, cask_array *results,
                      size_t count)
{
    cki_error error = {0};
    bool made = false;
    if (is_ready(ck, expression, names, &error)) {
        cki_ledger *before = cki_ledger_enter(ck->ledger);
        cask_value *value = evaluate(ck, expression, names, &error);
        made = value && cki_api_results(ck, "the expression", value, results, count, &error);
        cask_value_unref(value);
        cki_ledger_enter(before);
    }
    if (made)
        return;
    cask_array failed = cki_api_poison(ck, &error);
    for (size_t i = 0; i < count; i++)
        results[i] = failed;
}

cask_array cask_array_eval(cask *ck, const char *expression, cask_arguments names)
{
    cask_array result;
    cask_arrays_eval(ck, expression, names, &result, 1);
    return result;
}

cask_status cask_eval(cask *ck, const char *expression, cask_arguments names, cask_value **value)
{
    cki_error error = {0};
    if (!value)
        return cki_context_lacks(ck, "cask_eval", "value");
    *value = NULL;
    if (is_ready(ck, expression, names, &error)) {
        cki_ledger *before = cki_ledger_enter(ck->ledger);
        cask_value *lazy = evaluate(ck, expression, names, &error);
        if (lazy)
            *value = cki_collection_compute_value(ck, lazy, &error);
        cask_value_unref(lazy);
        cki_ledger_enter(before);
    }
    return cki_context_fail(ck, &error);
}
