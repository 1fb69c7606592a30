/* Programs: chains of element-wise operations, run fused over tiles that fit the cache, in the
 * widest instruction set the processor has. */
#ifndef CKI_KERNEL_PROGRAM_H
#define CKI_KERNEL_PROGRAM_H

#include "kernel/ufunc.h"

typedef struct cki_program cki_program;

enum { CKI_PROGRAM_INPUTS = 64, CKI_PROGRAM_LENGTH = 256 };

/* Building. Each step gives the number of its result, or -1 once anything has failed; the failure
 * surfaces at finish. A program is immutable and shared between threads once finished. */
cki_program *cki_program_new(cki_error *error);
int cki_program_input(cki_program *program, cki_dtype dtype);
int cki_program_constant(cki_program *program, cki_dtype dtype, const void *element);
int cki_program_cast(cki_program *program, int number, cki_dtype to);
/* `signature` as cki_ufunc_resolve gave it; arguments are cast to signature->in by this call. */
int cki_program_apply(cki_program *program, const cki_ufunc *ufunc, const cki_signature *signature,
                      const int *arguments);
/* Make `result` the output: folds constants, drops what is unused, merges equal steps, replaces
 * costly steps by cheap equal ones (x ** 2 by x * x), assigns registers. */
cask_status cki_program_finish(cki_program *program, int result, cki_error *error);
void cki_program_free(cki_program *program);

size_t cki_program_inputs(const cki_program *program);
cki_dtype cki_program_dtype(const cki_program *program);
/* One line a step, for people: "r2 = add float64 r0 r1". */
void cki_program_text(const cki_program *program, cki_text *text);

/* Run over `out`'s shape; inputs broadcast to it (any strides). Inputs have their declared dtypes,
 * `out` the program's. `out` may be the same memory as an input of the same strides. */
cask_status cki_program_run(const cki_program *program, const cki_array *const *inputs,
                            const cki_array *out, cki_error *error);

/* "x86-64-v4", "x86-64-v3", "baseline": what the loops run in here. */
const char *cki_program_isa(void);

#endif
