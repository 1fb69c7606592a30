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

#endif
