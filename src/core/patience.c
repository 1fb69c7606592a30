/* Patience: a flag of each thread. */
#include "core/patience.h"

#include <stddef.h>

static _Thread_local const atomic_bool *ends;

const atomic_bool *cki_patience_until(const atomic_bool *flag)
{
    const atomic_bool *before = ends;
    ends = flag;
    return before;
}

bool cki_patience_over(void)
{
    return ends && atomic_load_explicit(ends, memory_order_relaxed);
}

cask_status cki_patience_check(cki_error *error)
{
    if (!cki_patience_over())
        return CASK_OK;
    return cki_fail(error, CASK_CANCELLED, NULL, "the computation was cancelled");
}
