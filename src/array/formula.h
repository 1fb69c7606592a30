/* Formulas: a few words to write element-wise operations of lazy arrays and numbers with. An
 * operand NULL, of which the error is known already, gives NULL. */
#ifndef CKI_ARRAY_FORMULA_H
#define CKI_ARRAY_FORMULA_H

#include "array/node.h"

/* ufunc(a), ufunc(a, b), ufunc(a, x), ufunc(x, a) */
cask_array cki_formula_of(cki_build *build, const char *ufunc, cask_array a);
cask_array cki_formula_two(cki_build *build, const char *ufunc, cask_array a, cask_array b);
cask_array cki_formula_right(cki_build *build, const char *ufunc, cask_array a, double x);
cask_array cki_formula_left(cki_build *build, const char *ufunc, double x, cask_array a);
/* a where a bool array says so, x elsewhere */
cask_array cki_formula_where(cki_build *build, cask_array condition, cask_array a, double x);

#endif
