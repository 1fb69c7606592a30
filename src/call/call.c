/* Calling: the kinds of functions, and which one a name stands for. */
#include "call/call.h"

#include "call/call_token.h"
#include "call/inner.h"
#include "call/standard.h"
#include "call/user.h"
#include "core/patience.h"
#include "eval/builtin.h"
#include "eval/lambda.h"
#include "eval/scope.h"

#include <string.h>

/* ---- finding ---- */

/* A name or names with dots, and nothing else: so no expression that could do more. */
static bool is_name(const char *text)
{
    for (; *text; text++)
        if (*text != '_' && *text != '.' && !(*text >= '0' && *text <= '9') &&
            !(*text >= 'a' && *text <= 'z') && !(*text >= 'A' && *text <= 'Z'))
            return false;
    return true;
}

static void consider(const char *name, const char *candidate, int *least, const char **nearest)
{
    int distance = cki_text_distance(name, candidate);
    if (distance < *least && distance <= ((int)strlen(name) + 2) / 4) {
        *least = distance;
        *nearest = candidate;
    }
}

static void refuse_name(const cask *ck, const char *name, cki_error *error)
{
    const char *nearest = NULL, *standard;
    const cask_function *user;
    int least = 4;
    for (size_t i = 0; strlen(name) < 200 && (user = cki_user_at(ck->user, i)); i++)
        consider(name, user->name, &least, &nearest);
    for (size_t i = 0; strlen(name) < 200 && (standard = cki_standard_nth(i)); i++)
        consider(name, standard, &least, &nearest);
    cki_fail(error, CASK_NOT_FOUND, "KeyError", "there is no function '%.200s'%s%s%s", name,
             nearest ? ". Did you mean: '" : ": register it, or load its plug-in with --preload",
             nearest ? nearest : "", nearest ? "'?" : "");
}

/* The value of a text that must be something to call. */
static cask_value *evaluate(cask *ck, const char *text, cki_error *error)
{
    cki_inner_call inner = {.ck = ck};
    cki_scope scope = {.host = cki_inner_host(&inner)};
    cask_value *value = cki_inner_end(&inner, cki_eval_text(&scope, text, error), error);
    if (value && !cki_call_callable(value)) {
        cki_fail(error, CASK_TYPE, NULL, "'%.200s' is no function: '%s' object is not callable",
                 text, cki_value_type(value));
        cask_value_unref(value);
        return NULL;
    }
    return value;
}

cask_value *cki_call_find(cask *ck, const char *name, cki_error *error)
{
    cki_error own = {0}, *failure = error ? error : &own;
    const cask_function *user = cki_user_find(ck->user, name);
    if (user)
        return cki_user_value(user, failure);
    cask_value *found = cki_standard_find(name, failure);
    if (!found && failure->status == CASK_OK)
        found = cki_builtin_name(name, failure);
    if (found && !cki_call_callable(found)) {
        cki_fail(failure, CASK_TYPE, NULL, "'%s' is no function: 'module' object is not callable",
                 name);
        cask_value_unref(found);
        return NULL;
    }
    if (found || failure->status != CASK_OK)
        return found;
    if (is_name(name) && (!strchr(name, '.') || !*name)) {
        refuse_name(ck, name, failure);
        return NULL;
    }
    found = evaluate(ck, name, failure);
    if (!found && is_name(name) && failure->status == CASK_NOT_FOUND) {
        *failure = (cki_error){0}; /* say that it is no function rather than no attribute */
        refuse_name(ck, name, failure);
    }
    return found;
}

bool cki_call_callable(const cask_value *function)
{
    return cki_eval_callable(function);
}

const char *cki_call_name(const cask_value *function)
{
    const cask_function *user = cki_user_of(function);
    if (user)
        return user->name;
    if (function->kind == CKI_OBJECT && cki_lambda_is(function))
        return "lambda";
    const char *name = cki_function_name(function);
    return name ? name : cki_value_type(function);
}

const char *cki_call_text(const cask_value *function)
{
    const cask_value *part;
    bool whole = function->kind == CKI_OBJECT && cki_lambda_is(function);
    for (size_t i = 0; whole && cki_lambda_part(function, i, &part); i++)
        whole = part->kind == CKI_NONE;
    return whole ? cki_lambda_text(function) : cki_call_name(function);
}

bool cki_call_takes(const cask_value *function, const char *name)
{
    return function->kind == CKI_OBJECT && cki_lambda_is(function) &&
           cki_lambda_takes(function, name);
}

/* ---- tokens ---- */

/* What a lambda says, and what it captured. */
static bool add_lambda(cki_hasher *hasher, const cask_value *function, int depth, cki_error *error)
{
    const cask_value *part;
    bool known = true;
    cki_token_text(hasher, cki_lambda_text(function));
    for (size_t i = 0; known && cki_lambda_part(function, i, &part); i++)
        known = cki_call_token_add(hasher, part, depth + 1, error);
    return known;
}

/* The language's own, by what they print as. */
static bool add_builtin(cki_hasher *hasher, const cask_value *function, cki_error *error)
{
    cki_text text = {0};
    cki_value_repr(function, &text);
    if (text.failed)
        cki_fail_memory(error, text.length);
    /* a bound method's text says only what kind of object it is bound to */
    bool known = !text.failed && cki_eval_callable(function) &&
                 !strstr(text.bytes, "bound method") && !strstr(text.bytes, "-in method");
    if (known)
        cki_token_text(hasher, text.bytes);
    const char *owner = cki_function_owner(function);
    cki_token_text(hasher, owner ? owner : "");
    cki_text_free(&text);
    return known;
}

bool cki_call_add(cki_hasher *hasher, const cask_value *function, int depth, cki_error *error)
{
    const cask_function *user = cki_user_of(function);
    const cki_token *own = cki_user_token(function);
    if (own)
        cki_token_token(hasher, *own);
    if (!user)
        return cki_lambda_is(function) ? add_lambda(hasher, function, depth, error)
                                       : add_builtin(hasher, function, error);
    cki_token_text(hasher, user->name);
    cki_token_int(hasher, user->version ? user->version : 1);
    return true;
}

bool cki_call_token(const cask_value *function, cki_token *token, cki_error *error)
{
    cki_hasher *hasher = cki_token_start(error);
    if (!hasher)
        return false;
    bool known = function->kind == CKI_OBJECT && cki_call_add(hasher, function, 0, error);
    *token = cki_token_end(hasher);
    return known;
}

/* ---- running ---- */

cask_value *cki_call_run(cask *ck, cask_value *function, const cki_arguments *arguments, void *run,
                         cki_error *error)
{
    cki_error own = {0}, *failure = error ? error : &own;
    const cask_function *user = cki_user_of(function);
    if (user)
        return cki_user_run(ck, user, arguments, run, failure);
    cki_inner_call inner = {.ck = ck, .run = run};
    cki_scope scope = {.host = cki_inner_host(&inner)};
    const atomic_bool *before = cki_patience_until(ck->cancel);
    cask_value *result = cki_function_call(&scope, function, arguments, failure);
    cki_patience_until(before);
    return cki_inner_end(&inner, result, failure);
}
