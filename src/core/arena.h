/* Arena: many small allocations that are freed together, or back to a mark. */
#ifndef CKI_CORE_ARENA_H
#define CKI_CORE_ARENA_H

#include <stddef.h>

typedef struct cki_arena_page cki_arena_page;
typedef struct cki_arena {
    cki_arena_page *page;
} cki_arena; /* {0} is an empty one */

typedef struct cki_arena_mark {
    cki_arena_page *page;
    size_t used;
} cki_arena_mark;

/* `bytes` of zeroed memory, aligned for any type; NULL when there is none. */
void *cki_arena_alloc(cki_arena *arena, size_t bytes) __attribute__((warn_unused_result));
/* count * size, checked. */
void *cki_arena_array(cki_arena *arena, size_t count, size_t size)
    __attribute__((warn_unused_result));
/* Copies of bytes, and of text with a NUL put behind it. */
void *cki_arena_copy(cki_arena *arena, const void *bytes, size_t count)
    __attribute__((warn_unused_result));
char *cki_arena_text(cki_arena *arena, const char *text, size_t length)
    __attribute__((warn_unused_result));

cki_arena_mark cki_arena_now(const cki_arena *arena);
void cki_arena_rewind(cki_arena *arena, cki_arena_mark mark);
void cki_arena_free(cki_arena *arena);

#endif
