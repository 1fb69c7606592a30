/* Computing arrays into files: block by block where the format takes regions, else at once. */
#include "array/bands.h"
#include "array/blockwise.h"
#include "array/collect.h"
#include "array/save_named.h"
#include "array/svg.h"
#include "core/memory.h"
#include "io/sink.h"
#include "io/store.h"

#include <stdatomic.h>
#include <string.h>
#include <strings.h>

static const cki_save_options no_options = {0};

static bool has_suffix(const char *path, const char *suffix)
{
    size_t length = strlen(path), n = strlen(suffix);
    return length > n && strcasecmp(path + length - n, suffix) == 0;
}

static cask_status unknown_suffix(const char *path, cki_error *error)
{
    return cki_fail(error, CASK_INVALID, NULL,
                    "%s: the suffix says how to write, and this one is not known; known are .npy, "
                    ".npz, .zarr, .zarr.zip, .nc, .nc4, .nc3, .cdf, .nc5, .h5, .hdf5, .png, .gif, "
                    ".svg, .csv, .json, .txt",
                    path);
}

/* ---- formats that take regions ---- */

/* A file of one array, and of its coordinates. */
typedef struct opened {
    cki_writer *writer, *first; /* first: has the file, if there are coordinates */
} opened;

static cask_status open_writer(const char *path, const cki_save_options *how, cask_array x,
                               cki_dtype dtype, int ndim, const int64_t *shape,
                               const int64_t *chunks, opened *to, cki_error *error)
{
    cki_save_names names;
    *to = (opened){0};
    if (cki_save_named(x, how, &names, error) != CASK_OK)
        return error->status;
    const cki_storage storage = {.fill = how->fill};
    cki_target target = {.name = names.name[0] ? names.name : NULL,
                         .dtype = dtype,
                         .ndim = ndim,
                         .shape = shape,
                         .chunks = chunks,
                         .dims = x ? names.dims : NULL,
                         .attributes = names.attributes,
                         .storage = how->fill ? &storage : NULL};
    to->writer = cki_save_named_open(path, &target, &names, &to->first, error);
    cki_save_named_free(&names);
    return error->status;
}

static cask_status finish_writer(const opened *to, cask_status status, cki_error *error)
{
    if (status == CASK_OK)
        status = cki_writer_commit(to->writer, error);
    else
        cki_writer_abort(to->writer);
    if (to->first && status == CASK_OK)
        return cki_writer_commit(to->first, error);
    cki_writer_abort(to->first);
    return status;
}

static cask_status write_whole(const cki_array *array, const char *path,
                               const cki_save_options *how, cki_error *error)
{
    int64_t start[CKI_MAX_NDIM] = {0};
    opened to;
    if (open_writer(path, how, NULL, array->dtype, array->ndim, array->shape, NULL, &to, error))
        return error->status;
    return finish_writer(&to, cki_writer_region(to.writer, start, array, error), error);
}

typedef struct stream {
    cask_array x;
    opened to;
    atomic_bool odd; /* a block had another shape than was said */
} stream;

const cki_array *cki_save_block(cask_array x, int64_t block, cask_value *value, int64_t *start,
                                atomic_bool *odd, cki_error *error)
{
    const cki_array *array = cki_array_of(value);
    int64_t position[CKI_MAX_NDIM], shape[CKI_MAX_NDIM];
    if (!array) {
        cki_fail_internal(error, "save: a block that is no array");
        return NULL;
    }
    cki_node_position(x, block, position);
    cki_node_block_start(x, position, start);
    cki_node_block_shape(x, position, shape);
    bool fits = array->ndim == x->ndim && cki_dtype_same(array->dtype, x->dtype);
    for (int k = 0; fits && k < array->ndim; k++)
        fits = array->shape[k] == shape[k];
    if (fits)
        return array;
    atomic_store(odd, true);
    cki_fail(error, CASK_SHAPE, NULL, "save: a block of another shape than %s has", x->label);
    return NULL;
}

static cask_status write_block(void *user, int64_t block, cask_value *value, cki_error *error)
{
    stream *s = user;
    int64_t start[CKI_MAX_NDIM];
    const cki_array *array = cki_save_block(s->x, block, value, start, &s->odd, error);
    return array ? cki_writer_region(s->to.writer, start, array, error) : error->status;
}

/* Blocks go to the file as they are made, so the whole is never in memory. */
static cask_status write_stream(cask *ck, cask_array x, const int64_t *shape, const char *path,
                                const cki_save_options *how, atomic_bool *odd, cki_error *error)
{
    int64_t chunks[CKI_MAX_NDIM];
    bool blocked = cki_node_blocks(x) > 1;
    for (int k = 0; k < x->ndim; k++)
        chunks[k] = cki_chunks_largest(&x->axes[k]);
    stream s = {.x = x};
    if (open_writer(path, how, x, x->dtype, x->ndim, shape, blocked ? chunks : NULL, &s.to, error))
        return error->status;
    cki_want want = {&x->base, &s, write_block};
    cask_status status = finish_writer(&s.to, ck->compute(ck, &want, 1, error), error);
    atomic_store(odd, atomic_load(&s.odd));
    return status;
}

/* ---- formats that want all at once ---- */

/* The grid of chunks, which nothing is computed for. */
static cask_status write_grid(cask_array x, const char *path, cki_error *error)
{
    cki_text text = {0};
    cki_atomic_file *file = NULL;
    if (cki_svg_table_picture(x, &text, error) == CASK_OK)
        file = cki_sink_open(path, error);
    if (file && cki_sink_write(file, text.bytes, text.length, error) == CASK_OK)
        cki_sink_commit(file, error);
    else
        cki_sink_abort(file);
    cki_text_free(&text);
    return error->status;
}

/* `x` (may be NULL) is the expression that the value comes from. */
static cask_status write_value(cask_value *value, cask_array x, const char *path,
                               const cki_save_options *how, cki_error *error)
{
    if (has_suffix(path, ".svg"))
        return cki_fail(error, CASK_TYPE, NULL,
                        "%s: .svg shows the chunks of a lazy array, and this is a %s, which has "
                        "none; a picture of numbers is .png",
                        path, cki_value_type(value));
    if (has_suffix(path, ".json"))
        return cki_json_write(path, value, error);
    if (has_suffix(path, ".txt"))
        return cki_text_write(path, value, error);
    bool picture = cki_save_picture_is(path), csv = has_suffix(path, ".csv");
    if (!picture && !csv && !cki_writer_knows(path))
        return unknown_suffix(path, error);
    cask_value *made = cki_array_of(value) ? cask_value_ref(value)
                                           : cki_array_from_value(value, (cki_dtype){0}, error);
    const cki_array *array = cki_array_of(made);
    cask_status status = error->status;
    if (array)
        status = picture ? cki_save_picture_array(array, x, path, how, error)
                 : csv   ? cki_csv_write(path, array, error)
                         : write_whole(array, path, how, error);
    cask_value_unref(made);
    return status;
}

cask_status cki_save_value(cask_value *value, const char *path, const cki_save_options *how,
                           cki_error *error)
{
    return write_value(value, NULL, path, how ? how : &no_options, error);
}

/* Block by block, if the format takes them so and the shape is known: *done unless it turned out
 * that the shape shows when all of it is there. */
static cask_status write_blocks(cask *ck, cask_array x, const char *path,
                                const cki_save_options *how, bool *done, cki_error *error)
{
    int64_t shape[CKI_MAX_NDIM];
    bool picture = cki_save_picture_is(path);
    *done = (picture || cki_writer_knows(path)) && cki_node_shape(x, shape);
    if (!*done)
        return CASK_OK;
    bool trusted = !cki_blockwise_is(x); /* others may turn out to have other shapes */
    if (!picture && trusted && cki_writer_kind_of(path) != CKI_WRITER_GROUP) {
        cki_build build = {ck, &ck->arena, error};
        x = cki_bands_make(&build, x, ck->memory_limit);
        if (!x)
            return error->status;
    }
    cki_ledger *before = cki_ledger_enter(ck->ledger);
    atomic_bool odd = false;
    cask_status status = picture ? cki_save_picture(ck, x, path, how, &odd, error)
                                 : write_stream(ck, x, shape, path, how, &odd, error);
    cki_ledger_enter(before);
    *done = !atomic_load(&odd);
    if (*done)
        return status;
    *error = (cki_error){0};
    return CASK_OK;
}

cask_status cki_save_array(cask *ck, cask_array x, const char *path, const cki_save_options *how,
                           cki_error *error)
{
    static const char *const wholes[] = {".csv", ".json", ".txt"};
    how = how ? how : &no_options;
    if (has_suffix(path, ".svg"))
        return write_grid(x, path, error);
    bool known = cki_writer_knows(path) || cki_save_picture_is(path), done;
    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++)
        known |= has_suffix(path, wholes[i]);
    if (!known) /* before hours of computing */
        return unknown_suffix(path, error);
    cask_status status = write_blocks(ck, x, path, how, &done, error);
    if (done)
        return status;
    cask_value *value = cki_collect_value(ck, x, error);
    status = value ? write_value(value, x, path, how, error) : error->status;
    cask_value_unref(value);
    return status;
}
