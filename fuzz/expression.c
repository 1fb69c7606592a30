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

/* Whether the value's text is short, up to about *room: "'x' * 5 ** 12" is legal, but to write it
 * takes minutes. */
static bool is_short(const cask_value *value, size_t *room)
{
    bool listed = value->kind == CKI_LIST || value->kind == CKI_TUPLE || value->kind == CKI_SET;
    bool text = value->kind == CKI_STR || value->kind == CKI_BYTES;
    size_t count = listed                    ? value->as.list.count
                   : value->kind == CKI_DICT ? value->as.dict.count
                   : text                    ? value->as.text.length
                                             : 0;
    if (count >= *room)
        return false;
    *room -= count + 1;
    if (listed)
        for (size_t i = 0; i < count; i++)
            if (!is_short(value->as.list.items[i], room))
                return false;
    if (value->kind == CKI_DICT)
        for (size_t i = 0; i < count; i++)
            if (!is_short(value->as.dict.keys[i], room) ||
                !is_short(value->as.dict.values[i], room))
                return false;
    return true;
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
    size_t room = 10000;
    if (a && b && is_short(a, &room)) {
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
