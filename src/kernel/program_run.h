/* Tiles: a finished program over the elements of its broadcast inputs, a few thousand at a time. */
#ifndef CKI_KERNEL_PROGRAM_RUN_H
#define CKI_KERNEL_PROGRAM_RUN_H

#include "kernel/step.h"

/* An array as a program reads or writes it, over the axes of cki_tiles. */
typedef struct cki_tile_view {
    unsigned char *data;
    size_t size;    /* bytes of an element */
    bool aligned;   /* so that typed loops may touch it in place */
    bool flat;      /* C order without gaps: any run of elements lies together */
    bool fixed;     /* one element for all */
    bool same_rows; /* every row is the same memory */
    size_t held;    /* elements of a gathered tile of same_rows that are still right */
    int64_t held_from;
    int64_t strides[CKI_MAX_NDIM];
} cki_tile_view;

/* The elements of a broadcast shape in C order; a tile is any run of them. Axes that lie together
 * in every array are one. */
typedef struct cki_tiles {
    const cki_program *program;
    int ndim;
    int64_t shape[CKI_MAX_NDIM];
    int64_t count;   /* of all elements */
    int64_t columns; /* of the last axis */
    int views;       /* one for each input, and the output's last if there is one */
    cki_tile_view *view;
    unsigned char *memory, *places; /* the block, and its aligned tiles */
    void *pointer[CKI_STEP_LIMIT];  /* where the result of each step lies for this tile */
} cki_tiles;

/* `out` may be NULL. The tiles are freed by close also after a failed open. */
cask_status cki_program_run_open(const cki_program *program, const cki_array *const *inputs,
                                 const cki_array *out, int ndim, const int64_t *shape,
                                 cki_tiles **result, cki_error *error);
/* Compute `n` elements from number `first` on, at most program->tile. The result lies where *result
 * says: in the tiles' memory, or in an input's. */
cask_status cki_program_run_tile(cki_tiles *tiles, int64_t first, size_t n, const void **result,
                                 cki_error *error);
void cki_program_run_close(cki_tiles *tiles);
/* `n` elements like the one. */
void cki_program_run_fill(void *tile, const void *element, size_t size, size_t n);

#endif
