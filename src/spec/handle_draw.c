/* Graphs of arrays, and pictures of arrays and graphs, as their users ask for them. */
#include "core/memory.h"
#include "expr/collection.h"
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

cask_status cask_visualize(const cask_lazy *things, size_t count, const char *path,
                           const cask_drawing *drawing)
{
    cki_error error = {0};
    cask *ck = count && things && things[0] ? things[0]->ck : NULL;
    if (!path || (count && !things))
        return cki_context_lacks(ck, "cask_visualize", path ? "things" : "path");
    for (size_t i = 0; i < count; i++) {
        cask_status status = things[i] ? things[i]->collection->status(things[i]) : CASK_INVALID;
        if (status != CASK_OK)
            return status;
        if (things[i]->ck != ck)
            cki_fail(&error, CASK_INVALID, NULL, "things of two contexts cannot be in one picture");
    }
    if (!count)
        return CASK_INVALID;
    const cki_picture picture = {.ck = ck, .nodes = things, .count = count};
    if (error.status == CASK_OK)
        cki_picture_save(&picture, path, drawing, &error);
    return error.status == CASK_OK ? CASK_OK : cki_context_fail(ck, &error);
}
