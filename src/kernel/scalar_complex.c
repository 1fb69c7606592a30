/* Complex operations that are compiled once: they branch, or call libm for each element.
 */
#include "kernel/each.h"
#include <complex.h>
#include <math.h>
#include <stdlib.h>

#define PI            3.14159265358979323846
#define PIf           3.14159265358979323846f
#define LOG2          0.693147180559945309417
#define LOG2f         0.693147180559945309417f
#define LOG2E         1.44269504088896340736
#define LOG2Ef        1.44269504088896340736f
#define LOG10E        0.434294481903251827651
#define LOG10Ef       0.434294481903251827651f
#define TINY          1.0e-20
#define TINYf         1.0e-20f
#define NOT_A_NUMBER  ((double)NAN)
#define NOT_A_NUMBERf NAN

#define CKI_TEMPLATE "kernel/scalar_complex.tmpl.h"
#include "kernel/each_complex.h"

#define ROW(op) [CKI_OP_##op] = {[CASK_C64] = op##_c64, [CASK_C128] = op##_c128}

const cki_scalar_row cki_scalar_complex_loops[CKI_OP_COUNT] = {
    ROW(divide),      ROW(power),      ROW(maximum),     ROW(minimum),  ROW(fmax),
    ROW(fmin),        ROW(less),       ROW(less_equal),  ROW(greater),  ROW(greater_equal),
    ROW(logical_and), ROW(logical_or), ROW(logical_xor), ROW(absolute), ROW(logical_not),
    ROW(angle),       ROW(sign),       ROW(reciprocal),  ROW(rint),     ROW(sqrt),
    ROW(exp),         ROW(exp2),       ROW(expm1),       ROW(log),      ROW(log2),
    ROW(log10),       ROW(log1p),      ROW(sin),         ROW(cos),      ROW(tan),
    ROW(arcsin),      ROW(arccos),     ROW(arctan),      ROW(sinh),     ROW(cosh),
    ROW(tanh),        ROW(arcsinh),    ROW(arccosh),     ROW(arctanh),  ROW(sinc),
};
