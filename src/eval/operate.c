/* Operate: which rules an operator follows for these two values, and Python's words where it has no
 * meaning for them. */
#include "eval/operate.h"
#include "eval/scope.h"

bool cki_operate_is_number(const cask_value *value)
{
    return value->kind >= CKI_BOOL && value->kind <= CKI_COMPLEX;
}

bool cki_operate_is_host(const cask_value *value)
{
    return value->kind == CKI_ARRAY || value->kind == CKI_DTYPE ||
           (value->kind == CKI_OBJECT && !cki_function_is_own(value));
}

static bool is_comparison(cki_operator op)
{
    return op >= CKI_OP_EQ && op <= CKI_OP_GE;
}

static bool is_sequence(const cask_value *value)
{
    return value->kind == CKI_STR || value->kind == CKI_BYTES || value->kind == CKI_LIST ||
           value->kind == CKI_TUPLE;
}

static cask_value *refuse_unary(cki_operator op, const cask_value *a, cki_error *error)
{
    if (op == CKI_OP_ABS)
        cki_fail(error, CASK_TYPE, NULL, "bad operand type for abs(): '%s'", cki_value_type(a));
    else
        cki_fail(error, CASK_TYPE, NULL, "bad operand type for unary %s: '%s'", cki_host_sign(op),
                 cki_value_type(a));
    return NULL;
}

/* What Python says when neither operand knows the other. */
static cask_value *refuse(cki_operator op, const cask_value *a, const cask_value *b,
                          cki_error *error)
{
    const char *left = cki_value_type(a), *right = cki_value_type(b);
    if (op == CKI_OP_ADD && (a->kind == CKI_STR || a->kind == CKI_LIST || a->kind == CKI_TUPLE))
        cki_fail(error, CASK_TYPE, NULL, "can only concatenate %s (not \"%s\") to %s", left, right,
                 left);
    else if (op == CKI_OP_ADD && a->kind == CKI_BYTES)
        cki_fail(error, CASK_TYPE, NULL, "can't concat %s to bytes", right);
    else if (op == CKI_OP_MUL && (is_sequence(a) || is_sequence(b)))
        cki_fail(error, CASK_TYPE, NULL, "can't multiply sequence by non-int of type '%s'",
                 is_sequence(a) ? right : left);
    else if (is_comparison(op))
        cki_fail(error, CASK_TYPE, NULL, "'%s' not supported between instances of '%s' and '%s'",
                 cki_host_sign(op), left, right);
    else
        cki_fail(error, CASK_TYPE, NULL, "unsupported operand type(s) for %s: '%s' and '%s'",
                 op == CKI_OP_POW ? "** or pow()" : cki_host_sign(op), left, right);
    return NULL;
}

/* The host's answer; *known false where it has none. */
static cask_value *ask_host(cki_scope *scope, cki_operator op, cask_value *a, cask_value *b,
                            bool *known, cki_error *error)
{
    cask_value *value = NULL;
    if (scope->host.operate)
        value = scope->host.operate(scope->host.self, op, a, b, error);
    *known = value || error->status != CASK_OK;
    return value;
}

static cask_value *operate_sequences(cki_scope *scope, cki_operator op, cask_value *a,
                                     cask_value *b, cki_error *error)
{
    if (op == CKI_OP_ADD)
        return cki_sequence_add(a, b, error);
    if (op == CKI_OP_MUL && is_sequence(a) && (b->kind == CKI_INT || b->kind == CKI_BOOL))
        return cki_sequence_repeat(a, b, error);
    if (op == CKI_OP_MUL && is_sequence(b) && (a->kind == CKI_INT || a->kind == CKI_BOOL))
        return cki_sequence_repeat(b, a, error);
    if (op == CKI_OP_MOD && a->kind == CKI_STR)
        return cki_eval_format(scope, a->as.text.bytes, a->as.text.length, b, error);
    return cki_sequence_combine(op, a, b, error);
}

static cask_value *operate_unary(cki_scope *scope, cki_operator op, cask_value *a, cki_error *error)
{
    bool known = false;
    cask_value *value = NULL;
    if (cki_operate_is_host(a))
        value = ask_host(scope, op, a, NULL, &known, error);
    else if (cki_operate_is_number(a))
        value = cki_number_operate(op, a, NULL, error);
    return value || error->status != CASK_OK ? value : refuse_unary(op, a, error);
}

cask_value *cki_eval_operate(cki_scope *scope, cki_operator op, cask_value *a, cask_value *b,
                             cki_error *error)
{
    bool known = false;
    cask_value *value = NULL;
    cki_error own = {0};
    if (!error)
        error = &own;
    if (!b)
        return operate_unary(scope, op, a, error);
    bool format = op == CKI_OP_MOD && a->kind == CKI_STR;
    if (!format && (cki_operate_is_host(a) || cki_operate_is_host(b))) {
        value = ask_host(scope, op, a, b, &known, error);
        if (known)
            return value;
    }
    if (is_comparison(op))
        value = cki_compare_operate(scope, op, a, b, error);
    else if (cki_operate_is_number(a) && cki_operate_is_number(b))
        value = cki_number_operate(op, a, b, error);
    else
        value = operate_sequences(scope, op, a, b, error);
    return value || error->status != CASK_OK ? value : refuse(op, a, b, error);
}
