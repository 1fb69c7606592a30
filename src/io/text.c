/* A value as print() would show it, in a file. */
#include "io/sink.h"

cask_status cki_text_write(const char *path, const cask_value *value, cki_error *error)
{
    cki_text text = {0};
    const cki_array *array = cki_array_of(value);
    if (array && array->ndim)
        cki_array_print_whole(array, &text);
    else
        cki_value_print(value, &text);
    cki_text_char(&text, '\n');
    cki_atomic_file *file = NULL;
    cask_status status = CASK_OK;
    if (text.failed)
        status = cki_fail_memory(error, text.length);
    else if (!(file = cki_sink_open(path, error)))
        status = error && error->status ? error->status : CASK_IO;
    else
        status = cki_sink_write(file, text.bytes, text.length, error);
    cki_text_free(&text);
    if (status == CASK_OK)
        return cki_sink_commit(file, error);
    cki_sink_abort(file);
    return status;
}
