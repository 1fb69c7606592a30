/* Putting into arrays that are there. */
#ifndef CKI_ARRAY_PUT_ZARR_H
#define CKI_ARRAY_PUT_ZARR_H

#include "array/index.h"
#include "array/put.h"

/* x as a writer's region takes it: of its type, in blocks that share no stored chunk (told in
 * `stored`); offset is where it begins. */
cask_array cki_put_zarr_fit(cki_build *build, cask_array x, const cki_writer *writer,
                            const cask_value *region, int64_t *stored, int64_t *offset);
/* What a path ("x.zarr", "x.h5::/name") holds, as a lazy array. */
cask_array cki_put_zarr_reopen(cki_build *build, const char *path);
/* A lazy masked array with what stands for masked elements in their place: `wanted`, or the usual
 * value; *marker is that, borrowed of *attributes, a new DICT whose _FillValue it is. */
cask_array cki_put_zarr_marked(cki_build *build, cask_value *masked, cask_value *wanted,
                               cask_value **marker, cask_value **attributes);
/* The same for an array that is there, whose attributes say what stands for nothing; TypeError if
 * they do not. */
cask_array cki_put_zarr_masked(cki_build *build, cask_array masked, const cki_writer *writer,
                               const char *target);

#endif
