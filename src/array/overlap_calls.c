/* The operations of overlapping blocks: map_overlap, overlap, trimming, sliding windows. */
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/map_blocks.h"
#include "array/mapped.h"
#include "array/overlap.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "call/call.h"

#include <string.h>

/* ---- depths and boundaries ---- */

/* The part of an argument for axis k: of a dict by the axis, of a tuple by its place, or all of it.
 * NULL: there is none. */
static cask_value *part_for(cask_value *value, int k, cki_error *error)
{
    if (value->kind == CKI_TUPLE)
        return (size_t)k < value->as.list.count ? value->as.list.items[k] : NULL;
    if (value->kind != CKI_DICT)
        return value;
    cask_value *key = cki_value_int(k, error);
    cask_value *found = key ? cki_value_dict_get(value, key, NULL) : NULL;
    cask_value_unref(key);
    return found;
}

static cask_status read_depth(cask_value *value, cki_depth *depth, cki_error *error)
{
    depth->before = depth->after = 0;
    if (!value || value->kind == CKI_NONE)
        return CASK_OK;
    bool pair = value->kind == CKI_TUPLE && value->as.list.count == 2;
    cask_value *first = pair ? value->as.list.items[0] : value;
    cask_value *second = pair ? value->as.list.items[1] : value;
    if (cki_value_index(first, &depth->before, error) != CASK_OK ||
        cki_value_index(second, &depth->after, error) != CASK_OK)
        return error->status;
    if (depth->before < 0 || depth->after < 0)
        return cki_fail(error, CASK_INVALID, NULL, "depth must not be negative");
    return CASK_OK;
}

static cask_status read_boundary(cask_value *value, cki_depth *depth, cki_error *error)
{
    static const char *const names[] = {"none", "periodic", "reflect", "nearest"};
    depth->boundary = CKI_BOUNDARY_NONE;
    depth->constant = NULL;
    if (!value || value->kind == CKI_NONE)
        return CASK_OK;
    if (value->kind != CKI_STR) {
        depth->boundary = CKI_BOUNDARY_CONSTANT;
        depth->constant = value;
        return CASK_OK;
    }
    for (int i = 0; i < 4; i++)
        if (strcmp(value->as.text.bytes, names[i]) == 0) {
            depth->boundary = (cki_boundary)i;
            return CASK_OK;
        }
    return cki_fail(error, CASK_INVALID, NULL,
                    "boundary '%s' is not known: 'none', 'periodic', 'reflect', 'nearest', or a "
                    "number",
                    value->as.text.bytes);
}

/* Of every axis. A pair that is all of `depth` is of two axes, as Dask reads it. */
static cask_status read_depths(cask_value *depth, cask_value *boundary, int ndim, cki_depth *depths,
                               cki_error *error)
{
    for (int k = 0; k < ndim; k++) {
        cask_value *own = part_for(depth, k, error), *kind = part_for(boundary, k, error);
        if (error->status != CASK_OK || read_depth(own, &depths[k], error) != CASK_OK ||
            read_boundary(kind, &depths[k], error) != CASK_OK)
            return error->status;
    }
    return CASK_OK;
}

/* ---- map_overlap ---- */

/* A call of map_overlap: arrays, and a depth for each of their axes. */
typedef struct mapping {
    size_t count;
    cask_array *arrays;
    cki_depth (*depths)[CKI_MAX_NDIM];
} mapping;

/* The i-th of a list, or all of an argument that is no list. */
static cask_value *nth(cask_value *value, size_t i)
{
    if (value->kind != CKI_LIST)
        return value;
    return i < value->as.list.count ? value->as.list.items[i] : NULL;
}

static cask_status read_arrays(cki_call *call, cki_build *build, cask_value *const *given,
                               mapping *m)
{
    m->arrays = (cask_array *)cki_arena_array(build->arena, m->count + 1, sizeof *m->arrays);
    m->depths = cki_arena_array(build->arena, m->count + 1, sizeof *m->depths);
    if (!m->arrays || !m->depths)
        return cki_fail_memory(call->error, m->count * sizeof *m->depths);
    for (size_t i = 0; i < m->count; i++)
        if (!(m->arrays[i] = cki_node_lazy(given[i])))
            return cki_fail(call->error, CASK_TYPE, NULL,
                            "All variadic arguments must be arrays, not %s\nUsage:   "
                            "da.map_overlap(function, x)\n   or:   da.map_overlap(function, x, y, "
                            "z)",
                            cki_value_type(given[i]));
    cki_axis axes[CKI_MAX_NDIM];
    int ndim;
    if (cki_operation_flag(call, "align_arrays") && m->count > 1 &&
        cki_elementwise_unify(build, m->arrays, m->count, axes, &ndim) != CASK_OK)
        return call->error->status;
    cask_value *depth = cki_operation_argument(call, "depth");
    cask_value *boundary = cki_operation_argument(call, "boundary");
    for (size_t i = 0; i < m->count; i++) {
        cask_value *own = nth(depth, i), *kind = nth(boundary, i);
        if (!own || !kind)
            return cki_fail(call->error, CASK_INVALID, NULL,
                            "map_overlap: a list of depths or boundaries has one for each array");
        if (read_depths(own, kind, m->arrays[i]->ndim, m->depths[i], call->error) != CASK_OK)
            return call->error->status;
    }
    return CASK_OK;
}

/* Whether anything overlaps; NotImplementedError for a boundary that both sides do not share. */
static bool overlaps(cki_call *call, const mapping *m)
{
    bool any = false;
    for (size_t i = 0; i < m->count; i++)
        for (int k = 0; k < m->arrays[i]->ndim; k++) {
            const cki_depth *d = &m->depths[i][k];
            any = any || d->before || d->after;
            if (d->before != d->after && d->boundary != CKI_BOUNDARY_NONE)
                cki_fail(call->error, CASK_UNSUPPORTED, "NotImplementedError",
                         "Asymmetric overlap is currently only implemented for "
                         "boundary='none', however boundary for dimension %d in array argument "
                         "%zu is another",
                         k, i);
        }
    return any;
}

/* The depths of the axes that the result still has. */
static cask_status kept_depths(cki_call *call, const mapping *m, cask_array made, cki_depth *kept)
{
    size_t most = 0;
    for (size_t i = 1; i < m->count; i++)
        most = m->arrays[i]->ndim > m->arrays[most]->ndim ? i : most;
    int ndim = m->arrays[most]->ndim, count = 0;
    bool dropped[CKI_MAX_NDIM] = {false};
    cask_value *drop = cki_operation_argument(call, "drop_axis");
    int order[CKI_MAX_NDIM], ndropped = 0;
    if (drop->kind != CKI_NONE &&
        cki_node_axes(drop, ndim, dropped, order, &ndropped, call->error) != CASK_OK)
        return call->error->status;
    memset(kept, 0, CKI_MAX_NDIM * sizeof *kept);
    for (int k = 0; k < ndim && count < made->ndim; k++)
        if (!dropped[k])
            kept[count++] = m->depths[most][k];
    return CASK_OK;
}

static cask_value *chunks_of(cask_array x, cki_error *error)
{
    cask_value *tuple = cki_value_list(CKI_TUPLE, (size_t)x->ndim, error);
    for (int k = 0; tuple && k < x->ndim; k++) {
        cask_value *sizes = cki_chunks_value(&x->axes[k], error);
        tuple->as.list.items[k] = sizes ? sizes : cki_value_none();
    }
    return tuple;
}

static cask_array map(cki_call *call, cki_build *build, cask_value *function, mapping *m)
{
    bool overlapping = overlaps(call, m), trimmed = cki_operation_flag(call, "trim");
    cask_value *chunks = cask_value_ref(cki_operation_argument(call, "chunks"));
    cask_value **values =
        (cask_value **)cki_arena_array(build->arena, m->count + 1, sizeof *values);
    size_t filled = 0;
    if (!values)
        cki_fail_memory(call->error, m->count * sizeof *values);
    for (; filled < m->count && call->error->status == CASK_OK; filled++) {
        if (overlapping)
            m->arrays[filled] = cki_overlap_array(build, m->arrays[filled], m->depths[filled],
                                                  !cki_operation_flag(call, "allow_rechunk"));
        if (!(values[filled] = cki_node_value(build, m->arrays[filled])))
            break;
    }
    cask_array made = NULL, plain = NULL;
    if (overlapping && !trimmed && chunks->kind == CKI_NONE && call->error->status == CASK_OK) {
        /* the chunks that the blocks were made of: small ones were put together */
        plain = cki_overlap_trim(build, m->arrays[0], m->depths[0]);
        cask_value_unref(chunks);
        chunks = plain ? chunks_of(plain, call->error) : NULL;
    }
    if (chunks && call->error->status == CASK_OK)
        made = cki_map_blocks_array(
            build, &(cki_map_blocks){.function = function,
                                     .what = "map_overlap",
                                     .arguments = values,
                                     .count = m->count,
                                     .named = cki_operation_argument(call, "kwargs"),
                                     .name = cki_operation_argument(call, "name"),
                                     .dtype = cki_operation_argument(call, "dtype"),
                                     .chunks = chunks,
                                     .drop_axis = cki_operation_argument(call, "drop_axis"),
                                     .new_axis = cki_operation_argument(call, "new_axis"),
                                     .meta = cki_operation_argument(call, "meta"),
                                     .exact = cki_operation_flag(call, "enforce_ndim")});
    for (size_t i = 0; i < filled; i++)
        cask_value_unref(values[i]);
    cask_value_unref(chunks);
    cki_depth kept[CKI_MAX_NDIM];
    if (!made || !overlapping || !trimmed)
        return made;
    return kept_depths(call, m, made, kept) == CASK_OK ? cki_overlap_trim(build, made, kept) : NULL;
}

static cask_value *run_map_overlap(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *func = cki_operation_argument(call, "func");
    cask_value *x = cki_operation_argument(call, "x"); /* of the method */
    const cask_value *rest = cki_operation_argument(call, "args");
    bool turned = !x && rest && cki_node_lazy(func) && rest->as.list.count &&
                  cki_call_callable(rest->as.list.items[0]); /* the array first, as it once was */
    cask_value *first = turned ? func : x;
    cask_value *function =
        cki_blockwise_function(&build, turned ? rest->as.list.items[0] : func, "map_overlap");
    size_t skipped = turned ? 1 : 0, count = rest ? rest->as.list.count - skipped : 0;
    mapping m = {.count = count + (first != NULL)};
    cask_value **given = (cask_value **)cki_arena_array(build.arena, m.count + 1, sizeof *given);
    cask_array made = NULL;
    if (!given)
        cki_fail_memory(call->error, m.count * sizeof *given);
    if (given && function) {
        if (first)
            given[0] = first;
        for (size_t i = 0; i < count; i++)
            given[i + (first != NULL)] = rest->as.list.items[i + skipped];
        if (m.count == 0)
            cki_fail(call->error, CASK_TYPE, NULL, "map_overlap() needs an array");
        else if (read_arrays(call, &build, given, &m) == CASK_OK)
            made = map(call, &build, function, &m);
    }
    cask_value_unref(function);
    return cki_node_value(&build, made);
}

/* ---- overlap and trimming ---- */

static cask_value *run_overlap(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "x"));
    cki_depth depths[CKI_MAX_NDIM];
    if (!x ||
        read_depths(cki_operation_argument(call, "depth"), cki_operation_argument(call, "boundary"),
                    x->ndim, depths, call->error) != CASK_OK)
        return NULL;
    return cki_node_value(
        &build, cki_overlap_array(&build, x, depths, !cki_operation_flag(call, "allow_rechunk")));
}

static cask_value *run_trim(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "x"));
    cask_value *depth = cki_operation_argument(call, call->operation->detail);
    cki_depth depths[CKI_MAX_NDIM];
    if (!x || read_depths(depth, cki_operation_argument(call, "boundary"), x->ndim, depths,
                          call->error) != CASK_OK)
        return NULL;
    return cki_node_value(&build, cki_overlap_trim(&build, x, depths));
}

/* ---- sliding windows ---- */

typedef struct windows {
    int count;
    int axes[CKI_MAX_NDIM];
    int64_t sizes[CKI_MAX_NDIM];
} windows;

static cask_status run_windows(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    const windows *w = spec->parameters;
    const cki_array *x = cki_array_of(task->inputs[0]);
    int64_t shape[CKI_MAX_NDIM], strides[CKI_MAX_NDIM];
    if (!x || x->ndim + w->count > CKI_MAX_NDIM)
        return cki_fail_internal(error, "array.windows");
    for (int k = 0; k < x->ndim; k++) {
        shape[k] = x->shape[k];
        strides[k] = x->strides[k];
    }
    for (int i = 0; i < w->count; i++) {
        shape[w->axes[i]] -= w->sizes[i] - 1;
        shape[x->ndim + i] = w->sizes[i];
        strides[x->ndim + i] = x->strides[w->axes[i]];
    }
    *result =
        cki_array_view(x->buffer, x->data, x->dtype, x->ndim + w->count, shape, strides, error);
    return error->status;
}

const cki_function cki_overlap_windows_function = {"array.windows", 1, run_windows};

static cask_status read_windows(cki_call *call, cask_array x, windows *w)
{
    cask_value *axis = cki_operation_argument(call, "axis");
    if (cki_node_shape_argument(cki_operation_argument(call, "window_shape"), w->sizes, &w->count,
                                call->error) != CASK_OK)
        return call->error->status;
    for (int i = 0; i < w->count; i++)
        if (w->sizes[i] <= 0)
            return cki_fail(call->error, CASK_INVALID, NULL,
                            "`window_shape` must contain values > 0");
    bool list = axis->kind == CKI_TUPLE || axis->kind == CKI_LIST;
    int naxes = axis->kind == CKI_NONE ? x->ndim : list ? (int)axis->as.list.count : 1;
    if (naxes != w->count && axis->kind == CKI_NONE)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "Since axis is `None`, must provide window_shape for all dimensions of "
                        "`x`; got %d window_shape elements and `x.ndim` is %d.",
                        w->count, x->ndim);
    if (naxes != w->count)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "Must provide matching length window_shape and axis; got %d window_shape "
                        "elements and %d axes elements.",
                        w->count, naxes);
    if (x->ndim + w->count > CKI_MAX_NDIM)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "maximum supported dimension for an ndarray is %d, found %d", CKI_MAX_NDIM,
                        x->ndim + w->count);
    for (int i = 0; i < w->count; i++) {
        w->axes[i] = i;
        if (axis->kind != CKI_NONE && cki_node_axis(list ? axis->as.list.items[i] : axis, x->ndim,
                                                    &w->axes[i], call->error) != CASK_OK)
            return call->error->status;
    }
    return CASK_OK;
}

/* The blocks with what follows them, and of these the windows as a view. */
static cask_array slide(cki_build *build, cask_array x, const windows *w)
{
    cki_depth depths[CKI_MAX_NDIM];
    int64_t least[CKI_MAX_NDIM];
    memset(depths, 0, sizeof depths);
    for (int i = 0; i < w->count; i++)
        depths[w->axes[i]].after += w->sizes[i] - 1;
    for (int k = 0; k < x->ndim; k++) {
        least[k] = depths[k].after + 1;
        if (x->axes[k].length >= 0 && depths[k].after >= x->axes[k].length && depths[k].after) {
            cki_fail(build->error, CASK_INVALID, NULL,
                     "window shape cannot be larger than input array shape: axis %d has %lld "
                     "elements",
                     k, (long long)x->axes[k].length);
            return NULL;
        }
    }
    x = cki_overlap_joined(build, x, least);
    cki_axis *axes = x ? cki_runs_axes(build, x->ndim + w->count) : NULL;
    windows *own = axes ? cki_arena_copy(build->arena, w, sizeof *own) : NULL;
    cki_hasher *hasher = own ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *own);
        return NULL;
    }
    cki_token_int(hasher, w->count);
    for (int i = 0; i < w->count; i++) {
        cki_token_int(hasher, w->axes[i]);
        cki_token_int(hasher, w->sizes[i]);
    }
    cki_token token = cki_token_end(hasher);
    for (int k = 0; k < x->ndim; k++) { /* the last chunk gives so many fewer */
        cki_runs runs = {0};
        const cki_axis *axis = &x->axes[k];
        cki_runs_copy(&runs, axis, 0, axis->blocks - 1);
        cki_runs_add(&runs, cki_chunks_size(axis, axis->blocks - 1) - depths[k].after, 1);
        if (cki_runs_finish(&runs, build->arena, &axes[k], build->error) != CASK_OK)
            return NULL;
    }
    for (int i = 0; i < w->count; i++)
        if (!cki_chunks_single(build->arena, w->sizes[i], &axes[x->ndim + i])) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return NULL;
        }
    int ndim = x->ndim + w->count;
    x = cki_overlap_array(build, x, depths, false);
    if (!x)
        return NULL;
    return cki_mapped_array(build, &(cki_mapped){.function = &cki_overlap_windows_function,
                                                 .label = "sliding_window_view",
                                                 .dtype = x->dtype,
                                                 .ndim = ndim,
                                                 .axes = axes,
                                                 .inputs = {cki_mapped_same(x)},
                                                 .ninputs = 1,
                                                 .parameters = own,
                                                 .token = token,
                                                 .view = true});
}

static cask_value *run_sliding(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "x"));
    windows w;
    if (!x || read_windows(call, x, &w) != CASK_OK)
        return NULL;
    return cki_node_value(&build, slide(&build, x, &w));
}

/* ---- the records ---- */

#define OPTIONS                                                                                    \
    "allow_rechunk=True, name=None, dtype=None, chunks=None, drop_axis=None, new_axis=None, "      \
    "enforce_ndim=False, meta=None, **kwargs"
#define MAP_DOC                                                                                    \
    "A function applied to each block together with `depth` elements of its neighbours, which "    \
    "are then taken off again. depth: a number, or one (or a pair: before, after) for each axis; " \
    "boundary, beyond the ends: 'none', 'periodic', 'reflect', 'nearest' or a number."
#define OVERLAP                                                                                    \
    "x, depth, boundary, *, allow_rechunk=True",                                                   \
        "Each block together with `depth` elements of its neighbours, as map_overlap's function "  \
        "is given it.",                                                                            \
        run_overlap, NULL
#define MAP_FUNCTION                                                                               \
    "func, *args, depth=None, boundary=None, trim=True, align_arrays=True, " OPTIONS, MAP_DOC,     \
        run_map_overlap, NULL
#define TRIM_DOC "Blocks without the elements of their neighbours that overlap() added."
#define WINDOWS                                                                                    \
    "x, window_shape, axis=None",                                                                  \
        "All windows of a shape, as further axes at the end: a view, without copying.",            \
        run_sliding, NULL

static const cki_operation op_map = {"map_overlap", CKI_IN_DA, MAP_FUNCTION};
static const cki_operation op_map_in = {"overlap.map_overlap", CKI_IN_DA, MAP_FUNCTION};
static const cki_operation op_method = {
    "map_overlap",
    CKI_ARRAY_METHOD,
    "x, func, depth, boundary=None, trim=True, align_arrays=True, " OPTIONS,
    MAP_DOC,
    run_map_overlap,
    NULL};
static const cki_operation op_overlap = {"overlap.overlap", CKI_IN_DA, OVERLAP};
static const cki_operation op_trim = {
    "overlap.trim_overlap", CKI_IN_DA, "x, depth, boundary=None", TRIM_DOC, run_trim, "depth"};
static const cki_operation op_trim_internal = {
    "overlap.trim_internal", CKI_IN_DA, "x, axes, boundary=None", TRIM_DOC, run_trim, "axes"};
static const cki_operation op_windows = {"lib.stride_tricks.sliding_window_view",
                                         CKI_IN_DA | CKI_IN_NP, WINDOWS};
static const cki_operation op_windows_in = {"overlap.sliding_window_view", CKI_IN_DA, WINDOWS};

const cki_operation *const cki_overlap_operations[] = {
    &op_map,           &op_map_in,  &op_method,     &op_overlap, &op_trim,
    &op_trim_internal, &op_windows, &op_windows_in, NULL};
