/* Picks: slices of an axis, and the chunks that result. */
#include "array/pick.h"
#include "array/runs.h"

#include <math.h>

cask_status cki_pick_integer(const cask_value *value, int64_t *number, cki_error *error)
{
    const cki_array *array = cki_array_of(value);
    double real;
    if (value->kind == CKI_FLOAT)
        real = value->as.real;
    else if (array && array->ndim == 0 && cki_dtype_is_float(array->dtype)) {
        cask_status status = cki_value_real(value, &real, error);
        if (status)
            return status;
    } else
        return cki_value_index(value, number, error);
    if (!(fabs(real) < 0x1p62) || real != floor(real))
        return cki_fail(error, CASK_INDEX, "IndexError", "Bad index.  Must be integer-like: %g",
                        real);
    *number = (int64_t)real;
    return CASK_OK;
}

/* One end of a slice, moved into [low, high]. */
static int64_t bound(int64_t at, int64_t length, int64_t low, int64_t high)
{
    if (at < 0)
        at += length;
    return at < low ? low : at > high ? high : at;
}

cask_status cki_pick_slice(const cask_value *slice, int64_t length, cki_pick *pick, int64_t *stop,
                           cki_error *error)
{
    const cask_value *const ends[3] = {slice->as.slice.start, slice->as.slice.stop,
                                       slice->as.slice.step};
    int64_t numbers[3] = {0, 0, 1};
    for (int i = 0; i < 3; i++) {
        cask_status status =
            ends[i]->kind == CKI_NONE ? CASK_OK : cki_pick_integer(ends[i], &numbers[i], error);
        if (status)
            return status;
    }
    int64_t step = numbers[2];
    if (step == 0)
        return cki_fail(error, CASK_INVALID, "ValueError", "slice step cannot be zero");
    int64_t most = length < INT64_MAX ? length + 1 : length;
    if (step > most || step < -most) /* as good, and products cannot overflow */
        step = step > 0 ? most : -most;
    int64_t low = step > 0 ? 0 : -1, high = step > 0 ? length : length - 1;
    int64_t first = step > 0 ? low : high, last = step > 0 ? high : low;
    if (ends[0]->kind != CKI_NONE)
        first = bound(numbers[0], length, low, high);
    if (ends[1]->kind != CKI_NONE)
        last = bound(numbers[1], length, low, high);
    int64_t count = 0;
    if (step > 0 && last > first)
        count = (last - first - 1) / step + 1;
    else if (step < 0 && last < first)
        count = (first - last - 1) / -step + 1;
    *pick = (cki_pick){.start = count ? first : 0, .step = count ? step : 1, .count = count};
    *stop = step > 0 ? last : -1;
    return CASK_OK;
}

cki_pick cki_pick_compose(const cki_pick *inner, const cki_pick *outer)
{
    cki_pick pick = {.start = inner->start + outer->start * inner->step,
                     .step = outer->count > 1 ? inner->step * outer->step : 1,
                     .count = outer->count,
                     .drop = outer->drop};
    if (!pick.count)
        pick.start = 0;
    return pick;
}

/* Elements `next`, next + step ... of one run of chunks; how many of `left` lie in it. */
static int64_t take_from_run(cki_runs *runs, const cki_run *run, int64_t next, int64_t step,
                             int64_t left)
{
    int64_t end = run->start + run->size * run->count, taken = 0;
    if (step >= run->size) { /* each element in a chunk of its own */
        int64_t here = (end - next - 1) / step + 1;
        here = here < left ? here : left;
        cki_runs_add(runs, 1, here);
        return here;
    }
    while (taken < left && next < end && !runs->failed) {
        int64_t block_end = run->start + ((next - run->start) / run->size + 1) * run->size;
        int64_t here = (block_end - next - 1) / step + 1;
        here = here < left - taken ? here : left - taken;
        cki_runs_add(runs, here, 1);
        taken += here;
        if (taken == left || __builtin_add_overflow(next, here * step, &next))
            break;
        if (run->size % step)
            continue;
        int64_t each = run->size / step; /* whole chunks behind it give equally many */
        int64_t most = (left - taken) / each, blocks = (end - block_end) / run->size;
        blocks = blocks < most ? blocks : most;
        cki_runs_add(runs, each, blocks);
        next += blocks * run->size;
        taken += blocks * each;
    }
    return taken;
}

static void take_forward(cki_runs *runs, const cki_axis *from, int64_t start, int64_t step,
                         int64_t count)
{
    int64_t taken = 0;
    for (size_t i = 0; i < from->nruns && taken < count && !runs->failed; i++) {
        const cki_run *run = &from->runs[i];
        int64_t next = start + taken * step;
        if (run->size > 0 && next < run->start + run->size * run->count)
            taken += take_from_run(runs, run, next, step, count - taken);
    }
}

/* Dask cuts the last chunk at `stop` only after it has decided that the chunk takes part, so the
 * chunk holding stop - 1 stays, with nothing in it, if the element due next lies in it. */
static bool leaves_empty(const cki_axis *from, const cki_pick *pick, int64_t stop)
{
    if (pick->step <= 1 || stop <= 0 || !pick->count)
        return false;
    int64_t last = pick->start + (pick->count - 1) * pick->step, next;
    if (__builtin_add_overflow(last, pick->step, &next) || next >= from->length)
        return false;
    int64_t block = cki_chunks_find(from, stop - 1);
    return cki_chunks_find(from, last) != block && cki_chunks_find(from, next) == block;
}

cask_status cki_pick_axis(cki_arena *arena, const cki_axis *from, const cki_pick *pick,
                          int64_t stop, cki_axis *axis, cki_error *error)
{
    if (cki_pick_is_all(pick, from->length)) {
        *axis = *from;
        return CASK_OK;
    }
    cki_runs runs = {0};
    if (pick->count > 0) {
        int64_t last = pick->start + (pick->count - 1) * pick->step;
        if (pick->step > 0)
            take_forward(&runs, from, pick->start, pick->step, pick->count);
        else
            take_forward(&runs, from, last, -pick->step, pick->count);
    }
    if (pick->step < 0)
        cki_runs_reverse(&runs);
    else if (leaves_empty(from, pick, stop))
        cki_runs_add(&runs, 0, 1);
    return cki_runs_finish(&runs, arena, axis, error);
}
