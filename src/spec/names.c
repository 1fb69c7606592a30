/* Names: an open hash table of numbers; texts stand one after another in one block. */
#include "spec/names.h"

#include "core/memory.h"
#include "sys/pages.h"

#include <string.h>

enum { FIRST_SLOTS = 64, LONGEST = 1 << 30 };

__extension__ typedef unsigned __int128 wide;

/* Both halves of a product: every bit of it depends on every bit of the factors. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes a step: keys are short, and there may be millions. */
static uint32_t hash_of(const char *text, size_t length)
{
    uint64_t hash = UINT64_C(0x9E3779B97F4A7C15) ^ length, word;
    while (length >= sizeof word) {
        memcpy(&word, text, sizeof word);
        hash = mix(hash ^ word, UINT64_C(0xBF58476D1CE4E5B9));
        text += sizeof word;
        length -= sizeof word;
    }
    word = 0;
    memcpy(&word, text, length);
    hash = mix(hash ^ word, UINT64_C(0x94D049BB133111EB));
    return (uint32_t)(hash ^ (hash >> 32));
}

/* The slot of a text, or a free one: 0. */
static uint64_t *slot_of(const cki_names *names, const char *text, size_t length, uint32_t hash)
{
    size_t mask = names->nslots - 1, at = hash & mask;
    for (;; at = (at + 1) & mask) {
        uint64_t *slot = &names->slots[at];
        if (!*slot)
            return slot;
        if (*slot >> 32 != hash)
            continue;
        const cki_name *item = &names->items[(uint32_t)*slot - 1];
        if (item->length == length && memcmp(names->bytes + item->at, text, length) == 0)
            return slot;
    }
}

/* Twice the slots. */
static bool widen(cki_names *names)
{
    size_t nslots = names->nslots ? 2 * names->nslots : FIRST_SLOTS, mask = nslots - 1;
    uint64_t *slots = cki_memory_calloc(nslots, sizeof *slots);
    if (!slots)
        return false;
    cki_pages_expect(slots, nslots * sizeof *slots);
    for (size_t i = 0; i < names->nslots; i++) {
        size_t at = (names->slots[i] >> 32) & mask;
        if (!names->slots[i])
            continue;
        while (slots[at])
            at = (at + 1) & mask;
        slots[at] = names->slots[i];
    }
    cki_memory_free(names->slots);
    names->slots = slots;
    names->nslots = nslots;
    return true;
}

static bool reserve(cki_names *names, size_t length)
{
    if (2 * ((size_t)names->count + 1) > names->nslots && !widen(names))
        return false;
    if (names->count == names->room) {
        uint32_t room = names->room * 2 + 16;
        cki_name *items = cki_memory_realloc(names->items, room * sizeof *items);
        if (!items)
            return false;
        names->items = items;
        names->room = room;
    }
    if (names->used + length + 1 > names->bytes_room) {
        size_t room = 2 * names->bytes_room + length + 64;
        char *bytes = cki_memory_realloc(names->bytes, room);
        if (!bytes)
            return false;
        names->bytes = bytes;
        names->bytes_room = room;
    }
    return true;
}

uint32_t cki_names_put(cki_names *names, const char *text, size_t length, cki_error *error)
{
    uint32_t hash = hash_of(text, length);
    uint64_t *slot = names->nslots ? slot_of(names, text, length, hash) : NULL;
    if (slot && *slot)
        return (uint32_t)*slot - 1;
    if (length > LONGEST || names->count >= CKI_NO_NAME / 2) {
        cki_fail(error, CASK_LIMIT, NULL, "a graph has at most %u keys of at most %d bytes",
                 CKI_NO_NAME / 2, LONGEST);
        return CKI_NO_NAME;
    }
    if (!reserve(names, length)) {
        cki_fail_memory(error, length);
        return CKI_NO_NAME;
    }
    names->items[names->count] = (cki_name){names->used, (uint32_t)length, hash};
    memcpy(names->bytes + names->used, text, length);
    names->bytes[names->used + length] = '\0';
    names->used += length + 1;
    slot = slot_of(names, text, length, hash);
    *slot = (uint64_t)hash << 32 | ++names->count;
    return names->count - 1;
}

uint32_t cki_names_find(const cki_names *names, const char *text, size_t length)
{
    const uint64_t *slot =
        names->nslots ? slot_of(names, text, length, hash_of(text, length)) : NULL;
    return slot && *slot ? (uint32_t)*slot - 1 : CKI_NO_NAME;
}

const char *cki_names_text(const cki_names *names, uint32_t number)
{
    return names->bytes + names->items[number].at;
}

static void *duplicate(const void *block, size_t bytes)
{
    void *copy = cki_memory_alloc(bytes ? bytes : 1);
    if (copy && bytes)
        memcpy(copy, block, bytes);
    return copy;
}

cask_status cki_names_copy(cki_names *copy, const cki_names *names, cki_error *error)
{
    *copy = *names;
    copy->items = duplicate(names->items, names->count * sizeof *names->items);
    copy->bytes = duplicate(names->bytes, names->used);
    copy->slots = duplicate(names->slots, names->nslots * sizeof *names->slots);
    copy->room = names->count;
    copy->bytes_room = names->used;
    if (copy->items && copy->bytes && copy->slots)
        return CASK_OK;
    cki_names_free(copy);
    return cki_fail_memory(error, names->used);
}

void cki_names_free(cki_names *names)
{
    cki_memory_free(names->items);
    cki_memory_free(names->bytes);
    cki_memory_free(names->slots);
    *names = (cki_names){0};
}
