/* Choosing blocks for products of large matrices. A file's chunks are often bands of few rows;
 * their products would be of slivers, each of which is packed anew for every other. Moving a block
 * costs once what multiplying it costs many times over. */
#include "array/contract_chunks.h"
#include "array/elementwise.h"
#include "array/rechunk.h"
#include "array/runs.h"

/* Rows and columns of a block of the result, of large products and of those that take seconds, and
 * how much of the inner axis is multiplied at once: from half to twice as many are left as they
 * are. Blocks hold 2 to 8 MiB. The memory limit has no say, since the bits of the result depend on
 * them.
 */
enum { SIDE = 512, LONG_SIDE = 1024, INNER = 1024 };
/* Multiplications in a large product, a tenth of a second's, and in a very large one. */
static const double LARGE = 4e9, VERY_LARGE = 6e10;

static bool is_thin(const cki_axis *axis, int64_t target)
{
    return axis->blocks > 1 && cki_chunks_largest(axis) < target / 2;
}

static bool fits(const cki_axis *axis, int64_t target)
{
    int64_t largest = cki_chunks_largest(axis);
    return axis->blocks == 1 ? largest <= 2 * target
                             : largest >= target / 2 && largest <= 2 * target;
}

/* The axis in blocks of about `target`: as many whole ones as fit, or parts of one. */
static bool recut(cki_build *build, const cki_axis *axis, int64_t target, cki_axis *made)
{
    cki_runs runs = {0};
    if (fits(axis, target)) {
        *made = *axis;
        return true;
    }
    for (size_t i = 0; i < axis->nruns; i++) {
        int64_t size = axis->runs[i].size, count = axis->runs[i].count;
        if (size > 0 && size <= target) {
            int64_t each = target / size;
            cki_runs_add(&runs, each * size, count / each);
            cki_runs_add(&runs, count % each * size, count % each != 0);
            continue;
        }
        int64_t parts = size > 0 ? (size + target - 1) / target : 1, part = size / parts;
        for (int64_t k = 0; k < count; k++) {
            cki_runs_add(&runs, part, parts - 1);
            cki_runs_add(&runs, size - part * (parts - 1), 1);
        }
    }
    return cki_runs_finish(&runs, build->arena, made, build->error) == CASK_OK;
}

bool cki_contract_chunks_choose(cki_build *build, cask_array *a, cask_array *b)
{
    const cki_axis *rows = &(*a)->axes[0], *columns = &(*b)->axes[1];
    cki_axis common, of_a[2], of_b[2];
    bool known = cki_chunks_is_known(rows) && cki_chunks_is_known(columns) &&
                 cki_chunks_is_known(&(*a)->axes[1]) && cki_chunks_is_known(&(*b)->axes[0]);
    double work = (double)rows->length * (double)columns->length * (double)(*b)->axes[0].length;
    if (!known || work < LARGE)
        return true;
    int64_t side = work < VERY_LARGE ? SIDE : LONG_SIDE;
    if (cki_runs_refine(build->arena, &(*a)->axes[1], &(*b)->axes[0], &common, build->error) !=
        CASK_OK)
        return false;
    if (!is_thin(rows, side) && !is_thin(columns, side) && !is_thin(&common, SIDE))
        return true;
    if (!recut(build, rows, side, &of_a[0]) || !recut(build, columns, side, &of_b[1]) ||
        !recut(build, &common, INNER, &of_a[1]))
        return false;
    of_b[0] = of_a[1];
    *a = cki_rechunk_to(build, *a, of_a);
    *b = *a ? cki_rechunk_to(build, *b, of_b) : NULL;
    return *b != NULL;
}
