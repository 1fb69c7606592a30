/* Putting: arrays written to where they are to lie, block by block as blocks are made, at once or
 * as tasks of a graph. */
#ifndef CKI_ARRAY_PUT_H
#define CKI_ARRAY_PUT_H

#include "array/node.h"
#include "io/store.h"

/* Where blocks go: any thread, any order, several at once. */
typedef struct cki_place {
    cask_status (*region)(void *self, const int64_t *start, const cki_array *array,
                          cki_error *error);
    void *self;
    int64_t offset[CKI_MAX_NDIM]; /* of the array's first element there */
} cki_place;

/* Compute arrays into their places, together, so that they share what they have in common. */
cask_status cki_put_arrays(cask *ck, const cask_array *arrays, const cki_place *places,
                           size_t count, cki_error *error);

/* x in blocks of which no two share one of the chunks that its place is stored in: x itself if that
 * is so already, else rechunked. */
cask_array cki_put_align(cki_build *build, cask_array x, const int64_t *stored,
                         const int64_t *offset);

/* A 0-d array that is 0 and whose computing writes x into the file (cki_writer_into) that is there
 * by then. */
cask_array cki_put_later(cki_build *build, cask_array x, const char *path, const int64_t *offset);

/* Such an array as a Delayed value; NULL stays NULL. */
cask_value *cki_put_delayed(cki_build *build, cask_array writing);

/* A region argument: None, or slices of step 1, one an axis, as many elements as x has. */
cask_status cki_put_region(cask_array x, const cask_value *region, int ndim, const int64_t *shape,
                           int64_t *offset, cki_error *error);

extern const cki_operation *const cki_put_operations[], *const cki_put_calls_operations[];

#endif
