/* Writing a key into a YAML file. */
#include "config/write.h"

#include "config/collect.h"
#include "config/yaml.h"
#include "core/memory.h"
#include "sys/file.h"
#include "sys/folder.h"

#include <errno.h>
#include <string.h>

/* Whether YAML reads a text as itself without quotes. */
static bool is_plain(const cask_value *value, cki_error *error)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./%+-";
    if (value->kind != CKI_STR || strspn(value->as.text.bytes, letters) != value->as.text.length ||
        value->as.text.bytes[0] == '%' || value->as.text.bytes[0] == '-')
        return false;
    cask_value *read = cki_yaml_plain(value->as.text.bytes, value->as.text.length, error);
    bool plain = read && read->kind == CKI_STR;
    cask_value_unref(read);
    return plain;
}

cask_status cki_write_value(const cask_value *value, cki_text *text, cki_error *error)
{
    if (!is_plain(value, error))
        return error->status == CASK_OK ? cki_value_json(value, text, error) : error->status;
    cki_text_add(text, value->as.text.bytes, value->as.text.length);
    return CASK_OK;
}

/* Whether the line at `at` gives `name`, a canonical key, a value. */
static bool is_line_of(const char *at, const char *name)
{
    for (; *name; at++, name++)
        if (*at != *name && !(*at == '_' && *name == '-'))
            return false;
    at += strspn(at, " ");
    return *at == ':';
}

/* Copy the lines of `text` with the key's own replaced by `line`, or `line` put behind them. */
static void replace_line(const char *text, const char *name, const char *line, cki_text *made)
{
    bool found = false;
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, "\n");
        bool own = is_line_of(at, name);
        if (own && !found)
            cki_text_put(made, line);
        else if (!own)
            cki_text_add(made, at, length);
        if (!own || !found)
            cki_text_char(made, '\n');
        found |= own;
        at += length + (at[length] == '\n');
    }
    if (!found)
        cki_text_format(made, "%s\n", line);
}

/* Whether the text, read as a file is, gives the key that value. */
static cask_status verify(const char *text, const char *name, const cask_value *value,
                          cki_error *error)
{
    cki_settings settings = {0};
    cki_error inner = {0};
    cask_status status = cki_collect_text(text, strlen(text), "the file", NULL, CKI_RANK_FILE,
                                          CKI_MERGE_NEW, &settings, &inner);
    const cki_setting *setting = cki_settings_find(&settings, name);
    bool good = status == CASK_OK && setting && cki_value_equal(setting->value, value);
    cki_settings_free(&settings);
    if (good || inner.status == CASK_MEMORY)
        return good ? CASK_OK : cki_fail_memory(error, strlen(text));
    return cki_fail(error, CASK_INVALID, NULL, "%s cannot be set line by line%s%s: edit the file",
                    name, inner.status == CASK_OK ? "" : ": ", inner.message);
}

/* The present name of a key that may have this value. */
static char *checked_name(const char *key, const cask_value *value, cki_error *error)
{
    cki_settings settings = {0};
    cki_error inner = {0};
    if (value->kind == CKI_DICT)
        cki_fail(&inner, CASK_TYPE, NULL, "%s: one key at a time", key);
    else
        cki_settings_put(&settings, key, strlen(key), value, CKI_RANK_FILE, CKI_MERGE_NEW,
                         "what was asked for", &inner);
    char *name = NULL;
    if (inner.status == CASK_OK && settings.items)
        name = cki_memory_copy(settings.items[0].key, strlen(settings.items[0].key));
    cki_settings_free(&settings);
    if (!name)
        cki_fail(error, inner.status == CASK_OK ? CASK_MEMORY : inner.status,
                 inner.status == CASK_OK ? NULL : inner.python, "%s", inner.message);
    return name;
}

char *cki_write_text(const char *text, const char *key, const cask_value *value, cki_error *error)
{
    char *name = checked_name(key, value, error);
    if (!name)
        return NULL;
    cki_text line = {0}, made = {0};
    cki_text_format(&line, "%s: ", name);
    cask_status status = cki_write_value(value, &line, error);
    if (status == CASK_OK && !line.failed)
        replace_line(text, name, line.bytes, &made);
    if (status == CASK_OK && (line.failed || made.failed))
        status = cki_fail_memory(error, made.length);
    if (status == CASK_OK)
        status = verify(made.bytes, name, value, error);
    cki_text_free(&line);
    cki_memory_free(name);
    if (status == CASK_OK)
        return cki_text_take(&made);
    cki_text_free(&made);
    return NULL;
}

/* The whole of a file, "" if there is none: new text. */
static char *slurp(const char *path, cki_error *error)
{
    cki_error inner = {0};
    cki_file *file = cki_file_open(path, &inner);
    if (!file && strcmp(inner.python, "FileNotFoundError") == 0)
        return cki_memory_copy("", 0);
    if (!file) {
        cki_fail(error, inner.status, inner.python, "%s", inner.message);
        return NULL;
    }
    size_t size = (size_t)cki_file_size(file);
    char *text = cki_memory_calloc(1, size + 1);
    cask_status status = text ? cki_file_read(file, 0, text, size, "the configuration", error)
                              : cki_fail_memory(error, size + 1);
    cki_file_unref(file);
    if (status == CASK_OK && strlen(text) != size)
        status = cki_fail(error, CASK_FORMAT, "ValueError", "%s is no text", path);
    if (status == CASK_OK)
        return text;
    cki_memory_free(text);
    return NULL;
}

/* The folders that lead to a file. */
static cask_status make_folders(const char *path, cki_error *error)
{
    char *copy = cki_memory_copy(path, strlen(path));
    if (!copy)
        return cki_fail_memory(error, strlen(path));
    int number = 0;
    for (char *slash = copy; !number && (slash = strchr(slash + 1, '/')) != NULL; *slash = '/') {
        *slash = '\0';
        number = cki_folder_make(copy);
        if (number)
            cki_file_fail(error, number, copy);
    }
    cki_memory_free(copy);
    return error->status;
}

cask_status cki_write_key(const char *path, const char *key, const cask_value *value,
                          cki_error *error)
{
    char *text = slurp(path, error);
    char *made = text ? cki_write_text(text, key, value, error) : NULL;
    cki_memory_free(text);
    if (!made)
        return error->status != CASK_OK ? error->status : cki_fail_memory(error, 1);
    cask_status status = make_folders(path, error);
    cki_file_output *output = status == CASK_OK ? cki_file_create(path, error) : NULL;
    if (output)
        status = cki_file_write(output, 0, made, strlen(made), error);
    if (output && status == CASK_OK)
        cki_file_commit(output, error);
    else
        cki_file_abort(output);
    cki_memory_free(made);
    return error->status;
}
