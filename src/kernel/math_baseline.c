/* Vector functions, compiled for x86-64, where SLEEF is asked for 128 bits.
 */
#define ISA baseline
#include "kernel/math.tmpl.h"
