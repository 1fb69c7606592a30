/* The loops of random numbers, compiled for processors with AVX-512.
 */
#define ISA  v4
#define WIDE 8
#include "kernel/random_loops.tmpl.h"
