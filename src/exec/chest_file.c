/* A chest's files: records by default, or whatever a dump function makes of a value. */
#include "exec/chest_file.h"
#include "core/memory.h"
#include "exec/spill_record.h"
#include "sys/file.h"
#include "value/token.h"

#include <errno.h>
#include <string.h>

/* ---- formats ---- */

struct cask_chest_output {
    cki_text text;
};

bool cask_chest_write(cask_chest_output *output, const void *bytes, size_t length)
{
    cki_text_add(&output->text, bytes, length);
    return !output->text.failed;
}

static bool dump_json(void *user, const cask_value *value, cask_chest_output *output)
{
    return cki_value_json(value, &output->text, user) == CASK_OK;
}

static cask_value *load_json(void *user, const void *bytes, size_t length)
{
    return cki_value_from_json(bytes, length, user);
}

cask_status cki_chest_file_format(const cask_chest_options *options, cki_chest_format *format,
                                  cki_error *error)
{
    *format = (cki_chest_format){.records = true};
    if (options->dump && options->load)
        *format = (cki_chest_format){options->dump, options->load, options->user, false};
    else if (options->dump || options->load)
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "a chest's dump and load belong together: one of them is missing");
    else if (options->format && strcmp(options->format, "json") == 0)
        *format = (cki_chest_format){dump_json, load_json, NULL, false};
    else if (options->format && strcmp(options->format, "binary") != 0)
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "a chest's format is 'binary' or 'json', not '%s'", options->format);
    return CASK_OK;
}

/* The built-in functions say what is wrong themselves: their user is the error. */
static void *user_of(const cki_chest_format *format, cki_error *error)
{
    return format->dump == dump_json ? error : format->user;
}

/* ---- names ---- */

static bool is_word(const char *text, size_t length)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    return length > 0 && length <= 100 && text[0] != '.' && strspn(text, letters) == length;
}

char *cki_chest_file_name(const cask_value *key)
{
    char hex[33];
    if (key->kind == CKI_STR && is_word(key->as.text.bytes, key->as.text.length))
        return cki_memory_copy(key->as.text.bytes, key->as.text.length);
    cki_text name = {0};
    cki_text_format(&name, "=%s", cki_token_hex(cki_token_of(key), hex));
    return cki_text_take(&name);
}

/* ---- writing ---- */

typedef struct target {
    cki_file_output *output;
    cki_error *error;
} target;

static int put(void *user, uint64_t offset, cki_span *spans, size_t count)
{
    const target *to = user;
    for (size_t i = 0; i < count; i++) {
        if (cki_file_write(to->output, offset, spans[i].bytes, spans[i].length, to->error) !=
            CASK_OK)
            return EIO;
        offset += spans[i].length;
    }
    return 0;
}

static cask_status write_record(target *to, const cask_value *value)
{
    cki_binary form;
    uint64_t length;
    cask_status status = cki_binary_write(&form, value, to->error);
    if (status != CASK_OK)
        return status;
    int number = cki_spill_record_write(&form, false, put, to, &length);
    cki_binary_free(&form);
    return number == ENOMEM ? cki_fail_memory(to->error, form.length)
           : number         ? to->error->status
                            : CASK_OK;
}

static cask_status write_dumped(target *to, const cask_value *value, const cki_chest_format *format)
{
    cask_chest_output dumped = {{0}};
    bool good = format->dump(user_of(format, to->error), value, &dumped);
    cask_status status = CASK_OK;
    if (dumped.text.failed)
        status = cki_fail_memory(to->error, dumped.text.length);
    else if (!good)
        status =
            cki_fail(to->error, CASK_INVALID, "ValueError",
                     "the chest's dump cannot write a value of type '%s'", cki_value_type(value));
    else
        status = cki_file_write(to->output, 0, dumped.text.bytes, dumped.text.length, to->error);
    cki_text_free(&dumped.text);
    return to->error->status != CASK_OK ? to->error->status : status;
}

cask_status cki_chest_file_write(const char *path, const cask_value *value,
                                 const cki_chest_format *format, bool lasting, cki_error *error)
{
    target to = {cki_file_create(path, error), error};
    if (!to.output)
        return error->status;
    cask_status status =
        format->records ? write_record(&to, value) : write_dumped(&to, value, format);
    if (status != CASK_OK) {
        cki_file_abort(to.output);
        return status;
    }
    return lasting ? cki_file_commit(to.output, error) : cki_file_publish(to.output, error);
}

/* ---- reading ---- */

typedef struct source {
    cki_file *file;
    cki_error *error;
} source;

static int get(void *user, uint64_t offset, cki_span *spans, size_t count)
{
    const source *from = user;
    for (size_t i = 0; i < count; i++) {
        if (cki_file_read(from->file, offset, spans[i].bytes, spans[i].length, "a value",
                          from->error) != CASK_OK)
            return EIO;
        offset += spans[i].length;
    }
    return 0;
}

static cask_value *read_record(source *from)
{
    int number;
    cask_value *value = cki_spill_record_read(cki_file_size(from->file), get, from, &number);
    if (number == ENOMEM)
        cki_fail_memory(from->error, (size_t)cki_file_size(from->file));
    else if (number == EBADMSG)
        cki_fail(from->error, CASK_FORMAT, "OSError",
                 "%s: not a chest's value, or damaged: its checksum is wrong",
                 cki_file_path(from->file));
    return value;
}

static cask_value *read_dumped(source *from, const cki_chest_format *format)
{
    size_t length = (size_t)cki_file_size(from->file);
    char *bytes = cki_memory_alloc(length + 1);
    cask_value *value = NULL;
    if (!bytes)
        cki_fail_memory(from->error, length);
    else if (cki_file_read(from->file, 0, bytes, length, "a value", from->error) == CASK_OK) {
        value = format->load(user_of(format, from->error), bytes, length);
        if (!value)
            cki_fail(from->error, CASK_FORMAT, "ValueError", "%s: the chest's load cannot read it",
                     cki_file_path(from->file));
    }
    cki_memory_free(bytes);
    return value;
}

cask_value *cki_chest_file_read(const char *path, const cki_chest_format *format, cki_error *error)
{
    source from = {cki_file_open(path, error), error};
    if (!from.file)
        return NULL;
    cask_value *value = format->records ? read_record(&from) : read_dumped(&from, format);
    cki_file_unref(from.file);
    return value;
}
