/* Fourier transforms of the lines of an array along one axis. */
#ifndef CKI_KERNEL_FFT_LINES_H
#define CKI_KERNEL_FFT_LINES_H

#include "value/array.h"

/* What comes of what: NumPy's fft and ifft, rfft and ihfft, irfft and hfft. */
typedef enum cki_fft_kind { CKI_FFT_COMPLEX, CKI_FFT_REAL, CKI_FFT_HERMITIAN } cki_fft_kind;

typedef struct cki_fft_lines {
    cki_fft_kind kind;
    bool real;     /* the input's elements are float64, else complex128 */
    bool backward; /* the exponent has the other sign */
    double factor; /* of the result */
    int64_t n;     /* length of the transform: lines are cut, or padded with zeros */
} cki_fft_lines;

/* What transforms of one kind and length share: any number of threads at once. */
typedef struct cki_fft_shared cki_fft_shared;
cki_fft_shared *cki_fft_lines_open(const cki_fft_lines *spec, cki_error *error);
void cki_fft_lines_close(cki_fft_shared *shared);

/* Elements along the axis of the result. */
int64_t cki_fft_lines_length(const cki_fft_lines *spec);
/* Bytes beside input and output while it runs on so many lines, the shared ones included, at most.
 */
size_t cki_fft_lines_bytes(const cki_fft_lines *spec, int64_t lines);

/* `in` is of any strides, float64 for REAL and complex128 for HERMITIAN; `out` is complex128, or
 * float64 for HERMITIAN, in C order. */
cask_status cki_fft_lines_run(const cki_fft_shared *shared, const cki_array *in, int axis,
                              const cki_array *out, cki_error *error);

#endif
