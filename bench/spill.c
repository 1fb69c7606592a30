/* Spilling beside dd on the same disk, into the system's cache and to the disk itself (fdatasync):
 * GB/s written and read back, chunk by chunk. Build the target
 * spill_bench; arguments: a directory, MB of a chunk, chunks, "lz4" to compress, "cpu" to count the
 * processor's seconds alone (where neighbours are busy). */
#include "exec/spill.h"
#include "core/memory.h"
#include "value/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { MOST = 4096, ROUNDS = 5 };

static bool processor;

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

/* Time now; or the processor's so far, of this process or its children. */
static double now(int whose)
{
    struct timespec t;
    struct rusage usage;
    if (processor && getrusage(whose, &usage) == 0)
        return seconds(usage.ru_utime) + seconds(usage.ru_stime);
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Seconds of a shell command. */
static double timed(const char *command)
{
    double start = now(RUSAGE_CHILDREN);
    return system(command) == 0 ? now(RUSAGE_CHILDREN) - start : 1e9;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

static int spill_all(const char *directory, cask_value *const *chunks, int count, bool compress,
                     double *writing, double *reading)
{
    static cki_spilled places[MOST];
    cki_error error = {0};
    cki_spill *spill = cki_spill_open(
        &(cki_spill_options){(const char *const[]){directory, NULL}, compress, NULL}, &error);
    double start = now(RUSAGE_SELF);
    for (int i = 0; spill && i < count; i++)
        if (cki_spill_write(spill, chunks[i % 2], &places[i], &error) != CASK_OK)
            break;
    double middle = now(RUSAGE_SELF);
    for (int i = 0; i < count && error.status == CASK_OK; i++)
        cask_value_unref(cki_spill_read(spill, &places[i], &error));
    *writing = least(*writing, middle - start);
    *reading = least(*reading, now(RUSAGE_SELF) - middle);
    cki_spill_close(spill);
    if (error.status != CASK_OK)
        fprintf(stderr, "spill: %s\n", error.message);
    return error.status != CASK_OK;
}

int main(int argc, char **argv)
{
    const char *directory = argc > 1 ? argv[1] : "/var/tmp";
    int megabytes = argc > 2 ? atoi(argv[2]) : 16, count = argc > 3 ? atoi(argv[3]) : 64;
    bool compress = false;
    for (int i = 4; i < argc; i++) {
        compress |= strcmp(argv[i], "lz4") == 0;
        processor |= strcmp(argv[i], "cpu") == 0;
    }
    double writing = 1e9, reading = 1e9, dd_writing = 1e9, dd_reading = 1e9, dd_disk = 1e9;
    char write[600], disk[600], read[600], drop[600];
    if (count < 1 || count > MOST || megabytes < 1 || strlen(directory) > 400)
        return 2;
    cki_ledger_enter(cki_ledger_new((size_t)4 * (size_t)megabytes << 20));
    cask_value *chunks[2];
    int64_t size = (int64_t)megabytes << 18;
    for (int k = 0; k < 2; k++) {
        chunks[k] = cki_array_new(cki_dtype_of(CASK_F32), 1, &size, NULL);
        if (!chunks[k])
            return 1;
        for (int64_t i = 0; i < size; i++)
            ((float *)(void *)chunks[k]->as.array->data)[i] = (float)(i % 1000) * 0.1F;
    }
    snprintf(write, sizeof write, "dd if=/dev/zero of='%s/spill_bench' bs=1M count=%d 2>/dev/null",
             directory, megabytes * count);
    snprintf(disk, sizeof disk,
             "dd if=/dev/zero of='%s/spill_bench' bs=1M count=%d conv=fdatasync 2>/dev/null",
             directory, megabytes * count);
    snprintf(read, sizeof read, "dd if='%s/spill_bench' of=/dev/null bs=1M 2>/dev/null", directory);
    snprintf(drop, sizeof drop, "rm -f '%s/spill_bench'", directory);
    int bad = 0;
    for (int i = 0; i < ROUNDS && !bad; i++) {
        dd_writing = least(dd_writing, timed(write));
        dd_reading = least(dd_reading, timed(read));
        timed(drop);
        dd_disk = least(dd_disk, timed(disk));
        timed(drop);
        bad = spill_all(directory, chunks, count, compress, &writing, &reading);
    }
    double gigabytes = (double)megabytes * count / 1024 * 1.073741824;
    printf(
        "spill: write %.2f GB/s (dd to the disk %.2f: %.0f %%; to the cache %.2f: %.0f %%), read "
        "%.2f GB/s (dd %.2f: %.0f %%)\n",
        gigabytes / writing, gigabytes / dd_disk, 100 * dd_disk / writing, gigabytes / dd_writing,
        100 * dd_writing / writing, gigabytes / reading, gigabytes / dd_reading,
        100 * dd_reading / reading);
    cask_value_unref(chunks[0]);
    cask_value_unref(chunks[1]);
    return bad;
}
