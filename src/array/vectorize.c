/* Vectorizing: the loop of calls, and putting their results together. */
#include "array/vectorize.h"
#include "array/masked.h"
#include "call/call.h"
#include "core/memory.h"

#include <string.h>

typedef struct loop {
    const cki_vectorize *how;
    int ndim; /* looped axes */
    int64_t shape[CKI_MAX_NDIM], at[CKI_MAX_NDIM];
    cask_value **given;                         /* to the function, one an argument */
    cask_value *results[CKI_VECTORIZE_RESULTS]; /* arrays under construction */
    cask_value *masks[CKI_VECTORIZE_RESULTS];   /* theirs, of functions of masked arrays */
    bool masked;
} loop;

/* The array in an argument, masked or not; NULL: it is none. */
static const cki_array *array_in(const cask_value *argument)
{
    const cask_value *data = cki_masked_value_data(argument);
    return cki_array_of(data ? data : argument);
}

/* The axes that are looped over: all arguments' broadcast together. */
static cask_status find_loop(loop *l, const cki_arguments *arguments, cki_error *error)
{
    for (size_t i = 0; i < l->how->ninputs; i++) {
        const cki_array *x = array_in(arguments->positional[i]);
        int n = x && l->how->core[i] >= 0 ? x->ndim - l->how->core[i] : 0;
        if (n < 0)
            return cki_fail(error, CASK_INVALID, NULL,
                            "argument %zu has %d axes, fewer than the function's %d", i, x->ndim,
                            l->how->core[i]);
        l->ndim = n > l->ndim ? n : l->ndim;
    }
    for (int k = 0; k < l->ndim; k++)
        l->shape[k] = 1;
    for (size_t i = 0; i < l->how->ninputs; i++) {
        const cki_array *x = array_in(arguments->positional[i]);
        int n = x && l->how->core[i] >= 0 ? x->ndim - l->how->core[i] : 0;
        for (int k = 0; k < n; k++) {
            int64_t *common = &l->shape[l->ndim - n + k];
            if (x->shape[k] != 1 && *common != 1 && *common != x->shape[k])
                return cki_fail(error, CASK_SHAPE, NULL,
                                "operands could not be broadcast together: lengths %lld and %lld",
                                (long long)*common, (long long)x->shape[k]);
            if (*common == 1)
                *common = x->shape[k];
        }
    }
    return CASK_OK;
}

/* What an argument gives to the call at the loop's place: an element as Python's number, or a view.
 */
static cask_value *plain_part(const loop *l, cask_value *argument, int core, cki_error *error)
{
    const cki_array *x = cki_array_of(argument);
    if (!x || core < 0)
        return cask_value_ref(argument);
    int n = x->ndim - core;
    const unsigned char *data = x->data;
    int64_t offset = 0;
    for (int k = 0; k < n; k++)
        offset += x->shape[k] == 1 ? 0 : l->at[l->ndim - n + k] * x->strides[k];
    if (core == 0)
        return cki_array_item(x->dtype, data + offset, error);
    return cki_array_view(x->buffer, x->data + offset, x->dtype, core, x->shape + n, x->strides + n,
                          error);
}

/* Of a masked array what is masked there. */
static cask_value *part_of(const loop *l, cask_value *argument, int core, cki_error *error)
{
    cask_value *mask = cki_masked_value_mask(argument), *data = cki_masked_value_data(argument);
    cask_value *parts[2] = {NULL};
    if (!mask || core < 0)
        return plain_part(l, argument, core, error);
    parts[0] = plain_part(l, data, core, error);
    parts[1] = parts[0] ? plain_part(l, mask, core, error) : NULL;
    if (parts[1] && core > 0)
        return cki_masked_value_new(parts[0], parts[1], 0, false, error);
    if (parts[1] && parts[1]->as.boolean) {
        cask_value_unref(parts[0]);
        parts[0] = cki_masked_value_constant(error);
    }
    cask_value_unref(parts[1]);
    return parts[0];
}

/* A result array for all calls, as the first one's `value` says; NULL: there is none. */
static cask_value *new_result(const loop *l, size_t r, cki_dtype dtype, const cki_array *first,
                              cki_error *error)
{
    int64_t shape[CKI_MAX_NDIM];
    int core = first ? first->ndim : l->how->results[r].ndim > 0 ? l->how->results[r].ndim : 0;
    if (l->ndim + core > CKI_MAX_NDIM) {
        cki_fail(error, CASK_INVALID, NULL, "a result of more than %d axes", CKI_MAX_NDIM);
        return NULL;
    }
    memcpy(shape, l->shape, sizeof shape);
    for (int k = 0; k < core; k++) {
        int64_t length = first ? first->shape[k] : l->how->results[r].shape[k];
        shape[l->ndim + k] = length < 0 ? 0 : length;
    }
    if (!dtype.id)
        dtype = first ? first->dtype : cki_dtype_of(CASK_F64);
    return cki_array_new(dtype, l->ndim + core, shape, error);
}

/* Put what a call gave, or its mask, into its place in one of the results. */
static cask_status put(loop *l, size_t r, int half, cask_value *value, cki_error *error)
{
    cask_value **result = half ? &l->masks[r] : &l->results[r];
    const cki_dtype dtype = half ? cki_dtype_of(CASK_BOOL) : l->how->results[r].dtype;
    cask_value *natural = cki_masked_block_part(value, half, error);
    const cki_array *from = cki_array_of(natural);
    int wanted = l->how->results[r].ndim;
    if (from && wanted >= 0 && from->ndim != wanted)
        cki_fail(error, CASK_INVALID, NULL,
                 "wrong number of dimensions: the function gave %d axes where %d are expected",
                 from->ndim, wanted);
    if (from && error->status == CASK_OK && !*result)
        *result = new_result(l, r, dtype, from, error);
    const cki_array *whole = cki_array_of(*result);
    if (from && whole && error->status == CASK_OK) {
        cki_array place = *whole;
        bool fits = place.ndim - l->ndim == from->ndim;
        for (int k = 0; k < l->ndim; k++)
            place.data += l->at[k] * place.strides[k];
        place.ndim = from->ndim;
        for (int k = 0; k < from->ndim && fits; k++) {
            place.shape[k] = whole->shape[l->ndim + k];
            place.strides[k] = whole->strides[l->ndim + k];
            fits = place.shape[k] == from->shape[k];
        }
        if (!fits)
            cki_fail(error, CASK_SHAPE, NULL,
                     "a function gave results of different shapes for different elements");
        else
            cki_array_cast(&place, from, error);
    }
    cask_value_unref(natural);
    return error->status;
}

static cask_status store(loop *l, size_t r, cask_value *value, cki_error *error)
{
    if (put(l, r, 0, value, error) != CASK_OK || !l->masked)
        return error->status;
    return put(l, r, 1, value, error);
}

static cask_status store_all(loop *l, cask_value *value, cki_error *error)
{
    if (!l->how->nresults)
        return store(l, 0, value, error);
    bool list = value->kind == CKI_TUPLE || value->kind == CKI_LIST;
    if (!list || value->as.list.count != (size_t)l->how->nresults)
        return cki_fail(error, CASK_INVALID, NULL, "a function of %d results gave %s",
                        l->how->nresults, list ? "another number of them" : "one");
    for (int r = 0; r < l->how->nresults && error->status == CASK_OK; r++)
        store(l, (size_t)r, value->as.list.items[r], error);
    return error->status;
}

/* One call. */
static cask_status step(loop *l, cask *ck, cask_value *function, const cki_arguments *arguments,
                        void *run, cki_error *error)
{
    size_t made = 0;
    cki_arguments given = *arguments;
    given.positional = l->given;
    while (made < l->how->ninputs &&
           (l->given[made] = part_of(l, arguments->positional[made], l->how->core[made], error)))
        made++;
    if (made == l->how->ninputs) {
        cask_value *value = cki_call_run(ck, function, &given, run, error);
        if (value)
            store_all(l, value, error);
        cask_value_unref(value);
    }
    while (made)
        cask_value_unref(l->given[--made]);
    return error->status;
}

static bool next(loop *l)
{
    for (int k = l->ndim - 1; k >= 0; k--) {
        if (++l->at[k] < l->shape[k])
            return true;
        l->at[k] = 0;
    }
    return false;
}

/* The result, or the tuple of them. */
static cask_value *finish(loop *l, cki_error *error)
{
    size_t count = l->how->nresults ? (size_t)l->how->nresults : 1;
    for (size_t r = 0; r < count && error->status == CASK_OK; r++) {
        if (!l->results[r])
            l->results[r] = new_result(l, r, l->how->results[r].dtype, NULL, error);
        if (l->masks[r] && l->results[r]) {
            l->results[r] = cki_masked_value_new(l->results[r], l->masks[r], 0, false, error);
            l->masks[r] = NULL;
        }
    }
    cask_value *all = NULL;
    if (error->status == CASK_OK && l->how->nresults)
        all = cki_value_list(CKI_TUPLE, count, error);
    for (size_t r = 0; r < count; r++) {
        if (all)
            all->as.list.items[r] = l->results[r];
        else if (error->status == CASK_OK && !l->how->nresults)
            all = l->results[r];
        else
            cask_value_unref(l->results[r]);
        cask_value_unref(l->masks[r]); /* of what failed */
        l->results[r] = l->masks[r] = NULL;
    }
    return all;
}

cask_value *cki_vectorize_run(cask *ck, cask_value *function, const cki_arguments *arguments,
                              const cki_vectorize *how, void *run, cki_error *error)
{
    loop l = {.how = how};
    bool any = true;
    if (arguments->count != how->ninputs) {
        cki_fail(error, CASK_TYPE, NULL, "%zu arguments given where %zu are expected",
                 arguments->count, how->ninputs);
        return NULL;
    }
    l.given = (cask_value **)cki_memory_calloc(how->ninputs + 1, sizeof *l.given);
    if (!l.given)
        cki_fail_memory(error, how->ninputs * sizeof *l.given);
    else
        find_loop(&l, arguments, error);
    for (size_t i = 0; i < how->ninputs; i++)
        l.masked = l.masked || cki_masked_value_mask(arguments->positional[i]);
    for (int k = 0; k < l.ndim; k++)
        any = any && l.shape[k] > 0;
    while (any && error->status == CASK_OK &&
           step(&l, ck, function, arguments, run, error) == CASK_OK)
        any = next(&l);
    cki_memory_free((void *)l.given);
    return finish(&l, error);
}
