/* Rewriting of terms by rules. */
#ifndef CKI_SPEC_REWRITE_H
#define CKI_SPEC_REWRITE_H

#include "spec/spec.h"

/* One rule: two terms, whose words are in `spec->words` of the graph that rules belong to. Names
 * that are variables stand for any term in `left`, and for the same in `right`. */
typedef struct cki_rewrite_rule {
    size_t left, right; /* where their words begin */
    const uint32_t *variables;
    size_t nvariables;
    /* Optional: whether to use it, given the JSON of what each variable stands for. */
    bool (*when)(void *user, const char *const *bound);
    void *user;
} cki_rewrite_rule;

/* The graph rewritten. The rules' words and names are in `rules_in`, a blank of the graph. */
cki_spec *cki_rewrite_run(const cki_spec *spec, const cki_spec *rules_in,
                          const cki_rewrite_rule *rules, size_t count, bool top_level,
                          cki_error *error);

#endif
