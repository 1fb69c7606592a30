/* Syntax: the text of an expression to its tree. */
#ifndef CKI_SYNTAX_SYNTAX_H
#define CKI_SYNTAX_SYNTAX_H

#include "core/fail.h"
#include "value/value.h"

/* A parsed expression: nodes in one array, children before their parents, with the places in the
 * text. Counted, immutable. The node kinds are in tree.h. */
typedef struct cki_tree cki_tree;

/* Parse one expression (Python's grammar for `eval` mode, without f-strings and yield). SyntaxError
 * with Python's message where it is the same, and the place. Nesting deeper than 200 brackets is
 * refused ("too many nested parentheses"); a chain of a million operators is not. */
cki_tree *cki_syntax_parse(const char *text, size_t length, cki_error *error);
cki_tree *cki_syntax_ref(cki_tree *tree);
void cki_syntax_unref(cki_tree *tree);
const char *cki_syntax_text(const cki_tree *tree);

#endif
