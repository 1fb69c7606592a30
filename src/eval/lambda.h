/* Lambdas: functions made by expressions. */
#ifndef CKI_EVAL_LAMBDA_H
#define CKI_EVAL_LAMBDA_H

#include "eval/interpret.h"

/* The value of a LAMBDA node: defaults evaluated, and the values that its body's names have now. */
cask_value *cki_lambda_new(cki_frame *frame, uint32_t at);
cask_value *cki_lambda_call(cki_scope *scope, cask_value *function, const cki_arguments *arguments,
                            cki_error *error);
bool cki_lambda_is(const cask_value *value);
const char *cki_lambda_text(const cask_value *value);
/* The i-th value that it rests on beside its text, borrowed: defaults of its parameters (None where
 * there is none), then what it captured. False past the last. */
bool cki_lambda_part(const cask_value *value, size_t i, const cask_value **part);

/* Whether it takes an argument by that name: as a parameter, or with `**names`. */
bool cki_lambda_takes(const cask_value *value, const char *name);

#endif
