/* Passes: cull, and inlining of keys, constants and functions. */
#include "spec/passes.h"

#include "core/memory.h"
#include "spec/expand.h"

bool *cki_passes_marks(const cki_spec *spec, const uint32_t *keys, size_t count, cki_error *error)
{
    bool *marks = cki_memory_calloc((size_t)spec->keys.count + 1, sizeof *marks);
    if (!marks)
        cki_fail_memory(error, spec->keys.count);
    for (size_t i = 0; marks && i < count; i++)
        if (keys[i] < spec->keys.count)
            marks[keys[i]] = true;
    return marks;
}

/* The graph with the marked keys' terms inside the others; `gone` ones (may be NULL) are left out.
 */
static cki_spec *expand_all(const cki_spec *spec, const bool *inlined, const bool *gone,
                            cki_error *error)
{
    cki_spec *made = cki_spec_blank(spec, error);
    for (size_t i = 0; made && i < spec->norder; i++) {
        uint32_t key = spec->order[i];
        if (key == CKI_NO_NAME || (gone && gone[key]))
            continue;
        if (cki_expand_define(spec, made, key, inlined, error) != CASK_OK) {
            cki_spec_free(made);
            return NULL;
        }
    }
    return made;
}

/* ---- cull ---- */

/* Marks what the keys need, themselves included; `seen` holds them already, `list` too, with room
 * for every key. */
static void reach(const cki_spec *spec, bool *seen, uint32_t *list, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        size_t length;
        const cki_word *words = cki_spec_term(spec, list[at], &length);
        for (size_t i = 0; i < length; i++) {
            uint32_t key = cki_spec_reference(spec, words[i]);
            if (key == CKI_NO_NAME || seen[key] || !cki_spec_has(spec, key))
                continue;
            seen[key] = true;
            list[count++] = key;
        }
    }
}

cki_spec *cki_passes_cull(const cki_spec *spec, const uint32_t *keys, size_t count,
                          cki_error *error)
{
    bool *seen = cki_passes_marks(spec, NULL, 0, error);
    bool *none = cki_passes_marks(spec, NULL, 0, error);
    uint32_t *list = cki_memory_alloc((spec->defined + 1) * sizeof *list);
    cki_spec *made = NULL;
    size_t found = 0;
    if (!list)
        cki_fail_memory(error, spec->defined * sizeof *list);
    for (size_t i = 0; error->status == CASK_OK && i < count; i++) {
        if (!cki_spec_has(spec, keys[i]))
            cki_spec_missing(spec, cki_spec_text(spec, keys[i]), error);
        else if (!seen[keys[i]])
            list[found++] = keys[i], seen[keys[i]] = true;
    }
    if (error->status == CASK_OK) {
        reach(spec, seen, list, found);
        for (size_t key = 0; key < spec->keys.count; key++)
            seen[key] = !seen[key];
        made = expand_all(spec, none, seen, error);
    }
    cki_memory_free(seen);
    cki_memory_free(none);
    cki_memory_free(list);
    return made;
}

/* ---- inline ---- */

/* A key that stands for another one, or for what needs none and calls nothing. */
static bool is_constant(const cki_spec *spec, uint32_t key)
{
    size_t length;
    const cki_word *words = cki_spec_term(spec, key, &length);
    if (length == 1 && cki_spec_reference(spec, *words) != CKI_NO_NAME)
        return true;
    if (cki_word_kind_of(*words) == CKI_WORD_TASK)
        return false;
    for (size_t i = 0; i < length; i++)
        if (cki_spec_reference(spec, words[i]) != CKI_NO_NAME)
            return false;
    return true;
}

static void mark_constants(const cki_spec *spec, bool *marks)
{
    for (size_t i = 0; i < spec->norder; i++)
        if (spec->order[i] != CKI_NO_NAME && is_constant(spec, spec->order[i]))
            marks[spec->order[i]] = true;
}

/* Circles below marked keys are refused, as Dask does: their terms would never end. */
static cask_status check_circles(const cki_spec *spec, const bool *marks, cki_error *error)
{
    uint32_t *keys = cki_memory_alloc((spec->defined + 1) * sizeof *keys);
    size_t count = 0;
    if (!keys)
        return cki_fail_memory(error, spec->defined * sizeof *keys);
    for (size_t i = 0; i < spec->norder; i++)
        if (spec->order[i] != CKI_NO_NAME && marks[spec->order[i]])
            keys[count++] = spec->order[i];
    cki_topology topology = {0};
    cask_status status = cki_topology_find(spec, keys, count, &topology, error);
    cki_topology_free(&topology);
    cki_memory_free(keys);
    return status;
}

static cki_spec *inline_marked(const cki_spec *spec, bool *marks, const bool *gone,
                               cki_error *error)
{
    for (uint32_t key = 0; key < spec->keys.count; key++)
        marks[key] = marks[key] && cki_spec_has(spec, key);
    return check_circles(spec, marks, error) == CASK_OK ? expand_all(spec, marks, gone, error)
                                                        : NULL;
}

cki_spec *cki_passes_inline(const cki_spec *spec, const uint32_t *keys, size_t count,
                            bool constants, cki_error *error)
{
    bool *marks = cki_passes_marks(spec, keys, count, error);
    if (!marks)
        return NULL;
    if (constants)
        mark_constants(spec, marks);
    cki_spec *made = inline_marked(spec, marks, NULL, error);
    cki_memory_free(marks);
    return made;
}

/* Whether a term is a task that calls fast functions alone. */
static bool is_fast(const cki_spec *spec, uint32_t key, const bool *fast)
{
    size_t length;
    const cki_word *words = cki_spec_term(spec, key, &length);
    if (cki_word_kind_of(*words) != CKI_WORD_TASK)
        return false;
    for (size_t i = 0; i < length; i++)
        if (cki_word_kind_of(words[i]) == CKI_WORD_TASK && !fast[cki_word_function(words[i])])
            return false;
    return true;
}

cki_spec *cki_passes_inline_functions(const cki_spec *spec, const uint32_t *keys, size_t count,
                                      const bool *fast, bool constants, cki_error *error)
{
    bool *kept = cki_passes_marks(spec, keys, count, error);
    bool *marks = cki_passes_marks(spec, NULL, 0, error);
    bool *gone = cki_passes_marks(spec, NULL, 0, error);
    cki_topology_links down = {0}, up = {0};
    cki_spec *made = NULL;
    bool any = false;
    if (kept && marks && gone && cki_topology_dependencies(spec, &down, error) == CASK_OK &&
        cki_topology_dependents(spec, &down, &up, error) == CASK_OK) {
        for (uint32_t key = 0; key < spec->keys.count; key++)
            if (cki_spec_has(spec, key) && !kept[key] && up.first[key] < up.first[key + 1] &&
                is_fast(spec, key, fast))
                any = marks[key] = gone[key] = true;
        if (any && constants) /* where nothing is inlined, constants are not either: as in Dask */
            mark_constants(spec, marks);
        made = inline_marked(spec, marks, gone, error);
    }
    cki_topology_links_free(&down);
    cki_topology_links_free(&up);
    cki_memory_free(kept);
    cki_memory_free(marks);
    cki_memory_free(gone);
    return made;
}
