/* map_blocks and blockwise: users' functions on the blocks of arrays. */
#ifndef CKI_ARRAY_MAP_BLOCKS_H
#define CKI_ARRAY_MAP_BLOCKS_H

#include "array/blockwise.h"

/* Arguments as Dask's map_blocks has them; NULL or None where not given. All borrowed. */
typedef struct cki_map_blocks {
    cask_value *function;
    const char *what; /* the operation's name */
    cask_value *const *arguments;
    size_t count;
    cask_value *named; /* a dict of keyword arguments */
    cask_value *name, *dtype, *chunks, *drop_axis, *new_axis, *meta;
    bool exact;    /* enforce_ndim */
    bool block_id; /* given whatever the function is */
} cki_map_blocks;

cask_array cki_map_blocks_array(cki_build *build, const cki_map_blocks *spec);
/* The dtype that dtype= or meta= tell; id 0 if neither does. */
cask_status cki_map_blocks_dtype(cask_value *dtype, cask_value *meta, cki_dtype *result,
                                 cki_error *error);
/* The values and names of a dict of keyword arguments: names in the arena. */
const char *const *cki_map_blocks_names(cki_build *build, const cask_value *named);

extern const cki_operation *const cki_map_blocks_operations[];

#endif
