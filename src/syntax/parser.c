/* Parser: its words, its stack and its complaints; what the other files of the grammar stand on. */
#include "syntax/parser.h"
#include "core/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool cki_parser_advance(cki_parser *parser)
{
    parser->last_end = parser->word.end;
    return cki_lexer_next(&parser->lexer, &parser->word);
}

bool cki_parser_is(const cki_parser *parser, const char *mark)
{
    const cki_word *word = &parser->word;
    if (word->kind == CKI_LEXEME_MARK)
        return strcmp(word->mark, mark) == 0;
    size_t length = strlen(mark);
    return word->kind == CKI_LEXEME_NAME && word->end - word->begin == length &&
           memcmp(parser->lexer.text + word->begin, mark, length) == 0;
}

bool cki_parser_is_keyword(const cki_parser *parser)
{
    static const char *const keywords[] = {
        "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
        "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
        "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
        "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};
    if (parser->word.kind != CKI_LEXEME_NAME)
        return false;
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (cki_parser_is(parser, keywords[i]))
            return true;
    }
    return false;
}

bool cki_parser_take(cki_parser *parser, const char *mark, bool *ok)
{
    if (!cki_parser_is(parser, mark))
        return false;
    *ok = cki_parser_advance(parser);
    return *ok;
}

static void refuse_va(cki_parser *parser, size_t begin, size_t end, const char *format,
                      va_list arguments) __attribute__((format(printf, 4, 0)));

static void refuse_va(cki_parser *parser, size_t begin, size_t end, const char *format,
                      va_list arguments)
{
    size_t length = parser->lexer.length;
    cki_fail_va(parser->error, CASK_SYNTAX, NULL, format, arguments);
    if (end > length)
        end = length;
    cki_fail_place(parser->error, begin < end ? begin : length ? length - 1 : 0, end);
}

uint32_t cki_parser_refuse_at(cki_parser *parser, size_t begin, size_t end, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    refuse_va(parser, begin, end, format, arguments);
    va_end(arguments);
    return CKI_NO_NODE;
}

uint32_t cki_parser_refuse(cki_parser *parser, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    refuse_va(parser, parser->word.begin, parser->word.end, format, arguments);
    va_end(arguments);
    return CKI_NO_NODE;
}

bool cki_parser_push(cki_parser *parser, uint32_t position)
{
    if (parser->npending == parser->pending_room) {
        size_t room = parser->pending_room * 2 + 64;
        uint32_t *grown = cki_memory_realloc(parser->pending, room * sizeof *grown);
        if (!grown) {
            cki_fail_memory(parser->error, room * sizeof *grown);
            return false;
        }
        parser->pending = grown;
        parser->pending_room = room;
    }
    parser->pending[parser->npending++] = position;
    return true;
}

uint32_t cki_parser_links(cki_parser *parser, size_t base, uint32_t *count)
{
    size_t n = parser->npending - base;
    *count = (uint32_t)n;
    parser->npending = base;
    /* an empty table has no address, which is no reason to fail */
    return n ? cki_tree_link(parser->tree, parser->pending + base, n, parser->error) : 0;
}

uint32_t cki_parser_node(cki_parser *parser, cki_node_kind kind, size_t begin, uint32_t a,
                         uint32_t b, uint32_t c)
{
    cki_node node = {.kind = (uint8_t)kind,
                     .begin = (uint32_t)begin,
                     .end = (uint32_t)parser->last_end,
                     .a = a,
                     .b = b,
                     .c = c};
    return cki_tree_node(parser->tree, node, parser->error);
}

size_t cki_parser_begin(const cki_parser *parser, uint32_t node)
{
    return parser->tree->nodes[node].begin;
}

bool cki_parser_open(cki_parser *parser)
{
    if (parser->nbrackets >= CKI_PARSER_BRACKETS) {
        cki_parser_refuse(parser, "too many nested parentheses");
        return false;
    }
    parser->bracket_at[parser->nbrackets++] = parser->word.begin;
    return cki_parser_advance(parser);
}

/* Whether the word could begin another item: a comma is then what is missing. */
static bool begins_item(const cki_parser *parser)
{
    return parser->word.kind == CKI_LEXEME_NUMBER || parser->word.kind == CKI_LEXEME_STRING ||
           (parser->word.kind == CKI_LEXEME_NAME && !cki_parser_is_keyword(parser));
}

bool cki_parser_close(cki_parser *parser)
{
    size_t at = parser->bracket_at[parser->nbrackets - 1];
    char opening = parser->lexer.text[at];
    char closing = opening == '(' ? ')' : opening == '[' ? ']' : '}';
    const char *mark = parser->word.mark;
    if (mark[0] == closing) {
        parser->nbrackets--;
        return cki_parser_advance(parser);
    }
    if (parser->word.kind == CKI_LEXEME_END)
        cki_parser_refuse_at(parser, at, at + 1, "'%c' was never closed", opening);
    else if (mark[0] == ')' || mark[0] == ']' || mark[0] == '}')
        cki_parser_refuse(parser,
                          "closing parenthesis '%s' does not match opening parenthesis '%c'", mark,
                          opening);
    else
        cki_parser_refuse(parser, begins_item(parser)
                                      ? "invalid syntax. Perhaps you forgot a comma?"
                                      : "invalid syntax");
    return false;
}

uint32_t cki_parser_take_name(cki_parser *parser)
{
    if (parser->word.kind != CKI_LEXEME_NAME || cki_parser_is_keyword(parser))
        return cki_parser_refuse(parser, "invalid syntax");
    uint32_t name = cki_tree_name(parser->tree, parser->lexer.text + parser->word.begin,
                                  parser->word.end - parser->word.begin, parser->error);
    return name == CKI_NO_NODE || !cki_parser_advance(parser) ? CKI_NO_NODE : name;
}
