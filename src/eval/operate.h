/* Operate: Python's operators on its own kinds of values; the entry is cki_eval_operate. */
#ifndef CKI_EVAL_OPERATE_H
#define CKI_EVAL_OPERATE_H

#include "eval/function.h"

/* The most items a list, and the most bytes a text, may be made to hold by one operation: an
 * expression like 'x' * 10**12 is refused rather than tried. */
enum { CKI_OPERATE_ITEMS = 1 << 26 };
#define CKI_OPERATE_BYTES ((size_t)1 << 29)

__extension__ typedef __int128 cki_wide; /* for what is checked against 64 bits afterwards */

bool cki_operate_is_number(const cask_value *value);
bool cki_operate_is_host(const cask_value *value); /* arrays, dtypes, objects of the host */

/* number.c: for two numbers (b NULL: unary). */
cask_value *cki_number_operate(cki_operator op, const cask_value *a, const cask_value *b,
                               cki_error *error);
/* pow(a, b, modulus) of integers. */
cask_value *cki_number_power_modulo(int64_t base, int64_t exponent, int64_t modulus,
                                    cki_error *error);
/* double to int as int() does. */
cask_value *cki_number_whole(double value, cki_error *error);

/* sequence.c: strings, bytes, lists, tuples, sets, dicts; NULL without error where Python's answer
 * is NotImplemented. */
cask_value *cki_sequence_add(const cask_value *a, const cask_value *b, cki_error *error);
cask_value *cki_sequence_repeat(const cask_value *sequence, const cask_value *times,
                                cki_error *error);
cask_value *cki_sequence_combine(cki_operator op, const cask_value *a, const cask_value *b,
                                 cki_error *error);
/* Set algebra with items from anywhere: OR, AND, SUB, XOR. */
cask_value *cki_sequence_set(cki_operator op, const cask_value *a, const cask_value *b,
                             cki_error *error);
bool cki_sequence_subset(const cask_value *a, const cask_value *b); /* of sets: a <= b */

/* compare.c */
cask_value *cki_compare_operate(cki_scope *scope, cki_operator op, cask_value *a, cask_value *b,
                                cki_error *error);
/* a == b as a truth: of lazy values and arrays through the host. False with the error set. */
bool cki_compare_equal(cki_scope *scope, cask_value *a, cask_value *b, bool *equal,
                       cki_error *error);
/* a < b as a truth. */
bool cki_compare_less(cki_scope *scope, cask_value *a, cask_value *b, const char *sign, bool *less,
                      cki_error *error);
bool cki_compare_in(cki_scope *scope, cask_value *item, cask_value *container, bool *in,
                    cki_error *error);
bool cki_compare_is(const cask_value *a, const cask_value *b);
bool cki_compare_truth(cki_scope *scope, cask_value *value, bool *truth, cki_error *error);

/* index.c: object[index]. */
cask_value *cki_index_item(cki_scope *scope, cask_value *object, cask_value *index,
                           cki_error *error);
/* A slice on `length` items: the first, the step, and how many. */
bool cki_index_slice(const cask_value *slice, int64_t length, int64_t *start, int64_t *step,
                     int64_t *count, cki_error *error);

/* attribute.c: object.name; AttributeError. */
cask_value *cki_attribute_get(cki_scope *scope, cask_value *object, const char *name,
                              cki_error *error);

#endif
