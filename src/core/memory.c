/* Memory: plain allocation with failures on demand. */
#include "core/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_int_fast64_t made;
static atomic_int_fast64_t fail_at;
static atomic_bool fail_rest;

/* Whether this allocation is one that a test wants to fail. */
static bool refused(void)
{
    int64_t n = atomic_fetch_add_explicit(&made, 1, memory_order_relaxed) + 1;
    int64_t at = atomic_load_explicit(&fail_at, memory_order_relaxed);
    return at > 0 && (n == at || (n > at && atomic_load(&fail_rest)));
}

void cki_memory_fail_at(int64_t n, bool all)
{
    atomic_store(&fail_rest, all);
    atomic_store(&fail_at, n > 0 ? atomic_load(&made) + n : 0);
}

bool cki_memory_refuses(void)
{
    return atomic_load_explicit(&fail_at, memory_order_relaxed) > 0 && refused();
}

int64_t cki_memory_count(void)
{
    return atomic_load(&made);
}

void *cki_memory_alloc(size_t bytes)
{
    return refused() ? NULL : malloc(bytes ? bytes : 1);
}

void *cki_memory_calloc(size_t count, size_t size)
{
    return refused() ? NULL : calloc(count ? count : 1, size ? size : 1);
}

void *cki_memory_realloc(void *block, size_t bytes)
{
    return refused() ? NULL : realloc(block, bytes ? bytes : 1);
}

void cki_memory_free(void *block)
{
    free(block);
}

char *cki_memory_copy(const char *bytes, size_t length)
{
    char *copy = cki_memory_alloc(length + 1);
    if (!copy)
        return NULL;
    if (length)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}
