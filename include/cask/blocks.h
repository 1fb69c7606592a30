/* Blocks: functions of one's own on the blocks of arrays.
 *
 * The function is named: one that was registered (cask/function.h), one that graphs know ("neg"),
 * or the text of a lambda of the expression language ("lambda b: b - b.mean()"). It is called in
 * tasks, from any worker thread or process, several at once, with whole blocks: values whose shape,
 * strides and elements cask_value_shape() and its like tell. It must not change them, and gives a
 * new value, as cask_value_array() makes one. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_BLOCKS_H
#define CASK_BLOCKS_H

#include "array.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a function is applied; NULL and zero are the defaults. */
typedef struct cask_blocks {
    /* Of what it gives; default: as it gives for arrays of one element. It is believed: a value
     * that cask_array_compute() gives has the type that the function gave; what is computed from
     * the array, written, or put into memory of yours is converted. */
    cask_dtype dtype;
    cask_shape chunks;   /* of what it gives, one size an axis, where that is another than its
                            first argument's; default: the same */
    cask_axes drop_axes; /* axes that it removes: all blocks along them are put together first */
    cask_axes new_axes;  /* axes that it adds, counted in the result */
    const char *name;    /* of the array; default: the function's */
    /* Further arguments, behind the blocks or by name: given to every call as they are; lazy ones
     * are computed first. */
    cask_arguments arguments;
    bool block_id; /* also give it, by the name block_id, which block this is: a tuple of numbers,
                      see cask_value_item() */
} cask_blocks;

/* An array each of whose blocks the function makes of the blocks at the same place of the arrays
 * (count >= 1), axes counting from the last; an array of one block along an axis gives it to all.
 * ValueError where numbers of blocks do not agree, or where the result is no such block; what the
 * function says with cask_call_fail() ends the computation. Cost: a task a block. */
CASK_API
cask_array cask_array_map_blocks(const cask_array *arrays, size_t count, const char *function,
                                 const cask_blocks *how);

/* What stands beyond the ends of an array. */
typedef enum cask_beyond {
    CASK_BEYOND_NOTHING, /* blocks at the ends are given less */
    CASK_BEYOND_PERIODIC,
    CASK_BEYOND_REFLECT,
    CASK_BEYOND_NEAREST,
    CASK_BEYOND_CONSTANT
} cask_beyond;

/* What blocks are given of their neighbours. */
typedef struct cask_overlap {
    cask_shape depth; /* so many elements on both sides of each axis */
    cask_beyond beyond;
    double constant; /* CASK_BEYOND_CONSTANT */
    bool untrimmed;  /* the function takes these elements off itself; default: they are taken off
                        what it gives */
} cask_overlap;

/* The same with blocks that hold what lies around them: filters, stencils, moving means. Chunks
 * that are smaller than the depth are joined. ValueError if the array is. */
CASK_API
cask_array cask_array_map_overlap(const cask_array *arrays, size_t count, const char *function,
                                  const cask_overlap *overlap, const cask_blocks *how);

#ifdef __cplusplus
}
#endif

#endif
