/* Fill values of Zarr: numbers, the names of those that JSON lacks, bits as hexadecimal digits,
 * pairs for complex numbers, text. */
#include "core/memory.h"
#include "io/zarr.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cask_status refuse(const char *what, cki_dtype dtype, cki_error *error)
{
    char name[48];
    return cki_fail(error, CASK_FORMAT, "ValueError", "the fill value %s is none of type %s", what,
                    cki_dtype_name(dtype, name));
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Base64, as version 2 writes the bytes of fixed-width bytes; false if it is none. */
static bool decode_base64(const char *text, size_t length, unsigned char *to, size_t room)
{
    uint32_t bits = 0;
    int held = 0;
    size_t made = 0;
    for (size_t i = 0; i < length && text[i] != '='; i++) {
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
        if (!digit)
            return false;
        bits = bits << 6 | (uint32_t)(digit - digits);
        held += 6;
        if (held < 8)
            continue;
        held -= 8;
        if (made < room)
            to[made++] = (unsigned char)(bits >> held & 0xff);
    }
    return length % 4 == 0;
}

/* A number's bits: "0x7fc00000". */
static cask_status take_bits(const char *text, cki_dtype dtype, void *element, cki_error *error)
{
    char *end;
    unsigned long long bits = strtoull(text + 2, &end, 16);
    if (*end || end == text + 2)
        return refuse(text, dtype, error);
    uint64_t wide = bits;
    memcpy(element, &wide, cki_dtype_size(dtype) < 8 ? cki_dtype_size(dtype) : 8);
    return CASK_OK;
}

static cask_status take_real(double number, cki_dtype dtype, void *element, cki_error *error)
{
    return cki_array_cast_element(dtype, element, cki_dtype_of(CASK_F64), &number, error);
}

static cask_status take_word(const cask_value *value, cki_dtype dtype, void *element,
                             cki_error *error)
{
    const char *text = value->as.text.bytes;
    if (dtype.id == CASK_BYTES) {
        if (!decode_base64(text, value->as.text.length, element, cki_dtype_size(dtype)))
            memcpy(element, text,
                   value->as.text.length < cki_dtype_size(dtype) ? value->as.text.length
                                                                 : cki_dtype_size(dtype));
        return CASK_OK;
    }
    if (dtype.id == CASK_STR) {
        size_t at = 0;
        for (int32_t i = 0; i < dtype.count && at < value->as.text.length; i++) {
            uint32_t code = cki_text_decode(text, value->as.text.length, &at);
            memcpy((char *)element + 4 * i, &code, 4);
        }
        return CASK_OK;
    }
    if (cki_dtype_is_time(dtype) && strcmp(text, "NaT") == 0) {
        int64_t nat = CKI_NAT;
        memcpy(element, &nat, sizeof nat);
        return CASK_OK;
    }
    if (strncmp(text, "0x", 2) == 0)
        return take_bits(text, dtype, element, error);
    char *end;
    if (dtype.id == CASK_U64) { /* beyond what the JSON reader holds */
        unsigned long long whole = strtoull(text, &end, 10);
        uint64_t number = whole;
        memcpy(element, &number, sizeof number);
        return *end || end == text ? refuse(text, dtype, error) : CASK_OK;
    }
    double number = strtod(text, &end); /* knows NaN, Infinity and -Infinity */
    if (*end || end == text || cki_dtype_is_integer(dtype))
        return refuse(text, dtype, error);
    return take_real(number, dtype, element, error);
}

static cask_status take_pair(const cask_value *value, cki_dtype dtype, void *element,
                             cki_error *error)
{
    if (!cki_dtype_is_complex(dtype) || value->as.list.count != 2)
        return refuse("of several numbers", dtype, error);
    cki_dtype part = cki_dtype_real(dtype);
    for (size_t i = 0; i < 2; i++) {
        cask_status status = cki_zarr_fill_parse(value->as.list.items[i], part,
                                                 (char *)element + i * cki_dtype_size(part), error);
        if (status != CASK_OK)
            return status;
    }
    return CASK_OK;
}

cask_status cki_zarr_fill_parse(const cask_value *value, cki_dtype dtype, void *element,
                                cki_error *error)
{
    memset(element, 0, cki_dtype_size(dtype));
    int64_t whole = value && value->kind == CKI_BOOL ? value->as.boolean : 0;
    if (!value || value->kind == CKI_NONE)
        return CASK_OK;
    if (value->kind == CKI_STR)
        return take_word(value, dtype, element, error);
    if (value->kind == CKI_LIST)
        return take_pair(value, dtype, element, error);
    if (value->kind == CKI_FLOAT && !cki_dtype_is_text(dtype) && !cki_dtype_is_time(dtype))
        return take_real(value->as.real, dtype, element, error);
    if (value->kind == CKI_INT)
        whole = value->as.integer;
    else if (value->kind != CKI_BOOL)
        return refuse("", dtype, error);
    if (cki_dtype_is_time(dtype))
        memcpy(element, &whole, sizeof whole);
    else if (!cki_dtype_is_text(dtype)) /* 0 for text, as some write it, is no text */
        return cki_array_cast_element(dtype, element, cki_dtype_of(CASK_I64), &whole, error);
    return CASK_OK;
}

static void print_real(double number, cki_text *text)
{
    if (isnan(number))
        cki_text_put(text, "\"NaN\"");
    else if (isinf(number))
        cki_text_put(text, number > 0 ? "\"Infinity\"" : "\"-Infinity\"");
    else
        cki_value_float_repr(number, text);
}

static void print_base64(const unsigned char *bytes, size_t length, cki_text *text)
{
    for (size_t i = 0; i < length; i += 3) {
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < length ? bytes[i + k] : 0U);
        for (size_t k = 0; k < 4; k++)
            cki_text_char(text, i + k > length ? '=' : digits[bits >> (18 - 6 * k) & 63]);
    }
}

void cki_zarr_fill_print(cki_dtype dtype, const void *element, int version, cki_text *text)
{
    int64_t whole = 0;
    uint64_t natural = 0;
    if (dtype.id == CASK_BOOL) {
        cki_text_put(text, *(const unsigned char *)element ? "true" : "false");
    } else if (cki_dtype_is_complex(dtype)) {
        cki_dtype part = cki_dtype_real(dtype);
        cki_text_char(text, '[');
        cki_zarr_fill_print(part, element, version, text);
        cki_text_put(text, ", ");
        cki_zarr_fill_print(part, (const char *)element + cki_dtype_size(part), version, text);
        cki_text_char(text, ']');
    } else if (cki_dtype_is_float(dtype)) {
        double number = 0;
        cki_array_cast_element(cki_dtype_of(CASK_F64), &number, dtype, element, NULL);
        print_real(number, text);
    } else if (cki_dtype_is_unsigned(dtype)) {
        cki_array_cast_element(cki_dtype_of(CASK_U64), &natural, dtype, element, NULL);
        cki_text_format(text, "%llu", (unsigned long long)natural);
    } else if (dtype.id == CASK_BYTES && version == 2) {
        cki_text_char(text, '"');
        print_base64(element, cki_dtype_size(dtype), text);
        cki_text_char(text, '"');
    } else if (cki_dtype_is_text(dtype)) {
        cki_text_put(text, "\"\"");
    } else {
        if (cki_dtype_is_time(dtype))
            memcpy(&whole, element, sizeof whole);
        else
            cki_array_cast_element(cki_dtype_of(CASK_I64), &whole, dtype, element, NULL);
        cki_text_format(text, "%lld", (long long)whole);
    }
}
