/* Spans: merging by resolution. Two neighbours are left apart only if together they are longer than
 * it, so their number is at most twice the whole time divided by it. */
#include "diag/span.h"

#include "core/memory.h"

enum { FIRST = 256 };

void cki_span_merge(cki_span *span, const cki_span *next)
{
    /* The label that most of the time belongs to, by its lead over all others. */
    int64_t lead = span->count == 1 ? span->busy : span->block;
    int64_t other = next->count == 1 ? next->busy : next->block;
    if (span->label == next->label) {
        lead += other;
    } else if (other > lead) {
        span->label = next->label;
        span->task = next->task;
        lead = other - lead;
    } else {
        lead -= other;
    }
    span->block = lead;
    span->end = next->end;
    span->busy += next->busy;
    span->released = 0;
    span->bytes += next->bytes;
    span->count += next->count;
    span->failed += next->failed;
}

static bool fits(const cki_spans *spans, const cki_span *next)
{
    return spans->resolution > 0 && spans->count > 0 &&
           next->end - spans->items[spans->count - 1].begin <= spans->resolution;
}

static void merge_all(cki_spans *spans)
{
    size_t count = spans->count;
    spans->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (fits(spans, &spans->items[i]))
            cki_span_merge(&spans->items[spans->count - 1], &spans->items[i]);
        else
            spans->items[spans->count++] = spans->items[i];
    }
}

void cki_span_shrink(cki_spans *spans, size_t most)
{
    if (spans->count <= most)
        return;
    int64_t whole = spans->items[spans->count - 1].end - spans->items[0].begin;
    int64_t needed = 2 * (whole / (int64_t)most + 1);
    spans->resolution = needed > spans->resolution ? needed : spans->resolution;
    merge_all(spans);
}

bool cki_span_add(cki_spans *spans, const cki_span *span, bool may_grow)
{
    if (fits(spans, span)) {
        cki_span_merge(&spans->items[spans->count - 1], span);
        return true;
    }
    if (spans->count == spans->capacity && may_grow) {
        size_t capacity = spans->capacity ? spans->capacity * 2 : FIRST;
        cki_span *items = cki_memory_realloc(spans->items, capacity * sizeof *items);
        if (items) {
            spans->items = items;
            spans->capacity = capacity;
        }
    }
    if (spans->count == spans->capacity) {
        if (!spans->capacity)
            return false;
        cki_span_shrink(spans, spans->capacity / 2);
        if (fits(spans, span)) {
            cki_span_merge(&spans->items[spans->count - 1], span);
            return true;
        }
    }
    spans->items[spans->count++] = *span;
    return true;
}

void cki_span_free(cki_spans *spans)
{
    cki_memory_free(spans->items);
    *spans = (cki_spans){0};
}
