/* Index: object[index] on Python's own kinds: single items, and slices as Python cuts them. */
#include "core/memory.h"
#include "eval/operate.h"
#include "eval/scope.h"

#include <string.h>

/* A bound of a slice; false with TypeError. */
static bool bound(const cask_value *value, int64_t absent, int64_t *number, cki_error *error)
{
    *number = absent;
    if (value->kind == CKI_NONE)
        return true;
    if (value->kind == CKI_INT || value->kind == CKI_BOOL || value->kind == CKI_ARRAY)
        return cki_value_index(value, number, error) == CASK_OK;
    cki_fail(error, CASK_TYPE, NULL,
             "slice indices must be integers or None or have an __index__ method");
    return false;
}

static int64_t clip(int64_t at, int64_t length, int64_t least, int64_t most)
{
    if (at < 0)
        at += length;
    return at < least ? least : at > most ? most : at;
}

/* The slice's bounds on so many items, as slice.indices() gives them. */
static bool resolve(const cask_value *slice, int64_t length, int64_t *start, int64_t *stop,
                    int64_t *step, cki_error *error)
{
    if (!bound(slice->as.slice.step, 1, step, error))
        return false;
    if (*step == 0) {
        cki_fail(error, CASK_INVALID, NULL, "slice step cannot be zero");
        return false;
    }
    if (*step < -INT64_MAX)
        *step = -INT64_MAX;
    bool back = *step < 0;
    int64_t least = back ? -1 : 0, most = back ? length - 1 : length;
    if (!bound(slice->as.slice.start, 0, start, error) ||
        !bound(slice->as.slice.stop, 0, stop, error))
        return false;
    *start = slice->as.slice.start->kind == CKI_NONE ? (back ? most : least)
                                                     : clip(*start, length, least, most);
    *stop = slice->as.slice.stop->kind == CKI_NONE ? (back ? least : most)
                                                   : clip(*stop, length, least, most);
    return true;
}

bool cki_index_slice(const cask_value *slice, int64_t length, int64_t *start, int64_t *step,
                     int64_t *count, cki_error *error)
{
    int64_t stop;
    if (!resolve(slice, length, start, &stop, step, error))
        return false;
    *count = 0;
    if (*step < 0 && stop < *start)
        *count = (*start - stop - 1) / -*step + 1;
    else if (*step > 0 && *start < stop)
        *count = (stop - *start - 1) / *step + 1;
    return true;
}

/* Where each code point begins, and the end; NULL without memory. */
static size_t *offsets(const cask_value *text, size_t count, cki_error *error)
{
    size_t *at = cki_memory_alloc((count + 1) * sizeof *at), where = 0;
    if (!at) {
        cki_fail_memory(error, (count + 1) * sizeof *at);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        at[i] = where;
        (void)cki_text_decode(text->as.text.bytes, text->as.text.length, &where);
    }
    at[count] = where;
    return at;
}

static cask_value *slice_text(const cask_value *text, int64_t length, int64_t start, int64_t step,
                              int64_t count, cki_error *error)
{
    cki_text out = {0};
    const char *bytes = text->as.text.bytes;
    bool plain = (size_t)length == text->as.text.length; /* a byte each */
    size_t *at = plain ? NULL : offsets(text, (size_t)length, error);
    if (!plain && !at)
        return NULL;
    if (plain && step == 1 && count)
        cki_text_add(&out, bytes + start, (size_t)count);
    else if (!plain && step == 1 && count)
        cki_text_add(&out, bytes + at[start], at[start + count] - at[start]);
    for (int64_t i = 0; step != 1 && i < count; i++) {
        size_t from = (size_t)(start + i * step);
        if (plain)
            cki_text_char(&out, bytes[from]);
        else
            cki_text_add(&out, bytes + at[from], at[from + 1] - at[from]);
    }
    cki_memory_free(at);
    return text->kind == CKI_STR ? cki_function_str(&out, error) : cki_function_bytes(&out, error);
}

static cask_value *slice_range(const cask_value *range, const cask_value *slice, int64_t length,
                               cki_error *error)
{
    int64_t start, stop, step, first = range->as.range.start, stride = range->as.range.step;
    if (!resolve(slice, length, &start, &stop, &step, error))
        return NULL;
    cki_wide by = (cki_wide)step * stride;
    cki_wide begin = first + (cki_wide)start * stride, end = first + (cki_wide)stop * stride;
    if (by > INT64_MAX || by < INT64_MIN || begin > INT64_MAX || begin < INT64_MIN ||
        end > INT64_MAX || end < INT64_MIN) {
        cki_fail(error, CASK_ARITHMETIC, "OverflowError", "a range's bounds do not fit in 64 bits");
        return NULL;
    }
    return cki_value_range((int64_t)begin, (int64_t)end, (int64_t)by, error);
}

static cask_value *slice_item(cask_value *object, const cask_value *slice, cki_error *error)
{
    int64_t length, start, step, count;
    if (cki_value_length(object, &length, error) != CASK_OK)
        return NULL;
    if (object->kind == CKI_RANGE)
        return slice_range(object, slice, length, error);
    if (!cki_index_slice(slice, length, &start, &step, &count, error))
        return NULL;
    if (object->kind == CKI_STR || object->kind == CKI_BYTES)
        return slice_text(object, length, start, step, count, error);
    cask_value *list = cki_value_list((cki_kind)object->kind, (size_t)count, error);
    for (int64_t i = 0; list && i < count; i++)
        list->as.list.items[i] = cask_value_ref(object->as.list.items[start + i * step]);
    return list;
}

static cask_value *refuse_index(const cask_value *object, const cask_value *index, cki_error *error)
{
    const char *what = object->kind == CKI_BYTES ? "byte" : cki_value_type(object);
    if (object->kind == CKI_STR)
        cki_fail(error, CASK_TYPE, NULL, "string indices must be integers, not '%s'",
                 cki_value_type(index));
    else
        cki_fail(error, CASK_TYPE, NULL, "%s indices must be integers or slices, not %s", what,
                 cki_value_type(index));
    return NULL;
}

static cask_value *sequence_item(cask_value *object, const cask_value *index, cki_error *error)
{
    int64_t at, length;
    if (index->kind == CKI_SLICE)
        return slice_item(object, index, error);
    if (index->kind != CKI_INT && index->kind != CKI_BOOL && index->kind != CKI_ARRAY)
        return refuse_index(object, index, error);
    if (cki_value_index(index, &at, error) != CASK_OK ||
        cki_value_length(object, &length, error) != CASK_OK)
        return NULL;
    if (at < 0)
        at += length;
    if (at < 0 || at >= length) {
        cki_fail(error, CASK_INDEX, NULL, "%s%sindex out of range",
                 object->kind == CKI_BYTES ? ""
                 : object->kind == CKI_STR ? "string"
                                           : cki_value_type(object),
                 object->kind == CKI_BYTES   ? ""
                 : object->kind == CKI_RANGE ? " object "
                                             : " ");
        return NULL;
    }
    return cki_value_item(object, at, error);
}

static cask_value *dict_item(cask_value *object, const cask_value *key, cki_error *error)
{
    cask_value *value = cki_value_dict_get(object, key, error);
    if (value || error->status != CASK_OK)
        return cask_value_ref(value);
    cki_text text = {0};
    cki_value_repr(key, &text);
    cki_fail(error, CASK_NOT_FOUND, "KeyError", "%s", text.bytes ? text.bytes : "");
    cki_text_free(&text);
    return NULL;
}

cask_value *cki_index_item(cki_scope *scope, cask_value *object, cask_value *index,
                           cki_error *error)
{
    cask_value *value = NULL;
    switch ((cki_kind)object->kind) {
    case CKI_STR:
    case CKI_BYTES:
    case CKI_LIST:
    case CKI_TUPLE:
    case CKI_RANGE: {
        if (object->kind == CKI_LIST && index->kind == CKI_TUPLE && scope->host.item)
            return scope->host.item(scope->host.self, object, index, error);
        cask_value *concrete = cki_function_concrete(scope, index, error);
        value = concrete ? sequence_item(object, concrete, error) : NULL;
        cask_value_unref(concrete);
        return value;
    }
    case CKI_DICT:
        return dict_item(object, index, error);
    case CKI_ARRAY:
    case CKI_OBJECT:
    case CKI_DTYPE:
        if (scope->host.item && cki_operate_is_host(object))
            value = scope->host.item(scope->host.self, object, index, error);
        break;
    case CKI_NONE:
    case CKI_BOOL:
    case CKI_INT:
    case CKI_FLOAT:
    case CKI_COMPLEX:
    case CKI_SET:
    case CKI_SLICE:
    case CKI_ELLIPSIS:
        break;
    }
    if (!value && error->status == CASK_OK) {
        const char *name = cki_function_as_type(object) ? cki_function_name(object) : NULL;
        if (name)
            cki_fail(error, CASK_TYPE, NULL, "type '%s' is not subscriptable", name);
        else
            cki_fail(error, CASK_TYPE, NULL, "'%s' object is not subscriptable",
                     cki_value_type(object));
    }
    return value;
}
