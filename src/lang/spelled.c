/* Spelled operations: their parameters become names of a scope, and the expression is evaluated.
 */
#include "lang/spelled.h"
#include "expr/signature.h"
#include "lang/namespace.h"

/* accumulate(items, function): the first, and what the function makes of each result and the next
 * item: itertools.accumulate as a list. */
static cask_value *run_accumulate(cki_call *call)
{
    cki_session *session = call->ck->language;
    cask_value *items = cki_value_items(call->arguments[0], call->error);
    size_t count = items ? items->as.list.count : 0;
    cask_value *results = items ? cki_value_list(CKI_LIST, count, call->error) : NULL;
    for (size_t i = 0; results && i < count && call->error->status == CASK_OK; i++) {
        cask_value *const pair[2] = {i ? results->as.list.items[i - 1] : NULL,
                                     items->as.list.items[i]};
        const cki_arguments given = {.positional = pair, .count = 2};
        results->as.list.items[i] =
            i ? cki_eval_call(session->scope, call->arguments[1], &given, call->error)
              : cask_value_ref(pair[1]);
        if (!results->as.list.items[i])
            results->as.list.count = i;
    }
    cask_value_unref(items);
    if (call->error->status == CASK_OK)
        return results;
    cask_value_unref(results);
    return NULL;
}

static const cki_operation accumulate = {
    "accumulate", 0, "items, function", "Results of a function so far.", run_accumulate, NULL};

/* The parameters' names, bound to the arguments. */
static cask_status bind(cki_scope *scope, const cki_call *call)
{
    cki_parameter parameters[CKI_PARAMETERS];
    size_t count;
    cask_value *helper = cki_namespace_function(&accumulate, false, NULL, call->error);
    cask_status status =
        helper ? cki_eval_bind(scope, accumulate.name, helper, call->error) : call->error->status;
    cask_value_unref(helper);
    if (status != CASK_OK)
        return status;
    if (!cki_signature_parse(call->operation->signature, parameters, &count))
        return cki_fail_internal(call->error, call->operation->name);
    for (size_t i = 0; i < count && i < call->count; i++)
        if (call->arguments[i] &&
            cki_eval_bind(scope, parameters[i].name, call->arguments[i], call->error) != CASK_OK)
            return call->error->status;
    return CASK_OK;
}

static cask_status check(cki_scope *scope, const cki_spelled *spelled, cki_error *error)
{
    for (int i = 0; i < CKI_SPELLED_CHECKS && spelled->checks[i].holds; i++) {
        cask_value *value = cki_eval_text(scope, spelled->checks[i].holds, error);
        bool holds = false;
        cask_status status = value ? cki_value_truth(value, &holds, error) : error->status;
        cask_value_unref(value);
        if (status == CASK_OK && !holds)
            status = cki_fail(error, CASK_INVALID, spelled->checks[i].python, "%s",
                              spelled->checks[i].message);
        if (status != CASK_OK)
            return status;
    }
    return CASK_OK;
}

cask_value *cki_spelled_run(cki_call *call)
{
    const cki_spelled *spelled = call->operation->detail;
    cki_session *session = call->ck->language, *own = NULL;
    if (!session) /* a program that never used the language */
        session = own = cki_lang_open(call->ck, call->error);
    if (!session)
        return NULL;
    const cki_host host = cki_host_of(session);
    cki_scope *scope = cki_eval_scope(&host, call->error);
    cask_value *result = NULL;
    if (scope && bind(scope, call) == CASK_OK && check(scope, spelled, call->error) == CASK_OK)
        result = cki_eval_text(scope, spelled->text, call->error);
    cki_eval_scope_free(scope);
    cki_lang_close(own);
    call->error->begin = call->error->end = 0; /* a place in our text, not in the user's */
    return result;
}
