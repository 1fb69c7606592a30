/* Explaining: what a plan consists of and what it will take, for people or as JSON. */
#ifndef CKI_DIAG_EXPLAIN_H
#define CKI_DIAG_EXPLAIN_H

#include "core/text.h"
#include "graph/plan.h"

typedef struct cki_explain_options {
    int threads;
    size_t memory_limit;
    size_t result_bytes; /* of what will be in memory as a whole in the end */
    int64_t planning;    /* nanoseconds that making the plan took */
    bool json;
} cki_explain_options;

/* A plan that will be refused is explained too: that is its verdict. */
cask_status cki_explain_plan(const cki_plan *plan, const cki_explain_options *options,
                             cki_text *out, cki_error *error);

#endif
