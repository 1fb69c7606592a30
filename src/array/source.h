/* Sources: arrays that can make any region of themselves: readers of files, constants, arange. */
#ifndef CKI_ARRAY_SOURCE_H
#define CKI_ARRAY_SOURCE_H

#include "array/node.h"

/* Makes regions of one kind of thing. Any thread, any number at once. */
typedef struct cki_source {
    const char *name;
    /* Elements start[k] + j * step[k], j < count[k] (step >= 1), of all ndim axes of the whole, as
     * an array of shape `count`; it may be a view or a broadcast. */
    cask_status (*region)(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                          const int64_t *count, const int64_t *step, cask_value **out,
                          cki_error *error);
    /* Bytes of files that this reads; NULL: none. */
    size_t (*read_bytes)(const void *self, int ndim, const int64_t *start, const int64_t *count,
                         const int64_t *step);
    bool cheap;    /* makes no new memory to speak of (a broadcast, a view) */
    bool fleeting; /* tokens name it only as long as the context lives */
    /* Optional: what a region is made with, for people. NULL: where it lies. */
    void (*spell)(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                  const int64_t *count, const int64_t *step, cki_spelling *spelling);
} cki_source;

/* An array of a source. `self` lives as long as the build's context (own it with
 * cki_context_own()); `token` names it and its content. Chunks give the shape. */
cask_array cki_source_array(cki_build *build, const char *label, const cki_source *source,
                            const void *self, cki_token token, cki_dtype dtype, int ndim,
                            const cki_axis *axes);
/* The same of a source that needs so many bytes for itself while it makes a region. */
cask_array cki_source_working(cki_build *build, const char *label, const cki_source *source,
                              const void *self, cki_token token, cki_dtype dtype, int ndim,
                              const cki_axis *axes, size_t working);
/* An eager array as a lazy one; the value is referenced until the context closes. axes NULL: one
 * chunk. */
cask_array cki_source_constant(cki_build *build, cask_value *array, const cki_axis *axes);
/* Whether x is a source still, and then the same source restricted: per axis of x, count elements
 * from start by step (negative too); `drop` removes the axis (its count is 1). `axes` are the
 * chunks of the axes that stay, whose lengths are the counts. */
bool cki_source_is(cask_array x);
cask_array cki_source_restrict(cki_build *build, cask_array x, const int64_t *start,
                               const int64_t *step, const bool *drop, const cki_axis *axes);
/* Whether x is a source of files still that can be restricted to listed positions of an axis, and
 * then the same so restricted; `axes` are the chunks, of which each is to lie in one of x. */
bool cki_source_may_take(cask_array x, int axis);
cask_array cki_source_take(cki_build *build, cask_array x, int axis, const int64_t *positions,
                           int64_t count, const cki_axis *axes);

#endif
