/* The loops of Fourier transforms, compiled for any processor of the architecture.
 */
#define ISA  baseline
#define WIDE 2
#include "kernel/fft_loops.tmpl.h"
