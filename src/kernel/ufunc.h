/* Element-wise operations: one row each, with NumPy's names and rules for types. */
#ifndef CKI_KERNEL_UFUNC_H
#define CKI_KERNEL_UFUNC_H

#include "value/array.h"

/* One element-wise operation. The table is in ufunc.c; its typed loops are the kernel's affair. */
typedef struct cki_ufunc cki_ufunc;

const cki_ufunc *cki_ufunc_find(const char *name); /* NULL if there is none of that name */
const cki_ufunc *cki_ufunc_at(size_t i);           /* NULL past the last */
const char *cki_ufunc_name(const cki_ufunc *ufunc);
int cki_ufunc_inputs(const cki_ufunc *ufunc); /* 1, 2 or 3 */
/* The numbers that it has loops for, by NumPy's letters; and the letter of the result of one. */
const char *cki_ufunc_letters(const cki_ufunc *ufunc);
char cki_ufunc_result(const cki_ufunc *ufunc, char letter);

enum { CKI_UFUNC_INPUTS = 3 };

/* The types a call runs in: what each input is cast to first, and what comes out. */
typedef struct cki_signature {
    cki_dtype in[CKI_UFUNC_INPUTS];
    cki_dtype out;
} cki_signature;

/* NumPy's type resolution (1.24, value-based for scalars), datetimes and durations included.
 * TypeError "ufunc 'left_shift' not supported for the input types ..." where NumPy has none. */
cask_status cki_ufunc_resolve(const cki_ufunc *ufunc, const cki_operand *operands,
                              cki_signature *signature, cki_error *error);

#endif
