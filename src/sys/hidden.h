/* Hidden names: what is being written lies beside its final place under a name that tells who
 * writes it, so that what a dead process left can be swept up by the next one that writes there. */
#ifndef CKI_SYS_HIDDEN_H
#define CKI_SYS_HIDDEN_H

#include "core/text.h"

/* "dir/.name.cask-HOST-PID-START-N" for dir/name, unlike any other: the caller's (cki_memory_free),
 * NULL without memory. A slash at the end of the name does not count. */
char *cki_hidden_name(const char *target);
/* How much of a path is the folders above its last name. */
size_t cki_hidden_folder(const char *target);
/* A path for messages: what lies under a hidden name by the name that it is meant for. */
void cki_hidden_shown(const char *path, cki_text *shown);
/* Remove what processes of this machine left under such names of that target, if they are gone: no
 * process has their number, or it began at another time. What is another machine's stays. */
void cki_hidden_sweep(const char *target);

#endif
