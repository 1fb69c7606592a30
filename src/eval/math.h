/* The math module's functions, shared between its files. */
#ifndef CKI_EVAL_MATH_H
#define CKI_EVAL_MATH_H

#include "eval/builtin.h"

/* A slot as a double; false with TypeError. */
bool cki_math_real(cki_call *call, int slot, double *number);
cask_value *cki_math_domain(cki_call *call); /* ValueError "math domain error" */
cask_value *cki_math_range(cki_call *call);  /* OverflowError "math range error" */

/* math_integer.c */
cask_value *cki_math_comb(cki_call *call);
cask_value *cki_math_factorial(cki_call *call);
cask_value *cki_math_gcd(cki_call *call);
cask_value *cki_math_isqrt(cki_call *call);
cask_value *cki_math_lcm(cki_call *call);
cask_value *cki_math_perm(cki_call *call);
/* math_many.c */
cask_value *cki_math_dist(cki_call *call);
cask_value *cki_math_fsum(cki_call *call);
cask_value *cki_math_hypot(cki_call *call);
cask_value *cki_math_prod(cki_call *call);

#endif
