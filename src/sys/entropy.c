/* Entropy: the system's random numbers. */
#include "sys/entropy.h"
#include "sys/clock.h"

#include <sys/random.h>
#include <unistd.h>

uint64_t cki_entropy_word(void)
{
    uint64_t word;
    if (getrandom(&word, sizeof word, 0) == (ssize_t)sizeof word)
        return word;
    return (uint64_t)cki_clock_now() ^ (uint64_t)getpid() << 32;
}
