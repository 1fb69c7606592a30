/* Output that appears under its name whole or not at all: an unnamed file in the same directory
 * that is linked and renamed at the end; a hidden name where the file system has no such thing. */
#include "core/memory.h"
#include "sys/behind.h"
#include "sys/fault.h"
#include "sys/file.h"
#include "sys/hidden.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGE = 1 << 20 }; /* pieces worth a way past the cache */

struct cki_file_output {
    char *asked;     /* the name as given, for messages */
    char *target;    /* the same with symbolic links followed: what gets replaced */
    char *hidden;    /* the name in the same directory on the way there */
    bool named;      /* whether `hidden` exists */
    bool amended;    /* it is the target itself */
    char opened[40]; /* "/proc/self/fd/7" of a file without a name */
    int descriptor;
    cki_behind *behind; /* NULL: all goes through the system's cache */
};

static void free_output(cki_file_output *output)
{
    cki_behind_free(output->behind);
    if (output->descriptor >= 0)
        close(output->descriptor);
    cki_memory_free(output->asked);
    cki_memory_free(output->target);
    cki_memory_free(output->hidden);
    cki_memory_free(output);
}

/* The name that will be replaced, behind symbolic links if it exists. */
static char *resolve(const char *path)
{
    char *real = realpath(path, NULL);
    char *copy = real ? cki_memory_copy(real, strlen(real)) : cki_memory_copy(path, strlen(path));
    free(real);
    return copy;
}

/* Refuse at once what rename() would wrongly replace: a directory, a device, a file that we were
 * told not to write. */
static int check_target(const char *target, mode_t *mode)
{
    struct stat about;
    *mode = 0;
    if (target[0] == '\0')
        return ENOENT;
    if (target[strlen(target) - 1] == '/')
        return EISDIR;
    if (stat(target, &about) != 0)
        return errno == ENOENT ? 0 : errno;
    if (S_ISDIR(about.st_mode))
        return EISDIR;
    if (!S_ISREG(about.st_mode))
        return ENXIO;
    *mode = about.st_mode & 07777;
    return access(target, W_OK) != 0 ? errno : 0;
}

static int open_unnamed(cki_file_output *output)
{
    char *slash = strrchr(output->target, '/');
    char *directory = cki_memory_copy(
        output->target, slash ? (size_t)(slash - output->target) + (slash == output->target) : 0);
    if (!directory)
        return -1;
    int descriptor =
        open(directory[0] ? directory : ".", O_TMPFILE | O_RDWR | O_CLOEXEC, (mode_t)0666);
    cki_memory_free(directory);
    if (descriptor < 0)
        return -1;
    snprintf(output->opened, sizeof output->opened, "/proc/self/fd/%d", descriptor);
    if (access(output->opened, F_OK) != 0) { /* no /proc: it could never be linked */
        close(descriptor);
        return -1;
    }
    return descriptor;
}

static int open_output(cki_file_output *output)
{
    output->descriptor = open_unnamed(output);
    if (output->descriptor >= 0)
        return 0;
    cki_hidden_sweep(output->target);
    output->descriptor = open(output->hidden, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, (mode_t)0666);
    if (output->descriptor < 0)
        return errno;
    output->named = true;
    return 0;
}

cki_file_output *cki_file_create(const char *path, cki_error *error)
{
    cki_file_output *output = cki_memory_calloc(1, sizeof *output);
    if (!output) {
        cki_fail_memory(error, sizeof *output);
        return NULL;
    }
    output->descriptor = -1;
    output->asked = cki_memory_copy(path, strlen(path));
    output->target = resolve(path);
    output->hidden = output->target ? cki_hidden_name(output->target) : NULL;
    if (!output->asked || !output->hidden) {
        cki_fail_memory(error, strlen(path));
        free_output(output);
        return NULL;
    }
    mode_t mode;
    int number = check_target(output->target, &mode);
    if (!number)
        number = open_output(output);
    if (number) {
        cki_file_fail(error, number, path);
        free_output(output);
        return NULL;
    }
    if (mode) /* what replaces a file keeps its permissions, where we may set them */
        (void)!fchmod(output->descriptor, mode);
    return output;
}

cki_file_output *cki_file_amend(const char *path, cki_error *error)
{
    cki_file_output *output = cki_memory_calloc(1, sizeof *output);
    if (!output) {
        cki_fail_memory(error, sizeof *output);
        return NULL;
    }
    output->amended = true;
    output->descriptor = open(path, O_RDWR | O_CLOEXEC);
    output->asked = cki_memory_copy(path, strlen(path));
    if (output->descriptor >= 0 && output->asked)
        return output;
    if (output->descriptor < 0)
        cki_file_fail(error, errno, path);
    else
        cki_fail_memory(error, strlen(path));
    free_output(output);
    return NULL;
}

cask_status cki_file_copy(cki_file_output *output, const char *path, cki_error *error)
{
    enum { PIECE = 1 << 20 };
    cki_file *file = cki_file_open(path, error);
    unsigned char *piece = file ? cki_memory_alloc(PIECE) : NULL;
    cask_status status = file ? CASK_OK : CASK_IO;
    if (file && !piece)
        status = cki_fail_memory(error, PIECE);
    uint64_t size = file ? cki_file_size(file) : 0;
    for (uint64_t at = 0; status == CASK_OK && at < size; at += PIECE) {
        size_t count = size - at < PIECE ? (size_t)(size - at) : PIECE;
        status = cki_file_read(file, at, piece, count, "the file", error);
        if (status == CASK_OK)
            status = cki_file_write(output, at, piece, count, error);
    }
    cki_memory_free(piece);
    cki_file_unref(file);
    return status;
}

const char *cki_file_temporary(const cki_file_output *output)
{
    return output->named ? output->hidden : output->opened;
}

int cki_file_descriptor(const cki_file_output *output)
{
    return output->descriptor;
}

void cki_file_bypass(cki_file_output *output, size_t most)
{
    const char *path = output->amended ? output->asked : cki_file_temporary(output);
    if (!output->behind)
        output->behind = cki_behind_new(output->descriptor, path, most);
}

bool cki_file_bypasses(const cki_file_output *output)
{
    return output->behind != NULL;
}

cask_status cki_file_write_behind(cki_file_output *output, uint64_t offset, const void *bytes,
                                  size_t count, void (*release)(void *user), void *user,
                                  cki_error *error)
{
    if (output->behind && count >= LARGE) {
        int number = cki_behind_put(output->behind, offset, bytes, count, release, user);
        return number ? cki_file_fail(error, number, output->asked) : CASK_OK;
    }
    cask_status status = cki_file_write(output, offset, bytes, count, error);
    release(user);
    return status;
}

cask_status cki_file_write(cki_file_output *output, uint64_t offset, const void *bytes,
                           size_t count, cki_error *error)
{
    if (output->behind && count >= LARGE) {
        int number = cki_behind_write(output->behind, offset, bytes, count);
        return number ? cki_file_fail(error, number, output->asked) : CASK_OK;
    }
    unsigned char *from = (unsigned char *)(uintptr_t)bytes;
    while (count > 0) {
        const struct iovec span = {from, count < (1U << 30) ? count : (1U << 30)};
        ssize_t written = cki_fault_pwritev(output->descriptor, &span, 1, (int64_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return cki_file_fail(error, written < 0 ? errno : ENOSPC, output->asked);
        from += written;
        offset += (uint64_t)written;
        count -= (size_t)written;
    }
    return CASK_OK;
}

cask_status cki_file_reread(cki_file_output *output, uint64_t offset, void *bytes, size_t count,
                            cki_error *error)
{
    unsigned char *to = bytes;
    int late = output->behind ? cki_behind_drain(output->behind) : 0;
    if (late)
        return cki_file_fail(error, late, output->asked);
    while (count > 0) {
        size_t want = count < (1U << 30) ? count : (1U << 30);
        ssize_t got = cki_fault_pread(output->descriptor, to, want, (int64_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return cki_file_fail(error, got < 0 ? errno : EIO, output->asked);
        to += got;
        offset += (uint64_t)got;
        count -= (size_t)got;
    }
    return CASK_OK;
}

cask_status cki_file_resize(cki_file_output *output, uint64_t size, cki_error *error)
{
    if (size > INT64_MAX)
        return cki_file_fail(error, EFBIG, output->asked);
    if (ftruncate(output->descriptor, (off_t)size) != 0)
        return cki_file_fail(error, errno, output->asked);
    return CASK_OK;
}

/* An errno, or 0. */
static int give_name(cki_file_output *output)
{
    if (!output->named &&
        linkat(AT_FDCWD, output->opened, AT_FDCWD, output->hidden, AT_SYMLINK_FOLLOW) != 0)
        return errno;
    output->named = true;
    return 0;
}

cask_status cki_file_reveal(cki_file_output *output, cki_error *error)
{
    cki_hidden_sweep(output->target); /* it is for long, and others may have died meanwhile */
    int number = give_name(output);
    return number ? cki_file_fail(error, number, output->asked) : CASK_OK;
}

/* Put the finished file in its place; an errno, or 0. */
static int publish(cki_file_output *output, bool flush)
{
    int late = output->behind ? cki_behind_drain(output->behind) : 0;
    if (late)
        return late;
    if (flush && fsync(output->descriptor) != 0 && errno != EINVAL && errno != EROFS)
        return errno;
    if (output->amended)
        return 0;
    int number = give_name(output);
    if (number)
        return number;
    return rename(output->hidden, output->target) != 0 ? errno : 0;
}

static cask_status finish(cki_file_output *output, bool flush, cki_error *error)
{
    int number = publish(output, flush);
    cask_status status = CASK_OK;
    if (number) {
        status = cki_file_fail(error, number, output->asked);
        if (output->named)
            unlink(output->hidden);
    }
    free_output(output);
    return status;
}

cask_status cki_file_commit(cki_file_output *output, cki_error *error)
{
    return finish(output, true, error);
}

cask_status cki_file_publish(cki_file_output *output, cki_error *error)
{
    return finish(output, false, error);
}

void cki_file_abort(cki_file_output *output)
{
    if (!output)
        return;
    if (output->named)
        unlink(output->hidden);
    free_output(output);
}
