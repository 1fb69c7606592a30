/* Reports as files: a buffer in front of a file that appears whole. */
#include "diag/out.h"

#include <string.h>

enum { ENOUGH = 1 << 16 };

cask_status cki_out_open(cki_out *out, const char *path, cki_error *error)
{
    *out = (cki_out){.file = cki_file_create(path, error)};
    return out->file ? CASK_OK : error->status;
}

static void write_all(cki_out *out)
{
    if (out->text.failed)
        cki_fail_memory(&out->error, out->text.length);
    if (out->file && out->error.status == CASK_OK && out->text.length)
        cki_file_write(out->file, out->at, out->text.bytes, out->text.length, &out->error);
    out->at += out->text.length;
    out->text.length = 0;
}

void cki_out_flush(cki_out *out)
{
    if (out->text.length >= ENOUGH || out->text.failed)
        write_all(out);
}

cask_status cki_out_close(cki_out *out, cki_error *error)
{
    write_all(out);
    cki_file_output *file = out->file;
    out->file = NULL;
    if (file && out->error.status == CASK_OK)
        cki_file_commit(file, &out->error);
    else
        cki_file_abort(file);
    cki_text_free(&out->text);
    if (out->error.status != CASK_OK && error && error->status == CASK_OK)
        *error = out->error;
    return out->error.status;
}

void cki_out_abort(cki_out *out)
{
    cki_file_abort(out->file);
    cki_text_free(&out->text);
    *out = (cki_out){0};
}

void cki_out_string(cki_text *text, const char *string)
{
    size_t length = strlen(string);
    cki_text_char(text, '"');
    for (size_t at = 0; at < length;) {
        uint32_t c = cki_text_decode(string, length, &at);
        if (c == '"' || c == '\\')
            cki_text_format(text, "\\%c", (char)c);
        else if (c >= 32 && c < 127 && c != '<' && c != '>' && c != '&')
            cki_text_char(text, (char)c);
        else if (c < 0x10000)
            cki_text_format(text, "\\u%04x", c >= 0xD800 && c < 0xE000 ? 0xFFFDU : c);
        else
            cki_text_format(text, "\\u%04x\\u%04x", 0xD800 + ((c - 0x10000) >> 10),
                            0xDC00 + (c & 0x3FF));
    }
    cki_text_char(text, '"');
}
