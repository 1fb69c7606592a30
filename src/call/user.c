/* User: registering functions, loading plug-ins, and the calls as the functions see them. */
#include "call/user.h"

#include "call/call.h"
#include "core/memory.h"
#include "sys/library.h"

#include <stdarg.h>
#include <string.h>

struct cki_user {
    const cask_function **items;
    size_t count, capacity;
};

struct cask_call {
    cask *ck;
    const cask_function *function;
    const cki_arguments *arguments;
    void *run;
    cki_error *error;
};

/* ---- the set ---- */

cki_user *cki_user_new(cki_error *error)
{
    cki_user *set = cki_memory_calloc(1, sizeof *set);
    if (!set)
        cki_fail_memory(error, sizeof *set);
    return set;
}

static void let_go(const cask_function *function)
{
    if (function->release)
        function->release(function->user);
}

void cki_user_free(cki_user *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++)
        let_go(set->items[i]);
    cki_memory_free((void *)set->items);
    cki_memory_free(set);
}

static int version_of(const cask_function *function)
{
    return function->version ? function->version : 1;
}

const cask_function *cki_user_find(const cki_user *set, const char *name)
{
    const cask_function *newest = NULL;
    for (size_t i = 0; set && i < set->count; i++)
        if (strcmp(set->items[i]->name, name) == 0 &&
            (!newest || version_of(set->items[i]) > version_of(newest)))
            newest = set->items[i];
    return newest;
}

const cask_function *cki_user_at(const cki_user *set, size_t i)
{
    return set && i < set->count ? set->items[i] : NULL;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Names separated by dots, as an expression could have them. */
static bool is_name(const char *name)
{
    bool begin = true;
    for (; *name; name++) {
        if (*name == '.' ? begin : !is_letter(*name) && (begin || *name < '0' || *name > '9'))
            return false;
        begin = *name == '.';
    }
    return !begin;
}

static cask_status add(cki_user *set, const cask_function *function, cki_error *error)
{
    if (!function->name || !is_name(function->name))
        return cki_fail(error, CASK_INVALID, NULL,
                        "'%s' is no name for a function: letters, digits, _ and dots, as me.inc",
                        function->name ? function->name : "");
    if (!function->run || function->version < 0)
        return cki_fail(error, CASK_INVALID, NULL, "function %s %s", function->name,
                        function->run ? "has a negative version" : "has nothing to run");
    for (size_t i = 0; i < set->count; i++) {
        const cask_function *other = set->items[i];
        if (strcmp(other->name, function->name) != 0 || version_of(other) != version_of(function))
            continue;
        if (other->run == function->run && other->user == function->user)
            return CASK_OK;
        return cki_fail(error, CASK_INVALID, NULL,
                        "another function is registered as %s version %d already: give this one "
                        "another name or version",
                        function->name, version_of(function));
    }
    if (set->count == set->capacity) {
        size_t capacity = set->capacity * 2 + 8;
        const cask_function **items =
            cki_memory_realloc((void *)set->items, capacity * sizeof *items);
        if (!items)
            return cki_fail_memory(error, capacity * sizeof *items);
        set->items = items;
        set->capacity = capacity;
    }
    set->items[set->count++] = function;
    return CASK_OK;
}

cask_status cask_register(cask *ck, const cask_function *functions, size_t count)
{
    cki_error error = {0};
    if (count && !functions)
        return cki_context_lacks(ck, "cask_register", "functions");
    if (!ck)
        error.status = CASK_INVALID;
    else
        error.status = ck->error.status;
    for (size_t i = 0; i < count; i++)
        if (error.status != CASK_OK || add(ck->user, &functions[i], &error) != CASK_OK)
            let_go(&functions[i]);
    return cki_context_fail(ck, &error);
}

cask_value *cask_value_function(cask *ck, const char *name)
{
    cki_error error = {0};
    if (!ck || !ck->compute || !name) {
        cki_context_lacks(ck, "cask_value_function", ck ? "name" : "ck");
        return NULL;
    }
    cki_ledger *before = cki_ledger_enter(ck->ledger);
    cask_value *function = cki_call_find(ck, name, &error);
    cki_ledger_enter(before);
    cki_context_fail(ck, &error);
    return function;
}

cask_status cask_preload(cask *ck, const char *path)
{
    if (!ck || !path)
        return cki_context_lacks(ck, "cask_preload", ck ? "path" : "ck");
    if (ck->error.status != CASK_OK)
        return ck->error.status;
    cki_error error = {0};
    cki_library_function found = cki_library_find(path, "cask_plugin", &error);
    if (!found)
        return cki_context_fail(ck, &error);
    cask_status (*plugin)(cask *) = (cask_status(*)(cask *))found;
    cask_status status = plugin(ck);
    if (status == CASK_OK || ck->error.status != CASK_OK)
        return status;
    cki_fail(&error, status, NULL, "cask_plugin() of '%s' failed and did not say why", path);
    return cki_context_fail(ck, &error);
}

/* ---- as values ---- */

static void keep(void *self) /* records are the user's */
{
    (void)self;
}

static void print(void *self, cki_text *text)
{
    const cask_function *function = self;
    cki_text_format(text, "<function %s>", function->name);
}

static const cki_class user_class = {"function", keep, print, NULL};

cask_value *cki_user_value(const cask_function *function, cki_error *error)
{
    return cki_value_object(&user_class, (void *)(uintptr_t)function, error);
}

/* A record that lives as long as another value does. */
typedef struct held_function {
    const cask_function *function;
    cki_token token;
    cask_value *owner;
} held_function;

static void release_held(void *self)
{
    held_function *held = self;
    cask_value_unref(held->owner);
    cki_memory_free(held);
}

static void print_held(void *self, cki_text *text)
{
    const held_function *held = self;
    cki_text_format(text, "<function %s>", held->function->name);
}

static const cki_class held_class = {"function", release_held, print_held, NULL};

cask_value *cki_user_value_in(const cask_function *function, cki_token token, cask_value *owner,
                              cki_error *error)
{
    held_function *held = cki_memory_alloc(sizeof *held);
    if (!held) {
        cki_fail_memory(error, sizeof *held);
        return NULL;
    }
    *held = (held_function){function, token, cask_value_ref(owner)};
    return cki_value_object(&held_class, held, error);
}

const cki_token *cki_user_token(const cask_value *value)
{
    const held_function *held = cki_value_self(value, &held_class);
    return held ? &held->token : NULL;
}

const cask_function *cki_user_of(const cask_value *value)
{
    const held_function *held = cki_value_self(value, &held_class);
    return held ? held->function : cki_value_self(value, &user_class);
}

/* ---- in expressions: me.inc is the member inc of me ---- */

typedef struct space {
    const cki_user *set;
    char *name;
} space;

static void release_space(void *self)
{
    space *s = self;
    cki_memory_free(s->name);
    cki_memory_free(s);
}

static void print_space(void *self, cki_text *text)
{
    const space *s = self;
    cki_text_format(text, "<module '%s'>", s->name);
}

static const cki_class space_class = {"module", release_space, print_space, NULL};

static bool is_space(const cki_user *set, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; set && i < set->count; i++)
        if (strncmp(set->items[i]->name, name, length) == 0 && set->items[i]->name[length] == '.')
            return true;
    return false;
}

cask_value *cki_user_name(const cki_user *set, const char *name, cki_error *error)
{
    const cask_function *function = cki_user_find(set, name);
    if (function)
        return cki_user_value(function, error);
    if (!is_space(set, name))
        return NULL;
    space *s = cki_memory_calloc(1, sizeof *s);
    if (s)
        s->name = cki_memory_copy(name, strlen(name));
    if (!s || !s->name) {
        cki_memory_free(s);
        cki_fail_memory(error, sizeof *s);
        return NULL;
    }
    s->set = set;
    return cki_value_object(&space_class, s, error);
}

cask_value *cki_user_member(const cask_value *value, const char *name, cki_error *error)
{
    const space *s = cki_value_self(value, &space_class);
    if (!s)
        return NULL;
    cki_text full = {0};
    cki_text_format(&full, "%s.%s", s->name, name);
    cask_value *member = full.failed ? NULL : cki_user_name(s->set, full.bytes, error);
    if (full.failed)
        cki_fail_memory(error, full.length);
    else if (!member)
        cki_fail(error, CASK_NOT_FOUND, "AttributeError", "module '%s' has no attribute '%s'",
                 s->name, name);
    cki_text_free(&full);
    return member;
}

/* ---- calls ---- */

cask_value *cki_user_run(cask *ck, const cask_function *function, const cki_arguments *arguments,
                         void *run, cki_error *error)
{
    cki_error own = {0};
    cask_call call = {
        .ck = ck, .function = function, .arguments = arguments, .run = run, .error = &own};
    cask_value *result = function->run(&call);
    if (!result && own.status == CASK_OK)
        cki_fail(&own, CASK_INTERNAL, "RuntimeError",
                 "%s() returned NULL and did not say why: call cask_call_fail()", function->name);
    if (own.status == CASK_OK)
        return result;
    cask_value_unref(result);
    cki_fail(error, own.status, own.python, "%s", own.message);
    return NULL;
}

const cki_arguments *cki_user_arguments(const cask_call *call)
{
    return call->arguments;
}

void *cki_user_task_run(const cask_call *call)
{
    return call->run;
}

cki_error *cki_user_error(cask_call *call)
{
    return call->error;
}

size_t cask_call_count(const cask_call *call)
{
    return call->arguments->count;
}

cask_value *cask_call_argument(const cask_call *call, size_t i)
{
    return i < call->arguments->count ? call->arguments->positional[i] : NULL;
}

cask_value *cask_call_named(const cask_call *call, const char *name)
{
    for (size_t i = 0; i < call->arguments->nnamed; i++)
        if (strcmp(call->arguments->names[i], name) == 0)
            return call->arguments->named[i];
    return NULL;
}

void *cask_call_user(const cask_call *call)
{
    return call->function->user;
}

cask *cask_call_context(const cask_call *call)
{
    return call->ck;
}

bool cask_call_cancelled(const cask_call *call)
{
    bool ends = call->ck->stopped && call->ck->stopped(call->run);
    return ends || (!call->run && atomic_load(call->ck->cancel));
}

cask_value *cask_call_fail(cask_call *call, cask_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    cki_fail_va(call->error, status == CASK_OK ? CASK_INTERNAL : status, NULL, format, arguments);
    va_end(arguments);
    return NULL;
}
