/* Subscripts of einsum: "ij,jk->ik" as labels of axes. */
#ifndef CKI_ARRAY_EINSUM_PARSE_H
#define CKI_ARRAY_EINSUM_PARSE_H

#include "core/fail.h"
#include "value/value.h"

enum { CKI_EINSUM_OPERANDS = 32 };

/* Labels of the axes of one operand, or of the result: a letter, or CKI_EINSUM_ELLIPSIS + i for the
 * axis of an ellipsis that is i-th from its end. */
enum { CKI_EINSUM_ELLIPSIS = 256 };
typedef struct cki_einsum_term {
    int count;
    int labels[CKI_MAX_NDIM];
} cki_einsum_term;

typedef struct cki_einsum {
    size_t count;
    cki_einsum_term terms[CKI_EINSUM_OPERANDS], output;
} cki_einsum;

/* Read subscripts for `count` operands of so many axes. ValueError in Dask's words. */
cask_status cki_einsum_parse(const char *text, const int *ndims, size_t count, cki_einsum *read,
                             cki_error *error);
/* The other form, einsum(a, [0, 1], b, [1, 2], [0, 2]), as the first: the subscripts' text, to be
 * freed; of `count` arguments those at even places are operands, but for the last if it stands
 * alone. NULL with the error set: ValueError, or TypeError for what is no label. */
char *cki_einsum_parse_lists(cask_value *const *arguments, size_t count, cki_error *error);

#endif
