/* Storing: where chests meet computations. */
#ifndef CKI_STORING_H
#define CKI_STORING_H

#include "expr/context.h"

/* The context's `store`: see expr/context.h. */
cask_status cki_storing_run(cask *ck, const cki_node *const *nodes, size_t count,
                            cask_value **values, cki_error *error);

#endif
