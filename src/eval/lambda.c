/* Lambdas: made with the values that their names have then (so a lambda is whole in itself: its
 * text and these values), called with arguments bound as Python binds them. */
#include "eval/lambda.h"
#include "core/memory.h"
#include "eval/scope.h"
#include "eval/walk.h"

#include <string.h>

typedef struct lambda {
    cki_tree *tree;
    const uint32_t *links; /* of the node: parameters (3 each), then captured names */
    uint32_t nparameters, body;
    cask_value **defaults; /* by parameter; NULL where there is none */
    uint32_t *names;       /* captured */
    cask_value **values;
    size_t count;
    char *text;
} lambda;

static void free_lambda(lambda *made)
{
    for (uint32_t i = 0; made->defaults && i < made->nparameters; i++)
        cask_value_unref(made->defaults[i]);
    for (size_t i = 0; i < made->count; i++)
        cask_value_unref(made->values[i]);
    cki_memory_free(made->defaults);
    cki_memory_free(made->names);
    cki_memory_free(made->values);
    cki_memory_free(made->text);
    cki_syntax_unref(made->tree);
    cki_memory_free(made);
}

static void release(void *self)
{
    free_lambda(self);
}

static void repr(void *self, cki_text *text)
{
    (void)self;
    cki_text_put(text, "<function <lambda>>");
}

static const cki_class lambda_class = {"function", release, repr, NULL};

bool cki_lambda_is(const cask_value *value)
{
    return cki_value_self(value, &lambda_class) != NULL;
}

const char *cki_lambda_text(const cask_value *value)
{
    return ((const lambda *)value->as.object.self)->text;
}

bool cki_lambda_part(const cask_value *value, size_t i, const cask_value **part)
{
    const lambda *made = value->as.object.self;
    if (i < made->nparameters)
        *part = made->defaults[i] ? made->defaults[i] : cki_value_none();
    else if (i - made->nparameters < made->count)
        *part = made->values[i - made->nparameters];
    else
        return false;
    return true;
}

static uint32_t name_of(const lambda *made, uint32_t parameter)
{
    return made->links[3 * parameter];
}

static cki_flavour flavour_of(const lambda *made, uint32_t parameter)
{
    return (cki_flavour)made->links[3 * parameter + 2];
}

bool cki_lambda_takes(const cask_value *value, const char *name)
{
    const lambda *made = value->as.object.self;
    for (uint32_t i = 0; i < made->nparameters; i++) {
        cki_flavour flavour = flavour_of(made, i);
        bool by_name = flavour == CKI_PARAMETER_PLAIN || flavour == CKI_PARAMETER_KEYWORD;
        if (flavour == CKI_PARAMETER_DOUBLE_STAR ||
            (by_name && strcmp(made->tree->names[name_of(made, i)], name) == 0))
            return true;
    }
    return false;
}

static bool capture(cki_frame *frame, lambda *made)
{
    const uint32_t *listed = made->links + 3 * (size_t)made->nparameters;
    uint32_t count = listed[0];
    if (!count)
        return true;
    made->names = cki_memory_alloc(count * sizeof *made->names);
    made->values = cki_memory_alloc(count * sizeof(cask_value *));
    if (!made->names || !made->values) {
        cki_fail_memory(frame->error, count * sizeof(cask_value *));
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t name = listed[1 + i];
        cask_value *value = cki_interpret_local(frame, name);
        if (!value)
            value = cki_scope_bound(frame->scope, frame->tree->names[name]);
        if (value) {
            made->names[made->count] = name;
            made->values[made->count++] = cask_value_ref(value);
        }
    }
    return true;
}

static bool take_defaults(cki_frame *frame, lambda *made)
{
    made->defaults = cki_memory_calloc(made->nparameters + 1, sizeof(cask_value *));
    if (!made->defaults) {
        cki_fail_memory(frame->error, (made->nparameters + 1) * sizeof(cask_value *));
        return false;
    }
    for (uint32_t i = 0; i < made->nparameters; i++) {
        uint32_t value = made->links[3 * i + 1];
        if (value != CKI_NO_NODE && !(made->defaults[i] = cki_interpret_node(frame, value)))
            return false;
    }
    return true;
}

cask_value *cki_lambda_new(cki_frame *frame, uint32_t at)
{
    const cki_node *node = &frame->tree->nodes[at];
    const uint32_t *links = frame->tree->links + node->b;
    lambda *made = cki_memory_calloc(1, sizeof *made);
    if (!made) {
        cki_fail_memory(frame->error, sizeof *made);
        return NULL;
    }
    made->tree = cki_syntax_ref(frame->tree);
    made->nparameters = links[0];
    made->links = links + 1;
    made->body = node->a;
    made->text = cki_memory_copy(frame->tree->text + node->begin, node->end - node->begin);
    if (!made->text)
        cki_fail_memory(frame->error, node->end - node->begin);
    if (!made->text || !take_defaults(frame, made) || !capture(frame, made)) {
        release(made);
        return NULL;
    }
    return cki_value_object(&lambda_class, made, frame->error);
}

/* TypeError for missing arguments, in Python's words. */
static bool refuse_missing(const lambda *made, cask_value *const *slots, bool keyword,
                           cki_error *error)
{
    cki_text text = {0};
    uint32_t missing = 0, seen = 0;
    for (uint32_t i = 0; i < made->nparameters; i++)
        missing += !slots[i] && (flavour_of(made, i) == CKI_PARAMETER_KEYWORD) == keyword &&
                   flavour_of(made, i) <= CKI_PARAMETER_KEYWORD;
    for (uint32_t i = 0; i < made->nparameters; i++) {
        if (slots[i] || (flavour_of(made, i) == CKI_PARAMETER_KEYWORD) != keyword ||
            flavour_of(made, i) > CKI_PARAMETER_KEYWORD)
            continue;
        seen++;
        cki_text_format(&text, "%s'%s'",
                        seen == 1        ? ""
                        : seen < missing ? ", "
                        : missing == 2   ? " and "
                                         : ", and ",
                        made->tree->names[name_of(made, i)]);
    }
    cki_fail(error, CASK_TYPE, NULL, "<lambda>() missing %u required %s argument%s: %s", missing,
             keyword ? "keyword-only" : "positional", missing == 1 ? "" : "s",
             text.bytes ? text.bytes : "");
    cki_text_free(&text);
    return false;
}

static bool refuse_many(const lambda *made, uint32_t least, uint32_t most, size_t given,
                        cki_error *error)
{
    (void)made;
    if (least < most)
        cki_fail(error, CASK_TYPE, NULL,
                 "<lambda>() takes from %u to %u positional arguments but %zu %s given", least,
                 most, given, given == 1 ? "was" : "were");
    else
        cki_fail(error, CASK_TYPE, NULL,
                 "<lambda>() takes %u positional argument%s but %zu %s given", most,
                 most == 1 ? "" : "s", given, given == 1 ? "was" : "were");
    return false;
}

/* Positional arguments to slots; what is over goes to *args. */
static bool bind_positional(const lambda *made, cask_value **slots, const cki_arguments *given,
                            cki_error *error)
{
    uint32_t most = 0, least = 0, star = CKI_NO_NODE;
    for (uint32_t i = 0; i < made->nparameters; i++) {
        cki_flavour flavour = flavour_of(made, i);
        if (flavour <= CKI_PARAMETER_POSITIONAL) {
            least += made->defaults[i] == NULL;
            if (most < given->count)
                slots[i] = cask_value_ref(given->positional[most]);
            most++;
        } else if (flavour == CKI_PARAMETER_STAR) {
            star = i;
        }
    }
    if (star == CKI_NO_NODE)
        return given->count <= most || refuse_many(made, least, most, given->count, error);
    cki_heap rest = {0};
    for (size_t i = most; i < given->count; i++) {
        if (!cki_walk_keep(&rest, cask_value_ref(given->positional[i]), error)) {
            cki_walk_drop(&rest);
            return false;
        }
    }
    slots[star] = cki_walk_made(&rest, CKI_TUPLE, error);
    return slots[star] != NULL;
}

static void refuse_name(const lambda *made, const char *name, cki_error *error)
{
    for (uint32_t i = 0; i < made->nparameters; i++) {
        if (flavour_of(made, i) == CKI_PARAMETER_POSITIONAL &&
            strcmp(made->tree->names[name_of(made, i)], name) == 0) {
            cki_fail(error, CASK_TYPE, NULL,
                     "<lambda>() got some positional-only arguments passed as keyword arguments: "
                     "'%s'",
                     name);
            return;
        }
    }
    cki_fail(error, CASK_TYPE, NULL, "<lambda>() got an unexpected keyword argument '%s'", name);
}

static bool bind_named(const lambda *made, cask_value **slots, const cki_arguments *given,
                       cki_error *error)
{
    uint32_t stars = CKI_NO_NODE;
    for (uint32_t i = 0; i < made->nparameters; i++) {
        if (flavour_of(made, i) == CKI_PARAMETER_DOUBLE_STAR) {
            stars = i;
            if (!(slots[i] = cki_value_dict(error)))
                return false;
        }
    }
    for (size_t n = 0; n < given->nnamed; n++) {
        uint32_t i = 0;
        while (i < made->nparameters &&
               (strcmp(made->tree->names[name_of(made, i)], given->names[n]) != 0 ||
                (flavour_of(made, i) != CKI_PARAMETER_PLAIN &&
                 flavour_of(made, i) != CKI_PARAMETER_KEYWORD)))
            i++;
        if (i < made->nparameters && slots[i]) {
            cki_fail(error, CASK_TYPE, NULL, "<lambda>() got multiple values for argument '%s'",
                     given->names[n]);
            return false;
        }
        if (i < made->nparameters) {
            slots[i] = cask_value_ref(given->named[n]);
        } else if (stars == CKI_NO_NODE) {
            refuse_name(made, given->names[n], error);
            return false;
        } else {
            cask_value *key = cki_value_string(given->names[n], error);
            if (!key || cki_value_dict_set(slots[stars], key, cask_value_ref(given->named[n]),
                                           error) != CASK_OK)
                return false;
        }
    }
    return true;
}

static bool fill_defaults(const lambda *made, cask_value **slots, cki_error *error)
{
    bool positional = false, keyword = false;
    for (uint32_t i = 0; i < made->nparameters; i++) {
        if (slots[i])
            continue;
        if (made->defaults[i])
            slots[i] = cask_value_ref(made->defaults[i]);
        else if (flavour_of(made, i) == CKI_PARAMETER_KEYWORD)
            keyword = true;
        else
            positional = true;
    }
    return positional ? refuse_missing(made, slots, false, error)
                      : !keyword || refuse_missing(made, slots, true, error);
}

/* The frame of a call: parameters first, then what was captured. */
static bool fill_frame(const lambda *made, cki_frame *frame, const cki_arguments *arguments)
{
    size_t room = made->nparameters + made->count;
    frame->names = cki_memory_alloc((room + 1) * sizeof *frame->names);
    frame->values = cki_memory_calloc(room + 1, sizeof(cask_value *));
    if (!frame->names || !frame->values) {
        cki_fail_memory(frame->error, (room + 1) * sizeof(cask_value *));
        return false;
    }
    frame->room = room + 1;
    frame->count = made->nparameters;
    for (uint32_t i = 0; i < made->nparameters; i++)
        frame->names[i] = name_of(made, i);
    if (!bind_positional(made, frame->values, arguments, frame->error) ||
        !bind_named(made, frame->values, arguments, frame->error) ||
        !fill_defaults(made, frame->values, frame->error))
        return false;
    for (size_t i = 0; i < made->count; i++) {
        frame->names[frame->count] = made->names[i];
        frame->values[frame->count++] = cask_value_ref(made->values[i]);
    }
    return true;
}

cask_value *cki_lambda_call(cki_scope *scope, cask_value *function, const cki_arguments *arguments,
                            cki_error *error)
{
    const lambda *made = function->as.object.self;
    cki_frame frame = {.scope = scope, .tree = made->tree, .error = error};
    cask_value *kept = cask_value_ref(function); /* it may be the last thing that holds itself */
    cask_value *value = NULL;
    if (fill_frame(made, &frame, arguments))
        value = cki_interpret_node(&frame, made->body);
    /* a place in the text of another expression than is being evaluated says nothing */
    if (!value && made->tree != cki_interpret_tree())
        error->begin = error->end = 0;
    cki_interpret_leave(&frame);
    cask_value_unref(kept);
    return value;
}
