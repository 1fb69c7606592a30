/* Finding the type of a function's results: by calling it with arrays of one element, as Dask. */
#include "array/blockwise.h"
#include "array/masked.h"
#include "call/call.h"
#include "core/memory.h"
#include "expr/collection.h"

#include <string.h>

/* numpy.ones((1,) * ndim, dtype). */
static cask_value *sample(cki_dtype dtype, int ndim, cki_error *error)
{
    int64_t shape[CKI_MAX_NDIM];
    for (int k = 0; k < CKI_MAX_NDIM; k++)
        shape[k] = 1;
    cask_value *made = cki_array_new(dtype, ndim, shape, error);
    const int64_t one = 1;
    if (made && cki_array_cast_element(dtype, cki_array_of(made)->data, cki_dtype_of(CASK_I64),
                                       &one, error) != CASK_OK) {
        cask_value_unref(made);
        return NULL;
    }
    return made;
}

/* Of a masked array a masked one, of which nothing is masked. */
static cask_value *sample_of(cask_array x, cki_error *error)
{
    cask_value *data = sample(x->dtype, x->ndim, error);
    cask_value *mask = data && cki_masked_is(x) ? cki_masked_block_part(data, 1, error) : NULL;
    if (mask)
        return cki_masked_value_new(data, mask, 0, false, error);
    if (error->status == CASK_OK)
        return data;
    cask_value_unref(data);
    return NULL;
}

/* A lazy array in an argument becomes such a sample; others stay. */
static cask_value *take_sample(void *user, cask_value *lazy, cki_error *error)
{
    cask_array x = cki_node_lazy(lazy);
    (void)user;
    return x ? sample(x->dtype, x->ndim, error) : cask_value_ref(lazy);
}

static cask_value *zeros(int count, cki_error *error)
{
    const int64_t none[CKI_MAX_NDIM] = {0};
    return cki_value_ints(CKI_TUPLE, none, (size_t)count, error);
}

static cask_status refuse(const cki_blockwise *spec, const cki_error *why, const char *suggest,
                          cki_error *error)
{
    return cki_fail(error, CASK_INVALID, NULL,
                    "`dtype` inference failed in `%s`.\n\nPlease specify the dtype explicitly "
                    "using the `%s` kwarg.\n\nOriginal error is below:\n------------------------\n"
                    "%s: %s",
                    spec->what, suggest, why->python, why->message);
}

cask_value *cki_blockwise_trial(cki_build *build, const cki_blockwise *spec, const char *suggest)
{
    cki_error own = {0};
    size_t made = 0, named = spec->nnamed;
    cask_value **values = (cask_value **)cki_memory_calloc(spec->count + 1, sizeof *values);
    const char **names = (const char **)cki_memory_calloc(spec->nnamed + 1, sizeof *names);
    cask_value *result = NULL;
    if (!values || !names) {
        cki_fail_memory(build->error, spec->count * sizeof *values);
        goto out;
    }
    for (; made < spec->count; made++) {
        const cki_blockwise_argument *a = &spec->arguments[made];
        values[made] = a->x ? sample_of(a->x, build->error)
                            : cki_collection_map(a->value, take_sample, NULL, build->error);
        if (!values[made])
            goto out;
    }
    for (size_t i = 0; i < spec->nnamed; i++)
        names[i] = spec->names[i];
    if (spec->block_id) {
        names[named] = "block_id";
        if (!(values[made++] = zeros(spec->ndim, build->error)))
            goto out;
        named++;
    }
    size_t positional = spec->count - spec->nnamed;
    const cki_arguments arguments = {values, positional, names, values + positional, named};
    result = spec->vectorize ? cki_vectorize_run(build->ck, spec->function, &arguments,
                                                 spec->vectorize, NULL, &own)
                             : cki_call_run(build->ck, spec->function, &arguments, NULL, &own);
    if (!result && own.status == CASK_MEMORY)
        cki_fail(build->error, own.status, own.python, "%s", own.message);
    else if (!result)
        refuse(spec, &own, suggest, build->error);
out:
    for (size_t i = 0; values && i < made; i++)
        cask_value_unref(values[i]);
    cki_memory_free((void *)values);
    cki_memory_free((void *)names);
    return result;
}

cask_status cki_blockwise_dtype(const cask_value *value, cki_dtype *dtype, cki_error *error)
{
    if (cki_array_of(value)) {
        *dtype = cki_array_of(value)->dtype;
        return CASK_OK;
    }
    cask_value *natural = cki_masked_value_data(value)
                              ? cask_value_ref(cki_masked_value_data(value))
                              : cki_array_from_value(value, (cki_dtype){0}, error);
    if (natural)
        *dtype = cki_array_of(natural)->dtype;
    cask_value_unref(natural);
    return error->status;
}

cask_status cki_blockwise_infer(cki_build *build, const cki_blockwise *spec, cki_dtype *dtype)
{
    cask_value *result = cki_blockwise_trial(build, spec, "dtype");
    if (result)
        cki_blockwise_dtype(result, dtype, build->error);
    cask_value_unref(result);
    return build->error->status;
}

cask_value *cki_blockwise_function(cki_build *build, cask_value *value, const char *what)
{
    if (cki_call_callable(value))
        return cask_value_ref(value);
    cki_fail(build->error, CASK_TYPE, NULL,
             "First argument must be callable function, not %s\nUsage:   da.%s(function, x)\n   "
             "or:   da.%s(function, x, y, z)",
             cki_value_type(value), what, what);
    return NULL;
}
