/* Reading graphs in JSON: a task is a list that begins with "$" and a function's name, other lists
 * are lists, a text that is a key's refers to it, and everything else is a literal, which value/
 * reads. Lists may nest to any depth. */
#include "spec/spec_read.h"

#include "core/memory.h"

#include <string.h>

typedef struct open_list {
    size_t word; /* where its own word stands */
    uint32_t count;
} open_list;

typedef struct reader {
    const char *text, *at, *end;
    cki_spec *spec;
    open_list *open;
    size_t depth, room;
    cki_error *error;
} reader;

static bool fail_at(const reader *r, const char *at, const char *what)
{
    size_t line = 1, column = 1;
    for (const char *c = r->text; c < at; c++) {
        column = *c == '\n' ? 1 : column + ((*c & 0xC0) != 0x80);
        line += *c == '\n';
    }
    cki_fail(r->error, CASK_INVALID, "JSONDecodeError", "%s: line %zu column %zu (char %zu)", what,
             line, column, cki_text_codes(r->text, (size_t)(at - r->text)));
    return false;
}

static void skip_blanks(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
        r->at++;
}

/* The next character that is no blank, if it is this one. */
static bool take(reader *r, char c)
{
    skip_blanks(r);
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

/* ---- parts left to value/ ---- */

/* Past a text; its end if it has none. */
static const char *end_of_text(const reader *r, const char *at)
{
    for (at++; at < r->end && *at != '"'; at++)
        if (*at == '\\' && at + 1 < r->end)
            at++;
    return at < r->end ? at + 1 : at;
}

/* Past one value of any kind, as far as brackets tell. */
static const char *end_of_value(const reader *r, const char *at)
{
    size_t depth = 0;
    while (at < r->end) {
        char c = *at;
        if (c == '"') {
            at = end_of_text(r, at);
        } else if (c == '[' || c == '{') {
            depth++;
            at++;
        } else if (depth && (c == ']' || c == '}')) {
            depth--;
            at++;
        } else if (!depth && strchr(",]}: \t\n\r", c)) {
            return at;
        } else {
            at++;
        }
        if (!depth && at > r->text && strchr("\"]}", at[-1]))
            return at;
    }
    return at;
}

/* A value as Python's json reads it; places in messages are made those in the whole text. */
static cask_value *read_value(reader *r)
{
    const char *begin = r->at;
    cki_error inner = {0};
    r->at = end_of_value(r, begin);
    cask_value *value = cki_value_from_json(begin, (size_t)(r->at - begin), &inner);
    if (value)
        return value;
    char *place = strstr(inner.message, ": line ");
    const char *number = place ? strstr(place, "(char ") : NULL;
    if (!place || !number) {
        cki_fail(r->error, inner.status, inner.python, "%s", inner.message);
        return NULL;
    }
    const char *at = begin;
    size_t left = 0;
    for (number += strlen("(char "); *number >= '0' && *number <= '9'; number++)
        left = left * 10 + (size_t)(*number - '0');
    for (; left && at < r->end; left--)
        for (at++; at < r->end && (*at & 0xC0) == 0x80; at++)
            continue;
    *place = '\0';
    fail_at(r, at, inner.message);
    return NULL;
}

/* A text: its bytes lie in the input or, where it has escapes, in *held. */
static bool read_text(reader *r, const char **bytes, size_t *length, cask_value **held)
{
    const char *begin = r->at + 1, *end = begin;
    while (end < r->end && *end != '"' && *end != '\\' && (unsigned char)*end >= ' ')
        end++;
    *held = NULL;
    if (end < r->end && *end == '"') {
        *bytes = begin;
        *length = (size_t)(end - begin);
        r->at = end + 1;
        return true;
    }
    *held = read_value(r);
    if (!*held)
        return false;
    *bytes = (*held)->as.text.bytes;
    *length = (*held)->as.text.length;
    return true;
}

/* ---- terms ---- */

static bool put_literal(reader *r, cask_value *value)
{
    bool put = value && cki_spec_put_value(r->spec, value, r->error);
    cask_value_unref(value);
    return put;
}

/* Whole numbers, at once; others by read_value(). */
static bool read_scalar(reader *r)
{
    const char *at = r->at;
    bool minus = at < r->end && *at == '-';
    int64_t number = 0;
    const char *first = at += minus;
    while (at < r->end && *at >= '0' && *at <= '9' && at - first < 17)
        number = number * 10 + (*at++ - '0');
    bool whole = at > first && (*first != '0' || at == first + 1) &&
                 (at == r->end || strchr(",]} \t\n\r", *at));
    if (!whole)
        return put_literal(r, read_value(r));
    r->at = at;
    return cki_spec_put(r->spec, cki_word_make(CKI_WORD_INT, minus ? -number : number), r->error);
}

static bool read_name(reader *r)
{
    const char *bytes;
    size_t length;
    cask_value *held;
    bool fine = read_text(r, &bytes, &length, &held) &&
                cki_spec_put_name(r->spec, bytes, length, false, r->error);
    cask_value_unref(held);
    return fine;
}

/* The rest of ["$quote", value]: the value as it is. */
static bool read_quoted(reader *r)
{
    if (!take(r, ','))
        return fail_at(r, r->at, "Expecting ',' and a value after \"$quote\"");
    skip_blanks(r);
    r->spec->nwords--; /* of the list */
    return put_literal(r, read_value(r)) &&
           (take(r, ']') || fail_at(r, r->at, "Expecting ']' after a quoted value"));
}

static bool push(reader *r)
{
    if (r->depth == r->room) {
        size_t room = r->room * 2 + 16;
        open_list *wider = cki_memory_realloc(r->open, room * sizeof *wider);
        if (!wider) {
            cki_fail_memory(r->error, room * sizeof *wider);
            return false;
        }
        r->open = wider;
        r->room = room;
    }
    r->open[r->depth++] = (open_list){r->spec->nwords - 1, 0};
    return true;
}

/* After '[': what it begins. *done if it was a whole term: the list is not open any more. */
static bool begin_list(reader *r, bool *done)
{
    *done = false;
    if (!cki_spec_put(r->spec, cki_word_group(CKI_WORD_LIST, 0, 0), r->error))
        return false;
    skip_blanks(r);
    if (r->end - r->at < 3 || r->at[0] != '"' || r->at[1] != '$' || r->at[2] == '"') {
        *done = take(r, ']');
        return *done || push(r);
    }
    const char *bytes;
    size_t length;
    cask_value *held;
    if (!read_text(r, &bytes, &length, &held))
        return false;
    bool quote = length == strlen("$quote") && memcmp(bytes, "$quote", length) == 0;
    uint32_t function =
        quote ? 0 : cki_spec_function(r->spec, bytes + 1, length - 1, NULL, r->error);
    cask_value_unref(held);
    if (quote) {
        *done = true;
        return read_quoted(r);
    }
    if (function == CKI_NO_NAME)
        return false;
    r->spec->words[r->spec->nwords - 1] = cki_word_group(CKI_WORD_TASK, function, 0);
    *done = take(r, ']');
    if (*done)
        return true;
    return take(r, ',') ? push(r) : fail_at(r, r->at, "Expecting ',' delimiter");
}

/* After a term: the lists that end here. *more if another item of a list follows. */
static bool end_lists(reader *r, bool *more)
{
    *more = false;
    while (r->depth) {
        open_list *top = &r->open[r->depth - 1];
        if (++top->count == UINT32_MAX)
            return fail_at(r, r->at, "A list too long");
        *more = take(r, ',');
        if (*more)
            return true;
        if (!take(r, ']'))
            return fail_at(r, r->at, "Expecting ',' delimiter");
        r->spec->words[top->word] |= (cki_word)top->count << CKI_WORD_COUNT;
        r->depth--;
    }
    return true;
}

static bool read_term(reader *r)
{
    bool more = true, done;
    r->depth = 0;
    while (more) {
        skip_blanks(r);
        if (r->at == r->end)
            return fail_at(r, r->at, "Expecting value");
        if (*r->at == '[') {
            r->at++;
            if (!begin_list(r, &done))
                return false;
            if (!done)
                continue;
        } else if (!(*r->at == '"' ? read_name(r) : read_scalar(r))) {
            return false;
        }
        if (!end_lists(r, &more))
            return false;
    }
    return true;
}

/* ---- objects ---- */

/* Members of an object, each handed to `member` with r->at where its value begins. */
static bool read_members(reader *r, bool (*member)(reader *r, const char *name, size_t length))
{
    if (!take(r, '{'))
        return fail_at(r, r->at, "Expecting '{': a graph is an object of keys and their terms");
    bool more = !take(r, '}');
    while (more) {
        const char *bytes;
        size_t length;
        cask_value *held = NULL;
        skip_blanks(r);
        if (r->at == r->end || *r->at != '"')
            return fail_at(r, r->at, "Expecting property name enclosed in double quotes");
        bool fine = read_text(r, &bytes, &length, &held);
        if (fine && !take(r, ':'))
            fine = fail_at(r, r->at, "Expecting ':' delimiter");
        if (fine)
            skip_blanks(r);
        fine = fine && member(r, bytes, length);
        cask_value_unref(held);
        if (!fine)
            return false;
        more = take(r, ',');
        if (!more && !take(r, '}'))
            return fail_at(r, r->at, "Expecting ',' delimiter");
    }
    return true;
}

static bool read_definition(reader *r, const char *name, size_t length)
{
    uint32_t key = cki_names_put(&r->spec->keys, name, length, r->error);
    return key != CKI_NO_NAME && read_term(r) && cki_spec_define(r->spec, key, r->error) == CASK_OK;
}

static bool at_end(reader *r)
{
    skip_blanks(r);
    return r->at == r->end || fail_at(r, r->at, "Extra data");
}

cask_status cki_spec_read(cki_spec *spec, const char *text, size_t length, cki_error *error)
{
    reader r = {.text = text, .at = text, .end = text + length, .spec = spec, .error = error};
    if (!read_members(&r, read_definition) || !at_end(&r))
        cki_spec_drop(spec);
    cki_memory_free(r.open);
    return error->status;
}

cask_status cki_spec_read_term(cki_spec *spec, const char *text, size_t length, cki_error *error)
{
    reader r = {.text = text, .at = text, .end = text + length, .spec = spec, .error = error};
    if (!read_term(&r) || !at_end(&r))
        cki_spec_drop(spec);
    cki_memory_free(r.open);
    return error->status;
}

/* ---- requests: a graph with what is asked of it ---- */

typedef struct request_reader {
    reader r;
    cki_spec_request *request;
} request_reader;

static bool read_part(reader *r, const char *name, size_t length)
{
    request_reader *all = (request_reader *)(void *)r;
    cki_spec_request *request = all->request;
    const char *begin = r->at;
    r->at = end_of_value(r, begin);
    if (length == 5 && memcmp(name, "graph", 5) == 0 && begin < r->end && *begin == '{') {
        request->graph = begin;
        request->length = (size_t)(r->at - begin);
    }
    return true;
}

static bool read_other(reader *r, const char *name, size_t length)
{
    request_reader *all = (request_reader *)(void *)r;
    if (length == 5 && memcmp(name, "graph", 5) == 0) {
        r->at = end_of_value(r, r->at);
        return true;
    }
    cask_value *value = read_value(r);
    cask_value *key = value ? cki_value_str(name, length, r->error) : NULL;
    if (!key) {
        cask_value_unref(value);
        return false;
    }
    return cki_value_dict_set(all->request->others, key, value, r->error) == CASK_OK;
}

cask_status cki_spec_read_request(const char *text, size_t length, cki_spec_request *request,
                                  cki_error *error)
{
    request_reader all = {.r = {.text = text, .at = text, .end = text + length, .error = error},
                          .request = request};
    *request = (cki_spec_request){.graph = text, .length = length};
    if (!memmem(text, length, "\"graph\"", strlen("\"graph\"")))
        return CASK_OK;     /* found out at once, as such a file may be large */
    cki_error damage = {0}; /* told by whoever reads the whole as a graph */
    all.r.error = &damage;
    bool whole = read_members(&all.r, read_part) && at_end(&all.r);
    if (damage.status == CASK_MEMORY)
        return cki_fail_memory(error, length);
    if (!whole || request->graph == text) {
        *request = (cki_spec_request){.graph = text, .length = length};
        return CASK_OK;
    }
    all.r.error = error;
    request->others = cki_value_dict(error);
    all.r.at = text;
    if (!request->others || !read_members(&all.r, read_other)) {
        cask_value_unref(request->others);
        request->others = NULL;
    }
    return error->status;
}
