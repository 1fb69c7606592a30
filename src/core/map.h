/* Map: 64-bit keys (numbers or addresses) to 64-bit values, by open addressing. */
#ifndef CKI_CORE_MAP_H
#define CKI_CORE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cki_map_slot {
    uint64_t key, value;
} cki_map_slot;

/* {0} is an empty map. No key is 0. */
typedef struct cki_map {
    cki_map_slot *slots;
    size_t count, capacity;
} cki_map;

/* False when there is no memory. An equal key's value is replaced. */
bool cki_map_set(cki_map *map, uint64_t key, uint64_t value);
/* False if there is no such key; *value is left alone. */
bool cki_map_get(const cki_map *map, uint64_t key, uint64_t *value);
void cki_map_free(cki_map *map);

static inline uint64_t cki_map_key(const void *address)
{
    return (uint64_t)(uintptr_t)address;
}

#endif
