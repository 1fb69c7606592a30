/* The clock: nanoseconds that only go forward, from an arbitrary start. */
#ifndef CKI_SYS_CLOCK_H
#define CKI_SYS_CLOCK_H

#include <stdint.h>

int64_t cki_clock_now(void);
void cki_clock_sleep(int64_t nanoseconds);

#endif
