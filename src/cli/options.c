/* Options: a table says what there is; words that are none are left in order.
 */
#include "cli/options.h"
#include "core/text.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The option that `word` names, up to an "=" in a long one. */
static const cki_option *find(const cki_option *options, const char *word)
{
    size_t length = strcspn(word, "=");
    for (const cki_option *o = options; o->name; o++) {
        if (o->shorthand && strcmp(o->shorthand, word) == 0)
            return o;
        if (strlen(o->name) == length && strncmp(o->name, word, length) == 0)
            return o;
    }
    return NULL;
}

static const char *nearest(const cki_option *options, const char *word)
{
    const char *best = NULL;
    int least = 4; /* further away it is no slip of the hand */
    for (const cki_option *o = options; o->name; o++) {
        int distance = cki_text_distance(word, o->name);
        if (distance < least) {
            least = distance;
            best = o->name;
        }
    }
    return best;
}

static cask_status unknown(const cki_option *options, const char *word, cki_error *error)
{
    const char *near = nearest(options, word);
    if (near)
        return cki_fail(error, CASK_INVALID, NULL, "there is no option %s; did you mean %s?", word,
                        near);
    return cki_fail(error, CASK_INVALID, NULL,
                    "there is no option %s (if it is an expression, put -- before it)", word);
}

static cask_status read_count(const cki_option *option, const char *text, cki_error *error)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (errno || end == text || *end || number < 1 || number > INT_MAX)
        return cki_fail(error, CASK_INVALID, NULL,
                        "%s takes a whole number of at least 1, not '%s'", option->name, text);
    *(int *)option->target = (int)number;
    return CASK_OK;
}

static cask_status read_real(const cki_option *option, const char *text, cki_error *error)
{
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end || !isfinite(number))
        return cki_fail(error, CASK_INVALID, NULL, "%s takes a number, not '%s'", option->name,
                        text);
    *(double *)option->target = number;
    return CASK_OK;
}

static cask_status read_bytes(const cki_option *option, const char *text, cki_error *error)
{
    uint64_t bytes;
    char *end;
    double part = strtod(text, &end);
    bool is_part = end != text && strcmp(end, "%") == 0 && part > 0 && part <= 100;
    if (!is_part && (!cki_text_bytes(text, &bytes) || bytes == 0))
        return cki_fail(error, CASK_INVALID, NULL,
                        "%s takes a size such as 500MB or 2GiB, not '%s'", option->name, text);
    *(const char **)option->target = text;
    return CASK_OK;
}

static cask_status read_texts(const cki_option *option, const char *text, cki_error *error)
{
    cki_option_texts *texts = option->target;
    if (texts->count == CKI_OPTION_MOST)
        return cki_fail(error, CASK_INVALID, NULL, "%s stands more than %d times", option->name,
                        CKI_OPTION_MOST);
    texts->items[texts->count++] = text;
    return CASK_OK;
}

static cask_status read_value(const cki_option *option, const char *text, cki_error *error)
{
    switch (option->kind) {
    case CKI_OPTION_COUNT:
        return read_count(option, text, error);
    case CKI_OPTION_REAL:
        return read_real(option, text, error);
    case CKI_OPTION_BYTES:
        return read_bytes(option, text, error);
    case CKI_OPTION_TEXTS:
        return read_texts(option, text, error);
    case CKI_OPTION_TEXT:
        *(const char **)option->target = text;
        return CASK_OK;
    case CKI_OPTION_FLAG:
        break;
    }
    *(bool *)option->target = true;
    return CASK_OK;
}

/* One option at argv[*at]; its value may be the word behind it, which is passed over then. */
static cask_status take(const cki_option *options, int argc, char **argv, int *at, cki_error *error)
{
    const char *word = argv[*at];
    const cki_option *option = find(options, word);
    if (!option)
        return unknown(options, word, error);
    const char *text = word[1] == '-' ? strchr(word, '=') : NULL;
    if (text)
        text++;
    if (option->kind == CKI_OPTION_FLAG) {
        if (text)
            return cki_fail(error, CASK_INVALID, NULL, "%s takes no value", option->name);
    } else if (!text) {
        if (*at + 1 >= argc)
            return cki_fail(error, CASK_INVALID, NULL, "%s needs a value behind it", word);
        text = argv[++*at];
    }
    if (option->given)
        *option->given = true;
    return read_value(option, text, error);
}

cask_status cki_options_parse(const cki_option *options, int argc, char **argv, int *count,
                              cki_error *error)
{
    *count = 0;
    for (int i = 0; i < argc; i++) {
        char *word = argv[i];
        if (strcmp(word, "--") == 0) {
            while (++i < argc)
                argv[(*count)++] = argv[i];
            break;
        }
        bool is_option = word[0] == '-' && (word[1] == '-' || find(options, word));
        if (!is_option) {
            argv[(*count)++] = word;
            continue;
        }
        cask_status status = take(options, argc, argv, &i, error);
        if (status != CASK_OK)
            return status;
    }
    return CASK_OK;
}

static bool is_name_start(unsigned char c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

bool cki_options_binding(const char *word, size_t *name_begin, size_t *name_end, size_t *expression)
{
    size_t at = strspn(word, " \t\n");
    *name_begin = at;
    if (!is_name_start((unsigned char)word[at]))
        return false;
    while (is_name_start((unsigned char)word[at]) || (word[at] >= '0' && word[at] <= '9'))
        at++;
    *name_end = at;
    at += strspn(word + at, " \t\n");
    if (word[at] != '=' || word[at + 1] == '=')
        return false;
    *expression = at + 1;
    return true;
}
