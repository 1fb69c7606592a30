/* Folders as data sets: made hidden, published by one rename, listed in order, removed with all
 * that they hold. */
#include "sys/tree.h"
#include "core/memory.h"
#include "sys/file.h"
#include "sys/hidden.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
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
    cki_text above = {0};
    cki_text_add(&above, target, cki_hidden_folder(target));
    char *hidden = above.failed ? NULL : cki_hidden_name(target);
    if (!hidden)
        cki_fail_memory(error, strlen(target));
    cask_status status = hidden ? CASK_OK : CASK_MEMORY;
    if (hidden && above.length)
        status = cki_tree_make(above.bytes, error);
    cki_text_free(&above);
    if (status == CASK_OK) {
        cki_hidden_sweep(target);
        if (mkdir(hidden, 0777) != 0)
            status = cki_file_fail(error, errno, target);
    }
    if (status == CASK_OK)
        return hidden;
    cki_memory_free(hidden);
    return NULL;
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
