/* Listed positions of an axis: neighbours and those at equal distances make a run, which is a
 * region of the source. Where runs share chunks of a file, all between the first and last is read
 * once. */
#include "array/source_list.h"
#include "kernel/select.h"

#include <string.h>

/* What of the axis is read at once. */
typedef struct run {
    int64_t start, count, step;
} run;

/* The run that begins with position i. */
static run run_at(const cki_source_list *list, int64_t i)
{
    const int64_t *at = list->positions, left = list->count[list->axis] - i;
    run r = {at[i], 1, 1};
    if (left > 1 && at[i + 1] > at[i])
        for (r.step = at[i + 1] - at[i]; r.count < left; r.count++)
            if (at[i + r.count] - at[i + r.count - 1] != r.step)
                break;
    return r;
}

/* From the first to the last position. */
static run all_between(const cki_source_list *list)
{
    const int64_t n = list->count[list->axis];
    int64_t low = list->positions[0], high = low;
    for (int64_t i = 1; i < n; i++) {
        low = list->positions[i] < low ? list->positions[i] : low;
        high = list->positions[i] > high ? list->positions[i] : high;
    }
    return (run){low, high - low + 1, 1};
}

/* The region with a run on the axis. */
static cki_source_list region_of(const cki_source_list *list, run r)
{
    cki_source_list region = *list;
    region.start[list->axis] = r.start;
    region.count[list->axis] = r.count;
    region.step[list->axis] = r.step;
    return region;
}

static size_t read_of(const cki_source_list *list, run r)
{
    const cki_source_list at = region_of(list, r);
    return list->source->read_bytes(list->self, list->ndim, at.start, at.count, at.step);
}

/* What it takes to begin reading elsewhere in a file, for each place along the axes before: as long
 * as reading so many bytes. */
static double detours_of(const cki_source_list *list, run r)
{
    double places = r.step > 1 ? (double)r.count : 1;
    for (int k = 0; k < list->axis; k++)
        places *= (double)list->count[k];
    return places * 16384;
}

/* Whether reading run by run takes less than half of reading all between: *bytes of what is chosen,
 * *longest run. */
static bool is_run_by_run(const cki_source_list *list, size_t *bytes, int64_t *longest)
{
    const int64_t n = list->count[list->axis];
    const run all = all_between(list);
    const size_t whole = read_of(list, all);
    size_t sum = 0;
    double effort = 0;
    *longest = 0;
    for (int64_t i = 0; i < n && effort <= (double)whole / 2;) {
        const run r = run_at(list, i);
        sum += read_of(list, r);
        effort += (double)read_of(list, r) + detours_of(list, r);
        *longest = r.count > *longest ? r.count : *longest;
        i += r.count;
    }
    const bool by_run = effort <= (double)whole / 2;
    *bytes = by_run ? sum : whole;
    *longest = by_run ? *longest : all.count;
    return by_run;
}

void cki_source_list_cost(const cki_source_list *list, cki_cost *cost)
{
    int64_t longest;
    is_run_by_run(list, &cost->read, &longest);
    double bytes = (double)cki_dtype_size(list->dtype) * (double)longest;
    for (int k = 0; k < list->ndim; k++)
        if (k != list->axis)
            bytes *= (double)list->count[k];
    cost->working += bytes < 1e18 ? (size_t)bytes : (size_t)1e18;
}

static cask_status read_run(const cki_source_list *list, run r, cask_value **made, cki_error *error)
{
    const cki_source_list at = region_of(list, r);
    return list->source->region(list->self, list->dtype, list->ndim, at.start, at.count, at.step,
                                made, error);
}

static cask_status by_runs(const cki_source_list *list, const cki_array *out, cki_error *error)
{
    const int64_t n = list->count[list->axis];
    for (int64_t i = 0; i < n;) {
        const run r = run_at(list, i);
        cask_value *made = NULL;
        if (read_run(list, r, &made, error) != CASK_OK)
            return error->status;
        cki_array part = *out;
        part.data += i * part.strides[list->axis];
        part.shape[list->axis] = r.count;
        cki_array_copy(&part, cki_array_of(made));
        cask_value_unref(made);
        i += r.count;
    }
    return CASK_OK;
}

/* Numbers are made positions of what was read by and by, so that a list of any length needs no
 * copy of itself. */
static cask_status by_choice(const cki_source_list *list, const cki_array *out, cki_error *error)
{
    enum { TILE = 256 };
    const int64_t n = list->count[list->axis];
    const run all = all_between(list);
    cask_value *made = NULL;
    if (read_run(list, all, &made, error) != CASK_OK)
        return error->status;
    for (int64_t i = 0; i < n; i += TILE) {
        int64_t positions[TILE], some = n - i < TILE ? n - i : TILE;
        for (int64_t k = 0; k < some; k++)
            positions[k] = list->positions[i + k] - all.start;
        cki_array part = *out;
        part.data += i * part.strides[list->axis];
        part.shape[list->axis] = some;
        cki_select_take(cki_array_of(made), list->axis, positions, some, &part);
    }
    cask_value_unref(made);
    return CASK_OK;
}

cask_status cki_source_list_region(const cki_source_list *list, cask_value **out, cki_error *error)
{
    size_t bytes;
    int64_t longest;
    cask_value *whole = cki_array_new(list->dtype, list->ndim, list->count, error);
    if (!whole)
        return error->status;
    cask_status status = is_run_by_run(list, &bytes, &longest)
                             ? by_runs(list, cki_array_of(whole), error)
                             : by_choice(list, cki_array_of(whole), error);
    if (status == CASK_OK)
        *out = whole;
    else
        cask_value_unref(whole);
    return status;
}
