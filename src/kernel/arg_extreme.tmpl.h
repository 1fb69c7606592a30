/* argmin and argmax of one type, given BEFORE(a, b) and NONE(a). */
#define OP         argmin
#define LESS(a, b) BEFORE(a, b)
#include "kernel/arg.tmpl.h"
#undef OP
#undef LESS
#define OP         argmax
#define LESS(a, b) BEFORE(b, a)
#include "kernel/arg.tmpl.h"
#undef OP
#undef LESS
