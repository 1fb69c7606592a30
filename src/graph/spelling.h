/* Spelling: a task as people write it: what its function is called with, in order. Layers know
 * that from their parameters, and say it with these; it is asked for only to be looked at. */
#ifndef CKI_GRAPH_SPELLING_H
#define CKI_GRAPH_SPELLING_H

#include "graph/graph.h"

typedef enum cki_spelled_kind {
    CKI_SPELLED_INPUT, /* the result of the task's input of that number */
    CKI_SPELLED_VALUE, /* a literal */
    CKI_SPELLED_LIST   /* a list of so many that follow, which hold no lists */
} cki_spelled_kind;

typedef struct cki_spelled {
    cki_spelled_kind kind;
    size_t number;     /* of the input, or how many are in the list */
    cask_value *value; /* the literal */
} cki_spelled;

/* {0} is one without arguments. Once it has failed, for want of memory, rules may go on. */
struct cki_spelling {
    cki_spelled *items;
    size_t count, capacity;
    size_t list;          /* the place after the list that is open; 0: none is */
    bool inputs;          /* it mentions some */
    bool data;            /* nothing is called: the only argument is the result */
    cask_value *function; /* what is called, if that is a value that does the same; else NULL */
    bool failed;
};

/* ---- for rules: the next argument ---- */

void cki_spelling_input(cki_spelling *spelling, size_t number);
/* A literal; the reference is taken over, NULL is a failure. */
void cki_spelling_take(cki_spelling *spelling, cask_value *value);
void cki_spelling_value(cki_spelling *spelling, cask_value *value);
void cki_spelling_int(cki_spelling *spelling, int64_t number);
void cki_spelling_float(cki_spelling *spelling, double number);
void cki_spelling_bool(cki_spelling *spelling, bool flag);
void cki_spelling_text(cki_spelling *spelling, const char *text);
void cki_spelling_dtype(cki_spelling *spelling, cki_dtype dtype); /* its name */
/* A tuple of integers; of slices of `count` elements from `start` by `step` (NULL: 1). */
void cki_spelling_ints(cki_spelling *spelling, const int64_t *numbers, size_t count);
cask_value *cki_spelling_slice(int64_t start, int64_t count, int64_t step); /* NULL: failed */
void cki_spelling_slices(cki_spelling *spelling, int ndim, const int64_t *start,
                         const int64_t *count, const int64_t *step);
/* The numbers of those flags that are set, as a tuple. */
void cki_spelling_axes(cki_spelling *spelling, const bool *flags, int ndim);
/* The only argument, which is the result: the block is there already. Taken over. */
void cki_spelling_data(cki_spelling *spelling, cask_value *value);
/* A list, which ends with the next call of close. */
void cki_spelling_open(cki_spelling *spelling);
void cki_spelling_close(cki_spelling *spelling);
/* The inputs from `first` on. */
void cki_spelling_inputs(cki_spelling *spelling, size_t first, size_t count);

/* ---- for readers ---- */

/* The arguments of a layer's block, which has so many inputs: as its rule says. Inputs come first
 * where that mentions none. */
cask_status cki_spelling_of(const cki_layer *layer, int64_t block, size_t ninputs,
                            cki_spelling *spelling, cki_error *error);
void cki_spelling_free(cki_spelling *spelling);

#endif
