/* $NAME and ${NAME} in configuration files. */
#include "config/expand.h"

#include <string.h>

static bool is_name(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const char *find(const char *const *environment, const char *name, size_t length)
{
    for (; environment && *environment; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return *environment + length + 1;
    return NULL;
}

/* The length of the name at `at`, which is behind a dollar, and how far the whole of it goes; 0 if
 * there is none. */
static size_t name_at(const char *at, const char **name, size_t *whole)
{
    bool braced = *at == '{';
    *name = at + braced;
    size_t length = 0;
    while (is_name((*name)[length]))
        length++;
    if (braced && (*name)[length] != '}')
        return 0;
    *whole = length + (braced ? 2 : 0);
    return length;
}

static cask_value *expand_text(const cask_value *value, const char *const *environment,
                               cki_error *error)
{
    cki_text text = {0};
    const char *at = value->as.text.bytes, *end = at + value->as.text.length;
    while (at < end) {
        const char *name, *found = NULL;
        size_t whole = 0, length = *at == '$' ? name_at(at + 1, &name, &whole) : 0;
        if (length)
            found = find(environment, name, length);
        if (found) {
            cki_text_put(&text, found);
            at += 1 + whole;
        } else {
            cki_text_char(&text, *at++);
        }
    }
    cask_value *made =
        text.failed ? NULL : cki_value_str(text.bytes ? text.bytes : "", text.length, error);
    if (text.failed)
        cki_fail_memory(error, text.length);
    cki_text_free(&text);
    return made;
}

static cask_value *again(const cask_value *value)
{
    return cask_value_ref((cask_value *)(uintptr_t)value);
}

cask_value *cki_expand_value(const cask_value *value, const char *const *environment,
                             cki_error *error)
{
    if (value->kind == CKI_STR)
        return memchr(value->as.text.bytes, '$', value->as.text.length)
                   ? expand_text(value, environment, error)
                   : again(value);
    if (value->kind != CKI_LIST)
        return again(value);
    cask_value *list = cki_value_list(CKI_LIST, 0, error);
    size_t room = 0;
    for (size_t i = 0; list && i < value->as.list.count; i++) {
        const cask_value *item = value->as.list.items[i];
        cask_value *made =
            item->kind == CKI_STR ? expand_text(item, environment, error) : again(item);
        if (!cki_value_list_push(list, &room, made, error)) {
            cask_value_unref(list);
            return NULL;
        }
    }
    return list;
}
