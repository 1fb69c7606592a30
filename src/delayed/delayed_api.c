/* Delayed: the C interface. Failures become poison nodes, told once by the context. */
#include "call/call.h"
#include "delayed/delayed.h"
#include "eval/eval.h"
#include "expr/argument.h"

#include <stdio.h>
#include <string.h>

/* ---- failures ---- */

static cask_status lower_poison(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    (void)lowering, (void)node;
    return cki_fail_internal(error, "delayed: a failed call was computed");
}

static const cki_primitive poison_primitive = {
    .name = "delayed.poison", .size = sizeof(struct cask_delayed_node), .lower = lower_poison};

/* Where there is no memory for one, and where no context was given. */
static const struct cask_delayed_node no_memory = {
    .base = {.primitive = &poison_primitive, .collection = &cki_delayed_collection},
    .label = "",
    .status = CASK_MEMORY};
static const struct cask_delayed_node no_context = {
    .base = {.primitive = &poison_primitive, .collection = &cki_delayed_collection},
    .label = "",
    .status = CASK_INVALID};

cask_delayed cki_delayed_poison(cask *ck, const cki_error *error)
{
    if (!ck)
        return &no_context;
    cki_context_fail(ck, error);
    struct cask_delayed_node *made = ck->compute ? cki_arena_alloc(&ck->arena, sizeof *made) : NULL;
    if (!made)
        return &no_memory;
    *made = (struct cask_delayed_node){
        .base = {.primitive = &poison_primitive, .collection = &cki_delayed_collection, .ck = ck},
        .label = "",
        .status = error->status};
    return made;
}

/* The result, or what stands for its failure. */
static cask_delayed settle(cki_build *build, cask_delayed made)
{
    return made ? made : cki_delayed_poison(build->ck, build->error);
}

/* ---- arguments as values ---- */

enum { FEW = 16 };

typedef struct call {
    cki_build build;
    cki_error error;
    cask_delayed failed; /* the first argument that stands for a failure */
    cki_arguments arguments;
    cask_value **values;
    const char **names;
    cask_value *few_values[FEW];
    const char *few_names[FEW];
    size_t count;
} call;

/* Whether a lazy argument may take part. */
static bool admit(call *c, const cki_node *node)
{
    if (!node)
        return false;
    cask_status status = node->collection->status(node);
    if (status != CASK_OK) {
        if (!c->failed)
            c->failed = node->collection == &cki_delayed_collection
                            ? cki_delayed_of_node(node)
                            : cki_delayed_poison(c->build.ck, &(cki_error){.status = status});
        return false;
    }
    if (node->ck == c->build.ck)
        return true;
    cki_fail(&c->error, CASK_INVALID, NULL,
             "things of two contexts cannot meet in one delayed call");
    return false;
}

static bool add_argument(call *c, const cask_argument *argument)
{
    const cki_node *node = cki_argument_node(argument);
    if (node && !admit(c, node))
        return false;
    cask_value *value = cki_argument_value(argument, &c->error);
    if (!value)
        return false;
    if (argument->name)
        c->names[c->arguments.nnamed++] = argument->name;
    else if (c->arguments.nnamed)
        cki_fail(&c->error, CASK_TYPE, NULL, "positional argument follows keyword argument");
    else
        c->arguments.count++;
    c->values[c->count++] = value;
    return c->error.status == CASK_OK;
}

/* False if something of it failed; end() gives what it took in either case. */
static bool start(call *c, cask *ck, cask_arguments given, size_t from)
{
    *c = (call){.build = {ck, ck ? &ck->arena : NULL, NULL}};
    c->build.error = &c->error;
    c->values = c->few_values;
    c->names = c->few_names;
    if (!ck || !ck->compute) { /* a context that could not be opened */
        cki_fail(&c->error, CASK_INVALID, NULL, "no context to put a call off in");
        return false;
    }
    if (given.count > FEW) {
        c->values = cki_memory_alloc(given.count * sizeof *c->values);
        c->names = cki_memory_alloc(given.count * sizeof *c->names);
        if (!c->values || !c->names) {
            cki_fail_memory(&c->error, given.count * sizeof *c->values);
            return false;
        }
    }
    for (size_t i = from; i < given.count; i++)
        if (!add_argument(c, &given.items[i]))
            return false;
    c->arguments.positional = c->values;
    c->arguments.named = c->values + c->arguments.count;
    c->arguments.names = c->names;
    return true;
}

static cask_delayed end(call *c, cask_delayed made)
{
    for (size_t i = 0; c->values && i < c->count; i++)
        cask_value_unref(c->values[i]);
    if (c->values != c->few_values)
        cki_memory_free(c->values);
    if (c->names != c->few_names)
        cki_memory_free(c->names);
    if (c->failed)
        return c->failed;
    return settle(&c->build, made);
}

/* The context of a handle, which may be NULL. */
static cask *owner(cask_delayed x)
{
    return x ? x->base.ck : NULL;
}

/* ---- calls ---- */

static cask_delayed call_name(call *c, const char *name, cki_delayed_spec *spec)
{
    spec->function = cki_delayed_function(c->build.ck, name, &c->error);
    if (!spec->function)
        return NULL;
    const char *shown = cki_call_name(spec->function), *dot = strrchr(shown, '.');
    spec->label = dot ? dot + 1 : shown;
    return cki_delayed_make(&c->build, spec);
}

static cask_delayed call_value(call *c, cask_value *function, cki_delayed_spec *spec)
{
    if (!cki_call_callable(function)) {
        cki_fail(&c->error, CASK_TYPE, NULL, "'%s' object is not callable",
                 cki_value_type(function));
        return NULL;
    }
    const char *shown = cki_call_name(function), *dot = strrchr(shown, '.');
    spec->label = dot ? dot + 1 : shown;
    spec->function = function;
    spec->own = true;
    return cki_delayed_make(&c->build, spec);
}

static cask_delayed call_first(call *c, cask_arguments given, cki_delayed_spec *spec)
{
    const cask_argument *first = given.items;
    if (given.count == 0) {
        cki_fail(&c->error, CASK_TYPE, NULL, "a call needs what is to be called");
        return NULL;
    }
    if (first->kind == CASK_ARGUMENT_TEXT && first->text)
        return call_name(c, first->text, spec);
    if (first->kind == CASK_ARGUMENT_DEFAULT && first->delayed)
        return admit(c, &first->delayed->base)
                   ? cki_delayed_call_of(&c->build, first->delayed, spec)
                   : NULL;
    if (first->kind == CASK_ARGUMENT_DEFAULT && first->value)
        return call_value(c, first->value, spec);
    cki_fail(&c->error, CASK_TYPE, NULL,
             "what is to be called comes first: a function's name, a delayed value or a value");
    return NULL;
}

cask_delayed cask_delayed_apply(cask *ck, cask_arguments given, const cask_delaying *how)
{
    static const cask_delaying usual;
    call c;
    cask_delayed made = NULL;
    how = how ? how : &usual;
    if (start(&c, ck, given, 1)) {
        cki_delayed_spec spec = {.arguments = c.arguments,
                                 .purity = how->pure ? CKI_PURE : CKI_UNSAID,
                                 .key = how->key,
                                 .outputs = how->outputs > 0 ? how->outputs : -1};
        made = call_first(&c, given, &spec);
    }
    return end(&c, made);
}

/* One value, perhaps with lazy things in it, as a delayed one; the reference is taken over. */
static cask_delayed make_value(cki_build *build, cask_value *value)
{
    if (!value)
        return NULL;
    const char *type = cki_value_type(value), *dot = strrchr(type, '.');
    const cki_delayed_spec spec = {.label = dot ? dot + 1 : type,
                                   .arguments = {.positional = &value, .count = 1},
                                   .outputs = -1};
    cask_delayed made = cki_delayed_make(build, &spec);
    cask_value_unref(value);
    return made;
}

cask_delayed cask_delayed_from_value(cask *ck, cask_value *value)
{
    call c;
    cask_delayed made = NULL;
    if (start(&c, ck, (cask_arguments){0}, 0)) {
        if (!value)
            cki_fail_memory(&c.error, sizeof value);
        made = make_value(&c.build, cask_value_ref(value));
    }
    return end(&c, made);
}

cask_delayed cask_delayed_from_array(cask_array x)
{
    call c;
    const cki_node *node = cki_argument_array(x), *whole = NULL;
    if (start(&c, node ? node->ck : NULL, (cask_arguments){0}, 0) && admit(&c, node))
        whole = cki_delayed_whole(&c.build, node);
    return end(&c, whole ? cki_delayed_of_node(whole) : NULL);
}

static cask_delayed sequence(cask *ck, cask_arguments given, cki_kind kind)
{
    call c;
    cask_delayed made = NULL;
    if (start(&c, ck, given, 0)) {
        cask_value *list = cki_value_list(kind, c.count, &c.error);
        for (size_t i = 0; list && i < c.count; i++)
            list->as.list.items[i] = cask_value_ref(c.values[i]);
        made = make_value(&c.build, list);
    }
    return end(&c, made);
}

cask_delayed cask_delayed_list(cask *ck, cask_arguments items)
{
    return sequence(ck, items, CKI_LIST);
}

cask_delayed cask_delayed_tuple(cask *ck, cask_arguments items)
{
    return sequence(ck, items, CKI_TUPLE);
}

cask_delayed cask_delayed_gather(cask *ck, const cask_delayed *items, size_t count)
{
    call c;
    cask_delayed made = NULL;
    if (start(&c, ck, (cask_arguments){0}, 0)) {
        cask_value *list = cki_value_list(CKI_LIST, count, &c.error);
        bool good = list != NULL;
        for (size_t i = 0; good && i < count; i++)
            good = items && items[i] && admit(&c, &items[i]->base) &&
                   (list->as.list.items[i] = cki_operation_wrap(&items[i]->base, &c.error));
        if (good)
            made = make_value(&c.build, list);
        else
            cask_value_unref(list);
        if (list && !good && !c.failed)
            cki_fail(&c.error, CASK_INVALID, NULL, "cask_delayed_gather: an item is NULL");
    }
    return end(&c, made);
}

cask_delayed cask_delayed_dict(cask *ck, cask_arguments pairs)
{
    call c;
    cask_delayed made = NULL;
    if (start(&c, ck, pairs, 0)) {
        cask_value *dict = cki_value_dict(&c.error);
        if (c.count % 2)
            cki_fail(&c.error, CASK_INVALID, NULL, "a dict needs a value for every key");
        for (size_t i = 0; i + 1 < c.count && c.error.status == CASK_OK; i += 2)
            cki_value_dict_set(dict, cask_value_ref(c.values[i]), cask_value_ref(c.values[i + 1]),
                               &c.error);
        if (c.error.status == CASK_OK)
            made = make_value(&c.build, dict);
        else
            cask_value_unref(dict);
    }
    return end(&c, made);
}

/* ---- operators ---- */

/* What the operator module calls a sign of that many operands; NULL if there is none. */
static const char *operator_of(const char *sign, size_t operands)
{
    static const struct {
        const char *sign, *name;
        size_t operands;
    } all[] = {
        {"+", "operator.add", 2},       {"-", "operator.sub", 2},    {"*", "operator.mul", 2},
        {"/", "operator.truediv", 2},   {"%", "operator.mod", 2},    {"**", "operator.pow", 2},
        {"//", "operator.floordiv", 2}, {"@", "operator.matmul", 2}, {"<<", "operator.lshift", 2},
        {">>", "operator.rshift", 2},   {"&", "operator.and_", 2},   {"|", "operator.or_", 2},
        {"^", "operator.xor", 2},       {"==", "operator.eq", 2},    {"!=", "operator.ne", 2},
        {"<", "operator.lt", 2},        {"<=", "operator.le", 2},    {">", "operator.gt", 2},
        {">=", "operator.ge", 2},       {"-", "operator.neg", 1},    {"+", "operator.pos", 1},
        {"~", "operator.invert", 1},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (sign && all[i].operands == operands && strcmp(all[i].sign, sign) == 0)
            return all[i].name;
    return NULL;
}

cask_delayed cask_delayed_operator(cask *ck, const char *sign, cask_arguments operands)
{
    call c;
    cask_delayed made = NULL;
    if (start(&c, ck, operands, 0)) {
        const char *name = operator_of(sign, c.count);
        cki_delayed_spec spec = {.arguments = c.arguments, .purity = CKI_PURE, .outputs = -1};
        if (!name)
            cki_fail(&c.error, CASK_INVALID, NULL, "'%s' is no operator of %zu operands",
                     sign ? sign : "", c.count);
        else
            made = call_name(&c, name, &spec);
    }
    return end(&c, made);
}

cask_delayed cask_delayed_item(cask_delayed x, const char *index)
{
    call c;
    cask_delayed made = NULL;
    if (start(&c, owner(x), (cask_arguments){0}, 0) && admit(&c, &x->base)) {
        cki_text text = {0};
        cki_text_format(&text, "(lambda i: i[%s])", index ? index : "");
        cask_value *function =
            text.failed ? NULL : cki_delayed_function(x->base.ck, text.bytes, &c.error);
        cask_value *self = function ? cki_operation_wrap(&x->base, &c.error) : NULL;
        if (text.failed)
            cki_fail_memory(&c.error, text.length);
        const cki_delayed_spec spec = {.label = "getitem",
                                       .function = function,
                                       .arguments = {.positional = &self, .count = 1},
                                       .purity = CKI_PURE,
                                       .outputs = -1};
        made = self ? cki_delayed_make(&c.build, &spec) : NULL;
        cask_value_unref(self);
        cki_text_free(&text);
    }
    return end(&c, made);
}

cask_delayed cask_delayed_attribute(cask_delayed x, const char *name)
{
    call c;
    cask_delayed made = NULL;
    if (start(&c, owner(x), (cask_arguments){0}, 0) && admit(&c, &x->base))
        made = cki_delayed_attribute(&c.build, x, name ? name : "");
    return end(&c, made);
}

cask_delayed cask_delayed_method_of(cask_delayed x, cask_arguments given)
{
    call c;
    cask_delayed made = NULL, bound = NULL;
    bool named = given.count && given.items->kind == CASK_ARGUMENT_TEXT && given.items->text;
    if (start(&c, owner(x), given, 1) && admit(&c, &x->base)) {
        const cki_delayed_spec spec = {.arguments = c.arguments, .outputs = -1};
        if (!named)
            cki_fail(&c.error, CASK_TYPE, NULL, "a method's name comes first");
        else
            bound = cki_delayed_attribute(&c.build, x, given.items->text);
        made = bound ? cki_delayed_call_of(&c.build, bound, &spec) : NULL;
    }
    return end(&c, made);
}

cask_delayed cask_delayed_part(cask_delayed x, int i)
{
    call c;
    cask_delayed made = NULL;
    if (start(&c, owner(x), (cask_arguments){0}, 0) && admit(&c, &x->base)) {
        cask_value *index = NULL;
        if (i < 0 || i >= x->outputs)
            cki_fail(&c.error, CASK_INDEX, NULL,
                     "part %d of a delayed call that has %lld: say how many with `outputs`", i,
                     (long long)(x->outputs < 0 ? 0 : x->outputs));
        else
            index = cki_value_int(i, &c.error);
        made = index ? cki_delayed_item(&c.build, x, index) : NULL;
        cask_value_unref(index);
    }
    return end(&c, made);
}

cask_delayed cask_delayed_block(cask_array x, int64_t block)
{
    call c;
    cask_delayed made = NULL;
    const cki_node *node = cki_argument_array(x);
    if (start(&c, node ? node->ck : NULL, (cask_arguments){0}, 0) && admit(&c, node)) {
        int64_t blocks = node->collection->blocks(node);
        if (block < 0 || block >= blocks)
            cki_fail(&c.error, CASK_INDEX, NULL, "block %lld of an array of %lld", (long long)block,
                     (long long)blocks);
        else
            made = cki_delayed_block(&c.build, node, block);
    }
    return end(&c, made);
}

/* ---- asking and computing ---- */

const char *cask_delayed_key(cask_delayed x, char *buffer, size_t size)
{
    cki_text text = {0};
    if (!cask_delayed_failed(x))
        cki_delayed_print_key(x, &text);
    if (size)
        snprintf(buffer, size, "%s", text.bytes ? text.bytes : "");
    cki_text_free(&text);
    return buffer;
}

bool cask_delayed_failed(cask_delayed x)
{
    return !x || x->status != CASK_OK;
}

cask_status cask_delayed_compute(cask_delayed x, cask_value **value)
{
    cask_lazy thing = x ? &x->base : NULL;
    return cask_compute(&thing, 1, value);
}

cask_delayed cask_delayed_from_lazy(cask_lazy x)
{
    cki_error error = {0};
    if (x && x->collection == &cki_delayed_collection)
        return cki_delayed_of_node(x);
    cki_fail(&error, CASK_TYPE, NULL, "%s is no delayed value",
             x ? x->collection->label(x) : "NULL");
    return cki_delayed_poison(x ? x->ck : NULL, &error);
}

cask_delayed cask_delayed_persist(cask_delayed x)
{
    cask_lazy thing = x ? &x->base : NULL, held;
    if (!x)
        return cki_delayed_poison(NULL, NULL);
    if (x->status != CASK_OK)
        return x;
    if (cask_persist(&thing, 1, &held) == CASK_OK)
        return cki_delayed_of_node(held);
    cki_error error = {.status = cask_error(x->base.ck)};
    return cki_delayed_poison(x->base.ck, &error);
}
