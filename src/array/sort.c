/* Sorting blocks along an axis, and the operations: sort, argsort. */
#include "array/sort.h"
#include "array/functions.h"
#include "array/mapped.h"
#include "array/order.h"
#include "array/rechunk.h"
#include "array/reshape.h"
#include "core/memory.h"

#include <string.h>

/* ---- lines ---- */

/* What sorting one line after the other needs. */
typedef struct workshop {
    cki_order_room room;
    uint64_t *keys;
    int64_t *places;
} workshop;

static void close_workshop(workshop *w)
{
    cki_order_room_close(&w->room);
    cki_memory_free(w->keys);
    cki_memory_free(w->places);
}

static cask_status open_workshop(workshop *w, int64_t length, bool places, cki_error *error)
{
    size_t bytes = ((size_t)length + 1) * sizeof *w->keys;
    *w = (workshop){.keys = cki_memory_alloc(bytes)};
    if (places)
        w->places = cki_memory_alloc(bytes);
    if (!w->keys || (places && !w->places))
        cki_fail_memory(error, bytes);
    else
        cki_order_room_open(&w->room, length, places, error);
    if (error->status != CASK_OK)
        close_workshop(w);
    return error->status;
}

/* A line of elements without keys: by comparing them. */
static cask_status sort_compared(cki_dtype dtype, const unsigned char *line, int64_t length,
                                 unsigned char *out, bool places, cki_error *error)
{
    size_t size = cki_dtype_size(dtype);
    const cki_order order = {
        .dtype = dtype, .data = line, .stride = (int64_t)size, .count = length};
    int64_t *sorted = cki_order_sorted(&order, error);
    for (int64_t i = 0; sorted && i < length; i++) {
        if (places)
            memcpy(out + (size_t)i * sizeof *sorted, &sorted[i], sizeof *sorted);
        else
            memcpy(out + (size_t)i * size, line + (size_t)sorted[i] * size, size);
    }
    cki_memory_free(sorted);
    return error->status;
}

/* A line by keys. Equal elements keep their order where their places are asked for; where they are
 * not, nobody can tell. */
static void sort_keyed(workshop *w, cki_dtype dtype, const unsigned char *line, int64_t length,
                       unsigned char *out)
{
    int64_t size = (int64_t)cki_dtype_size(dtype);
    if (!w->places) {
        cki_order_exact(dtype, line, size, length, w->keys);
        cki_order_sort_keys(w->keys, NULL, length, &w->room);
        cki_order_values(dtype, w->keys, length, out, size);
        return;
    }
    cki_order_keys(dtype, line, size, length, w->keys);
    for (int64_t i = 0; i < length; i++)
        w->places[i] = i;
    cki_order_sort_keys(w->keys, w->places, length, &w->room);
    if (length)
        memcpy(out, w->places, (size_t)length * sizeof *w->places);
}

/* All lines along the last axis of a C-contiguous array into another: the elements, or (`how`, a
 * bool) their places. */
static cask_status sort_lines(const cki_array *x, const cki_array *out, const void *how,
                              cki_error *error)
{
    const bool places = *(const bool *)how;
    int64_t length = x->shape[x->ndim - 1], lines = length ? cki_array_size(x) / length : 0;
    size_t in_bytes = (size_t)length * cki_dtype_size(x->dtype);
    size_t out_bytes = (size_t)length * cki_dtype_size(out->dtype);
    bool keyed = cki_order_has_keys(x->dtype);
    workshop w = {.keys = NULL};
    if (keyed && open_workshop(&w, length, places, error) != CASK_OK)
        return error->status;
    for (int64_t i = 0; i < lines && error->status == CASK_OK; i++) {
        const unsigned char *line = x->data + (size_t)i * in_bytes;
        unsigned char *to = out->data + (size_t)i * out_bytes;
        if (keyed)
            sort_keyed(&w, x->dtype, line, length, to);
        else
            sort_compared(x->dtype, line, length, to, places, error);
    }
    close_workshop(&w);
    return error->status;
}

cask_value *cki_sort_along(const cki_array *x, int axis, cki_dtype dtype, cki_sort_lines *lines,
                           const void *how, cki_error *error)
{
    int order[CKI_MAX_NDIM], back[CKI_MAX_NDIM], count = 0;
    for (int k = 0; k < x->ndim; k++)
        if (k != axis)
            order[count++] = k;
    order[count] = axis;
    for (int k = 0; k < x->ndim; k++)
        back[order[k]] = k;
    cask_value *turned = cki_array_permute(x, order, error);
    cask_value *compact = turned ? cki_array_compact(turned, error) : NULL;
    cask_value *made = NULL, *result = NULL;
    if (compact)
        made = cki_array_new(dtype, x->ndim, cki_array_of(compact)->shape, error);
    if (made && lines(cki_array_of(compact), cki_array_of(made), how, error) == CASK_OK)
        result = cki_array_permute(cki_array_of(made), back, error);
    cask_value_unref(turned);
    cask_value_unref(compact);
    cask_value_unref(made);
    return result;
}

cask_value *cki_sort_block(const cki_array *x, int axis, bool places, cki_error *error)
{
    return cki_sort_along(x, axis, places ? cki_dtype_of(CASK_I64) : x->dtype, sort_lines, &places,
                          error);
}

/* ---- values with their places, in place ---- */

static cask_status sort_pairs(const cki_array *values, const cki_array *places, cki_error *error)
{
    int64_t count = values->shape[0];
    size_t size = cki_dtype_size(values->dtype);
    cki_order order = {0};
    int64_t *sorted = NULL;
    unsigned char *copy = cki_memory_alloc((size_t)count * (size > 8 ? size : 8) + 1);
    if (!copy)
        return cki_fail_memory(error, (size_t)count * size);
    if (cki_order_open(&order, values, error) == CASK_OK)
        sorted = cki_order_sorted(&order, error);
    cki_order_close(&order);
    if (sorted && count) {
        memcpy(copy, values->data, (size_t)count * size);
        for (int64_t i = 0; i < count; i++)
            memcpy(values->data + (size_t)i * size, copy + (size_t)sorted[i] * size, size);
        if (places)
            memcpy(copy, places->data, (size_t)count * sizeof *sorted);
        for (int64_t i = 0; places && i < count; i++)
            memcpy(places->data + (size_t)i * 8, copy + (size_t)sorted[i] * 8, 8);
    }
    cki_memory_free(sorted);
    cki_memory_free(copy);
    return error->status;
}

cask_status cki_sort_values(const cki_array *values, const cki_array *places, bool exact,
                            cki_error *error)
{
    workshop w;
    int64_t count = values->shape[0], size = (int64_t)cki_dtype_size(values->dtype);
    if (!exact || !cki_order_has_keys(values->dtype))
        return sort_pairs(values, places, error);
    if (open_workshop(&w, count, places != NULL, error) != CASK_OK)
        return error->status;
    cki_order_exact(values->dtype, values->data, size, count, w.keys);
    cki_order_sort_keys(w.keys, places ? (int64_t *)(void *)places->data : NULL, count, &w.room);
    cki_order_values(values->dtype, w.keys, count, values->data, size);
    close_workshop(&w);
    return CASK_OK;
}

size_t cki_sort_bytes(cki_dtype dtype, int64_t length, bool places)
{
    bool keys_alone = !places && cki_order_has_keys(dtype);
    size_t bytes,
        each = keys_alone ? 2 * sizeof(uint64_t) : cki_order_bytes(1) + 2 * cki_dtype_size(dtype);
    return length > 0 && !__builtin_mul_overflow(each, (size_t)length, &bytes) ? bytes : 0;
}

/* ---- nodes ---- */

typedef struct parameters {
    int axis;
    bool places;
} parameters;

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const parameters *p = cki_mapped_of(task)->parameters;
    const cki_array *x = cki_array_of(task->inputs[0]);
    if (!x)
        return cki_fail_internal(error, "array.sort");
    *result = cki_sort_block(x, p->axis, p->places, error);
    return error->status;
}

const cki_function cki_sort_function = {"array.sort", 1, run};

static cask_array sort_blocks(cki_build *build, cask_array x, int axis, bool places)
{
    parameters *p = cki_arena_alloc(build->arena, sizeof *p);
    cki_hasher *hasher = p ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    *p = (parameters){axis, places};
    cki_token_int(hasher, axis);
    cki_token_int(hasher, places);
    size_t line = cki_sort_bytes(x->dtype, cki_chunks_largest(&x->axes[axis]), places);
    return cki_mapped_array(build,
                            &(cki_mapped){.function = &cki_sort_function,
                                          .label = places ? "argsort" : "sort",
                                          .dtype = places ? cki_dtype_of(CASK_I64) : x->dtype,
                                          .ndim = x->ndim,
                                          .axes = x->axes,
                                          .inputs = {cki_mapped_same(x)},
                                          .ninputs = 1,
                                          .parameters = p,
                                          .token = cki_token_end(hasher),
                                          .working = cki_node_largest_block(x) + line});
}

cask_array cki_sort_gathered(cki_build *build, cask_array x, const bool *axes)
{
    cask_value *chunks = cki_value_list(CKI_TUPLE, (size_t)x->ndim, build->error);
    for (int k = 0; chunks && k < x->ndim; k++) {
        bool unknown = x->axes[k].length < 0;
        if (unknown && axes[k] && x->axes[k].blocks > 1)
            cki_fail(build->error, CASK_SHAPE, "ValueError",
                     "Arrays chunk sizes are unknown along axis %d, which must be one chunk.\n\nA "
                     "possible solution: x.compute_chunk_sizes()",
                     k);
        cask_value *size = unknown   ? cki_value_none()
                           : axes[k] ? cki_value_int(-1, build->error)
                                     : cki_value_string("auto", build->error);
        chunks->as.list.items[k] = size ? size : cki_value_none();
    }
    /* several of these blocks are at work at once */
    uint64_t limit = build->ck->memory_limit / 64 + 1;
    limit = limit < build->ck->tuning.chunk_bytes ? limit : build->ck->tuning.chunk_bytes;
    cask_array made = NULL;
    if (chunks && build->error->status == CASK_OK)
        made = cki_rechunk_value(build, x, chunks, limit, false);
    cask_value_unref(chunks);
    return made;
}

cask_array cki_sort_one_chunk(cki_build *build, cask_array x, int axis)
{
    bool axes[CKI_MAX_NDIM] = {false};
    axes[axis] = true;
    return x->axes[axis].blocks == 1 ? x : cki_sort_gathered(build, x, axes);
}

cask_array cki_sort_array(cki_build *build, cask_array x, int axis, bool places)
{
    if (x->ndim == 1 && x->axes[0].blocks > 1)
        return cki_sort_external(build, x, places);
    cask_array gathered = cki_sort_one_chunk(build, x, axis);
    cask_array sorted = gathered ? sort_blocks(build, gathered, axis, places) : NULL;
    return sorted ? cki_rechunk_to(build, sorted, x->axes) : NULL;
}

/* ---- operations ---- */

/* kind= and order= as NumPy has them: every kind is a stable sort here. */
static cask_status check_kind(cki_call *call)
{
    static const char *const kinds[] = {"quicksort", "mergesort", "heapsort", "stable",
                                        "introselect"};
    const cask_value *kind = cki_operation_argument(call, "kind");
    if (kind->kind == CKI_NONE)
        return CASK_OK;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kind->kind == CKI_STR && strcmp(kind->as.text.bytes, kinds[i]) == 0)
            return CASK_OK;
    return cki_fail(call->error, CASK_INVALID, NULL,
                    "sort kind must be one of 'quick', 'heap', or 'stable'");
}

cask_array cki_sort_argument(cki_call *call, cki_build *build, int *axis)
{
    cask_array x = cki_node_from_value(build, cki_operation_argument(call, "a"));
    cask_value *given = cki_operation_argument(call, "axis");
    *axis = 0;
    if (!x || check_kind(call) != CASK_OK)
        return NULL;
    if (given->kind == CKI_NONE)
        return cki_reshape_ravel(build, x);
    return cki_node_axis(given, x->ndim, axis, call->error) == CASK_OK ? x : NULL;
}

static cask_value *run_sort(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    int axis;
    cask_array x = cki_sort_argument(call, &build, &axis);
    bool places = call->operation->detail != NULL;
    return x ? cki_node_value(&build, cki_sort_array(&build, x, axis, places)) : NULL;
}

#define FUNCTION  (CKI_IN_DA | CKI_IN_NP)
#define SORTED    "a, axis=-1, kind=None, order=None"
#define IN_MEMORY " Arrays larger than memory are sorted through files."

static const char whole_places;

static const cki_operation op_sort = {
    "sort",   FUNCTION, SORTED, "The elements in rising order along an axis, NaN last." IN_MEMORY,
    run_sort, NULL};
static const cki_operation op_argsort = {
    "argsort",
    FUNCTION | CKI_ARRAY_METHOD,
    SORTED,
    "Where the elements in rising order along an axis are; equal ones as they stand." IN_MEMORY,
    run_sort,
    &whole_places};
const cki_operation *const cki_sort_operations[] = {&op_sort, &op_argsort, NULL};
