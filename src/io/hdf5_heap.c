/* HDF5's global heap, where values of variable length lie apart from their dataset: collections of
 * numbered objects, read and looked through by ourselves, as libhdf5 may never return from one that
 * is damaged. (HDF5 File Format Specification, III.E.) */
#include "io/hdf5_heap.h"
#include "core/memory.h"

#include <string.h>

enum { SLOTS = 16, HEAD = 16, OBJECT = 16 };

/* A collection in memory. */
typedef struct collection {
    uint64_t address;
    unsigned char *bytes; /* NULL: the slot is free */
    size_t size;
    uint32_t *places; /* of objects by number: of their heads, 0 for none */
    size_t count;
} collection;

struct cki_hdf5_heap {
    cki_file *file;
    collection slots[SLOTS];
};

static uint64_t number(const unsigned char *bytes, int width)
{
    uint64_t value = 0;
    for (int i = width - 1; i >= 0; i--)
        value = value << 8 | bytes[i];
    return value;
}

cki_hdf5_heap *cki_hdf5_heap_open(cki_file *file, cki_error *error)
{
    cki_hdf5_heap *heap = cki_memory_calloc(1, sizeof *heap);
    if (heap)
        heap->file = file;
    else
        cki_fail_memory(error, sizeof *heap);
    return heap;
}

static void drop(collection *c)
{
    cki_memory_free(c->bytes);
    cki_memory_free(c->places);
    *c = (collection){0};
}

void cki_hdf5_heap_close(cki_hdf5_heap *heap)
{
    for (int i = 0; heap && i < SLOTS; i++)
        drop(&heap->slots[i]);
    cki_memory_free(heap);
}

/* Bytes to the next object; 0: there is none that fits. */
static size_t step(const collection *c, size_t at)
{
    if (c->size - at < OBJECT)
        return 0;
    uint64_t index = number(c->bytes + at, 2), size = number(c->bytes + at + 8, 8);
    if (index == 0 || size > c->size - at - OBJECT)
        return 0;
    size_t padded = OBJECT + ((size_t)size + 7) / 8 * 8;
    return padded < c->size - at ? padded : c->size - at;
}

/* Where the objects are, by their numbers. */
static cask_status find_places(collection *c, cki_error *error)
{
    size_t length;
    for (size_t at = HEAD; (length = step(c, at)) > 0; at += length) {
        size_t index = (size_t)number(c->bytes + at, 2);
        c->count = index >= c->count ? index + 1 : c->count;
    }
    c->places = cki_memory_calloc(c->count + 1, sizeof *c->places);
    if (!c->places)
        return cki_fail_memory(error, c->count * sizeof *c->places);
    for (size_t at = HEAD; (length = step(c, at)) > 0 && at <= UINT32_MAX; at += length)
        c->places[number(c->bytes + at, 2)] = (uint32_t)at;
    return CASK_OK;
}

/* CASK_FORMAT, with no error told, if there is none at that address. */
static cask_status load(cki_hdf5_heap *heap, collection *c, uint64_t address, const char *name,
                        cki_error *error)
{
    unsigned char head[HEAD];
    uint64_t end = cki_file_size(heap->file);
    drop(c);
    if (address > end || end - address < HEAD)
        return CASK_FORMAT;
    cask_status status = cki_file_read(heap->file, address, head, HEAD, name, error);
    if (status != CASK_OK)
        return status;
    uint64_t size = number(head + 8, 8);
    if (memcmp(head, "GCOL\1", 5) != 0 || size < HEAD || size > end - address)
        return CASK_FORMAT;
    c->bytes = cki_memory_alloc((size_t)size);
    if (!c->bytes)
        return cki_fail_memory(error, (size_t)size);
    c->address = address;
    c->size = (size_t)size;
    status = cki_file_read(heap->file, address, c->bytes, c->size, name, error);
    if (status == CASK_OK)
        status = find_places(c, error);
    if (status != CASK_OK)
        drop(c);
    return status;
}

cask_status cki_hdf5_heap_find(cki_hdf5_heap *heap, const unsigned char *reference,
                               const char *name, const char **bytes, size_t *length,
                               cki_error *error)
{
    uint64_t address = number(reference + 4, 8), index = number(reference + 12, 4);
    *length = (size_t)number(reference, 4);
    *bytes = "";
    if (*length == 0)
        return CASK_OK;
    collection *c = &heap->slots[address / 4096 % SLOTS];
    cask_status status =
        c->bytes && c->address == address ? CASK_OK : load(heap, c, address, name, error);
    if (status != CASK_OK)
        return status;
    size_t at = index < c->count ? c->places[index] : 0;
    if (at == 0 || *length > number(c->bytes + at + 8, 8))
        return CASK_FORMAT;
    *bytes = (const char *)c->bytes + at + OBJECT;
    return CASK_OK;
}
