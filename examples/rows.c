/* A result larger than memory, some rows at a time, in order; with progress, a time-out, and
 * Ctrl-C, which ends what is computed at the moment. */
#include <cask/cask.h>
#include <signal.h>
#include <stdio.h>

enum { ROWS = 20000, COLUMNS = 1000, AT_ONCE = 4000 };

static cask *running;

static void interrupt(int number)
{
    (void)number;
    cask_cancel(running); /* NOLINT(bugprone-signal-handler): it may be called from anywhere */
}

static void progress(void *user, int64_t done, int64_t total)
{
    (void)user;
    if (done == total)
        fprintf(stderr, "%lld tasks\n", (long long)total);
}

int main(void)
{
    cask *ck = running =
        cask_open(&(cask_options){.memory_limit = "64MB", .timeout = 600, .on_progress = progress});
    signal(SIGINT, interrupt);

    /* 160 MB, and the mean of its columns, which all windows share: computed once, and kept. */
    cask_array x =
        cask_array_random(ck, "random", (cask_arguments){0}, CASK_SHAPE(ROWS, COLUMNS),
                          &(cask_random){.seeded = true, .chunks = CASK_SHAPE(1000, 1000)});
    cask_array mean = cask_array_persist(cask_array_mean(x, &(cask_reduce){.axes = CASK_AXES(0)}));
    cask_status status = CASK_OK;

    static double rows[AT_ONCE][COLUMNS];
    double least = 0, most = 0;
    for (int64_t first = 0; first < ROWS && status == CASK_OK; first += AT_ONCE) {
        cask_scope_begin(ck); /* the plans of this window */
        cask_array window = cask_array_part(x, 0, first, first + AT_ONCE, 1);
        cask_array centred = cask_array_subtract(window, mean);
        status = cask_array_compute_into(centred, CASK_F64, rows, sizeof rows, NULL);
        for (int i = 0; i < AT_ONCE && status == CASK_OK; i++)
            for (int j = 0; j < COLUMNS; j++) {
                least = rows[i][j] < least ? rows[i][j] : least;
                most = rows[i][j] > most ? rows[i][j] : most;
            }
        cask_scope_end(ck);
    }
    if (status == CASK_OK)
        printf("from %.2f to %.2f\n", least, most);
    else
        fprintf(stderr, "%s: %s\n", cask_error_class(ck), cask_message(ck));
    cask_close(ck);
    return status != CASK_OK;
}
