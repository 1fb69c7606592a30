/* Tokens of values that hold functions and lazy things. */
#ifndef CKI_CALL_CALL_TOKEN_H
#define CKI_CALL_CALL_TOKEN_H

#include "value/token.h"

/* Add a value to a hash: functions by what they do, lazy things by what they are, sets and dicts
 * without regard to their order. False if it holds something that nobody can tell equal from
 * another, or is nested too deep; the hash is then of no use. MEMORY in `error` (may be NULL) where
 * that was the cause. `depth` is that of the value in others: 0. */
bool cki_call_token_add(cki_hasher *hasher, const cask_value *value, int depth, cki_error *error);
/* The same for a function alone, with what it captured (call.c). */
bool cki_call_add(cki_hasher *hasher, const cask_value *function, int depth, cki_error *error);

#endif
