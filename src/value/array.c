/* Arrays: buffers with counted references, and array values on them. */
#include "value/array.h"
#include "core/memory.h"

#include <stdatomic.h>
#include <string.h>

struct cki_buffer {
    _Atomic size_t references;
    unsigned char *bytes; /* NULL for foreign memory */
    size_t size;
    cki_ledger *ledger;
    void (*release)(void *user);
    void *user;
};

static cki_buffer *make_buffer(size_t bytes, cki_error *error)
{
    cki_buffer *buffer = cki_memory_calloc(1, sizeof *buffer);
    if (!buffer) {
        cki_fail_memory(error, sizeof *buffer);
        return NULL;
    }
    atomic_init(&buffer->references, 1);
    buffer->size = bytes;
    buffer->ledger = cki_ledger_ref(cki_ledger_current());
    return buffer;
}

cki_buffer *cki_array_buffer(size_t bytes, bool zero, cki_error *error)
{
    cki_buffer *buffer = make_buffer(bytes, error);
    if (!buffer)
        return NULL;
    buffer->bytes = cki_ledger_take(buffer->ledger, bytes, zero);
    if (!buffer->bytes) {
        cki_fail_memory(error, bytes);
        cki_ledger_unref(buffer->ledger);
        cki_memory_free(buffer);
        return NULL;
    }
    return buffer;
}

cki_buffer *cki_array_foreign(size_t bytes, void (*release)(void *user), void *user,
                              cki_error *error)
{
    cki_buffer *buffer = make_buffer(bytes, error);
    if (!buffer)
        return NULL;
    buffer->release = release;
    buffer->user = user;
    cki_ledger_count(buffer->ledger, (int64_t)bytes);
    return buffer;
}

cki_buffer *cki_array_buffer_ref(cki_buffer *buffer)
{
    if (buffer)
        atomic_fetch_add_explicit(&buffer->references, 1, memory_order_relaxed);
    return buffer;
}

void cki_array_buffer_unref(cki_buffer *buffer)
{
    if (!buffer || atomic_fetch_sub_explicit(&buffer->references, 1, memory_order_acq_rel) != 1)
        return;
    if (buffer->bytes) {
        cki_ledger_give(buffer->ledger, buffer->bytes, buffer->size);
    } else {
        cki_ledger_count(buffer->ledger, -(int64_t)buffer->size);
        if (buffer->release)
            buffer->release(buffer->user);
    }
    cki_ledger_unref(buffer->ledger);
    cki_memory_free(buffer);
}

size_t cki_array_buffer_size(const cki_buffer *buffer)
{
    return buffer->size;
}

void *cki_array_buffer_origin(const cki_buffer *buffer)
{
    return buffer->bytes ? buffer->bytes : buffer->user;
}

cask_status cki_array_bytes(cki_dtype dtype, int ndim, const int64_t *shape, size_t *bytes,
                            cki_error *error)
{
    *bytes = 0;
    if (ndim < 0 || ndim > CKI_MAX_NDIM)
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "maximum supported dimension for an ndarray is %d, found %d", CKI_MAX_NDIM,
                        ndim);
    bool empty = false, over = false;
    int64_t total = (int64_t)cki_dtype_size(dtype);
    for (int axis = 0; axis < ndim; axis++) {
        if (shape[axis] < 0)
            return cki_fail(error, CASK_INVALID, "ValueError",
                            "negative dimensions are not allowed");
        empty |= shape[axis] == 0;
        over |= __builtin_mul_overflow(total, shape[axis], &total);
    }
    if (empty)
        return CASK_OK;
    if (over)
        return cki_fail(error, CASK_MEMORY, "MemoryError",
                        "an array of this shape has more bytes than any memory holds");
    *bytes = (size_t)total;
    return CASK_OK;
}

/* The value and its array in one block. */
typedef struct block {
    cask_value value;
    cki_array array;
} block;

static cask_value *make_array(cki_dtype dtype, int ndim, const int64_t *shape, cki_error *error)
{
    block *b = cki_memory_alloc(sizeof *b);
    if (!b) {
        cki_fail_memory(error, sizeof *b);
        return NULL;
    }
    memset(&b->value, 0, sizeof b->value);
    atomic_init(&b->value.references, 1);
    b->value.kind = CKI_ARRAY;
    b->value.as.array = &b->array;
    b->array.dtype = dtype;
    b->array.ndim = ndim;
    b->array.buffer = NULL;
    b->array.data = NULL;
    if (ndim)
        memcpy(b->array.shape, shape, (size_t)ndim * sizeof *shape);
    return &b->value;
}

/* Strides of C order. An empty array's are those of lengths 1 in place of 0. */
static void set_strides(cki_array *array)
{
    int64_t stride = (int64_t)cki_dtype_size(array->dtype);
    for (int axis = array->ndim - 1; axis >= 0; axis--) {
        array->strides[axis] = stride;
        int64_t length = array->shape[axis] > 0 ? array->shape[axis] : 1;
        if (__builtin_mul_overflow(stride, length, &stride))
            stride = 0; /* only in an empty array: no element is there to be found */
    }
}

static cask_value *allocate(cki_dtype dtype, int ndim, const int64_t *shape, bool zero,
                            cki_error *error)
{
    size_t bytes;
    if (cki_array_bytes(dtype, ndim, shape, &bytes, error) != CASK_OK)
        return NULL;
    cask_value *value = make_array(dtype, ndim, shape, error);
    if (!value)
        return NULL;
    cki_array *array = value->as.array;
    array->buffer = cki_array_buffer(bytes, zero, error);
    if (!array->buffer) {
        cask_value_unref(value);
        return NULL;
    }
    array->data = array->buffer->bytes;
    set_strides(array);
    return value;
}

cask_value *cki_array_new(cki_dtype dtype, int ndim, const int64_t *shape, cki_error *error)
{
    return allocate(dtype, ndim, shape, false, error);
}

cask_value *cki_array_zeros(cki_dtype dtype, int ndim, const int64_t *shape, cki_error *error)
{
    return allocate(dtype, ndim, shape, true, error);
}

cask_value *cki_array_view(cki_buffer *buffer, void *data, cki_dtype dtype, int ndim,
                           const int64_t *shape, const int64_t *strides, cki_error *error)
{
    cask_value *value = make_array(dtype, ndim, shape, error);
    if (!value)
        return NULL;
    cki_array *array = value->as.array;
    array->buffer = cki_array_buffer_ref(buffer);
    array->data = data;
    if (!strides)
        set_strides(array);
    else if (ndim)
        memcpy(array->strides, strides, (size_t)ndim * sizeof *strides);
    return value;
}

cask_value *cki_array_scalar(cki_dtype dtype, const void *element, cki_error *error)
{
    cask_value *value = cki_array_new(dtype, 0, NULL, error);
    if (value && cki_dtype_size(dtype))
        memcpy(value->as.array->data, element, cki_dtype_size(dtype));
    return value;
}

int64_t cki_array_size(const cki_array *array)
{
    int64_t size = 1;
    for (int axis = 0; axis < array->ndim; axis++)
        if (__builtin_mul_overflow(size, array->shape[axis], &size))
            size = INT64_MAX; /* a broadcast view may say it has more than there can be */
    return size;
}

bool cki_array_contiguous(const cki_array *array)
{
    int64_t stride = (int64_t)cki_dtype_size(array->dtype);
    bool dense = true;
    for (int axis = array->ndim - 1; axis >= 0; axis--) {
        if (array->shape[axis] == 0)
            return true;
        if (array->shape[axis] == 1)
            continue;
        dense &= array->strides[axis] == stride;
        if (__builtin_mul_overflow(stride, array->shape[axis], &stride))
            return false;
    }
    return dense;
}

unsigned char *cki_array_at(const cki_array *array, const int64_t *index)
{
    unsigned char *at = array->data;
    for (int axis = 0; axis < array->ndim; axis++)
        at += index[axis] * array->strides[axis];
    return at;
}
