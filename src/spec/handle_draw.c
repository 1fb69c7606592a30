/* Graphs of arrays, and pictures of arrays and graphs, as their users ask for them. */
#include "core/memory.h"
#include "expr/node.h"
#include "spec/handle.h"
#include "spec/picture.h"
#include "spec/tasks.h"

/* An array's node; NULL if it is a poison one, and then its context's failure is the answer. */
static const cki_node *node_of(cask_array x)
{
    const cki_node *node = (const cki_node *)(const void *)x; /* which every array begins with */
    return node && node->ck && node->ck->error.status == CASK_OK ? node : NULL;
}

cask_graph *cask_graph_from_array(cask_array x, bool optimize, cask_value **keys)
{
    const cki_node *node = node_of(x);
    if (keys)
        *keys = NULL;
    if (!node)
        return NULL;
    cki_error error = {0};
    cki_spec *spec = cki_tasks_spec(node->ck, &node, 1, optimize, keys, &error);
    cask_graph *graph = cki_handle_of(node->ck, spec, &error);
    if (!graph && keys) {
        cask_value_unref(*keys);
        *keys = NULL;
    }
    return graph;
}

/* The keys that nothing else names. */
static cask_status find_ends(const cki_spec *spec, uint32_t **keys, size_t *count, cki_error *error)
{
    bool *named = cki_memory_calloc((size_t)spec->keys.count + 1, sizeof *named);
    *keys = cki_memory_alloc((spec->defined + 1) * sizeof **keys);
    *count = 0;
    if (!named || !*keys)
        cki_fail_memory(error, spec->defined * sizeof **keys);
    for (size_t i = 0; error->status == CASK_OK && i < spec->norder; i++) {
        size_t length = 0;
        const cki_word *words =
            spec->order[i] == CKI_NO_NAME ? NULL : cki_spec_term(spec, spec->order[i], &length);
        for (size_t k = 0; k < length; k++) {
            uint32_t key = cki_spec_reference(spec, words[k]);
            if (key != CKI_NO_NAME)
                named[key] = true;
        }
    }
    for (size_t i = 0; error->status == CASK_OK && i < spec->norder; i++)
        if (spec->order[i] != CKI_NO_NAME && !named[spec->order[i]])
            (*keys)[(*count)++] = spec->order[i];
    cki_memory_free(named);
    return error->status;
}

cask_status cask_graph_draw(const cask_graph *graph, cask_keys keys, const char *path,
                            const cask_drawing *drawing)
{
    if (!cki_handle_is_open(graph))
        return graph ? graph->ck->error.status : CASK_MEMORY;
    cki_error error = {0};
    uint32_t *numbers = NULL;
    cki_picture picture = {.ck = graph->ck, .spec = graph->spec};
    if (keys.count)
        cki_handle_keys(graph, keys, false, &numbers, &picture.count, &error);
    else
        find_ends(graph->spec, &numbers, &picture.count, &error);
    picture.keys = numbers;
    if (error.status == CASK_OK)
        cki_picture_save(&picture, path, drawing, &error);
    cki_memory_free(numbers);
    return cki_handle_fail(graph, &error);
}

cask_status cask_arrays_draw(const cask_array *arrays, size_t count, const char *path,
                             const cask_drawing *drawing)
{
    const cki_node **nodes = cki_memory_alloc((count + 1) * sizeof *nodes);
    if (!nodes)
        return CASK_MEMORY;
    cki_error error = {0};
    cask *ck = NULL;
    cask_status status = count ? CASK_OK : CASK_INVALID;
    for (size_t i = 0; i < count && status == CASK_OK; i++) {
        nodes[i] = node_of(arrays[i]);
        if (!nodes[i]) {
            const cki_node *poison = (const cki_node *)(const void *)arrays[i];
            status = poison && poison->ck ? poison->ck->error.status : CASK_MEMORY;
        } else {
            ck = nodes[i]->ck;
            if (nodes[0]->ck != ck)
                status = cki_fail(&error, CASK_INVALID, NULL,
                                  "arrays of two contexts cannot be in one picture");
        }
    }
    if (status == CASK_OK)
        status = cki_picture_save(&(cki_picture){.ck = ck, .nodes = nodes, .count = count}, path,
                                  drawing, &error);
    cki_memory_free(nodes);
    return ck && error.status != CASK_OK ? cki_context_fail(ck, &error) : status;
}
