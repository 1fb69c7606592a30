/* Tokens of values with functions and lazy things in them, at any depth that Python allows. */
#include "call/call_token.h"

#include "expr/node.h"
#include "expr/operation.h"

enum { DEEPEST = 500 };

typedef struct adding {
    cki_hasher *hasher;
    cki_error *error; /* set where memory was short; may be NULL */
} adding;

static bool add(const adding *a, const cask_value *value, int depth);

/* The token of one value, or of a key and its value. */
static bool token_of(const adding *a, const cask_value *key, const cask_value *value,
                     cki_token *token, int depth)
{
    const adding one = {cki_token_start(a->error), a->error};
    if (!one.hasher)
        return false;
    bool known = (!key || add(&one, key, depth)) && add(&one, value, depth);
    *token = cki_token_end(one.hasher);
    return known;
}

/* Sums do not depend on the order. */
static bool add_unordered(const adding *a, cask_value *const *keys, cask_value *const *values,
                          size_t count, int depth)
{
    cki_token sum = {0}, token;
    for (size_t i = 0; i < count; i++) {
        if (!token_of(a, keys ? keys[i] : NULL, values[i], &token, depth))
            return false;
        sum.low += token.low;
        sum.high += token.high;
    }
    cki_token_int(a->hasher, (int64_t)count);
    cki_token_token(a->hasher, sum);
    return true;
}

static bool add_all(const adding *a, cask_value *const *values, size_t count, int depth)
{
    bool known = true;
    cki_token_int(a->hasher, (int64_t)count);
    for (size_t i = 0; known && i < count; i++)
        known = add(a, values[i], depth);
    return known;
}

static bool add_object(const adding *a, const cask_value *value, int depth)
{
    const cki_node *node = cki_operation_node(value);
    if (!node)
        return cki_call_add(a->hasher, value, depth, a->error);
    cki_token_token(a->hasher, node->token);
    return true;
}

static bool add(const adding *a, const cask_value *value, int depth)
{
    if (depth > DEEPEST)
        return false;
    cki_token_int(a->hasher, (int64_t)value->kind);
    switch ((cki_kind)value->kind) {
    case CKI_OBJECT:
        return add_object(a, value, depth);
    case CKI_LIST:
    case CKI_TUPLE:
        return add_all(a, value->as.list.items, value->as.list.count, depth + 1);
    case CKI_SET:
        return add_unordered(a, NULL, value->as.list.items, value->as.list.count, depth + 1);
    case CKI_DICT:
        return add_unordered(a, value->as.dict.keys, value->as.dict.values, value->as.dict.count,
                             depth + 1);
    case CKI_SLICE:
        return add(a, value->as.slice.start, depth + 1) &&
               add(a, value->as.slice.stop, depth + 1) && add(a, value->as.slice.step, depth + 1);
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
        break;
    }
    cki_token_value(a->hasher, value);
    return true;
}

bool cki_call_token_add(cki_hasher *hasher, const cask_value *value, int depth, cki_error *error)
{
    const adding a = {hasher, error};
    return add(&a, value, depth);
}
