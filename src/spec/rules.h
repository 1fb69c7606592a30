/* Rewrite rules: terms with variables, and sets of them that find the rule for a term in one walk.
 */
#ifndef CKI_SPEC_RULES_H
#define CKI_SPEC_RULES_H

#include "expr/operation.h"

/* A term in preorder: a function before its arguments, a list before its items. */
typedef struct cki_rules_token {
    cask_value *term; /* borrowed: the whole of it */
    cask_value *head; /* borrowed: its function, or itself; NULL for a list */
    size_t after;     /* the number of the first token behind it */
} cki_rules_token;

typedef struct cki_rules_walk {
    cki_rules_token *tokens;
    size_t count, capacity;
} cki_rules_walk;

/* RecursionError beyond the depth that expressions have. */
cask_status cki_rules_walk_open(cki_rules_walk *walk, cask_value *term, cki_error *error);
void cki_rules_walk_close(cki_rules_walk *walk);
/* Whether the token is one of the variables. */
bool cki_rules_variable(const cask_value *variables, const cki_rules_token *token);

/* A set of patterns as a tree of their tokens: patterns that begin alike share the beginning, and a
 * term goes down it once (a discrimination net without the arities, as Dask's). */
typedef struct cki_rules_net cki_rules_net;

cki_rules_net *cki_rules_net_new(cki_error *error);
void cki_rules_net_free(cki_rules_net *net);
/* `pattern` outlives the net; its tokens that equal one of `variables` match any term. */
cask_status cki_rules_net_add(cki_rules_net *net, const cki_rules_walk *pattern,
                              const cask_value *variables, size_t rule, cki_error *error);

/* Called with each rule whose pattern matches, those with fewer variables at the front first, and
 * what stands for its variables in the order in which they come. To go on, or not. */
typedef bool cki_rules_found(void *user, size_t rule, cask_value *const *matched, size_t count);
cask_status cki_rules_net_match(const cki_rules_net *net, const cki_rules_walk *term,
                                cki_rules_found *found, void *user, cki_error *error);

extern const cki_operation *const cki_rules_operations[];

#endif
