/* A bar on stderr that shows how far a computation is.
 */
#ifndef CKI_CLI_PROGRESS_H
#define CKI_CLI_PROGRESS_H

#include <stdint.h>

typedef struct cki_progress {
    _Atomic int percent; /* last drawn */
    _Atomic int drawn;   /* whether a line is open */
} cki_progress;

/* For cask_options.on_progress, whose user is a cki_progress; from any thread. */
void cki_progress_show(void *user, int64_t done, int64_t total);
/* End the line, if one was begun. */
void cki_progress_end(cki_progress *progress);

#endif
