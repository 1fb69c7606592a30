/* Operators: Python's precedence, by climbing. What binds to the left is a loop, and prefixes wait
 * on a stack, so chains of any length parse without recursion; what binds to the right is bounded.
 */
#include "syntax/literal.h"
#include "syntax/parser.h"

#include <string.h>

enum level {
    LEVEL_OR = 1,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_COMPARE,
    LEVEL_BITOR,
    LEVEL_BITXOR,
    LEVEL_BITAND,
    LEVEL_SHIFT,
    LEVEL_SUM,
    LEVEL_PRODUCT,
    LEVEL_UNARY
};

static const struct {
    char mark[4];
    uint8_t level, sign;
} binaries[] = {
    {"|", LEVEL_BITOR, CKI_SIGN_OR},
    {"^", LEVEL_BITXOR, CKI_SIGN_XOR},
    {"&", LEVEL_BITAND, CKI_SIGN_AND},
    {"<<", LEVEL_SHIFT, CKI_SIGN_LSHIFT},
    {">>", LEVEL_SHIFT, CKI_SIGN_RSHIFT},
    {"+", LEVEL_SUM, CKI_SIGN_ADD},
    {"-", LEVEL_SUM, CKI_SIGN_SUB},
    {"*", LEVEL_PRODUCT, CKI_SIGN_MUL},
    {"/", LEVEL_PRODUCT, CKI_SIGN_DIV},
    {"//", LEVEL_PRODUCT, CKI_SIGN_FLOORDIV},
    {"%", LEVEL_PRODUCT, CKI_SIGN_MOD},
    {"@", LEVEL_PRODUCT, CKI_SIGN_MATMUL},
    {"<", LEVEL_COMPARE, CKI_SIGN_LT},
    {"<=", LEVEL_COMPARE, CKI_SIGN_LE},
    {">", LEVEL_COMPARE, CKI_SIGN_GT},
    {">=", LEVEL_COMPARE, CKI_SIGN_GE},
    {"==", LEVEL_COMPARE, CKI_SIGN_EQ},
    {"!=", LEVEL_COMPARE, CKI_SIGN_NE},
    {"in", LEVEL_COMPARE, CKI_SIGN_IN},
    {"is", LEVEL_COMPARE, CKI_SIGN_IS},
    {"not", LEVEL_COMPARE, CKI_SIGN_NOT_IN},
    {"and", LEVEL_AND, 0},
    {"or", LEVEL_OR, 0},
};

static uint32_t parse_level(cki_parser *parser, int level);

/* The level and sign of the operator that the current word is; 0 if it is none. */
static int operator_ahead(const cki_parser *parser, uint8_t *sign)
{
    if (parser->word.kind != CKI_LEXEME_MARK && parser->word.kind != CKI_LEXEME_NAME)
        return 0;
    for (size_t i = 0; i < sizeof binaries / sizeof *binaries; i++) {
        if (cki_parser_is(parser, binaries[i].mark)) {
            *sign = binaries[i].sign;
            return binaries[i].level;
        }
    }
    return 0;
}

static uint32_t parse_unary(cki_parser *parser);

/* atom, trailers, ** unary. A number behind a minus keeps it, if only so it fits in 64 bits. */
static uint32_t parse_power(cki_parser *parser)
{
    uint32_t base = cki_atom_parse(parser);
    if (base == CKI_NO_NODE || (base = cki_trailer_parse(parser, base)) == CKI_NO_NODE)
        return CKI_NO_NODE;
    if (!cki_parser_is(parser, "**"))
        return base;
    if (++parser->depth > CKI_PARSER_DEPTH)
        return cki_parser_refuse(parser, "too many nested operators");
    if (!cki_parser_advance(parser))
        return CKI_NO_NODE;
    uint32_t exponent = parse_unary(parser);
    parser->depth--;
    if (exponent == CKI_NO_NODE)
        return CKI_NO_NODE;
    uint32_t node =
        cki_parser_node(parser, CKI_NODE_BINARY, cki_parser_begin(parser, base), base, exponent, 0);
    if (node != CKI_NO_NODE)
        parser->tree->nodes[node].sign = CKI_SIGN_POW;
    return node;
}

static uint32_t limit_literal(cki_parser *parser, size_t begin)
{
    cask_value *value =
        cki_literal_number(parser->lexer.text + parser->word.begin,
                           parser->word.end - parser->word.begin, true, parser->error);
    uint32_t constant = cki_tree_constant(parser->tree, value, parser->error);
    if (constant == CKI_NO_NODE || !cki_parser_advance(parser))
        return CKI_NO_NODE;
    return cki_parser_node(parser, CKI_NODE_CONSTANT, begin, constant, 0, 0);
}

static uint32_t parse_unary(cki_parser *parser)
{
    size_t base = parser->npending;
    uint32_t node = CKI_NO_NODE;
    while (cki_parser_is(parser, "-") || cki_parser_is(parser, "+") || cki_parser_is(parser, "~")) {
        char mark = parser->word.mark[0];
        if (!cki_parser_push(parser, (uint32_t)parser->word.begin) || !cki_parser_advance(parser))
            return CKI_NO_NODE;
        if (mark == '-' && parser->word.kind == CKI_LEXEME_NUMBER &&
            cki_literal_is_limit(parser->lexer.text + parser->word.begin,
                                 parser->word.end - parser->word.begin)) {
            node = limit_literal(parser, parser->pending[--parser->npending]);
            if (node == CKI_NO_NODE)
                return node;
            break;
        }
    }
    if (node == CKI_NO_NODE)
        node = parse_power(parser);
    while (node != CKI_NO_NODE && parser->npending > base) {
        uint32_t begin = parser->pending[--parser->npending];
        char mark = parser->lexer.text[begin];
        node = cki_parser_node(parser, CKI_NODE_UNARY, begin, node, 0, 0);
        if (node != CKI_NO_NODE)
            parser->tree->nodes[node].sign = mark == '-'   ? CKI_SIGN_NEG
                                             : mark == '+' ? CKI_SIGN_POS
                                                           : CKI_SIGN_INVERT;
    }
    return node;
}

static uint32_t parse_not(cki_parser *parser)
{
    size_t base = parser->npending;
    while (cki_parser_is(parser, "not")) {
        if (!cki_parser_push(parser, (uint32_t)parser->word.begin) || !cki_parser_advance(parser))
            return CKI_NO_NODE;
    }
    uint32_t node = parse_level(parser, LEVEL_COMPARE);
    while (node != CKI_NO_NODE && parser->npending > base)
        node =
            cki_parser_node(parser, CKI_NODE_NOT, parser->pending[--parser->npending], node, 0, 0);
    return node;
}

/* Past a comparison's sign, of one word or two. */
static bool take_comparison(cki_parser *parser, uint8_t *sign)
{
    bool ok = true;
    if (!cki_parser_advance(parser))
        return false;
    if (*sign == CKI_SIGN_IS && cki_parser_take(parser, "not", &ok))
        *sign = CKI_SIGN_IS_NOT;
    if (*sign == CKI_SIGN_NOT_IN && !cki_parser_take(parser, "in", &ok)) {
        if (ok)
            cki_parser_refuse(parser, "invalid syntax");
        return false;
    }
    return ok;
}

/* a < b <= c ...: one node for the whole chain. */
static uint32_t parse_comparisons(cki_parser *parser, uint32_t first)
{
    size_t base = parser->npending;
    uint8_t sign = 0;
    uint32_t count;
    if (!cki_parser_push(parser, first))
        return CKI_NO_NODE;
    while (operator_ahead(parser, &sign) == LEVEL_COMPARE) {
        if (!take_comparison(parser, &sign))
            return CKI_NO_NODE;
        uint32_t operand = parse_level(parser, LEVEL_BITOR);
        if (operand == CKI_NO_NODE || !cki_parser_push(parser, sign) ||
            !cki_parser_push(parser, operand))
            return CKI_NO_NODE;
    }
    uint32_t links = cki_parser_links(parser, base, &count);
    if (links == CKI_NO_NODE)
        return CKI_NO_NODE;
    return cki_parser_node(parser, CKI_NODE_COMPARE, cki_parser_begin(parser, first), links, count,
                           0);
}

static uint32_t parse_level(cki_parser *parser, int level)
{
    uint32_t left = level <= LEVEL_NOT && cki_parser_is(parser, "not") ? parse_not(parser)
                                                                       : parse_unary(parser);
    while (left != CKI_NO_NODE) {
        uint8_t sign = 0;
        int found = operator_ahead(parser, &sign);
        if (!found || found < level)
            return left;
        if (found == LEVEL_COMPARE) {
            left = parse_comparisons(parser, left);
            continue;
        }
        if (!cki_parser_advance(parser))
            return CKI_NO_NODE;
        uint32_t right = parse_level(parser, found + 1);
        if (right == CKI_NO_NODE)
            return CKI_NO_NODE;
        cki_node_kind kind = found == LEVEL_OR    ? CKI_NODE_OR
                             : found == LEVEL_AND ? CKI_NODE_AND
                                                  : CKI_NODE_BINARY;
        left = cki_parser_node(parser, kind, cki_parser_begin(parser, left), left, right, 0);
        if (left != CKI_NO_NODE)
            parser->tree->nodes[left].sign = sign;
    }
    return left;
}

uint32_t cki_operators_disjunction(cki_parser *parser)
{
    return parse_level(parser, LEVEL_OR);
}

uint32_t cki_operators_bitor(cki_parser *parser)
{
    return parse_level(parser, LEVEL_BITOR);
}

static uint32_t parse_condition(cki_parser *parser, uint32_t value)
{
    size_t begin = cki_parser_begin(parser, value);
    if (!cki_parser_advance(parser))
        return CKI_NO_NODE;
    uint32_t test = cki_operators_disjunction(parser);
    if (test == CKI_NO_NODE)
        return CKI_NO_NODE;
    if (!cki_parser_is(parser, "else"))
        return cki_parser_refuse_at(parser, begin, parser->last_end,
                                    "expected 'else' after 'if' expression");
    if (!cki_parser_advance(parser))
        return CKI_NO_NODE;
    uint32_t otherwise = cki_operators_expression(parser);
    if (otherwise == CKI_NO_NODE)
        return CKI_NO_NODE;
    return cki_parser_node(parser, CKI_NODE_CONDITION, begin, value, test, otherwise);
}

uint32_t cki_operators_expression(cki_parser *parser)
{
    if (++parser->depth > CKI_PARSER_DEPTH)
        return cki_parser_refuse(parser, "too many nested expressions");
    uint32_t node;
    if (cki_parser_is(parser, "lambda")) {
        node = cki_lambda_parse(parser);
    } else {
        node = cki_operators_disjunction(parser);
        if (node != CKI_NO_NODE && cki_parser_is(parser, "if"))
            node = parse_condition(parser, node);
    }
    parser->depth--;
    return node;
}
