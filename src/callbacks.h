/* Callbacks of the user's own (<cask/callbacks.h>), as the executors tell them. */
#ifndef CKI_CALLBACKS_H
#define CKI_CALLBACKS_H

#include "exec/exec.h"

/* Those of a run, NULL-terminated: registered ones, which are held until they are let go of, then
 * `own` (NULL-terminated too). A computation within a task has its own alone. */
typedef struct cki_callbacks_list {
    const cki_callbacks **items;
    size_t held;
} cki_callbacks_list;
cask_status cki_callbacks_hold(cki_callbacks_list *list, const cki_callbacks *const *own,
                               cki_error *error);
void cki_callbacks_release(cki_callbacks_list *list);

#endif
