/* Reports as files: text that is written piece by piece, without ever being whole in memory, and
 * appears under its name when it is complete. */
#ifndef CKI_DIAG_OUT_H
#define CKI_DIAG_OUT_H

#include "core/text.h"
#include "sys/file.h"

typedef struct cki_out {
    cki_file_output *file;
    uint64_t at;   /* where `text` will stand in it */
    cki_text text; /* what is not written yet: add to it freely, then call cki_out_flush */
    cki_error error;
} cki_out;

cask_status cki_out_open(cki_out *out, const char *path, cki_error *error);
/* Write what has come together, if that is worth it. */
void cki_out_flush(cki_out *out);
/* The end: the file gets its name, or with an earlier failure, which is told, goes. */
cask_status cki_out_close(cki_out *out, cki_error *error);
/* Give up; {0} is accepted, and one that was closed. */
void cki_out_abort(cki_out *out);

/* A string in JSON, quotes included, that may also stand within <script>. */
void cki_out_string(cki_text *text, const char *string);

#endif
