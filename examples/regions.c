/* A source and a sink of one's own: a lake of numbers that are made when they are asked for, and a
 * histogram that takes what comes; and a Zarr array between. */
#include <cask/cask.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>

/* Waves on a lake: element [y, x] without a file behind it. */
static cask_status waves(void *user, const cask_region *region, void *elements)
{
    const double *height = user;
    float *out = elements;
    for (int64_t i = 0; i < region->count[0]; i++)
        for (int64_t j = 0; j < region->count[1]; j++) {
            double y = (double)(region->start[0] + i * region->step[0]);
            double x = (double)(region->start[1] + j * region->step[1]);
            *out++ = (float)(*height * sin(x * 0.1) * cos(y * 0.1));
        }
    return CASK_OK;
}

/* How many elements are above the water; regions come from several threads at once. */
static cask_status count(void *user, const cask_region *region, const void *elements)
{
    atomic_llong *above = user;
    const float *in = elements;
    int64_t n = region->count[0] * region->count[1], found = 0;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(in[i]))
            return cask_region_fail(region, CASK_INVALID, "a hole at element %lld", (long long)i);
        found += in[i] > 0;
    }
    atomic_fetch_add(above, found);
    return CASK_OK;
}

int main(void)
{
    cask *ck = cask_open(NULL);
    double height = 2;
    atomic_llong above = 0;

    cask_source lake = {.name = "me.lake",
                        .dtype = CASK_F32,
                        .shape = CASK_SHAPE(1000, 2000),
                        .chunks = CASK_SHAPE(250, 500),
                        .read = waves,
                        .steps = true,
                        .user = &height};
    cask_array x = cask_array_from_source(ck, &lake);
    cask_status status = cask_array_to_zarr(
        x, "lake.zarr", &(cask_zarr){.compressor = "zstd:3", .zarr_format = 3, .overwrite = true});

    cask_array again = cask_array_from_zarr(ck, "lake.zarr", NULL, NULL);
    cask_array part = cask_array_slice(again, "::10, ::10");
    if (status == CASK_OK)
        status = cask_arrays_sink(&part, &(cask_sink){.write = count, .user = &above}, 1);
    if (status == CASK_OK)
        printf("%lld of 20000 above the water\n", (long long)above);
    else
        fprintf(stderr, "%s\n", cask_message(ck));
    cask_close(ck);
    return status != CASK_OK;
}
