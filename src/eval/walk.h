/* Walk: the items of anything that can be iterated over, one by one; and lists that grow. */
#ifndef CKI_EVAL_WALK_H
#define CKI_EVAL_WALK_H

#include "eval/eval.h"

typedef struct cki_walk {
    cask_value *value; /* what is walked over; held */
    int64_t at;
    int64_t count; /* -1 for text, whose characters are not counted beforehand */
    cki_error *error;
} cki_walk;

/* False with TypeError "'int' object is not iterable". */
bool cki_walk_start(cki_walk *walk, cki_scope *scope, cask_value *value, cki_error *error);
/* The next item, a new reference; NULL at the end, or with the error set. */
cask_value *cki_walk_next(cki_walk *walk);
void cki_walk_end(cki_walk *walk);
/* All items of something as a LIST or TUPLE. */
cask_value *cki_walk_all(cki_scope *scope, cask_value *value, cki_kind kind, cki_error *error);

/* A list that grows. */
typedef struct cki_heap {
    cask_value **items;
    size_t count, room;
} cki_heap;

/* The reference is taken over, also on failure; NULL fails, with the error already set. */
bool cki_walk_keep(cki_heap *heap, cask_value *item, cki_error *error);
/* The items as a LIST or TUPLE; empties the heap. */
cask_value *cki_walk_made(cki_heap *heap, cki_kind kind, cki_error *error);
void cki_walk_drop(cki_heap *heap);

#endif
