/* Usage: read from the clocks and from /proc. */
#include "sys/usage.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 80, TEXT_BYTES = 4096 };

/* As much of a small file as fits, with a NUL behind it; "" if it cannot be read. */
static void read_text(const char *path, char text[TEXT_BYTES])
{
    FILE *stream = fopen(path, "re");
    size_t length = stream ? fread(text, 1, TEXT_BYTES - 1, stream) : 0;
    text[length] = '\0';
    if (stream)
        fclose(stream);
}

/* Bytes of a process in memory; *shared of them are of files, or shared. */
static uint64_t resident_of(const char *process, uint64_t *shared)
{
    char path[PATH_BYTES], text[TEXT_BYTES];
    unsigned long long whole, resident, files;
    snprintf(path, sizeof path, "/proc/%s/statm", process);
    read_text(path, text);
    long page = sysconf(_SC_PAGESIZE);
    bool told = sscanf(text, "%llu %llu %llu", &whole, &resident, &files) == 3 && page > 0;
    *shared = told ? (uint64_t)files * (uint64_t)page : 0;
    return told ? (uint64_t)resident * (uint64_t)page : 0;
}

size_t cki_usage_private(void)
{
    uint64_t shared, resident = resident_of("self", &shared);
    return (size_t)(resident > shared ? resident - shared : 0);
}

static int64_t processor_of(clockid_t clock)
{
    struct timespec time;
    return clock_gettime(clock, &time) == 0
               ? (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_nsec
               : 0;
}

static void add_child(cki_usage *usage, const char *process)
{
    clockid_t clock;
    uint64_t shared;
    usage->resident += resident_of(process, &shared);
    if (clock_getcpuclockid((pid_t)strtol(process, NULL, 10), &clock) == 0)
        usage->processor += processor_of(clock);
}

/* A child belongs to the thread that started it. */
static void add_children(cki_usage *usage)
{
    DIR *threads = opendir("/proc/self/task");
    if (!threads)
        return;
    for (const struct dirent *thread; (thread = readdir(threads)) != NULL;) {
        char path[PATH_BYTES], text[TEXT_BYTES], *rest = NULL;
        if (thread->d_name[0] == '.' || strlen(thread->d_name) > 20)
            continue;
        snprintf(path, sizeof path, "/proc/self/task/%.20s/children", thread->d_name);
        read_text(path, text);
        for (char *child = strtok_r(text, " \n", &rest); child;
             child = strtok_r(NULL, " \n", &rest))
            if (strlen(child) <= 20)
                add_child(usage, child);
    }
    closedir(threads);
}

static uint64_t counter(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

cki_usage cki_usage_now(void)
{
    char text[TEXT_BYTES];
    struct rusage gone;
    uint64_t shared;
    cki_usage usage = {.processor = processor_of(CLOCK_PROCESS_CPUTIME_ID),
                       .resident = resident_of("self", &shared)};
    if (getrusage(RUSAGE_CHILDREN, &gone) == 0)
        usage.processor +=
            ((int64_t)gone.ru_utime.tv_sec + (int64_t)gone.ru_stime.tv_sec) * 1000000000 +
            ((int64_t)gone.ru_utime.tv_usec + (int64_t)gone.ru_stime.tv_usec) * 1000;
    add_children(&usage);
    read_text("/proc/self/io", text);
    usage.read = counter(text, "rchar: ");
    usage.written = counter(text, "wchar: ");
    return usage;
}
