/* Spelling: arguments in a row, lists as their length and then their parts. */
#include "graph/spelling.h"

#include "core/memory.h"
#include "value/dtype.h"

#include <string.h>

static void add(cki_spelling *s, cki_spelled_kind kind, size_t number, cask_value *value)
{
    if (s->count == s->capacity) {
        size_t capacity = s->capacity * 2 + 8;
        cki_spelled *items = cki_memory_realloc(s->items, capacity * sizeof *items);
        if (!items) {
            s->failed = true;
            cask_value_unref(value);
            return;
        }
        s->items = items;
        s->capacity = capacity;
    }
    if (s->list)
        s->items[s->list - 1].number++;
    s->items[s->count++] = (cki_spelled){kind, number, value};
}

void cki_spelling_input(cki_spelling *s, size_t number)
{
    s->inputs = true;
    add(s, CKI_SPELLED_INPUT, number, NULL);
}

void cki_spelling_inputs(cki_spelling *s, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cki_spelling_input(s, first + i);
}

void cki_spelling_take(cki_spelling *s, cask_value *value)
{
    if (value)
        add(s, CKI_SPELLED_VALUE, 0, value);
    else
        s->failed = true;
}

void cki_spelling_data(cki_spelling *s, cask_value *value)
{
    s->data = true;
    cki_spelling_take(s, value);
}

void cki_spelling_value(cki_spelling *s, cask_value *value)
{
    cki_spelling_take(s, cask_value_ref(value));
}

void cki_spelling_int(cki_spelling *s, int64_t number)
{
    cki_spelling_take(s, cki_value_int(number, NULL));
}

void cki_spelling_float(cki_spelling *s, double number)
{
    cki_spelling_take(s, cki_value_float(number, NULL));
}

void cki_spelling_bool(cki_spelling *s, bool flag)
{
    cki_spelling_take(s, cki_value_bool(flag));
}

void cki_spelling_text(cki_spelling *s, const char *text)
{
    cki_spelling_take(s, cki_value_string(text, NULL));
}

void cki_spelling_dtype(cki_spelling *s, cki_dtype dtype)
{
    char name[48];
    cki_spelling_text(s, cki_dtype_name(dtype, name));
}

void cki_spelling_ints(cki_spelling *s, const int64_t *numbers, size_t count)
{
    cki_spelling_take(s, cki_value_ints(CKI_TUPLE, numbers, count, NULL));
}

cask_value *cki_spelling_slice(int64_t start, int64_t count, int64_t step)
{
    /* backwards to the first element there is no number to stop at */
    int64_t stop = start + count * step;
    cask_value *from = cki_value_int(start, NULL);
    cask_value *to = stop < 0 && step < 0 ? cki_value_none() : cki_value_int(stop, NULL);
    cask_value *by = step == 1 ? cki_value_none() : cki_value_int(step, NULL);
    if (from && to && by)
        return cki_value_slice(from, to, by, NULL);
    cask_value_unref(from);
    cask_value_unref(to);
    cask_value_unref(by);
    return NULL;
}

void cki_spelling_slices(cki_spelling *s, int ndim, const int64_t *start, const int64_t *count,
                         const int64_t *step)
{
    cask_value *slices = cki_value_list(CKI_TUPLE, 0, NULL);
    size_t room = 0;
    bool fine = slices != NULL;
    for (int k = 0; fine && k < ndim; k++)
        fine = cki_value_list_push(
            slices, &room, cki_spelling_slice(start[k], count[k], step ? step[k] : 1), NULL);
    if (!fine)
        cask_value_unref(slices);
    cki_spelling_take(s, fine ? slices : NULL);
}

void cki_spelling_axes(cki_spelling *s, const bool *flags, int ndim)
{
    int64_t axes[CKI_MAX_NDIM];
    size_t count = 0;
    for (int k = 0; k < ndim; k++)
        if (flags[k])
            axes[count++] = k;
    cki_spelling_ints(s, axes, count);
}

void cki_spelling_open(cki_spelling *s)
{
    add(s, CKI_SPELLED_LIST, 0, NULL);
    s->list = s->failed ? 0 : s->count;
}

void cki_spelling_close(cki_spelling *s)
{
    s->list = 0;
}

/* Those that the rule did not mention stand in front. */
static void put_inputs_first(cki_spelling *s, size_t ninputs)
{
    size_t said = s->count;
    if (s->inputs || !ninputs)
        return;
    cki_spelling_inputs(s, 0, ninputs);
    if (s->failed || !said)
        return;
    cki_spelled *items = cki_memory_alloc(s->count * sizeof *items);
    if (!items) {
        s->failed = true;
        return;
    }
    memcpy(items, s->items + said, ninputs * sizeof *items);
    memcpy(items + ninputs, s->items, said * sizeof *items);
    cki_memory_free(s->items);
    s->items = items;
    s->capacity = s->count;
}

cask_status cki_spelling_of(const cki_layer *layer, int64_t block, size_t ninputs,
                            cki_spelling *spelling, cki_error *error)
{
    *spelling = (cki_spelling){0};
    if (layer->spell)
        layer->spell(layer, block, spelling);
    put_inputs_first(spelling, ninputs);
    for (size_t i = 0; i < spelling->count && !spelling->failed; i++)
        if (spelling->items[i].kind == CKI_SPELLED_INPUT && spelling->items[i].number >= ninputs)
            return cki_fail_internal(error, layer->name);
    return spelling->failed ? cki_fail_memory(error, spelling->capacity * sizeof(cki_spelled))
                            : CASK_OK;
}

void cki_spelling_free(cki_spelling *spelling)
{
    for (size_t i = 0; i < spelling->count; i++)
        cask_value_unref(spelling->items[i].value);
    cask_value_unref(spelling->function);
    cki_memory_free(spelling->items);
    *spelling = (cki_spelling){0};
}
