/* A file a day, stacked: HDF5 files as one array with an axis more, their mean, and every second
 * pixel each way stored back.
 *
 *   weather_stack [DAYS LAT LON CHUNK]
 *
 * The files are made first: DAYS days (at most 366) of LAT x LON temperatures, 8 of 180 x 360 in
 * chunks of 50 by default; 31 of 5760 x 11520 in chunks of 500 are 16 GB. */
#include <cask/cask.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_DAYS = 366 };

static int64_t lat = 180, lon = 360, chunk = 50;

/* row + 2 * column + 3 * day: so that results can be told beforehand. */
static cask_status write_day(cask *ck, int day, const char *path)
{
    const cask_shape chunks = CASK_SHAPE(chunk, chunk);
    cask_array row = cask_array_reshape(cask_array_arange(ck, CASK_F64, 0, (double)lat, 1, 0),
                                        CASK_SHAPE(lat, 1));
    cask_array column = cask_array_arange(ck, CASK_F64, 0, 2 * (double)lon, 2, 0);
    cask_array t =
        cask_array_add(cask_array_full(ck, CASK_F64, CASK_SHAPE(lat, lon), chunks, 3 * day),
                       cask_array_add(row, column));
    return cask_array_save(t, path, &(cask_saving){.variable = "t2m"});
}

int main(int argc, char **argv)
{
    int count = argc > 4 ? atoi(argv[1]) : 8;
    if (argc > 4)
        lat = atoll(argv[2]), lon = atoll(argv[3]), chunk = atoll(argv[4]);
    if (count < 1 || count > MOST_DAYS) {
        fprintf(stderr, "usage: weather_stack [DAYS LAT LON CHUNK]\n");
        return 2;
    }

    cask *ck = cask_open(&(cask_options){.memory_limit = argc > 4 ? "1GB" : "100MB"});
    cask_array days[MOST_DAYS];
    cask_status status = CASK_OK;
    for (int day = 0; day < count; day++) {
        char path[32];
        snprintf(path, sizeof path, "weather-%02d.hdf5", day + 1);
        if (status == CASK_OK)
            status = write_day(ck, day, path);
        days[day] = cask_array_from_hdf5(ck, path, "t2m",
                                         &(cask_reading){.chunks = CASK_SHAPE(chunk, chunk)});
    }
    cask_array x = cask_array_stack(days, (size_t)count, 0);
    cask_array mean = cask_array_mean(x, &(cask_reduce){.axes = CASK_AXES(0)});
    cask_array change = cask_array_subtract(cask_array_slice(x, "0"), mean);

    if (status == CASK_OK)
        status = cask_array_save(mean, "stack-mean.png", &(cask_saving){.units = "K"});
    if (status == CASK_OK)
        status = cask_array_save(cask_array_slice(x, ":, ::2, ::2"), "sampled.hdf5",
                                 &(cask_saving){.variable = "output"});

    /* What was stored, and that every day differs from the mean by as much everywhere. */
    cask_array stored = cask_array_from_hdf5(ck, "sampled.hdf5", "output", NULL);
    const cask_array asked[] = {cask_array_min(change, NULL), cask_array_max(change, NULL),
                                cask_array_slice(stored, "-1, -1, -1")};
    cask_value *values[3] = {NULL};
    if (status == CASK_OK)
        status = cask_arrays_compute(asked, 3, values);
    cask_shape all = cask_array_shape(x), part = cask_array_shape(stored);
    if (status == CASK_OK)
        printf("(%lld, %lld, %lld) stored as (%lld, %lld, %lld); day 0 less the mean: %g to %g; "
               "last: %g\n",
               (long long)all.sizes[0], (long long)all.sizes[1], (long long)all.sizes[2],
               (long long)part.sizes[0], (long long)part.sizes[1], (long long)part.sizes[2],
               cask_value_f64(values[0]), cask_value_f64(values[1]), cask_value_f64(values[2]));
    else
        fprintf(stderr, "%s\n", cask_message(ck));
    for (int i = 0; i < 3; i++)
        cask_value_unref(values[i]);
    cask_close(ck);
    return status != CASK_OK;
}
