/* Fuzz target: any text is parsed and evaluated without a host. Laws: what fails says so, with a
 * place inside the text; what succeeds gives the same value and text when evaluated again. */
#include "core/memory.h"
#include "core/text.h"
#include "eval/eval.h"
#include "syntax/syntax.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void law(bool holds)
{
    if (!holds)
        abort();
}

static cask_value *evaluate(cki_tree *tree, size_t size, cki_error *error)
{
    cki_scope *scope = cki_eval_scope(NULL, error);
    cask_value *value = NULL;
    if (scope) {
        cki_eval_budget(200000); /* range(10**15) is a legal thing to iterate over */
        value = cki_eval_tree(scope, tree, error);
        cki_eval_budget(0);
    }
    cki_eval_scope_free(scope);
    law((value != NULL) == (error->status == CASK_OK));
    law(error->begin <= error->end && error->end <= size);
    return value;
}

static char *repr(const cask_value *value)
{
    cki_text text = {0};
    cki_value_repr(value, &text);
    return cki_text_take(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cki_error error = {0};
    cki_tree *tree = cki_syntax_parse((const char *)data, size, &error);
    law((tree != NULL) == (error.status == CASK_OK));
    law(error.begin <= error.end && error.end <= size);
    if (!tree)
        return 0;
    cki_error first = {0}, second = {0};
    cask_value *a = evaluate(tree, size, &first), *b = evaluate(tree, size, &second);
    law((a != NULL) == (b != NULL));
    law(strcmp(first.message, second.message) == 0 && strcmp(first.python, second.python) == 0);
    if (a && b) {
        char *left = repr(a), *right = repr(b);
        law(!left || !right || strcmp(left, right) == 0);
        cki_memory_free(left);
        cki_memory_free(right);
    }
    cask_value_unref(a);
    cask_value_unref(b);
    cki_syntax_unref(tree);
    return 0;
}
