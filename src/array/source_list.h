/* Regions of a source at listed positions of one axis: read run by run, or whole and then chosen
 * from, whichever reads less. */
#ifndef CKI_ARRAY_SOURCE_LIST_H
#define CKI_ARRAY_SOURCE_LIST_H

#include "array/source.h"

/* A region of a source, but that of `axis` the elements are those at `positions`, count[axis] of
 * them and at least one. */
typedef struct cki_source_list {
    const cki_source *source;
    const void *self;
    cki_dtype dtype;
    int ndim, axis;
    const int64_t *positions;
    int64_t start[CKI_MAX_NDIM], count[CKI_MAX_NDIM], step[CKI_MAX_NDIM];
} cki_source_list;

/* What is read of files, and what it takes beside the result; of a source that has read_bytes. */
void cki_source_list_cost(const cki_source_list *list, cki_cost *cost);
cask_status cki_source_list_region(const cki_source_list *list, cask_value **out, cki_error *error);

#endif
