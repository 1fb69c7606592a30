/* Delayed: tokens of calls, by which equal pure calls are one. */
#include "call/call.h"
#include "delayed/delayed.h"

enum { DEEPEST = 500 };

static bool add(cki_hasher *hasher, const cask_value *value, int depth);

static bool add_all(cki_hasher *hasher, cask_value *const *values, size_t count, int depth)
{
    bool known = true;
    cki_token_int(hasher, (int64_t)count);
    for (size_t i = 0; known && i < count; i++)
        known = add(hasher, values[i], depth);
    return known;
}

/* Sets and dicts are told by their order too: one that differs is computed twice, and not wrong. */
static bool add(cki_hasher *hasher, const cask_value *value, int depth)
{
    const cki_node *node = value->kind == CKI_OBJECT ? cki_operation_node(value) : NULL;
    cki_token token;
    if (depth > DEEPEST)
        return false;
    cki_token_int(hasher, (int64_t)value->kind);
    switch ((cki_kind)value->kind) {
    case CKI_OBJECT:
        if (!node && !cki_call_token(value, &token))
            return false;
        cki_token_token(hasher, node ? node->token : token);
        return true;
    case CKI_LIST:
    case CKI_TUPLE:
    case CKI_SET:
        return add_all(hasher, value->as.list.items, value->as.list.count, depth + 1);
    case CKI_DICT:
        return add_all(hasher, value->as.dict.keys, value->as.dict.count, depth + 1) &&
               add_all(hasher, value->as.dict.values, value->as.dict.count, depth + 1);
    case CKI_SLICE:
        return add(hasher, value->as.slice.start, depth + 1) &&
               add(hasher, value->as.slice.stop, depth + 1) &&
               add(hasher, value->as.slice.step, depth + 1);
    case CKI_NONE:
    case CKI_BOOL:
    case CKI_INT:
    case CKI_FLOAT:
    case CKI_COMPLEX:
    case CKI_STR:
    case CKI_BYTES:
    case CKI_ELLIPSIS:
    case CKI_RANGE:
    case CKI_DTYPE:
    case CKI_ARRAY:
        cki_token_value(hasher, value);
        return true;
    }
    return false;
}

bool cki_delayed_token(const cki_delayed_spec *spec, cki_token *token, cki_error *error)
{
    const cki_arguments *arguments = &spec->arguments;
    cki_hasher *hasher = cki_token_start(error);
    if (!hasher)
        return false;
    bool known = !spec->function || add(hasher, spec->function, 0);
    cki_token_int(hasher, (spec->function != NULL) + 2 * spec->method);
    known = known && add_all(hasher, arguments->positional, arguments->count, 0) &&
            add_all(hasher, arguments->named, arguments->nnamed, 0);
    for (size_t i = 0; i < arguments->nnamed; i++)
        cki_token_text(hasher, arguments->names[i]);
    *token = cki_token_end(hasher);
    return known;
}
