/* Folders of our own: private, locked while we live, and swept up by the next process if we die. */
#ifndef CKI_SYS_FOLDER_H
#define CKI_SYS_FOLDER_H

#include "core/fail.h"

/* Where large temporary files go if nobody says: $TMPDIR, else /var/tmp (/tmp may be memory). The
 * text is the system's. */
const char *cki_folder_usual(void);

/* A new folder "<prefix><pid>-<eight letters><suffix>" in a directory, for nobody else (0700), and
 * the descriptor that holds its lock. *path is the caller's (cki_memory_free). An errno, or 0. */
int cki_folder_temporary(const char *directory, const char *prefix, const char *suffix, char **path,
                         int *lock);
/* Remove such folders of ours in a directory whose makers are gone: nobody holds their locks, so it
 * does not matter whether the number of the process was given to another since. */
void cki_folder_sweep(const char *directory, const char *prefix, const char *suffix);
/* Close and unlock; the folder stays. */
void cki_folder_unlock(int lock);

/* Make a folder for nobody else; one that is there is left as it is. An errno, or 0. */
int cki_folder_make(const char *path);
/* Hand the name of each file in a folder to `take`, until that says no. An errno, or 0. */
int cki_folder_list(const char *path, bool (*take)(void *user, const char *name), void *user);
/* Remove a folder and the files in it. An errno, or 0. */
int cki_folder_remove(const char *path);
/* Remove a file. An errno, or 0; one that is not there is removed already. */
int cki_folder_unlink(const char *path);

#endif
