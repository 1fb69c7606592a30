/* Values as JSON, in the spelling of Python's json.dumps. */
#include "value/array_cast.h"
#include "value/value.h"
#include "value/value_float.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DEEPEST = 1000 };

static void put_string(const char *bytes, size_t length, cki_text *text)
{
    cki_text_char(text, '"');
    for (size_t at = 0; at < length;) {
        uint32_t c = cki_text_decode(bytes, length, &at);
        static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";
        const char *known = c && c < 128 ? strchr(short_forms, (int)c) : NULL;
        if (known && (c == '"' || c == '\\' || c < 32))
            cki_text_format(text, "\\%c", c == '"' || c == '\\' ? (char)c : known[1]);
        else if (c >= 32 && c < 127)
            cki_text_char(text, (char)c);
        else if (c < 0x10000)
            cki_text_format(text, "\\u%04x", c);
        else
            cki_text_format(text, "\\u%04x\\u%04x", 0xD800 + ((c - 0x10000) >> 10),
                            0xDC00 + (c & 0x3FF));
    }
    cki_text_char(text, '"');
}

static void put_real(double number, int bytes, cki_text *text)
{
    if (isnan(number))
        cki_text_put(text, "NaN");
    else if (isinf(number))
        cki_text_put(text, number < 0 ? "-Infinity" : "Infinity");
    else
        cki_value_float_text(number, bytes, text);
}

/* "2000-01-31T00:00:00.123456": to the second, with a fraction of 6 or 9 digits where there is one.
 */
static void put_date(cki_dtype dtype, int64_t value, cki_text *text)
{
    cki_dtype fine = cki_dtype_of(CASK_DATETIME);
    fine.unit = dtype.unit > CKI_UNIT_SECOND ? dtype.unit : CKI_UNIT_SECOND;
    int64_t moved = value;
    char buffer[64];
    if (dtype.unit <= CKI_UNIT_SECOND && cki_dtype_time_cast(value, dtype, fine, &moved) != CASK_OK)
        fine = dtype; /* so far off that seconds do not reach: shown in its own unit */
    else if (dtype.unit > CKI_UNIT_SECOND)
        fine.count = dtype.count;
    cki_dtype_time_text(moved, fine, buffer);
    char *point = strchr(buffer, '.');
    if (point) {
        size_t digits = strspn(point + 1, "0123456789"), used = digits;
        while (used && point[used] == '0')
            used--;
        size_t shown = !used ? 0 : used <= 6 ? 6 : used <= 9 ? 9 : digits;
        for (; digits < shown; digits++)
            point[digits + 1] = '0';
        point[shown ? shown + 1 : 0] = '\0';
    }
    cki_text_format(text, "\"%s\"", buffer);
}

/* "P1DT2H0M0.5S" as pandas has it: days, then parts of a day that are not negative. */
static void put_duration(cki_dtype dtype, int64_t value, cki_text *text)
{
    cki_dtype nano = {.id = CASK_TIMEDELTA, .unit = CKI_UNIT_NANO, .count = 1};
    int64_t ns;
    if (cki_dtype_time_cast(value, dtype, nano, &ns) != CASK_OK)
        ns = value; /* finer units than that are counted as they are */
    int64_t day = INT64_C(86400000000000), days = ns / day, rest = ns % day;
    if (rest < 0) {
        rest += day;
        days--;
    }
    long long seconds = rest / 1000000000, fraction = rest % 1000000000;
    cki_text_format(text, "\"P%lldDT%lldH%lldM%lld", (long long)days, seconds / 3600,
                    seconds / 60 % 60, seconds % 60);
    if (fraction) {
        char digits[16];
        snprintf(digits, sizeof digits, "%09lld", fraction);
        size_t used = 9;
        while (digits[used - 1] == '0')
            used--;
        cki_text_char(text, '.');
        cki_text_add(text, digits, used);
    }
    cki_text_put(text, "S\"");
}

static cask_status no_json(const char *type, cki_error *error)
{
    return cki_fail(error, CASK_TYPE, "TypeError", "Object of type %s is not JSON serializable",
                    type);
}

static cask_status put_element(cki_dtype dtype, const unsigned char *element, cki_text *text,
                               cki_error *error)
{
    if (cki_dtype_is_time(dtype)) {
        int64_t value;
        memcpy(&value, element, sizeof value);
        if (value == CKI_NAT)
            cki_text_put(text, "\"NaT\"");
        else if (dtype.id == CASK_DATETIME)
            put_date(dtype, value, text);
        else
            put_duration(dtype, value, text);
    } else if (cki_dtype_is_complex(dtype)) {
        return no_json("complex", error);
    } else if (cki_dtype_is_float(dtype)) {
        double number = 0;
        cki_array_cast_element(cki_dtype_of(CASK_F64), &number, dtype, element, NULL);
        put_real(number, 8, text);
    } else if (cki_dtype_is_text(dtype)) {
        cki_text plain = {0};
        cki_array_cast_print(dtype, element, &plain);
        text->failed |= plain.failed;
        put_string(plain.bytes ? plain.bytes : "", plain.length, text);
        cki_text_free(&plain);
    } else if (dtype.id == CASK_BOOL) {
        cki_text_put(text, *element ? "true" : "false");
    } else {
        cki_array_cast_print(dtype, element, text);
    }
    return CASK_OK;
}

/* Depth is bounded by CKI_MAX_NDIM. */
static cask_status put_axis(const cki_array *array, int axis, const unsigned char *data,
                            cki_text *text, cki_error *error)
{
    if (axis == array->ndim)
        return put_element(array->dtype, data, text, error);
    cask_status status = CASK_OK;
    cki_text_char(text, '[');
    for (int64_t i = 0; i < array->shape[axis] && status == CASK_OK && !text->failed; i++) {
        if (i)
            cki_text_put(text, ", ");
        status = put_axis(array, axis + 1, data + i * array->strides[axis], text, error);
    }
    cki_text_char(text, ']');
    return status;
}

static cask_status put(const cask_value *value, cki_text *text, int depth, cki_error *error);

static cask_status put_list(const cask_value *value, cki_text *text, int depth, cki_error *error)
{
    cask_status status = CASK_OK;
    cki_text_char(text, '[');
    for (size_t i = 0; i < value->as.list.count && status == CASK_OK; i++) {
        if (i)
            cki_text_put(text, ", ");
        status = put(value->as.list.items[i], text, depth + 1, error);
    }
    cki_text_char(text, ']');
    return status;
}

static cask_status put_range(const cask_value *value, cki_text *text)
{
    int64_t length = 0;
    cki_value_length(value, &length, NULL);
    cki_text_char(text, '[');
    for (int64_t i = 0; i < length && !text->failed; i++)
        cki_text_format(text, "%s%lld", i ? ", " : "",
                        (long long)value->as.range.start + i * value->as.range.step);
    cki_text_char(text, ']');
    return CASK_OK;
}

/* A key that is no string is its own JSON, as a string. */
static cask_status put_key(const cask_value *key, cki_text *text, int depth, cki_error *error)
{
    if (key->kind == CKI_STR) {
        put_string(key->as.text.bytes, key->as.text.length, text);
        return CASK_OK;
    }
    cki_text inner = {0};
    cask_status status = put(key, &inner, depth + 1, error);
    text->failed |= inner.failed;
    put_string(inner.bytes ? inner.bytes : "", inner.length, text);
    cki_text_free(&inner);
    return status;
}

static cask_status put_dict(const cask_value *value, cki_text *text, int depth, cki_error *error)
{
    cask_status status = CASK_OK;
    cki_text_char(text, '{');
    for (size_t i = 0; i < value->as.dict.count && status == CASK_OK; i++) {
        if (i)
            cki_text_put(text, ", ");
        status = put_key(value->as.dict.keys[i], text, depth, error);
        cki_text_put(text, ": ");
        if (status == CASK_OK)
            status = put(value->as.dict.values[i], text, depth + 1, error);
    }
    cki_text_char(text, '}');
    return status;
}

static cask_status put(const cask_value *value, cki_text *text, int depth, cki_error *error)
{
    char name[48];
    if (depth > DEEPEST)
        return cki_fail(error, CASK_INVALID, "RecursionError",
                        "a value nested more than %d deep has no JSON form", DEEPEST);
    switch ((cki_kind)value->kind) {
    case CKI_NONE:
        cki_text_put(text, "null");
        return CASK_OK;
    case CKI_BOOL:
        cki_text_put(text, value->as.boolean ? "true" : "false");
        return CASK_OK;
    case CKI_INT:
        cki_text_format(text, "%lld", (long long)value->as.integer);
        return CASK_OK;
    case CKI_FLOAT:
        put_real(value->as.real, 8, text);
        return CASK_OK;
    case CKI_STR:
        put_string(value->as.text.bytes, value->as.text.length, text);
        return CASK_OK;
    case CKI_LIST:
    case CKI_TUPLE:
        return put_list(value, text, depth, error);
    case CKI_RANGE:
        return put_range(value, text);
    case CKI_DICT:
        return put_dict(value, text, depth, error);
    case CKI_DTYPE:
        cki_dtype_name(value->as.dtype, name);
        put_string(name, strlen(name), text);
        return CASK_OK;
    case CKI_ARRAY:
        return put_axis(value->as.array, 0, value->as.array->data, text, error);
    case CKI_COMPLEX:
    case CKI_BYTES:
    case CKI_SET:
    case CKI_SLICE:
    case CKI_ELLIPSIS:
    case CKI_OBJECT:
        break;
    }
    return no_json(cki_value_type(value), error);
}

cask_status cki_value_json(const cask_value *value, cki_text *text, cki_error *error)
{
    cask_status status = put(value, text, 0, error);
    if (status == CASK_OK && text->failed)
        status = cki_fail_memory(error, text->length);
    return status;
}
