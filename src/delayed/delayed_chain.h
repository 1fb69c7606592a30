/* Chains: calls of which each needs only the one before, as one task. */
#ifndef CKI_DELAYED_DELAYED_CHAIN_H
#define CKI_DELAYED_DELAYED_CHAIN_H

#include "delayed/delayed.h"

/* The calls of a task, first to last: the last one's node is the task's. */
typedef struct cki_delayed_links {
    size_t count;
    const cki_node *links[];
} cki_delayed_links;

/* The absorbing rule: calls whose only user is a call that needs nothing else. */
void cki_delayed_chain_rule(cki_optimiser *optimiser, const cki_node *node);
/* A primitive's `fuse`: the node, or the chain that was absorbed into it. */
const cki_node *cki_delayed_chain_fuse(cki_optimiser *optimiser, const cki_node *node,
                                       cki_error *error);
/* The calls of a node: itself alone unless it is a chain. */
const cki_node *const *cki_delayed_chain_links(const cki_node *const *node, size_t *count);
/* What is called, for pictures and profiles: "inc", "load, clean", "inc * 1000". */
void cki_delayed_chain_label(const cki_node *node, cki_text *text);

#endif
