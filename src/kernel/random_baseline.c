/* The loops of random numbers, compiled for any processor of the architecture.
 */
#define ISA  baseline
#define WIDE 2
#include "kernel/random_loops.tmpl.h"
