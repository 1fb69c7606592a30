/* Writers that are opened by the first of the tasks that want one. */
#include "core/memory.h"
#include "io/store.h"
#include "sys/thread.h"

#include <string.h>

struct cki_writer_later {
    cki_mutex lock;
    cki_writer *writer;
    char path[];
};

cki_writer_later *cki_writer_later_new(const char *path, cki_error *error)
{
    size_t length = strlen(path);
    cki_writer_later *later = cki_memory_calloc(1, sizeof *later + length + 1);
    if (!later) {
        cki_fail_memory(error, length);
        return NULL;
    }
    memcpy(later->path, path, length);
    cki_thread_mutex_init(&later->lock);
    return later;
}

cki_writer *cki_writer_later_get(cki_writer_later *later, cki_error *error)
{
    cki_thread_lock(&later->lock);
    if (!later->writer)
        later->writer = cki_writer_into(later->path, error);
    cki_writer *writer = later->writer;
    cki_thread_unlock(&later->lock);
    return writer;
}

void cki_writer_later_free(cki_writer_later *later)
{
    if (!later)
        return;
    cki_writer_abort(later->writer);
    cki_thread_mutex_free(&later->lock);
    cki_memory_free(later);
}
