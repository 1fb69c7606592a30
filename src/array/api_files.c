/* The C interface: files, each call by the record of the operation. */
#include "array/api.h"
#include "array/convert.h"
#include "array/save.h"
#include "core/memory.h"
#include <cask/files.h>

#include <string.h>

static cask_array run_reading(cki_api *api, const char *operation, const cask_reading *reading)
{
    if (reading && reading->chunks.ndim)
        cki_api_shape(api, "chunks", &reading->chunks);
    if (reading && reading->axis)
        cki_api_int(api, "axis", reading->axis);
    if (reading && reading->stack)
        cki_api_flag(api, "stack", true);
    return cki_api_run(api, operation, CKI_IN_DA);
}

static cask_array named(cask *ck, const char *operation, const char *path, const char *name,
                        const cask_reading *reading)
{
    cki_api api = {.ck = ck};
    cki_api_text(&api, NULL, path);
    cki_api_text(&api, NULL, name);
    return run_reading(&api, operation, reading);
}

cask_array cask_array_from_zarr(cask *ck, const char *path, const char *component,
                                const cask_reading *reading)
{
    return named(ck, "from_zarr", path, component, reading);
}

cask_array cask_array_from_npz(cask *ck, const char *path, const char *name,
                               const cask_reading *reading)
{
    return named(ck, "from_npz", path, name, reading);
}

static cask_array from_path(cask *ck, const char *operation, const char *path)
{
    cki_api api = {.ck = ck};
    cki_api_text(&api, NULL, path);
    return cki_api_run(&api, operation, CKI_IN_DA);
}

cask_array cask_array_from_npy_stack(cask *ck, const char *folder)
{
    return from_path(ck, "from_npy_stack", folder);
}

cask_array cask_array_from_images(cask *ck, const char *pattern)
{
    return from_path(ck, "image.imread", pattern);
}

cask_array cask_array_from_raw(cask *ck, const char *path, const cask_raw *raw,
                               const cask_reading *reading)
{
    static const cask_raw usual;
    cki_api api = {.ck = ck};
    raw = raw ? raw : &usual;
    cki_api_text(&api, NULL, path);
    cki_api_text(&api, NULL, raw->dtype);
    if (raw->shape.ndim)
        cki_api_shape(&api, "shape", &raw->shape);
    if (raw->offset)
        cki_api_int(&api, "offset", raw->offset);
    if (raw->fortran)
        cki_api_text(&api, "order", "F");
    return run_reading(&api, "from_raw", reading);
}

/* ---- writing ---- */

cask_status cask_array_to_zarr(cask_array x, const char *path, const cask_zarr *how)
{
    static const cask_zarr usual;
    cki_api api = {0};
    how = how ? how : &usual;
    cki_api_array(&api, x);
    cki_api_text(&api, NULL, path);
    cki_api_text(&api, "component", how->component);
    if (how->compressor)
        cki_api_text(&api, "compressor", how->compressor);
    if (how->zarr_format)
        cki_api_int(&api, "zarr_format", how->zarr_format);
    if (how->chunks.ndim)
        cki_api_shape(&api, "chunks", &how->chunks);
    if (how->shards.ndim)
        cki_api_shape(&api, "shards", &how->shards);
    if (how->overwrite)
        cki_api_flag(&api, "overwrite", true);
    return cki_api_do(&api, "to_zarr", NULL);
}

cask_status cask_array_to_hdf5(cask_array x, const char *path, const char *dataset,
                               const cask_hdf5 *how)
{
    static const cask_hdf5 usual;
    cki_api api = {0};
    how = how ? how : &usual;
    cki_api_text(&api, NULL, path);
    cki_api_text(&api, NULL, dataset);
    cki_api_array(&api, x);
    if (how->compression)
        cki_api_text(&api, "compression", how->compression);
    if (how->chunks.ndim)
        cki_api_shape(&api, "chunks", &how->chunks);
    return cki_api_do(&api, "to_hdf5", NULL);
}

cask_status cask_array_to_npy_stack(cask_array x, const char *folder, int axis)
{
    cki_api api = {0};
    cki_api_text(&api, NULL, folder);
    cki_api_array(&api, x);
    cki_api_int(&api, "axis", axis);
    return cki_api_do(&api, "to_npy_stack", NULL);
}

/* Arrays of one context, each with a name of its own. */
static cask_status check_several(const cask_array *arrays, const char *const *names, size_t count,
                                 cki_error *error)
{
    for (size_t i = 0; i < count; i++) {
        const char *name = names[i];
        if (!arrays[i] || cki_api_failed(arrays[i]))
            return error->status = cki_api_status(arrays[i]);
        if (arrays[i]->base.ck != arrays[0]->base.ck)
            return cki_fail(error, CASK_INVALID, NULL,
                            "arrays of two contexts cannot be saved together");
        if (!name)
            return cki_fail(error, CASK_INVALID, NULL, "cask_arrays_save: name %zu is NULL", i);
        for (size_t j = 0; j < i; j++)
            if (names[j] && strcmp(name, names[j]) == 0)
                return cki_fail(error, CASK_INVALID, NULL,
                                "cask_arrays_save: two arrays are called '%s'", name);
    }
    return CASK_OK;
}

cask_status cask_arrays_save(const cask_array *arrays, const char *const *names, size_t count,
                             const char *path)
{
    cki_error error = {0};
    cask *ck = arrays && count && arrays[0] ? arrays[0]->base.ck : NULL;
    if (count == 0)
        return CASK_OK;
    if (!ck || !names || !path)
        return cki_context_lacks(ck, "cask_arrays_save",
                                 !ck      ? "arrays"
                                 : !names ? "names"
                                          : "path");
    cki_ledger *before = cki_ledger_enter(ck->ledger);
    if (check_several(arrays, names, count, &error) == CASK_OK)
        cki_save_several(ck, path, names, arrays, count, &error);
    cki_ledger_enter(before);
    return cki_context_fail(ck, &error);
}

/* The targets, or the regions, as a list. */
static cask_value *texts(const char *const *all, size_t count, bool index, cki_error *error)
{
    cask_value *list = cki_value_list(CKI_LIST, count, error);
    for (size_t i = 0; list && i < count; i++) {
        cask_value *one = NULL;
        if (index)
            one = all[i] ? cki_api_index(all[i], error) : cki_value_none();
        else if (all[i])
            one = cki_value_string(all[i], error);
        else
            cki_fail(error, CASK_INVALID, NULL, "cask_arrays_store: target %zu is NULL", i);
        list->as.list.items[i] = one ? one : cki_value_none();
    }
    return list;
}

/* What store(compute=False) gives for a list: a tuple of delayed values, which the context keeps.
 */
static void take_delayed(const cask_value *given, cask_delayed *writing, size_t count)
{
    bool good = given && given->kind == CKI_TUPLE && given->as.list.count == count;
    for (size_t i = 0; i < count; i++)
        writing[i] =
            good ? (cask_delayed)(const void *)cki_operation_node(given->as.list.items[i]) : NULL;
}

cask_status cask_arrays_store(const cask_array *arrays, const char *const *targets, size_t count,
                              const cask_storing *how)
{
    static const cask_storing usual;
    cki_api api = {0};
    cask_value *given = NULL;
    how = how ? how : &usual;
    if (count == 0)
        return CASK_OK;
    cki_api_arrays(&api, arrays, count);
    if (targets)
        cki_api_value(&api, NULL, texts(targets, count, false, &api.error));
    else
        cki_fail(&api.error, CASK_INVALID, NULL, "cask_arrays_store: 'targets' is NULL");
    if (how->regions)
        cki_api_value(&api, "regions", texts(how->regions, count, true, &api.error));
    if (how->writing)
        cki_api_flag(&api, "compute", false);
    cask_status status = cki_api_do(&api, "store", &given);
    if (how->writing)
        take_delayed(given, how->writing, count);
    cask_value_unref(given);
    return status;
}

cask_status cask_convert(cask *ck, const char *in, const char *out, const cask_converting *how)
{
    static const cask_converting usual;
    cki_error error = {0};
    how = how ? how : &usual;
    cki_convert_options options = {.variable = how->variable,
                                   .codec = how->codec,
                                   .version = how->zarr_format,
                                   .stack = how->stack};
    if (ck && !ck->compute) /* it could not be opened */
        return ck->error.status;
    if (!ck || !in || !out)
        return cki_context_lacks(ck, "cask_convert", !ck ? "ck" : in ? "out" : "in");
    if (how->chunks.ndim < 0 || how->chunks.ndim > CASK_MAX_NDIM)
        cki_fail(&error, CASK_INVALID, NULL, "cask_convert: chunks of %d axes", how->chunks.ndim);
    else if (how->chunks.ndim)
        options.chunks =
            cki_value_ints(CKI_TUPLE, how->chunks.sizes, (size_t)how->chunks.ndim, &error);
    cki_ledger *before = cki_ledger_enter(ck->ledger);
    if (error.status == CASK_OK)
        cki_convert_file(ck, in, out, &options, &error);
    cki_ledger_enter(before);
    cask_value_unref(options.chunks);
    return error.status == CASK_OK ? CASK_OK : cki_context_fail(ck, &error);
}
