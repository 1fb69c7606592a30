/* The loops of Fourier transforms, compiled for processors with AVX2.
 */
#define ISA  v3
#define WIDE 4
#include "kernel/fft_loops.tmpl.h"
