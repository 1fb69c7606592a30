/* A block of a few columns is written to a file in C order row by row, each a system call. Where
 * the blocks side by side fit into memory they are joined first, and written at once. */
#include "array/bands.h"
#include "array/chunks.h"
#include "array/rechunk.h"
#include "array/runs.h"

enum {
    PIECE = 1 << 20, /* bytes at once that cost little more than they must */
    SECTOR = 512     /* what disks write whole */
};

/* Bytes of a block that lie one after another in the file. */
static double longest_piece(cask_array x)
{
    double piece = (double)cki_dtype_size(x->dtype);
    for (int k = x->ndim - 1; k >= 0; k--) {
        piece *= (double)cki_chunks_largest(&x->axes[k]);
        if (x->axes[k].blocks > 1)
            break;
    }
    return piece;
}

/* A band is some steps along an axis, and all of the axes behind it: its bytes a step. */
static int band_axis(cask_array x, size_t most, int64_t *step)
{
    int axis = x->ndim - 1;
    *step = (int64_t)cki_dtype_size(x->dtype);
    while (axis > 0 && *step <= (int64_t)most / (x->axes[axis].length + 1))
        *step *= x->axes[axis--].length;
    return axis;
}

/* Steps a band: as many as a block has, or about as many as fit, ending with a sector. */
static int64_t band_length(int64_t block, int64_t step, int64_t most)
{
    int64_t unit = 1, length = most / step;
    while (unit < SECTOR && unit * step % SECTOR != 0)
        unit *= 2;
    if (block <= length)
        return block;
    int64_t parts = (block + length - 1) / (length > 0 ? length : 1), even = block / parts;
    if (block % parts == 0 && even % unit == 0)
        return even;
    return length > unit ? length / unit * unit : length > 0 ? length : 1;
}

cask_array cki_bands_make(cki_build *build, cask_array x, size_t limit)
{
    double bytes = (double)cki_dtype_size(x->dtype);
    for (int k = 0; k < x->ndim; k++) {
        if (!cki_chunks_is_known(&x->axes[k]) || x->axes[k].length == 0)
            return x;
        bytes *= (double)x->axes[k].length;
    }
    if (limit == 0 || bytes <= (double)limit || longest_piece(x) >= PIECE)
        return x;
    int64_t step;
    int axis = band_axis(x, limit / 32, &step);
    for (int k = 0; k < axis; k++)
        if (cki_chunks_largest(&x->axes[k]) > 1)
            return x;
    int64_t block = cki_chunks_largest(&x->axes[axis]);
    if (block > (int64_t)limit / 8 / step)
        return x;
    int64_t length = band_length(block, step, (int64_t)limit / 32);
    cki_axis *axes = cki_runs_axes(build, x->ndim);
    bool good = axes != NULL;
    for (int k = 0; good && k < x->ndim; k++) {
        axes[k] = x->axes[k];
        if (k == axis && length < block)
            good = cki_chunks_regular(build->arena, axes[k].length, length, &axes[k]);
        else if (k > axis)
            good = cki_chunks_single(build->arena, axes[k].length, &axes[k]);
    }
    if (!good) {
        cki_fail_memory(build->error, sizeof *axes);
        return NULL;
    }
    return cki_rechunk_to(build, x, axes);
}
