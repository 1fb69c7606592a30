/* The C interface of functions on blocks, and of making the values that they give. */
#include "array/api.h"
#include "array/map_blocks.h"
#include "call/call.h"
#include "core/memory.h"
#include "expr/argument.h"
#include <cask/blocks.h>

#include <string.h>

static const cask_blocks usual;

/* A call in the making. */
typedef struct making {
    cask *ck;
    cki_build build;
    cki_error error;
    cask_value *function, *named, *dtype, *chunks, *drop, *added, *name;
    cask_value **given; /* arrays, then further positional arguments */
    size_t count;
} making;

static void drop_all(making *m)
{
    cask_value *const all[] = {m->function, m->named, m->dtype, m->chunks,
                               m->drop,     m->added, m->name};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        cask_value_unref(all[i]);
    for (size_t i = 0; m->given && i < m->count; i++)
        cask_value_unref(m->given[i]);
    cki_memory_free((void *)m->given);
}

static bool too_many(int axes, cki_error *error)
{
    if (axes >= 0 && axes <= CASK_MAX_NDIM)
        return false;
    cki_fail(error, CASK_INVALID, NULL, "%d axes: an array has at most %d", axes, CASK_MAX_NDIM);
    return true;
}

static cask_value *axes_value(const cask_axes *axes, cki_error *error)
{
    int64_t numbers[CASK_MAX_NDIM];
    if (too_many(axes->count, error))
        return cki_value_none();
    for (int i = 0; i < axes->count; i++)
        numbers[i] = axes->axes[i];
    return axes->count > 0 ? cki_value_ints(CKI_TUPLE, numbers, (size_t)axes->count, error)
                           : cki_value_none();
}

static cask_value *shape_value(const cask_shape *shape, cki_error *error)
{
    return !too_many(shape->ndim, error) && shape->ndim > 0
               ? cki_value_ints(CKI_TUPLE, shape->sizes, (size_t)shape->ndim, error)
               : cki_value_none();
}

/* The arrays and further arguments; false with a poison array or the error. */
static bool read_arguments(making *m, const cask_array *arrays, size_t count,
                           const cask_arguments *rest, cask_array *poison)
{
    m->given = (cask_value **)cki_memory_calloc(count + rest->count + 1, sizeof *m->given);
    m->named = cki_value_dict(&m->error);
    if (!m->given || !m->named) {
        cki_fail_memory(&m->error, count * sizeof *m->given);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (cki_api_failed(arrays[i])) {
            *poison = arrays[i];
            if (!*poison)
                cki_fail(&m->error, CASK_INVALID, NULL, "an array was expected, not NULL");
            return false;
        }
        if (arrays[i]->base.ck != m->ck)
            cki_fail(&m->error, CASK_INVALID, NULL, "arrays of two contexts in one call");
        if (m->error.status == CASK_OK &&
            (m->given[m->count] = cki_node_value(&m->build, arrays[i])))
            m->count++;
    }
    for (size_t i = 0; i < rest->count && m->error.status == CASK_OK; i++) {
        const cask_argument *argument = &rest->items[i];
        cask_value *value = cki_argument_value(argument, &m->error);
        if (argument->name && value) {
            cask_value *key = cki_value_string(argument->name, &m->error);
            if (key)
                cki_value_dict_set(m->named, key, value, &m->error);
            else
                cask_value_unref(value);
        } else if (value) {
            m->given[m->count++] = value;
        }
    }
    return m->error.status == CASK_OK;
}

static bool read_options(making *m, const char *function, const cask_blocks *how)
{
    cki_error *error = &m->error;
    m->function = function ? cki_call_find(m->ck, function, error) : NULL;
    if (!function)
        cki_fail(error, CASK_TYPE, NULL, "map_blocks() needs the name of a function");
    m->dtype = how->dtype == CASK_DTYPE_DEFAULT || !cki_api_known(how->dtype, error)
                   ? cki_value_none()
                   : cki_value_dtype(cki_dtype_of(how->dtype), error);
    m->chunks = shape_value(&how->chunks, error);
    m->drop = axes_value(&how->drop_axes, error);
    m->added = axes_value(&how->new_axes, error);
    m->name = how->name ? cki_value_string(how->name, error) : cki_value_none();
    return error->status == CASK_OK;
}

/* The context of the first array that tells it; NULL if none does. */
static cask *context_of(const cask_array *arrays, size_t count)
{
    for (size_t i = 0; arrays && i < count; i++)
        if (arrays[i] && arrays[i]->base.ck)
            return arrays[i]->base.ck;
    return NULL;
}

cask_array cask_array_map_blocks(const cask_array *arrays, size_t count, const char *function,
                                 const cask_blocks *how)
{
    cask_array made = NULL, poison = NULL;
    making m = {.ck = context_of(arrays, count)};
    how = how ? how : &usual;
    if (!m.ck)
        return cki_api_poison(NULL, &m.error);
    cki_ledger *before = cki_ledger_enter(m.ck->ledger);
    m.build = (cki_build){m.ck, &m.ck->arena, &m.error};
    if (read_arguments(&m, arrays, count, &how->arguments, &poison) &&
        read_options(&m, function, how))
        made = cki_map_blocks_array(&m.build, &(cki_map_blocks){.function = m.function,
                                                                .what = "map_blocks",
                                                                .arguments = m.given,
                                                                .count = m.count,
                                                                .named = m.named,
                                                                .name = m.name,
                                                                .dtype = m.dtype,
                                                                .chunks = m.chunks,
                                                                .drop_axis = m.drop,
                                                                .new_axis = m.added,
                                                                .block_id = how->block_id});
    drop_all(&m);
    cki_ledger_enter(before);
    return made ? made : poison ? poison : cki_api_poison(m.ck, &m.error);
}

/* The boundary as map_overlap() takes it. */
static void put_boundary(cki_api *api, const cask_overlap *overlap)
{
    static const char *const names[] = {"none", "periodic", "reflect", "nearest"};
    if (overlap->beyond == CASK_BEYOND_CONSTANT)
        cki_api_float(api, "boundary", overlap->constant);
    else if ((unsigned)overlap->beyond < CASK_BEYOND_CONSTANT)
        cki_api_text(api, "boundary", names[overlap->beyond]);
    else
        cki_fail(&api->error, CASK_INVALID, NULL, "%d is no cask_beyond", (int)overlap->beyond);
}

cask_array cask_array_map_overlap(const cask_array *arrays, size_t count, const char *function,
                                  const cask_overlap *overlap, const cask_blocks *how)
{
    static const cask_overlap none;
    cki_api api = {.ck = context_of(arrays, count)};
    how = how ? how : &usual;
    overlap = overlap ? overlap : &none;
    if (!api.ck)
        return cki_api_poison(NULL, &api.error);
    if (!function)
        cki_fail(&api.error, CASK_TYPE, NULL, "map_overlap() needs the name of a function");
    cki_api_value(&api, NULL, function ? cki_call_find(api.ck, function, &api.error) : NULL);
    for (size_t i = 0; i < count; i++)
        cki_api_array(&api, arrays[i]);
    for (size_t i = 0; i < how->arguments.count; i++)
        cki_api_argument(&api, &how->arguments.items[i]);
    cki_api_shape(&api, "depth", &overlap->depth);
    put_boundary(&api, overlap);
    cki_api_flag(&api, "trim", !overlap->untrimmed);
    cki_api_dtype(&api, "dtype", how->dtype);
    if (how->chunks.ndim)
        cki_api_shape(&api, "chunks", &how->chunks);
    cki_api_axes(&api, "drop_axis", &how->drop_axes);
    cki_api_axes(&api, "new_axis", &how->new_axes);
    if (how->name)
        cki_api_text(&api, "name", how->name);
    return cki_api_run(&api, "map_overlap", CKI_IN_DA);
}
