/* The loops of Fourier transforms for one instruction set: ISA names it, WIDE is how many doubles
 * its vectors have. */
#include "kernel/fft.h"

#include <stdint.h>
#include <string.h>

typedef double wide_vector __attribute__((vector_size(8 * WIDE)));

#define LANES   1
#define V       double
#define NAME(x) one_##x
#include "kernel/fft_pass.tmpl.h"
#undef LANES
#undef V
#undef NAME

#define LANES   WIDE
#define V       wide_vector
#define NAME(x) wide_##x
#include "kernel/fft_pass.tmpl.h"

#define TABLE_OF(isa) cki_fft_##isa
#define TABLE(isa)    TABLE_OF(isa)

const cki_fft_loops TABLE(ISA)[2] = {
    {1, one_pass, one_twist, one_split, one_merge},
    {WIDE, wide_pass, wide_twist, wide_split, wide_merge},
};
