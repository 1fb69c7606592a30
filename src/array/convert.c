/* Converting files: each variable is read raw, rechunked within the memory limit and written with
 * its attributes, one after the other, into one new file. */
#include "array/convert.h"
#include "array/files.h"
#include "array/put.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "core/memory.h"

#include <stdio.h>
#include <string.h>

/* A dimension's name stands for one length in all of a NetCDF file. */
typedef struct dimension {
    const char *name;
    int64_t length;
    struct dimension *next;
} dimension;

/* A conversion under way. */
typedef struct converting {
    cki_build build;
    cki_error *error;
    const cki_convert_options *options;
    const char *in, *out;
    const char *along; /* the dimension along which files follow, if it has a name */
    const char *stack; /* the name of the axis on which they are stacked, or NULL */
    cki_store *store;  /* the first of the input's files */
    cki_writer_kind kind;
    bool flat;                    /* names its axes, and has no groups */
    struct dimension *dimensions; /* of NetCDF, as they are used so far */
    size_t room;                  /* what the first array is to leave for those beside it */
    cki_writer *first;            /* of a file of several arrays: what has the file */
    cki_zarr_group *group;        /* or of a group */
} converting;

static bool is_wanted(const converting *c, const cki_variable *v)
{
    const char *name = c->options->variable;
    if (!name)
        return !v->hidden && !v->unreadable;
    return strcmp(v->name + (v->name[0] == '/'), name + (name[0] == '/')) == 0;
}

static bool is_coordinate(const cki_variable *v)
{
    return v->ndim == 1 && v->dims && v->dims[0] &&
           strcmp(v->name + (v->name[0] == '/'), v->dims[0]) == 0;
}

/* ---- one variable ---- */

/* Whether the files' shares of a variable follow one another; others are the first file's. */
static bool goes_along(const converting *c, const cki_variable *v)
{
    if (c->stack)
        return !is_coordinate(v);
    if (v->ndim == 0 || !c->along)
        return v->ndim > 0;
    return v->dims && v->dims[0] && strcmp(v->dims[0], c->along) == 0;
}

/* The variable of all input files, as it is stored. */
static cask_array open_source(converting *c, const cki_variable *v)
{
    cask_value *path =
        cki_value_string(goes_along(c, v) ? c->in : cki_store_path(c->store), c->error);
    cki_files_spec spec = {
        .paths = path, .variable = v->name, .stacked = c->stack && goes_along(c, v)};
    cask_array x = path ? cki_files_open(&c->build, &spec) : NULL;
    cask_value_unref(path);
    return x;
}

/* The chunks to be stored: as asked for, or those of the input. */
static cask_status choose_chunks(converting *c, const cki_variable *v, cask_array x,
                                 int64_t *chunks, bool *given)
{
    cask_value *wanted = c->options->chunks;
    *given = wanted && wanted->kind != CKI_NONE;
    int stacked = x->ndim - v->ndim;
    chunks[0] = 1;
    for (int k = 0; v->chunks && k < v->ndim; k++)
        chunks[stacked + k] = v->chunks[k];
    if (!*given)
        return CASK_OK;
    int64_t shape[CKI_MAX_NDIM];
    cki_axis *axes = cki_runs_axes(&c->build, x->ndim);
    cki_node_shape(x, shape);
    if (!axes)
        return c->error->status;
    bool sequence = wanted->kind == CKI_TUPLE || wanted->kind == CKI_LIST;
    /* a tuple is for the variables that have as many axes; others are left as they are */
    if (sequence && wanted->as.list.count != (size_t)x->ndim && !c->options->variable) {
        *given = false;
        return CASK_OK;
    }
    if (cki_chunks_normalize(c->build.arena, wanted, x->ndim, shape, cki_dtype_size(x->dtype),
                             x->axes, c->build.ck->tuning.chunk_bytes, 0, axes, c->error))
        return c->error->status;
    for (int k = 0; k < x->ndim; k++) {
        chunks[k] = cki_chunks_largest(&axes[k]);
        chunks[k] = chunks[k] < 1 ? 1 : chunks[k];
    }
    return CASK_OK;
}

/* Shards for the variables that have as many axes. */
static cask_status choose_shards(const converting *c, int ndim, int64_t *shards, bool *given)
{
    const cask_value *wanted = c->options->shards;
    *given = wanted && (wanted->kind == CKI_TUPLE || wanted->kind == CKI_LIST) &&
             wanted->as.list.count == (size_t)ndim;
    for (int k = 0; *given && k < ndim; k++)
        if (cki_value_index(wanted->as.list.items[k], &shards[k], c->error) != CASK_OK)
            return c->error->status;
    return CASK_OK;
}

/* The name under which a variable is written: without its groups where it is the only one, with
 * them as part of it in files that have none. */
static const char *name_of(converting *c, const cki_variable *v)
{
    const char *given = c->options->variable ? strrchr(v->name, '/') : NULL;
    const char *name = v->name + (v->name[0] == '/');
    if (given)
        return given + 1;
    if (!c->flat || !strchr(name, '/'))
        return c->kind == CKI_WRITER_GROUP || c->flat ? name : v->name;
    char *flat = cki_arena_text(c->build.arena, name, strlen(name));
    for (size_t i = 0; flat && flat[i]; i++)
        flat[i] = flat[i] == '/' ? '_' : flat[i];
    return flat ? flat : name;
}

/* Whether a name may be that of axis k: it is new, or has that length already; an axis that has no
 * name of its own takes none of another axis of the variable. */
static bool fits(const converting *c, const char *name, int64_t length, const char *const *dims,
                 int k, bool own, bool *known)
{
    *known = false;
    for (int i = 0; i < k && !own; i++)
        if (strcmp(dims[i], name) == 0)
            return false;
    for (const dimension *d = c->dimensions; d; d = d->next)
        if (strcmp(d->name, name) == 0) {
            *known = true;
            return d->length == length;
        }
    return true;
}

/* A name for axis k: the variable's own for it, or dim_0, dim_1, ..., with a number behind it where
 * others have that name with another length. */
static const char *name_axis(converting *c, const char *own, const char *const *dims, int k,
                             int64_t length)
{
    for (int n = own ? 0 : k;; n++) {
        char text[300];
        bool known;
        if (own && n == 0)
            snprintf(text, sizeof text, "%.280s", own);
        else
            snprintf(text, sizeof text, "%.280s_%d", own ? own : "dim", n);
        if (!fits(c, text, length, dims, k, own != NULL, &known))
            continue;
        dimension *d = cki_arena_alloc(c->build.arena, sizeof *d);
        const char *name = d ? cki_arena_text(c->build.arena, text, strlen(text)) : NULL;
        if (!name) {
            cki_fail_memory(c->error, sizeof *d);
            return NULL;
        }
        *d = (dimension){name, length, c->dimensions};
        if (!known)
            c->dimensions = d;
        return name;
    }
}

/* The names of all axes: the file's, behind that of the new one. Formats that can do without names
 * have those that the input has. */
static cask_status name_axes(converting *c, const cki_variable *v, cask_array x, const char **dims)
{
    int stacked = x->ndim - v->ndim;
    for (int k = 0; k < x->ndim; k++) {
        dims[k] = k < stacked ? c->stack : v->dims ? v->dims[k - stacked] : NULL;
        if (c->flat && !(dims[k] = name_axis(c, dims[k], dims, k, x->axes[k].length)))
            return c->error->status;
    }
    return CASK_OK;
}

static cki_writer *open_writer(converting *c, const cki_target *target)
{
    if (c->kind == CKI_WRITER_GROUP && c->group) {
        cki_text path = {0};
        cki_writer *writer = NULL;
        cki_text_format(&path, "%s/%s", cki_zarr_group_path(c->group), target->name);
        cki_target below = *target;
        below.root = cki_zarr_group_path(c->group);
        if (path.failed)
            cki_fail_memory(c->error, path.length);
        else
            writer = cki_writer_zarr(path.bytes, &below, c->error);
        cki_text_free(&path);
        return writer;
    }
    return c->first ? cki_writer_beside(c->first, target, c->error)
                    : cki_writer_open(c->out, target, c->error);
}

static cask_status put_region(void *self, const int64_t *start, const cki_array *array,
                              cki_error *error)
{
    return cki_writer_region(self, start, array, error);
}

/* Write x; the writer is committed, but for the first of a file of several. */
static cask_status put_array(converting *c, cask_array x, cki_writer *writer, const int64_t *stored,
                             const char *name)
{
    static const int64_t zero[CKI_MAX_NDIM];
    cki_place place = {.region = put_region, .self = writer};
    bool first = c->kind == CKI_WRITER_SEVERAL && !c->first;
    if (first)
        c->first = writer;
    x = cki_put_align(&c->build, x, stored, zero);
    cask_status status =
        x ? cki_put_arrays(c->build.ck, &x, &place, 1, c->error) : c->error->status;
    if (first) /* stays open for those that come beside it */
        return status;
    if (status == CASK_OK)
        status = cki_writer_commit(writer, c->error);
    else
        cki_writer_abort(writer);
    if (status == CASK_OK && c->group)
        status = cki_zarr_group_add(c->group, name, c->error);
    return status;
}

static cask_status convert_variable(converting *c, const cki_variable *v)
{
    int64_t shape[CKI_MAX_NDIM], chunks[CKI_MAX_NDIM], shards[CKI_MAX_NDIM], stored[CKI_MAX_NDIM];
    bool given, sharded;
    cask_array x = open_source(c, v);
    if (!x)
        return c->error->status;
    cki_node_shape(x, shape);
    if (choose_chunks(c, v, x, chunks, &given) || choose_shards(c, x->ndim, shards, &sharded))
        return c->error->status;
    cki_storage storage = {.codec = c->options->codec,
                           .version = c->options->version,
                           .chunked = given,
                           .shards = sharded ? shards : NULL};
    if (v->attributes)
        storage.fill = cki_value_dict_find(v->attributes, "_FillValue");
    const char *dims[CKI_MAX_NDIM];
    if (name_axes(c, v, x, dims) != CASK_OK)
        return c->error->status;
    cki_target target = {.name = name_of(c, v),
                         .dtype = x->dtype,
                         .ndim = x->ndim,
                         .shape = shape,
                         .chunks = given || v->chunks ? chunks : NULL,
                         .dims = c->flat || v->dims ? dims : NULL,
                         .attributes = v->attributes,
                         .globals = cki_store_attributes(c->store),
                         .storage = &storage,
                         .room = c->first ? 0 : c->room};
    cki_writer *writer = open_writer(c, &target);
    if (!writer)
        return c->error->status;
    cki_writer_chunks(writer, stored);
    /* blocks of several stored chunks, as large as those that are read */
    return put_array(c, x, writer, stored, target.name);
}

/* ---- all of them ---- */

/* The variables to be written, and what all of them need in a header. */
static size_t count_wanted(converting *c)
{
    size_t count = 0;
    for (size_t i = 0; i < cki_store_count(c->store); i++) {
        const cki_variable *v = cki_store_variable(c->store, i);
        if (!is_wanted(c, v))
            continue;
        count++;
        c->room += cki_writer_room(&(cki_target){
            .name = v->name, .ndim = v->ndim, .dims = v->dims, .attributes = v->attributes});
    }
    if (count < 2)
        c->room = 0;
    return count;
}

static cask_status check_wanted(converting *c, size_t count)
{
    c->kind = cki_writer_kind_of(c->out);
    c->flat = cki_writer_names_axes(c->out);
    if (c->kind == CKI_WRITER_UNKNOWN)
        return cki_fail(c->error, CASK_INVALID, NULL,
                        "%s: the suffix says the format, and this one is not known; known are "
                        ".zarr, .zarr.zip, .h5, .hdf5, .nc, .nc4, .nc3, .cdf, .nc5, .npy, .npz",
                        c->out);
    if (count == 0 && c->options->variable) {
        size_t i;
        return cki_store_find(c->store, c->options->variable, &i, c->error);
    }
    if (count == 0)
        return cki_fail(c->error, CASK_INVALID, NULL, "%s: it has no array that can be read",
                        c->in);
    if (count > 1 && c->kind == CKI_WRITER_ONE)
        return cki_fail(c->error, CASK_INVALID, NULL,
                        "%s holds one array, and %s has %zu: choose one with --variable, or write "
                        "a .zarr, .h5 or .nc",
                        c->out, c->in, count);
    return CASK_OK;
}

/* What went wrong names the file and the variable. */
static cask_status name_failure(converting *c, const cki_variable *v, cask_status status)
{
    cki_error was = *c->error;
    if (status == CASK_OK || strstr(was.message, c->in) || strstr(was.message, c->out))
        return status;
    *c->error = (cki_error){0};
    return cki_fail(c->error, status, was.python, "%s: %s: %s", c->in, v->name, was.message);
}

/* Coordinates come first: they are the dimensions of the others. */
static cask_status convert_all(converting *c)
{
    cask_status status = CASK_OK;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; status == CASK_OK && i < cki_store_count(c->store); i++) {
            const cki_variable *v = cki_store_variable(c->store, i);
            if (is_wanted(c, v) && is_coordinate(v) == (pass == 0))
                status = name_failure(c, v, convert_variable(c, v));
        }
    return status;
}

/* The first dimension of the largest variable: that of time, most often. */
static void find_along(converting *c)
{
    double most = 0;
    for (size_t i = 0; i < cki_store_count(c->store); i++) {
        const cki_variable *v = cki_store_variable(c->store, i);
        double size = 1;
        for (int k = 0; k < v->ndim; k++)
            size *= (double)v->shape[k];
        if (v->ndim == 0 || !v->dims || size <= most)
            continue;
        most = size;
        c->along = v->dims[0];
    }
}

static cask_status run(converting *c)
{
    size_t count = count_wanted(c);
    find_along(c);
    cask_status status = check_wanted(c, count);
    bool alone = count == 1 && (c->options->variable || cki_store_count(c->store) == 1);
    if (status == CASK_OK && c->kind == CKI_WRITER_GROUP && !alone) {
        c->group = cki_zarr_group_create(c->out, c->options->version,
                                         cki_store_attributes(c->store), c->error);
        status = c->group ? CASK_OK : c->error->status;
    }
    if (status == CASK_OK)
        status = convert_all(c);
    if (c->group && status == CASK_OK)
        return cki_zarr_group_commit(c->group, c->error);
    if (c->first && status == CASK_OK)
        return cki_writer_commit(c->first, c->error);
    cki_zarr_group_abort(c->group);
    cki_writer_abort(c->first);
    return status;
}

cask_status cki_convert_file(cask *ck, const char *in, const char *out,
                             const cki_convert_options *options, cki_error *error)
{
    converting c = {.build = cki_node_build(ck, error),
                    .error = error,
                    .options = options,
                    .in = in,
                    .out = out,
                    .stack = options->stack ? "file" : NULL};
    cask_value *paths = cki_store_glob(in, error);
    if (!paths)
        return error->status;
    c.store = cki_store_open(paths->as.list.items[0]->as.text.bytes, error);
    cask_status status = c.store ? run(&c) : error->status;
    cki_store_unref(c.store);
    cask_value_unref(paths);
    return status;
}
