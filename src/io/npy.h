/* What an npy file and a member of an npz archive have in common. */
#ifndef CKI_IO_NPY_H
#define CKI_IO_NPY_H

#include "io/blobs.h"
#include "io/formats.h"

/* Type and shape of the array in a blob, and where its elements lie. ValueError if it is none. */
cask_status cki_npy_describe(cki_store *store, const cki_blob *blob, cki_variable *variable,
                             cki_region_layout *layout, cki_error *error);
/* The header of a new array. */
void cki_npy_header(const cki_target *target, size_t alignment, cki_text *text);
/* A writer's layout from that offset on, and the bytes of all elements. */
cask_status cki_npy_layout(cki_writer *writer, const cki_target *target, uint64_t offset,
                           uint64_t *bytes, cki_error *error);

#endif
