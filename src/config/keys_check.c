/* What a value must be to stand under a known key. */
#include "config/keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cask_status refuse(const cki_config_key *key, const cask_value *value, const char *wanted,
                          cki_error *error)
{
    cki_text text = {0};
    cki_value_repr(value, &text);
    cask_status status = text.failed ? cki_fail_memory(error, text.length)
                                     : cki_fail(error, CASK_INVALID, NULL, "%s: %.100s is %s",
                                                key->name, text.bytes ? text.bytes : "", wanted);
    cki_text_free(&text);
    return status;
}

static bool is_number(const cask_value *value)
{
    return value->kind == CKI_INT || value->kind == CKI_FLOAT;
}

static double number_of(const cask_value *value)
{
    return value->kind == CKI_INT ? (double)value->as.integer : value->as.real;
}

static cask_status check_number(const cki_config_key *key, const cask_value *value,
                                cki_error *error)
{
    bool whole = key->kind == CKI_CONFIG_COUNT;
    double number = is_number(value) ? number_of(value) : (double)NAN;
    bool good = number >= key->least && number <= key->most && (!whole || number == floor(number));
    if (good)
        return CASK_OK;
    char wanted[100];
    snprintf(wanted, sizeof wanted, "no %s from %.15g to %.15g", whole ? "whole number" : "number",
             key->least, key->most);
    return refuse(key, value, wanted, error);
}

static bool is_size(const cask_value *value)
{
    uint64_t bytes;
    if (value->kind == CKI_STR)
        return cki_text_bytes(value->as.text.bytes, &bytes) && bytes > 0;
    return is_number(value) && number_of(value) >= 1 && number_of(value) < 0x1p62;
}

/* "60%": more than nothing, at most all. */
static bool is_part(const cask_value *value)
{
    if (value->kind != CKI_STR)
        return false;
    char *end;
    double part = strtod(value->as.text.bytes, &end);
    return end != value->as.text.bytes && strcmp(end, "%") == 0 && part > 0 && part <= 100;
}

static bool is_time(const cask_value *value)
{
    double seconds = -1;
    if (value->kind == CKI_STR)
        return cki_text_seconds(value->as.text.bytes, &seconds) && seconds >= 0;
    return is_number(value) && number_of(value) >= 0 && isfinite(number_of(value));
}

static bool is_choice(const cki_config_key *key, const cask_value *value)
{
    if (value->kind != CKI_STR || !value->as.text.length)
        return false;
    size_t length = value->as.text.length;
    const char *at = key->choices;
    while (at) {
        if (strncmp(at, value->as.text.bytes, length) == 0 &&
            (at[length] == ' ' || at[length] == '\0'))
            return true;
        at = strchr(at, ' ');
        at = at ? at + 1 : NULL;
    }
    return false;
}

static bool is_path(const cask_value *value)
{
    return value->kind == CKI_STR && value->as.text.length &&
           strlen(value->as.text.bytes) == value->as.text.length;
}

static bool are_paths(const cask_value *value)
{
    if (value->kind != CKI_LIST && value->kind != CKI_TUPLE)
        return is_path(value);
    for (size_t i = 0; i < value->as.list.count; i++)
        if (!is_path(value->as.list.items[i]))
            return false;
    return value->as.list.count > 0;
}

cask_status cki_keys_check(const cki_config_key *key, const cask_value *value, cki_error *error)
{
    char wanted[160];
    if (value->kind == CKI_NONE)
        return CASK_OK;
    switch (key->kind) {
    case CKI_CONFIG_TEXT:
        return is_path(value) ? CASK_OK : refuse(key, value, "no text", error);
    case CKI_CONFIG_CHOICE:
        snprintf(wanted, sizeof wanted, "none of %s", key->choices);
        return is_choice(key, value) ? CASK_OK : refuse(key, value, wanted, error);
    case CKI_CONFIG_COUNT:
    case CKI_CONFIG_REAL:
        return check_number(key, value, error);
    case CKI_CONFIG_FLAG:
        return value->kind == CKI_BOOL ? CASK_OK
                                       : refuse(key, value, "neither true nor false", error);
    case CKI_CONFIG_BYTES:
        return is_size(value) ? CASK_OK : refuse(key, value, "no size: write 2GB or 500MB", error);
    case CKI_CONFIG_MEMORY:
        return is_size(value) || is_part(value)
                   ? CASK_OK
                   : refuse(key, value, "no size: write 2GB, 500MB or 60%", error);
    case CKI_CONFIG_TIME:
        return is_time(value) ? CASK_OK : refuse(key, value, "no time: write 1.5s or 100ms", error);
    case CKI_CONFIG_PATHS:
        break;
    }
    return are_paths(value) ? CASK_OK : refuse(key, value, "no path and no list of paths", error);
}
