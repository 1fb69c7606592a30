/* The text between Python's brackets as a value: integers, slices, None, ..., and lists of integers
 * or bools, with commas between. */
#include "array/api.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ITEMS = 1024 };

typedef struct reader {
    const char *text, *at;
    cki_error *error;
} reader;

static void skip_space(reader *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

static bool accept(reader *r, const char *word)
{
    skip_space(r);
    size_t length = strlen(word);
    if (strncmp(r->at, word, length) != 0)
        return false;
    if (isalpha((unsigned char)*word) &&
        (isalnum((unsigned char)r->at[length]) || r->at[length] == '_'))
        return false;
    r->at += length;
    return true;
}

static bool refuse(reader *r)
{
    cki_fail(r->error, CASK_SYNTAX, NULL, "invalid index \"%s\" at character %d", r->text,
             (int)(r->at - r->text) + 1);
    return false;
}

/* An integer, if one stands here: false after an error; *number stays NULL if there is none. */
static bool read_integer(reader *r, cask_value **number)
{
    skip_space(r);
    bool sign = *r->at == '-' || *r->at == '+';
    if (!isdigit((unsigned char)r->at[sign ? 1 : 0]))
        return !sign || refuse(r);
    char *end;
    errno = 0;
    long long value = strtoll(r->at, &end, 10);
    if (errno == ERANGE)
        return refuse(r);
    r->at = end;
    *number = cki_value_int(value, r->error);
    return *number != NULL;
}

/* The items gathered so far, as a list or tuple; they are taken over. */
static cask_value *gather(reader *r, cki_kind kind, cask_value **items, size_t count)
{
    cask_value *list = r->error->status == CASK_OK ? cki_value_list(kind, count, r->error) : NULL;
    for (size_t i = 0; i < count; i++) {
        if (list)
            list->as.list.items[i] = items[i];
        else
            cask_value_unref(items[i]);
    }
    return list;
}

/* [1, 3, -1] or [True, False], behind the bracket. */
static cask_value *read_list(reader *r)
{
    cask_value *items[MOST_ITEMS];
    size_t count = 0;
    while (!accept(r, "]")) {
        cask_value *item = NULL;
        if (count == MOST_ITEMS || (count && !accept(r, ",")))
            refuse(r);
        else if (count && accept(r, "]"))
            break;
        else if (accept(r, "True"))
            item = cki_value_bool(true);
        else if (accept(r, "False"))
            item = cki_value_bool(false);
        else if (read_integer(r, &item) && !item)
            refuse(r);
        if (!item)
            break;
        items[count++] = item;
    }
    return gather(r, CKI_LIST, items, count);
}

/* Behind a slice's first bound: ":stop:step". The bound is taken over. */
static cask_value *read_slice(reader *r, cask_value *start)
{
    cask_value *stop = NULL, *step = NULL;
    bool good = accept(r, ":") && read_integer(r, &stop);
    if (good && accept(r, ":"))
        good = read_integer(r, &step);
    if (good)
        return cki_value_slice(start, stop, step, r->error);
    cask_value_unref(start);
    cask_value_unref(stop);
    return NULL;
}

/* One part: ..., None, an integer, a slice or a list. */
static cask_value *read_part(reader *r)
{
    cask_value *first = NULL;
    if (accept(r, "..."))
        return cki_value_ellipsis();
    if (accept(r, "None"))
        return cki_value_none();
    if (accept(r, "["))
        return read_list(r);
    if (!read_integer(r, &first))
        return NULL;
    skip_space(r);
    if (*r->at == ':')
        return read_slice(r, first);
    if (!first)
        refuse(r);
    return first;
}

cask_value *cki_api_index(const char *text, cki_error *error)
{
    reader r = {text, text, error};
    cask_value *parts[2 * CKI_MAX_NDIM];
    size_t count = 0;
    bool tuple = false;
    do {
        skip_space(&r);
        if (tuple && !*r.at)
            break; /* a comma at the end */
        if (count == sizeof parts / sizeof *parts) {
            refuse(&r);
            break;
        }
        if (!(parts[count] = read_part(&r)))
            break;
        count++;
        skip_space(&r);
        tuple |= *r.at == ',';
    } while (accept(&r, ","));
    if (error->status == CASK_OK && *r.at)
        refuse(&r);
    if (count == 1 && !tuple && error->status == CASK_OK)
        return parts[0];
    return gather(&r, CKI_TUPLE, parts, count);
}
