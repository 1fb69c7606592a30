/* Syntax: from a text to a counted tree, and the tree's end. */
#include "syntax/syntax.h"
#include "core/memory.h"
#include "syntax/parser.h"

/* What is left behind a whole expression. */
static void refuse_rest(cki_parser *parser)
{
    const char *mark = parser->word.mark;
    if (mark[0] == ')' || mark[0] == ']' || mark[0] == '}')
        cki_parser_refuse(parser, "unmatched '%s'", mark);
    else
        cki_parser_refuse(parser, "invalid syntax");
}

cki_tree *cki_syntax_parse(const char *text, size_t length, cki_error *error)
{
    cki_error own = {0};
    cki_parser parser = {.error = error ? error : &own};
    cki_tree *tree = parser.tree = cki_tree_new(text, length, parser.error);
    if (!tree)
        return NULL;
    parser.lexer = (cki_lexer){.text = tree->text, .length = length, .error = parser.error};
    if (cki_parser_advance(&parser)) {
        tree->root = cki_atom_items(&parser, false);
        if (tree->root != CKI_NO_NODE && parser.word.kind != CKI_LEXEME_END)
            refuse_rest(&parser);
    }
    cki_memory_free(parser.pending);
    cki_memory_free(parser.listed);
    if (parser.error->status == CASK_OK)
        return tree;
    cki_syntax_unref(tree);
    return NULL;
}

cki_tree *cki_syntax_ref(cki_tree *tree)
{
    if (tree)
        tree->references++;
    return tree;
}

void cki_syntax_unref(cki_tree *tree)
{
    if (!tree || --tree->references)
        return;
    for (uint32_t i = 0; i < tree->nconstants; i++)
        cask_value_unref(tree->constants[i]);
    for (uint32_t i = 0; i < tree->nnames; i++)
        cki_memory_free(tree->names[i]);
    cki_memory_free(tree->constants);
    cki_memory_free(tree->names);
    cki_memory_free(tree->name_slots);
    cki_memory_free(tree->nodes);
    cki_memory_free(tree->links);
    cki_memory_free(tree->text);
    cki_memory_free(tree);
}

const char *cki_syntax_text(const cki_tree *tree)
{
    return tree->text;
}
