/* A value as JSON, in a file. */
#include "io/sink.h"

cask_status cki_json_write(const char *path, const cask_value *value, cki_error *error)
{
    cki_text text = {0};
    cask_status status = cki_value_json(value, &text, error);
    cki_text_char(&text, '\n');
    if (status == CASK_OK && text.failed)
        status = cki_fail_memory(error, text.length);
    cki_atomic_file *file = status == CASK_OK ? cki_sink_open(path, error) : NULL;
    if (file) {
        status = cki_sink_write(file, text.bytes, text.length, error);
        if (status == CASK_OK)
            status = cki_sink_commit(file, error);
        else
            cki_sink_abort(file);
    } else if (status == CASK_OK) {
        status = error && error->status ? error->status : CASK_IO;
    }
    cki_text_free(&text);
    return status;
}
