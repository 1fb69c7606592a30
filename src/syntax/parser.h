/* Parser: its state, and the functions by which its files call one another. All give a node's
 * position, or CKI_NO_NODE with the error set. */
#ifndef CKI_SYNTAX_PARSER_H
#define CKI_SYNTAX_PARSER_H

#include "syntax/lexer.h"
#include "syntax/tree.h"

enum {
    CKI_PARSER_BRACKETS = 200, /* as in Python */
    CKI_PARSER_DEPTH = 1000    /* of what nests without brackets: lambda, else, ** */
};

typedef struct cki_parser {
    cki_tree *tree;
    cki_lexer lexer;
    cki_word word;   /* the current one */
    size_t last_end; /* end of the one before */
    cki_error *error;
    int depth, nbrackets;
    size_t bracket_at[CKI_PARSER_BRACKETS];
    /* A stack of positions: children collected before they become links. */
    uint32_t *pending;
    size_t npending, pending_room;
    /* By name: the last lambda that listed it. */
    uint32_t *listed, listed_room, nlambdas;
} cki_parser;

/* parser.c: words and nodes */
bool cki_parser_advance(cki_parser *parser);
bool cki_parser_is(const cki_parser *parser, const char *mark_or_keyword);
bool cki_parser_is_keyword(const cki_parser *parser); /* any keyword */
/* Passes over the word if it is this one; *ok false where lexing failed. */
bool cki_parser_take(cki_parser *parser, const char *mark_or_keyword, bool *ok);
uint32_t cki_parser_refuse(cki_parser *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3))); /* SyntaxError at the current word */
uint32_t cki_parser_refuse_at(cki_parser *parser, size_t begin, size_t end, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool cki_parser_push(cki_parser *parser, uint32_t position);
/* The stack from `base` on becomes links; *count is how many. */
uint32_t cki_parser_links(cki_parser *parser, size_t base, uint32_t *count);
/* A node from `begin` to the end of the last word. */
uint32_t cki_parser_node(cki_parser *parser, cki_node_kind kind, size_t begin, uint32_t a,
                         uint32_t b, uint32_t c);
size_t cki_parser_begin(const cki_parser *parser, uint32_t node);
/* Past an opening bracket, and past the one that closes it. */
bool cki_parser_open(cki_parser *parser);
bool cki_parser_close(cki_parser *parser);
uint32_t cki_parser_take_name(cki_parser *parser); /* an identifier: its name's position */

/* operators.c */
uint32_t cki_operators_expression(cki_parser *parser);  /* anything but a bare tuple */
uint32_t cki_operators_disjunction(cki_parser *parser); /* no `if`, no lambda */
uint32_t cki_operators_bitor(cki_parser *parser);       /* no comparison, as behind a star */

/* atom.c: names, literals, displays */
uint32_t cki_atom_parse(cki_parser *parser);
/* `a, *b, c`: items up to a closing bracket or the end; a tuple if there is a comma. */
uint32_t cki_atom_items(cki_parser *parser, bool subscript);
/* trailer.c: calls, subscripts and attributes behind an atom */
uint32_t cki_trailer_parse(cki_parser *parser, uint32_t node);
/* lambda.c, comprehension.c */
uint32_t cki_lambda_parse(cki_parser *parser);
uint32_t cki_comprehension_parse(cki_parser *parser, cki_kind kind, size_t begin, uint32_t element,
                                 uint32_t value);

#endif
