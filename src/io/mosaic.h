/* Cells of maps gathered into the bins that a picture shows: blocks come in any order and from any
 * thread, and the result is the same bit for bit. */
#ifndef CKI_IO_MOSAIC_H
#define CKI_IO_MOSAIC_H

#include "io/layout.h"

typedef struct cki_mosaic_part cki_mosaic_part;

/* Of `maps` maps; after cki_mosaic_finish `values` has rows of bins, map after map: the mean of
 * the cells that each shows, NaN where there is none. */
typedef struct cki_mosaic {
    const cki_layout *layout;
    int64_t maps;
    double *values;
    cki_plot_range range; /* of the cells */
    cki_spin lock;
    cki_mosaic_part *parts; /* of the blocks, the last one first */
} cki_mosaic;

/* A block of 2 dimensions, or of 3 if there are several maps; `start` has as many numbers. */
cask_status cki_mosaic_add(cki_mosaic *mosaic, const int64_t *start, const cki_array *block,
                           cki_error *error);
cask_status cki_mosaic_finish(cki_mosaic *mosaic, cki_error *error);
/* Forget all blocks, and the values. */
void cki_mosaic_clear(cki_mosaic *mosaic);

#endif
