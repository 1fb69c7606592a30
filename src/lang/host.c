/* The host: operators, attributes and calls on arrays and lazy collections, by the records. */
#include "lang/host.h"
#include "lang/dtype_attribute.h"
#include "lang/dtype_info.h"
#include "lang/lift.h"

#include "call/user.h"
#include "core/memory.h"
#include "expr/collection.h"
#include "lang/namespace.h"
#include "lang/numpy_type.h"
#include "value/array.h"

#include <string.h>

enum { ANY_METHOD = CKI_ARRAY_METHOD, ANY_ATTRIBUTE = CKI_ARRAY_ATTRIBUTE };
enum { BARE = CKI_IN_DASK | CKI_IN_DA }; /* names that need no namespace before them */

/* Whether a value may hold on to something of the plan: an indexer as x.blocks does. */
static bool rests_on_plan(const cask_value *value)
{
    if (value->kind == CKI_LIST || value->kind == CKI_TUPLE) {
        for (size_t i = 0; i < value->as.list.count; i++)
            if (value->as.list.items[i]->kind == CKI_OBJECT ||
                value->as.list.items[i]->kind == CKI_LIST ||
                value->as.list.items[i]->kind == CKI_TUPLE)
                return true;
        return false;
    }
    return value->kind == CKI_OBJECT || value->kind == CKI_DICT || value->kind == CKI_SET;
}

cask_value *cki_host_run(cki_session *session, const cki_operation *operation,
                         const cki_arguments *arguments, bool eager, cki_error *error)
{
    const bool wanted = eager && operation->places & CKI_IN_NP;
    for (size_t i = 0; eager && i < arguments->count; i++)
        eager = !cki_collection_in(arguments->positional[i]);
    for (size_t i = 0; eager && i < arguments->nnamed; i++)
        eager = !cki_collection_in(arguments->named[i]);
    cask *ck = session->ck;
    if (!eager && wanted &&
        !(operation->places & (CKI_IN_DA | CKI_NP_LAZY))) { /* np.take(lazy, ...) is da.take */
        const cki_operation *lazy = cki_operation_find(ck, operation->name, CKI_IN_DA);
        operation = lazy ? lazy : operation;
    }
    bool scoped = eager && ck->nscopes < CKI_SCOPES;
    if (scoped)
        cask_scope_begin(ck);
    cask_value *result = cki_lift_run(session, operation, arguments, error);
    if (result && eager) {
        cask_value *computed = cki_lang_compute(session, result, error);
        cask_value_unref(result);
        result = computed;
    }
    if (scoped) { /* what was built on the way goes, its operands and temporaries with it */
        ck->scopes[ck->nscopes - 1].kept |= result && rests_on_plan(result);
        cask_scope_end(ck);
    }
    return result;
}

cask_value *cki_host_invoke(cki_session *session, const char *name, unsigned places,
                            cask_value *const *arguments, size_t count, cki_error *error)
{
    const cki_operation *operation = cki_operation_find(session->ck, name, places);
    cki_arguments given = {.positional = arguments, .count = count};
    return operation ? cki_host_run(session, operation, &given, true, error) : NULL;
}

static cask_value *find_name(void *self, const char *name, cki_error *error)
{
    cki_session *session = self;
    cask_value *user = cki_user_name(session->ck->user, name, error);
    if (user || error->status != CASK_OK)
        return user;
    cask_value *space = strchr(name, '.') ? NULL : cki_namespace_find(name, error);
    if (space || error->status != CASK_OK)
        return space;
    const cki_operation *operation = cki_operation_find(session->ck, name, BARE);
    return operation ? cki_namespace_function(operation, false, NULL, error) : NULL;
}

static const char *nearest(void *self, const char *name)
{
    cki_session *session = self;
    return cki_operation_nearest(session->ck, name, BARE);
}

/* The operation that an operator is. */
static const char *operation_of(cki_operator op)
{
    static const char *const names[] = {
        [CKI_OP_ADD] = "add",
        [CKI_OP_SUB] = "subtract",
        [CKI_OP_MUL] = "multiply",
        [CKI_OP_DIV] = "divide",
        [CKI_OP_FLOORDIV] = "floor_divide",
        [CKI_OP_MOD] = "remainder",
        [CKI_OP_POW] = "power",
        [CKI_OP_MATMUL] = "matmul",
        [CKI_OP_LSHIFT] = "left_shift",
        [CKI_OP_RSHIFT] = "right_shift",
        [CKI_OP_AND] = "bitwise_and",
        [CKI_OP_OR] = "bitwise_or",
        [CKI_OP_XOR] = "bitwise_xor",
        [CKI_OP_EQ] = "equal",
        [CKI_OP_NE] = "not_equal",
        [CKI_OP_LT] = "less",
        [CKI_OP_LE] = "less_equal",
        [CKI_OP_GT] = "greater",
        [CKI_OP_GE] = "greater_equal",
        [CKI_OP_NEG] = "negative",
        [CKI_OP_POS] = "positive",
        [CKI_OP_INVERT] = "invert",
        [CKI_OP_ABS] = "absolute",
    };
    return names[op];
}

/* What the operator module calls it. */
static const char *operator_name(cki_operator op)
{
    static const char *const names[] = {[CKI_OP_ADD] = "add",
                                        [CKI_OP_SUB] = "sub",
                                        [CKI_OP_MUL] = "mul",
                                        [CKI_OP_DIV] = "truediv",
                                        [CKI_OP_FLOORDIV] = "floordiv",
                                        [CKI_OP_MOD] = "mod",
                                        [CKI_OP_POW] = "pow",
                                        [CKI_OP_MATMUL] = "matmul",
                                        [CKI_OP_LSHIFT] = "lshift",
                                        [CKI_OP_RSHIFT] = "rshift",
                                        [CKI_OP_AND] = "and_",
                                        [CKI_OP_OR] = "or_",
                                        [CKI_OP_XOR] = "xor",
                                        [CKI_OP_EQ] = "eq",
                                        [CKI_OP_NE] = "ne",
                                        [CKI_OP_LT] = "lt",
                                        [CKI_OP_LE] = "le",
                                        [CKI_OP_GT] = "gt",
                                        [CKI_OP_GE] = "ge",
                                        [CKI_OP_NEG] = "neg",
                                        [CKI_OP_POS] = "pos",
                                        [CKI_OP_INVERT] = "invert",
                                        [CKI_OP_ABS] = "abs"};
    return names[op];
}

static bool is_collection(const cask_value *value)
{
    return cki_array_of(value) || cki_operation_node(value);
}

/* The element type of an array, lazy or not. */
static cask_status dtype_of(cki_session *session, cask_value *value, cki_dtype *dtype,
                            cki_error *error)
{
    const cki_array *array = cki_array_of(value);
    *dtype = array ? array->dtype : (cki_dtype){0};
    const cki_operation *ask =
        array ? NULL : cki_operation_find(session->ck, "dtype", CKI_ARRAY_ATTRIBUTE);
    const cki_arguments only = {.positional = &value, .count = 1};
    cask_value *told = ask ? cki_operation_call(session->ck, ask, &only, error) : NULL;
    if (told && told->kind == CKI_DTYPE)
        *dtype = told->as.dtype;
    cask_value_unref(told);
    return error->status;
}

/* What a lazy value's collection says of the language's syntax; NULL: the records do. */
static const cki_syntax *syntax_of(const cask_value *value)
{
    const cki_node *node = cki_operation_node(value);
    const cki_syntax *syntax = node ? node->collection->syntax : NULL;
    return syntax && syntax->operate ? syntax : NULL;
}

/* What arithmetic takes: numbers, arrays, lists of numbers, lazy arrays; text and dates compare. */
static bool is_operand(const cask_value *value)
{
    if (!value)
        return true;
    switch ((cki_kind)value->kind) {
    case CKI_BOOL:
    case CKI_INT:
    case CKI_FLOAT:
    case CKI_COMPLEX:
    case CKI_STR:
    case CKI_BYTES:
    case CKI_ARRAY:
    case CKI_LIST:
    case CKI_TUPLE:
        return true;
    case CKI_OBJECT:
        return cki_operation_node(value) != NULL;
    case CKI_NONE:
    case CKI_SET:
    case CKI_DICT:
    case CKI_SLICE:
    case CKI_ELLIPSIS:
    case CKI_RANGE:
    case CKI_DTYPE:
        break;
    }
    return false;
}

/* As NumPy compares a dtype with what may name one: 'f8', np.float64, float. */
static bool same_dtype(const cask_value *a, const cask_value *b)
{
    cki_dtype x, y;
    cki_error ignored = {0};
    return cki_numpy_type_dtype(a, &x, &ignored) == CASK_OK &&
           cki_numpy_type_dtype(b, &y, &ignored) == CASK_OK && cki_dtype_same(x, y);
}

/* What needs no operation of elements: x == None and numbers == 'text', which are false everywhere,
 * and +x of bools, which is x; NULL without error where there is more to it. */
static cask_value *plainly(cki_session *session, cki_operator op, cask_value *a, cask_value *b,
                           cki_error *error)
{
    cask_value *self = is_collection(a) ? a : b, *other = self == a ? b : a;
    bool compares = other && (op == CKI_OP_EQ || op == CKI_OP_NE) &&
                    (other->kind == CKI_NONE || other->kind == CKI_STR);
    cki_dtype dtype;
    if ((op != CKI_OP_POS && !compares) || !is_collection(self) ||
        dtype_of(session, self, &dtype, error) != CASK_OK)
        return NULL;
    if (op == CKI_OP_POS)
        return dtype.id == CASK_BOOL ? cask_value_ref(self) : NULL;
    if (other->kind == CKI_STR && cki_dtype_is_text(dtype))
        return NULL;
    if (other->kind == CKI_STR && cki_array_of(self)) /* NumPy looks at no element then */
        return cki_value_bool(op == CKI_OP_NE);
    cask_value *type = cki_value_dtype(cki_dtype_of(CASK_BOOL), error);
    const cki_operation *full = cki_operation_find(session->ck, "full_like", CKI_IN_DA);
    const char *const names[] = {"dtype"};
    cask_value *const both[] = {self, cki_value_bool(op == CKI_OP_NE)};
    const cki_arguments given = {both, 2, names, &type, 1};
    cask_value *made = full && type ? cki_host_run(session, full, &given, true, error) : NULL;
    cask_value_unref(both[1]);
    cask_value_unref(type);
    return made;
}

/* An operator that one of the operands has by its class: poly1d.add. NULL without error: none. */
static cask_value *operate_own(cki_session *session, cki_operator op, cask_value *a, cask_value *b,
                               cki_error *error)
{
    cask_value *const both[2] = {a, b};
    const cki_operation *own = NULL;
    for (int i = 0; i < 2 && !own && error->status == CASK_OK; i++)
        if (both[i] && both[i]->kind == CKI_OBJECT && !cki_operation_node(both[i]))
            own = cki_lift_class(session, both[i], operation_of(op), error);
    const cki_arguments given = {.positional = both, .count = b ? 2 : 1};
    return own && error->status == CASK_OK ? cki_host_run(session, own, &given, false, error)
                                           : NULL;
}

/* None == x is false everywhere, as NumPy has it; other foreign things are not comparable. */
static cask_value *operate_on(cki_session *session, cki_operator op, cask_value *a, cask_value *b,
                              cki_error *error)
{
    const cki_syntax *syntax = syntax_of(a) ? syntax_of(a) : syntax_of(b);
    if (syntax)
        return syntax->operate(session->ck, operator_name(op), a, b, error);
    if ((op == CKI_OP_EQ || op == CKI_OP_NE) && b &&
        (a->kind == CKI_DTYPE || b->kind == CKI_DTYPE)) {
        bool same = same_dtype(a, b);
        return cki_value_bool(same == (op == CKI_OP_EQ));
    }
    cask_value *plain = plainly(session, op, a, b, error);
    if (plain || error->status != CASK_OK)
        return plain;
    if (!is_operand(a) || !is_operand(b)) {
        cask_value *own = operate_own(session, op, a, b, error);
        if (own || error->status != CASK_OK)
            return own;
        if ((op == CKI_OP_EQ || op == CKI_OP_NE) && !cki_operation_node(a) &&
            !cki_operation_node(b))
            return cki_value_bool((op == CKI_OP_EQ) == cki_value_equal(a, b));
        return NULL;
    }
    cask_value *const both[2] = {a, b};
    return cki_host_invoke(session, operation_of(op), CKI_IN_DA | CKI_IN_NP, both, b ? 2 : 1,
                           error);
}

static cask_value *operate(void *self, cki_operator op, cask_value *a, cask_value *b,
                           cki_error *error)
{
    if (!cki_lift_is_object(a) && !cki_lift_is_object(b))
        return operate_on(self, op, a, b, error);
    cask_value *left = cki_lift_value(self, a, error), *right = cki_lift_value(self, b, error),
               *made = NULL;
    bool computed = (cki_operation_node(left) && left != a) || (right && right != b);
    if (error->status == CASK_OK)
        made = operate_on(self, op, left, right, error);
    if (made && computed && !cki_operation_node(a) && !(b && cki_operation_node(b))) {
        cask_value *known = cki_lang_compute(self, made, error);
        cask_value_unref(made);
        made = known;
    }
    cask_value_unref(left);
    cask_value_unref(right);
    return made;
}

static void no_attribute(const cki_session *session, cask_value *object, const char *name,
                         cki_error *error)
{
    const char *type = cki_value_type(object);
    const char *near = is_collection(object)
                           ? cki_operation_nearest(session->ck, name, ANY_METHOD | ANY_ATTRIBUTE)
                           : NULL;
    if (near)
        cki_fail(error, CASK_NOT_FOUND, "AttributeError",
                 "'%s' object has no attribute '%s'. Did you mean: '%s'?", type, name, near);
    else
        cki_fail(error, CASK_NOT_FOUND, "AttributeError", "'%s' object has no attribute '%s'", type,
                 name);
}

/* What dtypes, types, functions and arrays tell of themselves; NULL without error: nothing. */
static cask_value *told_of(cask_value *object, const char *name, cki_error *error)
{
    if (object->kind == CKI_DTYPE && !strcmp(name, "type"))
        return cki_numpy_type_of(object, error);
    if (object->kind == CKI_DTYPE)
        return cki_dtype_attribute_get(object, name, error);
    const cki_class *class = object->kind == CKI_OBJECT ? object->as.object.class : NULL;
    if (class && class->called && !strcmp(name, "__name__"))
        return cki_value_string(class->called(object->as.object.self), error);
    return cki_dtype_info_attribute(object, name, error);
}

static cask_value *attribute(void *self, cask_value *object, const char *name, cki_error *error)
{
    cki_session *session = self;
    cask_value *user = cki_user_member(object, name, error);
    if (user || error->status != CASK_OK)
        return user;
    cask_value *member = cki_namespace_member(session, object, name, error);
    if (member || error->status != CASK_OK)
        return member;
    if (cki_namespace_is(object)) {
        cki_namespace_missing(session, object, name, error);
        return NULL;
    }
    const cki_operation *found;
    if (is_collection(object) && !strcmp(name, "__class__"))
        return cki_numpy_type_of(object, error);
    if (cki_operation_node(object) &&
        (found = cki_operation_find(session->ck, name, CKI_LAZY_METHOD)))
        return cki_namespace_function(found, false, object, error);
    if (cki_operation_node(object) &&
        (found = cki_operation_find(session->ck, name, CKI_LAZY_ATTRIBUTE))) {
        const cki_arguments only = {.positional = &object, .count = 1};
        return cki_host_run(session, found, &only, false, error);
    }
    const cki_syntax *syntax = syntax_of(object);
    if (syntax)
        return syntax->attribute(session->ck, object, name, error);
    cask_value *told = told_of(object, name, error);
    if (told || error->status != CASK_OK)
        return told;
    if (cki_lift_is_object(object)) {
        cask_value *lazy = cki_lift_value(session, object, error);
        cask_value *found_lazy = lazy && lazy != object ? attribute(self, lazy, name, error) : NULL;
        bool is_lifted = lazy && lazy != object;
        cask_value_unref(lazy);
        if (is_lifted || error->status != CASK_OK)
            return found_lazy;
    }
    bool eager = cki_array_of(object) != NULL || cki_namespace_eager(object);
    if (is_collection(object)) {
        found = cki_operation_find(session->ck, name, ANY_ATTRIBUTE);
        if (found) {
            cki_arguments only = {.positional = &object, .count = 1};
            return cki_host_run(session, found, &only, eager, error);
        }
        found = cki_operation_find(session->ck, name, ANY_METHOD);
        if (found)
            return cki_namespace_function(found, eager, object, error);
    }
    const cki_operation *own = cki_lift_class(session, object, name, error);
    if (own && own->places & CKI_OWN_ATTRIBUTE) {
        const cki_arguments only = {.positional = &object, .count = 1};
        return cki_host_run(session, own, &only, eager, error);
    }
    if (own)
        return cki_namespace_function(own, eager, object, error);
    if (error->status != CASK_OK)
        return NULL;
    no_attribute(session, object, name, error);
    return NULL;
}

static cask_value *item(void *self, cask_value *object, cask_value *index, cki_error *error)
{
    cki_session *session = self;
    cask_value *const both[2] = {object, index};
    const cki_syntax *syntax = syntax_of(object);
    if (syntax)
        return syntax->item(session->ck, object, index, error);
    if (is_collection(object))
        return cki_host_invoke(session, "__getitem__", CKI_ARRAY_PROTOCOL, both, 2, error);
    cask_value *lazy = cki_lift_value(session, object, error);
    if (!lazy || lazy != object) {
        cask_value *made = lazy ? item(self, lazy, index, error) : NULL;
        cask_value_unref(lazy);
        return made;
    }
    cask_value_unref(lazy);
    const cki_operation *own = cki_lift_class(session, object, "__getitem__", error);
    cki_arguments given = {.positional = both, .count = 2};
    return own ? cki_host_run(session, own, &given, false, error) : NULL;
}

static cask_value *call(void *self, cask_value *function, const cki_arguments *arguments,
                        cki_error *error)
{
    cki_session *session = self;
    const cask_function *user = cki_user_of(function);
    if (user)
        return cki_user_run(session->ck, user, arguments, NULL, error);
    const cki_syntax *syntax = syntax_of(function);
    if (syntax)
        return syntax->call(session->ck, function, arguments, error);
    cask_value *result = cki_namespace_call(session, function, arguments, error);
    if (result || error->status != CASK_OK)
        return result;
    const cki_operation *own = cki_lift_class(session, function, "__call__", error);
    cask_value *bound =
        own ? cki_namespace_function(own, !(own->places & CKI_BUILDS), function, error) : NULL;
    if (bound)
        result = cki_namespace_call(session, bound, arguments, error);
    cask_value_unref(bound);
    return result;
}

static cask_value *concrete(void *self, cask_value *value, cki_error *error)
{
    cki_session *session = self;
    return cki_collection_in(value) && !syntax_of(value) ? cki_lang_compute(session, value, error)
                                                         : cask_value_ref(value);
}

/* Of what is lazy, and stays so where a truth is asked for. */
static cask_status truth(void *self, cask_value *value, bool *is, cki_error *error)
{
    cki_session *session = self;
    const cki_syntax *syntax = syntax_of(value);
    if (syntax)
        return syntax->truth(session->ck, value, is, error);
    cask_value *known = concrete(self, value, error);
    cask_status status = known ? cki_value_truth(known, is, error) : error->status;
    cask_value_unref(known);
    return status;
}

static int64_t length(void *self, cask_value *value, cki_error *error)
{
    int64_t count = -1;
    cki_session *session = self;
    const cki_syntax *syntax = syntax_of(value);
    if (syntax)
        return syntax->length(session->ck, value, error);
    cask_value *lazy = cki_lift_value(session, value, error);
    if (!lazy || lazy != value) {
        count = lazy ? length(self, lazy, error) : -1;
        cask_value_unref(lazy);
        return count;
    }
    cask_value_unref(lazy);
    const cki_operation *own =
        cki_lift_is_object(value) ? cki_lift_class(session, value, "__len__", error) : NULL;
    if (!own && !cki_operation_node(value))
        return error->status == CASK_OK && cki_value_length(value, &count, error) == CASK_OK ? count
                                                                                             : -1;
    const cki_arguments only = {.positional = &value, .count = 1};
    cask_value *result =
        own ? cki_host_run(session, own, &only, false, error)
            : cki_host_invoke(self, "__len__", CKI_ARRAY_PROTOCOL, &value, 1, error);
    if (result && cki_value_index(result, &count, error) != CASK_OK)
        count = -1;
    if (!result && error->status == CASK_OK)
        cki_fail(error, CASK_TYPE, NULL, "object of type '%s' has no len()", cki_value_type(value));
    cask_value_unref(result);
    return count;
}

/* A lazy array's rows stay lazy. */
static cask_value *items(void *self, cask_value *value, cki_error *error)
{
    cki_session *session = self;
    const cki_syntax *syntax = syntax_of(value);
    if (syntax)
        return syntax->items(session->ck, value, error);
    if (!cki_operation_node(value)) {
        const cki_arguments only = {.positional = &value, .count = 1};
        const cki_operation *own =
            value->kind == CKI_OBJECT ? cki_lift_class(session, value, "__iter__", error) : NULL;
        if (error->status != CASK_OK)
            return NULL;
        return own ? cki_host_run(session, own, &only, false, error)
                   : cki_value_items(value, error);
    }
    int64_t count = length(self, value, error);
    cask_value *list = count < 0 ? NULL : cki_value_list(CKI_LIST, (size_t)count, error);
    for (int64_t i = 0; list && i < count; i++) {
        cask_value *index = cki_value_int(i, error);
        cask_value *row = index ? item(self, value, index, error) : NULL;
        cask_value_unref(index);
        if (!row) {
            cask_value_unref(list);
            return NULL;
        }
        list->as.list.items[i] = row;
    }
    return list;
}

static cask_status print(void *self, cask_value *value, bool repr, cki_text *text, cki_error *error)
{
    (void)self, (void)error;
    if (repr)
        cki_value_repr(value, text);
    else
        cki_value_print(value, text);
    return CASK_OK;
}

cki_host cki_host_of(cki_session *session)
{
    return (cki_host){.self = session,
                      .name = find_name,
                      .nearest = nearest,
                      .operate = operate,
                      .attribute = attribute,
                      .item = item,
                      .call = call,
                      .concrete = concrete,
                      .truth = truth,
                      .length = length,
                      .items = items,
                      .print = print};
}
