/* Manipulating graphs that are built: lazy things that wait for others, and clones. */
#ifndef CKI_DELAYED_MANIPULATE_H
#define CKI_DELAYED_MANIPULATE_H

#include "delayed/delayed.h"

/* A lazy thing like that, each of whose blocks waits for `after` (a node of one block). */
const cki_node *cki_manipulate_wait(cki_build *build, const cki_node *node, const cki_node *after);

/* How to rebuild: what is not made anew, what must be there before anything new begins (NULL:
 * nothing), and what the new keys depend on. */
typedef struct cki_manipulation {
    const cki_node *const *omit;
    size_t nomit;
    const cki_node *after;
    cki_token seed;
} cki_manipulation;

/* Each node with all that it rests on made anew, under other keys. */
cask_status cki_manipulate_clone(cki_build *build, const cki_node *const *nodes, size_t count,
                                 const cki_manipulation *how, const cki_node **made);

/* dask.graph_manipulation's bind, checkpoint, clone and wait_on; and what its tasks name. */
extern const cki_operation *const cki_manipulate_operations[];
extern const cki_function cki_manipulate_wait_function;

#endif
