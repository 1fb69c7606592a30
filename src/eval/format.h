/* Format: the little language behind the colon, and how numbers are laid out by it. */
#ifndef CKI_EVAL_FORMAT_H
#define CKI_EVAL_FORMAT_H

#include "core/text.h"

/* [[fill]align][sign][#][0][width][grouping][.precision][type] */
typedef struct cki_spec {
    uint32_t fill;
    char align; /* < > = ^, or 0 */
    char sign;  /* - + space */
    bool alternate;
    char grouping; /* , _ or 0 */
    int64_t width;
    int64_t precision; /* -1: none */
    char type;         /* 0: none */
} cki_spec;

/* Adds `digits` (of a number, its sign apart) filled to the spec's width. */
void cki_format_pad_number(const cki_spec *spec, char sign, const char *prefix, const char *digits,
                           size_t length, cki_text *out);
/* Adds a text filled to the width. */
void cki_format_pad_text(const cki_spec *spec, const char *bytes, size_t length, cki_text *out);

#endif
