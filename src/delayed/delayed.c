/* Delayed: making the nodes. */
#include "delayed/delayed.h"

#include "call/term.h"
#include "core/map.h"
#include "expr/annotate.h"

#include <stdatomic.h>
#include <string.h>

/* ---- functions by name ---- */

/* What the context has found so far; they are looked for with every call. */
typedef struct named {
    struct named *next; /* of the same hash */
    cask_value *function;
    const char *name; /* behind the record */
} named;

struct cki_delayed_names {
    cki_map first; /* hash -> named */
    cask *ck;
};

static void release_names(void *self)
{
    struct cki_delayed_names *names = self;
    for (size_t i = 0; i < names->first.capacity; i++) {
        named *next =
            names->first.slots[i].key ? (named *)(uintptr_t)names->first.slots[i].value : NULL;
        for (named *at = next; at; at = next) {
            next = at->next;
            cask_value_unref(at->function);
            cki_memory_free(at);
        }
    }
    cki_map_free(&names->first);
    names->ck->delayed = NULL;
    cki_memory_free(names);
}

static struct cki_delayed_names *names_of(cask *ck, cki_error *error)
{
    if (ck->delayed)
        return ck->delayed;
    struct cki_delayed_names *names = cki_memory_calloc(1, sizeof *names);
    if (!names) {
        cki_fail_memory(error, sizeof *names);
        return NULL;
    }
    names->ck = ck;
    ck->delayed = names;
    return cki_context_own(ck, release_names, names, error) == CASK_OK ? names : NULL;
}

/* FNV-1a: names are short. */
static uint64_t hash_of(const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
    return hash | 1;
}

cask_value *cki_delayed_function(cask *ck, const char *name, cki_error *error)
{
    struct cki_delayed_names *names = names_of(ck, error);
    if (!names)
        return NULL;
    uint64_t hash = hash_of(name), value = 0;
    cki_map_get(&names->first, hash, &value);
    named *first = (named *)(uintptr_t)value;
    for (named *at = first; at; at = at->next)
        if (strcmp(at->name, name) == 0)
            return at->function;
    size_t length = strlen(name);
    named *made = cki_memory_alloc(sizeof *made + length + 1);
    if (!made) {
        cki_fail_memory(error, sizeof *made + length);
        return NULL;
    }
    char *copy = (char *)(made + 1);
    memcpy(copy, name, length + 1);
    *made = (named){first, cki_call_find(ck, name, error), copy};
    if (made->function && !cki_map_set(&names->first, hash, cki_map_key(made))) {
        cki_fail_memory(error, sizeof(cki_map_slot));
        cask_value_unref(made->function);
        made->function = NULL;
    }
    if (made->function)
        return made->function;
    cki_memory_free(made);
    return NULL;
}

/* ---- tokens ---- */

/* A bijection, so that no two are alike. */
static uint64_t mix(uint64_t x)
{
    x ^= x >> 31;
    x *= 0x7fb5d329728ea185u;
    x ^= x >> 27;
    x *= 0x81dadef4bc2dd44du;
    return x ^ x >> 33;
}

cki_token cki_delayed_unique(void)
{
    static atomic_uint_fast64_t counter;
    uint64_t number = atomic_fetch_add_explicit(&counter, 1, memory_order_relaxed) + 1;
    return (cki_token){.low = mix(number), .high = mix(~number)};
}

/* ---- arguments ---- */

/* The inputs that a node to be has so far. */
typedef struct intake {
    cki_build *build;
    const cki_node **inputs;
    size_t count, room;
    const cki_node *few[8];
} intake;

static bool take(intake *in, const cki_node *node, uint32_t *number)
{
    const cki_node *whole = cki_delayed_whole(in->build, node);
    if (!whole)
        return false;
    if (in->count == in->room) {
        const cki_node **wider = cki_memory_alloc(in->room * 2 * sizeof *wider);
        if (!wider) {
            cki_fail_memory(in->build->error, in->room * 2 * sizeof *wider);
            return false;
        }
        memcpy(wider, in->inputs, in->count * sizeof *wider);
        if (in->inputs != in->few)
            cki_memory_free(in->inputs);
        in->inputs = wider;
        in->room *= 2;
    }
    *number = (uint32_t)in->count;
    in->inputs[in->count++] = whole;
    return true;
}

static cask_value *open_place(void *user, cask_value *lazy, cki_error *error)
{
    uint32_t number;
    return take(user, cki_operation_node(lazy), &number) ? cki_term_input(number, error) : NULL;
}

static bool fill_place(intake *in, cki_delayed_place *place, cask_value *value, bool untraversed)
{
    const cki_node *node = value->kind == CKI_OBJECT ? cki_operation_node(value) : NULL;
    if (node)
        return take(in, node, &place->input);
    place->open = !untraversed && value->kind >= CKI_LIST && cki_collection_in(value);
    place->value = place->open ? cki_collection_map(value, open_place, in, in->build->error)
                               : cask_value_ref(value);
    return place->value != NULL;
}

static void release_call(void *self)
{
    cki_delayed_call *call = self;
    for (uint32_t i = 0; i < call->count; i++)
        cask_value_unref(call->places[i].value);
}

static void release_function(void *function)
{
    cask_value_unref(function);
}

/* The names of arguments, kept by the arena. */
static const char *const *copy_names(cki_build *build, const cki_arguments *arguments)
{
    const char **names = cki_arena_array(build->arena, arguments->nnamed, sizeof *names);
    for (size_t i = 0; names && i < arguments->nnamed; i++) {
        const char *name = arguments->names[i];
        if (!(names[i] = cki_arena_text(build->arena, name, strlen(name))))
            return NULL;
    }
    return names;
}

static cki_delayed_call *new_call(cki_build *build, const cki_delayed_spec *spec)
{
    const cki_arguments *given = &spec->arguments;
    size_t count = given->count + given->nnamed;
    if (count > UINT32_MAX / 2) {
        cki_fail_memory(build->error, SIZE_MAX);
        return NULL;
    }
    cki_delayed_call *call =
        cki_arena_alloc(build->arena, sizeof *call + count * sizeof *call->places);
    if (!call) {
        cki_fail_memory(build->error, sizeof *call);
        return NULL;
    }
    *call = (cki_delayed_call){.ck = build->ck,
                               .function = spec->function,
                               .method = spec->method,
                               .count = (uint32_t)count,
                               .nnamed = (uint32_t)given->nnamed};
    if (given->nnamed && !(call->names = copy_names(build, given))) {
        cki_fail_memory(build->error, given->nnamed * sizeof *call->names);
        return NULL;
    }
    return call;
}

/* The arguments in their places; what is held there is released with the context. */
static bool fill_call(intake *in, cki_delayed_call *call, const cki_delayed_spec *spec)
{
    const cki_arguments *given = &spec->arguments;
    bool filled = true, held = false;
    for (size_t i = 0; filled && i < call->count; i++) {
        bool by_name = i >= given->count;
        filled = fill_place(in, &call->places[i],
                            by_name ? given->named[i - given->count] : given->positional[i],
                            spec->untraversed);
        held |= call->places[i].value != NULL;
    }
    if (!filled) {
        release_call(call);
        return false;
    }
    return !held || cki_context_own(in->build->ck, release_call, call, in->build->error) == CASK_OK;
}

/* ---- nodes ---- */

static const char *keep_text(cki_build *build, const char *text, const char *fallback)
{
    const char *copy = text ? cki_arena_text(build->arena, text, strlen(text)) : fallback;
    if (!copy && text)
        cki_fail_memory(build->error, strlen(text));
    return copy;
}

static cask_status set_token(struct cask_delayed_node *node, const cki_delayed_spec *spec,
                             cki_error *error)
{
    cki_token token;
    node->base.token = node->base.own = cki_delayed_unique();
    if (spec->key) {
        cki_hasher *hasher = cki_token_start(error);
        if (!hasher)
            return error->status;
        cki_token_text(hasher, "delayed key");
        cki_token_text(hasher, spec->key);
        node->base.token = node->base.own = cki_token_end(hasher);
    } else if (spec->purity == CKI_PURE && cki_delayed_token(spec, &token, error)) {
        return cki_node_seal(&node->base, token, error);
    }
    return error->status;
}

static cask_delayed make_node(cki_build *build, const cki_delayed_spec *spec, intake *in)
{
    cki_delayed_call *call = new_call(build, spec);
    if (!call || !fill_call(in, call, spec))
        return NULL;
    if (spec->own && cki_context_own(build->ck, release_function, cask_value_ref(spec->function),
                                     build->error) != CASK_OK)
        return NULL;
    struct cask_delayed_node *node = cki_arena_alloc(build->arena, sizeof *node);
    const cki_node **inputs =
        node ? cki_arena_copy(build->arena, in->inputs, in->count * sizeof *inputs) : NULL;
    if (!inputs) {
        cki_fail_memory(build->error, sizeof *node);
        return NULL;
    }
    *node = (struct cask_delayed_node){.base = {.primitive = &cki_delayed_primitive,
                                                .collection = &cki_delayed_collection,
                                                .ck = build->ck,
                                                .annotations = cki_annotate_current(build->ck),
                                                .inputs = inputs,
                                                .ninputs = in->count,
                                                .parameters = call},
                                       .label = spec->label,
                                       .key = keep_text(build, spec->key, NULL),
                                       .outputs = spec->outputs,
                                       .call_outputs = -1};
    if (build->error->status != CASK_OK || set_token(node, spec, build->error) != CASK_OK)
        return NULL;
    return node;
}

cask_delayed cki_delayed_make(cki_build *build, const cki_delayed_spec *spec)
{
    intake in = {.build = build, .room = sizeof in.few / sizeof *in.few};
    in.inputs = in.few;
    cask_delayed node = make_node(build, spec, &in);
    if (in.inputs != in.few)
        cki_memory_free(in.inputs);
    return node;
}

cask_delayed cki_delayed_of(const cask_value *value)
{
    const cki_node *node = cki_operation_node(value);
    return node && node->collection == &cki_delayed_collection ? cki_delayed_of_node(node) : NULL;
}
