/* Conversion of elements to and from text, as NumPy's astype has it: numbers by their str(), text
 * by Python's int() and float(). */
#include "core/memory.h"
#include "value/array_cast.h"
#include "value/value_float.h"

#include <complex.h>
#include <string.h>

/* Characters of a text element without the NULs behind it. */
static size_t used(cki_dtype dtype, const unsigned char *element)
{
    size_t width = dtype.id == CASK_STR ? sizeof(uint32_t) : 1, count = (size_t)dtype.count;
    static const unsigned char zero[sizeof(uint32_t)];
    while (count && !memcmp(element + (count - 1) * width, zero, width))
        count--;
    return count;
}

static void print_text(cki_dtype dtype, const unsigned char *element, cki_text *text)
{
    size_t count = used(dtype, element);
    for (size_t i = 0; i < count; i++) {
        uint32_t code = element[i];
        if (dtype.id == CASK_STR)
            memcpy(&code, element + i * sizeof code, sizeof code);
        cki_text_code(text, code);
    }
}

static void print_integer(cki_dtype dtype, const unsigned char *element, cki_text *text)
{
    uint64_t number = 0;
    cki_dtype wide = cki_dtype_of(cki_dtype_is_unsigned(dtype) ? CASK_U64 : CASK_I64);
    cki_array_cast_element(wide, &number, dtype, element, NULL);
    if (wide.id == CASK_U64)
        cki_text_format(text, "%llu", (unsigned long long)number);
    else
        cki_text_format(text, "%lld", (long long)number);
}

static void print_duration(cki_dtype dtype, const unsigned char *element, cki_text *text)
{
    static const char *const units[] = {"years",        "months",
                                        "weeks",        "days",
                                        "hours",        "minutes",
                                        "seconds",      "milliseconds",
                                        "microseconds", "nanoseconds",
                                        "picoseconds",  "femtoseconds",
                                        "attoseconds",  "generic time units"};
    int64_t number;
    memcpy(&number, element, sizeof number);
    if (number == CKI_NAT) {
        cki_text_put(text, "NaT");
        return;
    }
    uint64_t units_of_one = (uint64_t)number * (uint64_t)(dtype.count > 0 ? dtype.count : 1);
    cki_text_format(text, "%lld %s", (long long)units_of_one, units[dtype.unit]);
}

void cki_array_cast_print(cki_dtype dtype, const unsigned char *element, cki_text *text)
{
    if (cki_dtype_is_text(dtype)) {
        print_text(dtype, element, text);
    } else if (cki_dtype_is_integer(dtype)) {
        print_integer(dtype, element, text);
    } else if (dtype.id == CASK_BOOL) {
        cki_text_put(text, *element ? "True" : "False");
    } else if (dtype.id == CASK_TIMEDELTA) {
        print_duration(dtype, element, text);
    } else if (dtype.id == CASK_DATETIME) {
        char buffer[64];
        int64_t number;
        memcpy(&number, element, sizeof number);
        cki_text_put(text, cki_dtype_time_text(number, dtype, buffer));
    } else {
        double _Complex number = 0;
        cki_array_cast_element(cki_dtype_of(CASK_C128), &number, dtype, element, NULL);
        int bytes = (int)cki_dtype_size(cki_dtype_real(dtype));
        if (cki_dtype_is_complex(dtype))
            cki_value_float_complex(creal(number), cimag(number), bytes, text);
        else
            cki_value_float_text(creal(number), bytes, text);
    }
}

cask_status cki_array_cast_put(cki_dtype to, unsigned char *out, const char *utf8, size_t length,
                               cki_error *error)
{
    memset(out, 0, cki_dtype_size(to));
    size_t at = 0;
    for (int32_t i = 0; i < to.count && at < length; i++) {
        uint32_t code = cki_text_decode(utf8, length, &at);
        if (to.id == CASK_STR)
            memcpy(out + (size_t)i * sizeof code, &code, sizeof code);
        else if (code < 128)
            out[i] = (unsigned char)code;
        else
            return cki_fail(error, CASK_INVALID, "UnicodeEncodeError",
                            "'ascii' codec can't encode character '\\x%02x' in position %d: "
                            "ordinal not in range(128)",
                            code, i);
    }
    return CASK_OK;
}

/* Bytes to characters are ASCII only. */
static cask_status widen(cki_dtype to, unsigned char *out, cki_dtype from, const unsigned char *in,
                         cki_error *error)
{
    size_t count = used(from, in);
    memset(out, 0, cki_dtype_size(to));
    for (size_t i = 0; i < count && i < (size_t)to.count; i++) {
        uint32_t code = in[i];
        if (code > 127)
            return cki_fail(error, CASK_INVALID, "UnicodeDecodeError",
                            "'ascii' codec can't decode byte 0x%02x in position %zu: ordinal not "
                            "in range(128)",
                            code, i);
        memcpy(out + i * sizeof code, &code, sizeof code);
    }
    return CASK_OK;
}

static cask_status no_number(const char *what, const char *utf8, size_t length, cki_error *error)
{
    return cki_fail(error, CASK_INVALID, "ValueError", "%s: '%.*s'", what,
                    (int)(length > 100 ? 100 : length), utf8);
}

static cask_status parse_integer(cki_dtype to, unsigned char *out, const char *utf8, size_t length,
                                 cki_error *error)
{
    int64_t number;
    bool overflow;
    if (!cki_value_float_read_int(utf8, length, &number, &overflow))
        return no_number("invalid literal for int() with base 10", utf8, length, error);
    if (overflow)
        return cki_fail(error, CASK_ARITHMETIC, "OverflowError",
                        "Python int too large to convert to C long");
    return cki_array_cast_element(to, out, cki_dtype_of(CASK_I64), &number, error);
}

static cask_status parse_date(cki_dtype to, unsigned char *out, const char *utf8, size_t length,
                              cki_error *error)
{
    int64_t number;
    char *text = cki_memory_copy(utf8, length);
    if (!text)
        return cki_fail_memory(error, length + 1);
    cask_status status = cki_dtype_time_parse(text, &to, &number, error);
    cki_memory_free(text);
    if (status == CASK_OK)
        memcpy(out, &number, sizeof number);
    return status;
}

cask_status cki_array_cast_parse(cki_dtype to, unsigned char *out, const char *utf8, size_t length,
                                 cki_error *error)
{
    if (to.id == CASK_DATETIME)
        return parse_date(to, out, utf8, length, error);
    if (to.id == CASK_TIMEDELTA && (!length || (length == 3 && !memcmp(utf8, "NaT", 3)))) {
        int64_t nat = CKI_NAT;
        memcpy(out, &nat, sizeof nat);
        return CASK_OK;
    }
    if (cki_dtype_is_float(to)) {
        double number;
        if (!cki_value_float_read(utf8, length, &number))
            return no_number("could not convert string to float", utf8, length, error);
        return cki_array_cast_element(to, out, cki_dtype_of(CASK_F64), &number, error);
    }
    if (cki_dtype_is_complex(to)) {
        double parts[2];
        if (!cki_value_float_read_complex(utf8, length, &parts[0], &parts[1]))
            return no_number("complex() arg is a malformed string", utf8, length, error);
        return cki_array_cast_element(to, out, cki_dtype_of(CASK_C128), parts, error);
    }
    return parse_integer(to, out, utf8, length, error);
}

cask_status cki_array_cast_text(cki_dtype to, unsigned char *out, cki_dtype from,
                                const unsigned char *in, cki_error *error)
{
    if (from.id == CASK_BYTES && cki_dtype_is_text(to)) {
        if (to.id == CASK_STR)
            return widen(to, out, from, in, error);
        size_t count = used(from, in), most = (size_t)to.count;
        memset(out, 0, most);
        memcpy(out, in, count < most ? count : most);
        return CASK_OK;
    }
    cki_text text = {0};
    cask_status status;
    cki_array_cast_print(from, in, &text);
    if (text.failed)
        status = cki_fail_memory(error, text.length + 1);
    else if (!cki_dtype_is_text(to))
        status = cki_array_cast_parse(to, out, text.bytes ? text.bytes : "", text.length, error);
    else if (from.id == CASK_DATETIME && text.length > (size_t)to.count)
        status = cki_fail(error, CASK_INVALID, "RuntimeError",
                          "The string provided for NumPy ISO datetime formatting was too short, "
                          "with length %d",
                          to.count);
    else
        status = cki_array_cast_put(to, out, text.bytes ? text.bytes : "", text.length, error);
    cki_text_free(&text);
    return status;
}
