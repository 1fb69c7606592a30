/* Error messages: at most three lines, whatever the text and the message hold.
 */
#include "cli/report.h"
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

enum {
    WIDTH = 96, /* columns of the text that are shown */
    AFTER = 32, /* of them kept for what follows the place */
    INDENT = 2
};

/* Columns that a terminal gives a character: 0 for marks that combine with the one before, 2 for
 * the wide scripts and pictures of East Asia. The ranges are Unicode's, coarsened. */
static size_t columns_of(uint32_t code)
{
    static const struct {
        uint32_t first, last;
        size_t columns;
    } ranges[] = {
        {0x0300, 0x036F, 0},   {0x0483, 0x0489, 0},   {0x0591, 0x05BD, 0},   {0x064B, 0x065F, 0},
        {0x1100, 0x115F, 2},   {0x1AB0, 0x1AFF, 0},   {0x1DC0, 0x1DFF, 0},   {0x200B, 0x200F, 0},
        {0x20D0, 0x20FF, 0},   {0x2E80, 0x303E, 2},   {0x3041, 0xA4CF, 2},   {0xA960, 0xA97F, 2},
        {0xAC00, 0xD7A3, 2},   {0xF900, 0xFAFF, 2},   {0xFE00, 0xFE0F, 0},   {0xFE20, 0xFE2F, 0},
        {0xFE30, 0xFE6F, 2},   {0xFF00, 0xFF60, 2},   {0xFFE0, 0xFFE6, 2},   {0x1F300, 0x1F64F, 2},
        {0x1F680, 0x1F6FF, 2}, {0x1F900, 0x1F9FF, 2}, {0x20000, 0x3FFFD, 2}, {0xE0100, 0xE01EF, 0}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return ranges[i].columns;
    return 1;
}

/* What is printed for a character: itself, but a space for a tab, and U+FFFD for what a terminal
 * would obey or could not read. */
static uint32_t shown(uint32_t code)
{
    if (code == '\t')
        return ' ';
    bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    bool turning = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
    return control || surrogate || turning ? 0xFFFD : code;
}

/* Columns of text[begin..end), counted no further than `most`. */
static size_t columns(const char *text, size_t begin, size_t end, size_t most)
{
    size_t sum = 0;
    while (begin < end && sum < most)
        sum += columns_of(shown(cki_text_decode(text, end, &begin)));
    return sum;
}

static size_t step_back(const char *text, size_t begin, size_t at)
{
    size_t least = at - begin > 4 ? at - 4 : begin;
    do
        at--;
    while (at > least && ((unsigned char)text[at] & 0xC0) == 0x80);
    return at;
}

/* The message on one line: breaks and indentation become a space, controls are made visible. */
static void put_message(const char *message, cki_text *out)
{
    size_t length = strlen(message);
    for (size_t at = 0; at < length;) {
        if (strchr("\n\r\t", message[at])) {
            at += strspn(message + at, "\n\r\t ");
            if (at < length)
                cki_text_char(out, ' ');
            continue;
        }
        cki_text_code(out, shown(cki_text_decode(message, length, &at)));
    }
}

/* The part of the line text[first..last) round the place, and the caret under it. */
static void put_place(const char *text, size_t first, size_t last, size_t begin, size_t end,
                      cki_text *out)
{
    size_t after = columns(text, begin, last, AFTER);
    size_t from = begin, room = WIDTH - after;
    while (from > first) {
        size_t before = step_back(text, first, from);
        size_t wide = columns(text, before, from, WIDTH);
        if (wide > room)
            break;
        room -= wide;
        from = before;
    }
    size_t to = begin;
    room += after;
    while (to < last) {
        size_t next = to;
        size_t wide = columns_of(shown(cki_text_decode(text, last, &next)));
        if (wide > room)
            break;
        room -= wide;
        to = next;
    }
    const char *cut_left = from > first ? "..." : "";
    cki_text_repeat(out, ' ', INDENT);
    cki_text_put(out, cut_left);
    for (size_t at = from; at < to;)
        cki_text_code(out, shown(cki_text_decode(text, to, &at)));
    cki_text_put(out, to < last ? "...\n" : "\n");

    size_t stop = end < to ? end : to;
    size_t marked = stop > begin ? columns(text, begin, stop, WIDTH) : 1;
    cki_text_repeat(out, ' ', INDENT + strlen(cut_left) + columns(text, from, begin, WIDTH));
    cki_text_char(out, '^');
    cki_text_repeat(out, '~', marked > 1 ? marked - 1 : 0);
    cki_text_char(out, '\n');
}

void cki_report_text(const cki_error *error, const char *text, size_t shift, cki_text *out)
{
    cki_text_put(out, error->python);
    if (error->message[0]) {
        cki_text_put(out, ": ");
        put_message(error->message, out);
    }
    cki_text_char(out, '\n');
    if (!text || error->end <= error->begin || error->status == CASK_CANCELLED)
        return; /* whoever pressed Ctrl-C knows why, and no text is at fault */
    size_t length = strlen(text);
    size_t begin = error->begin + shift, end = error->end + shift;
    if (begin > length)
        begin = length;
    if (end > length)
        end = length;
    size_t first = begin, last = begin;
    while (first > 0 && text[first - 1] != '\n')
        first--;
    while (text[last] && text[last] != '\n')
        last++;
    put_place(text, first, last, begin, end < last ? end : last, out);
}

int cki_report_error(const cki_error *error, const char *text, size_t shift)
{
    cki_text out = {0};
    cki_report_text(error, text, shift, &out);
    if (out.failed)
        fprintf(stderr, "%s: %s\n", error->python, error->message);
    else
        fputs(out.bytes, stderr);
    cki_text_free(&out);
    return CKI_EXIT_FAILED;
}

int cki_report_usage(const char *name, const char *what, const char *usage)
{
    cki_text out = {0};
    put_message(name ? name : "", &out);
    fprintf(stderr, "cask: %s%s%s\n%s", name && !out.failed ? out.bytes : "", name ? ": " : "",
            what, usage);
    cki_text_free(&out);
    return CKI_EXIT_USAGE;
}
