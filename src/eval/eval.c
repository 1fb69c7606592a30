/* The evaluator's doors: texts, trees and calls from outside. */
#include "eval/eval.h"
#include "eval/function.h"
#include "eval/interpret.h"

cask_value *cki_eval_tree(cki_scope *scope, cki_tree *tree, cki_error *error)
{
    cki_error own = {0};
    cki_frame frame = {.scope = scope, .tree = tree, .error = error ? error : &own};
    if (!cki_interpret_enter(frame.error))
        return NULL;
    const cki_tree *former = cki_interpret_set_tree(tree);
    cask_value *value = cki_interpret_node(&frame, tree->root);
    cki_interpret_set_tree(former);
    cki_interpret_exit();
    return value;
}

cask_value *cki_eval_text(cki_scope *scope, const char *text, cki_error *error)
{
    size_t length = 0;
    while (text[length])
        length++;
    cki_tree *tree = cki_syntax_parse(text, length, error);
    cask_value *value = tree ? cki_eval_tree(scope, tree, error) : NULL;
    cki_syntax_unref(tree);
    return value;
}

cask_value *cki_eval_call(cki_scope *scope, cask_value *function, const cki_arguments *arguments,
                          cki_error *error)
{
    cki_error own = {0};
    return cki_function_call(scope, function, arguments, error ? error : &own);
}
