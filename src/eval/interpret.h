/* Interpret: the value of a tree's nodes. */
#ifndef CKI_EVAL_INTERPRET_H
#define CKI_EVAL_INTERPRET_H

#include "eval/eval.h"
#include "syntax/tree.h"

/* The names that an expression sees first: a lambda's parameters and captured values, or a
 * comprehension's variables (those around it behind them, in `outer`). */
typedef struct cki_frame {
    cki_scope *scope;
    cki_tree *tree;
    struct cki_frame *outer;
    uint32_t *names;     /* positions in the tree's names */
    cask_value **values; /* NULL: not bound yet */
    size_t count, room;
    cki_error *error;
} cki_frame;

/* New reference, or NULL with the error set and its place given. */
cask_value *cki_interpret_node(cki_frame *frame, uint32_t at);
/* A local variable's value, borrowed; NULL if there is none of that name. */
cask_value *cki_interpret_local(const cki_frame *frame, uint32_t name);
/* Bind a local; the reference is taken over, also on failure. */
bool cki_interpret_bind(cki_frame *frame, uint32_t name, cask_value *value);
void cki_interpret_leave(cki_frame *frame); /* drops the locals */

/* The value of a CALL (whose function is evaluated), and of a COMPREHENSION. */
cask_value *cki_interpret_call(cki_frame *frame, uint32_t at, cask_value *function);
cask_value *cki_comprehension_run(cki_frame *frame, uint32_t at);

/* Counts a step and looks at the stack: false with RecursionError, or TimeoutError where a budget
 * was given and is used up. */
bool cki_interpret_step(cki_error *error);
/* Around every entry from outside and every call of a lambda. */
bool cki_interpret_enter(cki_error *error);
void cki_interpret_exit(void);
/* The tree that this thread is evaluating, which places in errors are about; set gives the former.
 */
const cki_tree *cki_interpret_tree(void);
const cki_tree *cki_interpret_set_tree(const cki_tree *tree);

#endif
