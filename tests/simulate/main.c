/* simulate [--threads] [FIRST [LAST]] [--verbose]: run the seeds FIRST to LAST, each twice, and
 * print those that fail, which replay with `simulate SEED SEED --verbose`. */
#include "simulate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool run_seed(uint64_t seed, bool threads, bool verbose)
{
    verdict v = threads ? threads_run(seed) : world_run(seed, verbose);
    if (v.fine && !threads) {
        verdict again = world_run(seed, false);
        if (again.trace != v.trace) {
            v.fine = false;
            snprintf(v.why, sizeof v.why, "two runs of the same seed differ");
        }
    }
    if (!v.fine)
        printf("seed %" PRIu64 " failed: %s\n  replay: simulate %s%" PRIu64 " %" PRIu64
               " --verbose\n",
               seed, v.why, threads ? "--threads " : "", seed, seed);
    return v.fine;
}

int main(int argc, char **argv)
{
    uint64_t range[2] = {1, 1000};
    int given = 0;
    bool threads = false, verbose = false;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--threads") == 0)
            threads = true;
        else if (strcmp(argv[i], "--verbose") == 0)
            verbose = true;
        else if (given < 2)
            range[given++] = strtoull(argv[i], NULL, 10);
    if (given == 1)
        range[1] = range[0];
    uint64_t failed = 0;
    for (uint64_t seed = range[0]; seed <= range[1] && failed < 10; seed++)
        failed += !run_seed(seed, threads, verbose);
    printf("%" PRIu64 " seeds, %" PRIu64 " failed\n", range[1] - range[0] + 1, failed);
    return failed > 0;
}
