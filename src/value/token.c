/* Tokens: XXH3's 128 bits over a canonical sequence of kinds, sizes and bytes. */
#include "value/token.h"
#include "core/memory.h"
#include "value/array.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All of xxHash in this file: its state then has the size this file is compiled with. What it would
 * allocate (it does not, here) is the allocator's of everything. */
#define XXH_INLINE_ALL
#define malloc cki_memory_alloc
#define free   cki_memory_free
#include <xxhash.h>
#undef malloc
#undef free

struct cki_hasher {
    alignas(64) XXH3_state_t state;
    void *block; /* what was allocated: the state within it is aligned by hand */
};

enum { DEEPEST = 1000 };

/* What the next bytes are, so that no two sequences of additions look alike. */
enum { MARK_BYTES = 0x100, MARK_INT, MARK_TEXT, MARK_TOKEN, MARK_VALUE, MARK_DEEP };

cki_hasher *cki_token_start(cki_error *error)
{
    char *block = cki_memory_alloc(sizeof(cki_hasher) + 64);
    if (!block) {
        cki_fail_memory(error, sizeof(cki_hasher) + 64);
        return NULL;
    }
    char *aligned = block + (64 - (uintptr_t)block % 64) % 64;
    cki_hasher *hasher = (cki_hasher *)(void *)aligned;
    hasher->block = block;
    XXH3_128bits_reset(&hasher->state);
    return hasher;
}

static void raw(cki_hasher *hasher, const void *bytes, size_t count)
{
    if (count)
        XXH3_128bits_update(&hasher->state, bytes, count);
}

static void mark(cki_hasher *hasher, int what, uint64_t size)
{
    uint64_t head[2] = {(uint64_t)what, size};
    raw(hasher, head, sizeof head);
}

void cki_token_bytes(cki_hasher *hasher, const void *bytes, size_t count)
{
    mark(hasher, MARK_BYTES, count);
    raw(hasher, bytes, count);
}

void cki_token_int(cki_hasher *hasher, int64_t number)
{
    mark(hasher, MARK_INT, (uint64_t)number);
}

void cki_token_text(cki_hasher *hasher, const char *text)
{
    size_t length = strlen(text);
    mark(hasher, MARK_TEXT, length);
    raw(hasher, text, length);
}

void cki_token_token(cki_hasher *hasher, cki_token token)
{
    mark(hasher, MARK_TOKEN, token.low);
    raw(hasher, &token.high, sizeof token.high);
}

/* The elements of an array that does not lie in C order, gathered piece by piece. */
static void gather(cki_hasher *hasher, const cki_array *array)
{
    unsigned char buffer[4096];
    size_t size = cki_dtype_size(array->dtype), used = 0;
    int64_t index[CKI_MAX_NDIM] = {0};
    for (int64_t left = cki_array_size(array); left > 0; left--) {
        const unsigned char *element = cki_array_at(array, index);
        if (size > sizeof buffer) {
            raw(hasher, element, size);
        } else {
            if (used + size > sizeof buffer) {
                raw(hasher, buffer, used);
                used = 0;
            }
            memcpy(buffer + used, element, size);
            used += size;
        }
        for (int axis = array->ndim - 1; axis >= 0 && ++index[axis] == array->shape[axis]; axis--)
            index[axis] = 0;
    }
    raw(hasher, buffer, used);
}

static void add_dtype(cki_hasher *hasher, cki_dtype dtype)
{
    int32_t count = cki_dtype_is_time(dtype) && dtype.count < 1 ? 1 : dtype.count;
    bool more = cki_dtype_is_time(dtype) || cki_dtype_is_text(dtype);
    uint64_t unit = cki_dtype_is_time(dtype) ? dtype.unit : 0;
    mark(hasher, dtype.id, more ? unit << 32 | (uint32_t)count : 0);
}

static void add_array(cki_hasher *hasher, const cki_array *array)
{
    add_dtype(hasher, array->dtype);
    mark(hasher, MARK_VALUE, (uint64_t)array->ndim);
    raw(hasher, array->shape, (size_t)array->ndim * sizeof *array->shape);
    if (cki_array_contiguous(array))
        raw(hasher, array->data, (size_t)cki_array_size(array) * cki_dtype_size(array->dtype));
    else
        gather(hasher, array);
}

static void add(cki_hasher *hasher, const cask_value *value, int depth);

/* Items in any order give the same: the sum of their own tokens. */
static void add_set(cki_hasher *hasher, const cask_value *set)
{
    cki_token sum = {0};
    for (size_t i = 0; i < set->as.list.count; i++) {
        cki_token item = cki_token_of(set->as.list.items[i]);
        sum.low += item.low;
        sum.high += item.high;
    }
    cki_token_token(hasher, sum);
}

static void add_object(cki_hasher *hasher, const cask_value *value)
{
    cki_token_text(hasher, value->as.object.class->name);
    cki_token_int(hasher, (int64_t)(intptr_t)value->as.object.self);
}

static void add_items(cki_hasher *hasher, cask_value *const *items, size_t count, int depth)
{
    for (size_t i = 0; i < count; i++)
        add(hasher, items[i], depth + 1);
}

/* Containers; what is nested too deep goes in by its address: never equal, but never confused. */
static void add_container(cki_hasher *hasher, const cask_value *value, int depth)
{
    if (depth > DEEPEST) {
        mark(hasher, MARK_DEEP, (uint64_t)(uintptr_t)value);
    } else if (value->kind == CKI_DICT) {
        mark(hasher, value->kind, value->as.dict.count);
        for (size_t i = 0; i < value->as.dict.count; i++) {
            add(hasher, value->as.dict.keys[i], depth + 1);
            add(hasher, value->as.dict.values[i], depth + 1);
        }
    } else {
        mark(hasher, value->kind, value->as.list.count);
        add_items(hasher, value->as.list.items, value->as.list.count, depth);
    }
}

static void add(cki_hasher *hasher, const cask_value *value, int depth)
{
    switch ((cki_kind)value->kind) {
    case CKI_NONE:
    case CKI_ELLIPSIS:
        mark(hasher, value->kind, 0);
        break;
    case CKI_BOOL:
        mark(hasher, value->kind, value->as.boolean);
        break;
    case CKI_INT:
        mark(hasher, value->kind, (uint64_t)value->as.integer);
        break;
    case CKI_FLOAT:
    case CKI_COMPLEX:
        mark(hasher, value->kind, 0);
        raw(hasher, &value->as.complex,
            value->kind == CKI_FLOAT ? sizeof(double) : 2 * sizeof(double));
        break;
    case CKI_STR:
    case CKI_BYTES:
        mark(hasher, value->kind, value->as.text.length);
        raw(hasher, value->as.text.bytes, value->as.text.length);
        break;
    case CKI_LIST:
    case CKI_TUPLE:
    case CKI_DICT:
        add_container(hasher, value, depth);
        break;
    case CKI_SET:
        mark(hasher, value->kind, value->as.list.count);
        add_set(hasher, value);
        break;
    case CKI_SLICE:
        mark(hasher, value->kind, 3);
        add(hasher, value->as.slice.start, depth + 1);
        add(hasher, value->as.slice.stop, depth + 1);
        add(hasher, value->as.slice.step, depth + 1);
        break;
    case CKI_RANGE:
        mark(hasher, value->kind, 0);
        raw(hasher, &value->as.range, sizeof value->as.range);
        break;
    case CKI_DTYPE:
        mark(hasher, value->kind, 0);
        add_dtype(hasher, value->as.dtype);
        break;
    case CKI_ARRAY:
        mark(hasher, value->kind, 0);
        add_array(hasher, value->as.array);
        break;
    case CKI_OBJECT:
        mark(hasher, value->kind, 0);
        add_object(hasher, value);
        break;
    }
}

void cki_token_value(cki_hasher *hasher, const cask_value *value)
{
    if (value)
        add(hasher, value, 0);
    else
        mark(hasher, MARK_VALUE, 0);
}

static cki_token digest(const XXH3_state_t *state)
{
    XXH128_hash_t hash = XXH3_128bits_digest(state);
    return (cki_token){hash.low64, hash.high64};
}

cki_token cki_token_end(cki_hasher *hasher)
{
    cki_token token = digest(&hasher->state);
    cki_memory_free(hasher->block);
    return token;
}

/* Without the heap: it cannot fail. */
cki_token cki_token_of(const cask_value *value)
{
    cki_hasher hasher = {.block = NULL};
    XXH3_128bits_reset(&hasher.state);
    cki_token_value(&hasher, value);
    return digest(&hasher.state);
}

cki_token cki_token_nth(cki_token token, int64_t n)
{
    const uint64_t words[3] = {token.low, token.high, (uint64_t)n};
    XXH128_hash_t hash = XXH3_128bits(words, sizeof words);
    return (cki_token){hash.low64, hash.high64};
}

bool cki_token_same(cki_token a, cki_token b)
{
    return a.low == b.low && a.high == b.high;
}

const char *cki_token_hex(cki_token token, char buffer[33])
{
    snprintf(buffer, 33, "%016llx%016llx", (unsigned long long)token.high,
             (unsigned long long)token.low);
    return buffer;
}
