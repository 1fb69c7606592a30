/* Vector functions, compiled for processors with AVX2.
 */
#define ISA v3
#include "kernel/math.tmpl.h"
