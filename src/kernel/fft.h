/* Fourier transforms of any length: plans, and runs over several lines at once, a line in each lane
 * of the processor's vectors. */
#ifndef CKI_KERNEL_FFT_H
#define CKI_KERNEL_FFT_H

#include "core/fail.h"

#include <stdbool.h>

/* Forward complex transforms of one length: sum over j of x[j] exp(-2 pi i j k / n). Immutable;
 * any number of threads at once. */
typedef struct cki_fft cki_fft;

/* 1 <= n <= CKI_FFT_MOST; NULL when there is no memory. */
#define CKI_FFT_MOST ((int64_t)1 << 40)
cki_fft *cki_fft_new(int64_t n, cki_error *error);
void cki_fft_free(cki_fft *plan);
/* exp(-2 pi i k step / n), k < count, as pairs; NULL when there is no memory. To be freed. */
double *cki_fft_roots(int64_t n, int64_t count, int64_t step, cki_error *error);

/* Lines that are transformed at once: this many, or one. */
int cki_fft_lanes(void);
/* Complex numbers, for each lane, of the memory that a run needs beside the line, for any plan of
 * that length; and the bytes of such a plan, at most. */
int64_t cki_fft_work(int64_t n);
int64_t cki_fft_plan_bytes(int64_t n);

/* One line a lane; element i has `lanes` real parts and then as many imaginary ones, from
 * line[2 * lanes * i] on. Both line and work are changed; the result is where the return value
 * points: at one of them. */
double *cki_fft_run(const cki_fft *plan, double *line, double *work, int lanes);

/* Of a line z of m complex numbers that holds 2 m reals, element 2 j in the real part of z[j] and
 * 2 j + 1 in the imaginary part, and has been transformed: the transform of the reals, whose first
 * m + 1 elements go to `out`. And the way back: what is to be transformed (with real and imaginary
 * parts exchanged, as its inverse is) so that reals come out. roots: cki_fft_roots(2 m, m + 1). */
void cki_fft_split(const double *line, const double *roots, int64_t m, double *out, int lanes);
void cki_fft_merge(const double *half, const double *roots, int64_t m, double *line, int lanes);

/* ---- for the files that hold the loops ---- */

enum { CKI_FFT_RADIX = 61 }; /* the largest prime that has a pass; larger ones take a chirp */

/* One pass: `radix` transforms of what is l1 * ido apart. */
typedef struct cki_fft_stage {
    int radix;
    int64_t l1, ido;
    const double *twiddles; /* (radix - 1) * ido pairs */
    const double *roots;    /* radix pairs: exp(-2 pi i k / radix) */
} cki_fft_stage;

typedef struct cki_fft_loops {
    int lanes;
    void (*pass)(const cki_fft_stage *stage, const double *from, double *to);
    /* to[i] = from[i] * factors[i], its parts exchanged if `swap`, and conjugated factors if
     * `conjugate`. */
    void (*twist)(const double *from, const double *factors, int64_t n, bool swap, bool conjugate,
                  double *to);
    void (*split)(const double *line, const double *roots, int64_t m, double *out);
    void (*merge)(const double *half, const double *roots, int64_t m, double *line);
} cki_fft_loops;

/* One lane, and as many as the instruction set's vectors have. */
extern const cki_fft_loops cki_fft_baseline[2];
#if defined(__x86_64__)
extern const cki_fft_loops cki_fft_v3[2], cki_fft_v4[2];
#endif

#endif
