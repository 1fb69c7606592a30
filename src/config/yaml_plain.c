/* What plain words mean: YAML's null, booleans and numbers; all else is text. */
#include "config/yaml.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 64 };

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

/* The digits without underscores, if there are nothing but digits of a number in `word`. */
static bool strip(const char *word, char digits[WORD])
{
    size_t length = 0;
    bool any = false;
    for (const char *at = word; *at; at++) {
        if (*at == '_' && at > word)
            continue;
        if (!strchr("0123456789abcdefABCDEFxXoO+-.", *at))
            return false;
        any |= *at >= '0' && *at <= '9';
        digits[length++] = *at;
    }
    digits[length] = '\0';
    return any;
}

/* An integer: decimal, 0x1f, 0o17. */
static cask_value *integer(const char *digits, cki_error *error)
{
    bool negative = digits[0] == '-';
    const char *at = digits + (negative || digits[0] == '+');
    int base = 10;
    if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X'))
        base = 16;
    else if (at[0] == '0' && (at[1] == 'o' || at[1] == 'O'))
        base = 8;
    if (base != 10)
        at += 2;
    if (!*at || *at == '+' || *at == '-')
        return NULL;
    char *end;
    errno = 0;
    unsigned long long number = strtoull(at, &end, base);
    if (errno || *end || number > (unsigned long long)INT64_MAX)
        return NULL;
    return cki_value_int(negative ? -(int64_t)number : (int64_t)number, error);
}

static cask_value *real(const char *digits, cki_error *error)
{
    const char *at = digits + (digits[0] == '-' || digits[0] == '+');
    if (!strchr("0123456789.", *at) || (at[0] == '0' && strchr("xXoO", at[1]) && at[1]))
        return NULL;
    char *end;
    double number = strtod(digits, &end);
    return *end == '\0' ? cki_value_float(number, error) : NULL;
}

cask_value *cki_yaml_plain(const char *text, size_t length, cki_error *error)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const yes[] = {"true", "True", "TRUE", "yes", "Yes",
                                      "YES",  "on",   "On",   "ON",  NULL};
    static const char *const no[] = {"false", "False", "FALSE", "no",  "No",
                                     "NO",    "off",   "Off",   "OFF", NULL};
    char word[WORD], digits[WORD];
    if (length >= sizeof word || memchr(text, '\0', length))
        return cki_value_str(text, length, error);
    memcpy(word, text, length);
    word[length] = '\0';
    if (is_one_of(word, nulls))
        return cki_value_none();
    if (is_one_of(word, yes) || is_one_of(word, no))
        return cki_value_bool(is_one_of(word, yes));
    cki_error local = {0};
    cask_value *value = NULL;
    if (strip(word, digits)) {
        value = integer(digits, &local);
        if (!value && local.status == CASK_OK)
            value = real(digits, &local);
    } else if (!strcasecmp(word, ".inf") || !strcasecmp(word, "+.inf")) {
        value = cki_value_float((double)INFINITY, &local);
    } else if (!strcasecmp(word, "-.inf")) {
        value = cki_value_float(-(double)INFINITY, &local);
    } else if (!strcasecmp(word, ".nan")) {
        value = cki_value_float((double)NAN, &local);
    }
    if (local.status != CASK_OK) {
        cki_fail_memory(error, sizeof word);
        return NULL;
    }
    return value ? value : cki_value_str(text, length, error);
}
