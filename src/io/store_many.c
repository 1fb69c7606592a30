/* Opening many files: their metadata are read by several threads at once, since each waits most of
 * the time for a disk or a network; descriptors are those of the small cache of sys/file. */
#include "core/memory.h"
#include "io/store.h"
#include "sys/thread.h"

enum {
    THREADS = 8,
    FEW = 16 /* files for which threads are not worth their starting */
};

/* What the threads share. */
typedef struct opening {
    const cask_value *paths;
    const cki_raw *raw;
    cki_store **stores;
    atomic_size_t next;
    cki_mutex lock; /* of what follows */
    size_t failed;  /* the first file that cannot be opened */
    cki_error error;
} opening;

static cki_store *open_one(const opening *o, size_t i, cki_error *error)
{
    const cask_value *path = o->paths->as.list.items[i];
    if (path->kind != CKI_STR) {
        cki_fail(error, CASK_TYPE, NULL, "a file's path is a str, not %s", cki_value_type(path));
        return NULL;
    }
    return o->raw ? cki_store_raw(path->as.text.bytes, o->raw, error)
                  : cki_store_open(path->as.text.bytes, error);
}

/* Files are taken in order, so whatever comes before one that fails is opened too, and the first
 * failure is the same with any number of threads. */
static void work(void *argument)
{
    opening *o = argument;
    for (;;) {
        size_t i = atomic_fetch_add(&o->next, 1);
        if (i >= o->paths->as.list.count)
            return;
        cki_error error = {0};
        o->stores[i] = open_one(o, i, &error);
        if (o->stores[i])
            continue;
        cki_thread_lock(&o->lock);
        if (i < o->failed) {
            o->failed = i;
            o->error = error;
        }
        cki_thread_unlock(&o->lock);
        atomic_store(&o->next, o->paths->as.list.count);
    }
}

cask_status cki_store_open_many(const cask_value *paths, const cki_raw *raw, cki_store **stores,
                                cki_error *error)
{
    opening o = {.paths = paths, .raw = raw, .stores = stores, .failed = SIZE_MAX};
    cki_thread threads[THREADS];
    int started = 0;
    cki_error own = {0};
    cki_thread_mutex_init(&o.lock);
    if (paths->as.list.count >= FEW)
        while (started < THREADS - 1 &&
               cki_thread_start(&threads[started], work, &o, "cask-open", &own) == CASK_OK)
            started++;
    work(&o);
    for (int i = 0; i < started; i++)
        cki_thread_join(&threads[i]);
    cki_thread_mutex_free(&o.lock);
    return o.failed == SIZE_MAX
               ? CASK_OK
               : cki_fail(error, o.error.status, o.error.python, "%s", o.error.message);
}
