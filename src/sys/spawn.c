/* Spawn: posix_spawn with standard input and error in memory. */
#include "sys/spawn.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static bool write_all(int file, const char *bytes, size_t length)
{
    while (length) {
        ssize_t count = write(file, bytes, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes += count;
        length -= (size_t)count;
    }
    return lseek(file, 0, SEEK_SET) == 0;
}

/* The first line of what it said. */
static void read_complaint(int file, char *text, size_t room)
{
    ssize_t count = pread(file, text, room - 1, 0);
    text[count > 0 ? count : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
}

static cask_status run(const char *const *argv, int in, int out, int said, cki_error *error)
{
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = 0;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed)
        return cki_fail_memory(error, sizeof actions);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, said, STDERR_FILENO);
    failed = posix_spawnp(&child, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed)
        return cki_fail(error, CASK_IO, failed == ENOENT ? "FileNotFoundError" : NULL,
                        "cannot run the program %s: %s", argv[0], strerror(failed));
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return CASK_OK;
    char complaint[300];
    read_complaint(said, complaint, sizeof complaint);
    return cki_fail(error, CASK_IO, NULL, "the program %s failed: %s", argv[0],
                    *complaint            ? complaint
                    : WIFSIGNALED(status) ? strsignal(WTERMSIG(status))
                                          : "it did not say why");
}

cask_status cki_spawn_run(const char *const *argv, const char *input, size_t length, int output,
                          cki_error *error)
{
    int in = memfd_create("cask-in", MFD_CLOEXEC), said = memfd_create("cask-said", MFD_CLOEXEC);
    if (in < 0 || said < 0 || !write_all(in, input, length))
        cki_fail(error, CASK_IO, NULL, "cannot pass %zu bytes to the program %s: %s", length,
                 argv[0], strerror(errno));
    else
        run(argv, in, output, said, error);
    if (in >= 0)
        close(in);
    if (said >= 0)
        close(said);
    return error->status;
}
