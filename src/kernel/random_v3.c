/* The loops of random numbers, compiled for processors with AVX2.
 */
#define ISA  v3
#define WIDE 4
#include "kernel/random_loops.tmpl.h"
