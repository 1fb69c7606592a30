/* argmin and argmax of one type, given BEFORE(a, b) and NONE(a). */
#define OP         argmin
#define FOLD       CKI_REDUCE_MIN
#define LESS(a, b) BEFORE(a, b)
#include "kernel/arg.tmpl.h"
#undef OP
#undef FOLD
#undef LESS
#define OP         argmax
#define FOLD       CKI_REDUCE_MAX
#define LESS(a, b) BEFORE(b, a)
#include "kernel/arg.tmpl.h"
#undef OP
#undef FOLD
#undef LESS
