/* Entropy: numbers that nobody can foretell, from the system. */
#ifndef CKI_SYS_ENTROPY_H
#define CKI_SYS_ENTROPY_H

#include <stdint.h>

/* 64 such bits; where the system has none, bits that differ from call to call. */
uint64_t cki_entropy_word(void);

#endif
