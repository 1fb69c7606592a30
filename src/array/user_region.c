/* Sources and sinks of the user's own: their functions called with regions, and what they say went
 * wrong. */
#include "array/api.h"
#include "array/put.h"
#include "array/runs.h"
#include "array/source.h"
#include "core/memory.h"
#include <cask/files.h>

#include <stdarg.h>
#include <string.h>

/* A region with where its failure goes; users see the region. */
typedef struct told {
    cask_region region;
    cki_error *error;
} told;

cask_status cask_region_fail(const cask_region *region, cask_status status, const char *format, ...)
{
    const told *t = (const told *)(const void *)region;
    va_list arguments;
    va_start(arguments, format);
    cki_fail_va(t->error, status == CASK_OK ? CASK_INVALID : status, NULL, format, arguments);
    va_end(arguments);
    return t->error->status;
}

/* A status without words gets some. */
static cask_status conclude(cask_status status, const char *what, const char *name,
                            cki_error *error)
{
    if (status != CASK_OK && error->status == CASK_OK)
        cki_fail(error, status, NULL, "%s%s%s%s failed without saying why", what, name ? " '" : "",
                 name ? name : "", name ? "'" : "");
    return error->status;
}

/* ---- sources ---- */

static void release_source(void *thing)
{
    cask_source *source = thing;
    if (source->release)
        source->release(source->user);
    cki_memory_free(source);
}

static cask_status read_with(const cask_source *source, int ndim, const int64_t *start,
                             const int64_t *count, const int64_t *step, void *elements,
                             cki_error *error)
{
    told t = {{ndim, start, count, step}, error};
    return conclude(source->read(source->user, &t.region, elements), "the source", source->name,
                    error);
}

/* Whether the region is one of the source's chunks, whole. */
static bool is_chunk(const cask_source *source, const int64_t *start, const int64_t *count,
                     const int64_t *step)
{
    for (int k = 0; k < source->shape.ndim; k++) {
        int64_t length = source->shape.sizes[k], size = source->chunks.sizes[k];
        size = size < 0 || size > length ? length : size;
        if ((count[k] > 1 && step[k] != 1) || size == 0 || start[k] % size != 0 ||
            count[k] != (length - start[k] < size ? length - start[k] : size))
            return false;
    }
    return true;
}

/* What `chunk` gives, if it is such an array. */
static cask_status take_chunk(const cask_source *source, cki_dtype dtype, int ndim,
                              const int64_t *start, const int64_t *count, const int64_t *step,
                              cask_value **out, cki_error *error)
{
    told t = {{ndim, start, count, step}, error};
    cask_value *made = source->chunk(source->user, &t.region);
    const cki_array *array = cki_array_of(made);
    if (!made || error->status != CASK_OK) {
        cask_value_unref(made);
        return conclude(CASK_INTERNAL, "the source", source->name, error);
    }
    bool fits = array && array->ndim == ndim && cki_dtype_same(array->dtype, dtype);
    for (int k = 0; fits && k < ndim; k++)
        fits = array->shape[k] == count[k];
    if (!fits) {
        cask_value_unref(made);
        return cki_fail(error, CASK_SHAPE, NULL,
                        "the source '%s' gave a chunk of another type or shape than it said",
                        source->name ? source->name : "");
    }
    *out = made;
    return CASK_OK;
}

static cask_status user_region(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                               const int64_t *count, const int64_t *step, cask_value **out,
                               cki_error *error)
{
    const cask_source *source = self;
    int64_t span[CKI_MAX_NDIM], one[CKI_MAX_NDIM], zero[CKI_MAX_NDIM] = {0};
    bool thin = false, empty = false;
    for (int k = 0; k < ndim; k++) {
        one[k] = 1;
        span[k] = count[k] > 0 ? (count[k] - 1) * step[k] + 1 : 0;
        thin = thin || (span[k] != count[k] && !source->steps);
        empty = empty || count[k] == 0;
    }
    if (!empty && source->chunk && is_chunk(source, start, count, step))
        return take_chunk(source, dtype, ndim, start, count, step, out, error);
    cask_value *made = cki_array_new(dtype, ndim, thin ? span : count, error);
    if (!made)
        return error->status;
    cask_status status = CASK_OK;
    if (!empty)
        status = read_with(source, ndim, start, thin ? span : count, thin ? one : step,
                           cki_array_of(made)->data, error);
    *out = made;
    if (status == CASK_OK && thin) {
        *out = cki_array_slice(cki_array_of(made), zero, count, step, error);
        cask_value_unref(made);
        return *out ? CASK_OK : error->status;
    }
    if (status != CASK_OK) {
        cask_value_unref(made);
        *out = NULL;
    }
    return status;
}

/* By address, which is its own as long as it lives. */
static const cki_source user_source = {.name = "user", .region = user_region, .fleeting = true};

static cki_token token_of(const cask_source *source, cki_error *error)
{
    cki_hasher *hasher = cki_token_start(error);
    if (!hasher)
        return (cki_token){0, 0};
    cki_token_text(hasher, source->name ? source->name : "");
    cki_token_int(hasher, (int64_t)(intptr_t)source->user);
    cki_token_int(hasher, (int64_t)(intptr_t)source->read);
    cki_token_int(hasher, source->dtype);
    for (int k = 0; k < source->shape.ndim; k++)
        cki_token_int(hasher, source->shape.sizes[k]);
    return cki_token_end(hasher);
}

static cask_status check_source(const cask_source *source, cki_error *error)
{
    cki_dtype dtype = cki_dtype_of(source->dtype);
    const int axes[2] = {source->shape.ndim, source->chunks.ndim};
    if (!source->read)
        return cki_fail(error, CASK_INVALID, NULL, "a source needs a function to read");
    for (int i = 0; i < 2; i++)
        if (axes[i] < 0 || axes[i] > CASK_MAX_NDIM)
            return cki_fail(error, CASK_INVALID, NULL,
                            "a source of %d axes: an array has at most %d", axes[i], CASK_MAX_NDIM);
    if (source->chunk && source->chunks.ndim != source->shape.ndim)
        return cki_fail(error, CASK_INVALID, NULL,
                        "a source that gives its chunks needs their sizes");
    if ((unsigned)source->dtype >= CASK_DTYPE_COUNT || !cki_dtype_is_number(dtype))
        return cki_fail(error, CASK_TYPE, NULL,
                        "a source has elements of bool, an integer, a float or a complex type");
    for (int k = 0; k < source->shape.ndim; k++)
        if (source->shape.sizes[k] < 0)
            return cki_fail(error, CASK_INVALID, NULL, "a source's lengths are not negative");
    return CASK_OK;
}

static cask_array make_source(cki_build *build, const cask_source *source)
{
    int ndim = source->shape.ndim;
    cki_axis *axes = cki_runs_axes(build, ndim);
    size_t size = cki_dtype_size(cki_dtype_of(source->dtype));
    cask_value *chunks = source->chunks.ndim
                             ? cki_value_ints(CKI_TUPLE, source->chunks.sizes,
                                              (size_t)source->chunks.ndim, build->error)
                             : cki_value_string("auto", build->error);
    cask_status status =
        axes && chunks
            ? cki_chunks_normalize(build->arena, chunks, ndim, source->shape.sizes, size, NULL,
                                   build->ck->tuning.chunk_bytes, 0, axes, build->error)
            : CASK_MEMORY;
    cask_value_unref(chunks);
    if (status != CASK_OK)
        return NULL;
    cki_token token = token_of(source, build->error);
    return cki_source_array(build, "source", &user_source, source, token,
                            cki_dtype_of(source->dtype), ndim, axes);
}

cask_array cask_array_from_source(cask *ck, const cask_source *source)
{
    cki_error error = {0};
    cask_source *own = source && ck && ck->compute ? cki_memory_alloc(sizeof *own) : NULL;
    if (!own) {
        if (source && source->release)
            source->release(source->user);
        if (!source || !ck || !ck->compute)
            cki_fail(&error, CASK_INVALID, NULL, "cask_array_from_source: '%s' is NULL",
                     source ? "ck" : "source");
        else
            cki_fail_memory(&error, sizeof *own);
        return cki_api_poison(ck, &error);
    }
    *own = *source;
    cki_build build = cki_node_build(ck, &error);
    cask_array x = NULL;
    if (cki_context_own(ck, release_source, own, &error) == CASK_OK &&
        check_source(own, &error) == CASK_OK)
        x = make_source(&build, own);
    if (!x && error.status == CASK_OK)
        cki_fail_memory(&error, sizeof *own);
    return x ? x : cki_api_poison(ck, &error);
}

/* ---- sinks ---- */

/* A block as a value of its own, on the same memory where that is counted. */
static cask_value *block_of(const cki_array *array, cki_error *error)
{
    if (array->buffer)
        return cki_array_view(array->buffer, array->data, array->dtype, array->ndim, array->shape,
                              array->strides, error);
    cask_value *dense = cki_array_new(array->dtype, array->ndim, array->shape, error);
    if (dense)
        cki_array_copy(cki_array_of(dense), array);
    return dense;
}

static cask_status user_write(void *self, const int64_t *start, const cki_array *array,
                              cki_error *error)
{
    const cask_sink *sink = self;
    int64_t one[CKI_MAX_NDIM];
    for (int k = 0; k < array->ndim; k++)
        one[k] = 1;
    told t = {{array->ndim, start, array->shape, one}, error};
    if (sink->take) {
        cask_value *block = block_of(array, error);
        if (block)
            conclude(sink->take(sink->user, &t.region, block), "the sink", NULL, error);
        cask_value_unref(block);
        return error->status;
    }
    if (cki_array_contiguous(array))
        return conclude(sink->write(sink->user, &t.region, array->data), "the sink", NULL, error);
    cask_value *dense = cki_array_new(array->dtype, array->ndim, array->shape, error);
    if (!dense)
        return CASK_MEMORY;
    cki_array_copy(cki_array_of(dense), array);
    cask_status status = conclude(sink->write(sink->user, &t.region, cki_array_of(dense)->data),
                                  "the sink", NULL, error);
    cask_value_unref(dense);
    return status;
}

cask_status cask_arrays_sink(const cask_array *arrays, const cask_sink *sinks, size_t count)
{
    cki_error error = {0};
    if (count == 0)
        return CASK_OK;
    if (!arrays || !sinks)
        return cki_context_lacks(arrays && arrays[0] ? arrays[0]->base.ck : NULL,
                                 "cask_arrays_sink", arrays ? "sinks" : "arrays");
    for (size_t i = 0; i < count; i++)
        if (cki_api_failed(arrays[i]))
            return cki_api_status(arrays[i]);
    cask *ck = arrays[0]->base.ck;
    cki_place *places = cki_memory_calloc(count, sizeof *places);
    if (!places)
        cki_fail_memory(&error, count * sizeof *places);
    for (size_t i = 0; places && i < count; i++) {
        int64_t shape[CKI_MAX_NDIM];
        places[i].region = user_write;
        places[i].self = (void *)(uintptr_t)&sinks[i];
        if (arrays[i]->base.ck != ck)
            cki_fail(&error, CASK_INVALID, NULL,
                     "arrays of two contexts cannot be computed in one run");
        else if (!sinks[i].write && !sinks[i].take)
            cki_fail(&error, CASK_INVALID, NULL, "a sink needs a function to write");
        else if (!cki_node_shape(arrays[i], shape))
            cki_fail(&error, CASK_INVALID, NULL,
                     "an array of unknown shape has no regions; call compute_chunk_sizes() first");
    }
    if (error.status == CASK_OK)
        cki_put_arrays(ck, arrays, places, count, &error);
    cki_memory_free(places);
    return error.status == CASK_OK ? CASK_OK : cki_context_fail(ck, &error);
}
