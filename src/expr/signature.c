/* Signatures: parsing the parameters of a record, and binding a call's arguments to them. */
#include "expr/signature.h"

#include <stdlib.h>
#include <string.h>

static const char *skip(const char *at)
{
    while (*at == ' ')
        at++;
    return at;
}

static bool is_word(char c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* The end of a default: the next comma outside quotes and brackets. */
static const char *literal_end(const char *at)
{
    int depth = 0;
    char quote = 0;
    for (; *at && (quote || depth || *at != ','); at++) {
        if (quote)
            quote = *at == quote ? 0 : quote;
        else if (*at == '\'' || *at == '"')
            quote = *at;
        else
            depth += (*at == '(' || *at == '[') - (*at == ')' || *at == ']');
    }
    return at;
}

bool cki_signature_parse(const char *text, cki_parameter parameters[CKI_PARAMETERS], size_t *count)
{
    bool named = false;
    *count = 0;
    for (const char *at = skip(text); *at; at = skip(at)) {
        cki_parameter parameter = {.kind = named ? CKI_PARAMETER_NAMED : CKI_PARAMETER_PLAIN};
        size_t stars = strspn(at, "*");
        at += stars;
        if (stars)
            parameter.kind = stars == 1 ? CKI_PARAMETER_REST : CKI_PARAMETER_IGNORE;
        size_t length = 0;
        while (is_word(at[length]))
            length++;
        if (length >= sizeof parameter.name || *count == CKI_PARAMETERS || (!length && stars != 1))
            return false;
        memcpy(parameter.name, at, length);
        at = skip(at + length);
        if (*at == '=') {
            parameter.fallback = skip(at + 1);
            at = literal_end(parameter.fallback);
            parameter.length = (size_t)(at - parameter.fallback);
        }
        named |= stars == 1;
        if (length)
            parameters[(*count)++] = parameter;
        at = skip(at);
        if (*at && *at++ != ',')
            return false;
    }
    return true;
}

cask_value *cki_signature_literal(const char *text, size_t length, cki_error *error)
{
    char word[64];
    if (length >= 2 && (*text == '\'' || *text == '"'))
        return cki_value_str(text + 1, length - 2, error);
    if (length >= sizeof word) {
        cki_fail_internal(error, "a long default in a signature");
        return NULL;
    }
    memcpy(word, text, length);
    word[length] = '\0';
    if (!strcmp(word, "None"))
        return cki_value_none();
    if (!strcmp(word, "True") || !strcmp(word, "False"))
        return cki_value_bool(*word == 'T');
    if (!strcmp(word, "()"))
        return cki_value_list(CKI_TUPLE, 0, error);
    if (!strcmp(word, "[]"))
        return cki_value_list(CKI_LIST, 0, error);
    char *end;
    long long integer = strtoll(word, &end, 10);
    if (end != word && !*end)
        return cki_value_int(integer, error);
    double real = strtod(word, &end);
    if (end != word && !*end)
        return cki_value_float(real, error);
    cki_fail_internal(error, "a default in a signature that is no literal");
    return NULL;
}

/* "f() takes 2 positional arguments but 3 were given", as Python puts it. */
static cask_status too_many(const char *function, const cki_parameter *parameters, size_t count,
                            size_t given, cki_error *error)
{
    size_t most = 0, least = 0;
    for (size_t i = 0; i < count; i++)
        if (parameters[i].kind == CKI_PARAMETER_PLAIN) {
            most++;
            least += parameters[i].fallback == NULL;
        }
    if (least == most)
        return cki_fail(error, CASK_TYPE, NULL,
                        "%s() takes %zu positional argument%s but %zu %s given", function, most,
                        most == 1 ? "" : "s", given, given == 1 ? "was" : "were");
    return cki_fail(error, CASK_TYPE, NULL,
                    "%s() takes from %zu to %zu positional arguments but %zu were given", function,
                    least, most, given);
}

static cask_status bind_positional(const char *function, const cki_parameter *parameters,
                                   size_t count, const cki_arguments *arguments, cask_value **bound,
                                   cki_error *error)
{
    size_t next = 0;
    for (size_t i = 0; i < count; i++) {
        if (parameters[i].kind == CKI_PARAMETER_PLAIN && next < arguments->count) {
            bound[i] = cask_value_ref(arguments->positional[next++]);
        } else if (parameters[i].kind == CKI_PARAMETER_REST) {
            bound[i] = cki_value_list(CKI_TUPLE, arguments->count - next, error);
            if (!bound[i])
                return error->status;
            for (size_t k = 0; next < arguments->count; k++)
                bound[i]->as.list.items[k] = cask_value_ref(arguments->positional[next++]);
        }
    }
    return next < arguments->count ? too_many(function, parameters, count, arguments->count, error)
                                   : CASK_OK;
}

/* A named argument that no parameter is for: into the dict of the last one, if it gathers them. */
static cask_status gather_named(const char *function, const cki_parameter *last, cask_value **dict,
                                const cki_arguments *arguments, size_t k, cki_error *error)
{
    if (!last || last->kind != CKI_PARAMETER_IGNORE)
        return cki_fail(error, CASK_TYPE, NULL, "%s() got an unexpected keyword argument '%s'",
                        function, arguments->names[k]);
    if (!*dict)
        return CASK_OK;
    cask_value *name = cki_value_string(arguments->names[k], error);
    return name ? cki_value_dict_set(*dict, name, cask_value_ref(arguments->named[k]), error)
                : error->status;
}

static cask_status bind_named(const char *function, const cki_parameter *parameters, size_t count,
                              const cki_arguments *arguments, cask_value **bound, cki_error *error)
{
    size_t last = count ? count - 1 : 0;
    if (count && parameters[last].kind == CKI_PARAMETER_IGNORE &&
        strcmp(parameters[last].name, "ignored") != 0 && !(bound[last] = cki_value_dict(error)))
        return error->status;
    for (size_t k = 0; k < arguments->nnamed; k++) {
        size_t i = 0;
        while (i < count && (parameters[i].kind > CKI_PARAMETER_NAMED ||
                             strcmp(parameters[i].name, arguments->names[k]) != 0))
            i++;
        if (i < count && bound[i])
            return cki_fail(error, CASK_TYPE, NULL, "%s() got multiple values for argument '%s'",
                            function, arguments->names[k]);
        if (i < count)
            bound[i] = cask_value_ref(arguments->named[k]);
        else if (gather_named(function, count ? &parameters[last] : NULL, &bound[last], arguments,
                              k, error) != CASK_OK)
            return error->status;
    }
    return CASK_OK;
}

static cask_status bind_defaults(const char *function, const cki_parameter *parameters,
                                 size_t count, cask_value **bound, cki_error *error)
{
    cki_text missing = {0};
    size_t absent = 0;
    for (size_t i = 0; i < count; i++) {
        if (bound[i] || parameters[i].kind == CKI_PARAMETER_IGNORE)
            continue;
        if (!parameters[i].fallback) {
            cki_text_format(&missing, "%s'%s'", absent++ ? ", " : "", parameters[i].name);
            continue;
        }
        bound[i] = cki_signature_literal(parameters[i].fallback, parameters[i].length, error);
        if (!bound[i])
            break;
    }
    if (absent)
        cki_fail(error, CASK_TYPE, NULL, "%s() missing %zu required positional argument%s: %s",
                 function, absent, absent == 1 ? "" : "s", missing.bytes ? missing.bytes : "");
    cki_text_free(&missing);
    return error->status;
}

cask_status cki_signature_bind(const char *function, const cki_parameter *parameters, size_t count,
                               const cki_arguments *arguments, cask_value *bound[CKI_PARAMETERS],
                               cki_error *error)
{
    memset(bound, 0, CKI_PARAMETERS * sizeof *bound);
    cask_status status = bind_positional(function, parameters, count, arguments, bound, error);
    if (status == CASK_OK)
        status = bind_named(function, parameters, count, arguments, bound, error);
    if (status == CASK_OK)
        status = bind_defaults(function, parameters, count, bound, error);
    for (size_t i = 0; status != CASK_OK && i < count; i++) {
        cask_value_unref(bound[i]);
        bound[i] = NULL;
    }
    return status;
}
