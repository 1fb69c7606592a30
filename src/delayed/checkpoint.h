/* Checkpoints: delayed Nones that wait for all blocks of lazy things. */
#ifndef CKI_DELAYED_CHECKPOINT_H
#define CKI_DELAYED_CHECKPOINT_H

#include "delayed/delayed.h"

/* `every`: how many come together at a time, in a tree; 0: all. NULL with the build's error set. */
cask_delayed cki_checkpoint_of(cki_build *build, const cki_node *const *nodes, size_t count,
                               int64_t every);

extern const cki_function cki_checkpoint_function;

#endif
