/* Trailers: attributes, subscripts and calls behind an atom, as many as there are. */
#include "syntax/parser.h"

#include <string.h>

/* Whether the current word is the name of a keyword argument: an `=` follows it. */
static bool keyword_ahead(const cki_parser *parser, bool *is)
{
    cki_lexer ahead = parser->lexer;
    cki_word next;
    *is = false;
    if (parser->word.kind != CKI_LEXEME_NAME)
        return true;
    /* a malformed word behind is reported when its turn comes */
    cki_error ignored = {0};
    ahead.error = &ignored;
    *is = cki_lexer_next(&ahead, &next) && strcmp(next.mark, "=") == 0;
    return true;
}

static bool repeated(const cki_parser *parser, size_t base, uint32_t name)
{
    for (size_t i = base; i < parser->npending; i++) {
        const cki_node *node = &parser->tree->nodes[parser->pending[i]];
        if (node->kind == CKI_NODE_KEYWORD && node->a == name)
            return true;
    }
    return false;
}

static uint32_t parse_keyword(cki_parser *parser, size_t base)
{
    size_t begin = parser->word.begin;
    uint32_t name = cki_parser_take_name(parser);
    if (name == CKI_NO_NODE || !cki_parser_advance(parser))
        return CKI_NO_NODE;
    if (parser->npending - base < 256 && repeated(parser, base, name))
        return cki_parser_refuse_at(parser, begin, parser->last_end,
                                    "keyword argument repeated: %s", parser->tree->names[name]);
    uint32_t value = cki_operators_expression(parser);
    return value == CKI_NO_NODE ? value
                                : cki_parser_node(parser, CKI_NODE_KEYWORD, begin, name, value, 0);
}

static uint32_t parse_starred(cki_parser *parser, cki_node_kind kind)
{
    size_t begin = parser->word.begin;
    if (!cki_parser_advance(parser))
        return CKI_NO_NODE;
    uint32_t value = cki_operators_expression(parser);
    return value == CKI_NO_NODE ? value : cki_parser_node(parser, kind, begin, value, 0, 0);
}

/* One argument; `named` becomes true at the first keyword, behind which none may be positional. */
static uint32_t parse_argument(cki_parser *parser, size_t base, int *named)
{
    bool keyword;
    size_t begin = parser->word.begin;
    if (!keyword_ahead(parser, &keyword))
        return CKI_NO_NODE;
    if (keyword) {
        *named |= 1;
        return parse_keyword(parser, base);
    }
    if (cki_parser_is(parser, "**")) {
        *named |= 2;
        return parse_starred(parser, CKI_NODE_DOUBLE_STAR);
    }
    if (cki_parser_is(parser, "*")) {
        if (*named & 2)
            return cki_parser_refuse(
                parser, "iterable argument unpacking follows keyword argument unpacking");
        return parse_starred(parser, CKI_NODE_STAR);
    }
    uint32_t value = cki_operators_expression(parser);
    if (value == CKI_NO_NODE)
        return value;
    if (cki_parser_is(parser, "for")) {
        value = cki_comprehension_parse(parser, CKI_LIST, begin, value, CKI_NO_NODE);
        if (value != CKI_NO_NODE && (parser->npending > base || !cki_parser_is(parser, ")")))
            return cki_parser_refuse_at(parser, begin, parser->last_end,
                                        "Generator expression must be parenthesized");
        return value;
    }
    if (cki_parser_is(parser, "="))
        return cki_parser_refuse_at(
            parser, begin, parser->word.end,
            "expression cannot contain assignment, perhaps you meant \"==\"?");
    if (*named)
        return cki_parser_refuse_at(parser, begin, parser->last_end,
                                    *named & 2
                                        ? "positional argument follows keyword argument unpacking"
                                        : "positional argument follows keyword argument");
    return value;
}

static uint32_t parse_call(cki_parser *parser, uint32_t function)
{
    size_t base = parser->npending;
    int named = 0;
    uint32_t count;
    if (!cki_parser_open(parser))
        return CKI_NO_NODE;
    while (!cki_parser_is(parser, ")") && parser->word.kind != CKI_LEXEME_END) {
        bool ok = true;
        uint32_t argument = parse_argument(parser, base, &named);
        if (argument == CKI_NO_NODE || !cki_parser_push(parser, argument))
            return CKI_NO_NODE;
        if (!cki_parser_take(parser, ",", &ok)) {
            if (!ok)
                return CKI_NO_NODE;
            break;
        }
    }
    if (!cki_parser_close(parser))
        return CKI_NO_NODE;
    uint32_t links = cki_parser_links(parser, base, &count);
    return links == CKI_NO_NODE
               ? links
               : cki_parser_node(parser, CKI_NODE_CALL, cki_parser_begin(parser, function),
                                 function, links, count);
}

static uint32_t parse_subscript(cki_parser *parser, uint32_t object)
{
    if (!cki_parser_open(parser))
        return CKI_NO_NODE;
    uint32_t index = cki_atom_items(parser, true);
    if (index == CKI_NO_NODE || !cki_parser_close(parser))
        return CKI_NO_NODE;
    return cki_parser_node(parser, CKI_NODE_SUBSCRIPT, cki_parser_begin(parser, object), object,
                           index, 0);
}

static uint32_t parse_attribute(cki_parser *parser, uint32_t object)
{
    if (!cki_parser_advance(parser))
        return CKI_NO_NODE;
    uint32_t name = cki_parser_take_name(parser);
    return name == CKI_NO_NODE ? name
                               : cki_parser_node(parser, CKI_NODE_ATTRIBUTE,
                                                 cki_parser_begin(parser, object), object, name, 0);
}

uint32_t cki_trailer_parse(cki_parser *parser, uint32_t node)
{
    while (node != CKI_NO_NODE) {
        if (cki_parser_is(parser, "."))
            node = parse_attribute(parser, node);
        else if (cki_parser_is(parser, "["))
            node = parse_subscript(parser, node);
        else if (cki_parser_is(parser, "("))
            node = parse_call(parser, node);
        else
            break;
    }
    return node;
}
