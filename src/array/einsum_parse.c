/* Reading einsum's subscripts, as NumPy and Dask do. */
#include "array/einsum_parse.h"
#include "core/memory.h"
#include "core/text.h"

#include <string.h>

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

static bool is_letter(char c)
{
    return c && strchr(letters, c);
}

/* The text without spaces; NULL with the error set if a character has no meaning. */
static char *clean(const char *text, cki_error *error)
{
    char *made = cki_memory_copy(text, strlen(text));
    size_t count = 0;
    if (!made) {
        cki_fail_memory(error, strlen(text));
        return NULL;
    }
    for (const char *c = text; *c; c++) {
        if (*c == ' ')
            continue;
        if (!is_letter(*c) && !strchr(".,->", *c)) {
            unsigned char lead = (unsigned char)*c;
            int length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
            cki_fail(error, CASK_INVALID, NULL, "Character %.*s is not a valid symbol.", length, c);
            cki_memory_free(made);
            return NULL;
        }
        made[count++] = *c;
    }
    made[count] = '\0';
    return made;
}

/* The "->" in a text, NULL if there is none; ValueError for half of one, or two. */
static const char *find_arrow(const char *text, cki_error *error)
{
    size_t minus = 0, greater = 0;
    const char *arrow = strstr(text, "->");
    for (const char *c = text; *c; c++) {
        minus += *c == '-';
        greater += *c == '>';
    }
    if ((minus || greater) && (minus != 1 || greater != 1 || !arrow))
        cki_fail(error, CASK_INVALID, NULL, "Subscripts can only contain one '->'.");
    return arrow;
}

static cask_status push(cki_einsum_term *term, int label, cki_error *error)
{
    if (term->count == CKI_MAX_NDIM)
        return cki_fail(error, CASK_INVALID, NULL, "too many subscripts in einsum");
    term->labels[term->count++] = label;
    return CASK_OK;
}

/* Axes `count` - 1 .. 0 of an ellipsis. */
static cask_status push_ellipsis(cki_einsum_term *term, int count, cki_error *error)
{
    cask_status status = CASK_OK;
    for (int i = count - 1; i >= 0 && status == CASK_OK; i--)
        status = push(term, CKI_EINSUM_ELLIPSIS + i, error);
    return status;
}

/* One operand's part of the text; *ellipsis is how many axes its "..." stands for, -1 if none. */
static cask_status read_term(const char *text, size_t length, int ndim, size_t operand,
                             cki_einsum_term *term, int *ellipsis, cki_error *error)
{
    int dots = 0, named = 0;
    for (size_t i = 0; i < length; i++)
        text[i] == '.' ? dots++ : named++;
    const char *at = strstr(text, "...");
    *ellipsis = -1;
    if (dots && (dots != 3 || !at || at >= text + length))
        return cki_fail(error, CASK_INVALID, NULL, "Invalid Ellipses.");
    if (dots && named > ndim)
        return cki_fail(error, CASK_INVALID, NULL, "Ellipses lengths do not match.");
    if (!dots && named > ndim)
        return cki_fail(error, CASK_INVALID, NULL,
                        "einstein sum subscripts string contains too many subscripts for operand "
                        "%zu, which has %d axes",
                        operand, ndim);
    if (!dots && named < ndim)
        return cki_fail(error, CASK_INVALID, NULL,
                        "operand %zu has more dimensions (%d) than subscripts given in einstein "
                        "sum (%d), but no '...' ellipsis provided to broadcast the extra "
                        "dimensions.",
                        operand, ndim, named);
    cask_status status = CASK_OK;
    for (size_t i = 0; i < length && status == CASK_OK; i++) {
        if (text[i] != '.') {
            status = push(term, text[i], error);
        } else {
            *ellipsis = ndim - named;
            status = push_ellipsis(term, *ellipsis, error);
            i += 2;
        }
    }
    return status;
}

static int count_label(const cki_einsum *read, int label)
{
    int count = 0;
    for (size_t i = 0; i < read->count; i++)
        for (int k = 0; k < read->terms[i].count; k++)
            count += read->terms[i].labels[k] == label;
    return count;
}

/* What a result is whose axes are not named: those of ellipses, then letters that occur once. */
static cask_status imply_output(cki_einsum *read, int longest, cki_error *error)
{
    cask_status status = push_ellipsis(&read->output, longest, error);
    for (int letter = 'A'; letter <= 'z' && status == CASK_OK; letter++)
        if (is_letter((char)letter) && count_label(read, letter) == 1)
            status = push(&read->output, letter, error);
    return status;
}

static cask_status read_output(const char *text, cki_einsum *read, int longest, cki_error *error)
{
    cask_status status = CASK_OK;
    for (const char *c = text; *c && status == CASK_OK; c++) {
        if (strncmp(c, "...", 3) == 0) {
            status = push_ellipsis(&read->output, longest, error);
            c += 2;
        } else if (!is_letter(*c) || !count_label(read, *c)) {
            status = cki_fail(error, CASK_INVALID, NULL,
                              "Output character %c did not appear in the input", *c);
        } else {
            status = push(&read->output, *c, error);
        }
    }
    for (int i = 0; i < read->output.count && status == CASK_OK; i++)
        for (int k = 0; k < i && status == CASK_OK; k++)
            if (read->output.labels[i] == read->output.labels[k])
                status = cki_fail(
                    error, CASK_INVALID, NULL,
                    "einstein sum subscripts string includes output subscript '%s%c' "
                    "multiple times",
                    read->output.labels[i] < CKI_EINSUM_ELLIPSIS ? "" : "..",
                    read->output.labels[i] < CKI_EINSUM_ELLIPSIS ? read->output.labels[i] : '.');
    return status;
}

static cask_status read_all(const char *text, const int *ndims, size_t count, cki_einsum *read,
                            cki_error *error)
{
    const char *arrow = find_arrow(text, error), *end = arrow ? arrow : text + strlen(text);
    size_t terms = 1;
    for (const char *c = text; c < end; c++)
        terms += *c == ',';
    cask_status status = error->status;
    if (status == CASK_OK && terms != count)
        status = cki_fail(error, CASK_INVALID, NULL,
                          "Number of einsum subscripts must be equal to the number of operands.");
    int longest = 0, ellipsis;
    const char *at = text;
    read->count = count;
    for (size_t i = 0; i < count && status == CASK_OK; i++) {
        size_t length = strcspn(at, ",-");
        status = read_term(at, length, ndims[i], i, &read->terms[i], &ellipsis, error);
        longest = ellipsis > longest ? ellipsis : longest;
        at += length + 1;
    }
    if (status != CASK_OK)
        return status;
    return arrow ? read_output(arrow + 2, read, longest, error)
                 : imply_output(read, longest, error);
}

cask_status cki_einsum_parse(const char *text, const int *ndims, size_t count, cki_einsum *read,
                             cki_error *error)
{
    memset(read, 0, sizeof *read);
    if (count == 0)
        return cki_fail(error, CASK_INVALID, NULL, "No input operands");
    if (count > CKI_EINSUM_OPERANDS)
        return cki_fail(error, CASK_INVALID, NULL, "too many operands provided to einsum: %zu",
                        count);
    char *subscripts = clean(text, error);
    cask_status status =
        subscripts ? read_all(subscripts, ndims, count, read, error) : error->status;
    cki_memory_free(subscripts);
    return status;
}

/* ---- lists of numbers ---- */

static cask_status put_list(cki_text *text, const cask_value *list, cki_error *error)
{
    if (list->kind != CKI_LIST && list->kind != CKI_TUPLE)
        return cki_fail(error, CASK_TYPE, NULL, "einsum: '%s' is no list of subscripts",
                        cki_value_type(list));
    for (size_t i = 0; i < list->as.list.count; i++) {
        const cask_value *item = list->as.list.items[i];
        int64_t label = -1;
        if (item->kind == CKI_ELLIPSIS) {
            cki_text_put(text, "...");
            continue;
        }
        cki_error ignored = {0};
        if (cki_value_index(item, &label, &ignored) != CASK_OK)
            return cki_fail(error, CASK_TYPE, NULL,
                            "For this input type lists must contain either int or Ellipsis");
        if (label < 0 || label >= (int64_t)sizeof letters - 1)
            return cki_fail(error, CASK_INVALID, NULL,
                            "einsum: subscript %lld is not between 0 and 51", (long long)label);
        cki_text_char(text, letters[label]);
    }
    return CASK_OK;
}

char *cki_einsum_parse_lists(cask_value *const *arguments, size_t count, cki_error *error)
{
    cki_text text = {0};
    cask_status status = CASK_OK;
    for (size_t i = 0; i + 1 < count && status == CASK_OK; i += 2) {
        cki_text_put(&text, i ? "," : "");
        status = put_list(&text, arguments[i + 1], error);
    }
    if (status == CASK_OK && count % 2) {
        cki_text_put(&text, "->");
        status = put_list(&text, arguments[count - 1], error);
    }
    if (status == CASK_OK && text.failed)
        status = cki_fail_memory(error, text.length);
    char *made = NULL;
    if (status == CASK_OK && !(made = cki_memory_copy(text.bytes ? text.bytes : "", text.length)))
        cki_fail_memory(error, text.length);
    cki_text_free(&text);
    return made;
}
