/* Runs: building the chunks of an axis piece by piece, and comparing and refining them, in time
 * that depends on how irregular they are and not on how many there are. */
#ifndef CKI_ARRAY_RUNS_H
#define CKI_ARRAY_RUNS_H

#include "array/node.h"

/* The chunks of an axis in the making. {0} is empty; failures are remembered until finish. */
typedef struct cki_runs {
    cki_run *items;
    size_t count, capacity;
    cask_status failed;
} cki_runs;

/* `count` more blocks of `size` (-1: unknown). */
void cki_runs_add(cki_runs *runs, int64_t size, int64_t count);
/* The blocks first .. first + count - 1 of an axis. */
void cki_runs_copy(cki_runs *runs, const cki_axis *axis, int64_t first, int64_t count);
void cki_runs_reverse(cki_runs *runs);
/* The axis, its runs in the arena; frees the rest. An axis without blocks gets one of length 0. */
cask_status cki_runs_finish(cki_runs *runs, cki_arena *arena, cki_axis *axis, cki_error *error);

/* The cuts of both axes, which have one length: Dask's common chunks. */
cask_status cki_runs_refine(cki_arena *arena, const cki_axis *a, const cki_axis *b, cki_axis *axis,
                            cki_error *error);

/* `count` axes in the build's arena, to be filled; NULL with the error set. */
cki_axis *cki_runs_axes(cki_build *build, int count);
/* Whether all chunks of x are those of `axes`. */
bool cki_runs_match(cask_array x, int ndim, const cki_axis *axes);

#endif
