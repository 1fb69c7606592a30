/* Writing graphs: one walk over a term's words for both styles. */
#include "spec/spec_write.h"

#include "core/memory.h"

#include <string.h>

/* ---- keys ---- */

bool cki_spec_is_tuple(const char *key)
{
    if (strncmp(key, "('", 2) != 0)
        return false;
    const char *at = strchr(key + 2, '\'');
    if (!at || at == key + 2 || at[1] != ',' || (at[2] == ')' && at[3]))
        return false;
    if (at[2] == ')')
        return true;
    for (at++; *at == ',';) {
        if (at[1] != ' ')
            return false;
        at += 2;
        at += *at == '-';
        if (*at < '0' || *at > '9')
            return false;
        while (*at >= '0' && *at <= '9')
            at++;
    }
    return at[0] == ')' && !at[1];
}

void cki_spec_write_tuple(const char *name, const int64_t *index, size_t count, cki_text *text)
{
    cki_text_format(text, "('%s',", name);
    for (size_t i = 0; i < count; i++)
        cki_text_format(text, "%s %lld", i ? "," : "", (long long)index[i]);
    cki_text_char(text, ')');
}

/* A text in the quotes of the style. */
static void write_text(const char *bytes, size_t length, cki_spec_style style, cki_text *text)
{
    cask_value shown = {.kind = CKI_STR};
    shown.as.text.bytes = (char *)(uintptr_t)bytes;
    shown.as.text.length = length;
    if (style == CKI_SPEC_JSON)
        cki_value_json(&shown, text, NULL);
    else
        cki_value_repr(&shown, text);
}

void cki_spec_write_key(const char *key, cki_spec_style style, cki_text *text)
{
    if (style == CKI_SPEC_PYTHON && cki_spec_is_tuple(key))
        cki_text_put(text, key);
    else
        write_text(key, strlen(key), style, text);
}

/* ---- terms ---- */

/* Whether a literal would be read back as something else. */
static bool is_ambiguous(const cki_spec *spec, const cask_value *value)
{
    if (value->kind == CKI_STR)
        return cki_spec_find(spec, value->as.text.bytes, value->as.text.length) != CKI_NO_NAME;
    return value->kind == CKI_LIST || value->kind == CKI_TUPLE;
}

/* What JSON has no form for is written as the call that makes it. */
static bool has_slice(const cask_value *value)
{
    bool found = value->kind == CKI_SLICE;
    bool list = value->kind == CKI_LIST || value->kind == CKI_TUPLE;
    for (size_t i = 0; list && !found && i < value->as.list.count; i++)
        found = value->as.list.items[i]->kind == CKI_SLICE;
    return found;
}

static cask_status write_slices(const cask_value *value, cki_text *text, cki_error *error)
{
    if (value->kind == CKI_SLICE) {
        cask_value *const parts[] = {value->as.slice.start, value->as.slice.stop,
                                     value->as.slice.step};
        cki_text_put(text, "[\"$slice\"");
        for (int i = 0; i < 3 && error->status == CASK_OK; i++) {
            cki_text_put(text, ", ");
            cki_value_json(parts[i], text, error);
        }
        cki_text_char(text, ']');
        return error->status;
    }
    cki_text_put(text, value->kind == CKI_TUPLE ? "[\"$tuple\", [" : "[\"$list\", [");
    for (size_t i = 0; i < value->as.list.count && error->status == CASK_OK; i++) {
        cki_text_put(text, i ? ", " : "");
        if (value->as.list.items[i]->kind == CKI_SLICE)
            write_slices(value->as.list.items[i], text, error);
        else
            cki_value_json(value->as.list.items[i], text, error);
    }
    cki_text_put(text, "]]");
    return error->status;
}

static cask_status write_literal(const cki_spec *spec, const cask_value *value,
                                 cki_spec_style style, cki_text *text, cki_error *error)
{
    if (style == CKI_SPEC_PYTHON) {
        cki_value_repr(value, text);
        return CASK_OK;
    }
    if (has_slice(value))
        return write_slices(value, text, error);
    bool quoted = is_ambiguous(spec, value);
    if (quoted)
        cki_text_put(text, "[\"$quote\", ");
    cask_status status = cki_value_json(value, text, error);
    if (quoted)
        cki_text_char(text, ']');
    return status;
}

/* A word without parts. */
static cask_status write_leaf(const cki_spec *spec, cki_word word, cki_spec_style style,
                              cki_text *text, cki_error *error)
{
    int64_t number = cki_word_number(word);
    uint32_t key = (uint32_t)number;
    switch (cki_word_kind_of(word)) {
    case CKI_WORD_INT:
        cki_text_format(text, "%lld", (long long)number);
        break;
    case CKI_WORD_VALUE:
        return write_literal(spec, spec->values[number], style, text, error);
    case CKI_WORD_NAME:
    case CKI_WORD_KEY:
        if (cki_spec_has(spec, key))
            cki_spec_write_key(cki_spec_text(spec, key), style, text);
        else
            write_text(cki_spec_text(spec, key), spec->keys.items[key].length, style, text);
        break;
    case CKI_WORD_LIST:
    case CKI_WORD_TASK:
        break;
    }
    return CASK_OK;
}

static void open_group(const cki_spec *spec, cki_word word, cki_spec_style style, cki_text *text)
{
    bool task = cki_word_kind_of(word) == CKI_WORD_TASK, json = style == CKI_SPEC_JSON;
    cki_text_char(text, task && !json ? '(' : '[');
    if (!task)
        return;
    const char *name = cki_names_text(&spec->functions, cki_word_function(word));
    if (json) {
        cki_text dollar = {0};
        cki_text_format(&dollar, "$%s", name);
        if (!dollar.failed)
            write_text(dollar.bytes, dollar.length, style, text);
        text->failed |= dollar.failed;
        cki_text_free(&dollar);
    } else {
        cki_text_put(text, name);
    }
    cki_text_put(text, cki_word_count(word) ? ", " : json ? "" : ",");
}

cask_status cki_spec_write_term(const cki_spec *spec, const cki_word *words, cki_spec_style style,
                                cki_text *text, cki_error *error)
{
    typedef struct level {
        uint32_t left;
        bool task;
    } level;
    level *levels = NULL;
    size_t depth = 0, room = 0;
    for (size_t at = 0; at == 0 || depth; at++) {
        cki_word word = words[at];
        bool group = cki_word_kind_of(word) >= CKI_WORD_LIST;
        if (depth == room) {
            room = room * 2 + 16;
            level *wider = cki_memory_realloc(levels, room * sizeof *wider);
            if (!wider) {
                cki_memory_free(levels);
                return cki_fail_memory(error, room * sizeof *wider);
            }
            levels = wider;
        }
        if (group) {
            open_group(spec, word, style, text);
            levels[depth++] =
                (level){cki_word_count(word) + 1, cki_word_kind_of(word) == CKI_WORD_TASK};
        } else if (write_leaf(spec, word, style, text, error) != CASK_OK) {
            break;
        }
        if (!depth)
            break;
        if (!group && levels[depth - 1].left > 1)
            cki_text_put(text, ", ");
        /* a term was written: itself, and all that it was the last part of */
        while (depth && --levels[depth - 1].left == 0) {
            cki_text_char(text, levels[--depth].task && style == CKI_SPEC_PYTHON ? ')' : ']');
            if (depth && levels[depth - 1].left > 1)
                cki_text_put(text, ", ");
        }
    }
    cki_memory_free(levels);
    if (text->failed)
        cki_fail_memory(error, text->length);
    return error->status;
}

cask_status cki_spec_write(const cki_spec *spec, cki_spec_style style, cki_text *text,
                           cki_error *error)
{
    bool json = style == CKI_SPEC_JSON, any = false;
    cki_text_char(text, '{');
    for (size_t i = 0; i < spec->norder && error->status == CASK_OK; i++) {
        uint32_t key = spec->order[i];
        if (key == CKI_NO_NAME)
            continue;
        cki_text_put(text, any ? json ? ",\n " : ", " : "");
        any = true;
        size_t length;
        const cki_word *words = cki_spec_term(spec, key, &length);
        cki_spec_write_key(cki_spec_text(spec, key), style, text);
        cki_text_put(text, ": ");
        cki_spec_write_term(spec, words, style, text, error);
    }
    cki_text_char(text, '}');
    if (text->failed)
        cki_fail_memory(error, text->length);
    return error->status;
}
