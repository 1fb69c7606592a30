/* The C interface: asking arrays what they are, computing and saving them. */
#include "array/api.h"
#include "array/attributes.h"
#include "array/collect.h"
#include "array/save.h"
#include "array/svg.h"
#include "core/memory.h"

#include <cask/lazy.h>
#include <stdio.h>

/* ---- asking ---- */

int cask_array_ndim(cask_array x)
{
    return cki_api_failed(x) ? 0 : x->ndim;
}

cask_dtype cask_array_dtype(cask_array x)
{
    return cki_api_failed(x) ? CASK_DTYPE_DEFAULT : (cask_dtype)x->dtype.id;
}

const char *cask_array_name(cask_array x, char *buffer, size_t size)
{
    if (!cki_api_failed(x))
        return cki_attributes_name(x, buffer, size);
    if (size)
        *buffer = '\0';
    return buffer;
}

const char *cask_array_dtype_name(cask_array x, char *buffer, size_t size)
{
    char name[48] = "";
    if (!cki_api_failed(x))
        cki_dtype_name(x->dtype, name);
    if (size)
        snprintf(buffer, size, "%s", name);
    return buffer;
}

bool cask_array_failed(cask_array x)
{
    return cki_api_failed(x);
}

cask_shape cask_array_shape(cask_array x)
{
    cask_shape shape = {0};
    if (cki_api_failed(x))
        return shape;
    shape.ndim = x->ndim;
    for (int k = 0; k < x->ndim; k++)
        shape.sizes[k] = cki_node_length(x, k);
    return shape;
}

int64_t cask_array_size(cask_array x)
{
    return cki_api_failed(x) ? 0 : cki_node_size(x);
}

int64_t cask_array_nbytes(cask_array x)
{
    int64_t bytes, size = cask_array_size(x);
    if (size <= 0)
        return size;
    if (__builtin_mul_overflow(size, (int64_t)cki_dtype_size(x->dtype), &bytes))
        return INT64_MAX;
    return bytes;
}

char *cask_array_svg(cask_array x, int64_t size)
{
    cki_error error = {0};
    cki_text text = {0};
    if (cki_api_failed(x))
        return NULL;
    if (cki_svg_grid(x, size ? size : 500, &text, &error) == CASK_OK)
        return cki_text_take(&text);
    cki_context_fail(x->base.ck, &error);
    cki_text_free(&text);
    return NULL;
}

static bool has_axis(cask_array x, int axis)
{
    return !cki_api_failed(x) && axis >= 0 && axis < x->ndim;
}

int64_t cask_array_blocks(cask_array x, int axis)
{
    return has_axis(x, axis) ? x->axes[axis].blocks : 0;
}

int64_t cask_array_chunk(cask_array x, int axis, int64_t block)
{
    bool there = has_axis(x, axis) && block >= 0 && block < x->axes[axis].blocks;
    return there ? cki_chunks_size(&x->axes[axis], block) : -1;
}

cask_array cask_keep(cask_array x)
{
    if (!cki_api_failed(x) && x->base.ck->nscopes)
        x->base.ck->scopes[x->base.ck->nscopes - 1].kept = true;
    return x;
}

/* ---- computing ---- */

cask_status cask_arrays_compute(const cask_array *arrays, size_t count, cask_value **values)
{
    cki_error error = {0};
    if (count && (!arrays || !values))
        return cki_context_lacks(arrays && arrays[0] ? arrays[0]->base.ck : NULL,
                                 "cask_arrays_compute", arrays ? "values" : "arrays");
    for (size_t i = 0; i < count; i++)
        values[i] = NULL;
    for (size_t i = 0; i < count; i++) {
        if (cki_api_failed(arrays[i]))
            return cki_api_status(arrays[i]);
        if (arrays[i]->base.ck != arrays[0]->base.ck)
            cki_fail(&error, CASK_INVALID, NULL,
                     "arrays of two contexts cannot be computed in one run");
    }
    if (count == 0)
        return CASK_OK;
    cask *ck = arrays[0]->base.ck;
    const cki_node **nodes = cki_memory_alloc(count * sizeof *nodes);
    if (!nodes)
        cki_fail_memory(&error, count * sizeof *nodes);
    for (size_t i = 0; nodes && i < count; i++)
        nodes[i] = &arrays[i]->base;
    if (error.status == CASK_OK)
        cki_collection_compute(ck, nodes, count, values, &error);
    cki_memory_free(nodes);
    return error.status == CASK_OK ? CASK_OK : cki_context_fail(ck, &error);
}

cask_status cask_array_compute(cask_array x, cask_value **value)
{
    return cask_arrays_compute(&x, 1, value);
}

cask_array cask_array_from_lazy(cask_lazy x)
{
    cki_error error = {0};
    if (x && x->collection == &cki_collect_array)
        return cki_node_as_array(x);
    cki_fail(&error, CASK_TYPE, NULL, "%s is no array", x ? x->collection->label(x) : "NULL");
    return cki_api_poison(x ? x->ck : NULL, &error);
}

cask_array cask_array_persist(cask_array x)
{
    cask_lazy held = cask_lazy_from_array(x);
    if (cki_api_failed(x))
        return x;
    if (cask_persist(&held, 1, &held) == CASK_OK)
        return cask_array_from_lazy(held);
    const cki_error error = {.status = x->base.ck->error.status};
    return cki_api_poison(x->base.ck, &error);
}

cask_status cask_array_save(cask_array x, const char *path, const cask_saving *saving)
{
    static const cask_saving usual;
    cki_error error = {0};
    if (cki_api_failed(x))
        return cki_api_status(x);
    saving = saving ? saving : &usual;
    cki_save_options how = {.variable = saving->variable,
                            .title = saving->title,
                            .units = saving->units,
                            .cmap = saving->cmap,
                            .has_vmin = saving->has_vmin,
                            .has_vmax = saving->has_vmax,
                            .vmin = saving->vmin,
                            .vmax = saving->vmax,
                            .animate = saving->animate,
                            .fps = saving->fps};
    if (!path)
        cki_fail(&error, CASK_INVALID, NULL, "cask_array_save: no path was given");
    else
        cki_save_array(x->base.ck, x, path, &how, &error);
    return error.status == CASK_OK ? CASK_OK : cki_context_fail(x->base.ck, &error);
}
