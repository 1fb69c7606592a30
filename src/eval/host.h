/* The evaluator's view of the world above it: names, and what objects and arrays can do. */
#ifndef CKI_EVAL_HOST_H
#define CKI_EVAL_HOST_H

#include "core/fail.h"
#include "value/arguments.h"

/* Python's operators that a host may have to answer for. */
typedef enum cki_operator {
    CKI_OP_ADD,
    CKI_OP_SUB,
    CKI_OP_MUL,
    CKI_OP_DIV,
    CKI_OP_FLOORDIV,
    CKI_OP_MOD,
    CKI_OP_POW,
    CKI_OP_MATMUL,
    CKI_OP_LSHIFT,
    CKI_OP_RSHIFT,
    CKI_OP_AND,
    CKI_OP_OR,
    CKI_OP_XOR,
    CKI_OP_EQ,
    CKI_OP_NE,
    CKI_OP_LT,
    CKI_OP_LE,
    CKI_OP_GT,
    CKI_OP_GE,
    CKI_OP_NEG, /* unary from here */
    CKI_OP_POS,
    CKI_OP_INVERT,
    CKI_OP_ABS
} cki_operator;

/* "+", "-", "==" ... as written. */
const char *cki_host_sign(cki_operator op);

/* What the language above supplies. Every function gives a new reference, or NULL with the error
 * set. `self` is the host's. Arrays and objects (kinds ARRAY and OBJECT, except the evaluator's own
 * functions) are its responsibility; it says NotImplemented with NULL and no error set, and the
 * evaluator then raises Python's TypeError. */
typedef struct cki_host {
    void *self;
    /* A free name that is neither bound nor a builtin: NULL without error if unknown here too. */
    cask_value *(*name)(void *self, const char *name, cki_error *error);
    /* Names near a misspelt one, for "did you mean"; NULL if none. */
    const char *(*nearest)(void *self, const char *name);
    /* b is NULL for unary operators; either of a, b is an array or object. */
    cask_value *(*operate)(void *self, cki_operator op, cask_value *a, cask_value *b,
                           cki_error *error);
    cask_value *(*attribute)(void *self, cask_value *object, const char *name, cki_error *error);
    cask_value *(*item)(void *self, cask_value *object, cask_value *index, cki_error *error);
    cask_value *(*call)(void *self, cask_value *function, const cki_arguments *arguments,
                        cki_error *error);
    /* Concrete value of something lazy, for bool(), int(), float(), complex(), list(), iteration,
     * %-formatting and the like; gives `value` itself where it is concrete. */
    cask_value *(*concrete)(void *self, cask_value *value, cki_error *error);
    /* bool() of an array or object. */
    cask_status (*truth)(void *self, cask_value *value, bool *truth, cki_error *error);
    /* len(); -1 with error. */
    int64_t (*length)(void *self, cask_value *value, cki_error *error);
    /* The rows of an object as a LIST, for iteration and unpacking. */
    cask_value *(*items)(void *self, cask_value *value, cki_error *error);
    /* str() and repr(). */
    cask_status (*print)(void *self, cask_value *value, bool repr, cki_text *text,
                         cki_error *error);
} cki_host;

#endif
