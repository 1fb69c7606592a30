/* Terminals: what the system knows of the three standard streams. */
#include "sys/terminal.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool cki_terminal_is(int stream)
{
    return isatty(stream) == 1;
}

int cki_terminal_width(int stream)
{
    struct winsize size;
    return ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool cki_terminal_write(int stream, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(stream, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}
