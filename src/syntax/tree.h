/* The tree of an expression: what its nodes are and how they are laid out. Nodes lie in one array,
 * children before parents, so a loop over the array is a walk from the leaves up. */
#ifndef CKI_SYNTAX_TREE_H
#define CKI_SYNTAX_TREE_H

#include "syntax/syntax.h"

/* Operators, as nodes have them; the first ones up to INVERT in the order of cki_operator. */
typedef enum cki_sign {
    CKI_SIGN_ADD,
    CKI_SIGN_SUB,
    CKI_SIGN_MUL,
    CKI_SIGN_DIV,
    CKI_SIGN_FLOORDIV,
    CKI_SIGN_MOD,
    CKI_SIGN_POW,
    CKI_SIGN_MATMUL,
    CKI_SIGN_LSHIFT,
    CKI_SIGN_RSHIFT,
    CKI_SIGN_AND,
    CKI_SIGN_OR,
    CKI_SIGN_XOR,
    CKI_SIGN_EQ, /* comparisons from here */
    CKI_SIGN_NE,
    CKI_SIGN_LT,
    CKI_SIGN_LE,
    CKI_SIGN_GT,
    CKI_SIGN_GE,
    CKI_SIGN_NEG, /* unary */
    CKI_SIGN_POS,
    CKI_SIGN_INVERT,
    CKI_SIGN_IN, /* comparisons that only the language has */
    CKI_SIGN_NOT_IN,
    CKI_SIGN_IS,
    CKI_SIGN_IS_NOT
} cki_sign;

/* Where a node says "links", its children are in a run of the tree's link table: first, count. */
typedef enum cki_node_kind {
    CKI_NODE_CONSTANT,    /* a: constant */
    CKI_NODE_NAME,        /* a: name */
    CKI_NODE_UNARY,       /* sign; a: operand */
    CKI_NODE_NOT,         /* a: operand */
    CKI_NODE_BINARY,      /* sign; a, b: operands */
    CKI_NODE_AND,         /* a, b */
    CKI_NODE_OR,          /* a, b */
    CKI_NODE_COMPARE,     /* a, b: links: operand, then pairs (cki_sign, operand) */
    CKI_NODE_CONDITION,   /* a if b else c */
    CKI_NODE_ATTRIBUTE,   /* a: object, b: name */
    CKI_NODE_SUBSCRIPT,   /* a: object, b: index */
    CKI_NODE_SLICE,       /* a, b, c: start, stop, step; CKI_NO_NODE where absent */
    CKI_NODE_CALL,        /* a: function; b, c: links: arguments in order */
    CKI_NODE_STAR,        /* a: what is unpacked, in arguments, displays and targets */
    CKI_NODE_DOUBLE_STAR, /* a: the mapping, in arguments */
    CKI_NODE_KEYWORD,     /* a: name, b: value, in arguments */
    CKI_NODE_LIST,        /* a, b: links: items */
    CKI_NODE_TUPLE,
    CKI_NODE_SET,
    CKI_NODE_DICT,          /* a, b: links: pairs (key, value); key CKI_NO_NODE for **value */
    CKI_NODE_COMPREHENSION, /* kind of result in `sign` (CKI_LIST, CKI_SET, CKI_DICT); a: element or
                               key, b: value or CKI_NO_NODE; c: links: clauses (below) */
    CKI_NODE_LAMBDA         /* a: body; b: links: parameters (below) */
} cki_node_kind;

/* Links of a comprehension: number of clauses, then for each: target, iterable, number of
 * conditions, conditions. A target is a NAME, a STAR of a target, or a TUPLE or LIST of targets.
 * Links of a lambda: number of parameters, then for each: name, default or CKI_NO_NODE, flavour;
 * then the number of names that occur in the body, and these. */
typedef enum cki_flavour {
    CKI_PARAMETER_PLAIN,
    CKI_PARAMETER_POSITIONAL, /* before a / */
    CKI_PARAMETER_KEYWORD,    /* after a star */
    CKI_PARAMETER_STAR,       /* *args */
    CKI_PARAMETER_DOUBLE_STAR /* **names */
} cki_flavour;

#define CKI_NO_NODE UINT32_MAX

typedef struct cki_node {
    uint8_t kind;        /* a cki_node_kind */
    uint8_t sign;        /* a cki_sign */
    uint32_t begin, end; /* bytes in the text */
    uint32_t a, b, c;
} cki_node;

struct cki_tree {
    _Atomic uint32_t references;
    char *text;
    size_t length;
    cki_node *nodes;
    uint32_t *links;
    cask_value **constants;
    char **names; /* no two the same */
    uint32_t nnodes, nlinks, nconstants, nnames;
    uint32_t nodes_room, links_room, constants_room, names_room;
    uint32_t root;
    uint32_t recent_constant[256]; /* position + 1, by hash: a million ones are one constant */
    uint32_t *name_slots, nslots;  /* position + 1, open addressing */
};

/* Building, by the parser. Positions are returned; CKI_NO_NODE after a failure. */
uint32_t cki_tree_node(cki_tree *tree, cki_node node, cki_error *error);
/* Appends to the link table; the position of the first. */
uint32_t cki_tree_link(cki_tree *tree, const uint32_t *links, size_t count, cki_error *error);
/* The reference is taken over, also on failure. */
uint32_t cki_tree_constant(cki_tree *tree, cask_value *value, cki_error *error);
uint32_t cki_tree_name(cki_tree *tree, const char *name, size_t length, cki_error *error);
/* An empty tree on a copy of the text. */
cki_tree *cki_tree_new(const char *text, size_t length, cki_error *error);

#endif
