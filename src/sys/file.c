/* Reading files by position: a bounded cache of descriptors under any number of open files, and
 * the operating system's errors in Python's words. */
#include "sys/file.h"
#include "core/memory.h"
#include "sys/fault.h"
#include "sys/hidden.h"
#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    DESCRIPTORS_LEAST = 64, /* kept open over all files: a quarter of what a process may have, */
    DESCRIPTORS_MOST = 512, /* between these */
    LARGEST_READ = 1 << 30  /* the kernel takes no more than 2 GiB at once */
};

struct cki_file {
    atomic_size_t references;
    uint64_t size;
    dev_t device;
    ino_t inode;
    struct timespec modified;
    int descriptor; /* -1 while not held; guarded by `lock`, as all below */
    int users;      /* reads that go on now */
    struct cki_file *newer, *older;
    char path[];
};

static cki_mutex lock = {PTHREAD_MUTEX_INITIALIZER};
static cki_once prepared = CKI_ONCE_INIT;
static cki_file *newest, *oldest; /* those that hold a descriptor */
static int held, held_at_most = DESCRIPTORS_LEAST;
static atomic_uint_fast64_t bytes_read;

void cki_file_expect_many(void)
{
    int far = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, DESCRIPTORS_MOST + DESCRIPTORS_LEAST);
    if (far >= 0)
        close(far);
}

cask_status cki_file_fail(cki_error *error, int number, const char *path)
{
    const char *python = "OSError";
    cask_status status = CASK_IO;
    switch (number) {
    case ENOENT:
        python = "FileNotFoundError";
        status = CASK_NOT_FOUND;
        break;
    case EACCES:
    case EPERM:
        python = "PermissionError";
        break;
    case EISDIR:
        python = "IsADirectoryError";
        break;
    case ENOTDIR:
        python = "NotADirectoryError";
        break;
    case EEXIST:
        python = "FileExistsError";
        break;
    case ENOMEM:
        return cki_fail(error, CASK_MEMORY, NULL, "no memory to use '%s'", path);
    default:
        break;
    }
    char words[128];
    const char *said = strerror_r(number, words, sizeof words);
    cki_text shown = {0};
    cki_hidden_shown(path, &shown);
    cki_fail(error, status, python, "[Errno %d] %s: '%s'", number, said,
             shown.failed || !shown.bytes ? path : shown.bytes);
    cki_text_free(&shown);
    return status;
}

static void leave_list(cki_file *file)
{
    *(file->newer ? &file->newer->older : &newest) = file->older;
    *(file->older ? &file->older->newer : &oldest) = file->newer;
    file->newer = file->older = NULL;
}

static void join_list(cki_file *file)
{
    file->newer = NULL;
    file->older = newest;
    *(newest ? &newest->newer : &oldest) = file;
    newest = file;
}

/* Close the descriptors used longest ago, but none that a read uses now. */
static void close_oldest(int limit)
{
    for (cki_file *file = oldest; file && held > limit;) {
        cki_file *next = file->newer;
        if (file->users == 0) {
            leave_list(file);
            close(file->descriptor);
            file->descriptor = -1;
            held--;
        }
        file = next;
    }
}

/* Open, and look at what it is. */
static int open_checked(const char *path, struct stat *about, cki_error *error)
{
    /* O_NONBLOCK: a FIFO without a writer must not hang us; regular files do not care */
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        cki_file_fail(error, errno, path);
        return -1;
    }
    int number = fstat(descriptor, about) != 0 ? errno : S_ISDIR(about->st_mode) ? EISDIR : 0;
    if (number)
        cki_file_fail(error, number, path);
    else if (!S_ISREG(about->st_mode))
        cki_fail(error, CASK_IO, "OSError", "'%s' is not a regular file; copy it into one first",
                 path);
    else
        return descriptor;
    close(descriptor);
    return -1;
}

/* A child that begins meanwhile must find the cache whole. */
static void prepare(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        rlim_t share = files.rlim_cur / 4;
        held_at_most = share < DESCRIPTORS_LEAST  ? DESCRIPTORS_LEAST
                       : share > DESCRIPTORS_MOST ? DESCRIPTORS_MOST
                                                  : (int)share;
    }
    cki_process_guard(&lock);
}

cki_file *cki_file_open(const char *path, cki_error *error)
{
    cki_thread_once(&prepared, prepare);
    struct stat about;
    int descriptor = open_checked(path, &about, error);
    if (descriptor < 0)
        return NULL;
    size_t length = strlen(path) + 1;
    cki_file *file = cki_memory_calloc(1, sizeof *file + length);
    if (!file) {
        close(descriptor);
        cki_fail_memory(error, sizeof *file + length);
        return NULL;
    }
    memcpy(file->path, path, length);
    atomic_init(&file->references, 1);
    file->size = (uint64_t)about.st_size;
    file->device = about.st_dev;
    file->inode = about.st_ino;
    file->modified = about.st_mtim;
    file->descriptor = descriptor;
    cki_thread_lock(&lock);
    join_list(file);
    held++;
    close_oldest(held_at_most);
    cki_thread_unlock(&lock);
    return file;
}

cki_file *cki_file_ref(cki_file *file)
{
    atomic_fetch_add_explicit(&file->references, 1, memory_order_relaxed);
    return file;
}

void cki_file_unref(cki_file *file)
{
    if (!file || atomic_fetch_sub(&file->references, 1) != 1)
        return;
    cki_thread_lock(&lock);
    if (file->descriptor >= 0) {
        leave_list(file);
        close(file->descriptor);
        held--;
    }
    cki_thread_unlock(&lock);
    cki_memory_free(file);
}

const char *cki_file_path(const cki_file *file)
{
    return file->path;
}

uint64_t cki_file_size(const cki_file *file)
{
    return file->size;
}

void cki_file_stamp(const cki_file *file, uint64_t stamp[4])
{
    stamp[0] = (uint64_t)file->device;
    stamp[1] = (uint64_t)file->inode;
    stamp[2] = file->size;
    stamp[3] =
        (uint64_t)file->modified.tv_sec * UINT64_C(1000000000) + (uint64_t)file->modified.tv_nsec;
}

/* The file's descriptor, kept open until let_go; -1 with the error told. Called under the lock. */
static int reopen(cki_file *file, cki_error *error)
{
    struct stat about;
    int descriptor = open_checked(file->path, &about, error);
    if (descriptor < 0)
        return -1;
    if (about.st_ino != file->inode || about.st_dev != file->device) {
        close(descriptor);
        cki_fail(error, CASK_IO, "OSError", "'%s' was replaced by another file while in use",
                 file->path);
        return -1;
    }
    file->descriptor = descriptor;
    held++;
    close_oldest(held_at_most - 1);
    join_list(file);
    return descriptor;
}

static int take_hold(cki_file *file, cki_error *error)
{
    cki_thread_lock(&lock);
    int descriptor = file->descriptor;
    if (descriptor < 0) {
        descriptor = reopen(file, error);
    } else if (newest != file) {
        leave_list(file);
        join_list(file);
    }
    if (descriptor >= 0)
        file->users++;
    cki_thread_unlock(&lock);
    return descriptor;
}

static void let_go(cki_file *file)
{
    cki_thread_lock(&lock);
    file->users--;
    cki_thread_unlock(&lock);
}

void cki_file_count_read(size_t bytes)
{
    atomic_fetch_add_explicit(&bytes_read, bytes, memory_order_relaxed);
}

cask_status cki_file_read(cki_file *file, uint64_t offset, void *bytes, size_t count,
                          const char *what, cki_error *error)
{
    if (offset > INT64_MAX || count > INT64_MAX - offset)
        return cki_fail(error, CASK_FORMAT, "OSError", "%s: %s lies beyond any file", file->path,
                        what);
    int descriptor = take_hold(file, error);
    if (descriptor < 0)
        return error ? error->status : CASK_IO;
    cask_status status = CASK_OK;
    unsigned char *to = bytes;
    size_t done = 0;
    while (done < count) {
        size_t want = count - done < LARGEST_READ ? count - done : LARGEST_READ;
        ssize_t got = cki_fault_pread(descriptor, to + done, want, (int64_t)(offset + done));
        if (got > 0) {
            done += (size_t)got;
        } else if (got == 0) {
            status = cki_fail(error, CASK_FORMAT, "OSError",
                              "%s: truncated: %s needs bytes %llu to %llu, %zu of them are missing",
                              file->path, what, (unsigned long long)offset,
                              (unsigned long long)offset + count, count - done);
            break;
        } else if (errno != EINTR) {
            status = cki_file_fail(error, errno, file->path);
            break;
        }
    }
    let_go(file);
    cki_file_count_read(done);
    return status;
}

uint64_t cki_file_bytes_read(void)
{
    return atomic_load_explicit(&bytes_read, memory_order_relaxed);
}
