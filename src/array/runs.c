/* Runs: building, refining and comparing the chunks of axes. */
#include "array/runs.h"
#include "core/memory.h"

#include <string.h>

/* Chunks whose sizes never repeat cost 32 bytes each: half a gigabyte is where it ends. */
enum { LARGEST = 1 << 24 };

static bool grow(cki_runs *runs)
{
    if (runs->count < runs->capacity)
        return true;
    if (runs->count >= LARGEST) {
        runs->failed = CASK_LIMIT;
        return false;
    }
    size_t capacity = runs->capacity ? 2 * runs->capacity : 16;
    cki_run *items = cki_memory_realloc(runs->items, capacity * sizeof *items);
    if (!items) {
        runs->failed = CASK_MEMORY;
        return false;
    }
    runs->items = items;
    runs->capacity = capacity;
    return true;
}

void cki_runs_add(cki_runs *runs, int64_t size, int64_t count)
{
    if (runs->failed || count <= 0)
        return;
    if (runs->count && runs->items[runs->count - 1].size == size) {
        runs->items[runs->count - 1].count += count;
        return;
    }
    if (grow(runs))
        runs->items[runs->count++] = (cki_run){.size = size, .count = count};
}

void cki_runs_copy(cki_runs *runs, const cki_axis *axis, int64_t first, int64_t count)
{
    for (size_t i = 0; i < axis->nruns && count > 0; i++) {
        const cki_run *run = &axis->runs[i];
        if (first >= run->block + run->count)
            continue;
        int64_t left = run->block + run->count - first;
        int64_t part = left < count ? left : count;
        cki_runs_add(runs, run->size, part);
        first += part;
        count -= part;
    }
}

void cki_runs_reverse(cki_runs *runs)
{
    for (size_t i = 0, j = runs->count; i + 1 < j; i++) {
        cki_run run = runs->items[i];
        runs->items[i] = runs->items[--j];
        runs->items[j] = run;
    }
}

/* Where each run begins, in blocks and elements; a start behind an unknown size is unknown. */
static cask_status number(cki_run *items, size_t count, cki_axis *axis, cki_error *error)
{
    int64_t block = 0, start = 0;
    for (size_t i = 0; i < count; i++) {
        items[i].block = block;
        items[i].start = start;
        int64_t elements = 0;
        if (__builtin_add_overflow(block, items[i].count, &block))
            return cki_fail(error, CASK_INVALID, "ValueError", "an axis with too many chunks");
        if (start < 0 || items[i].size < 0)
            start = -1;
        else if (__builtin_mul_overflow(items[i].size, items[i].count, &elements) ||
                 __builtin_add_overflow(start, elements, &start))
            return cki_fail(error, CASK_INVALID, "ValueError",
                            "Maximum allowed dimension exceeded");
    }
    *axis = (cki_axis){.length = start, .blocks = block, .nruns = count, .runs = items};
    return CASK_OK;
}

cask_status cki_runs_finish(cki_runs *runs, cki_arena *arena, cki_axis *axis, cki_error *error)
{
    if (!runs->count)
        cki_runs_add(runs, 0, 1);
    cask_status status = CASK_OK;
    cki_run *items = NULL;
    if (runs->failed == CASK_LIMIT)
        status = cki_fail(error, CASK_LIMIT, NULL,
                          "the result would have more than %d chunks of changing sizes: rechunk to "
                          "larger or more regular chunks first",
                          LARGEST);
    else if (runs->failed || !(items = cki_arena_array(arena, runs->count, sizeof *items)))
        status = cki_fail_memory(error, runs->count * sizeof *items);
    else {
        memcpy(items, runs->items, runs->count * sizeof *items);
        status = number(items, runs->count, axis, error);
    }
    cki_memory_free(runs->items);
    *runs = (cki_runs){0};
    return status;
}

/* Where a walk over the blocks of an axis stands: `used` elements into block `at` of a run. */
typedef struct cursor {
    const cki_axis *axis;
    size_t run;
    int64_t at, used;
} cursor;

static void skip_empty(cursor *c)
{
    while (c->run < c->axis->nruns &&
           (c->axis->runs[c->run].size == 0 || c->at == c->axis->runs[c->run].count)) {
        c->run++;
        c->at = 0;
    }
}

static void advance(cursor *c, int64_t blocks)
{
    c->at += blocks;
    skip_empty(c);
}

/* One step: as many blocks as repeat one pattern, else up to the next cut. */
static void refine_step(cki_runs *runs, cursor *a, cursor *b)
{
    const cki_run *one = &a->axis->runs[a->run], *two = &b->axis->runs[b->run];
    if (!a->used && !b->used) {
        cursor *coarse = one->size >= two->size ? a : b, *fine = one->size >= two->size ? b : a;
        const cki_run *large = &coarse->axis->runs[coarse->run];
        const cki_run *small = &fine->axis->runs[fine->run];
        int64_t each = large->size / small->size;
        int64_t whole = (small->count - fine->at) / each, most = large->count - coarse->at;
        if (large->size % small->size == 0 && whole > 0) {
            whole = whole < most ? whole : most;
            cki_runs_add(runs, small->size, whole * each);
            advance(coarse, whole);
            advance(fine, whole * each);
            return;
        }
    }
    int64_t left = one->size - a->used, right = two->size - b->used;
    int64_t size = left < right ? left : right;
    cki_runs_add(runs, size, 1);
    a->used = left == size ? 0 : a->used + size;
    b->used = right == size ? 0 : b->used + size;
    if (!a->used)
        advance(a, 1);
    if (!b->used)
        advance(b, 1);
}

cask_status cki_runs_refine(cki_arena *arena, const cki_axis *a, const cki_axis *b, cki_axis *axis,
                            cki_error *error)
{
    if (cki_chunks_same(a, b) || b->blocks == 1 || a->length == 0) {
        *axis = *a;
        return CASK_OK;
    }
    if (a->blocks == 1) {
        *axis = *b;
        return CASK_OK;
    }
    if (a->length < 0 || b->length < 0)
        return cki_fail(error, CASK_SHAPE, "ValueError",
                        "Arrays chunk sizes (%lld and %lld blocks) are unknown.\n\nA possible "
                        "solution: x.compute_chunk_sizes()",
                        (long long)a->blocks, (long long)b->blocks);
    cki_runs runs = {0};
    cursor one = {.axis = a}, two = {.axis = b};
    skip_empty(&one);
    skip_empty(&two);
    while (!runs.failed && one.run < a->nruns && two.run < b->nruns)
        refine_step(&runs, &one, &two);
    return cki_runs_finish(&runs, arena, axis, error);
}

cki_axis *cki_runs_axes(cki_build *build, int count)
{
    size_t n = count > 0 ? (size_t)count : 1;
    cki_axis *axes = cki_arena_array(build->arena, n, sizeof *axes);
    if (!axes)
        cki_fail_memory(build->error, n * sizeof *axes);
    return axes;
}

bool cki_runs_match(cask_array x, int ndim, const cki_axis *axes)
{
    if (x->ndim != ndim)
        return false;
    for (int i = 0; i < ndim; i++)
        if (!cki_chunks_same(&x->axes[i], &axes[i]))
            return false;
    return true;
}
