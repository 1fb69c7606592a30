/* Writing the binary form: one walk over the value, without recursion, that fills the head and
 * notes the runs of bytes that stay apart. */
#include "value/binary.h"
#include "core/map.h"
#include "core/memory.h"
#include "value/array.h"
#include "value/binary_layout.h"

#include <stdatomic.h>
#include <string.h>

/* A container on the way down, and the next of its items. */
typedef struct frame {
    const cask_value *container;
    size_t next;
} frame;

typedef struct walk {
    frame *frames;
    size_t depth, capacity;
} walk;

/* How many items follow a container's mark: a dict's keys and values by turns. */
static size_t items_of(const cask_value *value)
{
    switch ((cki_kind)value->kind) {
    case CKI_LIST:
    case CKI_TUPLE:
    case CKI_SET:
        return value->as.list.count;
    case CKI_DICT:
        return 2 * value->as.dict.count;
    case CKI_SLICE:
        return 3;
    case CKI_NONE:
    case CKI_BOOL:
    case CKI_INT:
    case CKI_FLOAT:
    case CKI_COMPLEX:
    case CKI_STR:
    case CKI_BYTES:
    case CKI_ELLIPSIS:
    case CKI_RANGE:
    case CKI_DTYPE:
    case CKI_ARRAY:
    case CKI_OBJECT:
        break;
    }
    return 0;
}

static const cask_value *item_of(const cask_value *value, size_t i)
{
    if (value->kind == CKI_DICT)
        return i % 2 ? value->as.dict.values[i / 2] : value->as.dict.keys[i / 2];
    if (value->kind == CKI_SLICE)
        return i == 0   ? value->as.slice.start
               : i == 1 ? value->as.slice.stop
                        : value->as.slice.step;
    return value->as.list.items[i];
}

/* The value after `value`, parents before children; NULL at the end, or with *failed. */
static const cask_value *next_value(walk *w, const cask_value *value, bool *failed)
{
    if (items_of(value)) {
        if (w->depth == w->capacity) {
            size_t capacity = w->capacity * 2 + 16;
            frame *frames = cki_memory_realloc(w->frames, capacity * sizeof *frames);
            if (!frames) {
                *failed = true;
                return NULL;
            }
            w->frames = frames;
            w->capacity = capacity;
        }
        w->frames[w->depth++] = (frame){value, 0};
    }
    while (w->depth && w->frames[w->depth - 1].next == items_of(w->frames[w->depth - 1].container))
        w->depth--;
    if (!w->depth)
        return NULL;
    frame *top = &w->frames[w->depth - 1];
    return item_of(top->container, top->next++);
}

bool cki_binary_can(const cask_value *value)
{
    walk w = {0};
    bool failed = false;
    while (value && value->kind != CKI_OBJECT)
        value = next_value(&w, value, &failed);
    cki_memory_free(w.frames);
    return !value && !failed;
}

typedef struct writer {
    cki_text body;
    cki_map seen; /* texts and arrays with several owners: their numbers, + 1 */
    cki_binary *form;
    size_t capacity; /* of form->parts */
    cki_error *error;
} writer;

static void put(writer *w, const void *bytes, size_t length)
{
    cki_text_add(&w->body, bytes, length);
}

static void put_byte(writer *w, unsigned byte)
{
    cki_text_char(&w->body, (char)byte);
}

static void put_number(writer *w, uint64_t number)
{
    put(w, &number, sizeof number);
}

/* Bytes in the head, or in a part of their own. A given buffer's reference is taken over. */
static bool put_run(writer *w, const void *bytes, size_t length, cki_buffer *buffer)
{
    bool apart = length >= CKI_BINARY_APART;
    put_byte(w, apart);
    put_number(w, length);
    if (!apart) {
        put(w, bytes, length);
        cki_array_buffer_unref(buffer);
        return true;
    }
    cki_binary *form = w->form;
    if (form->nparts == w->capacity) {
        size_t capacity = w->capacity * 2 + 1;
        cki_binary_part *parts = cki_memory_realloc(form->parts, capacity * sizeof *parts);
        if (!parts) {
            cki_array_buffer_unref(buffer);
            cki_fail_memory(w->error, capacity * sizeof *parts);
            return false;
        }
        form->parts = parts;
        w->capacity = capacity;
    }
    form->parts[form->nparts++] = (cki_binary_part){bytes, length, buffer};
    return true;
}

static void put_dtype(writer *w, cki_dtype dtype)
{
    put_byte(w, dtype.id);
    put_byte(w, dtype.unit);
    put(w, &dtype.count, sizeof dtype.count);
}

/* Where the elements lie: bytes before the first one and in all, and how many these would be if
 * each lay there once (axes of stride 0 apart). */
typedef struct extent {
    size_t before, length, elements;
} extent;

static extent extent_of(const cki_array *array)
{
    size_t size = cki_dtype_size(array->dtype);
    extent e = {0, size, size};
    for (int axis = 0; axis < array->ndim; axis++) {
        int64_t length = array->shape[axis], stride = array->strides[axis];
        if (length == 0)
            return (extent){0};
        if (length == 1 || stride == 0)
            continue;
        if (__builtin_mul_overflow(e.elements, (size_t)length, &e.elements))
            e.elements = SIZE_MAX; /* elements may overlap: windows on one row */
        e.length += (size_t)(length - 1) * (size_t)(stride < 0 ? -stride : stride);
        e.before += stride < 0 ? (size_t)(length - 1) * (size_t)-stride : 0;
    }
    return e;
}

/* A copy of the elements in C order, axes of stride 0 having length 1. */
static cask_value *pack(const cki_array *array, cki_error *error)
{
    cki_array once = *array;
    for (int axis = 0; axis < array->ndim; axis++)
        if (array->strides[axis] == 0)
            once.shape[axis] = 1;
    cask_value *copy = cki_array_new(once.dtype, once.ndim, once.shape, error);
    if (copy)
        cki_array_copy(copy->as.array, &once);
    return copy;
}

static bool put_array(writer *w, const cki_array *array)
{
    extent e = extent_of(array);
    cask_value *packed = NULL;
    cki_array shown = *array;
    if (e.length > e.elements) {
        packed = pack(array, w->error);
        if (!packed)
            return false;
        shown.data = packed->as.array->data;
        for (int axis = 0; axis < shown.ndim; axis++)
            if (array->strides[axis] != 0)
                shown.strides[axis] = packed->as.array->strides[axis];
        e = (extent){0, e.elements, e.elements};
    }
    for (int axis = 0; axis < shown.ndim; axis++)
        if (shown.shape[axis] == 1) /* it has none: equal arrays give equal bytes */
            shown.strides[axis] = (int64_t)cki_dtype_size(shown.dtype);
    put_dtype(w, shown.dtype);
    put_byte(w, (unsigned)shown.ndim);
    put(w, shown.shape, (size_t)shown.ndim * sizeof *shown.shape);
    put(w, shown.strides, (size_t)shown.ndim * sizeof *shown.strides);
    put_number(w, e.before);
    cki_buffer *buffer = cki_array_buffer_ref(packed ? packed->as.array->buffer : array->buffer);
    cask_value_unref(packed);
    return put_run(w, shown.data - e.before, e.length, buffer);
}

/* Only what could be large or numerous is worth remembering, and leaves cannot make the tree that
 * comes back larger than it was. */
static bool shareable(const cask_value *value)
{
    return (value->kind == CKI_STR || value->kind == CKI_BYTES || value->kind == CKI_ARRAY) &&
           atomic_load_explicit(&value->references, memory_order_relaxed) > 1;
}

/* One value's mark and what belongs to it, without its items. */
static bool put_value(writer *w, const cask_value *value)
{
    unsigned mark = value->kind;
    if (shareable(value)) {
        uint64_t number;
        if (cki_map_get(&w->seen, cki_map_key(value), &number)) {
            put_byte(w, CKI_BINARY_AGAIN);
            put_number(w, number);
            return true;
        }
        if (!cki_map_set(&w->seen, cki_map_key(value), w->seen.count)) {
            cki_fail_memory(w->error, sizeof(cki_map_slot));
            return false;
        }
        mark |= CKI_BINARY_SHARED;
    }
    put_byte(w, mark);
    switch ((cki_kind)value->kind) {
    case CKI_NONE:
    case CKI_ELLIPSIS:
    case CKI_SLICE:
        break;
    case CKI_BOOL:
        put_byte(w, value->as.boolean);
        break;
    case CKI_INT:
        put(w, &value->as.integer, sizeof value->as.integer);
        break;
    case CKI_FLOAT:
        put(w, &value->as.real, sizeof value->as.real);
        break;
    case CKI_COMPLEX:
        put(w, &value->as.complex, sizeof value->as.complex);
        break;
    case CKI_STR:
    case CKI_BYTES:
        return put_run(w, value->as.text.bytes, value->as.text.length, NULL);
    case CKI_LIST:
    case CKI_TUPLE:
    case CKI_SET:
        put_number(w, value->as.list.count);
        break;
    case CKI_DICT:
        put_number(w, value->as.dict.count);
        break;
    case CKI_RANGE:
        put(w, &value->as.range, sizeof value->as.range);
        break;
    case CKI_DTYPE:
        put_dtype(w, value->as.dtype);
        break;
    case CKI_ARRAY:
        return put_array(w, value->as.array);
    case CKI_OBJECT:
        cki_fail(w->error, CASK_TYPE, "TypeError", "a value of type '%s' has no binary form",
                 cki_value_type(value));
        return false;
    }
    return true;
}

/* The head: a fixed beginning, the parts' lengths, then the walk. */
static bool finish(writer *w)
{
    cki_binary *form = w->form;
    size_t table = form->nparts * sizeof(uint64_t);
    cki_binary_first first = {CKI_BINARY_MAGIC, CKI_BINARY_VERSION, 0, form->nparts,
                              w->body.length};
    form->length = sizeof first + table + w->body.length;
    form->head = w->body.failed ? NULL : cki_memory_alloc(form->length);
    if (!form->head) {
        cki_fail_memory(w->error, form->length);
        return false;
    }
    memcpy(form->head, &first, sizeof first);
    for (size_t i = 0; i < form->nparts; i++) {
        uint64_t length = form->parts[i].length;
        memcpy(form->head + sizeof first + i * sizeof length, &length, sizeof length);
    }
    if (w->body.length)
        memcpy(form->head + sizeof first + table, w->body.bytes, w->body.length);
    return true;
}

cask_status cki_binary_write(cki_binary *form, const cask_value *value, cki_error *error)
{
    cki_error own = {0};
    *form = (cki_binary){0};
    writer w = {.form = form, .error = error ? error : &own};
    walk way = {0};
    bool failed = false, good = true;
    while (value && good) {
        good = put_value(&w, value);
        value = good ? next_value(&way, value, &failed) : NULL;
    }
    if (failed)
        cki_fail_memory(w.error, way.capacity * sizeof(frame));
    good = good && !failed && finish(&w);
    cki_text_free(&w.body);
    cki_map_free(&w.seen);
    cki_memory_free(way.frames);
    if (!good)
        cki_binary_free(form);
    return good ? CASK_OK : w.error->status;
}

void cki_binary_free(cki_binary *form)
{
    for (size_t i = 0; i < form->nparts; i++)
        cki_array_buffer_unref(form->parts[i].buffer);
    cki_memory_free(form->parts);
    cki_memory_free(form->head);
    *form = (cki_binary){0};
}

size_t cki_binary_size(const cki_binary *form)
{
    size_t size = form->length;
    for (size_t i = 0; i < form->nparts; i++)
        size = cki_binary_aligned(size) + form->parts[i].length;
    return size;
}

void cki_binary_copy(const cki_binary *form, void *bytes)
{
    unsigned char *to = bytes;
    memcpy(to, form->head, form->length);
    size_t at = form->length;
    for (size_t i = 0; i < form->nparts; i++) {
        size_t next = cki_binary_aligned(at);
        memset(to + at, 0, next - at);
        memcpy(to + next, form->parts[i].bytes, form->parts[i].length);
        at = next + form->parts[i].length;
    }
}
