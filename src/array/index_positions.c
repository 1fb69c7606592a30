/* Indexing by several lists: every entry of the index says where elements are along its axis, and
 * lists go together, broadcast to one shape, which stands where the first of them stood, or in
 * front if a slice or a new axis lies between them. */
#include "array/index_positions.h"
#include "array/pick.h"

#include <string.h>

enum { MOST_ENTRIES = 2 * CKI_MAX_NDIM };

typedef enum entry_kind { TAKEN, LISTED, NEW_AXIS } entry_kind;

typedef struct entry {
    entry_kind kind;
    int axis;
    cki_pick pick;     /* of a slice */
    cask_value *array; /* int64, C-contiguous */
} entry;

typedef struct request {
    const int64_t *shape;
    int ndim, axis; /* the next axis to be indexed */
    entry entries[MOST_ENTRIES];
    int count;
    int64_t together[CKI_MAX_NDIM]; /* what the lists broadcast to */
    int ntogether;
    cki_error *error;
} request;

/* ---- reading ---- */

static bool is_list(const cask_value *value)
{
    const cki_array *array = cki_array_of(value);
    return value->kind == CKI_LIST || value->kind == CKI_TUPLE || value->kind == CKI_RANGE ||
           (array && array->ndim > 0);
}

bool cki_index_positions_many(cask_value *index)
{
    bool tuple = index->kind == CKI_TUPLE;
    cask_value *const *items = tuple ? index->as.list.items : &index;
    size_t count = tuple ? index->as.list.count : 1;
    int lists = 0;
    for (size_t i = 0; i < count; i++) {
        const cki_array *array = cki_array_of(items[i]);
        bool nested = !array && is_list(items[i]) && items[i]->kind != CKI_RANGE &&
                      items[i]->as.list.count && is_list(items[i]->as.list.items[0]);
        lists += is_list(items[i]) + ((array && array->ndim > 1) || nested);
    }
    return lists > 1;
}

static entry *next(request *r, entry_kind kind)
{
    if (r->count == MOST_ENTRIES || (kind != NEW_AXIS && r->axis >= r->ndim)) {
        cki_fail(r->error, CASK_INDEX, NULL, "too many indices for array: array is %d-dimensional",
                 r->ndim);
        return NULL;
    }
    entry *e = &r->entries[r->count++];
    *e = (entry){.kind = kind, .axis = r->axis};
    r->axis += kind != NEW_AXIS;
    return e;
}

/* The lists' common shape, with another one. */
static cask_status meet(request *r, const cki_array *array)
{
    int more = array->ndim - r->ntogether;
    if (more > 0) {
        memmove(r->together + more, r->together, (size_t)r->ntogether * sizeof *r->together);
        for (int k = 0; k < more; k++)
            r->together[k] = 1;
        r->ntogether = array->ndim;
    }
    for (int k = 0; k < array->ndim; k++) {
        int64_t *common = &r->together[r->ntogether - array->ndim + k];
        if (*common == 1)
            *common = array->shape[k];
        else if (array->shape[k] != 1 && array->shape[k] != *common)
            return cki_fail(r->error, CASK_INDEX, NULL,
                            "shape mismatch: indexing arrays could not be broadcast together: "
                            "lengths %lld and %lld",
                            (long long)*common, (long long)array->shape[k]);
    }
    return CASK_OK;
}

/* Positions along the next axis; the reference is taken over. */
static cask_status add_list(request *r, cask_value *positions)
{
    const cki_array *array = cki_array_of(positions);
    entry *e = array ? next(r, LISTED) : NULL;
    if (!e) {
        cask_value_unref(positions);
        return r->error->status;
    }
    e->array = positions;
    int64_t length = r->shape[e->axis], *at = (int64_t *)(void *)array->data;
    for (int64_t i = 0; i < cki_array_size(array); i++) {
        if (at[i] < -length || at[i] >= length)
            return cki_fail(r->error, CASK_INDEX, NULL,
                            "index %lld is out of bounds for axis %d with size %lld",
                            (long long)at[i], e->axis, (long long)length);
        at[i] += at[i] < 0 ? length : 0;
    }
    return meet(r, array);
}

/* A mask of several axes is as many lists: the coordinates of what is true. */
static cask_status add_mask(request *r, const cki_array *mask)
{
    int64_t count = 0, size = cki_array_size(mask), place[CKI_MAX_NDIM];
    for (int k = 0; k < mask->ndim; k++)
        if (r->axis + k >= r->ndim || mask->shape[k] != r->shape[r->axis + k])
            return cki_fail(r->error, CASK_INDEX, NULL,
                            "boolean index did not match indexed array along dimension %d: the "
                            "boolean dimension is %lld",
                            r->axis + k, (long long)mask->shape[k]);
    for (int64_t i = 0; i < size; i++)
        count += mask->data[i] != 0;
    for (int axis = 0; axis < mask->ndim; axis++) {
        cask_value *list = cki_array_new(cki_dtype_of(CASK_I64), 1, &count, r->error);
        if (!list)
            return r->error->status;
        int64_t *at = (int64_t *)(void *)cki_array_of(list)->data, found = 0;
        for (int64_t i = 0; i < size; i++) {
            int64_t rest = i;
            for (int k = mask->ndim - 1; k >= 0; k--) {
                place[k] = rest % mask->shape[k];
                rest /= mask->shape[k];
            }
            if (mask->data[i])
                at[found++] = place[axis];
        }
        if (add_list(r, list) != CASK_OK)
            return r->error->status;
    }
    return CASK_OK;
}

static cask_status read_list(request *r, cask_value *value)
{
    cask_value *natural = cki_array_of(value)
                              ? cki_array_compact(value, r->error)
                              : cki_array_from_value(value, (cki_dtype){0}, r->error);
    const cki_array *array = cki_array_of(natural);
    cask_value *numbers = NULL;
    if (array && array->dtype.id == CASK_BOOL)
        add_mask(r, array);
    else if (array && cki_array_size(array) && !cki_dtype_is_integer(array->dtype))
        cki_fail(r->error, CASK_INDEX, NULL,
                 "arrays used as indices must be of integer (or boolean) type");
    else if (array)
        numbers = cki_array_new(cki_dtype_of(CASK_I64), array->ndim, array->shape, r->error);
    if (numbers && (!cki_array_size(array) ||
                    cki_array_cast(cki_array_of(numbers), array, r->error) == CASK_OK))
        add_list(r, numbers);
    else
        cask_value_unref(numbers);
    cask_value_unref(natural);
    return r->error->status;
}

static cask_status read_entry(request *r, cask_value *value)
{
    int64_t number, stop;
    if (value->kind == CKI_NONE)
        return next(r, NEW_AXIS) ? CASK_OK : r->error->status;
    if (is_list(value))
        return read_list(r, value);
    if (value->kind == CKI_SLICE) {
        entry *e = next(r, TAKEN);
        return e ? cki_pick_slice(value, r->shape[e->axis], &e->pick, &stop, r->error)
                 : r->error->status;
    }
    if (cki_pick_integer(value, &number, r->error) != CASK_OK)
        return r->error->status;
    return add_list(r, cki_array_scalar(cki_dtype_of(CASK_I64), &number, r->error));
}

/* How many axes an entry stands for. */
static int axes_of(const cask_value *value)
{
    const cki_array *array = cki_array_of(value);
    if (value->kind == CKI_NONE || value->kind == CKI_ELLIPSIS)
        return 0;
    return array && array->dtype.id == CASK_BOOL ? array->ndim : 1;
}

static cask_status read_index(request *r, cask_value *index)
{
    bool tuple = index->kind == CKI_TUPLE;
    cask_value *const *items = tuple ? index->as.list.items : &index;
    size_t count = tuple ? index->as.list.count : 1;
    int used = 0;
    for (size_t i = 0; i < count && used <= r->ndim; i++)
        used += axes_of(items[i]);
    for (size_t i = 0; i < count && r->error->status == CASK_OK; i++) {
        if (items[i]->kind != CKI_ELLIPSIS) {
            read_entry(r, items[i]);
            continue;
        }
        for (; used < r->ndim && r->error->status == CASK_OK; used++) {
            entry *e = next(r, TAKEN);
            if (e)
                e->pick = cki_pick_all(r->shape[e->axis]);
        }
    }
    while (r->axis < r->ndim && r->error->status == CASK_OK) {
        entry *e = next(r, TAKEN);
        if (e)
            e->pick = cki_pick_all(r->shape[e->axis]);
    }
    return r->error->status;
}

/* ---- the positions ---- */

/* One axis of the result: how far apart its elements' positions are; or, for one of the lists', how
 * far apart in each list. */
typedef struct step {
    int64_t length, position;
    int64_t in_list[MOST_ENTRIES];
} step;

/* The axis of the result where the lists' begin: the first list's, or 0 if they are apart. */
static int place_of_lists(const request *r)
{
    int first = -1, last = -1, place = 0;
    for (int i = 0; i < r->count; i++)
        if (r->entries[i].kind == LISTED) {
            first = first < 0 ? i : first;
            last = i;
        }
    for (int i = first; i <= last && first >= 0; i++)
        if (r->entries[i].kind != LISTED)
            return 0;
    for (int i = 0; i < first; i++)
        place++;
    return place;
}

/* The steps of the lists' axes, from axis `at` of the result on. */
static void add_together(const request *r, step *steps, int at)
{
    for (int k = 0; k < r->ntogether; k++)
        steps[at + k] = (step){.length = r->together[k]};
    for (int i = 0; i < r->count; i++) {
        const cki_array *array = cki_array_of(r->entries[i].array);
        for (int64_t k = array ? array->ndim - 1 : -1, stride = 1; array && k >= 0; k--) {
            if (array->shape[k] != 1)
                steps[at + r->ntogether - array->ndim + k].in_list[i] = stride;
            stride *= array->shape[k];
        }
    }
}

static int64_t stride_of(const request *r, int axis)
{
    int64_t stride = 1;
    for (int k = axis + 1; k < r->ndim; k++)
        stride *= r->shape[k];
    return stride;
}

/* The result's axes, and the position of what is taken at the beginning of each slice. */
static int find_steps(const request *r, step *steps, int64_t *begin)
{
    int ndim = 0, place = place_of_lists(r);
    *begin = 0;
    for (int i = 0; i < r->count; i++) {
        const entry *e = &r->entries[i];
        if (ndim == place && r->ntogether && place >= 0) {
            add_together(r, steps, ndim);
            ndim += r->ntogether;
            place = -1;
        }
        if (e->kind == NEW_AXIS)
            steps[ndim++] = (step){.length = 1};
        if (e->kind != TAKEN)
            continue;
        int64_t stride = stride_of(r, e->axis);
        steps[ndim++] = (step){.length = e->pick.count, .position = e->pick.step * stride};
        *begin += e->pick.count ? e->pick.start * stride : 0;
    }
    return ndim;
}

static void fill(const request *r, const step *steps, int ndim, int64_t begin, int64_t *out,
                 int64_t count)
{
    int64_t at[CKI_MAX_NDIM] = {0};
    for (int64_t i = 0; i < count; i++) {
        int64_t position = begin, in_list[MOST_ENTRIES] = {0};
        for (int k = 0; k < ndim; k++) {
            position += at[k] * steps[k].position;
            for (int e = 0; e < r->count; e++)
                in_list[e] += at[k] * steps[k].in_list[e];
        }
        for (int e = 0; e < r->count; e++)
            if (r->entries[e].array)
                position += ((const int64_t *)(const void *)cki_array_of(r->entries[e].array)
                                 ->data)[in_list[e]] *
                            stride_of(r, r->entries[e].axis);
        out[i] = position;
        for (int k = ndim - 1; k >= 0 && ++at[k] == steps[k].length; k--)
            at[k] = 0;
    }
}

cask_value *cki_index_positions_of(const int64_t *shape, int ndim, cask_value *index,
                                   cki_error *error)
{
    request r = {.shape = shape, .ndim = ndim, .error = error};
    cask_value *made = NULL;
    if (read_index(&r, index) == CASK_OK) {
        step steps[MOST_ENTRIES + CKI_MAX_NDIM];
        int64_t begin, lengths[CKI_MAX_NDIM];
        int axes = find_steps(&r, steps, &begin);
        if (axes > CKI_MAX_NDIM)
            cki_fail(error, CASK_INDEX, NULL, "a result of more than %d axes", CKI_MAX_NDIM);
        for (int k = 0; k < axes && axes <= CKI_MAX_NDIM; k++)
            lengths[k] = steps[k].length;
        if (error->status == CASK_OK)
            made = cki_array_new(cki_dtype_of(CASK_I64), axes, lengths, error);
        if (made)
            fill(&r, steps, axes, begin, (int64_t *)(void *)cki_array_of(made)->data,
                 cki_array_size(cki_array_of(made)));
    }
    for (int i = 0; i < r.count; i++)
        cask_value_unref(r.entries[i].array);
    return made;
}
