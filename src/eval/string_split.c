/* Strings: splitting, stripping and joining. */
#include "eval/letter.h"
#include "eval/operate.h"
#include "eval/string.h"
#include "eval/walk.h"

#include <string.h>

static bool keep(cki_call *call, cki_heap *heap, const char *bytes, size_t length)
{
    return cki_walk_keep(heap, cki_string_made(call, bytes, length), call->error);
}

static cask_value *finish(cki_call *call, cki_heap *heap, bool ok)
{
    if (ok)
        return cki_walk_made(heap, CKI_LIST, call->error);
    cki_walk_drop(heap);
    return NULL;
}

static void reverse(cki_heap *heap)
{
    for (size_t i = 0; i < heap->count / 2; i++) {
        cask_value *item = heap->items[i];
        heap->items[i] = heap->items[heap->count - 1 - i];
        heap->items[heap->count - 1 - i] = item;
    }
}

static bool is_space(const cki_call *call, uint32_t code)
{
    if (cki_string_is_bytes(call))
        return code == ' ' || (code >= 9 && code <= 13);
    return cki_letter_is_space(code);
}

/* The character that begins at `at`, which moves past it. */
static uint32_t forward(const cki_call *call, cki_span self, size_t *at)
{
    if (cki_string_is_bytes(call))
        return (unsigned char)self.bytes[(*at)++];
    return cki_text_decode(self.bytes, self.length, at);
}

/* The character that ends at `at`, which moves before it. */
static uint32_t backward(const cki_call *call, cki_span self, size_t *at)
{
    size_t end = *at;
    --*at;
    while (!cki_string_is_bytes(call) && *at > 0 && end - *at < 4 &&
           ((unsigned char)self.bytes[*at] & 0xC0) == 0x80)
        --*at;
    size_t past = *at;
    uint32_t code = forward(call, self, &past);
    if (past == end)
        return code;
    *at = end - 1; /* a stray byte */
    return (unsigned char)self.bytes[*at];
}

static bool split_spaces(cki_call *call, cki_heap *heap, int64_t most)
{
    cki_span self = cki_string_self(call);
    size_t at = 0;
    for (;;) {
        size_t begin = at, past = at;
        while (begin < self.length) {
            past = begin;
            if (!is_space(call, forward(call, self, &past)))
                break;
            begin = past;
        }
        if (begin >= self.length)
            return true;
        if (most-- <= 0) /* the rest as it is */
            return keep(call, heap, self.bytes + begin, self.length - begin);
        size_t end;
        for (end = begin; end < self.length; end = past) {
            past = end;
            if (is_space(call, forward(call, self, &past)))
                break;
        }
        if (!keep(call, heap, self.bytes + begin, end - begin))
            return false;
        at = end;
    }
}

/* The same from the end; the heap is filled backwards. */
static bool rsplit_spaces(cki_call *call, cki_heap *heap, int64_t most)
{
    cki_span self = cki_string_self(call);
    size_t at = self.length;
    for (;;) {
        size_t end = at, before = at;
        while (end > 0) {
            before = end;
            if (!is_space(call, backward(call, self, &before)))
                break;
            end = before;
        }
        if (end == 0)
            return true;
        if (most-- <= 0)
            return keep(call, heap, self.bytes, end);
        size_t begin;
        for (begin = end; begin > 0; begin = before) {
            before = begin;
            if (is_space(call, backward(call, self, &before)))
                break;
        }
        if (!keep(call, heap, self.bytes + begin, end - begin))
            return false;
        at = begin;
    }
}

static bool split_at(cki_call *call, cki_heap *heap, cki_span separator, int64_t most, bool last)
{
    cki_span rest = cki_string_self(call);
    int64_t at;
    while (most-- > 0 && (at = cki_string_where(rest, separator, last)) >= 0) {
        size_t past = (size_t)at + separator.length;
        if (last) {
            if (!keep(call, heap, rest.bytes + past, rest.length - past))
                return false;
            rest.length = (size_t)at;
        } else {
            if (!keep(call, heap, rest.bytes, (size_t)at))
                return false;
            rest = (cki_span){rest.bytes + past, rest.length - past};
        }
    }
    return keep(call, heap, rest.bytes, rest.length);
}

static cask_value *split(cki_call *call, bool last)
{
    cki_heap heap = {0};
    cki_span separator;
    int64_t most;
    if (!cki_function_int(call, 1, -1, &most))
        return NULL;
    if (most < 0)
        most = INT64_MAX;
    bool ok;
    if (!cki_function_given(call, 0)) {
        ok = last ? rsplit_spaces(call, &heap, most) : split_spaces(call, &heap, most);
    } else {
        if (!cki_string_argument(call, 0, CKI_STRING_NONE, &separator))
            return NULL;
        if (separator.length == 0)
            return cki_function_value_error(call, "empty separator");
        ok = split_at(call, &heap, separator, most, last);
    }
    if (last)
        reverse(&heap);
    return finish(call, &heap, ok);
}

cask_value *cki_string_split(cki_call *call)
{
    return split(call, false);
}

cask_value *cki_string_rsplit(cki_call *call)
{
    return split(call, true);
}

static bool breaks_line(const cki_call *call, uint32_t code)
{
    if (code == '\n' || code == '\r')
        return true;
    return !cki_string_is_bytes(call) &&
           (code == 0x0B || code == 0x0C || (code >= 0x1C && code <= 0x1E) || code == 0x85 ||
            code == 0x2028 || code == 0x2029);
}

cask_value *cki_string_splitlines(cki_call *call)
{
    cki_span self = cki_string_self(call);
    cki_heap heap = {0};
    int64_t ends;
    bool ok = true;
    if (!cki_function_int(call, 0, 0, &ends))
        return NULL;
    size_t begin = 0, at = 0;
    while (ok && at < self.length) {
        size_t end = at;
        uint32_t code = forward(call, self, &at);
        if (!breaks_line(call, code))
            continue;
        if (code == '\r' && at < self.length && self.bytes[at] == '\n')
            at++;
        ok = keep(call, &heap, self.bytes + begin, (ends ? at : end) - begin);
        begin = at;
    }
    if (ok && begin < self.length)
        ok = keep(call, &heap, self.bytes + begin, self.length - begin);
    return finish(call, &heap, ok);
}

/* Whether the character is one of those to be stripped. */
static bool is_stripped(const cki_call *call, const cask_value *set, uint32_t code)
{
    if (!set)
        return is_space(call, code);
    cki_span all = {set->as.text.bytes, set->as.text.length};
    for (size_t at = 0; at < all.length;) {
        if (forward(call, all, &at) == code)
            return true;
    }
    return false;
}

static cask_value *strip(cki_call *call, bool left, bool right)
{
    cki_span self = cki_string_self(call);
    const cask_value *set = cki_function_given(call, 0) ? call->slot[0] : NULL;
    if (set && set->kind != call->self->kind)
        return cki_string_is_bytes(call)
                   ? cki_function_type_error(call, "a bytes-like object is required, not '%s'",
                                             cki_value_type(set))
                   : cki_function_type_error(call, "%s arg must be None or str",
                                             call->builtin->name);
    size_t begin = 0, end = self.length, at = 0;
    while (left && begin < end && is_stripped(call, set, forward(call, self, &at)))
        begin = at;
    at = end;
    while (right && end > begin && is_stripped(call, set, backward(call, self, &at)))
        end = at;
    return cki_string_made(call, self.bytes + begin, end - begin);
}

cask_value *cki_string_strip(cki_call *call)
{
    return strip(call, true, true);
}

cask_value *cki_string_lstrip(cki_call *call)
{
    return strip(call, true, false);
}

cask_value *cki_string_rstrip(cki_call *call)
{
    return strip(call, false, true);
}

cask_value *cki_string_join(cki_call *call)
{
    cki_span self = cki_string_self(call);
    cki_text text = {0};
    cki_walk walk;
    cask_value *item;
    bool bytes = cki_string_is_bytes(call);
    if (!cki_walk_start(&walk, call->scope, call->slot[0], call->error)) {
        if (call->error->status == CASK_TYPE && !cki_operate_is_host(call->slot[0])) {
            *call->error = (cki_error){0};
            cki_function_type_error(call, "can only join an iterable");
        }
        return NULL;
    }
    for (size_t i = 0; call->error->status == CASK_OK && (item = cki_walk_next(&walk)); i++) {
        if (item->kind != call->self->kind)
            cki_function_type_error(call, "sequence item %zu: expected %s, %s found", i,
                                    bytes ? "a bytes-like object" : "str instance",
                                    cki_value_type(item));
        else if (text.length + self.length + item->as.text.length > CKI_OPERATE_BYTES)
            cki_fail_memory(call->error, text.length + item->as.text.length);
        else {
            if (i)
                cki_text_add(&text, self.bytes, self.length);
            cki_text_add(&text, item->as.text.bytes, item->as.text.length);
        }
        cask_value_unref(item);
    }
    cki_walk_end(&walk);
    if (call->error->status == CASK_OK)
        return cki_string_text(call, &text);
    cki_text_free(&text);
    return NULL;
}
