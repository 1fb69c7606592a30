/* Delayed: tokens of calls, by which equal pure calls are one. */
#include "call/call_token.h"
#include "delayed/delayed.h"

static bool add_all(cki_hasher *hasher, cask_value *const *values, size_t count, cki_error *error)
{
    bool known = true;
    cki_token_int(hasher, (int64_t)count);
    for (size_t i = 0; known && i < count; i++)
        known = cki_call_token_add(hasher, values[i], 0, error);
    return known;
}

bool cki_delayed_token(const cki_delayed_spec *spec, cki_token *token, cki_error *error)
{
    const cki_arguments *arguments = &spec->arguments;
    cki_hasher *hasher = cki_token_start(error);
    if (!hasher)
        return false;
    bool known = !spec->function || cki_call_token_add(hasher, spec->function, 0, error);
    cki_token_int(hasher, (spec->function != NULL) + 2 * spec->method);
    known = known && add_all(hasher, arguments->positional, arguments->count, error) &&
            add_all(hasher, arguments->named, arguments->nnamed, error);
    for (size_t i = 0; i < arguments->nnamed; i++)
        cki_token_text(hasher, arguments->names[i]);
    *token = cki_token_end(hasher);
    return known;
}
