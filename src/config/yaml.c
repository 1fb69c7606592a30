/* YAML by libyaml's events: mappings make a path of keys, what lies in lists becomes values. */
#include "config/yaml.h"

#include "core/memory.h"

#include <string.h>
#include <yaml.h>

enum { MAX_DEPTH = 64 };

/* An open collection. Of a mapping in a list, and of a list, `value` is what it becomes; a mapping
 * outside lists has none and its keys make the path. */
typedef struct frame {
    cask_value *value;
    cask_value *key; /* of a dict: waits for its value */
    size_t room;     /* of a list */
    size_t path;     /* of a mapping: how long the path is without its key */
    bool has_key;    /* of a mapping */
    size_t line;
} frame;

typedef struct reader {
    yaml_parser_t parser;
    const char *name;
    cki_yaml_take take;
    void *user;
    cki_error *error;
    frame frames[MAX_DEPTH];
    size_t depth;
    cki_text path;
    bool documents;     /* one was seen */
    cask_value **whole; /* where a document goes that may be anything; NULL: it must be a mapping */
} reader;

static cask_status refuse(reader *r, const yaml_mark_t *mark, const char *what)
{
    return cki_fail(r->error, CASK_FORMAT, "ValueError", "%s:%zu:%zu: %s", r->name, mark->line + 1,
                    mark->column + 1, what);
}

static cask_status parser_failed(reader *r)
{
    if (r->parser.error == YAML_MEMORY_ERROR)
        return cki_fail_memory(r->error, 1);
    const char *problem = r->parser.problem ? r->parser.problem : "malformed";
    return refuse(r,
                  r->parser.error == YAML_READER_ERROR ? &r->parser.mark : &r->parser.problem_mark,
                  problem);
}

/* Whether what comes next is part of a value rather than of the path. */
static bool is_inside_value(const reader *r)
{
    return r->whole || (r->depth && r->frames[r->depth - 1].value);
}

/* A whole value has been read; its reference is taken over. */
static cask_status finish(reader *r, cask_value *value, size_t line)
{
    if (!value)
        return r->error->status;
    frame *top = r->depth ? &r->frames[r->depth - 1] : NULL;
    if (!top) {
        *r->whole = value;
        return CASK_OK;
    }
    if (!top->value) {
        cask_status status = r->take(r->user, r->path.bytes, r->path.length, value, line, r->error);
        cask_value_unref(value);
        top->has_key = false;
        return status;
    }
    if (top->value->kind == CKI_LIST) {
        cki_value_list_push(top->value, &top->room, value, r->error);
    } else if (top->key) {
        cask_value *key = top->key;
        top->key = NULL;
        cki_value_dict_set(top->value, key, value, r->error);
    } else {
        top->key = value;
    }
    return r->error->status;
}

/* A key of a mapping that belongs to the path. */
static cask_status take_key(reader *r, const yaml_event_t *event)
{
    frame *top = &r->frames[r->depth - 1];
    const char *key = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    if (!length || strlen(key) != length)
        return refuse(r, &event->start_mark, "a key without a name");
    if (r->path.length > top->path) {
        r->path.length = top->path;
        r->path.bytes[top->path] = '\0';
    }
    if (r->path.length)
        cki_text_char(&r->path, '.');
    cki_text_add(&r->path, key, length);
    top->has_key = true;
    top->line = event->start_mark.line + 1;
    return r->path.failed ? cki_fail_memory(r->error, length) : CASK_OK;
}

static cask_status take_scalar(reader *r, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    if (!is_inside_value(r)) {
        if (!r->depth)
            return length ? refuse(r, &event->start_mark, "expected lines of the form key: value")
                          : CASK_OK;
        if (!r->frames[r->depth - 1].has_key)
            return take_key(r, event);
    }
    cask_value *value = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE
                            ? cki_yaml_plain(text, length, r->error)
                            : cki_value_str(text, length, r->error);
    return finish(r, value, event->start_mark.line + 1);
}

static cask_status open_collection(reader *r, const yaml_event_t *event, bool list)
{
    bool inside = is_inside_value(r);
    frame *top = r->depth ? &r->frames[r->depth - 1] : NULL;
    if (r->depth == MAX_DEPTH)
        return refuse(r, &event->start_mark, "nested too deeply");
    if (!inside && (top ? !top->has_key : list))
        return refuse(r, &event->start_mark,
                      top ? "a key must be text" : "expected lines of the form key: value");
    if (inside && top && top->value->kind == CKI_DICT && !top->key)
        return refuse(r, &event->start_mark, "a key must be text");
    frame made = {.path = r->path.length, .line = event->start_mark.line + 1};
    if (list || inside) {
        made.value = list ? cki_value_list(CKI_LIST, 0, r->error) : cki_value_dict(r->error);
        if (!made.value)
            return r->error->status;
    }
    r->frames[r->depth++] = made;
    return CASK_OK;
}

static cask_status close_collection(reader *r)
{
    frame closed = r->frames[--r->depth];
    if (closed.value)
        return finish(r, closed.value, closed.line);
    if (r->depth)
        r->frames[r->depth - 1].has_key = false;
    return CASK_OK;
}

static cask_status take_event(reader *r, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (r->documents)
            return refuse(r, &event->start_mark, "more than one document");
        r->documents = true;
        return CASK_OK;
    case YAML_ALIAS_EVENT:
        return refuse(r, &event->start_mark, "aliases (*name) are not used in configuration");
    case YAML_SCALAR_EVENT:
        return take_scalar(r, event);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return open_collection(r, event, event->type == YAML_SEQUENCE_START_EVENT);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_collection(r);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return CASK_OK;
}

static cask_status read_events(reader *r, const char *text, size_t length)
{
    if (!yaml_parser_initialize(&r->parser))
        return cki_fail_memory(r->error, sizeof r->parser);
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)text, length);
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    cask_status status = CASK_OK;
    for (bool more = true; more && status == CASK_OK;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event)) {
            status = parser_failed(r);
            break;
        }
        more = event.type != YAML_STREAM_END_EVENT;
        status = take_event(r, &event);
        yaml_event_delete(&event);
    }
    while (r->depth) {
        frame *left = &r->frames[--r->depth];
        cask_value_unref(left->value);
        cask_value_unref(left->key);
    }
    yaml_parser_delete(&r->parser);
    cki_text_free(&r->path);
    return status;
}

cask_status cki_yaml_read(const char *text, size_t length, const char *name, cki_yaml_take take,
                          void *user, cki_error *error)
{
    reader r = {.name = name, .take = take, .user = user, .error = error};
    return read_events(&r, text, length);
}

cask_value *cki_yaml_literal(const char *text, cki_error *error)
{
    size_t length = strlen(text);
    if (!length || strcmp(text, "None") == 0)
        return cki_value_none();
    if (!strchr("[{\"'", text[0]))
        return cki_yaml_plain(text, length, error);
    cask_value *value = NULL;
    cki_error malformed = {0};
    reader r = {.name = "", .error = &malformed, .whole = &value};
    if (read_events(&r, text, length) == CASK_OK && value)
        return value;
    cask_value_unref(value);
    if (malformed.status == CASK_MEMORY) {
        cki_fail_memory(error, length);
        return NULL;
    }
    return cki_value_str(text, length, error);
}
