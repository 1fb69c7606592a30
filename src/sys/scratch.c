/* Scratch files, without a name where that can be. */
#include "sys/scratch.h"
#include "core/memory.h"
#include "core/text.h"
#include "sys/fault.h"
#include "sys/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

enum { SPANS = 64, LARGEST = 1 << 30 };

struct cki_scratch {
    int descriptor;
    char *folder; /* NULL once it could be removed */
    char *file;   /* NULL once it has no name */
    int lock;
};

static void free_scratch(cki_scratch *scratch)
{
    if (scratch->descriptor >= 0)
        close(scratch->descriptor);
    if (scratch->file)
        cki_folder_unlink(scratch->file);
    if (scratch->folder)
        cki_folder_remove(scratch->folder);
    cki_folder_unlock(scratch->lock);
    cki_memory_free(scratch->file);
    cki_memory_free(scratch->folder);
    cki_memory_free(scratch);
}

/* The file, and away with its name and the folder around it. What cannot lose its name while it is
 * open keeps it, and its folder, until it is closed. */
static int open_file(cki_scratch *scratch)
{
    cki_text name = {0};
    cki_text_format(&name, "%s/spilled", scratch->folder);
    char *path = cki_text_take(&name);
    if (!path)
        return ENOMEM;
    scratch->descriptor = open(scratch->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, (mode_t)0600);
    if (scratch->descriptor < 0) {
        scratch->descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, (mode_t)0600);
        if (scratch->descriptor < 0 || unlink(path) != 0) {
            scratch->file = path;
            return scratch->descriptor < 0 ? errno : 0;
        }
    }
    cki_memory_free(path);
    if (rmdir(scratch->folder) == 0) {
        cki_memory_free(scratch->folder);
        scratch->folder = NULL;
        cki_folder_unlock(scratch->lock);
        scratch->lock = -1;
    }
    return 0;
}

int cki_scratch_open(const char *directory, cki_scratch **scratch)
{
    *scratch = NULL;
    cki_folder_sweep(directory, "cask-spill-", "");
    cki_scratch *made = cki_memory_calloc(1, sizeof *made);
    if (!made)
        return ENOMEM;
    made->descriptor = made->lock = -1;
    int number = cki_folder_temporary(directory, "cask-spill-", "", &made->folder, &made->lock);
    if (!number)
        number = open_file(made);
    if (number)
        free_scratch(made);
    else
        *scratch = made;
    return number;
}

void cki_scratch_close(cki_scratch *scratch)
{
    if (scratch)
        free_scratch(scratch);
}

/* Step over `done` bytes; the number of spans that are done with. */
static size_t step(cki_span *spans, size_t count, size_t done)
{
    size_t i = 0;
    for (; i < count && spans[i].length <= done; i++)
        done -= spans[i].length;
    if (i < count) {
        spans[i].bytes = (char *)spans[i].bytes + done;
        spans[i].length -= done;
    }
    return i;
}

typedef ssize_t transfer(int descriptor, const struct iovec *spans, int count, int64_t offset);

static int move_all(int descriptor, uint64_t offset, cki_span *spans, size_t count, transfer *move,
                    int at_end)
{
    size_t i = step(spans, count, 0);
    while (i < count) {
        struct iovec vector[SPANS];
        int n = 0;
        for (size_t sum = 0; n < SPANS && i + (size_t)n < count && sum < LARGEST; n++) {
            const cki_span *span = &spans[i + (size_t)n];
            size_t length = span->length < LARGEST - sum ? span->length : LARGEST - sum;
            vector[n] = (struct iovec){span->bytes, length};
            sum += length;
        }
        if (offset > INT64_MAX - LARGEST)
            return EFBIG;
        ssize_t done = move(descriptor, vector, n, (int64_t)offset);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return done < 0 ? errno : at_end;
        offset += (uint64_t)done;
        i += step(spans + i, count - i, (size_t)done);
    }
    return 0;
}

int cki_scratch_write(cki_scratch *scratch, uint64_t offset, cki_span *spans, size_t count)
{
    return move_all(scratch->descriptor, offset, spans, count, cki_fault_pwritev, ENOSPC);
}

int cki_scratch_read(cki_scratch *scratch, uint64_t offset, cki_span *spans, size_t count)
{
    return move_all(scratch->descriptor, offset, spans, count, cki_fault_preadv, ENODATA);
}

void cki_scratch_discard(cki_scratch *scratch, uint64_t offset, uint64_t length)
{
    (void)!fallocate(scratch->descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset,
                     (off_t)length);
}

void cki_scratch_cut(cki_scratch *scratch, uint64_t size)
{
    (void)!ftruncate(scratch->descriptor, (off_t)size);
}
