/* Writing Zarr: the metadata of a new array, and arrays that are there. */
#ifndef CKI_IO_ZARR_WRITE_H
#define CKI_IO_ZARR_WRITE_H

#include "io/zarr.h"

/* The text of .zarray (or zarr.json) and, for version 2, of .zattrs (empty if there is nothing to
 * say). ValueError for what the version has no words for. */
cask_status cki_zarr_write_metadata(const cki_target *target, int version, cki_text *metadata,
                                    cki_text *attributes, cki_error *error);
/* Open writer->path, an array that is there, for regions; fills in its type and shape. */
cask_status cki_zarr_write_into(cki_writer *writer, cki_error *error);

#endif
