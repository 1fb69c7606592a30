/* Strings: looking for a part, and taking it out or putting another in its place. */
#include "eval/operate.h"
#include "eval/string.h"

#include <string.h>

/* The part of the object between the start and end arguments (slots `first`, `first` + 1), and at
 * which character it begins. False where start is beyond the end: nothing is found there. */
static bool part(cki_call *call, int first, cki_span *span, int64_t *begin, bool *beyond)
{
    int64_t length = cki_string_length(call), end;
    for (int i = first; i < first + 2; i++) {
        const cask_value *bound = call->slot[i];
        if (bound && bound->kind > CKI_INT && bound->kind < CKI_DTYPE) {
            cki_function_type_error(
                call, "slice indices must be integers or None or have an __index__ method");
            return false;
        }
    }
    if (!cki_function_int(call, first, 0, begin) ||
        !cki_function_int(call, first + 1, INT64_MAX, &end))
        return false;
    if (*begin < 0)
        *begin = *begin + length < 0 ? 0 : *begin + length;
    if (end < 0)
        end = end + length < 0 ? 0 : end + length;
    if (end > length)
        end = length;
    *beyond = *begin > end;
    *span = cki_string_self(call);
    if (*beyond)
        return true;
    size_t from = cki_string_offset(call, *begin), to = cki_string_offset(call, end);
    *span = (cki_span){span->bytes + from, to - from};
    return true;
}

/* A byte by its number counts as bytes of length one. */
static bool needle(cki_call *call, char *one, cki_span *what)
{
    const cask_value *value = call->slot[0];
    if (!cki_string_is_bytes(call) || value->kind == CKI_BYTES)
        return cki_string_argument(call, 0, CKI_STRING_MUST, what);
    if (value->kind != CKI_INT && value->kind != CKI_BOOL) {
        cki_function_type_error(call, "argument should be integer or bytes-like object, not '%s'",
                                cki_value_type(value));
        return false;
    }
    int64_t byte = value->kind == CKI_INT ? value->as.integer : value->as.boolean;
    if (byte < 0 || byte > 255) {
        cki_function_value_error(call, "byte must be in range(0, 256)");
        return false;
    }
    *one = (char)byte;
    *what = (cki_span){one, 1};
    return true;
}

/* The character at which the argument is found; -1. False with the error set. */
static bool find(cki_call *call, bool last, int64_t *where)
{
    cki_span what, span;
    int64_t begin;
    bool beyond;
    char one;
    if (!part(call, 1, &span, &begin, &beyond) || !needle(call, &one, &what))
        return false;
    int64_t at = beyond ? -1 : cki_string_where(span, what, last);
    *where = at < 0                      ? -1
             : cki_string_is_bytes(call) ? begin + at
                                         : begin + (int64_t)cki_text_codes(span.bytes, (size_t)at);
    return true;
}

static cask_value *found(cki_call *call, bool last, bool must)
{
    int64_t where;
    if (!find(call, last, &where))
        return NULL;
    if (must && where < 0)
        return cki_function_value_error(call, cki_string_is_bytes(call) ? "subsection not found"
                                                                        : "substring not found");
    return cki_value_int(where, call->error);
}

cask_value *cki_string_find(cki_call *call)
{
    return found(call, false, false);
}

cask_value *cki_string_rfind(cki_call *call)
{
    return found(call, true, false);
}

cask_value *cki_string_index(cki_call *call)
{
    return found(call, false, true);
}

cask_value *cki_string_rindex(cki_call *call)
{
    return found(call, true, true);
}

cask_value *cki_string_count(cki_call *call)
{
    cki_span what, span;
    int64_t begin, count = 0, at;
    bool beyond;
    char one;
    if (!part(call, 1, &span, &begin, &beyond) || !needle(call, &one, &what))
        return NULL;
    if (!beyond && what.length == 0)
        count = 1 + (int64_t)(cki_string_is_bytes(call) ? span.length
                                                        : cki_text_codes(span.bytes, span.length));
    while (!beyond && what.length && (at = cki_string_where(span, what, false)) >= 0) {
        size_t past = (size_t)at + what.length;
        span = (cki_span){span.bytes + past, span.length - past};
        count++;
    }
    return cki_value_int(count, call->error);
}

static bool has_edge(cki_span span, const cask_value *edge, bool end)
{
    size_t length = edge->as.text.length;
    if (length > span.length)
        return false;
    return memcmp(end ? span.bytes + span.length - length : span.bytes, edge->as.text.bytes,
                  length) == 0;
}

static cask_value *edge(cki_call *call, bool end)
{
    const cask_value *given = call->slot[0];
    bool tuple = given->kind == CKI_TUPLE, beyond, holds = false;
    size_t count = tuple ? given->as.list.count : 1;
    cki_span span;
    int64_t begin;
    if (!part(call, 1, &span, &begin, &beyond))
        return NULL;
    for (size_t i = 0; i < count && !holds; i++) {
        const cask_value *one = tuple ? given->as.list.items[i] : given;
        const char *kind = cki_string_is_bytes(call) ? "bytes" : "str";
        if (one->kind != call->self->kind && tuple)
            return cki_function_type_error(call, "tuple for %s must only contain %s, not %s",
                                           call->builtin->name, kind, cki_value_type(one));
        if (one->kind != call->self->kind)
            return cki_function_type_error(call, "%s first arg must be %s or a tuple of %s, not %s",
                                           call->builtin->name, kind, kind, cki_value_type(one));
        holds = !beyond && has_edge(span, one, end);
    }
    return cki_value_bool(holds);
}

cask_value *cki_string_startswith(cki_call *call)
{
    return edge(call, false);
}

cask_value *cki_string_endswith(cki_call *call)
{
    return edge(call, true);
}

/* An empty part is between all characters, and before and behind them. */
static void replace_empty(const cki_call *call, cki_span self, cki_span with, int64_t most,
                          cki_text *text)
{
    size_t at = 0;
    for (int64_t done = 0; !text->failed && text->length < CKI_OPERATE_BYTES; done++) {
        size_t begin = at;
        if (done < most)
            cki_text_add(text, with.bytes, with.length);
        if (at >= self.length)
            break;
        if (cki_string_is_bytes(call))
            at++;
        else
            (void)cki_text_decode(self.bytes, self.length, &at);
        cki_text_add(text, self.bytes + begin, at - begin);
    }
}

cask_value *cki_string_replace(cki_call *call)
{
    cki_span self = cki_string_self(call), what, with;
    cki_text text = {0};
    int64_t most, at;
    if (!cki_string_argument(call, 0, CKI_STRING_ARGUMENT, &what) ||
        !cki_string_argument(call, 1, CKI_STRING_ARGUMENT, &with) ||
        !cki_function_int(call, 2, -1, &most))
        return NULL;
    if (most < 0)
        most = INT64_MAX;
    if (what.length == 0) {
        replace_empty(call, self, with, most, &text);
    } else {
        while (most-- > 0 && (at = cki_string_where(self, what, false)) >= 0) {
            size_t past = (size_t)at + what.length;
            cki_text_add(&text, self.bytes, (size_t)at);
            cki_text_add(&text, with.bytes, with.length);
            self = (cki_span){self.bytes + past, self.length - past};
            if (text.length > CKI_OPERATE_BYTES)
                break;
        }
        cki_text_add(&text, self.bytes, self.length);
    }
    if (text.length > CKI_OPERATE_BYTES) {
        cki_fail_memory(call->error, text.length);
        cki_text_free(&text);
        return NULL;
    }
    return cki_string_text(call, &text);
}

static cask_value *remove_edge(cki_call *call, bool end)
{
    cki_span self = cki_string_self(call);
    const cask_value *what = call->slot[0];
    if (what->kind != call->self->kind)
        return cki_function_type_error(call, "%s() argument must be %s, not %s",
                                       call->builtin->name, cki_value_type(call->self),
                                       cki_value_type(what));
    if (!has_edge(self, what, end))
        return cask_value_ref(call->self);
    size_t length = what->as.text.length;
    return cki_string_made(call, end ? self.bytes : self.bytes + length, self.length - length);
}

cask_value *cki_string_removeprefix(cki_call *call)
{
    return remove_edge(call, false);
}

cask_value *cki_string_removesuffix(cki_call *call)
{
    return remove_edge(call, true);
}

static cask_value *partition(cki_call *call, bool last)
{
    cki_span self = cki_string_self(call), what;
    if (!cki_string_argument(call, 0, CKI_STRING_MUST, &what))
        return NULL;
    if (what.length == 0)
        return cki_function_value_error(call, "empty separator");
    int64_t at = cki_string_where(self, what, last);
    size_t first = at >= 0 ? (size_t)at : last ? 0 : self.length;
    size_t past = at >= 0 ? first + what.length : first;
    cask_value *tuple = cki_value_list(CKI_TUPLE, 3, call->error);
    if (!tuple)
        return NULL;
    cask_value **items = tuple->as.list.items;
    items[0] = cki_string_made(call, self.bytes, first);
    items[1] = cki_string_made(call, what.bytes, at >= 0 ? what.length : 0);
    items[2] = cki_string_made(call, self.bytes + past, self.length - past);
    if (items[0] && items[1] && items[2])
        return tuple;
    cask_value_unref(tuple);
    return NULL;
}

cask_value *cki_string_partition(cki_call *call)
{
    return partition(call, false);
}

cask_value *cki_string_rpartition(cki_call *call)
{
    return partition(call, true);
}
