/* Scopes: looking names up, and the nearest to one that is not there. */
#include "eval/scope.h"
#include "core/memory.h"
#include "eval/builtin.h"

#include <string.h>

cki_scope *cki_eval_scope(const cki_host *host, cki_error *error)
{
    cki_scope *scope = cki_memory_calloc(1, sizeof *scope);
    if (!scope) {
        cki_fail_memory(error, sizeof *scope);
        return NULL;
    }
    if (host)
        scope->host = *host;
    return scope;
}

void cki_eval_scope_free(cki_scope *scope)
{
    if (!scope)
        return;
    for (size_t i = 0; i < scope->count; i++) {
        cki_memory_free(scope->bindings[i].name);
        cask_value_unref(scope->bindings[i].value);
    }
    cki_memory_free(scope->bindings);
    cki_memory_free(scope);
}

cask_status cki_eval_bind(cki_scope *scope, const char *name, cask_value *value, cki_error *error)
{
    if (scope->count == scope->room) {
        size_t room = scope->room * 2 + 8;
        struct binding *grown = cki_memory_realloc(scope->bindings, room * sizeof *grown);
        if (!grown)
            return cki_fail_memory(error, room * sizeof *grown);
        scope->bindings = grown;
        scope->room = room;
    }
    char *copy = cki_memory_copy(name, strlen(name));
    if (!copy)
        return cki_fail_memory(error, strlen(name));
    scope->bindings[scope->count++] = (struct binding){copy, cask_value_ref(value)};
    return CASK_OK;
}

cask_value *cki_scope_bound(const cki_scope *scope, const char *name)
{
    for (size_t i = scope->count; i-- > 0;) {
        if (strcmp(scope->bindings[i].name, name) == 0)
            return scope->bindings[i].value;
    }
    return NULL;
}

/* Near enough to be what was meant: a quarter of the letters may differ. */
static void consider(const char *name, const char *candidate, int *least, const char **nearest)
{
    int allowed = strlen(name) < 3 ? 0 : ((int)strlen(name) + 2) / 4;
    int distance = cki_text_distance(name, candidate);
    if (distance < *least && distance <= allowed) {
        *least = distance;
        *nearest = candidate;
    }
}

static const char *nearest_name(cki_scope *scope, const char *name)
{
    const char *nearest = NULL, *candidate;
    int least = 4;
    if (strlen(name) > 200)
        return NULL;
    for (size_t i = 0; i < scope->count; i++)
        consider(name, scope->bindings[i].name, &least, &nearest);
    for (size_t i = 0; (candidate = cki_builtin_nth(i)); i++)
        consider(name, candidate, &least, &nearest);
    if (scope->host.nearest && (candidate = scope->host.nearest(scope->host.self, name)))
        consider(name, candidate, &least, &nearest);
    return nearest;
}

cask_value *cki_scope_name(cki_scope *scope, const char *name, cki_error *error)
{
    cask_value *value = cki_scope_bound(scope, name);
    if (value)
        return cask_value_ref(value);
    value = cki_builtin_name(name, error);
    if (!value && error->status == CASK_OK && scope->host.name)
        value = scope->host.name(scope->host.self, name, error);
    if (value || error->status != CASK_OK)
        return value;
    const char *nearest = nearest_name(scope, name);
    if (nearest)
        cki_fail(error, CASK_NOT_FOUND, "NameError",
                 "name '%s' is not defined. Did you mean: '%s'?", name, nearest);
    else
        cki_fail(error, CASK_NOT_FOUND, "NameError", "name '%s' is not defined", name);
    return NULL;
}
