/* Help: every operation with its signature and doc line, from the records. */
#include "lang/host.h"
#include "lang/reference.h"

#include <stdlib.h>
#include <string.h>

enum {
    LISTED = CKI_IN_DA | CKI_IN_NP | CKI_IN_DASK | CKI_ARRAY_METHOD | CKI_ARRAY_ATTRIBUTE |
             CKI_LAZY_METHOD | CKI_LAZY_ATTRIBUTE,
    MOST = 2048 /* operations */
};

/* The first sentence, for lists. */
static size_t summary(const char *doc)
{
    const char *end = strstr(doc, ". ");
    return end ? (size_t)(end - doc) : strlen(doc);
}

void cki_help_put_forms(const cki_operation *operation, cki_text *out)
{
    const char *comma = strchr(operation->signature, ',');
    const char *rest = comma ? comma + 1 : "";
    while (*rest == ' ')
        rest++;
    if (operation->places & CKI_IN_DA)
        cki_text_format(out, "    da.%s(%s)\n", operation->name, operation->signature);
    if (operation->places & CKI_IN_NP)
        cki_text_format(out, "    np.%s(%s)\n", operation->name, operation->signature);
    if (operation->places & CKI_IN_DASK)
        cki_text_format(out, "    %s(%s)\n", operation->name, operation->signature);
    if (operation->places & (CKI_ARRAY_METHOD | CKI_LAZY_METHOD))
        cki_text_format(out, "    x.%s(%s)\n", operation->name, rest);
    if (operation->places & (CKI_ARRAY_ATTRIBUTE | CKI_LAZY_ATTRIBUTE))
        cki_text_format(out, "    x.%s\n", operation->name);
}

static cask_status explain(const cki_session *session, const char *name, cki_text *out,
                           cki_error *error)
{
    static const char *const prefixes[] = {"dask.array.", "dask.", "da.", "np.", "x."};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
            name += strlen(prefixes[i]);
    const cki_operation *operation;
    const char *doc = NULL;
    for (size_t i = 0; (operation = cki_operation_at(session->ck, i)); i++) {
        if (strcmp(operation->name, name) != 0 || !(operation->places & LISTED))
            continue;
        if (doc && strcmp(doc, operation->doc) != 0)
            cki_text_format(out, "%s\n", doc);
        cki_help_put_forms(operation, out);
        doc = operation->doc;
    }
    if (doc) {
        cki_text_format(out, "%s\n", doc);
        return CASK_OK;
    }
    const char *near = cki_operation_nearest(session->ck, name, LISTED);
    return near ? cki_fail(error, CASK_NOT_FOUND, NULL,
                           "no operation is called '%s'. Did you mean: '%s'?", name, near)
                : cki_fail(error, CASK_NOT_FOUND, NULL,
                           "no operation is called '%s': `cask help` lists them all", name);
}

static int by_name(const void *a, const void *b)
{
    const cki_operation *const *x = a, *const *y = b;
    int order = strcmp((*x)->name, (*y)->name);
    return order ? order : ((*x)->places > (*y)->places) - ((*x)->places < (*y)->places);
}

/* Every listed operation, by name; returns how many. */
static size_t collect(const cki_session *session, const cki_operation **sorted, size_t capacity)
{
    size_t count = 0;
    const cki_operation *operation;
    for (size_t i = 0; (operation = cki_operation_at(session->ck, i)); i++)
        if ((operation->places & LISTED) && count < capacity)
            sorted[count++] = operation;
    qsort(sorted, count, sizeof *sorted, by_name);
    return count;
}

static cask_status list_all(const cki_session *session, cki_text *out, cki_error *error)
{
    const cki_operation *sorted[MOST] = {NULL};
    size_t count = collect(session, sorted, MOST);
    cki_text_put(out, "Operations (da.NAME or NAME; * also np.NAME; x.NAME as a method or "
                      "attribute):\n\n");
    for (size_t i = 0; i < count; i++) {
        const char *mark = sorted[i]->places & CKI_IN_NP ? "*" : "";
        bool only_x = !(sorted[i]->places & (CKI_IN_DA | CKI_IN_NP | CKI_IN_DASK));
        cki_text line = {0};
        cki_text_format(&line, "%s%s%s", only_x ? "x." : "", sorted[i]->name, mark);
        cki_text_format(out, "  %-22s %.*s\n", line.bytes ? line.bytes : sorted[i]->name,
                        (int)summary(sorted[i]->doc), sorted[i]->doc);
        out->failed |= line.failed;
        cki_text_free(&line);
    }
    cki_text_put(out, "\n`cask help NAME` tells more of one.\n");
    return out->failed ? cki_fail_memory(error, out->length) : CASK_OK;
}

cask_status cki_lang_help(cki_session *session, const char *operation, cki_text *out,
                          cki_error *error)
{
    return operation ? explain(session, operation, out, error) : list_all(session, out, error);
}

cask_status cki_lang_reference(cki_session *session, cki_text *out, cki_error *error)
{
    const cki_operation *sorted[MOST] = {NULL};
    cki_reference_put(sorted, collect(session, sorted, MOST), out);
    return out->failed ? cki_fail_memory(error, out->length) : CASK_OK;
}
