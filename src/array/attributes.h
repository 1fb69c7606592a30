/* Attributes: what an array tells of itself without being computed, and asking for its elements. */
#ifndef CKI_ARRAY_ATTRIBUTES_H
#define CKI_ARRAY_ATTRIBUTES_H

#include "array/node.h"

/* "cask.array<sum-aggregate, shape=(), dtype=float64, chunksize=()>". */
void cki_attributes_repr(cask_array x, cki_text *text);
/* "(4, nan)": the lengths of the axes; and of the largest block. */
void cki_attributes_shape(cask_array x, cki_text *text);
void cki_attributes_chunksize(cask_array x, cki_text *text);
/* "sum-aggregate-0f3c..." (label and token), at most size - 1 bytes. */
const char *cki_attributes_name(cask_array x, char *buffer, size_t size);

extern const cki_operation *const cki_attributes_operations[];

#endif
