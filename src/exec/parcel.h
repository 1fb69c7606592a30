/* Parcels: values as they travel between the processes of a run. Small ones are a cell; others a
 * record in the shared heap, beside the blocks where arrays already are. */
#ifndef CKI_EXEC_PARCEL_H
#define CKI_EXEC_PARCEL_H

#include "exec/blocks.h"

/* A value as it travels: itself if it is small, else where its record lies. {0} is none. */
typedef struct cki_cell {
    uint64_t kind;
    uint64_t bits;
} cki_cell;

/* Put a value into a cell. Its arrays' memory is lent where it is in the shared heap, and copied to
 * the segment where it is not; its record goes there too. TypeError for objects that only their own
 * process knows; MEMORY where the segment is full. */
cask_status cki_parcel_pack(cki_segment *segment, const cask_value *value, cki_cell *cell,
                            cki_error *error);
/* The value again, for the process that holds the blocks. *record keeps the cell readable for
 * others until it is let go of; NULL if it needs nothing. */
cask_value *cki_parcel_receive(cki_blocks *blocks, cki_cell cell, cki_buffer **record,
                               cki_error *error);
/* The value again, only looked at, while somebody else holds what it needs. */
cask_value *cki_parcel_peek(const cki_sharedheap *heap, cki_cell cell, cki_error *error);

#endif
