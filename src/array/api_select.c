/* The C interface: parts of arrays, and assignment to them. */
#include "array/api.h"

enum { MOST_PARTS = 2 * CKI_MAX_NDIM };

cask_array cask_array_part(cask_array x, int axis, int64_t start, int64_t stop, int64_t step)
{
    cki_api api = {0};
    int ndim = cki_api_failed(x) ? 0 : x->ndim, at = axis < 0 ? axis + ndim : axis;
    cki_api_array(&api, x);
    if (!cki_api_failed(x) && (at < 0 || at >= ndim))
        cki_fail(&api.error, CASK_INDEX, "AxisError",
                 "axis %d is out of bounds for array of dimension %d", axis, ndim);
    cask_value *index = NULL;
    if (!cki_api_failed(x) && api.error.status == CASK_OK)
        index = cki_value_list(CKI_TUPLE, (size_t)at + 1, &api.error);
    for (int k = 0; index && k <= at; k++) {
        cask_value *slice =
            k < at
                ? cki_value_slice(NULL, NULL, NULL, &api.error)
                : cki_value_slice(cki_value_int(start, &api.error), cki_value_int(stop, &api.error),
                                  cki_value_int(step ? step : 1, &api.error), &api.error);
        index->as.list.items[k] = slice ? slice : cki_value_none();
    }
    if (index)
        cki_api_value(&api, NULL, index);
    return cki_api_run(&api, "__getitem__", CKI_ARRAY_PROTOCOL);
}

/* An index in the making: parts, each a reference. */
typedef struct parts {
    cask_value *items[MOST_PARTS];
    size_t count;
} parts;

static void add_part(parts *p, cask_value *value, cki_error *error)
{
    if (value && p->count < MOST_PARTS)
        p->items[p->count++] = value;
    else if (value) {
        cki_fail(error, CASK_INDEX, NULL, "too many indices for array");
        cask_value_unref(value);
    }
}

/* Text may hold several, with commas between. */
static void add_text(parts *p, const char *text, cki_error *error)
{
    cask_value *value = cki_api_index(text, error);
    bool several = value && value->kind == CKI_TUPLE;
    for (size_t i = 0; several && i < value->as.list.count; i++)
        add_part(p, cask_value_ref(value->as.list.items[i]), error);
    if (several)
        cask_value_unref(value);
    else
        add_part(p, value, error);
}

/* The index as one more argument of the call: what stands alone, or a tuple. */
static void put_index(cki_api *api, cask_arguments index)
{
    parts p = {.count = 0};
    bool bare = index.count == 1 && index.items && index.items->kind != CASK_ARGUMENT_TEXT;
    if (!index.items || !index.count)
        cki_fail(&api->error, CASK_SYNTAX, NULL, "an index of nothing");
    for (size_t i = 0; index.items && i < index.count && api->error.status == CASK_OK; i++) {
        const cask_argument *one = &index.items[i];
        if (one->name)
            cki_fail(&api->error, CASK_TYPE, NULL, "an index has no keywords");
        else if (one->kind == CASK_ARGUMENT_TEXT && one->text)
            add_text(&p, one->text, &api->error);
        else
            add_part(&p, cki_api_take(api, one), &api->error);
    }
    cask_value *tuple = NULL;
    if (!bare && api->error.status == CASK_OK)
        tuple = cki_value_list(CKI_TUPLE, p.count, &api->error);
    for (size_t i = 0; i < p.count; i++) {
        if (bare)
            tuple = p.items[i];
        else if (tuple)
            tuple->as.list.items[i] = p.items[i];
        else
            cask_value_unref(p.items[i]);
    }
    if (tuple)
        cki_api_value(api, NULL, tuple);
}

cask_array cask_array_index(cask_array x, cask_arguments index)
{
    cki_api api = {0};
    cki_api_array(&api, x);
    put_index(&api, index);
    return cki_api_run(&api, "__getitem__", CKI_ARRAY_PROTOCOL);
}

cask_array cask_array_assign(cask_array x, cask_arguments index, cask_argument value)
{
    cki_api api = {0};
    cki_api_array(&api, x);
    put_index(&api, index);
    value.name = NULL;
    cki_api_argument(&api, &value);
    return cki_api_run(&api, "setitem", CKI_IN_DA);
}

cask_array cask_array_compute_chunk_sizes(cask_array x)
{
    cki_api api = {0};
    cki_api_array(&api, x);
    return cki_api_run(&api, "compute_chunk_sizes", CKI_ARRAY_METHOD);
}
