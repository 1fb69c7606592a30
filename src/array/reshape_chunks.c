/* The chunks of a reshape: which chunks the input must have so that each of its blocks becomes one
 * block of the result. Axes are matched from the last; runs of them that merge or split keep
 * whole chunks of the inner axes and cut the outermost one, as Dask does. */
#include "array/reshape.h"
#include "array/runs.h"

/* Chunks of `axis`, each cut into about `factor` parts, the larger ones last. */
static cask_status cut_chunks(cki_build *build, const cki_axis *axis, int64_t factor, cki_axis *out)
{
    if (factor == 1) {
        *out = *axis;
        return CASK_OK;
    }
    cki_runs runs = {0};
    for (size_t i = 0; i < axis->nruns && !runs.failed; i++) {
        const cki_run *run = &axis->runs[i];
        double part = (double)run->size / (double)factor;
        part = part > 1 ? part : 1;
        int64_t each = (int64_t)part, times = 0, left = run->size;
        while ((double)left >= 2 * part) {
            times++;
            left -= each;
        }
        bool even = left == each || (left == 0 && times);
        if (even) {
            cki_runs_add(&runs, each, (times + (left > 0)) * run->count);
            continue;
        }
        for (int64_t k = 0; k < run->count && !runs.failed; k++) {
            cki_runs_add(&runs, each, times);
            cki_runs_add(&runs, left, left > 0);
        }
    }
    return cki_runs_finish(&runs, build->arena, out, build->error);
}

/* Chunks of one size behind a rest of fewer than `factor` elements; gives the new rest. */
static int64_t align_run(cki_runs *runs, const cki_run *run, int64_t factor, int64_t rest)
{
    int64_t left = run->count;
    if (run->size == 0)
        return rest;
    if (rest == 0 && run->size % factor == 0) {
        cki_runs_add(runs, run->size, left);
        return 0;
    }
    if (rest == 0 && factor % run->size == 0) {
        int64_t group = factor / run->size;
        cki_runs_add(runs, factor, left / group);
        return left % group * run->size;
    }
    while (left > 0 && !runs->failed) {
        int64_t missing = (factor - rest - 1) / run->size + 1; /* blocks up to the next cut */
        int64_t step = missing < left ? missing : left, size = rest + step * run->size;
        rest = size % factor;
        cki_runs_add(runs, size - rest, size > rest);
        left -= step;
    }
    return rest;
}

/* Cuts moved down to multiples of `factor`; chunks that vanish join the next. */
static cask_status align_chunks(cki_build *build, const cki_axis *axis, int64_t factor,
                                cki_axis *out)
{
    cki_runs runs = {0};
    int64_t rest = 0;
    for (size_t i = 0; i < axis->nruns && !runs.failed; i++)
        rest = align_run(&runs, &axis->runs[i], factor, rest);
    return cki_runs_finish(&runs, build->arena, out, build->error);
}

/* The chunks, each `factor` times as long (or, if negative, as short). */
static cask_status scale_chunks(cki_build *build, const cki_axis *axis, int64_t factor,
                                cki_axis *out)
{
    cki_runs runs = {0};
    for (size_t i = 0; i < axis->nruns; i++) {
        const cki_run *run = &axis->runs[i];
        cki_runs_add(&runs, factor > 0 ? run->size * factor : run->size / -factor, run->count);
    }
    return cki_runs_finish(&runs, build->arena, out, build->error);
}

static cask_status repeat_chunks(cki_build *build, const cki_axis *axis, int64_t times,
                                 cki_axis *out)
{
    cki_runs runs = {0};
    if (axis->nruns == 1)
        cki_runs_add(&runs, axis->runs[0].size, axis->blocks * times);
    else
        for (int64_t k = 0; k < times && !runs.failed; k++)
            cki_runs_copy(&runs, axis, 0, axis->blocks);
    return cki_runs_finish(&runs, build->arena, out, build->error);
}

static cask_status single(cki_build *build, int64_t length, cki_axis *axis)
{
    if (cki_chunks_single(build->arena, length, axis))
        return CASK_OK;
    return cki_fail_memory(build->error, sizeof(cki_run));
}

static cask_status uneven(cki_build *build)
{
    return cki_fail(build->error, CASK_UNSUPPORTED, "NotImplementedError",
                    "Dask's reshape only supports operations that merge or split existing "
                    "dimensions evenly. To work around this, reshape in two passes: "
                    "x.ravel().reshape(shape)");
}

/* Axes left .. right of x become one of `length` elements. */
static cask_status merge(cki_build *build, cask_array x, int left, int right, cki_axis *in,
                         cki_axis *out)
{
    bool scattered = true; /* all outer axes in chunks of one: blocks only move */
    for (int i = 0; i < right; i++)
        scattered = scattered && x->axes[i].blocks == x->axes[i].length &&
                    cki_chunks_largest(&x->axes[i]) == 1;
    cask_status status = CASK_OK;
    if (scattered) {
        int64_t times = 1;
        for (int i = left; i <= right; i++) {
            in[i] = x->axes[i];
            times *= i < right ? x->axes[i].blocks : 1;
        }
        return repeat_chunks(build, &x->axes[right], times, out);
    }
    int64_t parts = 1, inner = 1;
    for (int i = left + 1; i <= right && status == CASK_OK; i++) {
        parts *= x->axes[i].blocks;
        inner *= x->axes[i].length;
        status = single(build, x->axes[i].length, &in[i]);
    }
    if (status == CASK_OK)
        status = cut_chunks(build, &x->axes[left], parts, &in[left]);
    return status == CASK_OK ? scale_chunks(build, &in[left], inner, out) : status;
}

/* An axis of x becomes axes left .. right of the result. */
static cask_status split(cki_build *build, const cki_axis *axis, const int64_t *shape, int left,
                         int right, cki_axis *in, cki_axis *out)
{
    int64_t inner = 1;
    cask_status status = CASK_OK;
    for (int i = left + 1; i <= right && status == CASK_OK; i++) {
        inner *= shape[i];
        status = single(build, shape[i], &out[i]);
    }
    if (status == CASK_OK)
        status = align_chunks(build, axis, inner, in);
    return status == CASK_OK ? scale_chunks(build, in, -inner, &out[left]) : status;
}

/* How far down from `at` the lengths must be multiplied to reach `wanted`; -1 if they miss it. */
static int reach(const int64_t *lengths, int at, int64_t wanted)
{
    int64_t product = 1;
    for (; at >= 0 && product < wanted; at--)
        product *= lengths[at];
    return product == wanted ? at + 1 : -1;
}

cask_status cki_reshape_chunks(cki_build *build, cask_array x, int ndim, const int64_t *shape,
                               cki_axis *in, cki_axis *out)
{
    int64_t from[CKI_MAX_NDIM];
    cki_node_shape(x, from);
    int i = x->ndim - 1, o = ndim - 1;
    cask_status status = CASK_OK;
    while ((i >= 0 || o >= 0) && status == CASK_OK) {
        int64_t have = i >= 0 ? from[i] : 1, want = o >= 0 ? shape[o] : 1;
        if (i >= 0 && o >= 0 && have == want) {
            in[i] = out[o--] = x->axes[i];
            i--;
        } else if (i >= 0 && have == 1) {
            status = single(build, 1, &in[i--]);
        } else if (o >= 0 && want == 1) {
            status = single(build, 1, &out[o--]);
        } else if (have < want) {
            int left = reach(from, i, want);
            status = left < 0 ? uneven(build) : merge(build, x, left, i, in, &out[o--]);
            i = left - 1;
        } else {
            int left = reach(shape, o, have);
            status =
                left < 0 ? uneven(build) : split(build, &x->axes[i], shape, left, o, &in[i], out);
            i--;
            o = left - 1;
        }
    }
    return status;
}
