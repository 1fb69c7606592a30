/* Chunks: how an axis is cut into blocks, as runs of equal sizes, so that a billion equal chunks
 * cost as little as one. */
#ifndef CKI_ARRAY_CHUNKS_H
#define CKI_ARRAY_CHUNKS_H

#include "core/arena.h"
#include "core/fail.h"
#include "value/value.h"

/* `count` blocks of `size` elements (-1: unknown), the first being block `block` at `start`. */
typedef struct cki_run {
    int64_t size, count, block, start;
} cki_run;

typedef struct cki_axis {
    int64_t length; /* -1 if any size is unknown */
    int64_t blocks;
    size_t nruns;
    const cki_run *runs;
} cki_axis;

/* All makers put the runs in the arena; false when there is no memory. */
bool cki_chunks_regular(cki_arena *arena, int64_t length, int64_t size, cki_axis *axis);
bool cki_chunks_list(cki_arena *arena, const int64_t *sizes, int64_t count, cki_axis *axis);
bool cki_chunks_unknown(cki_arena *arena, int64_t blocks, cki_axis *axis);
static inline bool cki_chunks_single(cki_arena *arena, int64_t length, cki_axis *axis)
{
    return cki_chunks_list(arena, &length, 1, axis);
}
/* One axis after the other. */
bool cki_chunks_join(cki_arena *arena, const cki_axis *axes, size_t count, cki_axis *axis);

int64_t cki_chunks_size(const cki_axis *axis, int64_t block);  /* -1 if unknown */
int64_t cki_chunks_start(const cki_axis *axis, int64_t block); /* -1 if unknown */
int64_t cki_chunks_largest(const cki_axis *axis);
/* The block that holds element `at` (0 <= at < length). */
int64_t cki_chunks_find(const cki_axis *axis, int64_t at);
bool cki_chunks_same(const cki_axis *a, const cki_axis *b);
bool cki_chunks_is_known(const cki_axis *axis);

/* A tuple of sizes as Python has it (NaN for unknown ones). */
cask_value *cki_chunks_value(const cki_axis *axis, cki_error *error);

/* Dask's normalize_chunks: int, tuple of ints, tuple of tuples, dict, -1, None, 'auto', "100 MiB",
 * for a shape. `previous` (may be NULL) is kept where the argument says None or nothing.
 * ValueError "Chunks do not add up to shape. ...". A chunk that is chosen automatically has at
 * most `limit` bytes; if that is 0, and the text says none either, `usual` ones. */
cask_status cki_chunks_normalize(cki_arena *arena, const cask_value *chunks, int ndim,
                                 const int64_t *shape, size_t itemsize, const cki_axis *previous,
                                 uint64_t usual, uint64_t limit, cki_axis *axes, cki_error *error);

#endif
