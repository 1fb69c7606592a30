/* Letters: what Python's str methods ask of single code points. */
#ifndef CKI_EVAL_LETTER_H
#define CKI_EVAL_LETTER_H

#include <stdbool.h>
#include <stdint.h>

uint32_t cki_letter_upper(uint32_t code);
uint32_t cki_letter_lower(uint32_t code);
bool cki_letter_is_alpha(uint32_t code);
bool cki_letter_is_upper(uint32_t code);
bool cki_letter_is_lower(uint32_t code);
bool cki_letter_is_space(uint32_t code);
bool cki_letter_is_decimal(uint32_t code); /* 0-9 */
bool cki_letter_is_digit(uint32_t code);   /* superscripts too */
bool cki_letter_is_numeric(uint32_t code); /* fractions too */
bool cki_letter_is_printable(uint32_t code);

#endif
