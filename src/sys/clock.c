/* The clock: CLOCK_MONOTONIC, which a change of the date does not move. */
#include "sys/clock.h"

#include <errno.h>
#include <time.h>

int64_t cki_clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void cki_clock_sleep(int64_t nanoseconds)
{
    if (nanoseconds <= 0)
        return;
    struct timespec left = {.tv_sec = (time_t)(nanoseconds / 1000000000),
                            .tv_nsec = (long)(nanoseconds % 1000000000)};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}
