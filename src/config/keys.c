/* The table of keys, and how names are looked up in it. To add a key: a row here, and in
 * src/configure.c where the value goes. */
#include "config/keys.h"

#include "core/memory.h"

#include <limits.h>
#include <string.h>

enum { NAME_BYTES = 200, CONTEXT_THREADS = 4096 };

static const cki_config_key keys[] = {
    {.name = "scheduler",
     .kind = CKI_CONFIG_TEXT,
     .fallback = "threads",
     .doc = "What runs the tasks: threads, processes, sync (everything on the calling thread), or "
            "the name of a scheduler that a plug-in registered."},
    {.name = "threads",
     .kind = CKI_CONFIG_COUNT,
     .otherwise = "one for each processor that the process may use",
     .doc = "Worker threads. Results do not depend on it.",
     .least = 1,
     .most = CONTEXT_THREADS},
    {.name = "memory-limit",
     .kind = CKI_CONFIG_MEMORY,
     .fallback = "60%",
     .doc = "Bytes of chunks that a context may hold at once, as 2GB or 500MiB, or a part of what "
            "the machine or the control group allows."},
    {.name = "retries",
     .kind = CKI_CONFIG_COUNT,
     .fallback = "0",
     .doc = "How often a task that failed is tried again before its error ends the computation.",
     .least = 0,
     .most = 1 << 20},
    {.name = "progress",
     .kind = CKI_CONFIG_FLAG,
     .fallback = "false",
     .doc = "Whether commands that compute show a bar, if stderr is a terminal: --progress."},
    {.name = "profile",
     .kind = CKI_CONFIG_TEXT,
     .otherwise = "no page",
     .doc = "The file to which such a command saves a page of its run: --profile."},
    {.name = "trace",
     .kind = CKI_CONFIG_TEXT,
     .otherwise = "no trace",
     .doc = "The file to which it saves each task as an event: --trace."},
    {.name = "temporary-directory",
     .kind = CKI_CONFIG_PATHS,
     .otherwise = "$TMPDIR, or /var/tmp",
     .doc = "Where large temporary files go: one folder, or several to be tried in turn."},
    {.name = "spill.directory",
     .kind = CKI_CONFIG_PATHS,
     .otherwise = "the temporary-directory",
     .doc =
         "Where results go that do not fit into the memory limit: one folder, or several, of which "
         "the next takes over when one is full or broken."},
    {.name = "spill.compression",
     .kind = CKI_CONFIG_CHOICE,
     .fallback = "auto",
     .doc = "Whether spilled results are compressed: auto (with LZ4, where a sample says that it "
            "pays) or none.",
     .choices = "auto none"},
    {.name = "cache.bytes",
     .kind = CKI_CONFIG_BYTES,
     .otherwise = "no cache",
     .doc = "How many bytes of results a context keeps for its later computations. This and the "
            "other keys of the cache are read when a context is opened."},
    {.name = "cache.limit",
     .kind = CKI_CONFIG_REAL,
     .fallback = "0",
     .doc = "The least cost, as cask_cache_cost() tells it, of a result that is kept.",
     .least = 0,
     .most = 1e300},
    {.name = "cache.halflife",
     .kind = CKI_CONFIG_REAL,
     .fallback = "1000",
     .doc = "After so many accesses to the cache an earlier one counts half.",
     .least = 1,
     .most = 1e300},
    {.name = "array.chunk-size",
     .kind = CKI_CONFIG_BYTES,
     .fallback = "128MiB",
     .doc = "The size that chunks get where they are chosen automatically (chunks='auto')."},
    {.name = "array.file-chunk-size",
     .kind = CKI_CONFIG_BYTES,
     .fallback = "2MiB",
     .doc =
         "The size of chunks read from NetCDF, HDF5 and npy files, where an expression names none: "
         "about so much, in whole chunks of the file."},
    {.name = "array.rechunk-piece-size",
     .kind = CKI_CONFIG_BYTES,
     .fallback = "64KiB",
     .doc = "Where chunks are cut into pieces to become others, and the pieces would be smaller, "
            "chunks in between come first."},
    {.name = "split-every",
     .kind = CKI_CONFIG_COUNT,
     .fallback = "4",
     .doc = "How many partial results a reduction combines at a time.",
     .least = 2,
     .most = 1 << 20},
    {.name = "optimization.fuse.ave-width",
     .kind = CKI_CONFIG_REAL,
     .fallback = "1",
     .doc =
         "Fusing of graphs by hand: how many tasks, in the mean, that could run at once may become "
         "one.",
     .least = 0,
     .most = 1e300},
    {.name = "optimization.fuse.max-width",
     .kind = CKI_CONFIG_REAL,
     .otherwise = "1.5 + ave-width * log(ave-width + 1)",
     .doc = "The same, at most.",
     .least = 0,
     .most = 1e300},
    {.name = "optimization.fuse.max-height",
     .kind = CKI_CONFIG_REAL,
     .otherwise = "any",
     .doc = "How many tasks behind one another become one, at most.",
     .least = 0,
     .most = 1e300},
    {.name = "optimization.fuse.max-depth-new-edges",
     .kind = CKI_CONFIG_REAL,
     .otherwise = "1.5 * ave-width",
     .doc = "Tasks are not fused over a greater depth if that brings new dependencies.",
     .least = 0,
     .most = 1e300},
    {.name = "optimization.annotations.fuse",
     .kind = CKI_CONFIG_FLAG,
     .fallback = "true",
     .doc = "Whether operations with different annotations may run together where there is a rule "
            "for each name."},
    {.name = "optimization.fuse.delayed",
     .kind = CKI_CONFIG_FLAG,
     .fallback = "true",
     .doc = "Whether delayed calls of which each needs only the one before run as one task."},
    {.name = "optimization.fuse.active",
     .kind = CKI_CONFIG_FLAG,
     .fallback = "true",
     .doc = "Whether element-wise operations run together with what uses them, as one task."},
};

/* Names that others use for the same thing, and names that are gone. */
static const struct {
    const char *name, *now; /* now NULL: gone */
    const char *warning;    /* NULL: equally good */
} renamed[] = {
    {"num-workers", "threads", NULL},
    {"get", NULL, "the key get is gone: name a scheduler (scheduler: threads)"},
};

const cki_config_key *cki_keys_at(size_t i)
{
    return i < sizeof keys / sizeof *keys ? &keys[i] : NULL;
}

const cki_config_key *cki_keys_find(const char *name)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

bool cki_keys_is_group(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strncmp(keys[i].name, name, length) == 0 && keys[i].name[length] == '.')
            return true;
    return false;
}

const char *cki_keys_nearest(const char *name)
{
    const char *best = NULL;
    int least = strlen(name) < 6 ? 3 : 4; /* further away it is no slip of the hand */
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        int distance = cki_text_distance(name, keys[i].name);
        const char *last = strrchr(keys[i].name, '.'); /* the group may have been forgotten */
        int short_distance = last ? cki_text_distance(name, last + 1) + 1 : distance;
        distance = short_distance < distance ? short_distance : distance;
        if (distance < least) {
            least = distance;
            best = keys[i].name;
        }
    }
    return best;
}

char *cki_keys_canonical(const char *name, size_t length, cki_error *error)
{
    bool good = length > 0 && length <= NAME_BYTES && name[length - 1] != '.';
    for (size_t i = 0; i < length && good; i++) {
        unsigned char c = (unsigned char)name[i];
        good = c > ' ' && c != 0x7F && c != '=' && c != ':' &&
               !(c == '.' && (i == 0 || name[i - 1] == '.'));
    }
    if (!good) {
        cki_fail(error, CASK_INVALID, NULL,
                 "'%.*s' is no name of a configuration key: write it as spill.directory",
                 length > 60 ? 60 : (int)length, name);
        return NULL;
    }
    char *copy = cki_memory_copy(name, length);
    if (!copy)
        cki_fail_memory(error, length);
    for (size_t i = 0; copy && i < length; i++)
        if (copy[i] == '_')
            copy[i] = '-';
    return copy;
}

const char *cki_keys_renamed(const char *name, const char **warning, cki_error *error)
{
    *warning = NULL;
    for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++) {
        if (strcmp(renamed[i].name, name) != 0)
            continue;
        if (!renamed[i].now) {
            cki_fail(error, CASK_NOT_FOUND, NULL, "%s", renamed[i].warning);
            return NULL;
        }
        *warning = renamed[i].warning;
        return renamed[i].now;
    }
    return NULL;
}
