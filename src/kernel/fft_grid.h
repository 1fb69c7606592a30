/* Long Fourier transforms as two passes over a grid. */
#ifndef CKI_KERNEL_FFT_GRID_H
#define CKI_KERNEL_FFT_GRID_H

#include "kernel/fft.h"

typedef struct cki_fft_grid cki_fft_grid;

/* From this length on it gains: what the passes go over is in the cache. */
#define CKI_FFT_LONG ((int64_t)1 << 17)
/* Plans of both lengths (NULL: failure) are taken over, also on failure; NULL when there is no
 * memory. */
cki_fft_grid *cki_fft_grid_new(cki_fft *down, int64_t a, cki_fft *across, int64_t b,
                               cki_error *error);
void cki_fft_grid_free(cki_fft_grid *grid);
/* Complex numbers, for each lane, that a run needs beside the line. */
int64_t cki_fft_grid_work(int64_t a, int64_t b);
/* As cki_fft_run: the result is in `line`. */
double *cki_fft_grid_run(const cki_fft_grid *grid, double *line, double *work, int lanes);

#endif
