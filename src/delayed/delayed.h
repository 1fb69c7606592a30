/* Delayed: nodes for calls that are put off. Each has one block, its result. */
#ifndef CKI_DELAYED_DELAYED_H
#define CKI_DELAYED_DELAYED_H

#include "expr/collection.h"
#include <cask/delayed.h>

/* Whether equal calls are one; UNSAID is IMPURE where nobody says better. */
typedef enum cki_purity { CKI_UNSAID, CKI_PURE, CKI_IMPURE } cki_purity;

struct cask_delayed_node {
    cki_node base;
    const char *label;     /* what its key begins with: "inc" */
    const char *key;       /* all of its key, if the user gave one */
    const char *attribute; /* it is inputs[0]'s attribute of that name; else NULL */
    int64_t outputs;       /* how many parts its result has; -1: nobody said */
    /* Of a value that is a function: how calls of it are put off, if they do not say. */
    int64_t call_outputs;
    cki_purity call_purity;
    cask_status status; /* not OK: it stands for a failed call */
};

/* An argument of a call: a value, a value with places for inputs in it (call/term.h), or an input.
 */
typedef struct cki_delayed_place {
    cask_value *value; /* NULL: the input */
    uint32_t input;
    bool open;
} cki_delayed_place;

/* What a node calls. */
typedef struct cki_delayed_call {
    cask *ck;
    cask_value *function;   /* borrowed from what lives as long; NULL: the first place it is */
    bool method;            /* `function` gets the method of the first argument that the second
                               names, which is then called with the others */
    uint32_t count, nnamed; /* arguments in all, and how many of them, the last ones, have names */
    const char *const *names;
    cki_delayed_place places[];
} cki_delayed_call;

/* A node to be. */
typedef struct cki_delayed_spec {
    const char *label;
    cask_value *function; /* to be called with the arguments; lives as long as the context's scope;
                             NULL: the only argument is the result */
    bool own;             /* hold a reference to the function */
    bool method;
    cki_arguments arguments;
    bool untraversed; /* what is lazy inside containers stays so */
    cki_purity purity;
    const char *key;
    int64_t outputs;
} cki_delayed_spec;

extern const cki_collection cki_delayed_collection;

static inline cask_delayed cki_delayed_of_node(const cki_node *node)
{
    return (cask_delayed)(const void *)node;
}
/* NULL if the value is not a delayed one. */
cask_delayed cki_delayed_of(const cask_value *value);

/* All give NULL with the build's error set on failure. */
cask_delayed cki_delayed_make(cki_build *build, const cki_delayed_spec *spec);
/* A lazy thing of any kind as one delayed value: itself, or its parts joined. */
const cki_node *cki_delayed_whole(cki_build *build, const cki_node *node);
/* One block of it. */
cask_delayed cki_delayed_block(cki_build *build, const cki_node *node, int64_t block);
/* One like that, whose result is there: the collection's `hold`. */
const cki_node *cki_delayed_hold(cki_build *build, const cki_node *node, cask_value *blocks);

/* A function by its name in C or by that in an operator: borrowed, the context keeps it. */
cask_value *cki_delayed_function(cask *ck, const char *name, cki_error *error);

/* The token of a call and what is lazy in it; false if nobody can tell when two are equal. */
bool cki_delayed_token(const cki_delayed_spec *spec, cki_token *token, cki_error *error);
/* One that no other has. */
cki_token cki_delayed_unique(void);

/* One that stands for a failed call, which is recorded as the context's. */
cask_delayed cki_delayed_poison(cask *ck, const cki_error *error);

/* What its key is, into a text. */
void cki_delayed_print_key(cask_delayed x, cki_text *text);

/* The language's syntax on delayed values (delayed_syntax.c). */
extern const cki_syntax cki_delayed_syntax;
cask_delayed cki_delayed_attribute(cki_build *build, cask_delayed x, const char *name);
cask_delayed cki_delayed_item(cki_build *build, cask_delayed x, cask_value *index);
/* Calling a delayed value: its method, if it is an attribute. `how` may say purity, key, outputs.
 */
cask_delayed cki_delayed_call_of(cki_build *build, cask_delayed x, const cki_delayed_spec *how);

/* The kind of node that calls, lowered in delayed_task.c. */
extern const cki_primitive cki_delayed_primitive;
/* The same of several calls, one after another (delayed_chain.c). */
extern const cki_primitive cki_delayed_chain_primitive;

/* Operations: delayed, to_delayed. And the functions of their tasks. */
extern const cki_operation *const cki_delayed_operations[];
extern const cki_function cki_delayed_call_function, cki_delayed_whole_function;

#endif
