/* Memory: the allocator of everything, which can be made to fail, and the ledger of chunk bytes
 * with its pool of buffers for reuse. */
#ifndef CKI_CORE_MEMORY_H
#define CKI_CORE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* malloc, calloc, realloc and free by other names, so that a test can fail the n-th call. NULL when
 * there is none; count * size is checked. cki_memory_free accepts NULL. */
void *cki_memory_alloc(size_t bytes) __attribute__((malloc, warn_unused_result));
void *cki_memory_calloc(size_t count, size_t size) __attribute__((malloc, warn_unused_result));
void *cki_memory_realloc(void *block, size_t bytes) __attribute__((warn_unused_result));
void cki_memory_free(void *block);
/* A NUL-terminated copy of `length` bytes. */
char *cki_memory_copy(const char *bytes, size_t length) __attribute__((warn_unused_result));

/* Let the n-th allocation from now on fail (1 is the next), and each one after it if `all`;
 * 0 lets none fail. For tests. */
void cki_memory_fail_at(int64_t n, bool all);
/* For allocators that carve small things out of large ones: whether a test wants this one to fail.
 */
bool cki_memory_refuses(void);
/* Allocations so far, for a sweep over n; carved ones count while one is to fail. */
int64_t cki_memory_count(void);

/* The ledger: how many bytes of chunks a context holds now and held at most, and the pool of
 * released buffers that it keeps for reuse (touching fresh pages is several times slower than
 * reusing warm ones). Reference counted: buffers outlive the context that made them. */
typedef struct cki_ledger cki_ledger;

cki_ledger *cki_ledger_new(size_t pool_bytes);
/* A ledger without a pool, whose memory comes from elsewhere: 64-byte aligned, from any thread. */
typedef struct cki_ledger_source {
    void *(*take)(void *user, size_t bytes);
    void (*give)(void *user, void *block);
} cki_ledger_source;
cki_ledger *cki_ledger_new_over(const cki_ledger_source *source, void *user);
cki_ledger *cki_ledger_ref(cki_ledger *ledger);
void cki_ledger_unref(cki_ledger *ledger);
/* In a child process: start with an empty pool, whatever another thread was doing to it when the
 * child began. NULL is allowed. */
void cki_ledger_abandon(cki_ledger *ledger);
/* Where large buffers come from, so that they go back to the system when they are given back; NULL:
 * the C library. `map` gives zeroed memory, 64-byte aligned. To be set before the first buffer. */
typedef struct cki_ledger_pages {
    void *(*map)(size_t bytes);
    void (*unmap)(void *block, size_t bytes);
    void (*trim)(void); /* the C library is to give the holes between its blocks back */
} cki_ledger_pages;
void cki_ledger_map(cki_ledger *ledger, const cki_ledger_pages *pages);
/* The most bytes that buffers and pool together may take where it depends on the pool: pooled
 * buffers are freed before a new one is made beyond it. 0: any number. */
void cki_ledger_limit(cki_ledger *ledger, size_t bytes);
/* That limit; 0 without one. NULL is allowed. */
size_t cki_ledger_bound(const cki_ledger *ledger);
/* Somebody is to use so many bytes of its own beside the ledger's (negative: no longer): pool and
 * holes leave room for them too. */
void cki_ledger_expect(cki_ledger *ledger, int64_t bytes);
size_t cki_ledger_now(const cki_ledger *ledger);
/* The C library gives back what it holds between blocks. NULL is allowed. */
void cki_ledger_trim(cki_ledger *ledger);
/* What memory may be in use for it: buffers, pooled ones, and what is expected. NULL is allowed. */
size_t cki_ledger_resident(const cki_ledger *ledger);
size_t cki_ledger_peak(const cki_ledger *ledger);

/* The ledger that buffers made by this thread are entered in; NULL is one for the whole process.
 * Entering returns the previous one, to be restored. Executors and API calls enter theirs. */
cki_ledger *cki_ledger_enter(cki_ledger *ledger);
cki_ledger *cki_ledger_current(void);

/* 64-byte aligned chunk memory from a ledger's pool. `zero` clears it. */
void *cki_ledger_take(cki_ledger *ledger, size_t bytes, bool zero);
void cki_ledger_give(cki_ledger *ledger, void *block, size_t bytes);
/* What a buffer of so many bytes counts as: sizes are rounded up, so that it can be reused. */
size_t cki_ledger_size(size_t bytes);
/* Memory that somebody else allocated but the ledger should count (negative to take it off). */
void cki_ledger_count(cki_ledger *ledger, int64_t bytes);
/* By how many bytes this thread has changed what ledgers hold, from its beginning: the difference
 * between two looks is what was done between them. */
int64_t cki_ledger_balance(void);

#endif
