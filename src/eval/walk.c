/* Walk: iteration over values without making lists of them first. */
#include "eval/walk.h"
#include "core/memory.h"
#include "eval/interpret.h"
#include "eval/operate.h"
#include "eval/scope.h"

/* The rows of an array or of something lazy, as a list. */
static cask_value *host_items(cki_scope *scope, cask_value *value, cki_error *error)
{
    if (scope->host.items) {
        cask_value *items = scope->host.items(scope->host.self, value, error);
        if (items || error->status != CASK_OK)
            return items;
    }
    return cki_value_items(value, error);
}

bool cki_walk_start(cki_walk *walk, cki_scope *scope, cask_value *value, cki_error *error)
{
    *walk = (cki_walk){.error = error};
    switch ((cki_kind)value->kind) {
    case CKI_STR:
        walk->count = -1;
        break;
    case CKI_BYTES:
        walk->count = (int64_t)value->as.text.length;
        break;
    case CKI_LIST:
    case CKI_TUPLE:
    case CKI_SET:
        walk->count = (int64_t)value->as.list.count;
        break;
    case CKI_DICT:
        walk->count = (int64_t)value->as.dict.count;
        break;
    case CKI_RANGE:
        if (cki_value_length(value, &walk->count, error) != CASK_OK)
            return false;
        break;
    case CKI_ARRAY:
    case CKI_OBJECT:
    case CKI_DTYPE:
        walk->value = host_items(scope, value, error);
        if (!walk->value)
            return false;
        walk->count = (int64_t)walk->value->as.list.count;
        return true;
    case CKI_NONE:
    case CKI_BOOL:
    case CKI_INT:
    case CKI_FLOAT:
    case CKI_COMPLEX:
    case CKI_SLICE:
    case CKI_ELLIPSIS:
        cki_fail(error, CASK_TYPE, NULL, "'%s' object is not iterable", cki_value_type(value));
        return false;
    }
    walk->value = cask_value_ref(value);
    return true;
}

cask_value *cki_walk_next(cki_walk *walk)
{
    const cask_value *value = walk->value;
    if (!cki_interpret_step(walk->error))
        return NULL;
    if (value->kind == CKI_STR) {
        size_t begin = (size_t)walk->at, end = begin;
        if (begin >= value->as.text.length)
            return NULL;
        (void)cki_text_decode(value->as.text.bytes, value->as.text.length, &end);
        walk->at = (int64_t)end;
        return cki_value_str(value->as.text.bytes + begin, end - begin, walk->error);
    }
    if (walk->at >= walk->count)
        return NULL;
    int64_t at = walk->at++;
    if (value->kind == CKI_BYTES)
        return cki_value_int((unsigned char)value->as.text.bytes[at], walk->error);
    if (value->kind == CKI_DICT)
        return cask_value_ref(value->as.dict.keys[at]);
    if (value->kind == CKI_RANGE)
        return cki_value_int(value->as.range.start + at * value->as.range.step, walk->error);
    return cask_value_ref(value->as.list.items[at]);
}

void cki_walk_end(cki_walk *walk)
{
    cask_value_unref(walk->value);
    walk->value = NULL;
}

cask_value *cki_walk_all(cki_scope *scope, cask_value *value, cki_kind kind, cki_error *error)
{
    cki_walk walk;
    cki_heap heap = {0};
    if (!cki_walk_start(&walk, scope, value, error))
        return NULL;
    if (walk.count > CKI_OPERATE_ITEMS) {
        cki_fail(error, CASK_MEMORY, NULL,
                 "a list of %lld items is more than an expression may hold", (long long)walk.count);
        cki_walk_end(&walk);
        return NULL;
    }
    cask_value *item;
    while ((item = cki_walk_next(&walk)) && cki_walk_keep(&heap, item, error)) {
    }
    cki_walk_end(&walk);
    if (error->status == CASK_OK)
        return cki_walk_made(&heap, kind, error);
    cki_walk_drop(&heap);
    return NULL;
}

bool cki_walk_keep(cki_heap *heap, cask_value *item, cki_error *error)
{
    if (!item)
        return false;
    if (heap->count == heap->room) {
        size_t room = heap->room + heap->room / 2 + 8;
        cask_value **grown = NULL;
        if (heap->count < CKI_OPERATE_ITEMS)
            grown = cki_memory_realloc(heap->items, room * sizeof(cask_value *));
        if (!grown) {
            cki_fail_memory(error, room * sizeof(cask_value *));
            cask_value_unref(item);
            return false;
        }
        heap->items = grown;
        heap->room = room;
    }
    heap->items[heap->count++] = item;
    return true;
}

cask_value *cki_walk_made(cki_heap *heap, cki_kind kind, cki_error *error)
{
    cask_value *list = cki_value_list(kind, 0, error);
    if (!list) {
        cki_walk_drop(heap);
        return NULL;
    }
    list->as.list.items = heap->items;
    list->as.list.count = heap->count;
    *heap = (cki_heap){0};
    return list;
}

void cki_walk_drop(cki_heap *heap)
{
    for (size_t i = 0; i < heap->count; i++)
        cask_value_unref(heap->items[i]);
    cki_memory_free(heap->items);
    *heap = (cki_heap){0};
}
