/* Writing Zarr: the metadata of a new array, and arrays that are there. */
#ifndef CKI_IO_ZARR_WRITE_H
#define CKI_IO_ZARR_WRITE_H

#include "io/zarr.h"

/* The text of .zarray (or zarr.json) and, for version 2, of .zattrs (empty if there is nothing to
 * say). ValueError for what the version has no words for. */
cask_status cki_zarr_write_metadata(const cki_target *target, int version, cki_text *metadata,
                                    cki_text *attributes, cki_error *error);
/* Whether what has that name may be replaced: nothing, an empty folder, or Zarr's. FileExistsError.
 */
cask_status cki_zarr_write_may(const char *path, cki_error *error);
/* Make a writer one into an array of an open store. */
cask_status cki_zarr_write_into(cki_writer *writer, const cki_store *store, size_t i,
                                cki_error *error);

/* Whether a path is that of an archive to be written: .zarr.zip, or .zip (zarr_zip.c). */
bool cki_zarr_zip_is(const char *path);
/* Give what a hidden folder holds its name: as a folder, or packed into an archive. */
cask_status cki_zarr_zip_publish(const char *hidden, const char *target, cki_error *error);

#endif
