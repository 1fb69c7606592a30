/* Writing one array to a file, region by region: chooses the format by suffix, and converts the
 * elements to what the format stores, a piece at a time. */
#include "core/memory.h"
#include "io/formats.h"
#include "io/zarr_write.h"

#include <string.h>
#include <strings.h>

enum { PIECE = 256 * 1024 }; /* bytes converted at once */

static const cki_format *by_suffix(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash + 1 : path, '.');
    for (const cki_format *const *format = cki_formats_all; dot && *format; format++)
        for (const char *const *suffix = (*format)->suffixes; suffix && *suffix; suffix++)
            if (strcasecmp(dot, *suffix) == 0)
                return *format;
    return NULL;
}

bool cki_writer_knows(const char *path)
{
    return by_suffix(path) != NULL;
}

cki_writer_kind cki_writer_kind_of(const char *path)
{
    const cki_format *format = by_suffix(path);
    return !format           ? CKI_WRITER_UNKNOWN
           : format->tree    ? CKI_WRITER_GROUP
           : format->several ? CKI_WRITER_SEVERAL
                             : CKI_WRITER_ONE;
}

bool cki_writer_once(const char *path)
{
    return cki_zarr_zip_is(path);
}

bool cki_writer_names_axes(const char *path)
{
    const cki_format *format = by_suffix(path);
    return format && format->axes;
}

static void fail_suffix(const char *path, cki_error *error)
{
    cki_text known = {0};
    for (const cki_format *const *format = cki_formats_all; *format; format++)
        for (const char *const *suffix = (*format)->suffixes; suffix && *suffix; suffix++)
            cki_text_format(&known, " %s", *suffix);
    cki_fail(error, CASK_INVALID, "ValueError",
             "cannot tell the format of '%s' from its suffix; known are%s", path,
             known.bytes ? known.bytes : "");
    cki_text_free(&known);
}

static cki_writer *new_writer(const cki_format *format, const char *path, cki_error *error)
{
    cki_writer *writer = cki_memory_calloc(1, sizeof *writer);
    if (!writer) {
        cki_fail_memory(error, sizeof *writer);
        return NULL;
    }
    writer->format = format;
    writer->path = path;
    return writer;
}

static void take_target(cki_writer *writer, const cki_target *target)
{
    writer->dtype = writer->stored = target->dtype;
    writer->ndim = writer->layout.ndim = target->ndim;
    writer->root = target->root;
    if (target->ndim > 0)
        memcpy(writer->shape, target->shape, (size_t)target->ndim * sizeof *target->shape);
}

/* What is larger than all that may be in memory is not to fill the system's cache either; an eighth
 * of that may be on its way to the disk. */
static void spare_cache(cki_writer *writer)
{
    size_t bound = cki_ledger_bound(cki_ledger_current());
    double bytes = (double)cki_dtype_size(writer->dtype);
    for (int k = 0; k < writer->ndim; k++)
        bytes *= (double)writer->shape[k];
    if (bound > 0 && bytes > (double)bound)
        cki_file_bypass(writer->output, bound / 8);
}

static cki_writer *open_as(const cki_format *format, const char *path, const cki_target *target,
                           cki_error *error)
{
    cki_writer *writer = new_writer(format, path, error);
    if (!writer)
        return NULL;
    take_target(writer, target);
    if (!format->tree)
        writer->output = cki_file_create(path, error);
    if (writer->output)
        spare_cache(writer);
    cask_status status = writer->output || format->tree ? CASK_OK : CASK_IO;
    if (status == CASK_OK && target->append && format->several && cki_store_is_file(path)) {
        writer->filled = true;
        status = cki_file_copy(writer->output, path, error);
    }
    if (status == CASK_OK && format->create(writer, target, error) == CASK_OK)
        return writer;
    cki_writer_abort(writer);
    return NULL;
}

cki_writer *cki_writer_open(const char *path, const cki_target *target, cki_error *error)
{
    const cki_format *format = by_suffix(path);
    if (format)
        return open_as(format, path, target, error);
    fail_suffix(path, error);
    return NULL;
}

cki_writer *cki_writer_zarr(const char *path, const cki_target *target, cki_error *error)
{
    return open_as(&cki_zarr_write_format, path, target, error);
}

cki_writer *cki_writer_beside(cki_writer *first, const cki_target *target, cki_error *error)
{
    if (!first->format->several) {
        cki_fail(error, CASK_INVALID, NULL, "%s: a file of this format holds one array",
                 first->path);
        return NULL;
    }
    cki_writer *writer = new_writer(first->format, first->path, error);
    if (!writer)
        return NULL;
    take_target(writer, target);
    writer->host = first;
    writer->filled = true;
    writer->output = first->output;
    if (writer->format->create(writer, target, error) == CASK_OK)
        return writer;
    cki_writer_abort(writer);
    return NULL;
}

size_t cki_writer_room(const cki_target *target)
{
    const cask_value *dict = target->attributes;
    size_t room = 512 + (target->name ? strlen(target->name) : 0); /* with units of dates */
    for (int k = 0; k < target->ndim; k++)
        room += 64 + (target->dims && target->dims[k] ? strlen(target->dims[k]) : 0);
    for (size_t i = 0; dict && i < dict->as.dict.count; i++) {
        const cask_value *key = dict->as.dict.keys[i], *value = dict->as.dict.values[i];
        if (!cki_formats_writable(key, value))
            continue;
        room += 32 + key->as.text.length;
        room += value->kind == CKI_STR     ? value->as.text.length
                : value->kind == CKI_ARRAY ? 8 * (size_t)cki_array_size(value->as.array)
                                           : 8;
    }
    return room;
}

/* ---- into what is there ---- */

/* "file.h5::/x": the file's name and, *name, the array's. */
static char *split_name(const char *path, const char **name, cki_error *error)
{
    const char *colons = strstr(path, "::");
    *name = colons ? colons + 2 : NULL;
    size_t length = colons ? (size_t)(colons - path) : strlen(path);
    char *file = cki_memory_copy(path, length);
    if (!file)
        cki_fail_memory(error, length);
    return file;
}

static cask_status find_array(const cki_store *store, const char *name, size_t *i, cki_error *error)
{
    *i = 0;
    if (name)
        return cki_store_find(store, name, i, error);
    if (cki_store_count(store) != 1)
        return cki_fail(error, CASK_INVALID, NULL,
                        "%s: it has %zu arrays: name one behind two colons, as in '%s::/x'",
                        cki_store_path(store), cki_store_count(store), cki_store_path(store));
    return CASK_OK;
}

static cask_status open_into(cki_writer *writer, const char *name, cki_error *error)
{
    size_t i;
    cki_store *store = writer->store;
    if (find_array(store, name, &i, error) != CASK_OK)
        return error->status;
    const cki_variable *v = cki_store_variable(store, i);
    if (v->unreadable || !store->format->into)
        return cki_fail(error, CASK_INVALID, "ValueError", "%s: cannot be written into: %s",
                        cki_store_path(store),
                        v->unreadable ? v->unreadable : "files of this format are written once");
    writer->dtype = writer->stored = v->dtype;
    writer->ndim = v->ndim;
    if (v->ndim > 0)
        memcpy(writer->shape, v->shape, (size_t)v->ndim * sizeof *v->shape);
    if (v->ndim > 0 && v->chunks)
        memcpy(writer->chunks, v->chunks, (size_t)v->ndim * sizeof *v->chunks);
    writer->marker = cki_value_dict_find(v->attributes, "_FillValue");
    if (!writer->marker)
        writer->marker = cki_value_dict_find(v->attributes, "missing_value");
    cask_status status = store->format->into(writer, store, i, error);
    if (status == CASK_OK && !writer->format->tree &&
        !(writer->output = cki_file_amend(cki_store_path(store), error)))
        status = error->status;
    return status;
}

cki_writer *cki_writer_into(const char *path, cki_error *error)
{
    const char *name;
    char *file = split_name(path, &name, error);
    cki_writer *writer = file ? new_writer(NULL, path, error) : NULL;
    if (writer && !(writer->store = cki_store_open(file, error))) {
        cki_memory_free(writer);
        writer = NULL;
    }
    if (writer) {
        writer->format = writer->store->format;
        if (open_into(writer, name, error) != CASK_OK) {
            cki_writer_abort(writer);
            writer = NULL;
        }
    }
    cki_memory_free(file);
    return writer;
}

cki_dtype cki_writer_dtype(const cki_writer *writer, int *ndim, const int64_t **shape)
{
    *ndim = writer->ndim;
    *shape = writer->shape;
    return writer->dtype;
}

cask_value *cki_writer_marker(const cki_writer *writer)
{
    return writer->marker;
}

void cki_writer_chunks(const cki_writer *writer, int64_t *chunks)
{
    for (int k = 0; k < writer->ndim; k++)
        chunks[k] = writer->chunks[k] ? writer->chunks[k] : 1;
}

/* The first axis along which a piece is cut: those before are walked one by one. */
static int find_axis(const cki_array *array, int64_t limit, int64_t *elements)
{
    int axis = array->ndim;
    *elements = 1;
    while (axis > 0 && *elements <= limit / (array->shape[axis - 1] ? array->shape[axis - 1] : 1))
        *elements *= array->shape[--axis];
    return axis;
}

/* Cast and write the array piece by piece, through one small array. */
static cask_status write_cast(cki_writer *writer, const int64_t *start, const cki_array *array,
                              cki_error *error)
{
    size_t size = cki_dtype_size(writer->stored);
    int64_t inner, limit = (int64_t)(PIECE / (size ? size : 1)) + 1;
    int axis = find_axis(array, limit, &inner) - 1; /* cut along it; -1: one piece */
    int64_t at[CKI_MAX_NDIM] = {0}, from[CKI_MAX_NDIM];
    cki_array piece = *array;
    for (int k = 0; k <= axis; k++)
        piece.shape[k] = 1;
    int64_t steps = axis >= 0 ? (limit / inner > 0 ? limit / inner : 1) : 1;
    if (axis >= 0)
        piece.shape[axis] = steps < array->shape[axis] ? steps : array->shape[axis];
    cask_value *cast = cki_array_new(writer->stored, piece.ndim, piece.shape, error);
    cask_status status = cast ? CASK_OK : CASK_MEMORY;
    while (status == CASK_OK) {
        cki_array to = *cki_array_of(cast);
        if (axis >= 0 && array->shape[axis] - at[axis] < steps)
            piece.shape[axis] = to.shape[axis] = array->shape[axis] - at[axis];
        else if (axis >= 0)
            piece.shape[axis] = to.shape[axis] = steps;
        piece.data = array->data;
        for (int k = 0; k < array->ndim; k++) {
            from[k] = start[k] + at[k];
            piece.data += at[k] * array->strides[k];
        }
        status = cki_array_cast(&to, &piece, error);
        if (status == CASK_OK)
            status = cki_region_write(writer->output, &writer->layout, from, &to, error);
        int k = axis;
        for (; k >= 0; k--) {
            at[k] += k == axis ? piece.shape[axis] : 1;
            if (at[k] < array->shape[k])
                break;
            at[k] = 0;
        }
        if (k < 0)
            break;
    }
    cask_value_unref(cast);
    return status;
}

cask_status cki_writer_region(cki_writer *writer, const int64_t *start, const cki_array *array,
                              cki_error *error)
{
    bool fits = array->ndim == writer->ndim && cki_dtype_same(array->dtype, writer->dtype);
    for (int k = 0; fits && k < writer->ndim; k++)
        fits = start[k] >= 0 && array->shape[k] <= writer->shape[k] - start[k];
    if (!fits)
        return cki_fail_internal(error, "a region that the file being written does not have");
    if (cki_array_size(array) == 0)
        return CASK_OK;
    if (writer->region)
        return writer->region(writer, start, array, error);
    if (cki_dtype_same(writer->dtype, writer->stored))
        return cki_region_write(writer->output, &writer->layout, start, array, error);
    return write_cast(writer, start, array, error);
}

/* Whatever is left of it, but for the output. */
static void free_writer(cki_writer *writer)
{
    cki_store_unref(writer->store);
    cki_memory_free(writer);
}

cask_status cki_writer_commit(cki_writer *writer, cki_error *error)
{
    cask_status status = CASK_OK;
    if (writer->format->close_writer)
        status = writer->format->close_writer(writer, error);
    if (writer->format->commit)
        status = writer->format->commit(writer, error);
    else if (status != CASK_OK && !writer->host)
        cki_file_abort(writer->output);
    else if (!writer->host)
        status = cki_file_commit(writer->output, error);
    free_writer(writer);
    return status;
}

void cki_writer_abort(cki_writer *writer)
{
    if (!writer)
        return;
    if (writer->format->close_writer)
        writer->format->close_writer(writer, NULL);
    if (writer->format->abort)
        writer->format->abort(writer);
    if (!writer->host)
        cki_file_abort(writer->output);
    free_writer(writer);
}
