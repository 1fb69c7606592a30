/* Folders as data sets: made hidden, published by one rename, listed in order, removed with all
 * that they hold. */
#include "sys/tree.h"
#include "core/memory.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { AT_ONCE = 16 }; /* descriptors that a walk may hold */

cki_tree_kind cki_tree_look(const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return CKI_TREE_NONE;
    return S_ISDIR(about.st_mode) ? CKI_TREE_FOLDER : CKI_TREE_FILE;
}

void cki_tree_stamp(const char *path, uint64_t stamp[4])
{
    struct stat about;
    memset(stamp, 0, 4 * sizeof *stamp);
    if (stat(path, &about) != 0)
        return;
    stamp[0] = (uint64_t)about.st_dev;
    stamp[1] = (uint64_t)about.st_ino;
    stamp[2] = (uint64_t)about.st_size;
    stamp[3] = (uint64_t)about.st_mtim.tv_sec * 1000000000U + (uint64_t)about.st_mtim.tv_nsec;
}

static cask_status make_one(const char *path, cki_error *error)
{
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && cki_tree_look(path) == CKI_TREE_FOLDER))
        return CASK_OK;
    return cki_file_fail(error, errno, path);
}

cask_status cki_tree_make(const char *path, cki_error *error)
{
    if (cki_tree_look(path) == CKI_TREE_FOLDER)
        return CASK_OK;
    char *copy = cki_memory_copy(path, strlen(path));
    if (!copy)
        return cki_fail_memory(error, strlen(path));
    cask_status status = CASK_OK;
    for (char *at = copy + 1; status == CASK_OK && *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        status = make_one(copy, error);
        *at = '/';
    }
    if (status == CASK_OK)
        status = make_one(copy, error);
    cki_memory_free(copy);
    return status;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    (void)about, (void)kind, (void)walk;
    return remove(path);
}

cask_status cki_tree_remove(const char *path, cki_error *error)
{
    if (nftw(path, remove_one, AT_ONCE, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT)
        return CASK_OK;
    return cki_file_fail(error, errno, path);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

cask_status cki_tree_list(const char *path,
                          cask_status (*take)(void *user, const char *name, cki_error *error),
                          void *user, cki_error *error)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_entry, by_bytes);
    if (count < 0)
        return cki_file_fail(error, errno, path);
    cask_status status = CASK_OK;
    for (int i = 0; i < count; i++) {
        if (status == CASK_OK)
            status = take(user, entries[i]->d_name, error);
        free(entries[i]); /* scandir's own memory */
    }
    free(entries);
    return status;
}

char *cki_tree_hidden(const char *target, cki_error *error)
{
    static atomic_uint made;
    size_t length = strlen(target);
    while (length > 1 && target[length - 1] == '/')
        length--;
    size_t begin = length;
    while (begin > 0 && target[begin - 1] != '/')
        begin--;
    cki_text name = {0};
    cki_text_add(&name, target, begin);
    cask_status status = CASK_OK;
    if (begin > 0 && !name.failed)
        status = cki_tree_make(name.bytes, error);
    size_t shown = length - begin > 200 ? cki_text_cut(target + begin, 200) : length - begin;
    cki_text_char(&name, '.');
    cki_text_add(&name, target + begin, shown);
    cki_text_format(&name, ".cask-%ld-%u", (long)getpid(), atomic_fetch_add(&made, 1));
    char *hidden = cki_text_take(&name);
    if (!hidden) {
        cki_fail_memory(error, length);
        return NULL;
    }
    if (status == CASK_OK && mkdir(hidden, 0777) != 0)
        status = cki_file_fail(error, errno, target);
    if (status != CASK_OK) {
        cki_memory_free(hidden);
        return NULL;
    }
    return hidden;
}

cask_status cki_tree_publish(const char *hidden, const char *target, cki_error *error)
{
    /* both exchanged at once where the file system can: the name is never without a data set */
    if (renameat2(AT_FDCWD, hidden, AT_FDCWD, target, RENAME_EXCHANGE) == 0)
        return cki_tree_remove(hidden, error);
    if (rename(hidden, target) == 0)
        return CASK_OK;
    if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR)
        return cki_file_fail(error, errno, target);
    cask_status status = cki_tree_remove(target, error);
    if (status == CASK_OK && rename(hidden, target) != 0)
        status = cki_file_fail(error, errno, target);
    return status;
}
