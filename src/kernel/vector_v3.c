/* The vectorisable loops, compiled for processors with AVX2.
 */
#define ISA      v3
#define ISA_TEXT "x86-64-v3"
#include "kernel/vector.tmpl.h"
