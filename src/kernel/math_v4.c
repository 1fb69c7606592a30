/* Vector functions, compiled for processors with AVX-512.
 */
#define ISA v4
#include "kernel/math.tmpl.h"
