/* Minimum and maximum of one type T: LOWEST and HIGHEST to begin with, LESS(a, b), and NONE(a) for
 * what is no number: it stays once met, or with SKIP 1 gives way to any number. */
#define A           T
#define OP          CKI_GLUE(min, SKIP)
#define IDENTITY    HIGHEST
#define TAKES(a, x) ((SKIP ? NONE(a) : NONE(x)) | LESS(x, a))
#define STEP(a, x)  (TAKES(a, x) ? (x) : (a))
#define MERGE(a, x) STEP(a, x)
#include "kernel/fold.tmpl.h"
#undef TAKES
#define OP          CKI_GLUE(max, SKIP)
#define IDENTITY    LOWEST
#define TAKES(a, x) ((SKIP ? NONE(a) : NONE(x)) | LESS(a, x))
#define STEP(a, x)  (TAKES(a, x) ? (x) : (a))
#define MERGE(a, x) STEP(a, x)
#include "kernel/fold.tmpl.h"
#undef TAKES
#undef A
