/* Arrays of one and two dimensions as comma-separated values. */
#include "io/sink.h"

#include <string.h>

/* Quoted if it has to be: RFC 4180. */
static void put_field(cki_text *line, const char *bytes, size_t length)
{
    bool plain = true;
    for (size_t i = 0; i < length; i++)
        plain &= bytes[i] != ',' && bytes[i] != '"' && bytes[i] != '\n' && bytes[i] != '\r';
    if (plain) {
        cki_text_add(line, bytes, length);
        return;
    }
    cki_text_char(line, '"');
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '"')
            cki_text_char(line, '"');
        cki_text_char(line, bytes[i]);
    }
    cki_text_char(line, '"');
}

static cask_status put_element(cki_text *line, cki_dtype dtype, const void *element,
                               cki_error *error)
{
    cask_value *item = cki_array_item(dtype, element, error);
    if (!item)
        return error && error->status ? error->status : CASK_MEMORY;
    if (item->kind == CKI_STR || item->kind == CKI_BYTES) {
        put_field(line, item->as.text.bytes, item->as.text.length);
    } else {
        cki_text text = {0};
        cki_value_print(item, &text);
        put_field(line, text.bytes ? text.bytes : "", text.length);
        line->failed |= text.failed;
        cki_text_free(&text);
    }
    cask_value_unref(item);
    return CASK_OK;
}

static cask_status write_row(cki_atomic_file *file, cki_text *line, const cki_array *array,
                             int64_t row, cki_error *error)
{
    int64_t columns = array->ndim == 2 ? array->shape[1] : 1;
    const unsigned char *element = array->data + (array->ndim ? row * array->strides[0] : 0);
    line->length = 0;
    for (int64_t i = 0; i < columns; i++) {
        if (i)
            cki_text_char(line, ',');
        cask_status status = put_element(line, array->dtype, element, error);
        if (status != CASK_OK)
            return status;
        element += array->ndim == 2 ? array->strides[1] : 0;
    }
    cki_text_char(line, '\n');
    if (line->failed)
        return cki_fail_memory(error, line->length);
    return cki_sink_write(file, line->bytes, line->length, error);
}

cask_status cki_csv_write(const char *path, const cki_array *array, cki_error *error)
{
    if (array->ndim > 2)
        return cki_fail(error, CASK_SHAPE, "ValueError",
                        "cannot write an array of %d dimensions as CSV: 1 or 2 are possible; "
                        "reshape it, or write .npy",
                        array->ndim);
    cki_atomic_file *file = cki_sink_open(path, error);
    if (!file)
        return error && error->status ? error->status : CASK_IO;
    int64_t rows = array->ndim ? array->shape[0] : 1;
    cki_text line = {0};
    cask_status status = CASK_OK;
    for (int64_t row = 0; status == CASK_OK && row < rows; row++)
        status = write_row(file, &line, array, row, error);
    cki_text_free(&line);
    if (status == CASK_OK)
        return cki_sink_commit(file, error);
    cki_sink_abort(file);
    return status;
}
