/* Graphs as values of the language, and back. Terms may be nested to any depth: nothing recurses.
 */
#include "spec/spec_value.h"

#include "call/call.h"
#include "core/memory.h"
#include "spec/literal.h"
#include "spec/spec_write.h"

#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 200 }; /* of lists in lists */

/* ---- keys ---- */

static bool is_key_tuple(const cask_value *value)
{
    if (value->kind != CKI_TUPLE || !value->as.list.count ||
        value->as.list.items[0]->kind != CKI_STR)
        return false;
    for (size_t i = 1; i < value->as.list.count; i++)
        if (value->as.list.items[i]->kind != CKI_INT)
            return false;
    return true;
}

static void put_tuple(const cask_value *tuple, cki_text *text)
{
    const cask_value *name = tuple->as.list.items[0];
    cki_text_put(text, "('");
    cki_text_add(text, name->as.text.bytes, name->as.text.length);
    cki_text_put(text, "',");
    for (size_t i = 1; i < tuple->as.list.count; i++)
        cki_text_format(text, "%s %lld", i > 1 ? "," : "",
                        (long long)tuple->as.list.items[i]->as.integer);
    cki_text_char(text, ')');
}

cask_status cki_spec_value_text(const cask_value *key, cki_text *text, cki_error *error)
{
    if (key->kind == CKI_STR) {
        cki_text_add(text, key->as.text.bytes, key->as.text.length);
    } else if (is_key_tuple(key)) {
        put_tuple(key, text);
    } else {
        cki_text shown = {0};
        cki_value_repr(key, &shown);
        cki_fail(error, CASK_TYPE, NULL,
                 "a key is a string, or a tuple of a string and integers, not %.200s",
                 shown.bytes ? shown.bytes : "");
        cki_text_free(&shown);
        return error->status;
    }
    return text->failed ? cki_fail_memory(error, text->length) : CASK_OK;
}

cask_value *cki_spec_value_key(const char *text, size_t length, cki_error *error)
{
    if (!cki_spec_is_tuple(text))
        return cki_value_str(text, length, error);
    const char *name = text + 2, *at = strchr(name, '\'');
    cask_value *tuple = cki_value_list(CKI_TUPLE, 0, error);
    size_t room = 0;
    if (!at || !tuple ||
        !cki_value_list_push(tuple, &room, cki_value_str(name, (size_t)(at - name), error), error))
        goto failed;
    for (at++; at[0] == ',' && at[1] == ' ';) {
        char *end;
        long long number = strtoll(at + 2, &end, 10);
        if (!cki_value_list_push(tuple, &room, cki_value_int(number, error), error))
            goto failed;
        at = end;
    }
    return tuple;
failed:
    cask_value_unref(tuple);
    return NULL;
}

/* Each text in nested lists replaced. As deep as an expression can nest, so this may recurse. */
static cask_value *map_keys(const cask_value *value, bool to_texts, int depth, cki_error *error)
{
    cki_text text = {0};
    bool group =
        value->kind == CKI_LIST || (to_texts && value->kind == CKI_TUPLE && !is_key_tuple(value));
    if (depth == DEEPEST) {
        cki_fail(error, CASK_LIMIT, "RecursionError", "keys nested more than %d deep", DEEPEST);
        return NULL;
    }
    if (!group && !to_texts)
        return cki_spec_value_key(value->as.text.bytes, value->as.text.length, error);
    if (!group) {
        cask_value *made = cki_spec_value_text(value, &text, error) == CASK_OK
                               ? cki_value_str(text.bytes ? text.bytes : "", text.length, error)
                               : NULL;
        cki_text_free(&text);
        return made;
    }
    cask_value *list = cki_value_list(CKI_LIST, value->as.list.count, error);
    for (size_t i = 0; list && i < value->as.list.count; i++) {
        cask_value *item = map_keys(value->as.list.items[i], to_texts, depth + 1, error);
        if (!item) {
            list->as.list.count = i;
            cask_value_unref(list);
            return NULL;
        }
        list->as.list.items[i] = item;
    }
    return list;
}

cask_value *cki_spec_value_keys(const cask_value *texts, cki_error *error)
{
    return map_keys(texts, false, 0, error);
}

cask_value *cki_spec_value_texts(const cask_value *keys, cki_error *error)
{
    return map_keys(keys, true, 0, error);
}

static cask_value *key_value(const cki_spec *spec, uint32_t key, cki_error *error)
{
    return cki_spec_value_key(cki_spec_text(spec, key), spec->keys.items[key].length, error);
}

/* ---- reading ---- */

static bool is_task(const cask_value *value)
{
    return value->kind == CKI_TUPLE && value->as.list.count &&
           cki_call_callable(value->as.list.items[0]);
}

/* A tuple that is a key already defined, or defined in the same dict: their names are put first. */
static bool put_key(cki_spec *spec, const cask_value *value, bool *put, cki_error *error)
{
    cki_text text = {0};
    *put = false;
    if (!is_key_tuple(value))
        return true;
    put_tuple(value, &text);
    bool fine = !text.failed;
    if (!fine)
        cki_fail_memory(error, text.length);
    else if (cki_names_find(&spec->keys, text.bytes, text.length) != CKI_NO_NAME)
        fine = *put = cki_spec_put_name(spec, text.bytes, text.length, true, error);
    cki_text_free(&text);
    return fine;
}

/* A value's own word; *parts and *count are the values to follow. */
static bool put_one(cki_spec *spec, cask_value *value, cask_value *const **parts, size_t *count,
                    cki_error *error)
{
    bool put;
    *count = 0;
    if (value->kind == CKI_STR)
        return cki_spec_put_name(spec, value->as.text.bytes, value->as.text.length, false, error);
    if (value->kind != CKI_LIST && !is_task(value)) {
        if (!put_key(spec, value, &put, error) || put)
            return put;
        return cki_spec_put_value(spec, value, error);
    }
    bool task = value->kind == CKI_TUPLE;
    uint32_t function = 0;
    *parts = value->as.list.items + task;
    *count = value->as.list.count - task;
    if (*count >= UINT32_MAX) {
        cki_fail(error, CASK_LIMIT, NULL, "a term of %zu parts", *count);
        return false;
    }
    if (task) {
        cask_value *callee = value->as.list.items[0];
        const char *name = cki_call_text(callee);
        function = cki_spec_function(spec, name, strlen(name), callee, error);
    }
    return function != CKI_NO_NAME &&
           cki_spec_put(
               spec,
               cki_word_group(task ? CKI_WORD_TASK : CKI_WORD_LIST, function, (uint32_t)*count),
               error);
}

typedef struct level {
    cask_value *const *next;
    size_t left;
} level;

/* All words of a term. */
static bool put_term(cki_spec *spec, cask_value *term, cki_error *error)
{
    level *levels = NULL;
    size_t depth = 0, room = 0;
    bool fine = true;
    for (cask_value *at = term; fine && at;) {
        cask_value *const *parts = NULL;
        size_t count;
        fine = put_one(spec, at, &parts, &count, error);
        if (fine && count) {
            if (depth == room) {
                room = room * 2 + 16;
                level *wider = cki_memory_realloc(levels, room * sizeof *wider);
                if (!wider) {
                    fine = cki_fail_memory(error, room * sizeof *wider) == CASK_OK;
                    break;
                }
                levels = wider;
            }
            levels[depth++] = (level){parts, count};
        }
        while (depth && levels[depth - 1].left == 0)
            depth--;
        at = depth ? *levels[depth - 1].next++ : NULL;
        if (depth)
            levels[depth - 1].left--;
    }
    cki_memory_free(levels);
    if (!fine)
        cki_spec_drop(spec);
    return fine;
}

cask_status cki_spec_value_read(cki_spec *spec, const cask_value *dict, cki_error *error)
{
    if (dict->kind != CKI_DICT)
        return cki_fail(error, CASK_TYPE, NULL, "a graph is a dict of keys and tasks, not '%s'",
                        cki_value_type(dict));
    uint32_t *keys = cki_memory_alloc((dict->as.dict.count + 1) * sizeof *keys);
    if (!keys)
        return cki_fail_memory(error, dict->as.dict.count * sizeof *keys);
    /* first all names: a tuple in a term is a key if it is one in the end */
    for (size_t i = 0; i < dict->as.dict.count && error->status == CASK_OK; i++) {
        cki_text text = {0};
        if (cki_spec_value_text(dict->as.dict.keys[i], &text, error) == CASK_OK)
            keys[i] = cki_names_put(&spec->keys, text.bytes ? text.bytes : "", text.length, error);
        cki_text_free(&text);
    }
    for (size_t i = 0; i < dict->as.dict.count && error->status == CASK_OK; i++)
        if (put_term(spec, dict->as.dict.values[i], error))
            cki_spec_define(spec, keys[i], error);
    cki_memory_free(keys);
    return error->status;
}

/* ---- writing ---- */

static cask_value *function_value(cask *ck, const cki_spec *spec, uint32_t number, cki_error *error)
{
    if (number < spec->ncallables && spec->callables[number])
        return cask_value_ref(spec->callables[number]);
    return cki_call_find(ck, cki_names_text(&spec->functions, number), error);
}

/* A list, or a task's tuple with its function in front, of what stands on the stack. */
static cask_value *make_group(cask *ck, const cki_spec *spec, cki_word word,
                              cask_value *const *items, cki_error *error)
{
    uint32_t count = cki_word_count(word);
    bool task = cki_word_kind_of(word) == CKI_WORD_TASK;
    cask_value *function = task ? function_value(ck, spec, cki_word_function(word), error) : NULL;
    if (task && !function)
        return NULL;
    cask_value *made = cki_value_list(task ? CKI_TUPLE : CKI_LIST, (size_t)count + task, error);
    if (!made) {
        cask_value_unref(function);
        return NULL;
    }
    if (task)
        made->as.list.items[0] = function;
    for (uint32_t i = 0; i < count; i++)
        made->as.list.items[i + task] = cask_value_ref(items[i]);
    return made;
}

/* Whether a literal would be read back as a key or a task, or has such in a list. */
static bool is_ambiguous(const cki_spec *spec, const cask_value *value, int depth)
{
    cki_text text = {0};
    bool found = depth > DEEPEST || is_task(value);
    if (value->kind == CKI_STR)
        return cki_spec_find(spec, value->as.text.bytes, value->as.text.length) != CKI_NO_NAME;
    if (!found && is_key_tuple(value)) {
        put_tuple(value, &text);
        found = text.failed || cki_spec_find(spec, text.bytes, text.length) != CKI_NO_NAME;
        cki_text_free(&text);
    }
    for (size_t i = 0; !found && value->kind == CKI_LIST && i < value->as.list.count; i++)
        found = is_ambiguous(spec, value->as.list.items[i], depth + 1);
    return found;
}

static cask_value *make_one(cask *ck, const cki_spec *spec, cki_word word, cask_value *const *items,
                            cki_error *error)
{
    int64_t number = cki_word_number(word);
    switch (cki_word_kind_of(word)) {
    case CKI_WORD_INT:
        return cki_value_int(number, error);
    case CKI_WORD_VALUE:
        return is_ambiguous(spec, spec->values[number], 0)
                   ? cki_literal_task(spec->values[number], error)
                   : cask_value_ref(spec->values[number]);
    case CKI_WORD_NAME:
    case CKI_WORD_KEY:
        return key_value(spec, (uint32_t)number, error);
    case CKI_WORD_LIST:
    case CKI_WORD_TASK:
        break;
    }
    return make_group(ck, spec, word, items, error);
}

cask_value *cki_spec_value_term(cask *ck, const cki_spec *spec, uint32_t key, cki_error *error)
{
    size_t length;
    const cki_word *words = cki_spec_term(spec, key, &length);
    cask_value **stack = (cask_value **)cki_memory_alloc((length + 1) * sizeof *stack);
    size_t top = length;
    if (!stack) {
        cki_fail_memory(error, length * sizeof *stack);
        return NULL;
    }
    /* from the last word to the first: a group finds its parts on the stack, in their order */
    for (size_t i = length; i-- > 0;) {
        cask_value *made = make_one(ck, spec, words[i], stack + top, error);
        for (uint32_t k = 0; k < cki_word_count(words[i]); k++)
            cask_value_unref(stack[top++]);
        if (!made)
            break;
        stack[--top] = made;
    }
    cask_value *term = NULL;
    if (error->status == CASK_OK && top + 1 == length)
        term = stack[top++];
    while (top < length)
        cask_value_unref(stack[top++]);
    cki_memory_free((void *)stack);
    return term;
}

cask_value *cki_spec_value_dict(cask *ck, const cki_spec *spec, cki_error *error)
{
    cask_value *dict = cki_value_dict(error);
    for (size_t i = 0; dict && i < spec->norder; i++) {
        uint32_t key = spec->order[i];
        if (key == CKI_NO_NAME)
            continue;
        cask_value *name = key_value(spec, key, error);
        cask_value *term = name ? cki_spec_value_term(ck, spec, key, error) : NULL;
        if (!term)
            cask_value_unref(name);
        if (!term || cki_value_dict_set(dict, name, term, error) != CASK_OK) {
            cask_value_unref(dict);
            return NULL;
        }
    }
    return dict;
}
