/* Standard output: writes are checked where they become real, at the flush.
 */
#include "cli/output.h"
#include "cli/command.h"
#include "cli/report.h"
#include "core/fail.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static struct {
    int number; /* errno of the first failure */
    bool closed, failed;
} state;

static void note(bool good)
{
    if (good || state.failed)
        return;
    state.failed = true;
    state.number = errno;
}

void cki_output_add(const char *bytes, size_t length)
{
    if (length && !state.failed)
        note(fwrite(bytes, 1, length, stdout) == length);
}

void cki_output_put(const char *text)
{
    cki_output_add(text, strlen(text));
}

int cki_output_close(void)
{
    if (!state.closed) {
        state.closed = true;
        note(fflush(stdout) == 0);
        if (state.failed) {
            cki_error error = {0};
            cki_fail(&error, CASK_IO, state.number == EPIPE ? "BrokenPipeError" : "OSError",
                     "[Errno %d] %s: standard output", state.number, strerror(state.number));
            cki_report_error(&error, NULL, 0);
        }
    }
    return state.failed ? CKI_EXIT_FAILED : CKI_EXIT_OK;
}
