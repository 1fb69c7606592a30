/* Looking at graphs: keys, texts, dependencies. */
#include "core/memory.h"
#include "spec/handle.h"
#include "spec/request.h"
#include "spec/spec_write.h"
#include "spec/topology.h"

#include <string.h>

size_t cask_graph_count(const cask_graph *graph)
{
    return graph ? graph->spec->defined : 0;
}

const char *cask_graph_key(const cask_graph *graph, size_t i)
{
    if (!graph || i >= graph->spec->defined)
        return NULL;
    const cki_spec *spec = graph->spec;
    if (spec->defined == spec->norder) /* nothing was removed */
        return cki_spec_text(spec, spec->order[i]);
    for (size_t at = 0; at < spec->norder; at++)
        if (spec->order[at] != CKI_NO_NAME && i-- == 0)
            return cki_spec_text(spec, spec->order[at]);
    return NULL;
}

bool cask_graph_has(const cask_graph *graph, const char *key)
{
    return graph && cki_spec_find(graph->spec, key, strlen(key)) != CKI_NO_NAME;
}

static char *write_graph(const cask_graph *graph, cki_spec_style style)
{
    if (!cki_handle_is_open(graph))
        return NULL;
    cki_error error = {0};
    cki_text text = {0};
    cki_spec_write(graph->spec, style, &text, &error);
    char *bytes = error.status == CASK_OK ? cki_text_take(&text) : NULL;
    if (!bytes && error.status == CASK_OK)
        cki_fail_memory(&error, text.length);
    cki_text_free(&text);
    cki_handle_fail(graph, &error);
    return bytes;
}

char *cask_graph_json(const cask_graph *graph)
{
    return write_graph(graph, CKI_SPEC_JSON);
}

char *cask_graph_text(const cask_graph *graph)
{
    return write_graph(graph, CKI_SPEC_PYTHON);
}

/* Keys, each once, as a list of texts. */
static cask_value *distinct(const cki_spec *spec, uint32_t *keys, size_t count, cki_error *error)
{
    size_t kept = 0;
    bool *seen = cki_memory_calloc((size_t)spec->keys.count + 1, sizeof *seen);
    if (!seen) {
        cki_fail_memory(error, spec->keys.count);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        if (!seen[keys[i]]) {
            seen[keys[i]] = true;
            keys[kept++] = keys[i];
        }
    cki_memory_free(seen);
    return cki_request_texts(spec, keys, kept, error);
}

static cask_value *neighbours(const cask_graph *graph, const char *key, bool up)
{
    if (!cki_handle_is_open(graph))
        return NULL;
    cki_error error = {0};
    const cki_spec *spec = graph->spec;
    uint32_t number = cki_spec_find(spec, key, strlen(key));
    cki_topology_links down = {0}, users = {0};
    cask_value *list = NULL;
    if (number == CKI_NO_NAME)
        cki_spec_missing(spec, key, &error);
    else if (cki_topology_dependencies(spec, &down, &error) == CASK_OK &&
             (!up || cki_topology_dependents(spec, &down, &users, &error) == CASK_OK)) {
        const cki_topology_links *links = up ? &users : &down;
        list = distinct(spec, links->items + links->first[number],
                        links->first[number + 1] - links->first[number], &error);
    }
    cki_topology_links_free(&down);
    cki_topology_links_free(&users);
    cki_handle_fail(graph, &error);
    return list;
}

cask_value *cask_graph_dependencies(const cask_graph *graph, const char *key)
{
    return neighbours(graph, key, false);
}

cask_value *cask_graph_dependents(const cask_graph *graph, const char *key)
{
    return neighbours(graph, key, true);
}

cask_value *cask_graph_toposort(const cask_graph *graph)
{
    if (!cki_handle_is_open(graph))
        return NULL;
    cki_error error = {0};
    cki_topology topology = {0};
    cask_value *list = NULL;
    if (cki_topology_find(graph->spec, NULL, 0, &topology, &error) == CASK_OK)
        list = cki_request_texts(graph->spec, topology.sequence, topology.count, &error);
    cki_topology_free(&topology);
    cki_handle_fail(graph, &error);
    return list;
}

cask_value *cask_graph_cycle(const cask_graph *graph)
{
    if (!cki_handle_is_open(graph))
        return NULL;
    cki_error error = {0};
    uint32_t *cycle = NULL;
    size_t length;
    cask_value *list = NULL;
    if (cki_topology_cycle(graph->spec, NULL, 0, &cycle, &length, &error) == CASK_OK)
        list = cki_request_texts(graph->spec, cycle, length, &error);
    cki_memory_free(cycle);
    cki_handle_fail(graph, &error);
    return list;
}
