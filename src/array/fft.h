/* Fourier transforms of lazy arrays. */
#ifndef CKI_ARRAY_FFT_H
#define CKI_ARRAY_FFT_H

#include "array/node.h"

extern const cki_operation *const cki_fft_operations[];
extern const cki_operation *const cki_frequencies_operations[];

#endif
