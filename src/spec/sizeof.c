/* Sizeof: values in the bytes that they take in CPython 3.11, so that limits and estimates which
 * people know from Dask mean the same here. Containers count without the room they have to grow. */
#include "spec/sizeof.h"

#include "value/array.h"

#include <string.h>

enum {
    DEEPEST = 200,
    SAMPLES = 10, /* of a larger container's items */
    POINTER = 8
};

/* A text takes as many bytes a character as its widest one needs. */
static size_t text_bytes(const cask_value *text)
{
    const char *at = text->as.text.bytes;
    unsigned char widest = 0;
    size_t characters = 0;
    for (size_t i = 0; i < text->as.text.length; i++) {
        unsigned char byte = (unsigned char)at[i];
        characters += (byte & 0xC0) != 0x80;
        if (byte > widest)
            widest = byte;
    }
    if (widest < 0x80)
        return 49 + characters;
    if (widest < 0xC4) /* up to U+00FF */
        return 73 + characters;
    return widest < 0xF0 ? 74 + 2 * characters : 76 + 4 * characters;
}

static size_t integer_bytes(int64_t number)
{
    uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    return size >> 60 ? 36 : size >> 30 ? 32 : 28;
}

/* Of a view only what it shows, and axes that repeat one element once. */
static size_t array_bytes(const cki_array *array)
{
    size_t bytes = cki_dtype_size(array->dtype);
    for (int axis = 0; axis < array->ndim; axis++)
        if (array->strides[axis] != 0 || array->shape[axis] == 0)
            bytes *= (size_t)array->shape[axis];
    return bytes;
}

/* A table that is two thirds full at most, and of what its slots name one entry a place. */
static size_t dict_table(const cask_value *dict)
{
    size_t slots = 8, entry = 2 * POINTER;
    if (!dict->as.dict.count)
        return 64;
    while (slots * 2 / 3 < dict->as.dict.count)
        slots *= 2;
    for (size_t i = 0; i < dict->as.dict.count; i++)
        if (dict->as.dict.keys[i]->kind != CKI_STR)
            entry = 3 * POINTER; /* hashes too */
    size_t number = slots < 1 << 8 ? 1 : slots < 1 << 16 ? 2 : 4;
    return 64 + 32 + slots * number + slots * 2 / 3 * entry;
}

/* A table that grows when it is three fifths full. */
static size_t set_table(size_t count)
{
    size_t slots = 8;
    for (size_t full; count >= (full = ((slots - 1) * 3 + 4) / 5);) {
        size_t least = full > 50000 ? 2 * full : 4 * full;
        while (slots <= least)
            slots *= 2;
    }
    return slots > 8 ? 216 + slots * 2 * POINTER : 216;
}

static size_t size_of(const cask_value *value, int depth, cki_error *error);

/* Of many items some are looked at, the same ones each time. */
static size_t items_bytes(cask_value *const *items, size_t count, int depth, cki_error *error)
{
    size_t looked = count > SAMPLES ? SAMPLES : count, bytes = 0;
    for (size_t i = 0; i < looked && error->status == CASK_OK; i++)
        bytes += size_of(items[count > SAMPLES ? i * (count / SAMPLES) : i], depth + 1, error);
    return count > SAMPLES ? (size_t)((double)count / SAMPLES * (double)bytes) : bytes;
}

static size_t size_of(const cask_value *value, int depth, cki_error *error)
{
    if (depth == DEEPEST) {
        cki_fail(error, CASK_LIMIT, "RecursionError", "sizeof: a value nested more than %d deep",
                 DEEPEST);
        return 0;
    }
    size_t count = value->as.list.count;
    switch ((cki_kind)value->kind) {
    case CKI_NONE:
    case CKI_ELLIPSIS:
        return 16;
    case CKI_BOOL:
        return 28;
    case CKI_INT:
        return integer_bytes(value->as.integer);
    case CKI_FLOAT:
        return 24;
    case CKI_COMPLEX:
        return 32;
    case CKI_STR:
        return text_bytes(value);
    case CKI_BYTES:
        return value->as.text.length;
    case CKI_LIST:
        return 56 + count * POINTER + items_bytes(value->as.list.items, count, depth, error);
    case CKI_TUPLE:
        return 40 + count * POINTER + items_bytes(value->as.list.items, count, depth, error);
    case CKI_SET:
        return set_table(count) + items_bytes(value->as.list.items, count, depth, error);
    case CKI_DICT:
        count = value->as.dict.count;
        return dict_table(value) + 2 * count * POINTER +
               items_bytes(value->as.dict.keys, count, depth, error) +
               items_bytes(value->as.dict.values, count, depth, error);
    case CKI_SLICE:
        return 56;
    case CKI_RANGE:
        return 48;
    case CKI_ARRAY:
        return array_bytes(value->as.array);
    case CKI_DTYPE:
    case CKI_OBJECT:
        break;
    }
    return sizeof *value; /* what is lazy holds no data */
}

static cask_value *run_sizeof(cki_call *call)
{
    size_t bytes = size_of(call->arguments[0], 0, call->error);
    return call->error->status == CASK_OK ? cki_value_int((int64_t)bytes, call->error) : NULL;
}

static const cki_operation size = {
    "sizeof.sizeof",
    CKI_IN_DASK,
    "o",
    "The bytes that a value takes: of an array its elements, repeated ones once; of a container "
    "its items too, more than ten by ten of them.",
    run_sizeof,
    NULL};

const cki_operation *const cki_sizeof_operations[] = {&size, NULL};
