/* Reading the binary form: every length is checked against what is there before it is used. */
#include "core/memory.h"
#include "value/array.h"
#include "value/binary_layout.h"

#include <string.h>

/* A container that waits for its items. */
typedef struct frame {
    cask_value *container;
    size_t left;     /* items to come: a dict's keys and values */
    cask_value *key; /* of the value that comes next */
    bool slice;      /* its container is a list of three, until all are there */
} frame;

typedef struct reader {
    const unsigned char *at, *end;
    const cki_binary_part *parts;
    size_t nparts, part;
    frame *frames;
    size_t depth, capacity;
    size_t owed;        /* items to come, of all containers: never more than bytes are left */
    cask_value *shared; /* the list of those that may occur again */
    size_t shared_room;
    cki_error *error;
} reader;

static cask_value *refuse(cki_error *error, const char *why)
{
    cki_fail(error, CASK_FORMAT, "ValueError", "not a value in binary form: %s", why);
    return NULL;
}

static size_t left(const reader *r)
{
    return (size_t)(r->end - r->at);
}

static bool get(reader *r, void *to, size_t length)
{
    if (length > left(r))
        return refuse(r->error, "it ends in the middle"), false;
    if (length)
        memcpy(to, r->at, length);
    r->at += length;
    return true;
}

static bool get_dtype(reader *r, cki_dtype *dtype)
{
    memset(dtype, 0, sizeof *dtype);
    if (!get(r, &dtype->id, 1) || !get(r, &dtype->unit, 1) ||
        !get(r, &dtype->count, sizeof dtype->count))
        return false;
    bool counted = dtype->id == CASK_DATETIME || dtype->id == CASK_TIMEDELTA ||
                   dtype->id == CASK_STR || dtype->id == CASK_BYTES;
    if (dtype->id >= CASK_DTYPE_COUNT || dtype->unit > CKI_UNIT_GENERIC || dtype->count < 0 ||
        (!counted && dtype->count))
        return refuse(r->error, "there is no such element type"), false;
    return true;
}

/* A run of bytes in the head, or the next of the parts. */
static bool get_run(reader *r, cki_binary_part *run)
{
    unsigned char apart;
    uint64_t length;
    if (!get(r, &apart, 1) || !get(r, &length, sizeof length))
        return false;
    if (apart) {
        if (r->part >= r->nparts || r->parts[r->part].length != length)
            return refuse(r->error, "its parts are not those it was written with"), false;
        *run = r->parts[r->part++];
        return true;
    }
    if (length > left(r))
        return refuse(r->error, "it ends in the middle"), false;
    *run = (cki_binary_part){r->at, (size_t)length, NULL};
    r->at += length;
    return true;
}

/* The multiple at which elements of a type must lie. */
static size_t alignment_of(cki_dtype dtype)
{
    if (dtype.id == CASK_STR)
        return sizeof(uint32_t);
    size_t size = dtype.id == CASK_BYTES ? 1 : cki_dtype_size(dtype);
    size_t part = cki_dtype_is_complex(dtype) ? size / 2 : size;
    return part ? part : 1; /* nothing lies well anywhere */
}

/* Whether all elements lie within `length` bytes, the first one at `before`. An axis without
 * neighbours gets a usual stride, an empty array those of C order. */
static bool fits(cki_array *array, uint64_t before, size_t length, bool *empty)
{
    size_t size = cki_dtype_size(array->dtype), alignment = alignment_of(array->dtype);
    int64_t low, high;
    *empty = false;
    for (int axis = 0; axis < array->ndim; axis++) {
        if (array->shape[axis] < 0)
            return false;
        *empty |= array->shape[axis] == 0;
    }
    if (*empty)
        return true;
    if (before > INT64_MAX || before % alignment)
        return false;
    low = high = (int64_t)before;
    for (int axis = 0; axis < array->ndim; axis++) {
        int64_t reach, stride = array->strides[axis];
        if (array->shape[axis] == 1) {
            array->strides[axis] = (int64_t)size;
            continue;
        }
        if (stride % (int64_t)alignment ||
            __builtin_mul_overflow(array->shape[axis] - 1, stride, &reach) ||
            __builtin_add_overflow(stride < 0 ? low : high, reach, stride < 0 ? &low : &high))
            return false;
    }
    return low >= 0 && (size_t)high <= length && size <= length - (size_t)high;
}

static cask_value *get_array(reader *r)
{
    cki_array array;
    cki_binary_part run;
    uint64_t before;
    unsigned char ndim;
    bool empty;
    memset(&array, 0, sizeof array);
    if (!get_dtype(r, &array.dtype) || !get(r, &ndim, 1))
        return NULL;
    if (array.dtype.id == CASK_DTYPE_DEFAULT || ndim > CKI_MAX_NDIM)
        return refuse(r->error, "there is no such array");
    array.ndim = ndim;
    if (!get(r, array.shape, ndim * sizeof *array.shape) ||
        !get(r, array.strides, ndim * sizeof *array.strides) || !get(r, &before, sizeof before) ||
        !get_run(r, &run))
        return NULL;
    if (!fits(&array, before, run.length, &empty))
        return refuse(r->error, "an array's elements lie outside its bytes");
    if (empty)
        return cki_array_new(array.dtype, array.ndim, array.shape, r->error);
    cki_buffer *buffer = cki_array_buffer_ref(run.buffer);
    unsigned char *data = (unsigned char *)(uintptr_t)run.bytes; /* a view only reads */
    if (!buffer || (uintptr_t)data % alignment_of(array.dtype)) {
        cki_array_buffer_unref(buffer);
        int64_t bytes = (int64_t)run.length;
        cask_value *copy = cki_array_new(cki_dtype_of(CASK_U8), 1, &bytes, r->error);
        if (!copy)
            return NULL;
        data = copy->as.array->data;
        if (run.length)
            memcpy(data, run.bytes, run.length);
        buffer = cki_array_buffer_ref(copy->as.array->buffer);
        cask_value_unref(copy);
    }
    cask_value *view = cki_array_view(buffer, data + before, array.dtype, array.ndim, array.shape,
                                      array.strides, r->error);
    cki_array_buffer_unref(buffer);
    return view;
}

static cask_value *get_text(reader *r, cki_kind kind)
{
    cki_binary_part run;
    if (!get_run(r, &run))
        return NULL;
    return kind == CKI_STR ? cki_value_str(run.bytes, run.length, r->error)
                           : cki_value_bytes(run.bytes, run.length, r->error);
}

/* An empty container, with `items` to come; each takes at least a byte. */
static cask_value *get_container(reader *r, cki_kind kind, size_t *items)
{
    uint64_t count = 3;
    if (kind != CKI_SLICE && !get(r, &count, sizeof count))
        return NULL;
    if (left(r) < r->owed || count > (left(r) - r->owed) / (kind == CKI_DICT ? 2 : 1))
        return refuse(r->error, "it ends in the middle");
    *items = (size_t)count * (kind == CKI_DICT ? 2 : 1);
    r->owed += *items;
    if (kind == CKI_SET)
        return cki_value_set(r->error);
    if (kind == CKI_DICT)
        return cki_value_dict(r->error);
    return cki_value_list(kind == CKI_TUPLE ? CKI_TUPLE : CKI_LIST, (size_t)count, r->error);
}

static cask_value *get_plain(reader *r, cki_kind kind)
{
    union {
        unsigned char byte;
        int64_t integer;
        double real[2];
        int64_t range[3];
        cki_dtype dtype;
    } it;
    switch (kind) {
    case CKI_NONE:
        return cki_value_none();
    case CKI_ELLIPSIS:
        return cki_value_ellipsis();
    case CKI_BOOL:
        return get(r, &it.byte, 1) ? cki_value_bool(it.byte != 0) : NULL;
    case CKI_INT:
        return get(r, &it.integer, sizeof it.integer) ? cki_value_int(it.integer, r->error) : NULL;
    case CKI_FLOAT:
        return get(r, it.real, sizeof *it.real) ? cki_value_float(it.real[0], r->error) : NULL;
    case CKI_COMPLEX:
        return get(r, it.real, sizeof it.real) ? cki_value_complex(it.real[0], it.real[1], r->error)
                                               : NULL;
    case CKI_RANGE:
        return get(r, it.range, sizeof it.range)
                   ? cki_value_range(it.range[0], it.range[1], it.range[2], r->error)
                   : NULL;
    case CKI_DTYPE:
        return get_dtype(r, &it.dtype) ? cki_value_dtype(it.dtype, r->error) : NULL;
    case CKI_ARRAY:
        return get_array(r);
    case CKI_STR:
    case CKI_BYTES:
        return get_text(r, kind);
    case CKI_LIST:
    case CKI_TUPLE:
    case CKI_SET:
    case CKI_DICT:
    case CKI_SLICE:
    case CKI_OBJECT:
        break;
    }
    return refuse(r->error, "there is no such kind");
}

static cask_value *get_again(reader *r)
{
    uint64_t number;
    if (!get(r, &number, sizeof number))
        return NULL;
    if (number >= r->shared->as.list.count)
        return refuse(r->error, "it names a value that is not there");
    return cask_value_ref(r->shared->as.list.items[number]);
}

/* The next value; of a container only its beginning, with *items to come. */
static cask_value *get_value(reader *r, size_t *items, bool *slice)
{
    unsigned char mark;
    *items = 0;
    *slice = false;
    r->owed -= r->depth > 0; /* all but the first are items of something */
    if (!get(r, &mark, 1))
        return NULL;
    if (mark == CKI_BINARY_AGAIN)
        return get_again(r);
    cki_kind kind = (cki_kind)(mark & ~CKI_BINARY_SHARED);
    if (kind == CKI_LIST || kind == CKI_TUPLE || kind == CKI_SET || kind == CKI_DICT ||
        kind == CKI_SLICE) {
        *slice = kind == CKI_SLICE;
        return get_container(r, kind, items);
    }
    cask_value *value = get_plain(r, kind);
    if (value && mark & CKI_BINARY_SHARED &&
        !cki_value_list_push(r->shared, &r->shared_room, cask_value_ref(value), r->error)) {
        cask_value_unref(value);
        return NULL;
    }
    return value;
}

static bool enter(reader *r, cask_value *container, size_t items, bool slice)
{
    if (r->depth == r->capacity) {
        size_t capacity = r->capacity * 2 + 16;
        frame *frames = cki_memory_realloc(r->frames, capacity * sizeof *frames);
        if (!frames) {
            cask_value_unref(container);
            return cki_fail_memory(r->error, capacity * sizeof *frames) == CASK_OK;
        }
        r->frames = frames;
        r->capacity = capacity;
    }
    r->frames[r->depth++] = (frame){container, items, NULL, slice};
    return true;
}

/* Put an item, whose reference is taken over, where it belongs. */
static bool add_item(frame *top, cask_value *item, cki_error *error)
{
    cask_value *container = top->container;
    top->left--;
    if (container->kind == CKI_SET)
        return cki_value_set_add(container, item, error) == CASK_OK;
    if (container->kind != CKI_DICT) {
        container->as.list.items[container->as.list.count - top->left - 1] = item;
        return true;
    }
    if (!top->key) {
        top->key = item;
        return true;
    }
    cask_value *key = top->key;
    top->key = NULL;
    return cki_value_dict_set(container, key, item, error) == CASK_OK;
}

/* A container whose items are all there. */
static cask_value *leave(reader *r)
{
    frame top = r->frames[--r->depth];
    if (!top.slice)
        return top.container;
    cask_value **items = top.container->as.list.items;
    cask_value *slice = cki_value_slice(cask_value_ref(items[0]), cask_value_ref(items[1]),
                                        cask_value_ref(items[2]), r->error);
    cask_value_unref(top.container);
    return slice;
}

static cask_value *get_tree(reader *r)
{
    for (;;) {
        size_t items;
        bool slice;
        cask_value *value = get_value(r, &items, &slice);
        if (!value || (items && !enter(r, value, items, slice)))
            return NULL;
        if (items)
            continue;
        for (;;) {
            if (!r->depth)
                return value;
            frame *top = &r->frames[r->depth - 1];
            if (!add_item(top, value, r->error))
                return NULL;
            if (top->left)
                break;
            value = leave(r);
            if (!value)
                return NULL;
        }
    }
}

size_t cki_binary_head(const void *bytes)
{
    cki_binary_first first;
    size_t table, length;
    memcpy(&first, bytes, sizeof first);
    if (first.magic != CKI_BINARY_MAGIC || first.version != CKI_BINARY_VERSION || first.reserved ||
        __builtin_mul_overflow(first.nparts, sizeof(uint64_t), &table) ||
        __builtin_add_overflow(first.body, table, &length) ||
        __builtin_add_overflow(length, sizeof first, &length))
        return 0;
    return length;
}

/* The beginning of a head that is whole. */
static bool get_first(const void *head, size_t length, cki_binary_first *first, cki_error *error)
{
    if (length < sizeof *first || cki_binary_head(head) != length) {
        refuse(error, "it does not begin like one, or is of another version or byte order");
        return false;
    }
    memcpy(first, head, sizeof *first);
    return true;
}

static uint64_t part_length(const void *head, size_t i)
{
    uint64_t length;
    memcpy(&length, (const unsigned char *)head + CKI_BINARY_FIRST + i * sizeof length,
           sizeof length);
    return length;
}

cask_status cki_binary_parts(const void *head, size_t length, cki_binary_part **parts,
                             size_t *nparts, cki_error *error)
{
    cki_binary_first first;
    *parts = NULL;
    *nparts = 0;
    if (!get_first(head, length, &first, error))
        return CASK_FORMAT;
    size_t count = (size_t)first.nparts;
    if (!count)
        return CASK_OK;
    *parts = cki_memory_calloc(count, sizeof **parts);
    if (!*parts)
        return cki_fail_memory(error, count * sizeof **parts);
    *nparts = count;
    for (size_t i = 0; i < count; i++)
        (*parts)[i].length = (size_t)part_length(head, i);
    return CASK_OK;
}

cask_value *cki_binary_read(const void *head, size_t length, const cki_binary_part *parts,
                            size_t nparts, cki_error *error)
{
    cki_binary_first first;
    cki_error own = {0};
    reader r = {.parts = parts, .nparts = nparts, .error = error ? error : &own};
    if (!get_first(head, length, &first, r.error))
        return NULL;
    if (first.nparts != nparts)
        return refuse(r.error, "its parts are not those it was written with");
    r.end = (const unsigned char *)head + length;
    r.at = r.end - first.body;
    r.shared = cki_value_list(CKI_LIST, 0, r.error);
    cask_value *value = r.shared ? get_tree(&r) : NULL;
    if (value && (r.at != r.end || r.part != r.nparts)) {
        cask_value_unref(value);
        value = refuse(r.error, "something is left over");
    }
    while (r.depth) {
        frame *top = &r.frames[--r.depth];
        cask_value_unref(top->container);
        cask_value_unref(top->key);
    }
    cki_memory_free(r.frames);
    cask_value_unref(r.shared);
    return value;
}

/* Where the parts lie in one run of bytes. */
static bool place_parts(const void *bytes, size_t length, size_t head, cki_binary_part *parts,
                        size_t nparts, cki_buffer *buffer)
{
    size_t at = head;
    for (size_t i = 0; i < nparts; i++) {
        size_t from = cki_binary_aligned(at);
        if (from > length || parts[i].length > length - from)
            return false;
        parts[i].bytes = (const unsigned char *)bytes + from;
        parts[i].buffer = buffer;
        at = from + parts[i].length;
    }
    return at == length;
}

cask_value *cki_binary_read_run(const void *bytes, size_t length, cki_buffer *buffer,
                                cki_error *error)
{
    size_t head = length < CKI_BINARY_FIRST ? 0 : cki_binary_head(bytes);
    if (!head || head > length)
        return refuse(error, "it does not begin like one, or is of another version or byte order");
    cki_binary_part *parts;
    size_t nparts;
    if (cki_binary_parts(bytes, head, &parts, &nparts, error) != CASK_OK)
        return NULL;
    cask_value *value = place_parts(bytes, length, head, parts, nparts, buffer)
                            ? cki_binary_read(bytes, head, parts, nparts, error)
                            : refuse(error, "its length is not what it says");
    cki_memory_free(parts);
    return value;
}
