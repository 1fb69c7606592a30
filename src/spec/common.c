/* Common: keys with equal terms become one. Inputs come before users, so by the time that a term is
 * looked at its keys have become what they will be, and equal terms are equal words. */
#include "core/map.h"
#include "core/memory.h"
#include "spec/passes.h"
#include "value/token.h"

#include <string.h>

typedef struct common {
    const cki_spec *spec;
    cki_spec *made;
    bool *kept;
    uint32_t *becomes; /* by key: which key it has become */
    uint32_t *values;  /* by number: the first literal that equals it */
    cki_map terms;     /* a hash of words -> the first key that has it, + 1 */
    uint32_t *same;    /* by key: the next one with that hash, + 1 */
    cki_error *error;
} common;

/* Equal literals, of the same type, get one number. */
static bool number_values(common *c)
{
    cki_map seen = {0};
    bool fine = true;
    for (size_t i = 0; fine && i < c->spec->nvalues; i++) {
        cki_token token = cki_token_of(c->spec->values[i]);
        uint64_t first = i;
        c->values[i] = (uint32_t)i;
        if (cki_map_get(&seen, token.low | 1, &first) &&
            cki_token_same(token, cki_token_of(c->spec->values[first])))
            c->values[i] = (uint32_t)first;
        else
            fine = cki_map_set(&seen, token.low | 1, i);
    }
    cki_map_free(&seen);
    return fine;
}

static cki_word become(const common *c, cki_word word)
{
    uint32_t key = cki_spec_reference(c->spec, word);
    if (key != CKI_NO_NAME)
        return cki_word_make(CKI_WORD_KEY, c->becomes[key]);
    if (cki_word_kind_of(word) == CKI_WORD_VALUE)
        return cki_word_make(CKI_WORD_VALUE, c->values[cki_word_number(word)]);
    return word;
}

static uint64_t hash_of(const cki_word *words, size_t length)
{
    uint64_t hash = length;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ words[i]) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 31;
    }
    return hash | 1;
}

static bool equal_terms(const cki_spec *spec, uint32_t a, uint32_t b)
{
    size_t la, lb;
    const cki_word *wa = cki_spec_term(spec, a, &la), *wb = cki_spec_term(spec, b, &lb);
    return la == lb && memcmp(wa, wb, la * sizeof *wa) == 0;
}

/* The key before this one whose term in the new graph equals its own; CKI_NO_NAME, and it is
 * entered, if there is none. */
static uint32_t find_equal(common *c, uint32_t key)
{
    size_t length;
    const cki_word *words = cki_spec_term(c->made, key, &length);
    uint64_t hash = hash_of(words, length), first = 0;
    cki_map_get(&c->terms, hash, &first);
    for (uint32_t other = (uint32_t)first; other; other = c->same[other - 1])
        if (equal_terms(c->made, other - 1, key))
            return other - 1;
    c->same[key] = (uint32_t)first;
    if (!cki_map_set(&c->terms, hash, (uint64_t)key + 1))
        cki_fail_memory(c->error, sizeof(cki_map_slot));
    return CKI_NO_NAME;
}

static bool add(common *c, uint32_t key)
{
    size_t length;
    const cki_word *words = cki_spec_term(c->spec, key, &length);
    c->becomes[key] = key;
    for (size_t i = 0; i < length; i++)
        if (!cki_spec_put(c->made, become(c, words[i]), c->error))
            return false;
    if (cki_spec_define(c->made, key, c->error) != CASK_OK)
        return false;
    const cki_word *made = cki_spec_term(c->made, key, &length);
    uint32_t other = cki_spec_reference(c->made, *made);
    if (length > 1 || other == CKI_NO_NAME)
        other = find_equal(c, key);
    if (c->error->status != CASK_OK || other == CKI_NO_NAME)
        return c->error->status == CASK_OK;
    c->becomes[key] = other;
    if (!c->kept[key]) {
        cki_spec_remove(c->made, key);
        return true;
    }
    return cki_spec_put(c->made, cki_word_make(CKI_WORD_KEY, other), c->error) &&
           cki_spec_define(c->made, key, c->error) == CASK_OK;
}

/* Nothing given: what nothing else uses is kept. */
static bool keep_ends(common *c)
{
    cki_topology_links down = {0}, up = {0};
    if (cki_topology_dependencies(c->spec, &down, c->error) == CASK_OK &&
        cki_topology_dependents(c->spec, &down, &up, c->error) == CASK_OK)
        for (uint32_t key = 0; key < c->spec->keys.count; key++)
            c->kept[key] = up.first[key] == up.first[key + 1];
    cki_topology_links_free(&down);
    cki_topology_links_free(&up);
    return c->error->status == CASK_OK;
}

/* Definitions in the order that they have in the old graph. */
static cki_spec *in_order(const common *c)
{
    cki_spec *sorted = cki_spec_blank(c->made, c->error);
    for (size_t i = 0; sorted && i < c->spec->norder; i++) {
        uint32_t key = c->spec->order[i];
        size_t length;
        if (key == CKI_NO_NAME || !cki_spec_has(c->made, key))
            continue;
        const cki_word *words = cki_spec_term(c->made, key, &length);
        if (!cki_spec_put_all(sorted, words, length, c->error) ||
            cki_spec_define(sorted, key, c->error) != CASK_OK) {
            cki_spec_free(sorted);
            return NULL;
        }
    }
    return sorted;
}

cki_spec *cki_passes_common(const cki_spec *spec, const uint32_t *keys, size_t count,
                            cki_error *error)
{
    size_t all = (size_t)spec->keys.count + 1;
    cki_topology topology = {0};
    common c = {.spec = spec,
                .made = cki_spec_blank(spec, error),
                .kept = cki_passes_marks(spec, keys, count, error),
                .becomes = cki_memory_calloc(all, sizeof *c.becomes),
                .same = cki_memory_calloc(all, sizeof *c.same),
                .values = cki_memory_calloc(spec->nvalues + 1, sizeof *c.values),
                .error = error};
    bool fine = c.made && c.kept;
    if (fine && (!c.becomes || !c.same || !c.values || !number_values(&c)))
        fine = cki_fail_memory(error, all * sizeof *c.becomes) == CASK_OK;
    fine = fine && (count || keep_ends(&c)) &&
           cki_topology_find(spec, NULL, 0, &topology, error) == CASK_OK;
    for (size_t i = 0; fine && i < topology.count; i++)
        fine = add(&c, topology.sequence[i]);
    cki_spec *sorted = fine ? in_order(&c) : NULL;
    cki_topology_free(&topology);
    cki_map_free(&c.terms);
    cki_memory_free(c.kept);
    cki_memory_free(c.becomes);
    cki_memory_free(c.same);
    cki_memory_free(c.values);
    cki_spec_free(c.made);
    return sorted;
}
