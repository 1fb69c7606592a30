/* The vectorisable loops, compiled for any processor of the architecture (x86-64: those of 2009).
 */
#define ISA      baseline
#define ISA_TEXT "baseline"
#include "kernel/vector.tmpl.h"
