/* The bar: drawn once for each percent, by whichever thread gets there first.
 */
#include "cli/progress.h"

#include <stdatomic.h>
#include <stdio.h>

enum { BAR = 40 };

void cki_progress_show(void *user, int64_t done, int64_t total)
{
    static const char full[] = "########################################";
    cki_progress *progress = user;
    int percent = total > 0 ? (int)((double)done / (double)total * 100) : 100;
    int last = atomic_load(&progress->percent);
    /* A later computation starts again from the left; within one, threads may report out of
     * order, and the one that is behind draws nothing. */
    if (percent == last || (percent < last && done > 1))
        return;
    if (!atomic_compare_exchange_strong(&progress->percent, &last, percent))
        return;
    atomic_store(&progress->drawn, 1);
    int filled = percent * BAR / 100;
    fprintf(stderr, "\r[%.*s%*s] %3d%%", filled, full, BAR - filled, "", percent);
}

void cki_progress_end(cki_progress *progress)
{
    if (atomic_exchange(&progress->drawn, 0))
        fputc('\n', stderr);
}
