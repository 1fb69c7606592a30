/* The way into libhdf5: one thread at a time, errors kept as words instead of printed. */
#include "io/hdf5.h"
#include "sys/crash.h"
#include "sys/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cki_mutex library;
static cki_once begun = CKI_ONCE_INIT;
static bool broken; /* under the lock */

static void begin(void)
{
    cki_thread_mutex_init(&library);
    cki_process_guard(&library);
    /* After a close that failed (a full disk) libhdf5's own exit handler crashes; all files are
     * closed by then anyway. */
    H5dont_atexit();
}

void cki_hdf5_lock_enter(void)
{
    cki_thread_once(&begun, begin);
    cki_thread_lock(&library);
    /* where the library is built for threads this setting is each thread's own */
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5Eclear2(H5E_DEFAULT);
}

void cki_hdf5_lock_leave(void)
{
    cki_thread_unlock(&library);
}

cask_status cki_hdf5_lock_call(const char *path, void (*function)(void *), void *argument,
                               cki_error *error)
{
    static const char *const crashed = "it is damaged: libhdf5 crashed on it";
    char words[900];
    snprintf(words, sizeof words, "OSError: %.800s: %s", path, crashed);
    cki_hdf5_lock_enter();
    bool before = broken, done = !before && cki_crash_outlive(function, argument, words);
    broken = !done;
    cki_hdf5_lock_leave();
    if (done)
        return error->status;
    return cki_fail(error, CASK_FORMAT, "OSError", "%s: %s", path,
                    before ? "not read: libhdf5 crashed on another file, and is of no use since"
                           : crashed);
}

typedef struct words {
    char *text;
    size_t room;
} words;

static herr_t take_first(unsigned n, const H5E_error2_t *one, void *user)
{
    words *w = user;
    if (n == 0 && one->desc)
        snprintf(w->text, w->room, "%s", one->desc);
    return n == 0 ? 0 : 1;
}

const char *cki_hdf5_lock_words(char *text, size_t room)
{
    words w = {text, room};
    text[0] = '\0';
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, &w);
    return text;
}

cask_status cki_hdf5_lock_fail(const char *path, const char *what, cki_error *error)
{
    char text[600];
    cki_hdf5_lock_words(text, sizeof text);
    const char *number = strstr(text, "errno = "); /* the disk is full, as a rule */
    if (number && strtol(number + 8, NULL, 10) > 0)
        return cki_file_fail(error, (int)strtol(number + 8, NULL, 10), path);
    return cki_fail(error, CASK_FORMAT, "OSError", "%s: %s%s%s%s", path, what,
                    text[0] ? " (HDF5: " : "", text, text[0] ? ")" : "");
}

hid_t cki_hdf5_lock_open(const char *path, cki_error *error)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    /* locks fail on file systems that are read-only or far away, and we only read */
    H5Pset_file_locking(access, false, true);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    if (file < 0)
        cki_hdf5_lock_fail(path, "cannot open this HDF5 file", error);
    return file;
}
