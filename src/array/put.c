/* Putting arrays into files and other places: the wanted blocks are delivered where they lie; or,
 * to be computed later, a task a block writes it and a tree of tasks joins their ends. */
#include "array/put.h"
#include "array/functions.h"
#include "array/mapped.h"
#include "array/pick.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "core/memory.h"

#include <string.h>

/* ---- at once ---- */

typedef struct delivery {
    cask_array x;
    const cki_place *place;
} delivery;

/* Where a block of x begins in its place. */
static void block_place(cask_array x, int64_t block, const int64_t *offset, int64_t *start)
{
    int64_t position[CKI_MAX_NDIM];
    cki_node_position(x, block, position);
    cki_node_block_start(x, position, start);
    for (int k = 0; k < x->ndim; k++)
        start[k] += offset[k];
}

/* Whether a block has the shape that x says: a function of the user's may give another. */
static bool has_shape(cask_array x, int64_t block, const cki_array *array)
{
    int64_t position[CKI_MAX_NDIM], shape[CKI_MAX_NDIM];
    cki_node_position(x, block, position);
    cki_node_block_shape(x, position, shape);
    bool fits = array->ndim == x->ndim;
    for (int k = 0; fits && k < x->ndim; k++)
        fits = array->shape[k] == shape[k];
    return fits;
}

/* The block in the type that x says; a new reference. */
static cask_value *in_type(cask_array x, cask_value *block, cki_error *error)
{
    const cki_array *array = cki_array_of(block);
    if (cki_dtype_same(array->dtype, x->dtype))
        return cask_value_ref(block);
    cask_value *made = cki_array_new(x->dtype, array->ndim, array->shape, error);
    if (!made || cki_array_cast(cki_array_of(made), array, error) == CASK_OK)
        return made;
    cask_value_unref(made);
    return NULL;
}

static cask_status deliver(void *user, int64_t block, cask_value *value, cki_error *error)
{
    const delivery *d = user;
    int64_t start[CKI_MAX_NDIM];
    const cki_array *array = cki_array_of(value);
    if (!array)
        return cki_fail_internal(error, "store: a block that is no array");
    if (!has_shape(d->x, block, array))
        return cki_fail(error, CASK_SHAPE, NULL,
                        "block %lld of %s has another shape than its chunks say", (long long)block,
                        d->x->label);
    cask_value *typed = in_type(d->x, value, error);
    if (!typed)
        return error->status;
    block_place(d->x, block, d->place->offset, start);
    d->place->region(d->place->self, start, cki_array_of(typed), error);
    cask_value_unref(typed);
    return error->status;
}

cask_status cki_put_arrays(cask *ck, const cask_array *arrays, const cki_place *places,
                           size_t count, cki_error *error)
{
    delivery *deliveries = cki_memory_calloc(count + 1, sizeof *deliveries);
    cki_want *wants = cki_memory_calloc(count + 1, sizeof *wants);
    cask_status status = CASK_OK;
    if (!deliveries || !wants)
        status = cki_fail_memory(error, count * sizeof *wants);
    for (size_t i = 0; status == CASK_OK && i < count; i++) {
        deliveries[i] = (delivery){arrays[i], &places[i]};
        wants[i] = (cki_want){&arrays[i]->base, &deliveries[i], deliver};
    }
    if (status == CASK_OK) {
        cki_ledger *before = cki_ledger_enter(ck->ledger);
        status = ck->compute(ck, wants, count, error);
        cki_ledger_enter(before);
    }
    cki_memory_free(deliveries);
    cki_memory_free(wants);
    return status;
}

/* ---- blocks that share no stored chunk ---- */

/* Whether all borders between blocks are borders of stored chunks. */
static bool is_aligned(const cki_axis *axis, int64_t stored, int64_t offset)
{
    for (size_t r = 0; r < axis->nruns; r++) {
        const cki_run *run = &axis->runs[r];
        if (run->start > 0 && (run->start + offset) % stored != 0)
            return false;
        if (run->count > 1 && run->size % stored != 0)
            return false;
        if (run->count > 1 && (run->start + run->size + offset) % stored != 0)
            return false;
    }
    return true;
}

/* Blocks of about the old size, in whole stored chunks but for the first and the last. */
static bool align_axis(cki_build *build, const cki_axis *axis, int64_t stored, int64_t offset,
                       cki_axis *made)
{
    int64_t largest = cki_chunks_largest(axis);
    int64_t size = largest > stored ? largest / stored * stored : stored;
    int64_t first = size - offset % size;
    if (offset % size == 0 || first >= axis->length)
        return cki_chunks_regular(build->arena, axis->length, size, made);
    cki_axis parts[2];
    return cki_chunks_single(build->arena, first, &parts[0]) &&
           cki_chunks_regular(build->arena, axis->length - first, size, &parts[1]) &&
           cki_chunks_join(build->arena, parts, 2, made);
}

cask_array cki_put_align(cki_build *build, cask_array x, const int64_t *stored,
                         const int64_t *offset)
{
    cki_axis *axes = cki_runs_axes(build, x->ndim);
    bool aligned = true, good = axes != NULL;
    for (int k = 0; good && k < x->ndim; k++) {
        axes[k] = x->axes[k];
        if (axes[k].length == 0 || is_aligned(&axes[k], stored[k], offset[k]))
            continue;
        aligned = false;
        good = align_axis(build, &x->axes[k], stored[k], offset[k], &axes[k]);
    }
    if (!good) {
        cki_fail_memory(build->error, sizeof *axes);
        return NULL;
    }
    return aligned ? x : cki_rechunk_to(build, x, axes);
}

cask_status cki_put_region(cask_array x, const cask_value *region, int ndim, const int64_t *shape,
                           int64_t *offset, cki_error *error)
{
    memset(offset, 0, CKI_MAX_NDIM * sizeof *offset);
    bool none = !region || region->kind == CKI_NONE;
    bool tuple = !none && (region->kind == CKI_TUPLE || region->kind == CKI_LIST);
    int given = none ? 0 : tuple ? (int)region->as.list.count : 1;
    if (x->ndim != ndim || given > ndim)
        return cki_fail(error, CASK_SHAPE, NULL,
                        "an array of %d dimensions does not fit a region of %d in one of %d",
                        x->ndim, given, ndim);
    for (int k = 0; k < ndim; k++) {
        const cask_value *one = k >= given ? NULL : tuple ? region->as.list.items[k] : region;
        cki_pick pick = cki_pick_all(shape[k]);
        int64_t stop;
        if (one && one->kind != CKI_SLICE && one->kind != CKI_ELLIPSIS)
            return cki_fail(error, CASK_TYPE, NULL, "a region is made of slices, not %s",
                            cki_value_type(one));
        if (one && one->kind == CKI_SLICE &&
            cki_pick_slice(one, shape[k], &pick, &stop, error) != CASK_OK)
            return error->status;
        if (pick.step != 1 && pick.count > 1)
            return cki_fail(error, CASK_INVALID, NULL, "a region with a step cannot be written");
        if (pick.count != cki_node_length(x, k))
            return cki_fail(error, CASK_SHAPE, NULL,
                            "the region has %lld elements on axis %d, the array %lld",
                            (long long)pick.count, k, (long long)cki_node_length(x, k));
        offset[k] = pick.start;
    }
    return CASK_OK;
}

/* ---- later ---- */

/* What the tasks of one array share; owned by the context. */
typedef struct later {
    int64_t offset[CKI_MAX_NDIM];
    cki_writer_later *writer; /* opened by the first task */
} later;

typedef struct parameters {
    later *shared;
} parameters;

static void release_later(void *thing)
{
    later *l = thing;
    cki_writer_later_free(l->writer);
    cki_memory_free(l);
}

static cask_value *zeros(int ndim, cki_error *error)
{
    int64_t one[CKI_MAX_NDIM];
    for (int k = 0; k < CKI_MAX_NDIM; k++)
        one[k] = 1;
    return cki_array_zeros(cki_dtype_of(CASK_I8), ndim, one, error);
}

static cask_status run_put(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *mapped = cki_mapped_of(task);
    const parameters *p = mapped->parameters;
    const cki_array *array = cki_array_of(task->inputs[0]);
    cki_writer *writer = cki_writer_later_get(p->shared->writer, error);
    if (!writer || !array)
        return error->status ? error->status : cki_fail_internal(error, "store: no array");
    int64_t start[CKI_MAX_NDIM];
    block_place(mapped->inputs[0].x, task->block, p->shared->offset, start);
    if (cki_writer_region(writer, start, array, error) != CASK_OK)
        return error->status;
    *result = zeros(array->ndim, error);
    return *result ? CASK_OK : CASK_MEMORY;
}

static cask_status run_join(const cki_task *task, cask_value **result, cki_error *error)
{
    *result = zeros(cki_mapped_of(task)->out->ndim, error);
    return *result ? CASK_OK : CASK_MEMORY;
}

const cki_function cki_put_function = {"array.put", 1, run_put};
const cki_function cki_put_join_function = {"array.put.join", 1, run_join};

static later *new_later(cki_build *build, const char *path, const int64_t *offset, int ndim)
{
    later *l = cki_memory_calloc(1, sizeof *l);
    if (!l) {
        cki_fail_memory(build->error, sizeof *l);
        return NULL;
    }
    l->writer = cki_writer_later_new(path, build->error);
    if (!l->writer) {
        cki_memory_free(l);
        return NULL;
    }
    for (int k = 0; k < ndim; k++)
        l->offset[k] = offset[k];
    return cki_context_own(build->ck, release_later, l, build->error) == CASK_OK ? l : NULL;
}

/* All the blocks' zeros by a tree to one. */
static cask_array join_all(cki_build *build, cask_array x, cki_token token)
{
    cki_mapped join = {.function = &cki_put_join_function, .label = "store", .token = token};
    for (int k = 0; x && k < x->ndim; k++)
        x = cki_mapped_fold(build, x, k, 32, 1, &join);
    if (!x || x->ndim == 0)
        return x;
    cki_mapped last = join;
    last.dtype = x->dtype;
    last.ninputs = 1;
    last.inputs[0] = cki_mapped_whole(x);
    return cki_mapped_array(build, &last);
}

cask_array cki_put_later(cki_build *build, cask_array x, const char *path, const int64_t *offset)
{
    later *shared = new_later(build, path, offset, x->ndim);
    parameters *p = shared ? cki_arena_alloc(build->arena, sizeof *p) : NULL;
    cki_axis *axes = p ? cki_runs_axes(build, x->ndim) : NULL;
    bool good = axes != NULL;
    for (int k = 0; good && k < x->ndim; k++)
        good = cki_chunks_regular(build->arena, x->axes[k].blocks, 1, &axes[k]);
    cki_hasher *hasher = good ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *axes);
        return NULL;
    }
    p->shared = shared;
    cki_token_text(hasher, path);
    cki_token_int(hasher, (int64_t)(intptr_t)shared); /* writing twice is not writing once */
    cki_mapped put = {.function = &cki_put_function,
                      .label = "store",
                      .dtype = cki_dtype_of(CASK_I8),
                      .ndim = x->ndim,
                      .axes = axes,
                      .ninputs = 1,
                      .parameters = p,
                      .token = cki_token_end(hasher)};
    put.inputs[0] = cki_mapped_same(x);
    return join_all(build, cki_mapped_array(build, &put), put.token);
}

cask_value *cki_put_delayed(cki_build *build, cask_array writing)
{
    cask_value *x = cki_node_value(build, writing);
    const cki_operation *delayed = x ? cki_operation_find(build->ck, "delayed", CKI_IN_DASK) : NULL;
    if (!delayed)
        return x;
    cki_arguments arguments = {.positional = &x, .count = 1};
    cask_value *made = cki_operation_call(build->ck, delayed, &arguments, build->error);
    cask_value_unref(x);
    return made;
}
