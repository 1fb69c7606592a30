/* Atoms: names, constants, parentheses, and displays of lists, sets and dictionaries. */
#include "core/memory.h"
#include "syntax/literal.h"
#include "syntax/parser.h"

#include <string.h>

static uint32_t constant_node(cki_parser *parser, size_t begin, cask_value *value)
{
    uint32_t constant = cki_tree_constant(parser->tree, value, parser->error);
    if (constant == CKI_NO_NODE) {
        if (parser->error->status == CASK_OK)
            cki_fail_memory(parser->error, sizeof *value);
        return CKI_NO_NODE;
    }
    return cki_parser_node(parser, CKI_NODE_CONSTANT, begin, constant, 0, 0);
}

static uint32_t parse_number(cki_parser *parser)
{
    cki_word word = parser->word;
    cask_value *value = cki_literal_number(parser->lexer.text + word.begin, word.end - word.begin,
                                           false, parser->error);
    if (!value) {
        cki_fail_place(parser->error, word.begin, word.end);
        return CKI_NO_NODE;
    }
    if (!cki_parser_advance(parser)) {
        cask_value_unref(value);
        return CKI_NO_NODE;
    }
    return constant_node(parser, word.begin, value);
}

/* One or several strings side by side, which are one. */
static uint32_t parse_strings(cki_parser *parser)
{
    size_t begin = parser->word.begin;
    cki_text text = {0};
    bool bytes = false, first = true, ok = true;
    while (ok && parser->word.kind == CKI_LEXEME_STRING) {
        bool these;
        cki_word word = parser->word;
        ok = cki_literal_string(parser->lexer.text + word.begin, word.end - word.begin, word.begin,
                                &text, &these, parser->error) == CASK_OK;
        if (ok && !first && these != bytes) {
            cki_parser_refuse(parser, "cannot mix bytes and nonbytes literals");
            ok = false;
        }
        bytes = these;
        first = false;
        ok = ok && cki_parser_advance(parser);
    }
    uint32_t node = CKI_NO_NODE;
    if (ok) {
        const char *data = text.bytes ? text.bytes : "";
        node = constant_node(parser, begin,
                             bytes ? cki_value_bytes(data, text.length, parser->error)
                                   : cki_value_str(data, text.length, parser->error));
    }
    cki_text_free(&text);
    return node;
}

static uint32_t parse_word(cki_parser *parser)
{
    static const char *const words[] = {"None", "True", "False"};
    size_t begin = parser->word.begin;
    for (int i = 0; i < 3; i++) {
        if (cki_parser_is(parser, words[i])) {
            if (!cki_parser_advance(parser))
                return CKI_NO_NODE;
            return constant_node(parser, begin, i ? cki_value_bool(i == 1) : cki_value_none());
        }
    }
    uint32_t name = cki_parser_take_name(parser);
    return name == CKI_NO_NODE ? name : cki_parser_node(parser, CKI_NODE_NAME, begin, name, 0, 0);
}

static bool at_end(const cki_parser *parser)
{
    char mark = parser->word.mark[0];
    return parser->word.kind == CKI_LEXEME_END || mark == ')' || mark == ']' || mark == '}';
}

static uint32_t star_or_expression(cki_parser *parser)
{
    size_t begin = parser->word.begin;
    if (!cki_parser_is(parser, "*"))
        return cki_operators_expression(parser);
    if (!cki_parser_advance(parser))
        return CKI_NO_NODE;
    uint32_t node = cki_operators_bitor(parser);
    return node == CKI_NO_NODE ? node : cki_parser_node(parser, CKI_NODE_STAR, begin, node, 0, 0);
}

/* start:stop:step, or an expression. */
static uint32_t slice_or_expression(cki_parser *parser)
{
    uint32_t part[3] = {CKI_NO_NODE, CKI_NO_NODE, CKI_NO_NODE};
    size_t begin = parser->word.begin;
    int colons = 0;
    for (;;) {
        bool ok = true;
        if (colons < 2 && cki_parser_take(parser, ":", &ok)) {
            colons++;
        } else if (!ok) {
            return CKI_NO_NODE;
        } else if (at_end(parser) || cki_parser_is(parser, ",") || part[colons] != CKI_NO_NODE) {
            break;
        } else {
            part[colons] = star_or_expression(parser);
            if (part[colons] == CKI_NO_NODE)
                return CKI_NO_NODE;
        }
    }
    if (!colons && part[0] == CKI_NO_NODE)
        return cki_parser_refuse(parser, "invalid syntax");
    return colons ? cki_parser_node(parser, CKI_NODE_SLICE, begin, part[0], part[1], part[2])
                  : part[0];
}

uint32_t cki_atom_items(cki_parser *parser, bool subscript)
{
    size_t base = parser->npending, begin = parser->word.begin;
    bool comma = false, ok = true;
    uint32_t node = CKI_NO_NODE, count;
    do {
        if (comma && at_end(parser))
            break;
        node = subscript ? slice_or_expression(parser) : star_or_expression(parser);
        if (node == CKI_NO_NODE || !cki_parser_push(parser, node))
            return CKI_NO_NODE;
        comma |= cki_parser_is(parser, ",");
    } while (cki_parser_take(parser, ",", &ok));
    if (!ok)
        return CKI_NO_NODE;
    if (!comma && (subscript || parser->tree->nodes[node].kind != CKI_NODE_STAR)) {
        parser->npending = base;
        return node;
    }
    if (!comma)
        return cki_parser_refuse_at(parser, begin, parser->last_end,
                                    "can't use starred expression here");
    uint32_t links = cki_parser_links(parser, base, &count);
    return links == CKI_NO_NODE ? links
                                : cki_parser_node(parser, CKI_NODE_TUPLE, begin, links, count, 0);
}

static uint32_t parse_parentheses(cki_parser *parser)
{
    size_t begin = parser->word.begin;
    uint32_t node;
    if (!cki_parser_open(parser))
        return CKI_NO_NODE;
    if (cki_parser_is(parser, ")")) {
        if (!cki_parser_close(parser))
            return CKI_NO_NODE;
        return cki_parser_node(parser, CKI_NODE_TUPLE, begin, 0, 0, 0);
    }
    node = cki_atom_items(parser, false);
    if (node != CKI_NO_NODE && cki_parser_is(parser, "for"))
        node = cki_comprehension_parse(parser, CKI_LIST, begin, node, CKI_NO_NODE);
    if (node == CKI_NO_NODE || !cki_parser_close(parser))
        return CKI_NO_NODE;
    cki_node *made = &parser->tree->nodes[node];
    if (made->kind != CKI_NODE_LAMBDA) { /* whose text goes without them */
        made->begin = (uint32_t)begin;
        made->end = (uint32_t)parser->last_end;
    }
    return node;
}

static uint32_t parse_list(cki_parser *parser)
{
    size_t base = parser->npending, begin = parser->word.begin;
    uint32_t node = CKI_NO_NODE, count;
    if (!cki_parser_open(parser))
        return CKI_NO_NODE;
    while (!at_end(parser)) {
        bool ok = true;
        node = star_or_expression(parser);
        if (node == CKI_NO_NODE)
            return node;
        if (parser->npending == base && cki_parser_is(parser, "for")) {
            node = cki_comprehension_parse(parser, CKI_LIST, begin, node, CKI_NO_NODE);
            return node == CKI_NO_NODE || !cki_parser_close(parser) ? CKI_NO_NODE : node;
        }
        if (!cki_parser_push(parser, node))
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
    return links == CKI_NO_NODE ? links
                                : cki_parser_node(parser, CKI_NODE_LIST, begin, links, count, 0);
}

/* One entry between braces: `key: value`, `**mapping` (key CKI_NO_NODE), or an item of a set. */
static bool parse_entry(cki_parser *parser, uint32_t *key, uint32_t *value)
{
    bool ok = true;
    *key = *value = CKI_NO_NODE;
    if (cki_parser_take(parser, "**", &ok)) {
        *value = cki_operators_bitor(parser);
        return *value != CKI_NO_NODE;
    }
    if (!ok || (*key = star_or_expression(parser)) == CKI_NO_NODE)
        return false;
    if (cki_parser_take(parser, ":", &ok)) {
        *value = cki_operators_expression(parser);
        return *value != CKI_NO_NODE;
    }
    return ok;
}

static uint32_t parse_braces(cki_parser *parser)
{
    size_t base = parser->npending, begin = parser->word.begin;
    bool set = false, ok = true;
    uint32_t key, value, count;
    if (!cki_parser_open(parser))
        return CKI_NO_NODE;
    while (!at_end(parser)) {
        if (!parse_entry(parser, &key, &value))
            return CKI_NO_NODE;
        bool first = parser->npending == base, item = value == CKI_NO_NODE;
        if (first && key != CKI_NO_NODE && cki_parser_is(parser, "for")) {
            uint32_t node =
                cki_comprehension_parse(parser, item ? CKI_SET : CKI_DICT, begin, key, value);
            return node == CKI_NO_NODE || !cki_parser_close(parser) ? CKI_NO_NODE : node;
        }
        if (!first && set != item)
            return cki_parser_refuse(parser,
                                     item ? "':' expected after dictionary key" : "invalid syntax");
        set = item;
        if (!cki_parser_push(parser, key) || (!set && !cki_parser_push(parser, value)))
            return CKI_NO_NODE;
        if (!cki_parser_take(parser, ",", &ok))
            break;
    }
    if (!ok || !cki_parser_close(parser))
        return CKI_NO_NODE;
    uint32_t links = cki_parser_links(parser, base, &count);
    if (links == CKI_NO_NODE)
        return links;
    return cki_parser_node(parser, set ? CKI_NODE_SET : CKI_NODE_DICT, begin, links, count, 0);
}

uint32_t cki_atom_parse(cki_parser *parser)
{
    size_t begin = parser->word.begin;
    switch (parser->word.kind) {
    case CKI_LEXEME_NUMBER:
        return parse_number(parser);
    case CKI_LEXEME_STRING:
        return parse_strings(parser);
    case CKI_LEXEME_NAME:
        return parse_word(parser);
    case CKI_LEXEME_MARK:
        if (cki_parser_is(parser, "("))
            return parse_parentheses(parser);
        if (cki_parser_is(parser, "["))
            return parse_list(parser);
        if (cki_parser_is(parser, "{"))
            return parse_braces(parser);
        if (cki_parser_is(parser, "...")) {
            if (!cki_parser_advance(parser))
                return CKI_NO_NODE;
            return constant_node(parser, begin, cki_value_ellipsis());
        }
        if (parser->nbrackets == 0 && at_end(parser))
            return cki_parser_refuse(parser, "unmatched '%s'", parser->word.mark);
        break;
    case CKI_LEXEME_END:
        if (parser->nbrackets) { /* the bracket left open is more to the point */
            size_t at = parser->bracket_at[parser->nbrackets - 1];
            return cki_parser_refuse_at(parser, at, at + 1, "'%c' was never closed",
                                        parser->lexer.text[at]);
        }
        break;
    }
    return cki_parser_refuse(parser, "invalid syntax");
}
