/* Lexer: names, numbers, strings and marks, with Python's complaints about malformed ones. */
#include "syntax/lexer.h"
#include "core/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(int c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool starts_name(int c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static int peek(const cki_lexer *lexer, size_t ahead)
{
    size_t at = lexer->at + ahead;
    return at < lexer->length ? (unsigned char)lexer->text[at] : -1;
}

static bool refuse(cki_lexer *lexer, size_t begin, size_t end, const char *message)
{
    cki_fail(lexer->error, CASK_SYNTAX, NULL, "%s", message);
    if (end <= begin)
        end = begin + 1;
    if (end > lexer->length)
        end = lexer->length;
    cki_fail_place(lexer->error, begin < end ? begin : end, end);
    return false;
}

static void skip_spaces(cki_lexer *lexer)
{
    for (;;) {
        int c = peek(lexer, 0);
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
            lexer->at++;
        } else if (c == '\\' && (peek(lexer, 1) == '\n' || peek(lexer, 1) == '\r')) {
            lexer->at += 2;
        } else if (c == '#') {
            while (peek(lexer, 0) != '\n' && peek(lexer, 0) != -1)
                lexer->at++;
        } else {
            return;
        }
    }
}

static int line_of(const cki_lexer *lexer, size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at && i < lexer->length; i++)
        line += lexer->text[i] == '\n';
    return line;
}

/* Length of a string's prefix (r, b, u, br, rb and their capitals), and a quote behind it. */
static bool string_ahead(const cki_lexer *lexer, size_t *prefix)
{
    size_t n = 0;
    while (n < 3 && peek(lexer, n) > 0 && strchr("rRbBuUfF", peek(lexer, n)))
        n++;
    *prefix = n;
    return n < 3 && (peek(lexer, n) == '\'' || peek(lexer, n) == '"');
}

static bool good_prefix(const char *prefix, size_t length)
{
    static const char *const good[] = {"", "r", "b", "u", "br", "rb"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (strlen(good[i]) == length && strncasecmp(good[i], prefix, length) == 0)
            return true;
    }
    return false;
}

static bool lex_string(cki_lexer *lexer, cki_word *word, size_t prefix)
{
    size_t begin = lexer->at;
    if (!good_prefix(lexer->text + begin, prefix))
        return refuse(lexer, begin, begin + prefix + 1,
                      memchr(lexer->text + begin, 'f', prefix) ||
                              memchr(lexer->text + begin, 'F', prefix)
                          ? "f-strings are not part of the language; use '...' % values or "
                            "'...'.format(values)"
                          : "invalid syntax");
    lexer->at += prefix;
    int quote = peek(lexer, 0);
    bool triple = peek(lexer, 1) == quote && peek(lexer, 2) == quote;
    lexer->at += triple ? 3 : 1;
    for (;;) {
        int c = peek(lexer, 0);
        if (c == -1 || (c == '\n' && !triple)) {
            char message[96];
            snprintf(message, sizeof message, "unterminated %sstring literal (detected at line %d)",
                     triple ? "triple-quoted " : "", line_of(lexer, lexer->at));
            return refuse(lexer, begin, begin + prefix + (triple ? 3 : 1), message);
        }
        if (c == '\\' && peek(lexer, 1) != -1) {
            lexer->at += 2;
        } else if (c == quote &&
                   (!triple || (peek(lexer, 1) == quote && peek(lexer, 2) == quote))) {
            lexer->at += triple ? 3 : 1;
            break;
        } else {
            lexer->at++;
        }
    }
    *word = (cki_word){.kind = CKI_LEXEME_STRING, .begin = begin, .end = lexer->at};
    return true;
}

/* Digits with single underscores between them; false at an underscore out of place. */
static bool lex_digits(cki_lexer *lexer, bool (*digit)(int))
{
    while (digit(peek(lexer, 0)) || peek(lexer, 0) == '_') {
        if (peek(lexer, 0) == '_' && !digit(peek(lexer, 1)))
            return false;
        lexer->at++;
    }
    return true;
}

static bool is_octal(int c)
{
    return c >= '0' && c <= '7';
}

static bool is_binary(int c)
{
    return c == '0' || c == '1';
}

static bool finish_number(cki_lexer *lexer, cki_word *word, size_t begin, const char *name)
{
    char message[64];
    int c = peek(lexer, 0);
    /* "1if x else y" is good Python, if not good style */
    bool keyword = lexer->at < lexer->length && (strncmp(lexer->text + lexer->at, "if", 2) == 0 ||
                                                 strncmp(lexer->text + lexer->at, "in", 2) == 0 ||
                                                 strncmp(lexer->text + lexer->at, "is", 2) == 0 ||
                                                 strncmp(lexer->text + lexer->at, "or", 2) == 0 ||
                                                 strncmp(lexer->text + lexer->at, "and", 3) == 0 ||
                                                 strncmp(lexer->text + lexer->at, "else", 4) == 0 ||
                                                 strncmp(lexer->text + lexer->at, "for", 3) == 0);
    if ((starts_name(c) || is_digit(c)) && !keyword) {
        snprintf(message, sizeof message, "invalid %s literal", name);
        return refuse(lexer, begin, lexer->at + 1, message);
    }
    *word = (cki_word){.kind = CKI_LEXEME_NUMBER, .begin = begin, .end = lexer->at};
    return true;
}

static bool lex_prefixed(cki_lexer *lexer, cki_word *word, const char *name, bool (*digit)(int))
{
    char message[64];
    size_t begin = lexer->at;
    lexer->at += 2;
    if (peek(lexer, 0) == '_')
        lexer->at++;
    if (!digit(peek(lexer, 0)) || !lex_digits(lexer, digit)) {
        if (is_digit(peek(lexer, 0)))
            snprintf(message, sizeof message, "invalid digit '%c' in %s literal", peek(lexer, 0),
                     name);
        else
            snprintf(message, sizeof message, "invalid %s literal", name);
        return refuse(lexer, begin, lexer->at + 1, message);
    }
    if (is_digit(peek(lexer, 0))) {
        snprintf(message, sizeof message, "invalid digit '%c' in %s literal", peek(lexer, 0), name);
        return refuse(lexer, begin, lexer->at + 1, message);
    }
    return finish_number(lexer, word, begin, name);
}

static bool exponent_ahead(const cki_lexer *lexer)
{
    int sign = peek(lexer, 1);
    return (peek(lexer, 0) == 'e' || peek(lexer, 0) == 'E') &&
           (is_digit(sign) || ((sign == '+' || sign == '-') && is_digit(peek(lexer, 2))));
}

static bool lex_number(cki_lexer *lexer, cki_word *word)
{
    static const char zeros[] = "leading zeros in decimal integer literals are not permitted; "
                                "use an 0o prefix for octal integers";
    size_t begin = lexer->at;
    int second = peek(lexer, 1) | 0x20;
    if (peek(lexer, 0) == '0' && peek(lexer, 1) != -1) {
        if (second == 'x')
            return lex_prefixed(lexer, word, "hexadecimal", is_hex);
        if (second == 'o')
            return lex_prefixed(lexer, word, "octal", is_octal);
        if (second == 'b')
            return lex_prefixed(lexer, word, "binary", is_binary);
    }
    bool whole = true;
    if (!lex_digits(lexer, is_digit))
        return refuse(lexer, begin, lexer->at + 1, "invalid decimal literal");
    if (peek(lexer, 0) == '.') {
        whole = false;
        lexer->at++;
        if (peek(lexer, 0) == '_' || !lex_digits(lexer, is_digit))
            return refuse(lexer, begin, lexer->at + 1, "invalid decimal literal");
    }
    if (exponent_ahead(lexer)) {
        whole = false;
        lexer->at += 2;
        if (!lex_digits(lexer, is_digit))
            return refuse(lexer, begin, lexer->at + 1, "invalid decimal literal");
    }
    bool imaginary = peek(lexer, 0) == 'j' || peek(lexer, 0) == 'J';
    lexer->at += imaginary;
    if (whole && !imaginary && lexer->text[begin] == '0') {
        size_t zero = begin;
        while (zero < lexer->at && (lexer->text[zero] == '0' || lexer->text[zero] == '_'))
            zero++;
        if (zero < lexer->at)
            return refuse(lexer, begin, lexer->at, zeros);
    }
    return finish_number(lexer, word, begin, imaginary ? "imaginary" : "decimal");
}

static bool lex_mark(cki_lexer *lexer, cki_word *word)
{
    static const char *const marks[] = {"...", "**=", "//=", "<<=", ">>=", "**", "//", "<<",
                                        ">>",  "<=",  ">=",  "==",  "!=",  "->", ":=", "+=",
                                        "-=",  "*=",  "/=",  "%=",  "@=",  "&=", "|=", "^="};
    size_t begin = lexer->at, left = lexer->length - begin;
    *word = (cki_word){.kind = CKI_LEXEME_MARK, .begin = begin};
    for (size_t i = 0; i < sizeof marks / sizeof *marks && !word->end; i++) {
        size_t n = strlen(marks[i]);
        if (n <= left && memcmp(lexer->text + begin, marks[i], n) == 0) {
            memcpy(word->mark, marks[i], n);
            word->end = lexer->at = begin + n;
        }
    }
    if (!word->end && peek(lexer, 0) > 0 && strchr("+-*/%@&|^~<>()[]{},:.=;", peek(lexer, 0))) {
        word->mark[0] = lexer->text[begin];
        word->end = lexer->at = begin + 1;
    }
    if (word->end)
        return true;
    return refuse(lexer, begin, begin + 1,
                  peek(lexer, 0) < ' ' ? "invalid non-printable character" : "invalid syntax");
}

/* Characters beyond ASCII are letters here unless they are plainly signs: Python's tables of
 * identifiers are not worth their size. */
static bool lex_name(cki_lexer *lexer, cki_word *word)
{
    size_t begin = lexer->at;
    while (starts_name(peek(lexer, 0)) || is_digit(peek(lexer, 0))) {
        if (peek(lexer, 0) >= 0x80) {
            size_t at = lexer->at;
            uint32_t code = cki_text_decode(lexer->text, lexer->length, &at);
            bool sign = code < 0xAA || code == 0xD7 || code == 0xF7 ||
                        (code >= 0x2000 && code < 0x2070) || (code >= 0x20A0 && code < 0x2C00) ||
                        (code >= 0xD800 && code < 0xF900) || code == 0xFEFF || code >= 0x1F000;
            if (sign && code >= 0xDC80 && code < 0xDD00)
                return refuse(lexer, lexer->at, at, "the text is not UTF-8");
            if (sign) {
                char message[64];
                snprintf(message, sizeof message, "invalid character '%.*s' (U+%04X)",
                         (int)(at - lexer->at), lexer->text + lexer->at, code);
                return refuse(lexer, lexer->at, at, message);
            }
            lexer->at = at;
        } else {
            lexer->at++;
        }
    }
    *word = (cki_word){.kind = CKI_LEXEME_NAME, .begin = begin, .end = lexer->at};
    return true;
}

bool cki_lexer_next(cki_lexer *lexer, cki_word *word)
{
    size_t prefix;
    skip_spaces(lexer);
    int c = peek(lexer, 0);
    if (c == -1) {
        *word = (cki_word){.kind = CKI_LEXEME_END, .begin = lexer->length, .end = lexer->length};
        return true;
    }
    if (string_ahead(lexer, &prefix))
        return lex_string(lexer, word, prefix);
    if (is_digit(c) || (c == '.' && is_digit(peek(lexer, 1))))
        return lex_number(lexer, word);
    if (starts_name(c))
        return lex_name(lexer, word);
    return lex_mark(lexer, word);
}
