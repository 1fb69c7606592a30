/* Sums and variances of reductions, compiled for all processors.
 */
#define ISA baseline
#include "kernel/reduce_moment.tmpl.h"
