/* Inner: the language for functions that run inside tasks, one context a thread at a time. */
#ifndef CKI_CALL_INNER_H
#define CKI_CALL_INNER_H

#include "eval/host.h"
#include "expr/context.h"

/* A context that computes on the calling thread and shares what the outer one knows, and the
 * language over it. Made and freed by cask.c, which alone can. */
typedef struct cki_inner_context {
    cask *ck;
    void *language;
    cki_host host;
} cki_inner_context;

typedef struct cki_inner_maker {
    cask_status (*open)(cask *outer, cki_inner_context *made, cki_error *error);
    void (*close)(cki_inner_context *made);
    /* Around each use: what was built in between is freed. */
    void (*enter)(cki_inner_context *made);
    void (*leave)(cki_inner_context *made);
} cki_inner_maker;

/* The inner contexts of one context, kept for the next call; `maker` may be NULL: then functions
 * have Python's own values only. */
typedef struct cki_inner cki_inner;
cki_inner *cki_inner_new(const cki_inner_maker *maker, cki_error *error);
void cki_inner_free(cki_inner *inner);

/* One call: {.ck, .run}. Its host takes an inner context only once something asks for the language.
 */
typedef struct cki_inner_call {
    cask *ck;
    void *run;
    struct cki_inner_place *place;
} cki_inner_call;
cki_host cki_inner_host(cki_inner_call *call);
/* Ends the call. The result is computed if it is lazy, for what made it goes back; it is taken over
 * and may be NULL. */
cask_value *cki_inner_end(cki_inner_call *call, cask_value *result, cki_error *error);

#endif
