/* Choosing the best elements of lines. */
#ifndef CKI_ARRAY_TOPK_CHOOSE_H
#define CKI_ARRAY_TOPK_CHOOSE_H

#include "value/array.h"

enum { CKI_TOPK_ARRAYS = 4 };

/* Arrays that are alike but for their lengths along the axis, and the places of their elements, to
 * the best k of each line of all. Equal elements come in the order of their places, along the axis
 * and array by array. */
typedef struct cki_topk_contest {
    const cki_array *elements[CKI_TOPK_ARRAYS];
    const cki_array *places[CKI_TOPK_ARRAYS]; /* NULL: counted from `first` */
    size_t count;
    int64_t first, k;
    int axis;
    bool smallest;
    bool sorted; /* best first; else in the order of their places */
} cki_topk_contest;

/* The best as a LIST of two arrays: elements, and their places. */
cask_value *cki_topk_choose(const cki_topk_contest *contest, cki_error *error);
/* Bytes that it takes for lines of that length, beside its result. */
size_t cki_topk_choose_bytes(cki_dtype dtype, int64_t k, int64_t length);

#endif
