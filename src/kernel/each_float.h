/* Includes the file named by CKI_TEMPLATE once for each real floating type: T, D, F(name) the libm
 * function for it, K(constant) a constant of it. */
#define D    f32
#define T    float
#define F(x) x##f
#define K(x) x##f
#include CKI_TEMPLATE
#include "kernel/each_end.h"
#define D    f64
#define T    double
#define F(x) x
#define K(x) x
#include CKI_TEMPLATE
#include "kernel/each_end.h"
