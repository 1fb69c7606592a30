/* Memory that nobody declares: graphs and plans, libraries' own, holes of the C library. What the
 * system says of the process beyond what is counted takes part of the limit. */
#include "exec/run.h"
#include "sys/clock.h"
#include "sys/usage.h"

enum {
    EVERY = 2000000, /* ns between looks */
    HOLES = 16,      /* a part of the limit that is worth looking for */
    SHARE = 4        /* of the limit at most: what is somebody else's must not starve the run */
};

static size_t beyond(const cki_run *run)
{
    size_t resident = cki_usage_private();
    size_t known = run->options->foreign + cki_ledger_resident(run->options->ledger);
    return resident > known ? resident - known : 0;
}

void cki_run_watch(cki_run *run)
{
    if (!run->counted || !run->options->watched)
        return;
    int64_t now = cki_clock_now(), last = atomic_load_explicit(&run->looked, memory_order_relaxed);
    if (now - last < EVERY || !atomic_compare_exchange_strong(&run->looked, &last, now))
        return;
    size_t limit = run->options->memory_limit, beside = beyond(run);
    if (beside > limit / HOLES && cki_usage_private() > limit - limit / HOLES) {
        cki_ledger_trim(run->options->ledger);
        beside = beyond(run);
    }
    cki_brain_beside(run->brain, (int64_t)(beside < limit / SHARE ? beside : limit / SHARE));
}
