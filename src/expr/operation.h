/* Operations: one record each, which the C calls, the expression language, `cask help` and the
 * reference read. Adding an operation is adding a record, and its kernel. */
#ifndef CKI_EXPR_OPERATION_H
#define CKI_EXPR_OPERATION_H

#include "expr/context.h"
#include "value/arguments.h"

/* Where an operation is found. */
enum {
    CKI_IN_DA = 1,        /* da.NAME, and the bare name in a shell; may hold a dot: "linalg.norm" */
    CKI_IN_NP = 2,        /* np.NAME too: the same, computed at once if no argument is lazy */
    CKI_ARRAY_METHOD = 4, /* x.NAME(...): x is the first parameter */
    CKI_ARRAY_ATTRIBUTE = 8,  /* x.NAME: called with x alone */
    CKI_ARRAY_PROTOCOL = 16,  /* "__getitem__", "__len__": the language's own use */
    CKI_IN_DASK = 32,         /* dask.NAME, and the bare name: of no one collection */
    CKI_LAZY_METHOD = 64,     /* x.NAME(...) of anything lazy */
    CKI_LAZY_ATTRIBUTE = 128, /* x.NAME of anything lazy */
    CKI_BUILDS = 256, /* with CKI_ARRAY_PROTOCOL: what it gives stays lazy, whatever it is given */
    CKI_OWN_ATTRIBUTE = 512, /* with that: an attribute of the object, no method */
    CKI_NP_LAZY = 1024       /* with CKI_IN_NP alone: np.NAME of lazy arguments too, not da.NAME */
};

/* One call, its arguments bound to the parameters. */
typedef struct cki_call {
    cask *ck;
    const cki_operation *operation;
    cask_value *
        *arguments; /* one a parameter, borrowed; the default where not given (never NULL,
                       except a parameter without default that is optional: see signature) */
    size_t count;
    cki_error *error;
} cki_call;

struct cki_operation {
    const char *name;
    unsigned places; /* CKI_IN_... */
    /* Parameters as Python writes them: "a, axis=None, dtype=None, keepdims=False". Defaults are
     * literals. "*arrays" gathers the rest into a tuple. Parameters after "*" go by name only;
     * "**ignored" takes and drops other names, "**others" gathers them
     * into a dict. */
    const char *signature;
    const char *doc; /* one sentence, then details if any */
    /* Returns a new reference, or NULL with call->error set. */
    cask_value *(*run)(cki_call *call);
    const void *detail; /* the record's own, e.g. a kernel's row */
};

/* Operations of a room: a NULL-terminated table of pointers, kept by the context. */
cask_status cki_operation_register(cask *ck, const cki_operation *const *table, cki_error *error);
/* By name and place; NULL if there is none. */
const cki_operation *cki_operation_find(const cask *ck, const char *name, unsigned places);
/* The i-th of all, for listings; NULL past the last. */
const cki_operation *cki_operation_at(const cask *ck, size_t i);
/* The nearest name in such a place, for "did you mean"; NULL if none is near. */
const char *cki_operation_nearest(const cask *ck, const char *name, unsigned places);
/* Bind arguments by the signature and run. TypeErrors in Python's words: "sum() got an unexpected
 * keyword argument 'axes'", "sin() missing 1 required positional argument: 'x'". */
cask_value *cki_operation_call(cask *ck, const cki_operation *operation,
                               const cki_arguments *arguments, cki_error *error);

/* What the call that is under way was given beside arrays and other lazy things, where it differs
 * from what is usual: a dict by parameter, for those who look at its tasks. The context's; NULL if
 * there is nothing, or with the error set. */
cask_value *cki_operation_said(cask *ck, cki_error *error);
/* An argument by the name of its parameter; for run functions. */
cask_value *cki_operation_argument(const cki_call *call, const char *parameter);
/* Whether it is None. */
bool cki_operation_is_none(const cki_call *call, const char *parameter);
/* Python's truth of an argument. */
bool cki_operation_flag(const cki_call *call, const char *parameter);

/* A collection's node as a value (kind OBJECT): what operations take and give. Its class is the
 * collection's, and known by this release function. */
void cki_operation_release(void *self);
cask_value *cki_operation_wrap(const cki_node *node, cki_error *error);
/* The node in such a value; NULL if it is none. */
const cki_node *cki_operation_node(const cask_value *value);

#endif
