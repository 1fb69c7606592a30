/* Sums and variances of reductions, compiled for processors with AVX2.
 */
#define ISA v3
#include "kernel/reduce_moment.tmpl.h"
