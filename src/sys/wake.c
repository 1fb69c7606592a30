/* Waking across processes: futexes on shared words, and an eventfd that is polled together with the
 * processes' handles. */
#include "sys/wake.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { POLLED = 64, BLIND = 10000000 /* ns between looks at processes without a handle */ };

void cki_wake_sleep(_Atomic uint32_t *word, uint32_t value)
{
    syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

void cki_wake_rouse(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

cask_status cki_wake_bell_open(cki_bell *bell, cki_error *error)
{
    bell->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (bell->descriptor < 0)
        return cki_fail(error, CASK_IO, "OSError", "cannot make an event: %s", strerror(errno));
    return CASK_OK;
}

void cki_wake_bell_close(cki_bell *bell)
{
    if (bell->descriptor >= 0)
        close(bell->descriptor);
    bell->descriptor = -1;
}

void cki_wake_bell_ring(const cki_bell *bell)
{
    const uint64_t one = 1;
    if (write(bell->descriptor, &one, sizeof one) != (ssize_t)sizeof one)
        errno = 0; /* full: it rings already */
}

bool cki_wake_bell_wait(const cki_bell *bell, const cki_process *const *processes, size_t count,
                        int64_t nanoseconds)
{
    struct pollfd polled[POLLED + 1] = {{.fd = bell->descriptor, .events = POLLIN}};
    nfds_t n = 1;
    bool blind = false;
    for (size_t i = 0; i < count; i++) {
        bool seen = processes[i]->id == 0 || (processes[i]->handle >= 0 && n <= POLLED);
        if (processes[i]->id != 0 && seen)
            polled[n++] = (struct pollfd){.fd = processes[i]->handle, .events = POLLIN};
        blind = blind || !seen;
    }
    if (blind && nanoseconds > BLIND)
        nanoseconds = BLIND;
    const struct timespec time = {.tv_sec = (time_t)(nanoseconds / 1000000000),
                                  .tv_nsec = (long)(nanoseconds % 1000000000)};
    int ready = ppoll(polled, n, &time, NULL);
    uint64_t rung;
    if (ready > 0 && polled[0].revents && read(bell->descriptor, &rung, sizeof rung) > 0)
        ready--;
    return blind || ready > 0;
}
