/* The machine: what the scheduler, /proc and the control groups of this process say. */
#include "sys/machine.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, LINE_BYTES = 4096 };

/* The first line of <base><group>/<file>. */
static int read_line(const char *base, const char *group, const char *file, char line[LINE_BYTES])
{
    char path[2 * PATH_BYTES];
    int length = snprintf(path, sizeof path, "%s%s/%s", base, group, file);
    if (length < 0 || (size_t)length >= sizeof path)
        return 0;
    FILE *stream = fopen(path, "re");
    if (!stream)
        return 0;
    int found = fgets(line, LINE_BYTES, stream) != NULL;
    fclose(stream);
    return found;
}

static void at_most_memory(cki_machine_limits *limits, const char *text)
{
    char *end;
    unsigned long long bytes = strtoull(text, &end, 10); /* "max" reads as nothing */
    if (end != text && bytes > 0 && bytes < limits->memory)
        limits->memory = bytes;
}

static void at_most_processors(cki_machine_limits *limits, double quota, double period)
{
    double processors = quota > 0 && period > 0 ? quota / period : 0;
    if (processors > 0 && (limits->processors <= 0 || processors < limits->processors))
        limits->processors = processors;
}

static void look_v2(cki_machine_limits *limits, const char *base, const char *group)
{
    char line[LINE_BYTES];
    double quota, period;
    if (read_line(base, group, "memory.max", line))
        at_most_memory(limits, line);
    if (read_line(base, group, "cpu.max", line) && sscanf(line, "%lf %lf", &quota, &period) == 2)
        at_most_processors(limits, quota, period);
}

static void look_v1_memory(cki_machine_limits *limits, const char *base, const char *group)
{
    char line[LINE_BYTES];
    if (read_line(base, group, "memory.limit_in_bytes", line))
        at_most_memory(limits, line);
}

static void look_v1_processors(cki_machine_limits *limits, const char *base, const char *group)
{
    char quota[LINE_BYTES], period[LINE_BYTES];
    if (read_line(base, group, "cpu.cfs_quota_us", quota) &&
        read_line(base, group, "cpu.cfs_period_us", period))
        at_most_processors(limits, strtod(quota, NULL), strtod(period, NULL));
}

/* Look at a group and at all those around it: each one limits. In a container the group's path
 * may be the host's, so the top of the mount is always looked at. */
static void climb(cki_machine_limits *limits, const char *root, const char *mount, char *group,
                  void (*look)(cki_machine_limits *, const char *, const char *))
{
    char base[PATH_BYTES];
    int length = snprintf(base, sizeof base, "%s%s", root, mount);
    if (length < 0 || (size_t)length >= sizeof base)
        return;
    for (char *slash; (slash = strrchr(group, '/')) != NULL; *slash = '\0')
        look(limits, base, group);
    look(limits, base, "");
}

static int has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return 1;
    return 0;
}

/* A line of /proc/self/cgroup is "number:controllers:/path"; version 2 has no controllers. */
static void look_line(cki_machine_limits *limits, const char *root, char *line)
{
    line[strcspn(line, "\n")] = '\0';
    char *controllers = strchr(line, ':');
    char *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group)
        return;
    *controllers++ = '\0';
    *group++ = '\0';
    if (*controllers == '\0')
        climb(limits, root, "/sys/fs/cgroup", group, look_v2);
    else if (has_word(controllers, "memory"))
        climb(limits, root, "/sys/fs/cgroup/memory", group, look_v1_memory);
    else if (has_word(controllers, "cpu"))
        climb(limits, root, "/sys/fs/cgroup/cpu", group, look_v1_processors);
}

cki_machine_limits cki_machine_group(const char *root)
{
    cki_machine_limits limits = {.memory = UINT64_MAX};
    char line[LINE_BYTES], path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *stream = fopen(path, "re");
    if (!stream)
        return limits;
    while (fgets(line, sizeof line, stream))
        look_line(&limits, root, line);
    fclose(stream);
    return limits;
}

int cki_machine_processors(void)
{
    cpu_set_t set;
    long count = sched_getaffinity(0, sizeof set, &set) == 0 ? (long)CPU_COUNT(&set)
                                                             : sysconf(_SC_NPROCESSORS_ONLN);
    double quota = cki_machine_group("").processors;
    if (quota > 0 && quota < (double)count) {
        count = (long)quota;
        if ((double)count < quota)
            count++;
    }
    return count < 1 ? 1 : (int)count;
}

uint64_t cki_machine_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), bytes = sysconf(_SC_PAGESIZE);
    uint64_t memory =
        pages > 0 && bytes > 0 ? (uint64_t)pages * (uint64_t)bytes : (uint64_t)1 << 30;
    uint64_t limit = cki_machine_group("").memory;
    return limit < memory ? limit : memory;
}

size_t cki_machine_cache(int level)
{
    static const struct {
        int name;
        size_t usual;
    } levels[] = {{_SC_LEVEL1_DCACHE_SIZE, (size_t)32 << 10},
                  {_SC_LEVEL2_CACHE_SIZE, (size_t)512 << 10},
                  {_SC_LEVEL3_CACHE_SIZE, (size_t)8 << 20}};
    int i = level < 1 ? 0 : level > 3 ? 2 : level - 1;
    long bytes = sysconf(levels[i].name);
    return bytes > 0 ? (size_t)bytes : levels[i].usual;
}

uint64_t cki_machine_peak(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}
