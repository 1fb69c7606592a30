/* Folders of our own. Their locks go with the process, whichever way it ends. */
#include "sys/folder.h"
#include "core/memory.h"
#include "core/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of the system's <sys/file.h>, which our own file.h hides by its name. */
int flock(int descriptor, int operation);

enum { ATTEMPTS = 100 };

const char *cki_folder_usual(void)
{
    const char *named = getenv("TMPDIR");
    if (named && named[0])
        return named;
    return access("/var/tmp", W_OK | X_OK) == 0 ? "/var/tmp" : "/tmp";
}

static char *temporary_name(const char *directory, const char *prefix, const char *suffix)
{
    unsigned char random[8];
    cki_text name = {0};
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return NULL;
    cki_text_format(&name, "%s/%s%ld-", directory, prefix, (long)getpid());
    for (size_t i = 0; i < sizeof random; i++)
        cki_text_char(&name, (char)('a' + random[i] % 26));
    cki_text_put(&name, suffix);
    return cki_text_take(&name);
}

/* The descriptor of a folder whose lock is now ours; -1 with errno, EWOULDBLOCK if it is another's.
 * `lenient`: also where the file system knows no locks. */
static int lock_folder(int directory, const char *path, bool lenient)
{
    int lock = openat(directory, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (lock < 0)
        return -1;
    struct stat about;
    if (flock(lock, LOCK_EX | LOCK_NB) == 0 ||
        (lenient && (errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP))) {
        /* a sweep may have taken it before us */
        if (fstat(lock, &about) == 0 && about.st_nlink > 0)
            return lock;
        errno = ENOENT;
    }
    int number = errno;
    close(lock);
    errno = number;
    return -1;
}

int cki_folder_temporary(const char *directory, const char *prefix, const char *suffix, char **path,
                         int *lock)
{
    int number = EEXIST;
    *lock = -1;
    for (int i = 0; i < ATTEMPTS; i++) {
        *path = temporary_name(directory, prefix, suffix);
        if (!*path)
            return ENOMEM;
        if (mkdir(*path, 0700) == 0) {
            *lock = lock_folder(AT_FDCWD, *path, true);
            if (*lock >= 0)
                return 0;
            number = errno;
            rmdir(*path);
        } else {
            number = errno;
        }
        cki_memory_free(*path);
        *path = NULL;
        if (number != EEXIST && number != ENOENT && number != EWOULDBLOCK)
            break;
        if (number == ENOENT && access(directory, F_OK) != 0)
            break;
    }
    return number;
}

void cki_folder_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}

/* Whether a name begins with the prefix and a number, and has the suffix. */
static bool is_ours(const char *name, const char *prefix, const char *suffix)
{
    size_t begin = strlen(prefix), end = strlen(suffix), length = strlen(name);
    if (length < begin + end || strncmp(name, prefix, begin) != 0 ||
        strcmp(name + length - end, suffix) != 0)
        return false;
    size_t digits = strspn(name + begin, "0123456789");
    return digits > 0 && name[begin + digits] == '-';
}

static int empty_folder(int folder)
{
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = copy < 0 ? NULL : fdopendir(copy);
    if (!d) {
        int number = errno;
        if (copy >= 0)
            close(copy);
        return number;
    }
    for (struct dirent *entry; (entry = readdir(d));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(folder, entry->d_name, 0);
    closedir(d);
    return 0;
}

void cki_folder_sweep(const char *directory, const char *prefix, const char *suffix)
{
    DIR *d = opendir(directory);
    if (!d)
        return;
    for (struct dirent *entry; (entry = readdir(d));) {
        struct stat about;
        if (!is_ours(entry->d_name, prefix, suffix) ||
            fstatat(dirfd(d), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISDIR(about.st_mode) || about.st_uid != geteuid())
            continue;
        int lock = lock_folder(dirfd(d), entry->d_name, false);
        if (lock < 0)
            continue;
        empty_folder(lock);
        unlinkat(dirfd(d), entry->d_name, AT_REMOVEDIR);
        close(lock);
    }
    closedir(d);
}

int cki_folder_make(const char *path)
{
    struct stat about;
    if (mkdir(path, 0700) == 0)
        return 0;
    if (errno != EEXIST || stat(path, &about) != 0)
        return errno;
    return S_ISDIR(about.st_mode) ? 0 : ENOTDIR;
}

int cki_folder_list(const char *path, bool (*take)(void *user, const char *name), void *user)
{
    DIR *d = opendir(path);
    if (!d)
        return errno;
    bool more = true;
    for (struct dirent *entry; more && (entry = readdir(d));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            more = take(user, entry->d_name);
    closedir(d);
    return 0;
}

int cki_folder_remove(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return errno;
    int number = empty_folder(folder);
    close(folder);
    return number ? number : rmdir(path) != 0 ? errno : 0;
}

int cki_folder_unlink(const char *path)
{
    return unlink(path) != 0 && errno != ENOENT ? errno : 0;
}
