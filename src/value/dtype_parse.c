/* Element types from text: what numpy.dtype("...") reads of one plain type. */
#include "value/dtype.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    uint8_t id;
} names[] = {
    {"?", CASK_BOOL},
    {"b", CASK_I8},
    {"B", CASK_U8},
    {"h", CASK_I16},
    {"H", CASK_U16},
    {"i", CASK_I32},
    {"I", CASK_U32},
    {"l", CASK_I64},
    {"L", CASK_U64},
    {"q", CASK_I64},
    {"Q", CASK_U64},
    {"p", CASK_I64},
    {"P", CASK_U64},
    {"e", CASK_F16},
    {"f", CASK_F32},
    {"d", CASK_F64},
    {"F", CASK_C64},
    {"D", CASK_C128},
    {"M", CASK_DATETIME},
    {"m", CASK_TIMEDELTA},
    {"b1", CASK_BOOL},
    {"i1", CASK_I8},
    {"u1", CASK_U8},
    {"i2", CASK_I16},
    {"u2", CASK_U16},
    {"i4", CASK_I32},
    {"u4", CASK_U32},
    {"i8", CASK_I64},
    {"u8", CASK_U64},
    {"f2", CASK_F16},
    {"f4", CASK_F32},
    {"f8", CASK_F64},
    {"c8", CASK_C64},
    {"c16", CASK_C128},
    {"bool", CASK_BOOL},
    {"bool_", CASK_BOOL},
    {"bool8", CASK_BOOL},
    {"int8", CASK_I8},
    {"uint8", CASK_U8},
    {"int16", CASK_I16},
    {"uint16", CASK_U16},
    {"int32", CASK_I32},
    {"uint32", CASK_U32},
    {"int64", CASK_I64},
    {"uint64", CASK_U64},
    {"float16", CASK_F16},
    {"float32", CASK_F32},
    {"float64", CASK_F64},
    {"complex64", CASK_C64},
    {"complex128", CASK_C128},
    {"int", CASK_I64},
    {"int_", CASK_I64},
    {"int0", CASK_I64},
    {"intp", CASK_I64},
    {"long", CASK_I64},
    {"longlong", CASK_I64},
    {"uint", CASK_U64},
    {"uint0", CASK_U64},
    {"uintp", CASK_U64},
    {"ulonglong", CASK_U64},
    {"byte", CASK_I8},
    {"ubyte", CASK_U8},
    {"short", CASK_I16},
    {"ushort", CASK_U16},
    {"intc", CASK_I32},
    {"uintc", CASK_U32},
    {"half", CASK_F16},
    {"single", CASK_F32},
    {"float", CASK_F64},
    {"float_", CASK_F64},
    {"double", CASK_F64},
    {"csingle", CASK_C64},
    {"singlecomplex", CASK_C64},
    {"complex", CASK_C128},
    {"complex_", CASK_C128},
    {"cfloat", CASK_C128},
    {"cdouble", CASK_C128},
    {"str", CASK_STR},
    {"str_", CASK_STR},
    {"unicode", CASK_STR},
    {"unicode_", CASK_STR},
    {"bytes", CASK_BYTES},
    {"bytes_", CASK_BYTES},
    {"string_", CASK_BYTES},
};

static cask_status unknown(const char *text, cki_error *error)
{
    return cki_fail(error, CASK_TYPE, "TypeError", "data type '%.100s' not understood", text);
}

/* "[25s]" or "" after M8, m8, datetime64, timedelta64. */
static cask_status parse_unit(const char *metadata, cki_dtype *dtype, cki_error *error)
{
    if (!*metadata)
        return CASK_OK;
    size_t length = strlen(metadata);
    if (metadata[0] != '[' || length < 3 || metadata[length - 1] != ']')
        return cki_fail(error, CASK_TYPE, "TypeError", "Invalid datetime metadata string \"%.60s\"",
                        metadata);
    const char *at = metadata + 1;
    int64_t count = 1;
    if (*at >= '0' && *at <= '9')
        for (count = 0; *at >= '0' && *at <= '9' && count < INT32_MAX; at++)
            count = count * 10 + (*at - '0');
    size_t left = strlen(at) - 1;
    bool generic = left == 7 && !strncmp(at, "generic", 7);
    int unit = generic ? CKI_UNIT_GENERIC : -1;
    for (int i = 0; i < CKI_UNIT_GENERIC && unit < 0; i++) {
        const char *name = cki_dtype_unit_name((cki_unit)i);
        if (strlen(name) == left && !strncmp(at, name, left))
            unit = i;
    }
    bool micro = left == 3 && (!strncmp(at, "\xC2\xB5s", 3) || !strncmp(at, "\xCE\xBCs", 3));
    if (unit < 0 && micro)
        unit = CKI_UNIT_MICRO;
    if (unit < 0 || count < 1 || count > INT32_MAX)
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "Invalid datetime unit in metadata string \"%.60s\" (units: Y M W D h m s "
                        "ms us ns ps fs as)",
                        metadata);
    dtype->unit = (uint8_t)unit;
    dtype->count = (int32_t)count;
    return CASK_OK;
}

/* "3" of "U3"; -1 if that is no length. */
static int32_t parse_length(const char *digits, int32_t most)
{
    int64_t length = 0;
    for (; *digits; digits++) {
        if (*digits < '0' || *digits > '9' || length > most)
            return -1;
        length = length * 10 + (*digits - '0');
    }
    return length > most ? -1 : (int32_t)length;
}

static cask_status parse_text_type(const char *body, cki_dtype *dtype, const char *text,
                                   cki_error *error)
{
    bool wide = body[0] == 'U';
    *dtype = cki_dtype_of(wide ? CASK_STR : CASK_BYTES);
    dtype->count = body[0] == 'c' ? 1 : parse_length(body + 1, wide ? INT32_MAX / 4 : INT32_MAX);
    return dtype->count < 0 || (body[0] == 'c' && body[1]) ? unknown(text, error) : CASK_OK;
}

/* The part behind "M8", "datetime64" and the like; NULL if the text does not start so. */
static const char *time_prefix(const char *body, cask_dtype *id)
{
    static const char *const prefixes[] = {"datetime64", "M8", "timedelta64", "m8"};
    for (size_t i = 0; i < 4; i++) {
        size_t length = strlen(prefixes[i]);
        if (strncmp(body, prefixes[i], length) == 0 && (!body[length] || body[length] == '[')) {
            *id = i < 2 ? CASK_DATETIME : CASK_TIMEDELTA;
            return body + length;
        }
    }
    if ((body[0] == 'M' || body[0] == 'm') && body[1] == '[') {
        *id = body[0] == 'M' ? CASK_DATETIME : CASK_TIMEDELTA;
        return body + 1;
    }
    return NULL;
}

cask_status cki_dtype_parse(const char *text, cki_dtype *dtype, bool *swapped, cki_error *error)
{
    *dtype = (cki_dtype){0};
    const char *body = text;
    char order = *text && strchr("<>=|", *text) ? *body++ : '=';
    cask_dtype id = CASK_DTYPE_DEFAULT;
    const char *metadata = time_prefix(body, &id);
    cask_status status = CASK_OK;
    if (metadata) {
        *dtype = cki_dtype_of(id);
        status = parse_unit(metadata, dtype, error);
    } else {
        for (size_t i = 0; i < sizeof names / sizeof *names && !dtype->id; i++)
            if (!strcmp(body, names[i].name))
                *dtype = cki_dtype_of(names[i].id);
        if (!dtype->id && *body && strchr("USac", *body))
            status = parse_text_type(body, dtype, text, error);
        else if (!dtype->id)
            status = unknown(text, error);
    }
    if (status != CASK_OK)
        return status;
    bool other = order == '>' && dtype->id != CASK_BYTES && dtype->id != CASK_BOOL &&
                 dtype->id != CASK_I8 && dtype->id != CASK_U8;
    if (swapped)
        *swapped = other;
    else if (other)
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "data type '%.100s' is big-endian: arrays are little-endian here", text);
    return CASK_OK;
}
