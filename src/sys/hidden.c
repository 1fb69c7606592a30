/* Hidden names. A process is known by its number and the moment at which it began, as numbers are
 * given again; the machine by its name and boot, as folders may be shared between several. */
#include "sys/hidden.h"

#include "core/memory.h"
#include "core/text.h"
#include "sys/tree.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { LONGEST = 200 }; /* of the target's own name: room is left for ours */

/* When a process began, in the system's ticks since the machine did; 0 if that is not known. */
static unsigned long long start_of(long process)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", process);
    FILE *file = fopen(path, "re");
    size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[length] = '\0';
    const char *at = strrchr(text, ')'); /* behind the program's name, which may hold anything */
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at + 1, NULL, 10) : 0;
}

static unsigned add_text(unsigned hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619U; /* FNV-1a */
    return hash;
}

/* Of this machine since it began to run, or of this container. */
static unsigned host(void)
{
    char name[256] = "", boot[64] = "";
    if (gethostname(name, sizeof name - 1) != 0)
        name[0] = '\0';
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (file && !fgets(boot, sizeof boot, file))
        boot[0] = '\0';
    if (file)
        fclose(file);
    char space[64] = "";
    ssize_t length = readlink("/proc/self/ns/pid", space, sizeof space - 1);
    space[length > 0 ? length : 0] = '\0';
    return add_text(add_text(add_text(2166136261U, name), boot), space);
}

static size_t trimmed(const char *target)
{
    size_t length = strlen(target);
    while (length > 1 && target[length - 1] == '/')
        length--;
    return length;
}

size_t cki_hidden_folder(const char *target)
{
    size_t begin = trimmed(target);
    while (begin > 0 && target[begin - 1] != '/')
        begin--;
    return begin;
}

/* ".name.cask-HOST-", what all names of this machine for that target begin with. */
static void put_front(cki_text *text, const char *target)
{
    size_t begin = cki_hidden_folder(target), length = trimmed(target) - begin;
    cki_text_char(text, '.');
    cki_text_add(text, target + begin,
                 length > LONGEST ? cki_text_cut(target + begin, LONGEST) : length);
    cki_text_format(text, ".cask-%08x-", host());
}

char *cki_hidden_name(const char *target)
{
    static atomic_uint made;
    cki_text name = {0};
    cki_text_add(&name, target, cki_hidden_folder(target));
    put_front(&name, target);
    cki_text_format(&name, "%ld-%llu-%u", (long)getpid(), start_of((long)getpid()),
                    atomic_fetch_add(&made, 1));
    return cki_text_take(&name);
}

void cki_hidden_shown(const char *path, cki_text *shown)
{
    char mark[24];
    snprintf(mark, sizeof mark, ".cask-%08x-", host());
    const char *at = strstr(path, mark), *begin = at;
    while (begin && begin > path && begin[-1] != '/')
        begin--;
    if (!begin || begin == at || *begin != '.') {
        cki_text_put(shown, path);
        return;
    }
    cki_text_add(shown, path, (size_t)(begin - path));
    cki_text_add(shown, begin + 1, (size_t)(at - begin - 1));
    at += strlen(mark);
    cki_text_put(shown, at + strspn(at, "0123456789-"));
}

/* Whether the rest of a name, "PID-START-N", is that of a process which is gone. */
static bool is_left(const char *rest)
{
    char *end;
    long process = strtol(rest, &end, 10);
    if (process <= 0 || *end != '-')
        return false;
    unsigned long long began = strtoull(end + 1, &end, 10);
    if (*end != '-' || !began)
        return false;
    if (kill((pid_t)process, 0) != 0)
        return errno == ESRCH;
    unsigned long long now = start_of(process);
    return now && now != began;
}

void cki_hidden_sweep(const char *target)
{
    cki_text folder = {0}, front = {0};
    cki_text_add(&folder, target, cki_hidden_folder(target));
    put_front(&front, target);
    bool known = !folder.failed && !front.failed;
    DIR *d = known ? opendir(folder.length ? folder.bytes : ".") : NULL;
    for (struct dirent *entry; d && (entry = readdir(d));) {
        if (strncmp(entry->d_name, front.bytes, front.length) != 0 ||
            !is_left(entry->d_name + front.length))
            continue;
        cki_text path = {0};
        cki_error ignored = {0};
        cki_text_add(&path, folder.bytes ? folder.bytes : "", folder.length);
        cki_text_put(&path, entry->d_name);
        if (!path.failed)
            cki_tree_remove(path.bytes, &ignored);
        cki_text_free(&path);
    }
    if (d)
        closedir(d);
    cki_text_free(&folder);
    cki_text_free(&front);
}
