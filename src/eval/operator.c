/* The operator module: Python's operators as functions, each also under its __name__. */
#include "eval/builtin.h"
#include "eval/getter.h"
#include "eval/operate.h"
#include "eval/walk.h"

/* X(name, cki_operator): functions of two, and of one. Names that are C's keep an underscore. */
#define BINARY(X)                                                                                  \
    X(add, CKI_OP_ADD)                                                                             \
    X(and_, CKI_OP_AND)                                                                            \
    X(eq, CKI_OP_EQ)                                                                               \
    X(floordiv, CKI_OP_FLOORDIV)                                                                   \
    X(ge, CKI_OP_GE)                                                                               \
    X(gt, CKI_OP_GT)                                                                               \
    X(le, CKI_OP_LE)                                                                               \
    X(lshift, CKI_OP_LSHIFT)                                                                       \
    X(lt, CKI_OP_LT)                                                                               \
    X(matmul, CKI_OP_MATMUL)                                                                       \
    X(mod, CKI_OP_MOD)                                                                             \
    X(mul, CKI_OP_MUL)                                                                             \
    X(ne, CKI_OP_NE)                                                                               \
    X(or_, CKI_OP_OR)                                                                              \
    X(pow, CKI_OP_POW)                                                                             \
    X(rshift, CKI_OP_RSHIFT)                                                                       \
    X(sub, CKI_OP_SUB)                                                                             \
    X(truediv, CKI_OP_DIV)                                                                         \
    X(xor, CKI_OP_XOR)
#define UNARY(X)                                                                                   \
    X(abs, CKI_OP_ABS)                                                                             \
    X(inv, CKI_OP_INVERT)                                                                          \
    X(invert, CKI_OP_INVERT)                                                                       \
    X(neg, CKI_OP_NEG)                                                                             \
    X(pos, CKI_OP_POS)

#define RUN_BINARY(name, op)                                                                       \
    static cask_value *run_##name(cki_call *call)                                                  \
    {                                                                                              \
        return cki_eval_operate(call->scope, op, call->slot[0], call->slot[1], call->error);       \
    }
#define RUN_UNARY(name, op)                                                                        \
    static cask_value *run_##name(cki_call *call)                                                  \
    {                                                                                              \
        return cki_eval_operate(call->scope, op, call->slot[0], NULL, call->error);                \
    }
BINARY(RUN_BINARY)
UNARY(RUN_UNARY)
#undef RUN_BINARY
#undef RUN_UNARY

static cask_value *truth(cki_call *call, bool wanted)
{
    bool is;
    if (!cki_compare_truth(call->scope, call->slot[0], &is, call->error))
        return NULL;
    return cki_value_bool(is == wanted);
}

static cask_value *run_not(cki_call *call)
{
    return truth(call, false);
}

static cask_value *run_truth(cki_call *call)
{
    return truth(call, true);
}

static cask_value *run_is(cki_call *call)
{
    return cki_value_bool(cki_compare_is(call->slot[0], call->slot[1]));
}

static cask_value *run_is_not(cki_call *call)
{
    return cki_value_bool(!cki_compare_is(call->slot[0], call->slot[1]));
}

static cask_value *run_contains(cki_call *call)
{
    bool in;
    if (!cki_compare_in(call->scope, call->slot[1], call->slot[0], &in, call->error))
        return NULL;
    return cki_value_bool(in);
}

static cask_value *run_concat(cki_call *call)
{
    cask_value *joined = cki_sequence_add(call->slot[0], call->slot[1], call->error);
    if (joined || call->error->status != CASK_OK)
        return joined;
    if (cki_operate_is_number(call->slot[0]) || call->slot[0]->kind == CKI_NONE)
        return cki_function_type_error(call, "'%s' object can't be concatenated",
                                       cki_value_type(call->slot[0]));
    return cki_eval_operate(call->scope, CKI_OP_ADD, call->slot[0], call->slot[1], call->error);
}

static cask_value *run_getitem(cki_call *call)
{
    return cki_index_item(call->scope, call->slot[0], call->slot[1], call->error);
}

static cask_value *run_index(cki_call *call)
{
    int64_t number;
    return cki_value_index(call->slot[0], &number, call->error) == CASK_OK
               ? cki_value_int(number, call->error)
               : NULL;
}

/* How many items equal the second argument, or where the first of them is (`first`). */
static cask_value *search(cki_call *call, bool first)
{
    cki_walk walk;
    cask_value *item;
    int64_t at = 0, count = 0;
    bool ok = cki_walk_start(&walk, call->scope, call->slot[0], call->error);
    for (; ok && (!first || !count) && (item = cki_walk_next(&walk)); at++) {
        bool equal = cki_compare_is(item, call->slot[1]);
        ok = equal || cki_compare_equal(call->scope, item, call->slot[1], &equal, call->error);
        count += equal;
        cask_value_unref(item);
    }
    cki_walk_end(&walk);
    if (!ok || call->error->status != CASK_OK)
        return NULL;
    if (first && !count)
        return cki_function_value_error(call, "sequence.index(x): x not in sequence");
    return cki_value_int(first ? at - 1 : count, call->error);
}

static cask_value *run_count_of(cki_call *call)
{
    return search(call, false);
}

static cask_value *run_index_of(cki_call *call)
{
    return search(call, true);
}

static cask_value *run_length_hint(cki_call *call)
{
    int64_t length;
    cki_error ignored = {0};
    if (cki_value_length(call->slot[0], &length, &ignored) == CASK_OK)
        return cki_value_int(length, call->error);
    return call->slot[1] ? cask_value_ref(call->slot[1]) : cki_value_int(0, call->error);
}

static cask_value *run_call(cki_call *call)
{
    cki_arguments rest = *call->arguments;
    if (!rest.count)
        return cki_function_type_error(call, "call expected at least 1 argument, got 0");
    rest.positional++;
    rest.count--;
    return cki_function_call(call->scope, call->arguments->positional[0], &rest, call->error);
}

#define ROW_BINARY(name, op) {#name, run_##name, "a b /", "_operator"},
#define ROW_UNARY(name, op)  {#name, run_##name, "a /", "_operator"},
static const cki_builtin functions[] = {
    BINARY(ROW_BINARY) UNARY(ROW_UNARY){"attrgetter", cki_getter_attribute, NULL, "operator"},
    {"call", run_call, NULL, "_operator"},
    {"concat", run_concat, "a b /", "_operator"},
    {"contains", run_contains, "a b /", "_operator"},
    {"countOf", run_count_of, "a b /", "_operator"},
    {"getitem", run_getitem, "a b /", "_operator"},
    {"index", run_index, "a /", "_operator"},
    {"indexOf", run_index_of, "a b /", "_operator"},
    {"is_", run_is, "a b /", "_operator"},
    {"is_not", run_is_not, "a b /", "_operator"},
    {"itemgetter", cki_getter_item, NULL, "operator"},
    {"length_hint", run_length_hint, "obj default= /", "_operator"},
    {"methodcaller", cki_getter_method, NULL, "operator"},
    {"not_", run_not, "a /", "_operator"},
    {"truth", run_truth, "a /", "_operator"},
    /* changing in place is making anew, where values do not change */
    {"iadd", run_add, "a b /", "_operator"},
    {"isub", run_sub, "a b /", "_operator"},
    {"imul", run_mul, "a b /", "_operator"},
    {"itruediv", run_truediv, "a b /", "_operator"},
    {"ifloordiv", run_floordiv, "a b /", "_operator"},
    {"imod", run_mod, "a b /", "_operator"},
    {"ipow", run_pow, "a b /", "_operator"},
    {"iand", run_and_, "a b /", "_operator"},
    {"ior", run_or_, "a b /", "_operator"},
    {"ixor", run_xor, "a b /", "_operator"},
    {"ilshift", run_lshift, "a b /", "_operator"},
    {"irshift", run_rshift, "a b /", "_operator"},
    {"__add__", run_add, "a b /", "_operator"},
    {"__and__", run_and_, "a b /", "_operator"},
    {"__eq__", run_eq, "a b /", "_operator"},
    {"__floordiv__", run_floordiv, "a b /", "_operator"},
    {"__ge__", run_ge, "a b /", "_operator"},
    {"__gt__", run_gt, "a b /", "_operator"},
    {"__le__", run_le, "a b /", "_operator"},
    {"__lshift__", run_lshift, "a b /", "_operator"},
    {"__lt__", run_lt, "a b /", "_operator"},
    {"__matmul__", run_matmul, "a b /", "_operator"},
    {"__mod__", run_mod, "a b /", "_operator"},
    {"__mul__", run_mul, "a b /", "_operator"},
    {"__ne__", run_ne, "a b /", "_operator"},
    {"__or__", run_or_, "a b /", "_operator"},
    {"__pow__", run_pow, "a b /", "_operator"},
    {"__rshift__", run_rshift, "a b /", "_operator"},
    {"__sub__", run_sub, "a b /", "_operator"},
    {"__truediv__", run_truediv, "a b /", "_operator"},
    {"__xor__", run_xor, "a b /", "_operator"},
    {"__abs__", run_abs, "a /", "_operator"},
    {"__inv__", run_inv, "a /", "_operator"},
    {"__invert__", run_invert, "a /", "_operator"},
    {"__neg__", run_neg, "a /", "_operator"},
    {"__pos__", run_pos, "a /", "_operator"},
    {"__not__", run_not, "a /", "_operator"},
    {"__index__", run_index, "a /", "_operator"},
    {"__concat__", run_concat, "a b /", "_operator"},
    {"__contains__", run_contains, "a b /", "_operator"},
    {"__getitem__", run_getitem, "a b /", "_operator"},
    {NULL, NULL, NULL, NULL}};

const cki_module cki_operator_module = {"operator", functions, NULL};
