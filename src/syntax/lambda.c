/* Lambdas: their parameters, and the names that their bodies mention, which are captured when the
 * lambda is made. */
#include "core/memory.h"
#include "syntax/parser.h"

#include <string.h>

/* What is known of the parameters so far. */
typedef struct parameters {
    size_t base; /* of the parser's stack */
    uint32_t count;
    bool starred, defaults, ended;
} parameters;

static bool is_repeated(const cki_parser *parser, const parameters *known, uint32_t name)
{
    for (size_t i = known->base + 1; i < parser->npending; i += 3) {
        if (parser->pending[i] == name)
            return true;
    }
    return false;
}

static bool add_parameter(cki_parser *parser, parameters *known, cki_flavour flavour)
{
    uint32_t value = CKI_NO_NODE;
    bool ok = true;
    size_t begin = parser->word.begin, end = parser->word.end;
    uint32_t name = cki_parser_take_name(parser);
    if (name == CKI_NO_NODE)
        return false;
    if (known->count > 1000 || is_repeated(parser, known, name)) {
        cki_parser_refuse_at(parser, begin, end, "duplicate argument '%s' in function definition",
                             parser->tree->names[name]);
        return false;
    }
    if (flavour <= CKI_PARAMETER_KEYWORD && cki_parser_take(parser, "=", &ok)) {
        value = cki_operators_expression(parser);
        if (value == CKI_NO_NODE)
            return false;
        known->defaults = true;
    } else if (flavour == CKI_PARAMETER_PLAIN && known->defaults) {
        cki_parser_refuse_at(parser, begin, end, "non-default argument follows default argument");
        return false;
    }
    known->count++;
    return ok && cki_parser_push(parser, name) && cki_parser_push(parser, value) &&
           cki_parser_push(parser, (uint32_t)flavour);
}

/* `/`: the parameters before it are positional only. */
static bool take_slash(cki_parser *parser, parameters *known)
{
    if (known->starred || known->count == 0) {
        cki_parser_refuse(parser, "invalid syntax");
        return false;
    }
    for (uint32_t i = 0; i < known->count; i++) {
        uint32_t *flavour = &parser->pending[known->base + 3 + 3 * (size_t)i];
        if (*flavour != CKI_PARAMETER_PLAIN) {
            cki_parser_refuse(parser, "/ may appear only once");
            return false;
        }
        *flavour = CKI_PARAMETER_POSITIONAL;
    }
    return cki_parser_advance(parser);
}

static bool parse_parameter(cki_parser *parser, parameters *known)
{
    bool ok = true;
    if (known->ended) {
        cki_parser_refuse(parser, "arguments cannot follow var-keyword argument");
        return false;
    }
    if (cki_parser_is(parser, "/"))
        return take_slash(parser, known);
    if (cki_parser_take(parser, "**", &ok)) {
        known->ended = true;
        return add_parameter(parser, known, CKI_PARAMETER_DOUBLE_STAR);
    }
    if (ok && cki_parser_take(parser, "*", &ok)) {
        if (known->starred) {
            cki_parser_refuse(parser, "* argument may appear only once");
            return false;
        }
        known->starred = true;
        if (!cki_parser_is(parser, ","))
            return add_parameter(parser, known, CKI_PARAMETER_STAR);
        return true;
    }
    return ok && add_parameter(parser, known,
                               known->starred ? CKI_PARAMETER_KEYWORD : CKI_PARAMETER_PLAIN);
}

/* Room to note, for each name, the last lambda that listed it. */
static bool reserve_listed(cki_parser *parser)
{
    uint32_t names = parser->tree->nnames;
    if (names <= parser->listed_room)
        return true;
    uint32_t *grown = cki_memory_realloc(parser->listed, (size_t)names * 2 * sizeof *grown);
    if (!grown) {
        cki_fail_memory(parser->error, (size_t)names * 2 * sizeof *grown);
        return false;
    }
    memset(grown + parser->listed_room, 0,
           ((size_t)names * 2 - parser->listed_room) * sizeof *grown);
    parser->listed = grown;
    parser->listed_room = names * 2;
    return true;
}

/* The names in the nodes from `first` on, each once, parameters excepted. */
static bool list_names(cki_parser *parser, const parameters *known, uint32_t first)
{
    if (!reserve_listed(parser))
        return false;
    uint32_t stamp = ++parser->nlambdas;
    for (uint32_t i = 0; i < known->count; i++)
        parser->listed[parser->pending[known->base + 1 + 3 * (size_t)i]] = stamp;
    size_t count_at = parser->npending;
    if (!cki_parser_push(parser, 0))
        return false;
    for (uint32_t i = first; i < parser->tree->nnodes; i++) {
        const cki_node *node = &parser->tree->nodes[i];
        if (node->kind != CKI_NODE_NAME || parser->listed[node->a] == stamp)
            continue;
        parser->listed[node->a] = stamp;
        if (!cki_parser_push(parser, node->a))
            return false;
    }
    parser->pending[count_at] = (uint32_t)(parser->npending - count_at - 1);
    return true;
}

uint32_t cki_lambda_parse(cki_parser *parser)
{
    parameters known = {.base = parser->npending};
    size_t begin = parser->word.begin;
    bool ok = true;
    uint32_t count;
    if (!cki_parser_push(parser, 0) || !cki_parser_advance(parser))
        return CKI_NO_NODE;
    while (!cki_parser_is(parser, ":")) {
        if (!parse_parameter(parser, &known))
            return CKI_NO_NODE;
        if (!cki_parser_take(parser, ",", &ok))
            break;
    }
    if (!ok || !cki_parser_take(parser, ":", &ok))
        return ok ? cki_parser_refuse(parser, "invalid syntax") : CKI_NO_NODE;
    parser->pending[known.base] = known.count;
    uint32_t first = parser->tree->nnodes;
    uint32_t body = cki_operators_expression(parser);
    if (body == CKI_NO_NODE || !list_names(parser, &known, first))
        return CKI_NO_NODE;
    uint32_t links = cki_parser_links(parser, known.base, &count);
    return links == CKI_NO_NODE ? links
                                : cki_parser_node(parser, CKI_NODE_LAMBDA, begin, body, links, 0);
}
