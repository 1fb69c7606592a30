/* Rows of arrays larger than memory in another order, which is a permutation. */
#ifndef CKI_ARRAY_SHUFFLE_H
#define CKI_ARRAY_SHUFFLE_H

#include "array/node.h"
#include "kernel/random.h"

/* The numbers below n in a random order that each block computes by itself, in the chunks of
 * `axis`. */
cask_array cki_shuffle_order(cki_build *build, const cki_random_key *key, const cki_axis *axis);
/* Row i of the result is row order[i] of x: an order in one block, or if that is NULL the one that
 * cki_shuffle_order() gives. Each block of x is cut in pieces for the blocks of the result: both
 * are read and written once, and no task holds more than a block of each. */
cask_array cki_shuffle_rows(cki_build *build, cask_array x, cask_array order,
                            const cki_random_key *key);

#endif
