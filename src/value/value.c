/* Values: making them, counting them, and letting them go without recursion. */
#include "value/value.h"
#include "core/memory.h"
#include "value/array.h"

#include <stdatomic.h>
#include <string.h>

/* None, True, False and Ellipsis are never counted or freed. */
static cask_value none = {.kind = CKI_NONE};
static cask_value ellipsis = {.kind = CKI_ELLIPSIS};
static cask_value truths[2] = {{.kind = CKI_BOOL, .as.boolean = false},
                               {.kind = CKI_BOOL, .as.boolean = true}};

static bool is_static(const cask_value *value)
{
    return value->kind == CKI_NONE || value->kind == CKI_BOOL || value->kind == CKI_ELLIPSIS;
}

cask_value *cask_value_ref(cask_value *value)
{
    if (value && !is_static(value))
        atomic_fetch_add_explicit(&value->references, 1, memory_order_relaxed);
    return value;
}

/* Values whose last reference went while this thread was freeing another: freed one after the
 * other, so that no nesting, however deep, and no object's release function can exhaust the stack.
 */
static _Thread_local cask_value *dying;
static _Thread_local bool freeing;

static void unref_all(cask_value **values, size_t count)
{
    for (size_t i = 0; i < count && values; i++)
        cask_value_unref(values[i]);
}

static void free_one(cask_value *value)
{
    switch ((cki_kind)value->kind) {
    case CKI_STR:
    case CKI_BYTES:
        cki_memory_free(value->as.text.bytes);
        break;
    case CKI_LIST:
    case CKI_TUPLE:
    case CKI_SET:
        unref_all(value->as.list.items, value->as.list.count);
        cki_memory_free(value->as.list.items);
        cki_memory_free(value->as.list.index);
        break;
    case CKI_DICT:
        unref_all(value->as.dict.keys, value->as.dict.count);
        unref_all(value->as.dict.values, value->as.dict.count);
        cki_memory_free(value->as.dict.keys);
        cki_memory_free(value->as.dict.values);
        cki_memory_free(value->as.dict.index);
        break;
    case CKI_SLICE:
        cask_value_unref(value->as.slice.start);
        cask_value_unref(value->as.slice.stop);
        cask_value_unref(value->as.slice.step);
        break;
    case CKI_ARRAY: /* the array lies behind the value, in the same block */
        cki_array_buffer_unref(value->as.array->buffer);
        break;
    case CKI_OBJECT:
        if (value->as.object.class->release)
            value->as.object.class->release(value->as.object.self);
        break;
    case CKI_NONE:
    case CKI_BOOL:
    case CKI_INT:
    case CKI_FLOAT:
    case CKI_COMPLEX:
    case CKI_ELLIPSIS:
    case CKI_RANGE:
    case CKI_DTYPE:
        break;
    }
    cki_memory_free(value);
}

void cask_value_unref(cask_value *value)
{
    if (!value || is_static(value) ||
        atomic_fetch_sub_explicit(&value->references, 1, memory_order_acq_rel) != 1)
        return;
    value->as.dead.next = dying;
    dying = value;
    if (freeing)
        return;
    freeing = true;
    while (dying) {
        cask_value *next = dying;
        dying = next->as.dead.next;
        free_one(next);
    }
    freeing = false;
}

static cask_value *make(cki_kind kind, cki_error *error)
{
    cask_value *value = cki_memory_calloc(1, sizeof *value);
    if (!value) {
        cki_fail_memory(error, sizeof *value);
        return NULL;
    }
    atomic_init(&value->references, 1);
    value->kind = (uint8_t)kind;
    return value;
}

cask_value *cki_value_none(void)
{
    return &none;
}

cask_value *cki_value_ellipsis(void)
{
    return &ellipsis;
}

cask_value *cki_value_bool(bool value)
{
    return &truths[value];
}

cask_value *cki_value_int(int64_t number, cki_error *error)
{
    cask_value *value = make(CKI_INT, error);
    if (value)
        value->as.integer = number;
    return value;
}

cask_value *cki_value_float(double number, cki_error *error)
{
    cask_value *value = make(CKI_FLOAT, error);
    if (value)
        value->as.real = number;
    return value;
}

cask_value *cki_value_complex(double re, double im, cki_error *error)
{
    cask_value *value = make(CKI_COMPLEX, error);
    if (value) {
        value->as.complex.re = re;
        value->as.complex.im = im;
    }
    return value;
}

static cask_value *make_text(cki_kind kind, const char *bytes, size_t length, cki_error *error)
{
    cask_value *value = make(kind, error);
    if (!value)
        return NULL;
    value->as.text.bytes = cki_memory_copy(bytes, length);
    value->as.text.length = length;
    if (!value->as.text.bytes) {
        cki_fail_memory(error, length + 1);
        cask_value_unref(value);
        return NULL;
    }
    return value;
}

cask_value *cki_value_str(const char *utf8, size_t length, cki_error *error)
{
    return make_text(CKI_STR, utf8, length, error);
}

cask_value *cki_value_string(const char *utf8, cki_error *error)
{
    return make_text(CKI_STR, utf8, strlen(utf8), error);
}

cask_value *cki_value_bytes(const void *bytes, size_t length, cki_error *error)
{
    return make_text(CKI_BYTES, bytes, length, error);
}

cask_value *cki_value_from_text(cki_kind kind, cki_text *text, cki_error *error)
{
    enum { LONG = 1 << 16 };
    size_t length = text->length;
    cask_value *value = NULL;
    if (text->failed)
        cki_fail_memory(error, length);
    else if (length < LONG)
        value = make_text(kind, text->bytes ? text->bytes : "", length, error);
    else if ((value = make(kind, error))) {
        char *exact = cki_memory_realloc(text->bytes, length + 1);
        value->as.text.bytes = exact ? exact : text->bytes; /* it was no smaller */
        value->as.text.length = length;
        *text = (cki_text){0};
    }
    cki_text_free(text);
    return value;
}

cask_value *cki_value_dtype(cki_dtype dtype, cki_error *error)
{
    cask_value *value = make(CKI_DTYPE, error);
    if (value)
        value->as.dtype = dtype;
    return value;
}

cask_value *cki_value_slice(cask_value *start, cask_value *stop, cask_value *step, cki_error *error)
{
    cask_value *value = make(CKI_SLICE, error);
    if (!value) {
        cask_value_unref(start);
        cask_value_unref(stop);
        cask_value_unref(step);
        return NULL;
    }
    value->as.slice.start = start ? start : &none;
    value->as.slice.stop = stop ? stop : &none;
    value->as.slice.step = step ? step : &none;
    return value;
}

cask_value *cki_value_range(int64_t start, int64_t stop, int64_t step, cki_error *error)
{
    if (!step) {
        cki_fail(error, CASK_INVALID, "ValueError", "range() arg 3 must not be zero");
        return NULL;
    }
    cask_value *value = make(CKI_RANGE, error);
    if (value) {
        value->as.range.start = start;
        value->as.range.stop = stop;
        value->as.range.step = step;
    }
    return value;
}

cask_value *cki_value_list(cki_kind kind, size_t count, cki_error *error)
{
    cask_value *value = make(kind, error);
    if (!value || !count)
        return value;
    value->as.list.items = cki_memory_calloc(count, sizeof(cask_value *));
    if (!value->as.list.items) {
        cki_fail(error, CASK_MEMORY, NULL, "no memory for a list of %zu items", count);
        cask_value_unref(value);
        return NULL;
    }
    value->as.list.count = count;
    return value;
}

cask_value *cki_value_ints(cki_kind kind, const int64_t *numbers, size_t count, cki_error *error)
{
    cask_value *value = cki_value_list(kind, count, error);
    for (size_t i = 0; value && i < count; i++) {
        value->as.list.items[i] = cki_value_int(numbers[i], error);
        if (!value->as.list.items[i]) {
            cask_value_unref(value);
            return NULL;
        }
    }
    return value;
}

cask_value *cki_value_set(cki_error *error)
{
    return make(CKI_SET, error);
}

cask_value *cki_value_dict(cki_error *error)
{
    return make(CKI_DICT, error);
}

cask_value *cki_value_object(const cki_class *class, void *self, cki_error *error)
{
    cask_value *value = make(CKI_OBJECT, error);
    if (!value) {
        if (class->release)
            class->release(self);
        return NULL;
    }
    value->as.object.class = class;
    value->as.object.self = self;
    return value;
}

void *cki_value_self(const cask_value *value, const cki_class *class)
{
    bool is = value && value->kind == CKI_OBJECT && value->as.object.class == class;
    return is ? value->as.object.self : NULL;
}
