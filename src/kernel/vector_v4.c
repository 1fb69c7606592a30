/* The vectorisable loops, compiled for processors with AVX-512.
 */
#define ISA      v4
#define ISA_TEXT "x86-64-v4"
#include "kernel/vector.tmpl.h"
