/* The C interface: memory of the caller's as arrays and values, and arrays computed into it. */
#include "array/api.h"
#include "array/put.h"
#include "array/runs.h"
#include "array/source.h"
#include "core/memory.h"
#include "io/region.h"

#include <string.h>

/* ---- checking ---- */

/* C order without gaps. */
static void dense_strides(cki_dtype dtype, const cask_shape *shape, int64_t *strides)
{
    int64_t step = (int64_t)cki_dtype_size(dtype);
    for (int k = shape->ndim - 1; k >= 0; k--) {
        strides[k] = step;
        step *= shape->sizes[k] > 0 ? shape->sizes[k] : 1;
    }
}

static cask_status too_far(cki_error *error)
{
    return cki_fail(error, CASK_MEMORY, "ValueError", "a buffer of more than 2**63 bytes");
}

/* How far before and behind the first element the others begin. */
static cask_status measure(const cask_shape *shape, const int64_t *strides, int64_t *before,
                           int64_t *behind, cki_error *error)
{
    *before = *behind = 0;
    for (int k = 0; k < shape->ndim; k++) {
        int64_t reach, *end = strides[k] < 0 ? before : behind;
        if (__builtin_mul_overflow(strides[k], shape->sizes[k] > 0 ? shape->sizes[k] - 1 : 0,
                                   &reach) ||
            __builtin_add_overflow(*end, reach, end))
            return too_far(error);
    }
    return CASK_OK;
}

static cask_status check_buffer(const cask_buffer *buffer, size_t *bytes, cki_error *error)
{
    const cask_shape *shape = &buffer->shape;
    cki_dtype dtype = cki_dtype_of(buffer->dtype);
    int64_t before, behind;
    if ((unsigned)buffer->dtype >= CASK_DTYPE_COUNT || !cki_dtype_is_number(dtype))
        return cki_fail(error, CASK_TYPE, NULL,
                        "a buffer's elements are bool, an integer, a float or complex");
    if (shape->ndim < 0 || shape->ndim > CASK_MAX_NDIM)
        return cki_fail(error, CASK_INVALID, NULL, "a buffer of %d axes: an array has at most %d",
                        shape->ndim, CASK_MAX_NDIM);
    for (int k = 0; k < shape->ndim; k++)
        if (shape->sizes[k] < 0)
            return cki_fail(error, CASK_INVALID, NULL, "negative dimensions are not allowed");
    if (cki_array_bytes(dtype, shape->ndim, shape->sizes, bytes, error) != CASK_OK)
        return error->status;
    if (*bytes && !buffer->data)
        return cki_fail(error, CASK_INVALID, NULL, "a buffer of %zu bytes at NULL", *bytes);
    return buffer->strides ? measure(shape, buffer->strides, &before, &behind, error) : CASK_OK;
}

/* Whether tasks may look at the elements where they are. */
static bool is_ready(const cask_buffer *buffer)
{
    cki_dtype dtype = cki_dtype_of(buffer->dtype);
    size_t word = cki_region_word(dtype, true), align = word > 1 ? word : 1;
    bool ready = (uintptr_t)buffer->data % align == 0 && !(buffer->swapped && word > 1);
    for (int k = 0; ready && buffer->strides && k < buffer->shape.ndim; k++)
        ready = buffer->strides[k] % (int64_t)align == 0;
    return ready;
}

/* ---- as values ---- */

/* The elements as they lie there; the memory is released with the value, or at once. */
static cask_value *wrap(const cask_buffer *buffer, cki_error *error)
{
    size_t bytes = 0;
    cki_buffer *foreign = NULL;
    if (check_buffer(buffer, &bytes, error) == CASK_OK)
        foreign = cki_array_foreign(bytes, buffer->release, buffer->user, error);
    if (!foreign) {
        if (buffer->release)
            buffer->release(buffer->user);
        return NULL;
    }
    union {
        const void *given;
        void *data;
    } plain = {.given = buffer->data}; /* published values do not change, but for their type */
    cask_value *value =
        cki_array_view(foreign, plain.data, cki_dtype_of(buffer->dtype), buffer->shape.ndim,
                       buffer->shape.sizes, buffer->strides, error);
    cki_array_buffer_unref(foreign);
    return value;
}

/* Elements of a value that is swapped or not aligned, put right. */
static cask_value *put_right(const cki_array *part, bool swapped, cki_error *error)
{
    cask_value *made = cki_array_new(part->dtype, part->ndim, part->shape, error);
    if (!made)
        return NULL;
    size_t word = cki_region_word(part->dtype, swapped);
    const cki_array *own = cki_array_of(made);
    cki_array_copy(own, part);
    if (word > 1)
        cki_region_swap(own->data, (size_t)cki_array_size(own) * cki_dtype_size(own->dtype) / word,
                        word);
    return made;
}

cask_value *cask_value_from_buffer(const cask_buffer *buffer)
{
    cki_error error = {0}; /* values have no context that could tell it */
    cask_value *value = buffer ? wrap(buffer, &error) : NULL;
    if (!value || is_ready(buffer))
        return value;
    cask_value *made = put_right(cki_array_of(value), buffer->swapped, &error);
    cask_value_unref(value);
    return made;
}

/* ---- as arrays ---- */

static cask_status raw_region(const cask_value *whole, bool swapped, const int64_t *start,
                              const int64_t *count, const int64_t *step, cask_value **out,
                              cki_error *error)
{
    cask_value *part = cki_array_slice(cki_array_of(whole), start, count, step, error);
    *out = part ? put_right(cki_array_of(part), swapped, error) : NULL;
    cask_value_unref(part);
    return *out ? CASK_OK : error->status;
}

static cask_status swapped_region(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                                  const int64_t *count, const int64_t *step, cask_value **out,
                                  cki_error *error)
{
    (void)dtype, (void)ndim;
    return raw_region(self, true, start, count, step, out, error);
}

static cask_status odd_region(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                              const int64_t *count, const int64_t *step, cask_value **out,
                              cki_error *error)
{
    (void)dtype, (void)ndim;
    return raw_region(self, false, start, count, step, out, error);
}

/* By address, which is theirs alone as long as the plan holds them. */
static const cki_source swapped_source = {
    .name = "swapped", .region = swapped_region, .fleeting = true};
static const cki_source odd_source = {.name = "unaligned", .region = odd_region, .fleeting = true};

static void release_value(void *value)
{
    cask_value_unref(value);
}

static bool token_of(const cki_array *whole, bool swapped, cki_token *token, cki_error *error)
{
    cki_hasher *hasher = cki_token_start(error);
    if (!hasher)
        return false;
    cki_token_text(hasher, swapped ? "swapped" : "unaligned");
    cki_token_int(hasher, (int64_t)(intptr_t)whole->data);
    cki_token_int(hasher, whole->dtype.id);
    cki_token_bytes(hasher, whole->strides, (size_t)whole->ndim * sizeof *whole->strides);
    *token = cki_token_end(hasher);
    return true;
}

/* An array that puts each block right as it is made; the value is taken over. */
static cask_array make_raw(cki_build *build, cask_value *value, bool swapped,
                           const cask_shape *chunks)
{
    const cki_array *whole = cki_array_of(value);
    cki_token token;
    cki_axis *axes = cki_runs_axes(build, whole->ndim);
    cask_value *sizes = NULL;
    if (chunks->ndim < 0 || chunks->ndim > CASK_MAX_NDIM)
        cki_fail(build->error, CASK_INVALID, NULL, "chunks of %d axes", chunks->ndim);
    else
        sizes = chunks->ndim
                    ? cki_value_ints(CKI_TUPLE, chunks->sizes, (size_t)chunks->ndim, build->error)
                    : cki_value_string("auto", build->error);
    cask_status status =
        axes && sizes ? cki_chunks_normalize(build->arena, sizes, whole->ndim, whole->shape,
                                             cki_dtype_size(whole->dtype), NULL,
                                             build->ck->tuning.chunk_bytes, 0, axes, build->error)
                      : CASK_MEMORY;
    cask_value_unref(sizes);
    if (status != CASK_OK || !token_of(whole, swapped, &token, build->error)) {
        cask_value_unref(value);
        return NULL;
    }
    if (cki_context_own(build->ck, release_value, value, build->error) != CASK_OK)
        return NULL;
    return cki_source_array(build, "array", swapped ? &swapped_source : &odd_source, value, token,
                            whole->dtype, whole->ndim, axes);
}

cask_array cask_array_from_buffer(cask *ck, const cask_buffer *buffer, cask_shape chunks)
{
    cki_api api = {.ck = ck};
    cask_value *value = NULL;
    if (buffer)
        value = wrap(buffer, &api.error);
    else
        cki_fail(&api.error, CASK_INVALID, NULL, "cask_array_from_buffer: 'buffer' is NULL");
    if (value && !is_ready(buffer) && ck && ck->compute) {
        cki_build build = cki_node_build(ck, &api.error);
        cask_array x = make_raw(&build, value, buffer->swapped, &chunks);
        if (!x && api.error.status == CASK_OK)
            cki_fail_memory(&api.error, sizeof *x);
        return x ? x : cki_api_poison(ck, &api.error);
    }
    if (value)
        cki_api_value(&api, NULL, value);
    cki_api_chunks(&api, "chunks", &chunks);
    return cki_api_run(&api, "from_array", CKI_IN_DA);
}

/* ---- into memory ---- */

static cask_status put_into(void *self, const int64_t *start, const cki_array *array,
                            cki_error *error)
{
    const cki_array *whole = cki_array_of(self);
    int64_t step[CKI_MAX_NDIM];
    for (int k = 0; k < array->ndim; k++)
        step[k] = 1;
    cask_value *part = cki_array_slice(whole, start, array->shape, step, error);
    if (!part)
        return error->status;
    cki_array_copy(cki_array_of(part), array);
    cask_value_unref(part);
    return CASK_OK;
}

/* The caller's memory as an array of x's shape; NULL with the error. */
static cask_value *target_of(cask_array x, void *data, size_t bytes, const int64_t *strides,
                             cki_error *error)
{
    cask_shape shape = {.ndim = x->ndim};
    int64_t dense[CKI_MAX_NDIM], before, behind;
    size_t size = cki_dtype_size(x->dtype), needed = 0;
    if (!cki_node_shape(x, shape.sizes)) {
        cki_fail(error, CASK_INVALID, NULL,
                 "cask_array_compute_into: an array of unknown shape; call "
                 "cask_array_compute_chunk_sizes() first");
        return NULL;
    }
    if (cki_array_bytes(x->dtype, x->ndim, shape.sizes, &needed, error) != CASK_OK)
        return NULL;
    if (!strides)
        dense_strides(x->dtype, &shape, dense);
    strides = strides ? strides : dense;
    if (measure(&shape, strides, &before, &behind, error) != CASK_OK)
        return NULL;
    if (before < 0) {
        cki_fail(error, CASK_INVALID, NULL, "cask_array_compute_into: a negative stride");
        return NULL;
    }
    if (needed && (!data || bytes < size || (size_t)behind > bytes - size)) {
        cki_fail(error, CASK_INVALID, NULL,
                 "cask_array_compute_into: the array takes %zu bytes, and there are %zu",
                 (size_t)behind + size, data ? bytes : 0);
        return NULL;
    }
    cki_buffer *buffer = cki_array_foreign(bytes, NULL, NULL, error);
    cask_value *target =
        buffer ? cki_array_view(buffer, data, x->dtype, x->ndim, shape.sizes, strides, error)
               : NULL;
    cki_array_buffer_unref(buffer);
    return target;
}

cask_status cask_array_compute_into(cask_array x, cask_dtype dtype, void *data, size_t bytes,
                                    const int64_t *strides)
{
    cki_error error = {0};
    if (dtype != CASK_DTYPE_DEFAULT && !cki_api_failed(x))
        x = cask_array_astype(x, dtype);
    if (cki_api_failed(x))
        return cki_api_status(x);
    cask *ck = x->base.ck;
    cki_place place = {.region = put_into, .self = target_of(x, data, bytes, strides, &error)};
    if (place.self)
        cki_put_arrays(ck, &x, &place, 1, &error);
    cask_value_unref(place.self);
    return cki_context_fail(ck, &error);
}
