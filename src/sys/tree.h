/* Trees: folders that hold a data set, made beside their final place and put there whole. Unlike
 * the private ones of folder.h these are for everybody whom the umask lets in. */
#ifndef CKI_SYS_TREE_H
#define CKI_SYS_TREE_H

#include "core/fail.h"

typedef enum cki_tree_kind { CKI_TREE_NONE, CKI_TREE_FILE, CKI_TREE_FOLDER } cki_tree_kind;

/* What has that name; links are followed. */
cki_tree_kind cki_tree_look(const char *path);
/* What tells a folder from others, and from itself when entries come or go (see cki_file_stamp).
 */
void cki_tree_stamp(const char *path, uint64_t stamp[4]);
/* Make a folder, and those above it that are missing. One that is there is no failure. */
cask_status cki_tree_make(const char *path, cki_error *error);
/* Remove whatever has that name, with all that is in it; nothing there is no failure. */
cask_status cki_tree_remove(const char *path, cki_error *error);
/* The names in a folder, in the order of their bytes, each handed to `take` until that says no. */
cask_status cki_tree_list(const char *path,
                          cask_status (*take)(void *user, const char *name, cki_error *error),
                          void *user, cki_error *error);

/* A new folder with a hidden name (sys/hidden.h) beside the place that it is meant for; the folders
 * above that are made if missing. The name is the caller's (cki_memory_free). */
char *cki_tree_hidden(const char *target, cki_error *error);
/* Give the hidden folder the place's name; what had the name is removed. The disk is not waited
 * for, as by cki_file_publish: to flush a folder of many files is to flush the whole disk. */
cask_status cki_tree_publish(const char *hidden, const char *target, cki_error *error);

#endif
