/* Spelled operations: their parameters become names of a scope, and the expression is evaluated.
 */
#include "lang/spelled.h"
#include "expr/signature.h"
#include "lang/host.h"

/* The parameters' names, bound to the arguments. */
static cask_status bind(cki_scope *scope, const cki_call *call)
{
    cki_parameter parameters[CKI_PARAMETERS];
    size_t count;
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
    cki_session *session = call->ck->language;
    if (!session) { /* a program that never used the language; lambdas may hold on to it */
        session = cki_arena_alloc(&call->ck->arena, sizeof *session);
        if (!session) {
            cki_fail_memory(call->error, sizeof *session);
            return NULL;
        }
        *session = (cki_session){.ck = call->ck};
    }
    const cki_host host = cki_host_of(session);
    cki_scope *scope = cki_eval_scope(&host, call->error);
    cask_value *result = NULL;
    if (scope && bind(scope, call) == CASK_OK && check(scope, spelled, call->error) == CASK_OK)
        result = cki_eval_text(scope, spelled->text, call->error);
    cki_eval_scope_free(scope);
    call->error->begin = call->error->end = 0; /* a place in our text, not in the user's */
    return result;
}
