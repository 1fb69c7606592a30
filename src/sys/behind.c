/* A thread that writes pieces past the system's cache while others compute. The disk reads them
 * straight from memory: no copy, no pages to find, and little left to flush at the end. */
#include "sys/behind.h"
#include "core/memory.h"
#include "sys/fault.h"
#include "sys/process.h"
#include "sys/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BLOCK = 4096,  /* any disk takes pieces at multiples of it, in memory and in the file */
    PIECES = 8,    /* under way at most */
    MOST = 1 << 30 /* bytes of one system call */
};

typedef struct piece {
    uint64_t offset;
    const unsigned char *bytes;
    size_t count;
    void (*release)(void *user);
    void *user;
} piece;

/* Pieces in a ring: those from `first` on are written, those from `next` to `end` are not. */
struct cki_behind {
    int plain, straight; /* descriptors: through the cache and past it */
    atomic_bool refused; /* the file system does not write past it after all */
    size_t align;        /* where pieces must begin and end for that */
    size_t most, under_way;
    piece pieces[PIECES];
    uint64_t first, next, end;
    int number; /* the errno of the first failure */
    bool started, stop;
    cki_thread thread;
    cki_mutex mutex; /* of all above but the descriptors */
    cki_condition changed;
};

static size_t find_align(int descriptor)
{
    size_t align = BLOCK;
#ifdef STATX_DIOALIGN
    struct statx about;
    if (statx(descriptor, "", AT_EMPTY_PATH, STATX_DIOALIGN, &about) == 0 &&
        (about.stx_mask & STATX_DIOALIGN) && about.stx_dio_offset_align > 0) {
        align = about.stx_dio_offset_align;
        align = align < about.stx_dio_mem_align ? about.stx_dio_mem_align : align;
    }
#else
    (void)descriptor;
#endif
    return align;
}

cki_behind *cki_behind_new(int plain, const char *path, size_t most)
{
    int straight = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
    cki_behind *behind = straight >= 0 ? cki_memory_calloc(1, sizeof *behind) : NULL;
    if (!behind) {
        if (straight >= 0)
            close(straight);
        return NULL;
    }
    behind->plain = plain;
    behind->straight = straight;
    behind->align = find_align(straight);
    behind->most = most;
    cki_thread_mutex_init(&behind->mutex);
    cki_thread_condition_init(&behind->changed);
    return behind;
}

/* 0, or an errno. */
static int write_all(int descriptor, uint64_t offset, const unsigned char *bytes, size_t count)
{
    while (count > 0) {
        const struct iovec span = {(void *)(uintptr_t)bytes, count < MOST ? count : MOST};
        ssize_t written = cki_fault_pwritev(descriptor, &span, 1, (int64_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? errno : ENOSPC;
        bytes += written;
        offset += (uint64_t)written;
        count -= (size_t)written;
    }
    return 0;
}

/* What lies on whole blocks, in memory as in the file, goes past the cache; the edges through it.
 * A write that came up short is begun anew by the way that takes anything. */
int cki_behind_write(cki_behind *behind, uint64_t offset, const void *bytes, size_t count)
{
    const unsigned char *from = bytes;
    size_t align = behind->align, head = (align - (size_t)(offset % align)) % align;
    if (atomic_load(&behind->refused) || count < head + align ||
        (uintptr_t)(from + head) % align != 0)
        return write_all(behind->plain, offset, from, count);
    size_t body = (count - head) / align * align, rest = count - head - body;
    int number = write_all(behind->straight, offset + head, from + head, body);
    if (number == EINVAL) {
        atomic_store(&behind->refused, true);
        number = write_all(behind->plain, offset + head, from + head, body);
    }
    if (number == 0)
        number = write_all(behind->plain, offset, from, head);
    return number ? number
                  : write_all(behind->plain, offset + head + body, from + head + body, rest);
}

/* The thread. */
static void serve(void *given)
{
    cki_behind *behind = given;
    cki_thread_lock(&behind->mutex);
    for (;;) {
        while (behind->next == behind->end && !behind->stop)
            cki_thread_wait(&behind->changed, &behind->mutex);
        if (behind->next == behind->end)
            break;
        piece todo = behind->pieces[behind->next % PIECES];
        int number = behind->number;
        cki_thread_unlock(&behind->mutex);
        if (!number)
            number = cki_behind_write(behind, todo.offset, todo.bytes, todo.count);
        cki_thread_lock(&behind->mutex);
        behind->number = behind->number ? behind->number : number;
        behind->next++;
        cki_thread_broadcast(&behind->changed);
    }
    cki_thread_unlock(&behind->mutex);
}

/* With the mutex: take what was written off the ring. */
static size_t take_written(cki_behind *behind, piece written[PIECES])
{
    size_t count = 0;
    for (; behind->first < behind->next; behind->first++) {
        written[count] = behind->pieces[behind->first % PIECES];
        behind->under_way -= written[count++].count;
    }
    return count;
}

static void release_all(const piece *written, size_t count)
{
    for (size_t i = 0; i < count; i++)
        written[i].release(written[i].user);
}

static bool has_room(const cki_behind *behind, size_t count)
{
    return behind->under_way == 0 ||
           (behind->end - behind->first < PIECES && behind->under_way + count <= behind->most);
}

/* With the mutex, which it gives away meanwhile: let go of what was written, and wait until there
 * is room for a piece, a failure, or no thread to write it. */
static void make_room(cki_behind *behind, size_t count)
{
    if (!behind->started)
        behind->started =
            cki_thread_start(&behind->thread, serve, behind, "cask-write", NULL) == CASK_OK;
    for (;;) {
        piece written[PIECES];
        size_t released = take_written(behind, written);
        if (released > 0) {
            cki_thread_unlock(&behind->mutex);
            release_all(written, released);
            cki_thread_lock(&behind->mutex);
        } else if (!behind->started || behind->number || has_room(behind, count)) {
            break;
        } else {
            cki_thread_wait(&behind->changed, &behind->mutex);
        }
    }
}

int cki_behind_put(cki_behind *behind, uint64_t offset, const void *bytes, size_t count,
                   void (*release)(void *user), void *user)
{
    bool later = false;
    int number = 0;
    if (!cki_process_is_child()) { /* the thread stayed with the parent */
        cki_thread_lock(&behind->mutex);
        make_room(behind, count);
        number = behind->number;
        later = behind->started && !number;
        if (later) {
            behind->pieces[behind->end++ % PIECES] = (piece){offset, bytes, count, release, user};
            behind->under_way += count;
            cki_thread_broadcast(&behind->changed);
        }
        cki_thread_unlock(&behind->mutex);
    }
    if (later)
        return 0;
    if (!number)
        number = cki_behind_write(behind, offset, bytes, count);
    release(user);
    return number;
}

int cki_behind_drain(cki_behind *behind)
{
    piece written[PIECES];
    if (cki_process_is_child())
        return 0;
    cki_thread_lock(&behind->mutex);
    while (behind->next < behind->end)
        cki_thread_wait(&behind->changed, &behind->mutex);
    size_t count = take_written(behind, written);
    int number = behind->number;
    cki_thread_unlock(&behind->mutex);
    release_all(written, count);
    return number;
}

void cki_behind_free(cki_behind *behind)
{
    if (!behind)
        return;
    cki_behind_drain(behind);
    if (behind->started && !cki_process_is_child()) {
        cki_thread_lock(&behind->mutex);
        behind->stop = true;
        cki_thread_broadcast(&behind->changed);
        cki_thread_unlock(&behind->mutex);
        cki_thread_join(&behind->thread);
    }
    close(behind->straight);
    cki_thread_condition_free(&behind->changed);
    cki_thread_mutex_free(&behind->mutex);
    cki_memory_free(behind);
}
