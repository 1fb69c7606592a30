/* Picks: what basic indexing takes of an axis, from Python's slices, and the chunks that result. */
#ifndef CKI_ARRAY_PICK_H
#define CKI_ARRAY_PICK_H

#include "array/index.h"

/* Everything of an axis of this length (also of an unknown one). */
static inline cki_pick cki_pick_all(int64_t length)
{
    return (cki_pick){.start = 0, .step = 1, .count = length};
}
static inline bool cki_pick_is_all(const cki_pick *pick, int64_t length)
{
    return !pick->drop && pick->start == 0 && pick->step == 1 && pick->count == length;
}
/* Python's slice.indices(length). `stop` is its normal form, which Dask's chunks depend on. */
cask_status cki_pick_slice(const cask_value *slice, int64_t length, cki_pick *pick, int64_t *stop,
                           cki_error *error);
/* An integer as Dask takes one in an index: ints, bools, floats that are whole, arrays of one
 * element. IndexError "Bad index.  Must be integer-like: 0.5". */
cask_status cki_pick_integer(const cask_value *value, int64_t *number, cki_error *error);
/* outer of inner: as one pick. */
cki_pick cki_pick_compose(const cki_pick *inner, const cki_pick *outer);
/* The chunks of the picked elements: one for each chunk that holds some. `stop` as given by
 * cki_pick_slice, or -1. */
cask_status cki_pick_axis(cki_arena *arena, const cki_axis *from, const cki_pick *pick,
                          int64_t stop, cki_axis *axis, cki_error *error);

#endif
