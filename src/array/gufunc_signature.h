/* Signatures of generalised ufuncs: "(i,j),(j)->(i)", and the axes that they are about. */
#ifndef CKI_ARRAY_GUFUNC_SIGNATURE_H
#define CKI_ARRAY_GUFUNC_SIGNATURE_H

#include "array/node.h"

enum { CKI_GUFUNC_ARGUMENTS = 16, CKI_GUFUNC_NAMES = 32 };

/* Axes by name: numbers into `names`. */
typedef struct cki_gufunc_operand {
    int ndim;
    int names[CKI_MAX_NDIM];
    int axes[CKI_MAX_NDIM]; /* which axes of the array they are; negative ones from the last */
} cki_gufunc_operand;

typedef struct cki_gufunc_signature {
    char names[CKI_GUFUNC_NAMES][32];
    int nnames;
    cki_gufunc_operand inputs[CKI_GUFUNC_ARGUMENTS], outputs[CKI_GUFUNC_ARGUMENTS];
    int ninputs, noutputs;
    bool single; /* one result, given alone and not as a tuple */
} cki_gufunc_signature;

/* ValueError "Not a valid gufunc signature: ...". */
cask_status cki_gufunc_signature_parse(const char *text, cki_gufunc_signature *signature,
                                       cki_error *error);
/* Fill in the axes from the arguments axes=, axis= and keepdims= of apply_gufunc. */
cask_status cki_gufunc_signature_axes(cki_gufunc_signature *signature, cask_value *axes,
                                      cask_value *axis, bool keepdims, cki_error *error);

#endif
