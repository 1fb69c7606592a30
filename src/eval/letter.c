/* Letters: case and classes from the C library's Unicode tables, whatever the process's locale is.
 */
#include "eval/letter.h"

#include <locale.h>
#include <stdatomic.h>
#include <wctype.h>

/* The locale with the tables; made once, and kept. */
static locale_t unicode(void)
{
    static _Atomic(locale_t) kept;
    locale_t locale = atomic_load(&kept);
    if (locale)
        return locale;
    locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!locale)
        locale = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
    locale_t none = (locale_t)0;
    if (!atomic_compare_exchange_strong(&kept, &none, locale)) {
        if (locale)
            freelocale(locale);
        locale = none;
    }
    return locale;
}

static bool is_ascii_letter(uint32_t code)
{
    return (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
}

uint32_t cki_letter_upper(uint32_t code)
{
    if (code < 0x80)
        return code >= 'a' && code <= 'z' ? code - 32 : code;
    locale_t locale = unicode();
    return locale ? (uint32_t)towupper_l((wint_t)code, locale) : code;
}

uint32_t cki_letter_lower(uint32_t code)
{
    if (code < 0x80)
        return code >= 'A' && code <= 'Z' ? code + 32 : code;
    locale_t locale = unicode();
    return locale ? (uint32_t)towlower_l((wint_t)code, locale) : code;
}

bool cki_letter_is_alpha(uint32_t code)
{
    if (code < 0x80)
        return is_ascii_letter(code);
    locale_t locale = unicode();
    return locale && !cki_letter_is_numeric(code) && iswalpha_l((wint_t)code, locale);
}

bool cki_letter_is_upper(uint32_t code)
{
    if (code < 0x80)
        return code >= 'A' && code <= 'Z';
    locale_t locale = unicode();
    return locale && iswupper_l((wint_t)code, locale);
}

bool cki_letter_is_lower(uint32_t code)
{
    if (code < 0x80)
        return code >= 'a' && code <= 'z';
    locale_t locale = unicode();
    return code == 0xAA || code == 0xBA || code == 0xDF ||
           (locale && iswlower_l((wint_t)code, locale));
}

bool cki_letter_is_space(uint32_t code)
{
    return (code >= 9 && code <= 13) || (code >= 28 && code <= 32) || code == 0x85 ||
           code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
           code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

bool cki_letter_is_decimal(uint32_t code)
{
    return (code >= '0' && code <= '9') || (code >= 0x660 && code <= 0x669) ||
           (code >= 0x966 && code <= 0x96F) || (code >= 0xFF10 && code <= 0xFF19);
}

bool cki_letter_is_digit(uint32_t code)
{
    return cki_letter_is_decimal(code) || code == 0xB2 || code == 0xB3 || code == 0xB9 ||
           code == 0x2070 || (code >= 0x2074 && code <= 0x2079) ||
           (code >= 0x2080 && code <= 0x2089) || (code >= 0x2460 && code <= 0x2468);
}

bool cki_letter_is_numeric(uint32_t code)
{
    return cki_letter_is_digit(code) || (code >= 0xBC && code <= 0xBE) ||
           (code >= 0x2150 && code <= 0x2189);
}

bool cki_letter_is_printable(uint32_t code)
{
    if (code < 0x80)
        return code >= 32 && code < 127;
    locale_t locale = unicode();
    return locale && !cki_letter_is_space(code) && code != 0xAD && iswprint_l((wint_t)code, locale);
}
