/* Text and pictures on their way to a file that appears whole or not at all. */
#include "io/sink.h"
#include "core/memory.h"
#include "sys/file.h"

#include <string.h>

enum { BUFFER = 64 * 1024 };

struct cki_atomic_file {
    cki_file_output *output;
    uint64_t written; /* behind it the buffer begins */
    size_t held;
    unsigned char buffer[BUFFER];
};

cki_atomic_file *cki_sink_open(const char *path, cki_error *error)
{
    cki_atomic_file *file = cki_memory_alloc(sizeof *file);
    if (!file) {
        cki_fail_memory(error, sizeof *file);
        return NULL;
    }
    file->written = 0;
    file->held = 0;
    file->output = cki_file_create(path, error);
    if (!file->output) {
        cki_memory_free(file);
        return NULL;
    }
    return file;
}

static cask_status flush(cki_atomic_file *file, cki_error *error)
{
    size_t count = file->held;
    file->held = 0;
    file->written += count;
    return cki_file_write(file->output, file->written - count, file->buffer, count, error);
}

cask_status cki_sink_write(cki_atomic_file *file, const void *bytes, size_t count, cki_error *error)
{
    if (count > BUFFER - file->held) {
        cask_status status = flush(file, error);
        if (status != CASK_OK)
            return status;
    }
    if (count > BUFFER) {
        file->written += count;
        return cki_file_write(file->output, file->written - count, bytes, count, error);
    }
    memcpy(file->buffer + file->held, bytes, count);
    file->held += count;
    return CASK_OK;
}

cask_status cki_sink_commit(cki_atomic_file *file, cki_error *error)
{
    cask_status status = flush(file, error);
    if (status == CASK_OK)
        status = cki_file_commit(file->output, error);
    else
        cki_file_abort(file->output);
    cki_memory_free(file);
    return status;
}

void cki_sink_abort(cki_atomic_file *file)
{
    if (!file)
        return;
    cki_file_abort(file->output);
    cki_memory_free(file);
}
