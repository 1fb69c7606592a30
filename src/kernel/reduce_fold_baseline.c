/* Folds of reductions, compiled for all processors.
 */
#define ISA baseline
#include "kernel/reduce_fold.tmpl.h"
