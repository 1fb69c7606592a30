/* The reference manual: every operation's record as a page in Markdown, for docs/reference.md.
 */
#include "lang/reference.h"

#include <string.h>

/* Chapters, by what names begin with; the last takes what no other did. */
static const struct chapter {
    const char *prefix, *title;
} chapters[] = {
    {"", "Arrays"},
    {"linalg.", "Linear algebra"},
    {"fft.", "Fourier transforms"},
    {"random.", "Random numbers"},
    {"stats.", "Statistics"},
    {"ma.", "Masked arrays"},
    {NULL, "By the names of Dask's modules, and of all that is lazy"},
};
enum { CHAPTERS = sizeof chapters / sizeof *chapters };

static size_t chapter_of(const cki_operation *operation)
{
    const char *name = operation->name;
    const unsigned arrays = CKI_IN_DA | CKI_IN_NP | CKI_ARRAY_METHOD | CKI_ARRAY_ATTRIBUTE;
    if (!(operation->places & arrays))
        return CHAPTERS - 1;
    for (size_t i = 1; i < CHAPTERS - 1; i++)
        if (!strncmp(name, chapters[i].prefix, strlen(chapters[i].prefix)))
            return i;
    return strchr(name, '.') ? CHAPTERS - 1 : 0;
}

/* Words as they are, not as Markdown reads them; code between backticks is that already. */
static void put_words(cki_text *out, const char *words)
{
    bool code = false;
    for (const char *c = words; *c; c++) {
        code ^= *c == '`';
        if (!code && strchr("*_<[\\|#", *c))
            cki_text_char(out, '\\');
        cki_text_char(out, *c);
    }
}

static bool all_have(const cki_operation *const *same, size_t count, const char *doc)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(same[i]->doc, doc) != 0)
            return false;
    return true;
}

/* The records of one name: each way to call it, then what it does, once if that is the same. */
static void put_entry(cki_text *out, const cki_operation *const *same, size_t count)
{
    cki_text_format(out, "\n### %s\n\n", same[0]->name);
    bool once = all_have(same, count, same[0]->doc);
    for (size_t i = 0; i < count; i++) {
        cki_help_put_forms(same[i], out);
        if (once && i + 1 < count)
            continue;
        cki_text_char(out, '\n');
        put_words(out, same[i]->doc);
        cki_text_put(out, i + 1 < count ? "\n\n" : "\n");
    }
}

void cki_reference_put(const cki_operation *const *sorted, size_t count, cki_text *out)
{
    for (size_t chapter = 0; chapter < CHAPTERS; chapter++) {
        bool begun = false;
        for (size_t i = 0, end; i < count; i = end) {
            for (end = i + 1; end < count && !strcmp(sorted[i]->name, sorted[end]->name);)
                end++;
            if (chapter_of(sorted[i]) != chapter)
                continue;
            if (!begun)
                cki_text_format(out, "\n## %s\n", chapters[chapter].title);
            begun = true;
            put_entry(out, sorted + i, end - i);
        }
    }
}
