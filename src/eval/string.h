/* Strings: the methods of str and bytes, which share most of their code. */
#ifndef CKI_EVAL_STRING_H
#define CKI_EVAL_STRING_H

#include "eval/function.h"

/* A stretch of bytes of somebody's text. */
typedef struct cki_span {
    const char *bytes;
    size_t length;
} cki_span;

cki_span cki_string_self(const cki_call *call);
bool cki_string_is_bytes(const cki_call *call); /* whether the object is bytes */
/* A text argument of the object's own kind; false with TypeError in the words of `style`. */
typedef enum cki_string_style {
    CKI_STRING_MUST,     /* "must be str, not int" */
    CKI_STRING_ARGUMENT, /* "replace() argument 1 must be str, not int" */
    CKI_STRING_NONE      /* "must be str or None, not int" */
} cki_string_style;
bool cki_string_argument(cki_call *call, int slot, cki_string_style style, cki_span *span);
/* A new value of the object's kind. */
cask_value *cki_string_made(cki_call *call, const char *bytes, size_t length);
cask_value *cki_string_text(cki_call *call, cki_text *text); /* the text is freed */
/* Where `what` first (or last) is; -1 if nowhere. */
int64_t cki_string_where(cki_span in, cki_span what, bool last);
/* Byte offset of a code point (of bytes: itself), and the other way round. */
size_t cki_string_offset(const cki_call *call, int64_t index);
int64_t cki_string_length(const cki_call *call); /* in characters */

/* string_case.c */
cask_value *cki_string_upper(cki_call *call);
cask_value *cki_string_lower(cki_call *call);
cask_value *cki_string_casefold(cki_call *call);
cask_value *cki_string_swapcase(cki_call *call);
cask_value *cki_string_title(cki_call *call);
cask_value *cki_string_capitalize(cki_call *call);
cask_value *cki_string_isalpha(cki_call *call);
cask_value *cki_string_isalnum(cki_call *call);
cask_value *cki_string_isdecimal(cki_call *call);
cask_value *cki_string_isdigit(cki_call *call);
cask_value *cki_string_isnumeric(cki_call *call);
cask_value *cki_string_isspace(cki_call *call);
cask_value *cki_string_isprintable(cki_call *call);
cask_value *cki_string_isascii(cki_call *call);
cask_value *cki_string_isupper(cki_call *call);
cask_value *cki_string_islower(cki_call *call);
cask_value *cki_string_istitle(cki_call *call);
cask_value *cki_string_isidentifier(cki_call *call);
/* string_find.c */
cask_value *cki_string_find(cki_call *call);
cask_value *cki_string_rfind(cki_call *call);
cask_value *cki_string_index(cki_call *call);
cask_value *cki_string_rindex(cki_call *call);
cask_value *cki_string_count(cki_call *call);
cask_value *cki_string_startswith(cki_call *call);
cask_value *cki_string_endswith(cki_call *call);
cask_value *cki_string_replace(cki_call *call);
cask_value *cki_string_removeprefix(cki_call *call);
cask_value *cki_string_removesuffix(cki_call *call);
cask_value *cki_string_partition(cki_call *call);
cask_value *cki_string_rpartition(cki_call *call);
/* string_split.c */
cask_value *cki_string_split(cki_call *call);
cask_value *cki_string_rsplit(cki_call *call);
cask_value *cki_string_splitlines(cki_call *call);
cask_value *cki_string_strip(cki_call *call);
cask_value *cki_string_lstrip(cki_call *call);
cask_value *cki_string_rstrip(cki_call *call);
cask_value *cki_string_join(cki_call *call);
/* string_pad.c */
cask_value *cki_string_center(cki_call *call);
cask_value *cki_string_ljust(cki_call *call);
cask_value *cki_string_rjust(cki_call *call);
cask_value *cki_string_zfill(cki_call *call);
cask_value *cki_string_expandtabs(cki_call *call);
/* format_template.c */
cask_value *cki_format_template(cki_call *call);     /* str.format */
cask_value *cki_format_template_map(cki_call *call); /* str.format_map */
/* bytes.c: text of bytes in an encoding. */
cask_value *cki_bytes_decode(cki_call *call, cki_span bytes, const cask_value *encoding,
                             const cask_value *errors);

#endif
