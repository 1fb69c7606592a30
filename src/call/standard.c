/* Standard: functions for graphs by hand, with the meaning that Python's operators have. */
#include "call/standard.h"

#include "eval/builtin.h"
#include "eval/operate.h"
#include "eval/walk.h"

#include <string.h>

static cask_value *operate(cki_call *call, cki_operator op)
{
    return cki_eval_operate(call->scope, op, call->slot[0], call->slot[1], call->error);
}

/* With a number on one side: x + 1, x - 1, 2 * x. */
static cask_value *with(cki_call *call, cki_operator op, int64_t number, bool left)
{
    cask_value *other = cki_value_int(number, call->error);
    if (!other)
        return NULL;
    cask_value *x = call->slot[0];
    cask_value *result =
        cki_eval_operate(call->scope, op, left ? other : x, left ? x : other, call->error);
    cask_value_unref(other);
    return result;
}

static cask_value *run_inc(cki_call *call)
{
    return with(call, CKI_OP_ADD, 1, false);
}

static cask_value *run_dec(cki_call *call)
{
    return with(call, CKI_OP_SUB, 1, false);
}

static cask_value *run_double(cki_call *call)
{
    return with(call, CKI_OP_MUL, 2, true);
}

static cask_value *run_neg(cki_call *call)
{
    return operate(call, CKI_OP_NEG);
}

static cask_value *run_add(cki_call *call)
{
    return operate(call, CKI_OP_ADD);
}

static cask_value *run_sub(cki_call *call)
{
    return operate(call, CKI_OP_SUB);
}

static cask_value *run_mul(cki_call *call)
{
    return operate(call, CKI_OP_MUL);
}

static cask_value *run_div(cki_call *call)
{
    return operate(call, CKI_OP_DIV);
}

static cask_value *run_floordiv(cki_call *call)
{
    return operate(call, CKI_OP_FLOORDIV);
}

static cask_value *run_mod(cki_call *call)
{
    return operate(call, CKI_OP_MOD);
}

static cask_value *run_pow(cki_call *call)
{
    return operate(call, CKI_OP_POW);
}

static cask_value *run_getitem(cki_call *call)
{
    return cki_index_item(call->scope, call->slot[0], call->slot[1], call->error);
}

static cask_value *run_identity(cki_call *call)
{
    return cask_value_ref(call->slot[0]);
}

/* The numbers themselves, as a list. */
static cask_value *run_range(cki_call *call)
{
    cask_value *type = cki_builtin_name("range", call->error);
    cask_value *range =
        type ? cki_function_call(call->scope, type, call->arguments, call->error) : NULL;
    cask_value *list = NULL;
    if (range && range->as.range.step != 0) /* which range() has refused already */
        list = cki_walk_all(call->scope, range, CKI_LIST, call->error);
    cask_value_unref(range);
    cask_value_unref(type);
    return list;
}

/* The items of the items. */
static cask_value *run_concat(cki_call *call)
{
    cki_walk outer, inner;
    cki_heap heap = {0};
    cask_value *list, *item;
    bool ok = cki_walk_start(&outer, call->scope, call->slot[0], call->error);
    while (ok && (list = cki_walk_next(&outer))) {
        ok = cki_walk_start(&inner, call->scope, list, call->error);
        while (ok && (item = cki_walk_next(&inner)))
            ok = cki_walk_keep(&heap, item, call->error);
        cki_walk_end(&inner);
        ok = ok && call->error->status == CASK_OK;
        cask_value_unref(list);
    }
    cki_walk_end(&outer);
    if (ok && call->error->status == CASK_OK)
        return cki_walk_made(&heap, CKI_LIST, call->error);
    cki_walk_drop(&heap);
    return NULL;
}

static const cki_builtin functions[] = {{"inc", run_inc, "x /", NULL},
                                        {"dec", run_dec, "x /", NULL},
                                        {"double", run_double, "x /", NULL},
                                        {"neg", run_neg, "x /", NULL},
                                        {"add", run_add, "a b /", NULL},
                                        {"sub", run_sub, "a b /", NULL},
                                        {"mul", run_mul, "a b /", NULL},
                                        {"div", run_div, "a b /", NULL},
                                        {"floordiv", run_floordiv, "a b /", NULL},
                                        {"mod", run_mod, "a b /", NULL},
                                        {"pow", run_pow, "a b /", NULL},
                                        {"range", run_range, NULL, NULL},
                                        {"getitem", run_getitem, "a b /", NULL},
                                        {"identity", run_identity, "x /", NULL},
                                        {"concat", run_concat, "lists /", NULL},
                                        {NULL, NULL, NULL, NULL}};

/* str's methods, which take the text first. */
static const char *const methods[] = {"upper", "lower", "split"};
enum { METHODS = sizeof methods / sizeof *methods };

cask_value *cki_standard_find(const char *name, cki_error *error)
{
    const cki_builtin *found = cki_function_find(functions, name);
    if (found)
        return cki_function_builtin(found, error);
    for (size_t i = 0; i < METHODS; i++)
        if (strcmp(methods[i], name) == 0)
            return cki_function_descriptor(cki_function_find(cki_string_methods, name), error);
    return NULL;
}

const char *cki_standard_nth(size_t i)
{
    size_t own = sizeof functions / sizeof *functions - 1;
    if (i < own)
        return functions[i].name;
    return i - own < METHODS ? methods[i - own] : cki_builtin_nth(i - own - METHODS);
}
