/* Strings: case, and what kinds of characters they are of. Bytes have ASCII letters only. */
#include "eval/letter.h"
#include "eval/string.h"

/* The next character: of bytes a byte, of which only the ASCII ones have properties. */
static uint32_t next_code(const cki_call *call, cki_span self, size_t *at)
{
    if (!cki_string_is_bytes(call))
        return cki_text_decode(self.bytes, self.length, at);
    return (unsigned char)self.bytes[(*at)++];
}

static void put_code(const cki_call *call, cki_text *text, uint32_t code)
{
    if (cki_string_is_bytes(call))
        cki_text_char(text, (char)code);
    else
        cki_text_code(text, code);
}

static bool plain(const cki_call *call, uint32_t code)
{
    return code < 0x80 || !cki_string_is_bytes(call);
}

/* The few letters whose other case is more than one letter. */
static void put_upper(const cki_call *call, cki_text *text, uint32_t code, bool title)
{
    if (!plain(call, code))
        put_code(call, text, code);
    else if (code == 0xDF)
        cki_text_put(text, title ? "Ss" : "SS");
    else if (code >= 0xFB00 && code <= 0xFB04) {
        static const char *const upper[] = {"FF", "FI", "FL", "FFI", "FFL"};
        static const char *const titled[] = {"Ff", "Fi", "Fl", "Ffi", "Ffl"};
        cki_text_put(text, (title ? titled : upper)[code - 0xFB00]);
    } else
        put_code(call, text, cki_letter_upper(code));
}

static void put_lower(const cki_call *call, cki_text *text, uint32_t code)
{
    put_code(call, text, plain(call, code) ? cki_letter_lower(code) : code);
}

static bool is_upper(const cki_call *call, uint32_t code)
{
    return plain(call, code) && cki_letter_is_upper(code);
}

static bool is_lower(const cki_call *call, uint32_t code)
{
    return plain(call, code) && cki_letter_is_lower(code);
}

cask_value *cki_string_upper(cki_call *call)
{
    cki_span self = cki_string_self(call);
    cki_text text = {0};
    for (size_t at = 0; at < self.length;)
        put_upper(call, &text, next_code(call, self, &at), false);
    return cki_string_text(call, &text);
}

cask_value *cki_string_lower(cki_call *call)
{
    cki_span self = cki_string_self(call);
    cki_text text = {0};
    for (size_t at = 0; at < self.length;)
        put_lower(call, &text, next_code(call, self, &at));
    return cki_string_text(call, &text);
}

cask_value *cki_string_casefold(cki_call *call)
{
    cki_span self = cki_string_self(call);
    cki_text text = {0};
    for (size_t at = 0; at < self.length;) {
        uint32_t code = next_code(call, self, &at);
        if (code == 0xDF || code == 0x1E9E)
            cki_text_put(&text, "ss");
        else
            put_lower(call, &text, code == 0x3C2 ? 0x3C3 : code == 0xB5 ? 0x3BC : code);
    }
    return cki_string_text(call, &text);
}

cask_value *cki_string_swapcase(cki_call *call)
{
    cki_span self = cki_string_self(call);
    cki_text text = {0};
    for (size_t at = 0; at < self.length;) {
        uint32_t code = next_code(call, self, &at);
        if (is_upper(call, code))
            put_lower(call, &text, code);
        else
            put_upper(call, &text, code, false);
    }
    return cki_string_text(call, &text);
}

cask_value *cki_string_title(cki_call *call)
{
    cki_span self = cki_string_self(call);
    cki_text text = {0};
    bool inside = false;
    for (size_t at = 0; at < self.length;) {
        uint32_t code = next_code(call, self, &at);
        if (inside)
            put_lower(call, &text, code);
        else
            put_upper(call, &text, code, true);
        inside = is_upper(call, code) || is_lower(call, code);
    }
    return cki_string_text(call, &text);
}

cask_value *cki_string_capitalize(cki_call *call)
{
    cki_span self = cki_string_self(call);
    cki_text text = {0};
    for (size_t at = 0; at < self.length;) {
        bool first = at == 0;
        uint32_t code = next_code(call, self, &at);
        if (first)
            put_upper(call, &text, code, true);
        else
            put_lower(call, &text, code);
    }
    return cki_string_text(call, &text);
}

/* Whether there are characters, and all of them are such. */
static cask_value *all_are(cki_call *call, bool (*is)(uint32_t), bool empty)
{
    cki_span self = cki_string_self(call);
    for (size_t at = 0; at < self.length;) {
        uint32_t code = next_code(call, self, &at);
        if (!plain(call, code) || !is(code))
            return cki_value_bool(false);
    }
    return cki_value_bool(self.length > 0 || empty);
}

static bool is_alnum(uint32_t code)
{
    return cki_letter_is_alpha(code) || cki_letter_is_numeric(code);
}

static bool is_ascii(uint32_t code)
{
    return code < 0x80;
}

static bool is_blank_ascii(uint32_t code)
{
    return code == ' ' || (code >= 9 && code <= 13);
}

cask_value *cki_string_isalpha(cki_call *call)
{
    return all_are(call, cki_letter_is_alpha, false);
}

cask_value *cki_string_isalnum(cki_call *call)
{
    return all_are(call, is_alnum, false);
}

cask_value *cki_string_isdecimal(cki_call *call)
{
    return all_are(call, cki_letter_is_decimal, false);
}

cask_value *cki_string_isdigit(cki_call *call)
{
    return all_are(call, cki_letter_is_digit, false);
}

cask_value *cki_string_isnumeric(cki_call *call)
{
    return all_are(call, cki_letter_is_numeric, false);
}

cask_value *cki_string_isspace(cki_call *call)
{
    return all_are(call, cki_string_is_bytes(call) ? is_blank_ascii : cki_letter_is_space, false);
}

cask_value *cki_string_isprintable(cki_call *call)
{
    return all_are(call, cki_letter_is_printable, true);
}

cask_value *cki_string_isascii(cki_call *call)
{
    return all_are(call, is_ascii, true);
}

/* Some letter of the one case, and none of the other. */
static cask_value *cased(cki_call *call, bool upper)
{
    cki_span self = cki_string_self(call);
    bool some = false;
    for (size_t at = 0; at < self.length;) {
        uint32_t code = next_code(call, self, &at);
        if (upper ? is_lower(call, code) : is_upper(call, code))
            return cki_value_bool(false);
        some |= upper ? is_upper(call, code) : is_lower(call, code);
    }
    return cki_value_bool(some);
}

cask_value *cki_string_isupper(cki_call *call)
{
    return cased(call, true);
}

cask_value *cki_string_islower(cki_call *call)
{
    return cased(call, false);
}

cask_value *cki_string_istitle(cki_call *call)
{
    cki_span self = cki_string_self(call);
    bool inside = false, some = false;
    for (size_t at = 0; at < self.length;) {
        uint32_t code = next_code(call, self, &at);
        bool upper = is_upper(call, code), lower = is_lower(call, code);
        if ((upper && inside) || (lower && !inside))
            return cki_value_bool(false);
        inside = upper || lower;
        some |= inside;
    }
    return cki_value_bool(some);
}

cask_value *cki_string_isidentifier(cki_call *call)
{
    cki_span self = cki_string_self(call);
    for (size_t at = 0; at < self.length;) {
        bool first = at == 0;
        uint32_t code = next_code(call, self, &at);
        if (code != '_' && !cki_letter_is_alpha(code) && (first || !cki_letter_is_decimal(code)))
            return cki_value_bool(false);
    }
    return cki_value_bool(self.length > 0);
}
