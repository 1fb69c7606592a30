/* Map: linear probing over a power of two of slots, at most two thirds full. */
#include "core/map.h"
#include "core/memory.h"

static size_t place(const cki_map *map, uint64_t key)
{
    uint64_t hash = key * 0x9E3779B97F4A7C15U;
    size_t at = (size_t)(hash ^ hash >> 32) & (map->capacity - 1);
    while (map->slots[at].key && map->slots[at].key != key)
        at = (at + 1) & (map->capacity - 1);
    return at;
}

static bool grow(cki_map *map)
{
    cki_map larger = {.capacity = map->capacity ? map->capacity * 2 : 16};
    larger.slots = cki_memory_calloc(larger.capacity, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < map->capacity; i++)
        if (map->slots[i].key)
            larger.slots[place(&larger, map->slots[i].key)] = map->slots[i];
    larger.count = map->count;
    cki_memory_free(map->slots);
    *map = larger;
    return true;
}

bool cki_map_set(cki_map *map, uint64_t key, uint64_t value)
{
    if (3 * (map->count + 1) > 2 * map->capacity && !grow(map))
        return false;
    cki_map_slot *slot = &map->slots[place(map, key)];
    map->count += slot->key == 0;
    *slot = (cki_map_slot){key, value};
    return true;
}

bool cki_map_get(const cki_map *map, uint64_t key, uint64_t *value)
{
    if (!map->count)
        return false;
    const cki_map_slot *slot = &map->slots[place(map, key)];
    if (slot->key)
        *value = slot->value;
    return slot->key != 0;
}

void cki_map_free(cki_map *map)
{
    cki_memory_free(map->slots);
    *map = (cki_map){0};
}
