/* Arena: pages of memory, handed out in order and freed together. */
#include "core/arena.h"
#include "core/memory.h"

#include <stdint.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(at, bytes)   ASAN_POISON_MEMORY_REGION(at, bytes)
#define UNPOISON(at, bytes) ASAN_UNPOISON_MEMORY_REGION(at, bytes)
#else
#define POISON(at, bytes)   ((void)(at), (void)(bytes))
#define UNPOISON(at, bytes) ((void)(at), (void)(bytes))
#endif

enum { ALIGNMENT = 16, PAGE_BYTES = 1 << 14 };

struct cki_arena_page {
    cki_arena_page *previous;
    size_t size, used;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

void *cki_arena_alloc(cki_arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX / 2 || cki_memory_refuses())
        return NULL;
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    cki_arena_page *page = arena->page;
    if (!page || page->size - page->used < bytes) {
        size_t size = bytes > PAGE_BYTES ? bytes : PAGE_BYTES;
        page = cki_memory_alloc(sizeof *page + size);
        if (!page)
            return NULL;
        *page = (cki_arena_page){.previous = arena->page, .size = size};
        POISON(page->bytes, size);
        arena->page = page;
    }
    void *at = page->bytes + page->used;
    page->used += bytes;
    UNPOISON(at, bytes);
    return memset(at, 0, bytes);
}

void *cki_arena_array(cki_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(count, size, &bytes) ? NULL : cki_arena_alloc(arena, bytes);
}

void *cki_arena_copy(cki_arena *arena, const void *bytes, size_t count)
{
    void *copy = cki_arena_alloc(arena, count);
    if (copy && count)
        memcpy(copy, bytes, count);
    return copy;
}

char *cki_arena_text(cki_arena *arena, const char *text, size_t length)
{
    char *copy = cki_arena_alloc(arena, length + 1);
    if (copy && length)
        memcpy(copy, text, length);
    return copy;
}

cki_arena_mark cki_arena_now(const cki_arena *arena)
{
    return (cki_arena_mark){arena->page, arena->page ? arena->page->used : 0};
}

void cki_arena_rewind(cki_arena *arena, cki_arena_mark mark)
{
    while (arena->page && arena->page != mark.page) {
        cki_arena_page *previous = arena->page->previous;
        UNPOISON(arena->page->bytes, arena->page->size);
        cki_memory_free(arena->page);
        arena->page = previous;
    }
    if (arena->page) {
        POISON(arena->page->bytes + mark.used, arena->page->size - mark.used);
        arena->page->used = mark.used;
    }
}

void cki_arena_free(cki_arena *arena)
{
    cki_arena_rewind(arena, (cki_arena_mark){0});
}
