/* Comprehensions: `for` clauses with their targets and conditions. */
#include "syntax/parser.h"

static uint32_t parse_targets(cki_parser *parser);

/* A name, *name, or targets in brackets. */
static uint32_t parse_target(cki_parser *parser)
{
    size_t begin = parser->word.begin;
    if (cki_parser_is(parser, "(") || cki_parser_is(parser, "[")) {
        if (!cki_parser_open(parser))
            return CKI_NO_NODE;
        uint32_t node = parse_targets(parser);
        return node == CKI_NO_NODE || !cki_parser_close(parser) ? CKI_NO_NODE : node;
    }
    bool ok = true, star = cki_parser_take(parser, "*", &ok);
    if (!ok)
        return CKI_NO_NODE;
    if (parser->word.kind == CKI_LEXEME_NUMBER || parser->word.kind == CKI_LEXEME_STRING)
        return cki_parser_refuse(parser, "cannot assign to literal");
    size_t at = parser->word.begin;
    uint32_t name = cki_parser_take_name(parser);
    if (name == CKI_NO_NODE)
        return name;
    uint32_t node = cki_parser_node(parser, CKI_NODE_NAME, at, name, 0, 0);
    if (star && node != CKI_NO_NODE)
        node = cki_parser_node(parser, CKI_NODE_STAR, begin, node, 0, 0);
    return node;
}

/* `a`, or `a, (b, *c)`: a tuple where there is a comma. */
static uint32_t parse_targets(cki_parser *parser)
{
    size_t base = parser->npending, begin = parser->word.begin;
    bool comma = false, ok = true;
    uint32_t node = CKI_NO_NODE, count;
    int stars = 0;
    do {
        if (comma && (cki_parser_is(parser, "in") || cki_parser_is(parser, ")") ||
                      cki_parser_is(parser, "]")))
            break;
        node = parse_target(parser);
        if (node == CKI_NO_NODE || !cki_parser_push(parser, node))
            return CKI_NO_NODE;
        stars += parser->tree->nodes[node].kind == CKI_NODE_STAR;
        comma |= cki_parser_is(parser, ",");
    } while (cki_parser_take(parser, ",", &ok));
    if (!ok)
        return CKI_NO_NODE;
    if (stars > 1)
        return cki_parser_refuse_at(parser, begin, parser->last_end,
                                    "multiple starred expressions in assignment");
    if (!comma && !stars) {
        parser->npending = base;
        return node;
    }
    if (!comma)
        return cki_parser_refuse_at(parser, begin, parser->last_end,
                                    "starred assignment target must be in a list or tuple");
    uint32_t links = cki_parser_links(parser, base, &count);
    return links == CKI_NO_NODE ? links
                                : cki_parser_node(parser, CKI_NODE_TUPLE, begin, links, count, 0);
}

/* for TARGETS in ITERABLE [if CONDITION]...: pushed as the tree has them. */
static bool parse_clause(cki_parser *parser)
{
    bool ok = true;
    uint32_t target, iterable, conditions = 0;
    if (!cki_parser_advance(parser) || (target = parse_targets(parser)) == CKI_NO_NODE)
        return false;
    if (!cki_parser_take(parser, "in", &ok)) {
        if (ok)
            cki_parser_refuse(parser, "invalid syntax");
        return false;
    }
    if ((iterable = cki_operators_disjunction(parser)) == CKI_NO_NODE ||
        !cki_parser_push(parser, target) || !cki_parser_push(parser, iterable))
        return false;
    size_t count_at = parser->npending;
    if (!cki_parser_push(parser, 0))
        return false;
    while (cki_parser_take(parser, "if", &ok)) {
        uint32_t condition = cki_operators_disjunction(parser);
        if (condition == CKI_NO_NODE || !cki_parser_push(parser, condition))
            return false;
        conditions++;
    }
    parser->pending[count_at] = conditions;
    return ok;
}

uint32_t cki_comprehension_parse(cki_parser *parser, cki_kind kind, size_t begin, uint32_t element,
                                 uint32_t value)
{
    size_t base = parser->npending;
    uint32_t clauses = 0, count;
    if (parser->tree->nodes[element].kind == CKI_NODE_STAR)
        return cki_parser_refuse_at(parser, begin, parser->last_end,
                                    "iterable unpacking cannot be used in comprehension");
    if (!cki_parser_push(parser, 0))
        return CKI_NO_NODE;
    for (; cki_parser_is(parser, "for"); clauses++) {
        if (!parse_clause(parser))
            return CKI_NO_NODE;
    }
    parser->pending[base] = clauses;
    uint32_t links = cki_parser_links(parser, base, &count);
    if (links == CKI_NO_NODE)
        return links;
    uint32_t node = cki_parser_node(parser, CKI_NODE_COMPREHENSION, begin, element, value, links);
    if (node != CKI_NO_NODE)
        parser->tree->nodes[node].sign = (uint8_t)kind;
    return node;
}
