/* Topology: depth first with a stack of our own, each key seen once and each word looked at once.
 */
#include "spec/topology.h"

#include "core/memory.h"

#include <string.h>

#define OPEN UINT32_MAX /* a key's place while what it needs is looked for */

typedef struct frame {
    uint32_t key;
    uint32_t next; /* the word to look at */
} frame;

typedef struct search {
    const cki_spec *spec;
    cki_topology *topology;
    frame *stack;
    size_t depth, room;
    uint32_t *cycle;
    size_t ncycle;
    cki_error *error;
} search;

static bool push(search *s, uint32_t key)
{
    if (s->depth == s->room) {
        size_t room = s->room * 2 + 64;
        frame *wider = cki_memory_realloc(s->stack, room * sizeof *wider);
        if (!wider) {
            cki_fail_memory(s->error, room * sizeof *wider);
            return false;
        }
        s->stack = wider;
        s->room = room;
    }
    s->stack[s->depth++] = (frame){key, 0};
    s->topology->places[key] = OPEN;
    return true;
}

/* `key` is on the stack and was come upon again: what stands between. */
static bool keep_cycle(search *s, uint32_t key)
{
    size_t begin = s->depth - 1;
    while (s->stack[begin].key != key)
        begin--;
    s->cycle = cki_memory_alloc((s->depth - begin + 1) * sizeof *s->cycle);
    if (!s->cycle) {
        cki_fail_memory(s->error, s->depth * sizeof *s->cycle);
        return false;
    }
    for (size_t i = begin; i < s->depth; i++)
        s->cycle[s->ncycle++] = s->stack[i].key;
    s->cycle[s->ncycle++] = key;
    return false;
}

/* One step: on to the next thing that the key on top needs, or past the key. */
static bool step(search *s)
{
    frame *top = &s->stack[s->depth - 1];
    const cki_spec *spec = s->spec;
    size_t length;
    const cki_word *words = cki_spec_term(spec, top->key, &length);
    while (top->next < length) {
        uint32_t key = cki_spec_reference(spec, words[top->next++]);
        if (key == CKI_NO_NAME || (s->topology->places[key] && s->topology->places[key] != OPEN))
            continue;
        if (!cki_spec_has(spec, key))
            return cki_spec_missing(spec, cki_spec_text(spec, key), s->error) == CASK_OK;
        return s->topology->places[key] == OPEN ? keep_cycle(s, key) : push(s, key);
    }
    s->topology->sequence[s->topology->count++] = top->key;
    s->topology->places[top->key] = (uint32_t)s->topology->count;
    s->depth--;
    return true;
}

static bool descend(search *s, uint32_t key)
{
    if (!cki_spec_has(s->spec, key))
        return cki_spec_missing(s->spec, cki_spec_text(s->spec, key), s->error) == CASK_OK;
    if (s->topology->places[key])
        return true;
    bool fine = push(s, key);
    while (fine && s->depth)
        fine = step(s);
    return fine;
}

/* False with an error, or with a cycle. */
static bool run(search *s, const uint32_t *wanted, size_t count)
{
    const cki_spec *spec = s->spec;
    cki_topology *topology = s->topology;
    topology->count = 0;
    topology->sequence = cki_memory_alloc((spec->defined + 1) * sizeof *topology->sequence);
    topology->places = cki_memory_calloc((size_t)spec->keys.count + 1, sizeof *topology->places);
    bool fine = topology->sequence && topology->places;
    if (!fine)
        cki_fail_memory(s->error, spec->keys.count * sizeof *topology->places);
    for (size_t i = 0; fine && wanted && i < count; i++)
        fine = descend(s, wanted[i]);
    for (size_t i = 0; fine && !wanted && i < spec->norder; i++)
        fine = spec->order[i] == CKI_NO_NAME || descend(s, spec->order[i]);
    cki_memory_free(s->stack);
    return fine;
}

void cki_topology_free(cki_topology *topology)
{
    cki_memory_free(topology->sequence);
    cki_memory_free(topology->places);
    *topology = (cki_topology){0};
}

static void fail_cycle(const search *s)
{
    cki_text text = {0};
    for (size_t i = 0; i < s->ncycle && text.length < 500; i++)
        cki_text_format(&text, "%s%s", i ? "->" : "", cki_spec_text(s->spec, s->cycle[i]));
    if (text.length >= 500)
        cki_text_format(&text, "... (%zu keys)", s->ncycle - 1);
    cki_fail(s->error, CASK_INVALID, "RuntimeError", "Cycle detected in Dask: %s",
             text.bytes ? text.bytes : "");
    cki_text_free(&text);
}

cask_status cki_topology_find(const cki_spec *spec, const uint32_t *wanted, size_t count,
                              cki_topology *topology, cki_error *error)
{
    search s = {.spec = spec, .topology = topology, .error = error};
    if (!run(&s, wanted, count)) {
        if (s.ncycle)
            fail_cycle(&s);
        cki_topology_free(topology);
    }
    cki_memory_free(s.cycle);
    return error->status;
}

cask_status cki_topology_cycle(const cki_spec *spec, const uint32_t *wanted, size_t count,
                               uint32_t **cycle, size_t *length, cki_error *error)
{
    cki_topology topology = {0};
    search s = {.spec = spec, .topology = &topology, .error = error};
    run(&s, wanted, count);
    cki_topology_free(&topology);
    *cycle = s.cycle;
    *length = s.ncycle;
    return error->status;
}

/* ---- links ---- */

void cki_topology_links_free(cki_topology_links *links)
{
    cki_memory_free(links->items);
    cki_memory_free(links->first);
    *links = (cki_topology_links){0};
}

static cask_status make_links(cki_topology_links *links, size_t keys, size_t count,
                              cki_error *error)
{
    links->first = cki_memory_calloc(keys + 2, sizeof *links->first);
    links->items = cki_memory_alloc((count + 1) * sizeof *links->items);
    if (links->first && links->items)
        return CASK_OK;
    cki_topology_links_free(links);
    return cki_fail_memory(error, (count + keys) * sizeof *links->first);
}

cask_status cki_topology_dependencies(const cki_spec *spec, cki_topology_links *links,
                                      cki_error *error)
{
    size_t keys = spec->keys.count, count = 0;
    for (size_t pass = 0; pass < 2; pass++) {
        if (pass && make_links(links, keys, count, error) != CASK_OK)
            return error->status;
        count = 0;
        for (uint32_t key = 0; key < keys; key++) {
            size_t length = 0;
            const cki_word *words =
                cki_spec_has(spec, key) ? cki_spec_term(spec, key, &length) : NULL;
            for (size_t i = 0; i < length; i++) {
                uint32_t found = cki_spec_reference(spec, words[i]);
                if (found == CKI_NO_NAME)
                    continue;
                if (pass)
                    links->items[count] = found;
                count++;
            }
            if (pass)
                links->first[key + 1] = count;
        }
    }
    return CASK_OK;
}

cask_status cki_topology_dependents(const cki_spec *spec, const cki_topology_links *dependencies,
                                    cki_topology_links *links, cki_error *error)
{
    size_t keys = spec->keys.count, count = dependencies->first[keys];
    if (make_links(links, keys, count, error) != CASK_OK)
        return error->status;
    for (size_t i = 0; i < count; i++) /* how many each has, two places on */
        links->first[dependencies->items[i] + 2]++;
    for (size_t key = 0; key < keys; key++)
        links->first[key + 2] += links->first[key + 1];
    for (uint32_t key = 0; key < keys; key++) /* each fills from its beginning on */
        for (size_t i = dependencies->first[key]; i < dependencies->first[key + 1]; i++)
            links->items[links->first[dependencies->items[i] + 1]++] = key;
    return CASK_OK;
}
