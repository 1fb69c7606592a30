/* The loops of Fourier transforms, compiled for processors with AVX-512.
 */
#define ISA  v4
#define WIDE 8
#include "kernel/fft_loops.tmpl.h"
