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

static cki_writer *open_as(const cki_format *format, const char *path, const cki_target *target,
                           cki_error *error)
{
    cki_writer *writer = new_writer(format, path, error);
    if (!writer)
        return NULL;
    writer->dtype = writer->stored = target->dtype;
    writer->ndim = writer->layout.ndim = target->ndim;
    writer->root = target->root;
    if (target->ndim > 0)
        memcpy(writer->shape, target->shape, (size_t)target->ndim * sizeof *target->shape);
    if (!format->region)
        writer->output = cki_file_create(path, error);
    if ((writer->output || format->region) && format->create(writer, target, error) == CASK_OK)
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

cki_writer *cki_writer_into(const char *path, cki_error *error)
{
    cki_writer *writer = new_writer(&cki_zarr_write_format, path, error);
    if (writer && cki_zarr_write_into(writer, error) != CASK_OK) {
        cki_writer_abort(writer);
        writer = NULL;
    }
    return writer;
}

cki_dtype cki_writer_dtype(const cki_writer *writer, int *ndim, const int64_t **shape)
{
    *ndim = writer->ndim;
    *shape = writer->shape;
    return writer->dtype;
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
    if (writer->format->region)
        return writer->format->region(writer, start, array, error);
    if (cki_dtype_same(writer->dtype, writer->stored))
        return cki_region_write(writer->output, &writer->layout, start, array, error);
    return write_cast(writer, start, array, error);
}

cask_status cki_writer_commit(cki_writer *writer, cki_error *error)
{
    cask_status status = writer->format->commit ? writer->format->commit(writer, error)
                                                : cki_file_commit(writer->output, error);
    cki_memory_free(writer);
    return status;
}

void cki_writer_abort(cki_writer *writer)
{
    if (!writer)
        return;
    if (writer->format->abort)
        writer->format->abort(writer);
    cki_file_abort(writer->output);
    cki_memory_free(writer);
}
