/* Includes the file named by CKI_TEMPLATE once for each complex type: T, its parts' type P, D, F
 * and K as for floats. */
#define D    c64
#define T    cki_c64
#define P    float
#define F(x) x##f
#define K(x) x##f
#include CKI_TEMPLATE
#include "kernel/each_end.h"
#define D    c128
#define T    cki_c128
#define P    double
#define F(x) x
#define K(x) x
#include CKI_TEMPLATE
#include "kernel/each_end.h"
