/* Comparisons: equality, order, membership, identity and truth, with the host asked where arrays or
 * lazy things take part. */
#include "eval/operate.h"
#include "eval/scope.h"
#include "eval/walk.h"

#include <string.h>

bool cki_compare_is(const cask_value *a, const cask_value *b)
{
    if (a == b)
        return true;
    if (a->kind != b->kind)
        return false;
    return a->kind == CKI_NONE || a->kind == CKI_ELLIPSIS ||
           (a->kind == CKI_BOOL && a->as.boolean == b->as.boolean) ||
           (a->kind == CKI_INT && a->as.integer == b->as.integer && a->as.integer >= -5 &&
            a->as.integer <= 256) || /* the small integers are one object each in CPython */
           (cki_function_is_own(a) && cki_function_same(a, b));
}

bool cki_compare_truth(cki_scope *scope, cask_value *value, bool *truth, cki_error *error)
{
    if (value->kind == CKI_OBJECT && cki_function_is_own(value)) {
        *truth = true;
        return true;
    }
    if (value->kind == CKI_OBJECT && scope->host.truth)
        return scope->host.truth(scope->host.self, value, truth, error) == CASK_OK;
    cask_value *concrete = cki_function_concrete(scope, value, error);
    bool ok = concrete && cki_value_truth(concrete, truth, error) == CASK_OK;
    cask_value_unref(concrete);
    return ok;
}

static bool host_decides(cki_scope *scope, cki_operator op, cask_value *a, cask_value *b,
                         bool *holds, bool *known, cki_error *error)
{
    *known = false;
    if (!scope->host.operate || (!cki_operate_is_host(a) && !cki_operate_is_host(b)))
        return true;
    cask_value *value = scope->host.operate(scope->host.self, op, a, b, error);
    if (!value)
        return error->status == CASK_OK;
    *known = true;
    bool ok = cki_compare_truth(scope, value, holds, error);
    cask_value_unref(value);
    return ok;
}

bool cki_compare_equal(cki_scope *scope, cask_value *a, cask_value *b, bool *equal,
                       cki_error *error)
{
    bool known;
    if (!host_decides(scope, CKI_OP_EQ, a, b, equal, &known, error))
        return false;
    if (!known)
        *equal = cki_value_equal(a, b) || cki_function_same(a, b);
    return true;
}

bool cki_compare_less(cki_scope *scope, cask_value *a, cask_value *b, const char *sign, bool *less,
                      cki_error *error)
{
    bool known, unordered = false;
    int order;
    cki_operator op = sign[0] == '>' ? CKI_OP_GT : CKI_OP_LT;
    if (!host_decides(scope, op, a, b, less, &known, error))
        return false;
    if (known)
        return true;
    if (cki_value_compare(a, b, sign, &order, &unordered, error) != CASK_OK)
        return false;
    *less = !unordered && (op == CKI_OP_GT ? order > 0 : order < 0);
    return true;
}

cask_value *cki_compare_operate(cki_scope *scope, cki_operator op, cask_value *a, cask_value *b,
                                cki_error *error)
{
    bool unordered = false;
    int order = 0;
    (void)scope;
    if (op == CKI_OP_EQ || op == CKI_OP_NE)
        return cki_value_bool((cki_value_equal(a, b) || cki_function_same(a, b)) ==
                              (op == CKI_OP_EQ));
    if (cki_value_compare(a, b, cki_host_sign(op), &order, &unordered, error) != CASK_OK)
        return NULL;
    bool holds = op == CKI_OP_LT   ? order < 0
                 : op == CKI_OP_LE ? order <= 0
                 : op == CKI_OP_GT ? order > 0
                                   : order >= 0;
    return cki_value_bool(holds && !unordered);
}

static bool range_has(const cask_value *range, const cask_value *item, bool *in)
{
    int64_t start = range->as.range.start, step = range->as.range.step, length;
    *in = false;
    if (item->kind != CKI_INT && item->kind != CKI_BOOL)
        return false;
    int64_t number = item->kind == CKI_INT ? item->as.integer : item->as.boolean;
    if (cki_value_length(range, &length, NULL) != CASK_OK)
        return false;
    cki_wide distance = (cki_wide)number - start;
    *in = distance % step == 0 && distance / step >= 0 && distance / step < length;
    return true;
}

static bool text_has(const cask_value *text, const cask_value *item, bool *in, cki_error *error)
{
    if (text->kind == CKI_BYTES && (item->kind == CKI_INT || item->kind == CKI_BOOL)) {
        int64_t byte = item->kind == CKI_INT ? item->as.integer : item->as.boolean;
        if (byte < 0 || byte > 255) {
            cki_fail(error, CASK_INVALID, NULL, "byte must be in range(0, 256)");
            return false;
        }
        *in = memchr(text->as.text.bytes, (int)byte, text->as.text.length) != NULL;
        return true;
    }
    if (item->kind != text->kind) {
        if (text->kind == CKI_STR)
            cki_fail(error, CASK_TYPE, NULL,
                     "'in <string>' requires string as left operand, not %s", cki_value_type(item));
        else
            cki_fail(error, CASK_TYPE, NULL, "a bytes-like object is required, not '%s'",
                     cki_value_type(item));
        return false;
    }
    *in = item->as.text.length == 0 || memmem(text->as.text.bytes, text->as.text.length,
                                              item->as.text.bytes, item->as.text.length);
    return true;
}

bool cki_compare_in(cki_scope *scope, cask_value *item, cask_value *container, bool *in,
                    cki_error *error)
{
    cki_walk walk;
    cask_value *next;
    *in = false;
    if (container->kind == CKI_STR || container->kind == CKI_BYTES)
        return text_has(container, item, in, error);
    if (container->kind == CKI_RANGE && range_has(container, item, in))
        return true;
    if (container->kind == CKI_SET || container->kind == CKI_DICT) {
        *in = container->kind == CKI_SET ? cki_value_set_has(container, item, error)
                                         : cki_value_dict_get(container, item, error) != NULL;
        return error->status == CASK_OK;
    }
    if (!cki_operate_is_host(container) && container->kind != CKI_LIST &&
        container->kind != CKI_TUPLE && container->kind != CKI_RANGE) {
        cki_fail(error, CASK_TYPE, NULL, "argument of type '%s' is not iterable",
                 cki_value_type(container));
        return false;
    }
    if (!cki_walk_start(&walk, scope, container, error))
        return false;
    bool ok = true;
    while (ok && !*in && (next = cki_walk_next(&walk))) {
        if (cki_compare_is(next, item))
            *in = true;
        else
            ok = cki_compare_equal(scope, next, item, in, error);
        cask_value_unref(next);
    }
    cki_walk_end(&walk);
    return ok && error->status == CASK_OK;
}
