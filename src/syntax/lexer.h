/* Lexer: the words of an expression's text, one at a time. */
#ifndef CKI_SYNTAX_LEXER_H
#define CKI_SYNTAX_LEXER_H

#include "core/fail.h"

typedef enum cki_lexeme {
    CKI_LEXEME_END,
    CKI_LEXEME_NAME, /* identifiers and keywords */
    CKI_LEXEME_NUMBER,
    CKI_LEXEME_STRING, /* with prefix and quotes */
    CKI_LEXEME_MARK    /* operators and punctuation: up to three characters in `mark` */
} cki_lexeme;

typedef struct cki_word {
    cki_lexeme kind;
    size_t begin, end;
    char mark[4]; /* NUL-terminated; "" for other kinds */
} cki_word;

typedef struct cki_lexer {
    const char *text;
    size_t length;
    size_t at;
    cki_error *error;
} cki_lexer;

/* The next word. False with the error set: an unterminated string, a malformed number, a character
 * that Python has no use for. Line breaks count as spaces. */
bool cki_lexer_next(cki_lexer *lexer, cki_word *word);

#endif
