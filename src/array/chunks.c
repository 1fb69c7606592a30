/* Chunks: the algebra of runs of equal sizes. */
#include "array/chunks.h"
#include "core/memory.h"

#include <math.h>
#include <string.h>

/* Number the runs' blocks and positions, and sum them up. False for an axis longer than numbers
 * go: there is no memory for it. */
static bool finish(cki_run *runs, size_t nruns, cki_axis *axis)
{
    *axis = (cki_axis){.nruns = nruns, .runs = runs};
    bool overflow = false;
    for (size_t i = 0; i < nruns; i++) {
        runs[i].block = axis->blocks;
        runs[i].start = axis->length;
        int64_t elements = 0;
        overflow |= __builtin_add_overflow(axis->blocks, runs[i].count, &axis->blocks);
        if (runs[i].size < 0 || axis->length < 0)
            axis->length = -1;
        else
            overflow |= __builtin_mul_overflow(runs[i].size, runs[i].count, &elements) ||
                        __builtin_add_overflow(axis->length, elements, &axis->length);
    }
    return !overflow;
}

bool cki_chunks_regular(cki_arena *arena, int64_t length, int64_t size, cki_axis *axis)
{
    cki_run *runs = cki_arena_array(arena, 2, sizeof *runs);
    if (!runs)
        return false;
    if (size <= 0 || size > length)
        size = length;
    size_t nruns = 0;
    if (length == 0) {
        runs[nruns++] = (cki_run){.size = 0, .count = 1};
    } else {
        runs[nruns++] = (cki_run){.size = size, .count = length / size};
        if (length % size)
            runs[nruns++] = (cki_run){.size = length % size, .count = 1};
    }
    return finish(runs, nruns, axis);
}

bool cki_chunks_list(cki_arena *arena, const int64_t *sizes, int64_t count, cki_axis *axis)
{
    size_t nruns = 0;
    for (int64_t i = 0; i < count; i++)
        nruns += i == 0 || sizes[i] != sizes[i - 1];
    cki_run *runs = cki_arena_array(arena, nruns, sizeof *runs);
    if (!runs)
        return false;
    nruns = 0;
    for (int64_t i = 0; i < count; i++) {
        if (i == 0 || sizes[i] != sizes[i - 1])
            runs[nruns++] = (cki_run){.size = sizes[i]};
        runs[nruns - 1].count++;
    }
    return finish(runs, nruns, axis);
}

bool cki_chunks_unknown(cki_arena *arena, int64_t blocks, cki_axis *axis)
{
    cki_run *run = cki_arena_alloc(arena, sizeof *run);
    if (!run)
        return false;
    *run = (cki_run){.size = -1, .count = blocks};
    return finish(run, 1, axis);
}

bool cki_chunks_join(cki_arena *arena, const cki_axis *axes, size_t count, cki_axis *axis)
{
    size_t most = 0, nruns = 0;
    for (size_t i = 0; i < count; i++)
        most += axes[i].nruns;
    cki_run *runs = cki_arena_array(arena, most, sizeof *runs);
    if (!runs)
        return false;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < axes[i].nruns; k++) {
            int64_t sum;
            if (nruns && runs[nruns - 1].size == axes[i].runs[k].size &&
                !__builtin_add_overflow(runs[nruns - 1].count, axes[i].runs[k].count, &sum))
                runs[nruns - 1].count = sum;
            else
                runs[nruns++] = axes[i].runs[k];
        }
    return finish(runs, nruns, axis);
}

static const cki_run *run_of_block(const cki_axis *axis, int64_t block)
{
    size_t low = 0, high = axis->nruns;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (axis->runs[middle].block <= block)
            low = middle;
        else
            high = middle;
    }
    return &axis->runs[low];
}

int64_t cki_chunks_size(const cki_axis *axis, int64_t block)
{
    return run_of_block(axis, block)->size;
}

int64_t cki_chunks_start(const cki_axis *axis, int64_t block)
{
    const cki_run *run = run_of_block(axis, block);
    if (block == run->block)
        return run->start;
    return run->start < 0 || run->size < 0 ? -1 : run->start + (block - run->block) * run->size;
}

int64_t cki_chunks_largest(const cki_axis *axis)
{
    int64_t largest = 0;
    for (size_t i = 0; i < axis->nruns; i++)
        if (axis->runs[i].count && axis->runs[i].size > largest)
            largest = axis->runs[i].size;
    return largest;
}

int64_t cki_chunks_find(const cki_axis *axis, int64_t at)
{
    size_t low = 0, high = axis->nruns;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (axis->runs[middle].start <= at)
            low = middle;
        else
            high = middle;
    }
    while (low > 0 && axis->runs[low].size == 0) /* empty blocks hold nothing */
        low--;
    const cki_run *run = &axis->runs[low];
    return run->size > 0 ? run->block + (at - run->start) / run->size : run->block;
}

bool cki_chunks_same(const cki_axis *a, const cki_axis *b)
{
    if (a->runs == b->runs && a->nruns == b->nruns)
        return true;
    if (a->blocks != b->blocks || a->length != b->length || a->nruns != b->nruns)
        return false;
    for (size_t i = 0; i < a->nruns; i++)
        if (a->runs[i].size != b->runs[i].size || a->runs[i].count != b->runs[i].count)
            return false;
    return true;
}

bool cki_chunks_is_known(const cki_axis *axis)
{
    return axis->length >= 0;
}

cask_value *cki_chunks_value(const cki_axis *axis, cki_error *error)
{
    cask_value *tuple = cki_value_list(CKI_TUPLE, (size_t)axis->blocks, error);
    size_t at = 0;
    for (size_t i = 0; tuple && i < axis->nruns; i++) {
        const cki_run *run = &axis->runs[i];
        cask_value *size =
            run->size < 0 ? cki_value_float((double)NAN, error) : cki_value_int(run->size, error);
        for (int64_t k = 0; size && k < run->count; k++)
            tuple->as.list.items[at++] = cask_value_ref(size);
        if (!size) {
            tuple->as.list.count = at;
            cask_value_unref(tuple);
            return NULL;
        }
        cask_value_unref(size);
    }
    return tuple;
}
