/* Cells: a region of an array that is stored in chunks, walked chunk by chunk. */
#ifndef CKI_IO_CELLS_H
#define CKI_IO_CELLS_H

#include "value/array.h"

/* The walk, and where it stands. The caller's arrays are borrowed. Axes from `rank` on are not cut
 * into chunks. */
typedef struct cki_cells {
    int rank;
    const int64_t *chunk, *start, *step;
    const cki_array *whole; /* the region's elements, its shape the count */
    int64_t first[CKI_MAX_NDIM], last[CKI_MAX_NDIM];
    bool begun;
    /* of the chunk at hand */
    int64_t cell[CKI_MAX_NDIM]; /* its position in the grid */
    int64_t at[CKI_MAX_NDIM];   /* first element wanted, within the chunk */
    cki_array part;             /* where they go or come from */
} cki_cells;

/* `whole` has elements; step >= 1. */
void cki_cells_begin(cki_cells *cells, int rank, const int64_t *chunk, const int64_t *start,
                     const int64_t *step, const cki_array *whole);
/* On to the next chunk that has some of the region; false when there is none. */
bool cki_cells_next(cki_cells *cells);
/* Whether the part is all of the chunk that lies within an array of that shape. */
bool cki_cells_covered(const cki_cells *cells, const int64_t *shape);

#endif
